"""UUIDs as the database's driver makes them."""

from typing import cast
from uuid import UUID

from asyncpg.pgproto import pgproto


def driver_uuid(octets: bytes) -> UUID:
    """A UUID of sixteen octets, in compiled code: made, printed and sent in a tenth of the time.

    It is a `uuid.UUID`, equal to every other one of the same octets. A manifest makes two hundred and sends
    each of them, its flight and its message to the database.
    """
    return cast(UUID, pgproto.UUID(octets))
