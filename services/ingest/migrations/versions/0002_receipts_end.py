"""Receipts of messages that brought no traveller may be forgotten once their period is over."""

from alembic import op

from shared.db import shared_tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not concurrently: no release has run with filled tables yet.
    op.execute("CREATE INDEX message_received ON message (received_at)")
    op.execute("CREATE INDEX traveller_message ON traveller (message_id)")
    op.execute("CREATE INDEX observed_batch_message ON observed_batch (message_id)")
    shared_tables.grant_to_app(op, "ingest", "message", "DELETE")
