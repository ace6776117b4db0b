"""Incidents: unauthorised access, wrong recipient, misuse; who was told of it, and when it was closed."""

from alembic import op

from shared.db import shared_tables

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_INCIDENT = """
CREATE TABLE incident (
    incident_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('UNAUTHORISED_ACCESS', 'WRONG_RECIPIENT', 'MISUSE', 'LOSS')),
    found_at timestamptz NOT NULL,
    persons integer NOT NULL CHECK (persons >= 0),
    data_classes text[] NOT NULL,
    is_high_risk boolean NOT NULL,
    summary text NOT NULL CHECK (char_length(summary) BETWEEN 40 AND 4000),
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL CHECK (opened_at >= found_at),
    closed_by text,
    closed_at timestamptz,
    lessons text,
    CONSTRAINT incident_closed CHECK (
        (closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (lessons IS NULL)
    )
)
"""
_REPORT = """
CREATE TABLE incident_report (
    incident_id uuid NOT NULL REFERENCES incident,
    report text NOT NULL CHECK (report IN ('CONTAINED', 'DPO', 'PARTNERS', 'NO_PARTNERS', 'AUTHORITY',
        'PERSONS', 'TELLING_ENDANGERS')),
    told_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (incident_id, report)
)
"""


def upgrade() -> None:
    op.execute(_INCIDENT)
    op.execute(_REPORT)
    op.execute("CREATE INDEX incident_open ON incident (found_at) WHERE closed_at IS NULL")
    shared_tables.grant_to_app(
        op, "ingest", "incident", "SELECT, INSERT, UPDATE (closed_by, closed_at, lessons)"
    )
    shared_tables.grant_to_app(op, "ingest", "incident_report", "SELECT, INSERT")
