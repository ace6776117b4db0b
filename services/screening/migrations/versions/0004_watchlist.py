"""A watchlist governed by people: nominations, merges, documents; foreign rows wait; sources age."""

from alembic import op

from shared.db import shared_tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Lost and stolen documents: no person stands here, and none is looked for.
_DOCUMENTS = """
CREATE TABLE lost_document (
    version_id uuid NOT NULL REFERENCES list_version,
    ordinal int NOT NULL,
    number_key text NOT NULL,
    number text NOT NULL,
    issuer text NOT NULL,
    kind text NOT NULL,
    document_type text,
    reported_on date,
    PRIMARY KEY (version_id, ordinal)
)
"""
_NOMINATION = """
CREATE TABLE nomination (
    nomination_id uuid PRIMARY KEY,
    entry_id text NOT NULL,
    source_id text NOT NULL REFERENCES list_source,
    kind text NOT NULL CHECK (kind IN ('NATIONAL', 'ADOPTION')),
    state text NOT NULL CHECK (state IN
        ('DRAFT', 'SUBMITTED', 'RETURNED', 'REJECTED', 'DISCARDED', 'ACTIVATED')),
    version int NOT NULL CHECK (version >= 1),
    entry jsonb NOT NULL,
    terms jsonb NOT NULL,
    grounds_digest text NOT NULL,
    nominator text NOT NULL,
    nominator_manager text,
    drafted_at timestamptz NOT NULL,
    submitted_at timestamptz,
    trial jsonb,
    approver text CHECK (approver <> nominator),
    decided_at timestamptz,
    reason text,
    CHECK (state <> 'ACTIVATED' OR approver IS NOT NULL)
)
"""
# What two people said of two entries; each pair's last word counts.
_MERGE = """
CREATE TABLE merge_decision (
    decision_id uuid PRIMARY KEY,
    entry_id text NOT NULL,
    other_id text NOT NULL CHECK (other_id <> entry_id),
    is_same boolean NOT NULL,
    key text NOT NULL,
    author text NOT NULL,
    approver text CHECK (approver <> author),
    at timestamptz NOT NULL,
    undone_by text,
    undone_at timestamptz,
    CHECK (NOT is_same OR approver IS NOT NULL)
)
"""


def upgrade() -> None:
    op.execute("ALTER TABLE watchlist_entry ALTER COLUMN version_id DROP NOT NULL")
    op.execute("ALTER TABLE watchlist_entry ADD COLUMN adoption jsonb")
    op.execute("ALTER TABLE watchlist_entry DROP CONSTRAINT watchlist_entry_status_check")
    op.execute(
        "ALTER TABLE watchlist_entry ADD CONSTRAINT watchlist_entry_status_check CHECK (status IN"
        " ('SUBMITTED', 'ACTIVE', 'UNDER_REVIEW', 'SUSPENDED', 'REMOVED', 'EXPIRED'))"
    )
    # How old a source's newest file may be before its alarm rings; eight days suit a weekly publisher.
    op.execute(
        "ALTER TABLE list_source ADD COLUMN fresh_for_hours int NOT NULL DEFAULT 192"
        " CHECK (fresh_for_hours > 0)"
    )
    for statement in (_DOCUMENTS, _NOMINATION, _MERGE):
        op.execute(statement)
    op.execute("CREATE INDEX lost_document_key ON lost_document (number_key, issuer)")
    op.execute("CREATE INDEX nomination_entry ON nomination (entry_id, drafted_at)")
    op.execute("CREATE INDEX nomination_open ON nomination (state, drafted_at)")
    op.execute("CREATE INDEX merge_decision_pair ON merge_decision (entry_id, other_id, at)")
    op.execute("CREATE INDEX watchlist_entry_used ON watchlist_entry (entry_id) WHERE is_used")
    rights = {
        "lost_document": "SELECT, INSERT",
        "nomination": "SELECT, INSERT, UPDATE",
        "merge_decision": "SELECT, INSERT, UPDATE (undone_by, undone_at)",
    }
    for table, granted in rights.items():
        shared_tables.grant_to_app(op, "screening", table, granted)
