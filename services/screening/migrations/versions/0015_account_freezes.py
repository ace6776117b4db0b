"""Accounts that incidents froze."""

from alembic import op

from shared.db import shared_tables

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    shared_tables.create_account_freezes(op, "screening")
