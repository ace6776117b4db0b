"""How values travel into SQL: one JSON parameter a batch, so that a batch is one statement."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no column value")


def as_json(value: object) -> str:
    """A value as JSON text, instants and identifiers as PostgreSQL reads them."""
    return json.dumps(value, default=_plain, ensure_ascii=False)


def as_rows(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as one JSON array for `jsonb_to_recordset`."""
    return as_json([dict(row) for row in rows])


def from_json(value: Any) -> Any:
    """A `jsonb` column as Python values, whether or not the driver has decoded it already."""
    return json.loads(value) if isinstance(value, str) else value
