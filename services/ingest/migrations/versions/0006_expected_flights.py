"""Flights that are expected, and the quality of what carriers send."""

from alembic import op

from shared.db import shared_tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# A carrier's schedule as last imported; an import replaces those of the carriers that it names.
_SCHEDULED_LEG = """
CREATE TABLE scheduled_leg (
    leg_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    import_id uuid NOT NULL,
    carrier text NOT NULL,
    number text NOT NULL,
    suffix text,
    origin text NOT NULL,
    destination text NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL CHECK (last_day >= first_day),
    weekdays integer[] NOT NULL CHECK (cardinality(weekdays) BETWEEN 1 AND 7),
    every_weeks integer NOT NULL CHECK (every_weeks >= 1),
    departure time NOT NULL,
    arrival time,
    arrival_days integer NOT NULL,
    departure_offset_minutes integer,
    arrival_offset_minutes integer,
    capacity integer CHECK (capacity > 0),
    names text[] NOT NULL
)
"""
# One flight of one day that ought to be reported. Times without zone are the airports' own. `seen_at` is up
# to when reports have been looked at, `look_at` when the next look is due even if nothing comes.
_EXPECTED_FLIGHT = """
CREATE TABLE expected_flight (
    expected_id uuid PRIMARY KEY,
    carrier text NOT NULL,
    number text NOT NULL,
    suffix text NOT NULL,
    names text[] NOT NULL,
    origin text NOT NULL,
    destination text NOT NULL,
    departure_date date NOT NULL,
    departure timestamp NOT NULL,
    arrival timestamp,
    departs_at timestamptz NOT NULL,
    arrives_at timestamptz,
    basis text NOT NULL CHECK (basis IN ('SCHEDULE', 'LEARNED')),
    capacity integer CHECK (capacity > 0),
    usual integer CHECK (usual > 0),
    state text NOT NULL CHECK (
        state IN ('EXPECTED', 'RECEIVED', 'LATE', 'MISSING', 'PARTIAL', 'CANCELLED')
    ),
    flight_id uuid REFERENCES flight,
    travellers integer NOT NULL DEFAULT 0,
    has_bookings boolean NOT NULL DEFAULT false,
    first_report_at timestamptz,
    seen_at timestamptz NOT NULL,
    look_at timestamptz,
    CONSTRAINT expected_once UNIQUE (carrier, number, suffix, origin, departure_date)
)
"""
_FLIGHT_ALARM = """
CREATE TABLE flight_alarm (
    alarm_id uuid PRIMARY KEY,
    expected_id uuid NOT NULL REFERENCES expected_flight ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('MISSING', 'LATE', 'PARTIAL')),
    raised_at timestamptz NOT NULL,
    CONSTRAINT alarm_once UNIQUE (expected_id, kind)
)
"""
# Counts of one flight, taken from its messages and travellers while these are kept; of nobody in particular.
_FLIGHT_QUALITY = """
CREATE TABLE flight_quality (
    flight_id uuid PRIMARY KEY REFERENCES flight,
    carrier text NOT NULL,
    number text NOT NULL,
    day date NOT NULL,
    departs_at timestamptz,
    first_report_at timestamptz,
    last_report_at timestamptz,
    messages integer NOT NULL,
    travellers integer NOT NULL,
    verified integer NOT NULL,
    present jsonb NOT NULL,
    faults jsonb NOT NULL,
    duplicates integer NOT NULL,
    parts_missing boolean NOT NULL,
    seen_at timestamptz NOT NULL
)
"""
# Which elements were missing or differed in possible matches that turned out to be of somebody else.
_MATCH_CAUSE = """
CREATE TABLE match_cause (
    carrier text NOT NULL,
    day date NOT NULL,
    element text NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    PRIMARY KEY (carrier, day, element)
)
"""
_INDEXES = (
    "CREATE INDEX scheduled_leg_carrier ON scheduled_leg (carrier)",
    "CREATE INDEX expected_flight_departure ON expected_flight (departs_at)",
    "CREATE INDEX expected_flight_day ON expected_flight (departure_date, carrier)",
    "CREATE INDEX flight_quality_day ON flight_quality (day, carrier)",
    # Not concurrently: no release has run with filled tables yet.
    "CREATE INDEX flight_reported ON flight (last_reported_at)",
)
_RIGHTS = {
    "scheduled_leg": "SELECT, INSERT, DELETE",
    "expected_flight": "SELECT, INSERT, UPDATE, DELETE",
    "flight_alarm": "SELECT, INSERT",
    "flight_quality": "SELECT, INSERT, UPDATE",
    "match_cause": "SELECT, INSERT, UPDATE",
}


def upgrade() -> None:
    tables = (_SCHEDULED_LEG, _EXPECTED_FLIGHT, _FLIGHT_ALARM, _FLIGHT_QUALITY, _MATCH_CAUSE)
    for statement in (*tables, *_INDEXES):
        op.execute(statement)
    for table, rights in _RIGHTS.items():
        shared_tables.grant_to_app(op, "ingest", table, rights)
