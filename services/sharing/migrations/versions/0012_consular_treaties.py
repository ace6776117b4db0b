"""A register of consular treaties, beside the four others."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE register_version DROP CONSTRAINT register_version_register_check")
    op.execute(
        "ALTER TABLE register_version ADD CONSTRAINT register_version_register_check CHECK (register IN"
        " ('AUTHORITY', 'AGREEMENT', 'COUNTRY_RISK', 'LEGAL_ROW', 'CONSULAR_TREATY'))"
    )
