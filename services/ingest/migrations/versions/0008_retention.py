"""Retention: the vault of masked values, legal holds, extensions, re-identification, figures by day."""

from alembic import op

from shared.db import shared_tables

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None

# A data key of one day of receipt, itself sealed to the vault's public key. Without `sealed_key` nobody can
# read what it closed, whatever copy of the vault they hold.
_MASKING_KEY = """
CREATE TABLE masking_key (
    key_id uuid PRIMARY KEY,
    record_day date NOT NULL,
    sealed_key text,
    made_at timestamptz NOT NULL,
    destroyed_at timestamptz,
    CHECK ((sealed_key IS NULL) = (destroyed_at IS NOT NULL))
)
"""
_MASKED_VALUE = """
CREATE TABLE masked_value (
    record_id uuid PRIMARY KEY,
    record_kind text NOT NULL CHECK (record_kind IN ('TRAVELLER', 'RESERVATION')),
    key_id uuid NOT NULL REFERENCES masking_key,
    sealed bytea NOT NULL
)
"""
_HOLD = """
CREATE TABLE retention_hold (
    hold_id uuid PRIMARY KEY,
    case_id text NOT NULL,
    ordered_by text NOT NULL CHECK (ordered_by IN ('COURT', 'PROSECUTOR')),
    order_ref text NOT NULL,
    review_at date NOT NULL,
    proposed_by text NOT NULL,
    approved_by text NOT NULL CHECK (approved_by <> proposed_by),
    approved_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by text,
    end_cause text,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_cause IS NULL))
)
"""
_HOLD_RECORD = """
CREATE TABLE retention_hold_record (
    hold_id uuid NOT NULL REFERENCES retention_hold,
    record_id uuid NOT NULL,
    PRIMARY KEY (record_id, hold_id)
)
"""
_EXTENSION = """
CREATE TABLE retention_extension (
    record_id uuid PRIMARY KEY,
    case_id text NOT NULL,
    reviewer text NOT NULL,
    approved_by text NOT NULL CHECK (approved_by <> reviewer),
    approved_at timestamptz NOT NULL,
    until timestamptz NOT NULL
)
"""
# One request to see masked values: who asks, who finds independently that it is needed, who grants it.
_REIDENTIFICATION = """
CREATE TABLE reidentification (
    request_id uuid PRIMARY KEY,
    case_id text NOT NULL,
    record_ids uuid[] NOT NULL CHECK (cardinality(record_ids) > 0),
    fields text[] NOT NULL CHECK (cardinality(fields) > 0),
    first text NOT NULL,
    first_statement text NOT NULL,
    asked_at timestamptz NOT NULL,
    second text CHECK (second <> first),
    second_statement text,
    second_finds_need boolean,
    second_reports_to_first boolean,
    found_at timestamptz,
    authority_type text CHECK (authority_type IN ('COURT', 'INDEPENDENT_ADMIN')),
    signed_by text CHECK (signed_by <> first AND signed_by <> second),
    is_granted boolean,
    grant_statement text,
    issued_at timestamptz,
    expires timestamptz,
    used_at timestamptz,
    CHECK ((second IS NULL) = (second_finds_need IS NULL) AND (second IS NULL) = (found_at IS NULL)),
    CHECK ((signed_by IS NULL) = (is_granted IS NULL) AND (signed_by IS NULL) = (issued_at IS NULL)),
    CHECK (signed_by IS NULL OR second_finds_need),
    CHECK (coalesce(is_granted, false) = (expires IS NOT NULL)),
    CHECK (expires > issued_at AND expires <= issued_at + interval '72 hours'),
    CHECK (used_at IS NULL OR is_granted)
)
"""
_FIGURE = """
CREATE TABLE retention_figure (
    day date NOT NULL,
    act text NOT NULL,
    kind text NOT NULL,
    reason text NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    PRIMARY KEY (day, act, kind, reason)
)
"""
_INDEXES = (
    "CREATE INDEX masked_value_key ON masked_value (key_id)",
    "CREATE INDEX retention_hold_review ON retention_hold (review_at) WHERE ended_at IS NULL",
    # Only what is still to be masked: the jobs find their next batch without a walk over what is done.
    "CREATE INDEX traveller_to_mask ON traveller (mask_at) WHERE masked_at IS NULL",
    "CREATE INDEX reservation_to_mask ON reservation (mask_at) WHERE masked_at IS NULL",
)
_RIGHTS = {
    "masking_key": "SELECT, INSERT, UPDATE (sealed_key, destroyed_at)",
    "masked_value": "SELECT, INSERT, DELETE",
    "retention_hold": "SELECT, INSERT, UPDATE (ended_at, ended_by, end_cause)",
    "retention_hold_record": "SELECT, INSERT",
    "retention_extension": "SELECT, INSERT, UPDATE, DELETE",
    "reidentification": "SELECT, INSERT, UPDATE",
    "retention_figure": "SELECT, INSERT, UPDATE",
    "traveller": "DELETE",
    "reservation": "DELETE",
    "traveller_report": "UPDATE (record), DELETE",
    "reservation_history": "DELETE",
}


def upgrade() -> None:
    for table in (_MASKING_KEY, _MASKED_VALUE, _HOLD, _HOLD_RECORD, _EXTENSION, _REIDENTIFICATION, _FIGURE):
        op.execute(table)
    op.execute(
        "ALTER TABLE traveller ADD COLUMN masked_at timestamptz, ADD COLUMN hit_link text,"
        " ADD COLUMN hit_asked_at timestamptz"
    )
    op.execute("ALTER TABLE reservation ADD COLUMN masked_at timestamptz")
    # Not concurrently: no release has run with filled tables yet.
    for statement in _INDEXES:
        op.execute(statement)
    op.execute("DROP INDEX traveller_mask")
    op.execute("DROP INDEX reservation_mask")
    for table, rights in _RIGHTS.items():
        shared_tables.grant_to_app(op, "ingest", table, rights)
