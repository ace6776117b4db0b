"""Possible matches of children: the child-protection desk's cases, with its clock and what it found."""

from alembic import op

from shared.db import shared_tables

revision = "0012"
down_revision = "0008"
branch_labels = None
depends_on = None

_CHILD_CASE = """
CREATE TABLE child_case (
    hit_id uuid PRIMARY KEY REFERENCES hit,
    opened_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    seen_by text,
    seen_at timestamptz,
    assessment_id uuid UNIQUE,
    allows_inspection boolean,
    words text CHECK (char_length(words) BETWEEN 40 AND 4000),
    assessed_by text,
    assessed_at timestamptz,
    CONSTRAINT child_case_seen CHECK ((seen_by IS NULL) = (seen_at IS NULL)),
    CONSTRAINT child_case_assessed CHECK (
        (assessment_id IS NULL) = (allows_inspection IS NULL)
        AND (assessment_id IS NULL) = (words IS NULL)
        AND (assessment_id IS NULL) = (assessed_by IS NULL)
        AND (assessment_id IS NULL) = (assessed_at IS NULL)
    )
)
"""


def upgrade() -> None:
    op.execute(_CHILD_CASE)
    op.execute("CREATE INDEX child_case_unseen ON child_case (due_at) WHERE seen_at IS NULL")
    # One specialist refers a child (workflow.md §7); every other order takes two people.
    op.execute("ALTER TABLE hit_order DROP CONSTRAINT hit_order_check")
    op.execute(
        "ALTER TABLE hit_order ADD CONSTRAINT hit_order_of_two"
        " CHECK (state <> 'APPROVED' OR decided_by <> author OR kind = 'REFER_CHILD')"
    )
    shared_tables.grant_to_app(op, "screening", "child_case", "SELECT, INSERT, UPDATE")
