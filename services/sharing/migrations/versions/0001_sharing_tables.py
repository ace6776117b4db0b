"""The tables of the sharing service: registers, shares, verdicts, the ledger, the protection vault."""

from alembic import op

from shared.db import shared_tables
from shared.db.roles import VAULT_ROLE

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Each version is a row of its own and the newest counts, so that a verdict can be replayed.
_REGISTER = """
CREATE TABLE register_version (
    register text NOT NULL CHECK (register IN ('AUTHORITY', 'AGREEMENT', 'COUNTRY_RISK', 'LEGAL_ROW')),
    entry_id text NOT NULL,
    version int NOT NULL CHECK (version >= 1),
    body jsonb NOT NULL,
    approval_id uuid,
    activated_at timestamptz NOT NULL,
    PRIMARY KEY (register, entry_id, version)
)
"""
_SHARE = """
CREATE TABLE share (
    share_id uuid PRIMARY KEY,
    hit_id uuid NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('AWAITING_ASSESSMENT', 'AWAITING_PROPOSAL', 'PROPOSED', 'DECIDED')),
    version int NOT NULL DEFAULT 1,
    event text NOT NULL,
    hit jsonb NOT NULL,
    approval_id uuid,
    CONSTRAINT share_proposed CHECK (state <> 'PROPOSED' OR approval_id IS NOT NULL)
)
"""
_ASSESSMENT = """
CREATE TABLE individual_assessment (
    share_id uuid NOT NULL REFERENCES share (share_id),
    version int NOT NULL CHECK (version >= 1),
    individual_risk boolean NOT NULL,
    legal text CHECK (legal IN ('CLEAR', 'RISK')),
    human_rights text CHECK (human_rights IN ('CLEAR', 'RISK')),
    notes jsonb NOT NULL DEFAULT '{}',
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (share_id, version)
)
"""
_RECIPIENT = """
CREATE TABLE recipient (
    share_id uuid NOT NULL REFERENCES share (share_id),
    ordinal int NOT NULL,
    candidate_key text NOT NULL,
    authority_id text,
    state text NOT NULL,
    scope text NOT NULL CHECK (scope IN ('NATIONAL', 'FOREIGN')),
    connections text[] NOT NULL,
    paragraphs text[] NOT NULL,
    outcome text CHECK (outcome IN ('SEND', 'HOLD', 'BLOCK')),
    reasons text[] NOT NULL DEFAULT '{}',
    decided_at timestamptz,
    PRIMARY KEY (share_id, candidate_key)
)
"""
_NOTICE = """
CREATE TABLE notice (
    notice_id uuid PRIMARY KEY,
    share_id uuid NOT NULL REFERENCES share (share_id),
    authority_id text NOT NULL,
    scope text NOT NULL CHECK (scope IN ('NATIONAL', 'FOREIGN')),
    channel text NOT NULL CHECK (channel IN ('ENDPOINT', 'PAGES')),
    state text NOT NULL CHECK (state IN (
        'DRAFT', 'APPROVED', 'SENT', 'DELIVERED', 'SEEN', 'FEEDBACK', 'CLOSED',
        'CORRECTED', 'RECALLED', 'REFUSED', 'EXPIRED'
    )),
    payload_digest text NOT NULL,
    fields text[] NOT NULL,
    candidate jsonb NOT NULL,
    basis jsonb NOT NULL,
    agreement_id text,
    kid text,
    envelope text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    next_try_at timestamptz,
    tries int NOT NULL DEFAULT 0,
    sent_at timestamptz,
    delivered_at timestamptz,
    acknowledgement text,
    last_fault text,
    CONSTRAINT notice_sealed CHECK (channel = 'PAGES' OR (envelope IS NOT NULL AND kid IS NOT NULL)),
    CONSTRAINT notice_delivered CHECK (state <> 'DELIVERED' OR delivered_at IS NOT NULL)
)
"""
_VERDICT = """
CREATE TABLE verdict (
    verdict_id uuid PRIMARY KEY,
    share_id uuid NOT NULL REFERENCES share (share_id),
    notice_id uuid,
    candidate_key text NOT NULL,
    stage text NOT NULL CHECK (stage IN ('APPROVAL', 'DELIVERY')),
    outcome text NOT NULL CHECK (outcome IN ('SEND', 'HOLD', 'BLOCK')),
    reasons text[] NOT NULL,
    obligations text[] NOT NULL,
    pending text[] NOT NULL,
    policy_version text NOT NULL,
    catalogue_digest text NOT NULL,
    inputs_hash text NOT NULL,
    vault_look_up uuid,
    decided_at timestamptz NOT NULL
)
"""
_TRY = """
CREATE TABLE notice_try (
    notice_id uuid NOT NULL REFERENCES notice (notice_id),
    number int NOT NULL,
    tried_at timestamptz NOT NULL,
    outcome text NOT NULL,
    PRIMARY KEY (notice_id, number)
)
"""
_INDEXES = (
    "CREATE INDEX share_newest ON share (created_at DESC, share_id)",
    # One notice of a share to one authority lives at a time: this decides, never a look before.
    "CREATE UNIQUE INDEX notice_once ON notice (share_id, authority_id) "
    "WHERE state NOT IN ('REFUSED', 'EXPIRED')",
    "CREATE INDEX notice_due ON notice (next_try_at) WHERE next_try_at IS NOT NULL",
    "CREATE INDEX verdict_share ON verdict (share_id, decided_at)",
)
_GRANTS = {
    "register_version": "SELECT, INSERT",
    "share": "SELECT, INSERT, UPDATE (state, version, event, approval_id)",
    "individual_assessment": "SELECT, INSERT",
    "recipient": "SELECT, INSERT, UPDATE (ordinal, outcome, reasons, decided_at)",
    "notice": "SELECT, INSERT, "
    "UPDATE (state, next_try_at, tries, sent_at, delivered_at, acknowledgement, last_fault)",
    "verdict": "SELECT, INSERT",
    "notice_try": "SELECT, INSERT",
}
_FINDING = """
CREATE TABLE vault.finding (
    finding_id uuid PRIMARY KEY,
    hit_id uuid NOT NULL,
    subject_protection text NOT NULL
        CHECK (subject_protection IN ('NONE', 'APPLICANT', 'REFUGEE', 'STATELESS', 'UNKNOWN')),
    feared_states text[] NOT NULL,
    nationality text[] NOT NULL,
    former_residence text[] NOT NULL,
    claim_signs text[] NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL
)
"""
_LOOK_UP = """
CREATE TABLE vault.look_up (
    look_up_id uuid PRIMARY KEY,
    hit_id uuid NOT NULL,
    finding_id uuid,
    recipient_state text NOT NULL,
    reasons text[] NOT NULL,
    asked_at timestamptz NOT NULL
)
"""


def upgrade() -> None:
    shared_tables.create_audit_tables(op, "sharing")
    shared_tables.create_approval_table(op, "sharing")
    shared_tables.create_outbox(op, "sharing")
    shared_tables.create_inbox(op, "sharing")
    for statement in (_REGISTER, _SHARE, _ASSESSMENT, _RECIPIENT, _NOTICE, _VERDICT, _TRY, *_INDEXES):
        op.execute(statement)
    for table, rights in _GRANTS.items():
        shared_tables.grant_to_app(op, "sharing", table, rights)
    _create_vault()


def _create_vault() -> None:
    """The vault's schema: the application role has no right in it, not even to see its tables (SG-35)."""
    op.execute("CREATE SCHEMA vault")
    op.execute("REVOKE ALL ON SCHEMA vault FROM PUBLIC")
    op.execute(_FINDING)
    op.execute(_LOOK_UP)
    op.execute("CREATE INDEX finding_of_hit ON vault.finding (hit_id, recorded_at DESC)")
    op.execute(f"GRANT USAGE ON SCHEMA vault TO {VAULT_ROLE}")
    op.execute(f"GRANT SELECT, INSERT ON vault.finding, vault.look_up TO {VAULT_ROLE}")
