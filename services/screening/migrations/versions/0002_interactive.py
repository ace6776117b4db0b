"""Boarding: laws that allow advice and holds, the risk of States, assessments, what carriers were told."""

from alembic import op

from shared.db import shared_tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_RISK = """
CREATE TABLE country_risk (
    row_id uuid PRIMARY KEY,
    state text NOT NULL,
    level text NOT NULL CHECK (level IN ('LOW', 'MEDIUM', 'HIGH')),
    death_penalty boolean NOT NULL,
    assessed_at date NOT NULL,
    sources text NOT NULL,
    author text NOT NULL,
    approver text NOT NULL CHECK (approver <> author),
    approved_at timestamptz NOT NULL
)
"""
# What the legal and the human-rights officer found about one order; each office's last word counts.
_ASSESSMENT = """
CREATE TABLE order_assessment (
    order_id uuid NOT NULL REFERENCES hit_order,
    role text NOT NULL CHECK (role IN ('LEGAL', 'HUMAN_RIGHTS')),
    person text NOT NULL,
    finding text NOT NULL CHECK (finding IN ('CLEAR', 'RISK')),
    individual_risk boolean CHECK (individual_risk IS NULL OR role = 'HUMAN_RIGHTS'),
    words text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (order_id, role)
)
"""
# What carriers were asked to do about a traveller, on which order and data, and when it was taken back.
_DIRECTIVE = """
CREATE TABLE boarding_directive (
    directive_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('BOARDING_ADVICE', 'BOARDING_HOLD')),
    hit_id uuid NOT NULL REFERENCES hit,
    order_id uuid UNIQUE REFERENCES hit_order,
    traveller_id uuid NOT NULL,
    flight_id uuid NOT NULL,
    data_version int NOT NULL,
    legal_row_id uuid NOT NULL REFERENCES legal_row,
    since timestamptz NOT NULL,
    ends_at timestamptz,
    released_at timestamptz,
    released_by text,
    release_cause text,
    CHECK ((kind = 'BOARDING_ADVICE') = (order_id IS NOT NULL)),
    CHECK ((kind = 'BOARDING_HOLD') = (ends_at IS NOT NULL)),
    CHECK (ends_at IS NULL OR ends_at <= since + interval '10 minutes')
)
"""


def upgrade() -> None:
    # The orders that a row for `action.order` allows; a row of an earlier release allows none of them.
    op.execute("ALTER TABLE legal_row ADD COLUMN orders text[] NOT NULL DEFAULT '{}'")
    for statement in (_RISK, _ASSESSMENT, _DIRECTIVE):
        op.execute(statement)
    op.execute("CREATE INDEX country_risk_state ON country_risk (state, approved_at DESC)")
    op.execute(
        "CREATE INDEX boarding_directive_standing ON boarding_directive (traveller_id)"
        " WHERE released_at IS NULL"
    )
    # One hold for a hit, ever: released by itself, it does not come back by itself.
    op.execute(
        "CREATE UNIQUE INDEX boarding_hold_once ON boarding_directive (hit_id) WHERE kind = 'BOARDING_HOLD'"
    )
    shared_tables.grant_to_app(op, "screening", "country_risk", "SELECT, INSERT")
    shared_tables.grant_to_app(op, "screening", "order_assessment", "SELECT, INSERT, UPDATE")
    shared_tables.grant_to_app(
        op,
        "screening",
        "boarding_directive",
        "SELECT, INSERT, UPDATE (released_at, released_by, release_cause)",
    )
