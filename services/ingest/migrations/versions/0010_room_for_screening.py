"""Room for what screening's reply changes, and bodies of the outbox stored as they are."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Each traveller is changed once, soon after it is written: when screening has seen it. With room on its
    # own page the six indexes need no new entry, and the log holds what changed instead of the whole row.
    op.execute("ALTER TABLE traveller SET (fillfactor = 50)")
    # A batch lives for a moment: compressing it costs more than writing it.
    op.execute("ALTER TABLE outbox ALTER COLUMN body SET STORAGE EXTERNAL")
