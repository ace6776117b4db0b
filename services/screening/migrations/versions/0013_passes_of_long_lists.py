"""A pass over the window counts its entries, and names them only where they are few."""

from alembic import op

revision = "0013"
down_revision = "0014"
branch_labels = None
depends_on = None

# Of a long list half a million names stood in one row, read again with every page and every look at the list.
_PASSES = (
    "ALTER TABLE rescreening ADD COLUMN entries integer",
    "UPDATE rescreening SET entries = cardinality(entry_ids)",
    "ALTER TABLE rescreening ALTER COLUMN entries SET NOT NULL",
    "ALTER TABLE rescreening DROP CONSTRAINT rescreening_has_cause",
    "ALTER TABLE rescreening ADD CONSTRAINT rescreening_has_cause CHECK (entries > 0 OR documents <> '[]')",
    "UPDATE rescreening SET entry_ids = '{}' WHERE entries > 5000",
    "ALTER TABLE rescreening ADD CONSTRAINT rescreening_names CHECK (cardinality(entry_ids) IN (0, entries))",
)


def upgrade() -> None:
    for statement in _PASSES:
        op.execute(statement)
