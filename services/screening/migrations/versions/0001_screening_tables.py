"""The tables of the screening service: lists, approvals, hits, reviews, orders, the front line."""

from alembic import op

from shared.db import shared_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_LISTS = """
CREATE TABLE list_source (
    source_id text PRIMARY KEY,
    publisher text NOT NULL,
    kind text NOT NULL,
    reader text NOT NULL,
    purpose_tag text NOT NULL,
    allow_list jsonb NOT NULL,
    handling_code text NOT NULL,
    conditions jsonb NOT NULL,
    action_code text NOT NULL,
    tear_line text NOT NULL CHECK (char_length(tear_line) BETWEEN 1 AND 280),
    desk_phone text NOT NULL,
    source_grade int NOT NULL CHECK (source_grade BETWEEN 1 AND 3),
    info_grade text NOT NULL CHECK (info_grade IN ('A', 'B', 'C', 'D', 'E')),
    author text NOT NULL,
    approver text NOT NULL,
    approved_at timestamptz NOT NULL
);
CREATE TABLE legal_row (
    row_id uuid PRIMARY KEY,
    authority text NOT NULL,
    action text NOT NULL,
    data_class text NOT NULL,
    purpose_code text NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    instrument_ref text NOT NULL,
    public_url text NOT NULL,
    author text NOT NULL,
    approver text NOT NULL,
    approved_at timestamptz NOT NULL
);
CREATE INDEX legal_row_key ON legal_row (authority, action, data_class, purpose_code, valid_from);
CREATE TABLE list_version (
    version_id uuid PRIMARY KEY,
    source_id text NOT NULL REFERENCES list_source,
    state text NOT NULL CHECK (state IN ('HELD', 'IN_FORCE', 'SUPERSEDED', 'REJECTED')),
    generated_at timestamptz NOT NULL,
    sha256 text NOT NULL,
    individuals int NOT NULL,
    entities_left_out int NOT NULL,
    by_regime jsonb NOT NULL,
    stored int NOT NULL,
    faults jsonb NOT NULL,
    delta_pct float8 NOT NULL,
    imported_by text NOT NULL,
    imported_at timestamptz NOT NULL,
    approvers jsonb NOT NULL DEFAULT '[]',
    in_force_since timestamptz
);
CREATE UNIQUE INDEX list_version_file ON list_version (source_id, sha256) WHERE state <> 'REJECTED';
CREATE UNIQUE INDEX list_version_in_force ON list_version (source_id) WHERE state = 'IN_FORCE';
CREATE TABLE list_row (
    version_id uuid NOT NULL REFERENCES list_version,
    entry_id text NOT NULL,
    digest text NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (version_id, entry_id)
);
CREATE TABLE watchlist_entry (
    entry_id text PRIMARY KEY,
    source_id text NOT NULL REFERENCES list_source,
    version_id uuid NOT NULL REFERENCES list_version,
    digest text NOT NULL,
    body jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('ACTIVE', 'UNDER_REVIEW', 'SUSPENDED', 'REMOVED', 'EXPIRED')),
    status_since timestamptz NOT NULL,
    activated_at timestamptz NOT NULL,
    review_due date NOT NULL,
    expires date NOT NULL,
    removed_at timestamptz,
    is_used boolean NOT NULL,
    refusals jsonb NOT NULL DEFAULT '[]'
);
CREATE INDEX watchlist_entry_source ON watchlist_entry (source_id);
CREATE INDEX watchlist_entry_due ON watchlist_entry (least(review_due, expires)) WHERE is_used;
CREATE TABLE watchlist_generation (one boolean PRIMARY KEY CHECK (one), generation bigint NOT NULL);
INSERT INTO watchlist_generation VALUES (true, 0);
"""

_APPROVED = """
CREATE TABLE standing_order (
    order_id uuid PRIMARY KEY,
    purpose_code text NOT NULL,
    statement text NOT NULL,
    alternatives_considered text NOT NULL,
    period_days int NOT NULL CHECK (period_days BETWEEN 1 AND 90),
    author text NOT NULL,
    approver text NOT NULL CHECK (approver <> author),
    approved_at timestamptz NOT NULL,
    expires date NOT NULL
);
CREATE TABLE matcher_approval (
    approval_id uuid PRIMARY KEY,
    algorithm text NOT NULL,
    threshold float8 NOT NULL,
    proposed_by text NOT NULL,
    approved_by text NOT NULL CHECK (approved_by <> proposed_by),
    approved_on date NOT NULL,
    approved_until date NOT NULL,
    approved_at timestamptz NOT NULL
);
CREATE TABLE screening_run (
    message_id uuid PRIMARY KEY,
    screened_at timestamptz NOT NULL,
    data_class text NOT NULL,
    travellers int NOT NULL,
    unscreenable int NOT NULL,
    matches int NOT NULL,
    matcher_digest text NOT NULL,
    algorithm text NOT NULL,
    threshold float8 NOT NULL,
    standing_order_id uuid NOT NULL,
    matcher_approval_id uuid NOT NULL
);
"""

_HITS = """
CREATE TABLE hit (
    hit_id uuid PRIMARY KEY,
    traveller_id uuid NOT NULL,
    entry_id text NOT NULL,
    source_id text NOT NULL,
    hit_type text NOT NULL,
    state text NOT NULL,
    since timestamptz NOT NULL,
    made_at timestamptz NOT NULL,
    reported_at timestamptz NOT NULL,
    waiting_since timestamptz NOT NULL,
    review_deadline timestamptz NOT NULL,
    next_clock_at timestamptz,
    flight jsonb NOT NULL,
    origin text,
    destination text,
    departure_at timestamptz,
    arrival_at timestamptz,
    data_class text NOT NULL,
    journey_key text NOT NULL,
    traveller jsonb,
    traveller_digest text NOT NULL,
    entry jsonb NOT NULL,
    entry_digest text NOT NULL,
    score float8 NOT NULL,
    evidence jsonb NOT NULL,
    compared_name jsonb,
    matcher_digest text NOT NULL,
    algorithm text NOT NULL,
    threshold float8 NOT NULL,
    data_version int NOT NULL,
    data_changed_at timestamptz,
    review_round int NOT NULL,
    suppressed_until timestamptz,
    confirmed_at timestamptz,
    outcome text,
    closing_code text,
    owner text,
    UNIQUE (traveller_id, entry_id),
    CHECK ((state = 'CLOSED') = (closing_code IS NOT NULL))
);
CREATE INDEX hit_queue ON hit (state, departure_at, arrival_at);
CREATE INDEX hit_clock ON hit (next_clock_at) WHERE next_clock_at IS NOT NULL;
CREATE INDEX hit_entry ON hit (entry_id) WHERE state <> 'CLOSED';
CREATE INDEX hit_made ON hit (made_at DESC);
CREATE TABLE hit_move (
    move_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hit_id uuid NOT NULL REFERENCES hit,
    at timestamptz NOT NULL,
    source text NOT NULL,
    target text NOT NULL,
    actor text NOT NULL,
    cause text NOT NULL,
    closing_code text
);
CREATE INDEX hit_move_hit ON hit_move (hit_id, move_id);
CREATE TABLE lease (
    hit_id uuid PRIMARY KEY REFERENCES hit,
    holder text NOT NULL,
    stage text NOT NULL,
    opened_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    data_version int NOT NULL
);
CREATE TABLE review (
    review_id uuid PRIMARY KEY,
    hit_id uuid NOT NULL REFERENCES hit,
    review_round int NOT NULL,
    stage text NOT NULL,
    reviewer text NOT NULL,
    reports_to text,
    role text NOT NULL,
    opened_at timestamptz NOT NULL,
    decided_at timestamptz NOT NULL,
    seconds_open int NOT NULL CHECK (seconds_open >= 30),
    outcome text NOT NULL,
    reasons text NOT NULL,
    compared_fields jsonb NOT NULL,
    explanations jsonb NOT NULL,
    comparison jsonb NOT NULL,
    is_sufficient boolean NOT NULL,
    was_blind boolean NOT NULL,
    data_version int NOT NULL,
    UNIQUE (hit_id, review_round, stage)
);
CREATE TABLE history_reader (
    hit_id uuid NOT NULL REFERENCES hit,
    person text NOT NULL,
    first_read_at timestamptz NOT NULL,
    PRIMARY KEY (hit_id, person)
);
CREATE TABLE suppression (
    journey_key text NOT NULL,
    entry_id text NOT NULL,
    entry_digest text NOT NULL,
    hit_id uuid NOT NULL REFERENCES hit,
    suppressed_until timestamptz NOT NULL,
    PRIMARY KEY (journey_key, entry_id)
);
CREATE INDEX suppression_until ON suppression (suppressed_until);
"""

_ACTS = """
CREATE TABLE hit_order (
    order_id uuid PRIMARY KEY,
    hit_id uuid NOT NULL REFERENCES hit,
    kind text NOT NULL,
    statement text NOT NULL,
    author text NOT NULL,
    drafted_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('DRAFT', 'APPROVED', 'REJECTED', 'CANCELLED')),
    decided_by text,
    decided_at timestamptz,
    CHECK (state <> 'APPROVED' OR decided_by <> author)
);
CREATE INDEX hit_order_hit ON hit_order (hit_id, drafted_at);
CREATE TABLE national_release (
    hit_id uuid PRIMARY KEY REFERENCES hit,
    notice_id uuid NOT NULL,
    authority_id text NOT NULL,
    released_at timestamptz NOT NULL
);
CREATE TABLE card_outcome (
    hit_id uuid PRIMARY KEY REFERENCES hit,
    outcome text NOT NULL,
    person text NOT NULL,
    at timestamptz NOT NULL
);
CREATE TABLE case_file (
    case_id text PRIMARY KEY,
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    members jsonb NOT NULL
);
CREATE TABLE stated_act (
    actor text NOT NULL,
    statement_digest text NOT NULL,
    subject_digest text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (actor, statement_digest, subject_digest)
);
CREATE INDEX stated_act_at ON stated_act (at);
"""

_RIGHTS = {
    "list_source": "SELECT, INSERT, UPDATE",
    "legal_row": "SELECT, INSERT",
    "list_version": "SELECT, INSERT, UPDATE (state, approvers, in_force_since)",
    "list_row": "SELECT, INSERT",
    "watchlist_entry": "SELECT, INSERT, UPDATE",
    "watchlist_generation": "SELECT, UPDATE",
    "standing_order": "SELECT, INSERT",
    "matcher_approval": "SELECT, INSERT",
    "screening_run": "SELECT, INSERT",
    "hit": "SELECT, INSERT, UPDATE",
    "hit_move": "SELECT, INSERT",
    "lease": "SELECT, INSERT, UPDATE, DELETE",
    "review": "SELECT, INSERT, UPDATE (reasons, explanations)",
    "history_reader": "SELECT, INSERT",
    "suppression": "SELECT, INSERT, UPDATE, DELETE",
    "hit_order": "SELECT, INSERT, UPDATE (state, decided_by, decided_at)",
    "national_release": "SELECT, INSERT",
    "card_outcome": "SELECT, INSERT",
    "case_file": "SELECT, INSERT, UPDATE (closed_at)",
    "stated_act": "SELECT, INSERT, UPDATE, DELETE",
}


def upgrade() -> None:
    shared_tables.create_audit_tables(op, "screening")
    shared_tables.create_approval_table(op, "screening")
    shared_tables.create_outbox(op, "screening")
    shared_tables.create_inbox(op, "screening")
    for statements in (_LISTS, _APPROVED, _HITS, _ACTS):
        for statement in statements.split(";\n"):
            if statement.strip():
                op.execute(statement)
    for table, rights in _RIGHTS.items():
        shared_tables.grant_to_app(op, "screening", table, rights)
