"""What the risk officers wrote of a person is erased with the person."""

from alembic import op

from shared.db import shared_tables

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    shared_tables.grant_to_app(op, "sharing", "individual_assessment", "UPDATE (notes)")
