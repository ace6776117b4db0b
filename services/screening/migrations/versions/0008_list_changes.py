"""Lists by what changes: versions as changes to another, who changed in each generation, keys, snapshots."""

from alembic import op

from shared.db import shared_tables

revision = "0008"
down_revision = "0009"
branch_labels = None
depends_on = None

# A version's rows come before the version itself, whose counts are known once they were all read.
_VERSIONS = (
    "ALTER TABLE list_version ADD COLUMN base_id uuid REFERENCES list_version",
    "ALTER TABLE list_version ADD COLUMN renewed_to text",
    "ALTER TABLE list_row ADD COLUMN content bytea",
    "ALTER TABLE list_row ADD COLUMN terms text",
    "ALTER TABLE list_row ADD COLUMN keys bigint[]",
    "ALTER TABLE list_row ALTER COLUMN digest DROP NOT NULL, ALTER COLUMN body DROP NOT NULL",
    # Rows that were read before are judged one by one.
    "UPDATE list_row SET terms = 'ROW ' || entry_id, keys = '{}'",
    # Without a body: the version no longer holds who is in the one that it changes.
    "ALTER TABLE list_row ADD CONSTRAINT list_row_whole CHECK ((digest IS NULL) = (body IS NULL))",
    "ALTER TABLE list_row ALTER CONSTRAINT list_row_version_id_fkey DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE lost_document ALTER CONSTRAINT lost_document_version_id_fkey DEFERRABLE INITIALLY DEFERRED",
)
_ENTRIES = (
    "ALTER TABLE watchlist_entry ADD COLUMN is_keyed boolean NOT NULL DEFAULT false",
    "CREATE INDEX watchlist_entry_keyless ON watchlist_entry (entry_id) WHERE NOT is_keyed",
    "CREATE INDEX watchlist_entry_odd ON watchlist_entry (source_id)"
    " WHERE status IN ('SUSPENDED', 'UNDER_REVIEW', 'EXPIRED', 'REMOVED')",
    "DROP INDEX watchlist_entry_source",
    "CREATE INDEX watchlist_entry_source ON watchlist_entry (source_id, entry_id)",
)
_TABLES = (
    # What makes two entries one person, or a pair to look at; digests alone, the kind in their last bits.
    """
    CREATE TABLE entry_key (
        entry_id text NOT NULL,
        key bigint NOT NULL
    )
    """,
    "CREATE INDEX entry_key_entry ON entry_key (entry_id)",
    "CREATE INDEX entry_key_key ON entry_key (key)",
    "CREATE INDEX entry_key_reference ON entry_key (key) WHERE key & 3 = 0",
    # Without an entry: more changed in this generation than is told one by one.
    """
    CREATE TABLE watchlist_change (
        change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        generation bigint,
        entry_id text
    )
    """,
    "CREATE INDEX watchlist_change_generation ON watchlist_change (generation)",
    # A compiled list that stands for a generation of this very database, whatever was restored since.
    """
    CREATE TABLE list_snapshot (
        snapshot_id uuid PRIMARY KEY,
        generation bigint NOT NULL,
        merged jsonb NOT NULL,
        made_at timestamptz NOT NULL
    )
    """,
)
_RIGHTS = {
    "list_version": "UPDATE (renewed_to)",
    "entry_key": "SELECT, INSERT, DELETE",
    "watchlist_change": "SELECT, INSERT, UPDATE (generation), DELETE",
    "list_snapshot": "SELECT, INSERT, DELETE",
}


def upgrade() -> None:
    for statement in (*_VERSIONS, *_ENTRIES, *_TABLES):
        op.execute(statement)
    for table, rights in _RIGHTS.items():
        shared_tables.grant_to_app(op, "screening", table, rights)
