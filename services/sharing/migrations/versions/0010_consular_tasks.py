"""Consular tasks: who was told of the right, what they want, and which post was informed."""

from alembic import op

from shared.db import shared_tables

revision = "0010"
down_revision = "0006"
branch_labels = None
depends_on = None

_TASK = """
CREATE TABLE consular_task (
    share_id uuid PRIMARY KEY REFERENCES share,
    told_at timestamptz NOT NULL,
    told_by text NOT NULL,
    wish text CHECK (wish IN ('YES', 'NO')),
    picked_states text[] NOT NULL DEFAULT '{}',
    witness text,
    wish_at timestamptz,
    addressee text CHECK (addressee IN ('CONSULATE', 'UNHCR', 'PROTECTING_POWER')),
    post_state text,
    informed_at timestamptz,
    informed_by text,
    CONSTRAINT consular_wish CHECK (
        (wish IS NULL) = (wish_at IS NULL) AND (wish IS NULL) = (witness IS NULL)
    )
)
"""


def upgrade() -> None:
    op.execute(_TASK)
    shared_tables.grant_to_app(op, "sharing", "consular_task", "SELECT, INSERT, UPDATE")
