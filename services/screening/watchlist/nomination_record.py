"""A nomination's row: one's own and open, its source, and keeping it with the record of what was done."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.errors import AlreadyDecided, NotFound
from services.screening.ports import Ports
from services.screening.registers.rows import ListSource
from services.screening.watchlist.nomination import OPEN, Nomination
from shared.audit.record import FactValue
from shared.security.tokens import Principal


async def keep_nomination(
    ports: Ports,
    connection: AsyncConnection,
    nomination: Nomination,
    principal: Principal,
    *,
    action: str,
    facts: Mapping[str, FactValue] | None = None,
) -> None:
    """Store a nomination as it stands now, and who did what; nobody's name is in the record."""
    await ports.stores.nominations.put(connection, nomination)
    record = ports.audit.record(
        actor=principal.subject,
        action=action,
        object_kind="nomination",
        object_id=str(nomination.nomination_id),
        facts={
            "list_source": nomination.source_id,
            "state": nomination.state.value,
            "version": nomination.version,
            "grounds_digest": nomination.grounds_digest,
            **(facts or {}),
        },
    )
    await ports.audit.append_many(connection, [record])


async def own_nomination(
    ports: Ports, connection: AsyncConnection, nomination_id: UUID, principal: Principal
) -> Nomination:
    """A nomination that its nominator may still change, its row locked.

    Raises:
        NotFound: No such nomination of this person.
        AlreadyDecided: It is not open any more.
    """
    nomination = await ports.stores.nominations.lock(connection, nomination_id)
    if nomination is None or nomination.nominator != principal.subject:
        raise NotFound(kind="nomination of yours")
    if nomination.state not in OPEN:
        raise AlreadyDecided(kind="nomination")
    return nomination


async def source_of(ports: Ports, connection: AsyncConnection, nomination: Nomination) -> ListSource:
    """The source that a nomination belongs to."""
    source = await ports.stores.registers.source(connection, nomination.source_id)
    assert source is not None, "a nomination's source is registered: the tables say so"
    return source
