"""Keeping a nomination: its row and the audit record of what was done, in one transaction."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.ports import Ports
from services.screening.watchlist.nomination import Nomination
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
