"""Whoever travels with a confirmed person; whether a child's notice serves the child; clocks that ring."""

from alembic import op

from shared.db import shared_tables

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

# Nobody is named, and no category is one of a suspect: a link makes nobody one (SG-17).
_COMPANION = """
CREATE TABLE companion (
    companion_id uuid PRIMARY KEY,
    hit_id uuid NOT NULL REFERENCES hit,
    link text NOT NULL CHECK (link IN ('FAMILY', 'CO_TRAVELLER', 'SAME_BOOKING', 'CONTACT')),
    is_child boolean NOT NULL,
    category text NOT NULL DEFAULT 'ASSOCIATE_NOT_SUSPECT'
        CHECK (category IN ('ASSOCIATE_NOT_SUSPECT', 'VICTIM', 'WITNESS', 'UNRELATED')),
    whereabouts text CHECK (char_length(whereabouts) BETWEEN 3 AND 200),
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    attended_at timestamptz,
    rung_at timestamptz,
    evidence text[] NOT NULL DEFAULT '{}',
    words text CHECK (char_length(words) BETWEEN 40 AND 4000),
    assessed_by text,
    assessed_at timestamptz,
    erased_at timestamptz,
    CONSTRAINT companion_child_is_a_flag
        CHECK (NOT is_child OR (category = 'ASSOCIATE_NOT_SUSPECT' AND assessed_at IS NULL)),
    CONSTRAINT companion_assessed CHECK ((assessed_by IS NULL) = (assessed_at IS NULL)),
    CONSTRAINT companion_erased CHECK (erased_at IS NULL OR (whereabouts IS NULL AND words IS NULL))
)
"""
_REFERRAL = """
CREATE TABLE companion_referral (
    companion_id uuid REFERENCES companion,
    kind text CHECK (kind IN ('REFER_CHILD', 'REFER_VICTIM', 'REFER_ASYLUM')),
    words text CHECK (char_length(words) BETWEEN 40 AND 4000),
    referred_by text NOT NULL,
    referred_at timestamptz NOT NULL,
    outcome text CHECK (outcome IN ('TAKEN_UP', 'DECLINED')),
    outcome_at timestamptz,
    PRIMARY KEY (companion_id, kind),
    CONSTRAINT companion_referral_ended CHECK ((outcome IS NULL) = (outcome_at IS NULL))
)
"""


def upgrade() -> None:
    op.execute(_COMPANION)
    op.execute("CREATE INDEX companion_of_hit ON companion (hit_id) WHERE erased_at IS NULL")
    op.execute("CREATE INDEX companion_unattended ON companion (due_at) WHERE attended_at IS NULL")
    op.execute(_REFERRAL)
    # A finding of before this speaks of an inspection alone, and lets nothing be sent.
    op.execute("ALTER TABLE child_case ADD COLUMN allows_share boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE child_case ADD COLUMN rung_at timestamptz")
    shared_tables.grant_to_app(op, "screening", "companion", "SELECT, INSERT, UPDATE")
    shared_tables.grant_to_app(op, "screening", "companion_referral", "SELECT, INSERT, UPDATE")
