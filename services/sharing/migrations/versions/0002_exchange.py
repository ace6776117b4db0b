"""The exchange with counterparts: messages both ways, the replay cache, nonces, findings of notices."""

from alembic import op

from shared.db import shared_tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# One row a message, whichever way it went. `envelope` is the signed text with the sealed payload: nothing of
# a person stands outside it, and an erased message keeps its row without it.
_MESSAGE = """
CREATE TABLE exchange_message (
    message_id uuid PRIMARY KEY,
    direction text NOT NULL CHECK (direction IN ('IN', 'OUT')),
    type text NOT NULL,
    authority_id text NOT NULL,
    thread_id uuid NOT NULL,
    in_reply_to uuid,
    target_id uuid,
    derived_from uuid,
    state text NOT NULL CHECK (state IN (
        'PROPOSED', 'APPROVED', 'SENT', 'DELIVERED', 'DONE', 'REFUSED', 'EXPIRED',
        'RECEIVED', 'SEEN', 'ANSWERED', 'RESTRICTED', 'ERASED', 'NOT_IN_SCOPE'
    )),
    outside jsonb NOT NULL,
    basis jsonb,
    envelope_digest text NOT NULL,
    envelope text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    retention_until date NOT NULL,
    next_try_at timestamptz,
    tries int NOT NULL DEFAULT 0,
    sent_at timestamptz,
    delivered_at timestamptz,
    acknowledgement text,
    last_fault text,
    answer_due_at timestamptz,
    done_due_at timestamptz,
    done_at timestamptz,
    seen_at timestamptz,
    seen_by text,
    approval_id uuid
)
"""
_SEEN = """
CREATE TABLE exchange_seen (
    message_id uuid PRIMARY KEY,
    authority_id text NOT NULL,
    received_hash text NOT NULL,
    acknowledgement text NOT NULL,
    received_at timestamptz NOT NULL
)
"""
_NONCE = """
CREATE TABLE exchange_nonce (
    keyid text NOT NULL,
    nonce text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (keyid, nonce)
)
"""
_INDEXES = (
    "CREATE INDEX exchange_message_due ON exchange_message (next_try_at) WHERE next_try_at IS NOT NULL",
    "CREATE INDEX exchange_message_newest ON exchange_message (direction, created_at DESC, message_id)",
    "CREATE INDEX exchange_message_target ON exchange_message (target_id) WHERE target_id IS NOT NULL",
    "CREATE INDEX exchange_message_derived ON exchange_message (derived_from) WHERE derived_from IS NOT NULL",
    "CREATE INDEX exchange_message_thread ON exchange_message (thread_id)",
    "CREATE INDEX exchange_seen_received ON exchange_seen (received_at)",
    "CREATE INDEX exchange_nonce_expires ON exchange_nonce (expires_at)",
    # A message is withdrawn from a recipient once, whoever asks for it and however often.
    "CREATE UNIQUE INDEX exchange_recalled_once ON exchange_message (target_id, authority_id) "
    "WHERE direction = 'OUT' AND type IN ('RECALL', 'WL_REMOVE')",
)
_GRANTS = {
    "exchange_message": "SELECT, INSERT, UPDATE (state, basis, envelope, next_try_at, tries, "
    "sent_at, delivered_at, acknowledgement, last_fault, answer_due_at, done_due_at, done_at, "
    "seen_at, seen_by, approval_id)",
    "exchange_seen": "SELECT, INSERT, DELETE",
    "exchange_nonce": "SELECT, INSERT, DELETE",
}


def upgrade() -> None:
    for statement in (_MESSAGE, _SEEN, _NONCE, *_INDEXES):
        op.execute(statement)
    for table, rights in _GRANTS.items():
        shared_tables.grant_to_app(op, "sharing", table, rights)
