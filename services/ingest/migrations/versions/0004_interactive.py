"""Interactive answers, and the answers that changed afterwards."""

from alembic import op

from shared.db import shared_tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What each traveller of a message was told, in the order sent, without anybody's references: those come again
# with the same message. The envelope is what a later change of the answer needs to be written like the first.
_ANSWER = """
CREATE TABLE interactive_answer (
    message_id uuid PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    answered_at timestamptz NOT NULL,
    was_in_time boolean NOT NULL,
    envelope jsonb NOT NULL,
    directives jsonb NOT NULL
)
"""
# What people decided about a traveller's boarding: the latest decision stands, and each is told the carrier.
_CHANGE = """
CREATE TABLE directive_change (
    message_id uuid PRIMARY KEY,
    directive_id uuid NOT NULL,
    traveller_id uuid NOT NULL REFERENCES traveller ON DELETE CASCADE,
    meaning text NOT NULL CHECK (meaning IN ('BOARD', 'DO_NOT_BOARD', 'ADVISE')),
    decided_at timestamptz NOT NULL,
    ends_at timestamptz,
    state text NOT NULL CHECK (
        state IN ('WAITING', 'ACKNOWLEDGED', 'SUPERSEDED', 'EXPIRED', 'NO_CALLBACK')
    ),
    state_since timestamptz NOT NULL
)
"""


def upgrade() -> None:
    shared_tables.create_inbox(op, "ingest")
    op.execute(_ANSWER)
    op.execute(_CHANGE)
    op.execute("CREATE INDEX traveller_followed_by ON traveller (followed_by) WHERE followed_by IS NOT NULL")
    op.execute("CREATE INDEX directive_change_traveller ON directive_change (traveller_id, decided_at DESC)")
    shared_tables.grant_to_app(op, "ingest", "interactive_answer", "SELECT, INSERT")
    shared_tables.grant_to_app(
        op, "ingest", "directive_change", "SELECT, INSERT, UPDATE (state, state_since)"
    )
