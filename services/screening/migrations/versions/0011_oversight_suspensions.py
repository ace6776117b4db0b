"""What oversight suspended, until who ordered it or a court lifts it."""

from alembic import op

from shared.db import shared_tables

revision = "0011"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    shared_tables.create_oversight_suspensions(op, "screening")
