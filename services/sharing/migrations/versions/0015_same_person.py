"""By what a share's person is found where a message names no hit: numbers of documents, and names."""

from typing import Any

import sqlalchemy
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from services.sharing.shares.same_person import Identifiers
from shared.contracts import HitConfirmedV1
from shared.db import shared_tables
from shared.db.column_types import Json

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE share ADD COLUMN person_keys text[] NOT NULL DEFAULT '{}'",
    "CREATE INDEX share_person_keys ON share USING gin (person_keys)",
)
_HELD = sqlalchemy.text(
    "SELECT share_id, hit FROM share WHERE hit #>> '{traveller,surname}' <> 'ERASED'"
).columns(hit=Json)
_FILL = sqlalchemy.text("UPDATE share SET person_keys = :keys WHERE share_id = :share_id").bindparams(
    sqlalchemy.bindparam("keys", type_=ARRAY(sqlalchemy.Text))
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
    connection = op.get_bind()
    filled: list[dict[str, Any]] = [
        {
            "share_id": row.share_id,
            "keys": Identifiers.of_hit(HitConfirmedV1.model_validate(row.hit)).keys,
        }
        for row in connection.execute(_HELD)
    ]
    if filled:
        connection.execute(_FILL, filled)
    shared_tables.grant_to_app(op, "sharing", "share", "UPDATE (person_keys)")
