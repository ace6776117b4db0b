"""The tables of the console: sessions and its audit log."""

from alembic import op

from shared.db import shared_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SESSION = """
CREATE TABLE session (
    id_hash bytea PRIMARY KEY CHECK (octet_length(id_hash) = 32),
    subject text NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 200),
    display_name text NOT NULL CHECK (char_length(display_name) <= 200),
    opened_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    sealed_tokens bytea NOT NULL CHECK (octet_length(sealed_tokens) <= 32768)
)
"""


def upgrade() -> None:
    shared_tables.create_audit_tables(op, "console")
    op.execute(_SESSION)
    op.execute("CREATE INDEX session_seen ON session (seen_at)")
    shared_tables.grant_to_app(
        op, "console", "session", "SELECT, INSERT, DELETE, UPDATE (seen_at, sealed_tokens)"
    )
