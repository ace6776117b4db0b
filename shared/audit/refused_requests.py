"""A request that somebody's roles do not open, or whose account is frozen, leaves a record in its service."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.audit.log import AuditLog
from shared.audit.record import Outcome
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import OnRefusal

REFUSED_REQUEST: Final = "access.refuse"


def record_refused_requests(engine: AsyncEngine, log: AuditLog) -> OnRefusal:
    """What a service sets as `app.state.on_refusal`: the record names the permission and the route.

    The route is its template, `v1/hits/:hit_id`: a record takes no braces and no slash in front, and no
    identifier that somebody may not see.

    Args:
        engine: The service's database.
        log: The service's audit log.

    Source: safeguards.md SG-41 (refusals are recorded).
    """

    async def record(principal: Principal, permission: Permission, template: str) -> None:
        async with engine.begin() as connection:
            await log.append(
                connection,
                actor=principal.subject,
                action=REFUSED_REQUEST,
                object_kind="PERMISSION",
                object_id=permission.value,
                outcome=Outcome.REFUSED,
                facts={"route": template.strip("/").replace("{", ":").replace("}", "") or None},
            )

    return record
