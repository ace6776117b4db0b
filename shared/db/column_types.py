"""The column types that mean the same in every service's tables."""

from sqlalchemy import Uuid
from sqlalchemy.dialects.postgresql import JSONB

Identifier = Uuid(as_uuid=True)
"""A UUIDv7 of `shared/identifiers.py`, as `uuid.UUID`."""

Json = JSONB(none_as_null=True)
"""A JSON value; Python's `None` is stored as SQL's NULL."""
