"""Lists that are fetched: where each source's file is, how it is verified, what came of the last try."""

from alembic import op

from shared.db import shared_tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PLAN = (
    "ADD COLUMN location text",
    "ADD COLUMN digest_location text",
    "ADD COLUMN verify text NOT NULL DEFAULT 'HASH' CHECK (verify IN ('HASH', 'TLS'))",
    "ADD COLUMN fetch_minutes int NOT NULL DEFAULT 360 CHECK (fetch_minutes > 0)",
)
# What the publisher said of the file that was taken last, and the alarm that rings of its source.
_FETCH = """
CREATE TABLE list_fetch (
    source_id text PRIMARY KEY REFERENCES list_source,
    etag text,
    modified text,
    tried_at timestamptz,
    ok_at timestamptz,
    result text CHECK (result IN ('LOADED', 'HELD', 'UNCHANGED', 'REFUSED', 'UNREACHABLE')),
    fault jsonb,
    failures int NOT NULL DEFAULT 0 CHECK (failures >= 0),
    due_at timestamptz NOT NULL,
    alarm text CHECK (alarm IN ('REFUSED', 'UNREACHABLE', 'STALE')),
    alarm_since timestamptz,
    CHECK ((alarm IS NULL) = (alarm_since IS NULL))
)
"""


def upgrade() -> None:
    op.execute(f"ALTER TABLE list_source {', '.join(_PLAN)}")
    op.execute(_FETCH)
    shared_tables.grant_to_app(op, "screening", "list_fetch", "SELECT, INSERT, UPDATE")
