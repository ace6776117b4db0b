"""What came from abroad and goes on: consents, shares that rest on a notice, replies found by their index."""

from alembic import op

from shared.db import shared_tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CONSENT = """
CREATE TABLE exchange_consent (
    consent_id uuid PRIMARY KEY,
    target_id uuid NOT NULL,
    names text NOT NULL,
    data_classes text[] NOT NULL,
    purposes text[] NOT NULL,
    expires date NOT NULL,
    received_at timestamptz NOT NULL
)
"""


def upgrade() -> None:
    op.execute(_CONSENT)
    op.execute("CREATE INDEX exchange_consent_target ON exchange_consent (target_id, names, received_at)")
    # The received notice that a hit, and so its share, rests on: a recall of it reaches whom we told.
    op.execute("ALTER TABLE share ADD COLUMN derived_from uuid")
    op.execute("CREATE INDEX share_derived ON share (derived_from) WHERE derived_from IS NOT NULL")
    op.execute(
        "CREATE INDEX exchange_message_reply ON exchange_message (in_reply_to) WHERE in_reply_to IS NOT NULL"
    )
    # When an alarm of each clock rang, so that it rings once.
    op.execute("ALTER TABLE exchange_message ADD COLUMN alarms text[] NOT NULL DEFAULT '{}'")
    op.execute(
        "CREATE INDEX exchange_message_withdrawing ON exchange_message (created_at)"
        " WHERE direction = 'OUT' AND done_due_at IS NOT NULL AND done_at IS NULL"
    )
    shared_tables.grant_to_app(op, "sharing", "exchange_consent", "SELECT, INSERT")
    shared_tables.grant_to_app(op, "sharing", "exchange_message", "UPDATE (alarms)")
    # The rights office puts right what a hit says of its traveller (`corrections.py`, SG-37).
    shared_tables.grant_to_app(op, "sharing", "share", "UPDATE (hit)")
