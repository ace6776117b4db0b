"""The account that sent a message, and the receipts of one sender or carrier, newest first."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty in messages of the previous release, whose sender was its account's carrier.
    op.execute("ALTER TABLE message ADD COLUMN client text")
    op.execute(
        "CREATE UNIQUE INDEX message_client_key "
        "ON message (coalesce(client, sender), idempotency_key, ordinal) WHERE idempotency_key IS NOT NULL"
    )
    op.execute("DROP INDEX message_idempotency")
    # Not concurrently: no release has run with filled tables yet.
    op.execute("CREATE INDEX message_of_sender ON message (sender, message_id)")
    op.execute("CREATE INDEX message_of_carrier ON message ((flight ->> 'carrier'), message_id)")
