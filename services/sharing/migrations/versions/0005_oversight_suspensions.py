"""What oversight suspended, until who ordered it or a court lifts it."""

from alembic import op

from shared.db import shared_tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    shared_tables.create_oversight_suspensions(op, "sharing")
