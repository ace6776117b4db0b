"""What reaching PostgreSQL raises when the database is away, restarts or ends a connection."""

from typing import Final

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

DATABASE_FAULTS: Final = (
    SQLAlchemyError,
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""For whoever must outlive them: the last three are the driver's own, which SQLAlchemy does not always wrap
(LISTEN goes to the driver itself, and a connection that ends between two steps of a statement raises
`InternalClientError` through SQLAlchemy unchanged)."""
