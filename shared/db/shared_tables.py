"""The tables that every service has.

Its first migration creates them:

    from alembic import op
    from shared.db import shared_tables

    def upgrade() -> None:
        shared_tables.create_audit_tables(op, "ingest")
        shared_tables.create_approval_table(op, "ingest")
        shared_tables.create_outbox(op, "ingest")
        shared_tables.create_inbox(op, "ingest")
        op.execute("CREATE TABLE flight (...)")
        shared_tables.grant_to_app(op, "ingest", "flight", "SELECT, INSERT, UPDATE")

These functions are part of published histories: a later change is a new function, never an edit of these.
"""

from typing import Protocol

from shared.db.roles import app_role, migrator_role, owner_role

AUDIT_TABLES = ("audit_record", "audit_leaf", "audit_node", "audit_checkpoint")
"""Insert-only, for everyone. `audit_pending` beside them is a queue, and rows leave it."""

_AUDIT_RECORD = """
CREATE TABLE audit_record (
    record_id uuid PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    subject_id text,
    outcome text NOT NULL CHECK (outcome IN ('DONE', 'PERMITTED', 'REFUSED', 'FAILED')),
    purpose text,
    content bytea NOT NULL CHECK (octet_length(content) BETWEEN 2 AND 65536)
)
"""
_AUDIT_INDEXES = (
    "CREATE INDEX audit_record_actor ON audit_record (actor, record_id)",
    "CREATE INDEX audit_record_object ON audit_record (object_id, record_id)",
    "CREATE INDEX audit_record_subject ON audit_record (subject_id, record_id) WHERE subject_id IS NOT NULL",
    "CREATE INDEX audit_record_occurred ON audit_record (occurred_at)",
)
_AUDIT_PENDING = "CREATE TABLE audit_pending (record_id uuid PRIMARY KEY)"
_AUDIT_LEAF = """
CREATE TABLE audit_leaf (
    position bigint PRIMARY KEY CHECK (position >= 0),
    record_id uuid NOT NULL UNIQUE,
    leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32)
)
"""
_AUDIT_NODE = """
CREATE TABLE audit_node (
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 62),
    ordinal bigint NOT NULL CHECK (ordinal >= 0),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (level, ordinal)
)
"""
_AUDIT_CHECKPOINT = """
CREATE TABLE audit_checkpoint (
    tree_size bigint PRIMARY KEY CHECK (tree_size >= 0),
    signed_at timestamptz NOT NULL,
    note text NOT NULL
)
"""
_REFUSE_CHANGE = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit tables are written once' USING ERRCODE = 'insufficient_privilege';
END
$$
"""
_APPROVAL = """
CREATE TABLE approval (
    approval_id uuid PRIMARY KEY,
    kind text NOT NULL,
    subject text NOT NULL,
    payload jsonb NOT NULL,
    payload_digest text NOT NULL,
    state text NOT NULL CHECK (state IN ('PENDING', 'APPROVED', 'REJECTED')),
    version integer NOT NULL CHECK (version >= 1),
    proposer text NOT NULL,
    proposer_role text NOT NULL,
    proposed_at timestamptz NOT NULL,
    decided_by text,
    decided_role text,
    decided_at timestamptz,
    CONSTRAINT approval_by_another CHECK (state <> 'APPROVED' OR decided_by <> proposer),
    CONSTRAINT approval_decided CHECK (
        (state = 'PENDING') = (decided_by IS NULL)
        AND (decided_by IS NULL) = (decided_role IS NULL)
        AND (decided_by IS NULL) = (decided_at IS NULL)
    )
)
"""
_OUTBOX = """
CREATE TABLE outbox (
    outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id uuid NOT NULL UNIQUE,
    destination text NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    trace_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    available_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    last_fault text
)
"""
_INBOX = """
CREATE TABLE inbox (
    message_id uuid PRIMARY KEY,
    kind text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    reply jsonb
)
"""


class Operations(Protocol):
    """The part of `alembic.op` that is used here."""

    def execute(self, sqltext: str) -> None:
        """Run one statement."""
        ...


_DECISION_INPUT = """
CREATE TABLE decision_input (
    record_id uuid PRIMARY KEY,
    subject_id text,
    kept_since timestamptz NOT NULL,
    request bytea NOT NULL
)
"""
_DECISION_INPUT_INDEXES = (
    "CREATE INDEX decision_input_kept_since ON decision_input (kept_since)",
    "CREATE INDEX decision_input_subject ON decision_input (subject_id) WHERE subject_id IS NOT NULL",
)


def create_decision_inputs(op: Operations, service: str) -> None:
    """Create the table of what the safeguards were asked; it is no part of the log, and rows leave it.

    Source:
        safeguards.md SG-42 (replay of decisions), SG-23.
    """
    for statement in (_DECISION_INPUT, *_DECISION_INPUT_INDEXES):
        op.execute(statement)
    grant_to_app(op, service, "decision_input", "SELECT, INSERT, DELETE")


_OVERSIGHT_SUSPENSION = """
CREATE TABLE oversight_suspension (
    suspension_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('RULE', 'ENTRY', 'PARTNER')),
    object_id text NOT NULL,
    order_number text NOT NULL,
    reason text NOT NULL,
    suspended_by text NOT NULL CHECK (suspended_by IN ('COURT', 'INDEPENDENT_AUTHORITY', 'DPO', 'AUDITOR')),
    ordered_by text NOT NULL,
    ordered_at timestamptz NOT NULL,
    lifted_at timestamptz,
    lifted_by text,
    lifting_order text,
    CONSTRAINT oversight_suspension_lifted CHECK (
        (lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifting_order IS NULL)
    )
)
"""


def create_oversight_suspensions(op: Operations, service: str) -> None:
    """Create the table of what oversight suspended; rows are lifted once and never leave.

    Source:
        safeguards.md SG-42.
    """
    op.execute(_OVERSIGHT_SUSPENSION)
    op.execute(
        "CREATE UNIQUE INDEX oversight_suspension_stands ON oversight_suspension (kind, object_id)"
        " WHERE lifted_at IS NULL"
    )
    grant_to_app(
        op,
        service,
        "oversight_suspension",
        "SELECT, INSERT, UPDATE (lifted_at, lifted_by, lifting_order)",
    )


_ACCOUNT_FREEZE = """
CREATE TABLE account_freeze (
    freeze_id uuid PRIMARY KEY,
    account text NOT NULL,
    incident_id uuid NOT NULL,
    is_by_oversight boolean NOT NULL,
    frozen_at timestamptz NOT NULL,
    released_at timestamptz
)
"""


def create_account_freezes(op: Operations, service: str) -> None:
    """Create the table of accounts that incidents froze; rows are released once and never leave.

    Source:
        safeguards.md SG-44.
    """
    op.execute(_ACCOUNT_FREEZE)
    op.execute("CREATE INDEX account_freeze_stands ON account_freeze (account) WHERE released_at IS NULL")
    op.execute("CREATE INDEX account_freeze_incident ON account_freeze (incident_id)")
    grant_to_app(op, service, "account_freeze", "SELECT, INSERT, UPDATE (released_at)")


def grant_to_app(op: Operations, service: str, table: str, rights: str) -> None:
    """Let the running service use a table; without a grant it cannot even read it.

    Args:
        op: `alembic.op`.
        service: Whose application role is meant.
        table: The table's name.
        rights: For example `"SELECT, INSERT"`.
    """
    op.execute(f"GRANT {rights} ON {table} TO {app_role(service)}")


def create_audit_tables(op: Operations, service: str) -> None:
    """Create the audit log's tables and the queue of records that await their leaf position.

    Nobody gets UPDATE, DELETE or TRUNCATE on `AUDIT_TABLES`: the owner's own rights are revoked, and a
    trigger refuses even whoever takes them back. Rewriting by a superuser is found by
    `shared/audit/verify.py`. There are no foreign keys: their checks would need the very rights that are
    revoked.

    Source:
        safeguards.md SG-41; RFC 9162 §2.1 for leaves and nodes.
    """
    for statement in (_AUDIT_RECORD, *_AUDIT_INDEXES, _AUDIT_PENDING, _AUDIT_LEAF, _AUDIT_NODE):
        op.execute(statement)
    op.execute(_AUDIT_CHECKPOINT)
    op.execute(_REFUSE_CHANGE)
    for table in AUDIT_TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
        )
        roles = f"{owner_role(service)}, {migrator_role(service)}, {app_role(service)}, PUBLIC"
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {roles}")
        grant_to_app(op, service, table, "SELECT, INSERT")
    grant_to_app(op, service, "audit_pending", "SELECT, INSERT, DELETE")


def create_approval_table(op: Operations, service: str) -> None:
    """Create the table of two-person approvals; rows are decided once and never leave."""
    op.execute(_APPROVAL)
    op.execute("CREATE INDEX approval_pending ON approval (kind, approval_id) WHERE state = 'PENDING'")
    op.execute("CREATE INDEX approval_subject ON approval (kind, subject)")
    grant_to_app(
        op,
        service,
        "approval",
        "SELECT, INSERT, UPDATE (state, version, decided_by, decided_role, decided_at)",
    )


def create_outbox(op: Operations, service: str) -> None:
    """Create the table of messages that are still to be delivered."""
    op.execute(_OUTBOX)
    op.execute("CREATE INDEX outbox_due ON outbox (destination, outbox_id)")
    grant_to_app(op, service, "outbox", "SELECT, INSERT, UPDATE, DELETE")


def create_inbox(op: Operations, service: str) -> None:
    """Create the table that makes a repeated message harmless."""
    op.execute(_INBOX)
    op.execute("CREATE INDEX inbox_received ON inbox (received_at)")
    grant_to_app(op, service, "inbox", "SELECT, INSERT, UPDATE, DELETE")
