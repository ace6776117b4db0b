"""Accounts that incidents froze."""

from alembic import op

from shared.db import shared_tables

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    shared_tables.create_account_freezes(op, "sharing")
