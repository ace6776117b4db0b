"""Why a message was refused, beside it; and what the second person is shown of one that waits for them."""

from alembic import op

from shared.db import shared_tables

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE exchange_message ADD COLUMN reasons text[] NOT NULL DEFAULT '{}'",
    # The clear payload of a proposed message, sealed to ourselves; gone with the decision.
    "ALTER TABLE exchange_message ADD COLUMN preview text",
    "CREATE INDEX exchange_message_preview ON exchange_message (expires_at) WHERE preview IS NOT NULL",
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
    shared_tables.grant_to_app(op, "sharing", "exchange_message", "UPDATE (reasons, preview)")
