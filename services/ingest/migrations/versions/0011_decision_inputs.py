"""What the safeguards were asked, kept for a time beside the audit record of their answer."""

from alembic import op

from shared.db import shared_tables

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    shared_tables.create_decision_inputs(op, "ingest")
