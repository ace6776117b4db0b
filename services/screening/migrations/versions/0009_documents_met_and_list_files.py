"""Which lists of documents the window's travellers met, and the sealed files that versions were made of."""

from alembic import op

from shared.db import shared_tables

revision = "0009"
down_revision = "0011"
branch_labels = None
depends_on = None

# Which version of each list of documents the travellers of the window have met, or are meeting.
_RESCREENED_DOCUMENTS = """
CREATE TABLE rescreened_documents (
    source_id text PRIMARY KEY,
    version_id uuid NOT NULL
)
"""
_PASSES = (
    "ALTER TABLE rescreening ADD COLUMN documents jsonb NOT NULL DEFAULT '[]'",
    "ALTER TABLE rescreening DROP CONSTRAINT rescreening_entry_ids_check",
    "ALTER TABLE rescreening ADD CONSTRAINT rescreening_has_cause"
    " CHECK (cardinality(entry_ids) > 0 OR documents <> '[]')",
)
# The file that a version was made of, packed and sealed in pieces under a key that is not in the database.
# The pieces are let go some time after the version was used for the last time; size and digest stay.
_LIST_FILE = """
CREATE TABLE list_file (
    version_id uuid PRIMARY KEY REFERENCES list_version DEFERRABLE INITIALLY DEFERRED,
    file_bytes bigint NOT NULL,
    pieces integer NOT NULL,
    unused_since timestamptz,
    let_go_at timestamptz
)
"""
_LIST_FILE_PIECE = """
CREATE TABLE list_file_piece (
    version_id uuid NOT NULL REFERENCES list_file,
    ordinal integer NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (version_id, ordinal)
)
"""
# What is packed and sealed gets no smaller.
_AS_IT_IS = "ALTER TABLE list_file_piece ALTER COLUMN sealed SET STORAGE EXTERNAL"


def upgrade() -> None:
    for statement in (_RESCREENED_DOCUMENTS, *_PASSES, _LIST_FILE, _LIST_FILE_PIECE, _AS_IT_IS):
        op.execute(statement)
    shared_tables.grant_to_app(op, "screening", "rescreened_documents", "SELECT, INSERT, UPDATE, DELETE")
    shared_tables.grant_to_app(op, "screening", "list_file", "SELECT, INSERT, UPDATE")
    shared_tables.grant_to_app(op, "screening", "list_file_piece", "SELECT, INSERT, DELETE")
