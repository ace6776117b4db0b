"""Bodies of the outbox stand as they were written, and are not taken apart and put together again."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nobody asks the database what is in a body: as `json` it is checked and kept, as `jsonb` it was made
    # into a tree at its start and into text again on its way out, a tenth of what a manifest cost here.
    # The table is nearly empty, for a body leaves it as soon as it is delivered.
    op.execute("ALTER TABLE outbox ALTER COLUMN body TYPE json USING CAST(CAST(body AS text) AS json)")
    op.execute("ALTER TABLE outbox ALTER COLUMN body SET STORAGE EXTERNAL")
