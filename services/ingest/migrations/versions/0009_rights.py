"""Rights: requests of travellers with their clocks and answers, and the duty to tell a person."""

from alembic import op

from shared.db import shared_tables

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# `submission` is what the person wrote, sealed to the rights office's key: nothing here opens it.
_REQUEST = """
CREATE TABLE rights_request (
    request_id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('ACCESS', 'RECTIFY', 'ERASE', 'RESTRICT', 'REDRESS')),
    channel text NOT NULL CHECK (channel IN ('WEB', 'POST', 'IN_PERSON')),
    language text NOT NULL,
    is_urgent boolean NOT NULL,
    received_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    acknowledged_at timestamptz NOT NULL,
    submission text,
    extended_because text,
    identity_verified_by text,
    record_ids uuid[] NOT NULL DEFAULT '{}',
    decided_by text,
    second text,
    decided_at timestamptz,
    result text,
    ground text,
    reasons text,
    lapses_on date,
    CHECK ((decided_at IS NULL) = (result IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)),
    CHECK (second IS NULL OR second <> decided_by),
    CHECK (extended_because IS NULL OR NOT is_urgent)
)
"""
# Whoever's retained data was disclosed or unmasked is told, unless two people defer it, for a time (SG-21).
_NOTIFICATION = """
CREATE TABLE notification_task (
    task_id uuid PRIMARY KEY,
    cause text NOT NULL,
    cause_id uuid NOT NULL UNIQUE,
    made_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    deferrals integer NOT NULL DEFAULT 0,
    decided_by text,
    second text CHECK (second <> decided_by),
    sent_at timestamptz,
    sent_by text
)
"""


def upgrade() -> None:
    op.execute(_REQUEST)
    op.execute(_NOTIFICATION)
    op.execute("CREATE INDEX rights_request_open ON rights_request (due_at) WHERE decided_at IS NULL")
    op.execute("CREATE INDEX notification_task_open ON notification_task (due_at) WHERE sent_at IS NULL")
    shared_tables.grant_to_app(op, "ingest", "rights_request", "SELECT, INSERT, UPDATE")
    shared_tables.grant_to_app(op, "ingest", "notification_task", "SELECT, INSERT, UPDATE")
    shared_tables.grant_to_app(op, "ingest", "traveller", "UPDATE (erase_at)")
