"""The smallest history of a service: the shared tables, and one table of its own."""

from alembic import op

from shared.db import shared_tables

revision = "0001"
down_revision = None

SERVICE = "ingest"


def upgrade() -> None:
    shared_tables.create_audit_tables(op, SERVICE)
    shared_tables.create_approval_table(op, SERVICE)
    shared_tables.create_outbox(op, SERVICE)
    shared_tables.create_inbox(op, SERVICE)
    op.execute("CREATE TABLE specimen (specimen_id uuid PRIMARY KEY, note text NOT NULL)")
    shared_tables.grant_to_app(op, SERVICE, "specimen", "SELECT, INSERT")
