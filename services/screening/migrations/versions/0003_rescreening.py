"""Re-screening, cleared travellers, and the measured table of false alerts."""

from alembic import op

from shared.db import shared_tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# With which identifiers each entry in use has met, or is meeting, the travellers of the window.
_RESCREENED_ENTRY = """
CREATE TABLE rescreened_entry (
    entry_id text PRIMARY KEY,
    digest text NOT NULL
)
"""
# One pass over the window. `after_day` and `after_flight` say how far it came: a restart goes on from there.
# No traveller is named in it.
_RESCREENING = """
CREATE TABLE rescreening (
    rescreening_id uuid PRIMARY KEY,
    made_at timestamptz NOT NULL,
    generation bigint NOT NULL,
    entry_ids text[] NOT NULL CHECK (cardinality(entry_ids) > 0),
    first_day date NOT NULL,
    last_day date NOT NULL,
    state text NOT NULL CHECK (state IN ('RUNNING', 'SETTLING', 'DONE')),
    after_day date,
    after_flight uuid,
    compared bigint NOT NULL DEFAULT 0,
    sent_again bigint NOT NULL DEFAULT 0,
    finished_at timestamptz,
    CHECK ((state = 'DONE') = (finished_at IS NOT NULL)),
    CHECK ((after_day IS NULL) = (after_flight IS NULL))
)
"""
# Whom two people cleared against the person behind an entry (SG-12). Digests alone: nobody can be read here,
# only recognised by who brings the same number again.
_CLEARED_PERSON = """
CREATE TABLE cleared_person (
    cleared_id uuid PRIMARY KEY,
    entry_id text NOT NULL,
    entry_digest text NOT NULL,
    redress_key text,
    document_key text,
    evidence text NOT NULL,
    valid_to date NOT NULL,
    author text NOT NULL,
    approver text NOT NULL CHECK (approver <> author),
    cleared_at timestamptz NOT NULL,
    suppressed bigint NOT NULL DEFAULT 0,
    CHECK (redress_key IS NOT NULL OR document_key IS NOT NULL)
)
"""
# An entry's identifiers changed after somebody was cleared against it: one silent look within four hours.
_CLEARED_REVIEW = """
CREATE TABLE cleared_review (
    cleared_id uuid NOT NULL REFERENCES cleared_person,
    entry_digest text NOT NULL,
    due_at timestamptz NOT NULL,
    outcome text CHECK (outcome IN ('STILL_CLEARED', 'NO_LONGER_CLEARED')),
    reviewer text,
    reviewed_at timestamptz,
    PRIMARY KEY (cleared_id, entry_digest),
    CHECK ((outcome IS NULL) = (reviewer IS NULL))
)
"""
# A match that nobody sees until that look is recorded.
_CLEARED_HOLD = """
CREATE TABLE cleared_hold (
    hit_id uuid PRIMARY KEY REFERENCES hit,
    cleared_id uuid NOT NULL,
    entry_digest text NOT NULL,
    FOREIGN KEY (cleared_id, entry_digest) REFERENCES cleared_review
)
"""
_FAIRNESS = """
CREATE TABLE fairness_result (
    sha256 text PRIMARY KEY,
    measured_at timestamptz NOT NULL,
    algorithm text NOT NULL,
    body jsonb NOT NULL,
    imported_by text NOT NULL,
    imported_at timestamptz NOT NULL
)
"""
_INDEXES = (
    "CREATE INDEX rescreening_under_way ON rescreening (made_at) WHERE state <> 'DONE'",
    "CREATE INDEX rescreening_made ON rescreening (made_at DESC)",
    "CREATE INDEX cleared_redress ON cleared_person (redress_key) WHERE redress_key IS NOT NULL",
    "CREATE INDEX cleared_document ON cleared_person (document_key) WHERE document_key IS NOT NULL",
    "CREATE INDEX cleared_review_open ON cleared_review (due_at) WHERE outcome IS NULL",
)
_RIGHTS = {
    "rescreened_entry": "SELECT, INSERT, UPDATE, DELETE",
    "rescreening": "SELECT, INSERT, UPDATE, DELETE",
    "cleared_person": "SELECT, INSERT, UPDATE, DELETE",
    "cleared_review": "SELECT, INSERT, UPDATE, DELETE",
    "cleared_hold": "SELECT, INSERT, DELETE",
    "fairness_result": "SELECT, INSERT",
}


def upgrade() -> None:
    tables = (_RESCREENED_ENTRY, _RESCREENING, _CLEARED_PERSON, _CLEARED_REVIEW, _CLEARED_HOLD, _FAIRNESS)
    for statement in (*tables, *_INDEXES):
        op.execute(statement)
    for table, rights in _RIGHTS.items():
        shared_tables.grant_to_app(op, "screening", table, rights)
