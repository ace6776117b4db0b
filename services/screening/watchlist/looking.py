"""A watchlist officer's look at entries: judged like every look at a person, the task being its case."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.acting import Actor, Stated
from services.screening.ports import Ports
from services.screening.registers.rows import ListSource
from shared.audit.record import FactValue
from shared.security.tokens import Principal

_PURPOSE = "TERR_PREVENT"


async def permit_look(
    ports: Ports,
    connection: AsyncConnection,
    principal: Principal,
    source: ListSource | None,
    *,
    object_kind: str,
    object_id: str,
    facts: dict[str, FactValue],
) -> None:
    """Ask whether this person may see the entries of a task, and log the look.

    The task itself (the version to approve, the entry to review, the nomination to decide) is the case that
    the look is made for; whoever's post it is belongs to it.

    Raises:
        RefusedByPolicy: A safeguard refused, for instance for want of a law or of clearance.

    Source: SG-26, SG-32, SG-41.
    """
    registers = ports.stores.registers
    now = ports.clock.now()
    order = await registers.standing_order(connection, now)
    purpose = _PURPOSE if order is None else order.purpose_code
    row = await registers.legal_row(
        connection,
        authority=principal.authority,
        action="record.read",
        data_class="WL_ENTRY",
        purpose_code=purpose,
        now=now,
    )
    request = policy_requests.record_read(
        actor=Actor.of(principal),
        purpose=Stated(purpose, object_id, "The watchlist's own upkeep: approval, review or correction."),
        legal_row=row,
        source=source,
        data_class="WL_ENTRY",
        is_case_open=True,
        is_member=True,
        purpose_age_h=0,
        now=now,
        copy_subjects=None,
    )
    record = ports.require(request, object_kind=object_kind, object_id=object_id, facts=facts)
    await ports.audit.append_many(connection, [record])
