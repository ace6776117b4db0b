"""Notices of other States that wait for their flight, and the matches that rest on them."""

from alembic import op

from shared.db import shared_tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# A notice is an entry for one flight alone: it is in no list and in no matcher. `body` goes when it is
# withdrawn or over; what is left proves that it was here. `look_back` is how far the travellers that ingest
# has already were compared.
_NOTICE = """
CREATE TABLE notice_from_abroad (
    entry_id text PRIMARY KEY,
    notice_id uuid NOT NULL,
    authority_id text NOT NULL,
    state text NOT NULL,
    received_at timestamptz NOT NULL,
    waits_until timestamptz NOT NULL,
    retention_until date NOT NULL,
    designator text NOT NULL,
    day date NOT NULL,
    status text NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED', 'REMOVED', 'EXPIRED')),
    refusals jsonb NOT NULL DEFAULT '[]',
    digest text NOT NULL,
    source jsonb NOT NULL,
    body jsonb,
    look_back text NOT NULL CHECK (look_back IN ('WAITING', 'DONE')),
    after_day date,
    after_flight uuid,
    CHECK ((status = 'ACTIVE') = (body IS NOT NULL)),
    CHECK ((after_day IS NULL) = (after_flight IS NULL))
)
"""
_INDEXES = (
    "CREATE INDEX notice_from_abroad_flight ON notice_from_abroad (designator, day) WHERE status = 'ACTIVE'",
    "CREATE INDEX notice_from_abroad_notice ON notice_from_abroad (notice_id)",
    "CREATE INDEX notice_from_abroad_back ON notice_from_abroad (received_at)"
    " WHERE look_back = 'WAITING' AND status = 'ACTIVE'",
    "CREATE INDEX notice_from_abroad_over ON notice_from_abroad (waits_until) WHERE status = 'ACTIVE'",
)


def upgrade() -> None:
    for statement in (_NOTICE, *_INDEXES):
        op.execute(statement)
    shared_tables.grant_to_app(op, "screening", "notice_from_abroad", "SELECT, INSERT, UPDATE")
