"""Reservations, reports and their history, parts that wait for each other, each record's retention clock."""

from alembic import op

from shared.db import shared_tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# What a flight is called: carrier and number, its own and those of code shares, whatever the suffix.
_FLIGHT_NAME = """
CREATE TABLE flight_name (
    name text NOT NULL,
    departure_date date NOT NULL,
    flight_id uuid NOT NULL REFERENCES flight,
    PRIMARY KEY (name, departure_date, flight_id)
)
"""
_FLIGHT = (
    "ALTER TABLE flight ADD COLUMN has_missing_parts boolean NOT NULL DEFAULT false",
    "INSERT INTO flight_name (name, departure_date, flight_id) "
    "SELECT carrier || '|' || number, departure_date, flight_id FROM flight",
)
_MESSAGE = (
    "ALTER TABLE message ADD COLUMN access_reference text, ADD COLUMN transaction_id uuid",
    "ALTER TABLE observed_batch ADD COLUMN is_counted boolean NOT NULL DEFAULT true",
    "CREATE INDEX message_access ON message (sender, access_reference) WHERE access_reference IS NOT NULL",
    "CREATE INDEX message_parts ON message (transaction_id) WHERE transaction_id IS NOT NULL",
)
# `record` is what screening sees. Where API and PNR speak of the same person, it is both in one, and what
# each of them said stands beside it. Keys are keyed hashes that link
# reports, of 17 bytes each, one after another.
_TRAVELLER = (
    "ALTER TABLE traveller DROP CONSTRAINT traveller_once",
    """ALTER TABLE traveller
    ADD COLUMN source text NOT NULL DEFAULT 'API' CHECK (source IN ('API', 'PNR', 'BOTH')),
    ADD COLUMN api_keys bytea NOT NULL DEFAULT '',
    ADD COLUMN pnr_keys bytea NOT NULL DEFAULT '',
    ADD COLUMN api_record jsonb,
    ADD COLUMN pnr_record jsonb,
    ADD COLUMN fact_digest bytea NOT NULL DEFAULT '',
    ADD COLUMN first_reported_at timestamptz,
    ADD COLUMN followed_by uuid,
    ADD COLUMN legal_basis text,
    ADD COLUMN mask_at timestamptz,
    ADD COLUMN erase_at timestamptz,
    ADD CONSTRAINT traveller_sources CHECK
        ((source = 'BOTH') = (api_record IS NOT NULL) AND (source = 'BOTH') = (pnr_record IS NOT NULL))""",
    "UPDATE traveller SET first_reported_at = reported_at",
    "ALTER TABLE traveller ALTER COLUMN first_reported_at SET NOT NULL, DROP COLUMN person_key",
    "CREATE INDEX traveller_flight ON traveller (flight_id)",
    "CREATE INDEX traveller_mask ON traveller (mask_at)",
    "CREATE INDEX traveller_erase ON traveller (erase_at)",
)
# What was reported of a traveller before the report that stands: kept as long as the traveller.
_TRAVELLER_REPORT = """
CREATE TABLE traveller_report (
    report_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    traveller_id uuid NOT NULL REFERENCES traveller ON DELETE CASCADE,
    source text NOT NULL,
    status text NOT NULL,
    message_id uuid NOT NULL,
    reported_at timestamptz NOT NULL,
    superseded_by uuid NOT NULL,
    superseded_at timestamptz NOT NULL,
    record jsonb
)
"""
_RESERVATION = """
CREATE TABLE reservation (
    reservation_id uuid PRIMARY KEY,
    flight_id uuid NOT NULL REFERENCES flight,
    sender text NOT NULL,
    locators text[] NOT NULL CHECK (cardinality(locators) > 0),
    status text NOT NULL CHECK (status IN ('HELD', 'WITHDRAWN')),
    record jsonb NOT NULL,
    content_digest bytea NOT NULL,
    message_id uuid NOT NULL REFERENCES message,
    transaction_id uuid NOT NULL,
    first_reported_at timestamptz NOT NULL,
    reported_at timestamptz NOT NULL,
    legal_basis text,
    mask_at timestamptz,
    erase_at timestamptz
)
"""
_RESERVATION_HISTORY = """
CREATE TABLE reservation_history (
    history_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reservation_id uuid NOT NULL REFERENCES reservation ON DELETE CASCADE,
    status text NOT NULL,
    message_id uuid NOT NULL,
    reported_at timestamptz NOT NULL,
    superseded_by uuid NOT NULL,
    superseded_at timestamptz NOT NULL,
    record jsonb NOT NULL
)
"""
_RESERVATION_TRAVELLER = """
CREATE TABLE reservation_traveller (
    reservation_id uuid NOT NULL REFERENCES reservation ON DELETE CASCADE,
    traveller_id uuid NOT NULL REFERENCES traveller ON DELETE CASCADE,
    place integer NOT NULL CHECK (place >= 0),
    PRIMARY KEY (reservation_id, traveller_id)
)
"""
# One push or list that its sender cut into parts (UNH S010).
_SPLIT_TRANSACTION = """
CREATE TABLE split_transaction (
    transaction_id uuid PRIMARY KEY,
    flight_id uuid NOT NULL REFERENCES flight,
    sender text NOT NULL,
    kind text NOT NULL,
    function text NOT NULL,
    reference text NOT NULL,
    is_full_push boolean NOT NULL,
    parts integer[] NOT NULL,
    last_part integer,
    stated integer,
    counts jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('WAITING', 'COMPLETE', 'PARTS_MISSING')),
    started_at timestamptz NOT NULL,
    waits_until timestamptz NOT NULL
)
"""
_INDEXES = (
    "CREATE INDEX flight_name_flight ON flight_name (flight_id)",
    "CREATE INDEX traveller_report_traveller ON traveller_report (traveller_id)",
    "CREATE INDEX reservation_flight ON reservation (flight_id, sender)",
    "CREATE INDEX reservation_message ON reservation (message_id)",
    "CREATE INDEX reservation_locators ON reservation USING gin (locators)",
    "CREATE INDEX reservation_mask ON reservation (mask_at)",
    "CREATE INDEX reservation_erase ON reservation (erase_at)",
    "CREATE INDEX reservation_history_reservation ON reservation_history (reservation_id)",
    "CREATE INDEX reservation_traveller_traveller ON reservation_traveller (traveller_id)",
    "CREATE INDEX split_transaction_flight ON split_transaction (flight_id, sender)",
    "CREATE INDEX split_transaction_waiting ON split_transaction (waits_until) WHERE state = 'WAITING'",
)
_RIGHTS = {
    "flight_name": "SELECT, INSERT",
    "traveller_report": "SELECT, INSERT",
    "reservation": "SELECT, INSERT, UPDATE",
    "reservation_history": "SELECT, INSERT",
    "reservation_traveller": "SELECT, INSERT, DELETE",
    "split_transaction": "SELECT, INSERT, UPDATE",
}


def upgrade() -> None:
    # Not concurrently: no release has run with filled tables yet.
    for statement in (_FLIGHT_NAME, *_FLIGHT, *_MESSAGE, *_TRAVELLER, _TRAVELLER_REPORT):
        op.execute(statement)
    for table in (_RESERVATION, _RESERVATION_HISTORY, _RESERVATION_TRAVELLER, _SPLIT_TRANSACTION, *_INDEXES):
        op.execute(table)
    for table, rights in _RIGHTS.items():
        shared_tables.grant_to_app(op, "ingest", table, rights)
