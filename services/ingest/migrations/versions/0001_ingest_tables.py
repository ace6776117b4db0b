"""The tables of the ingest service: messages, flights, travellers, registers, what was dropped."""

from alembic import op

from shared.db import shared_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_FLIGHT = """
CREATE TABLE flight (
    flight_id uuid PRIMARY KEY,
    flight_key text NOT NULL UNIQUE,
    carrier text NOT NULL,
    number text NOT NULL,
    suffix text,
    origin text,
    destination text,
    departure_date date NOT NULL,
    legs jsonb NOT NULL,
    status text NOT NULL DEFAULT 'EXPECTED' CHECK (status IN ('EXPECTED', 'CLOSED', 'CANCELLED')),
    pushes integer NOT NULL DEFAULT 1 CHECK (pushes >= 1),
    first_reported_at timestamptz NOT NULL,
    last_reported_at timestamptz NOT NULL
)
"""
# A message row is also its receipt. It holds no text of the message, only a keyed digest of it.
_MESSAGE = """
CREATE TABLE message (
    message_id uuid PRIMARY KEY,
    sender text NOT NULL,
    same_message text NOT NULL,
    idempotency_key text,
    ordinal integer NOT NULL CHECK (ordinal >= 0),
    digest text NOT NULL,
    received_at timestamptz NOT NULL,
    is_test boolean NOT NULL,
    kind text,
    function text,
    change text,
    transaction_reference text,
    revision integer,
    part integer NOT NULL,
    status text NOT NULL CHECK (status IN ('ACCEPTED', 'ACCEPTED_WITH_FAULTS', 'REJECTED')),
    refusal text,
    flight_id uuid REFERENCES flight,
    flight jsonb,
    stated integer,
    accepted integer NOT NULL CHECK (accepted >= 0),
    rejected integer NOT NULL CHECK (rejected >= 0),
    faults jsonb NOT NULL,
    screened integer NOT NULL DEFAULT 0 CHECK (screened BETWEEN 0 AND accepted),
    screened_at timestamptz,
    CONSTRAINT message_screened CHECK ((screened_at IS NULL) OR screened = accepted),
    CONSTRAINT message_once UNIQUE (sender, same_message)
)
"""
_TRAVELLER = """
CREATE TABLE traveller (
    traveller_id uuid PRIMARY KEY,
    flight_id uuid NOT NULL REFERENCES flight,
    person_key bytea NOT NULL CHECK (octet_length(person_key) = 32),
    message_id uuid NOT NULL REFERENCES message,
    status text NOT NULL CHECK (status IN ('REPORTED', 'ON_BOARD', 'NOT_ON_BOARD', 'CANCELLED')),
    record jsonb NOT NULL,
    reported_at timestamptz NOT NULL,
    screened_at timestamptz,
    CONSTRAINT traveller_once UNIQUE (flight_id, person_key)
)
"""
# Which message and travellers a batch on its way to screening belongs to; the row leaves with the reply.
_OBSERVED_BATCH = """
CREATE TABLE observed_batch (
    batch_id uuid PRIMARY KEY,
    message_id uuid NOT NULL REFERENCES message,
    traveller_ids uuid[] NOT NULL
)
"""
_REGISTER_ROW = """
CREATE TABLE register_row (
    register text NOT NULL,
    key text NOT NULL,
    value jsonb NOT NULL,
    approval_id uuid NOT NULL REFERENCES approval,
    author text NOT NULL,
    approver text NOT NULL,
    approved_at timestamptz NOT NULL,
    PRIMARY KEY (register, key),
    CHECK (author <> approver)
)
"""
# Classes and element names by carrier and day, never by message: on a small flight they would name a person.
_DROPPED = """
CREATE TABLE dropped (
    carrier text NOT NULL,
    day date NOT NULL,
    class text NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    PRIMARY KEY (carrier, day, class)
)
"""
_INDEXES = (
    "CREATE UNIQUE INDEX message_idempotency ON message (sender, idempotency_key, ordinal) "
    "WHERE idempotency_key IS NOT NULL",
    "CREATE INDEX message_transaction ON message (sender, transaction_reference) "
    "WHERE transaction_reference IS NOT NULL",
    "CREATE INDEX message_flight ON message (flight_id, message_id)",
    "CREATE INDEX flight_departure ON flight (departure_date, flight_id)",
)
_RIGHTS = {
    "flight": "SELECT, INSERT, UPDATE",
    "message": "SELECT, INSERT, UPDATE",
    "traveller": "SELECT, INSERT, UPDATE",
    "observed_batch": "SELECT, INSERT, DELETE",
    "register_row": "SELECT, INSERT, UPDATE, DELETE",
    "dropped": "SELECT, INSERT, UPDATE",
}


def upgrade() -> None:
    shared_tables.create_audit_tables(op, "ingest")
    shared_tables.create_approval_table(op, "ingest")
    shared_tables.create_outbox(op, "ingest")
    for table in (_FLIGHT, _MESSAGE, _TRAVELLER, _OBSERVED_BATCH, _REGISTER_ROW, _DROPPED, *_INDEXES):
        op.execute(table)
    for table, rights in _RIGHTS.items():
        shared_tables.grant_to_app(op, "ingest", table, rights)
