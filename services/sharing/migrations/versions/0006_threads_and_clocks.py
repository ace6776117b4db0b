"""A notice for each event of a share, in one thread; the clocks of notices; what a person disputes."""

from alembic import op

from shared.db import shared_tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_CHANGES = (
    # What two people confirmed of an arrest: the facts of N-DET, without the grounds.
    "ALTER TABLE share ADD COLUMN custody jsonb",
    # Since when the person disputes what is shared; nothing leaves of it until that is decided (SG-37).
    "ALTER TABLE share ADD COLUMN disputed_since timestamptz",
    "ALTER TABLE share ADD COLUMN alarms text[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE notice ADD COLUMN event text",
    "UPDATE notice n SET event = s.event FROM share s WHERE s.share_id = n.share_id",
    "ALTER TABLE notice ALTER COLUMN event SET NOT NULL",
    # The first notice to the same authority, which a later event is told in the thread of.
    "ALTER TABLE notice ADD COLUMN thread_id uuid",
    "ALTER TABLE notice ADD COLUMN seen_at timestamptz",
    "ALTER TABLE notice ADD COLUMN feedback_at timestamptz",
    "ALTER TABLE notice ADD COLUMN alarms text[] NOT NULL DEFAULT '{}'",
    # A restriction can be followed by an erasure, and by another restriction after it was lifted.
    "ALTER TABLE exchange_message ADD COLUMN recall_kind text",
    "DROP INDEX exchange_recalled_once",
    "CREATE UNIQUE INDEX exchange_recalled_once ON exchange_message (target_id, authority_id) "
    "WHERE direction = 'OUT' AND type IN ('RECALL', 'WL_REMOVE') AND recall_kind IS DISTINCT FROM 'RESTRICT'",
    "DROP INDEX notice_once",
    # One notice of an event of a share to one authority lives at a time: this decides, never a look before.
    "CREATE UNIQUE INDEX notice_once ON notice (share_id, authority_id, event) "
    "WHERE state NOT IN ('REFUSED', 'EXPIRED')",
    "CREATE INDEX notice_running ON notice (created_at) "
    "WHERE channel = 'ENDPOINT' AND state IN ('APPROVED', 'SENT', 'DELIVERED', 'SEEN')",
    "CREATE INDEX share_undecided ON share (created_at) WHERE state <> 'DECIDED'",
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
    shared_tables.grant_to_app(op, "sharing", "share", "UPDATE (custody, disputed_since, alarms)")
    shared_tables.grant_to_app(op, "sharing", "notice", "UPDATE (seen_at, feedback_at, alarms)")
    # An arrest adds paragraph 3 to what makes a State a candidate.
    shared_tables.grant_to_app(op, "sharing", "recipient", "UPDATE (connections, paragraphs)")
