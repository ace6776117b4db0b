"""The use case: a traveller asks; the rights office takes it down, identifies the person and keeps the clock.

How it answers is `answers.py`.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.ports import Ports
from services.ingest.rights.effects import CarryOut
from services.ingest.rights.errors import (
    ExtensionSpent,
    RequestUnknown,
    SubmissionAbsent,
    TaskUnknown,
)
from services.ingest.rights.submissions import OpenOffice
from services.ingest.store.rights import RightsRequest, RightsStore
from shared.security.tokens import Principal

USUAL: Final = timedelta(days=30)
URGENT: Final = timedelta(hours=24)
#: Digits and letters that nobody mistakes for one another, over the telephone either.
_SIGNS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class RightsOffice:
    """The register of requests: what came in, whose it is, when it is due, who was told."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._store = RightsStore()
        self._carry_out = CarryOut(ports)

    async def register(self, principal: Principal, asked: Mapping[str, Any]) -> tuple[str, datetime]:
        """Take a request down: its number at once, and when it is due.

        A number that is known (the door's own, sent again) is the same request.

        Source: safeguards.md SG-19, SG-20 (24 hours urgent, 30 days otherwise).
        """
        now = self._ports.clock.now()
        received_at = asked.get("received_at") or now
        values = {
            **asked,
            "request_id": self._ports.identifiers.new(),
            "number": asked.get("number") or new_number(),
            "received_at": received_at,
            "due_at": received_at + (URGENT if asked["is_urgent"] else USUAL),
        }
        async with self._ports.database.begin() as connection:
            if await self._store.add(connection, values):
                facts = {"kind": asked["kind"], "is_urgent": asked["is_urgent"], "channel": asked["channel"]}
                await self._note(connection, principal, "rights.received", str(values["request_id"]), facts)
        return str(values["number"]), values["due_at"]

    async def read(self) -> tuple[list[RightsRequest], list[dict[str, Any]]]:
        """Every request and every person who is to be told, what is late first."""
        async with self._ports.database.connect() as connection:
            return await self._store.listed(connection), await self._store.tasks(connection)

    async def known(self, numbers: Sequence[str]) -> dict[str, datetime | None]:
        """Those of these numbers that are registered, each with when it was answered."""
        async with self._ports.database.connect() as connection:
            return await self._store.known(connection, numbers)

    async def get(self, request_id: UUID) -> RightsRequest:
        """One request.

        Raises:
            RequestUnknown: There is none.
        """
        async with self._ports.database.begin() as connection:
            return await self._store.get(connection, request_id)

    async def open(self, principal: Principal, request_id: UUID, office: OpenOffice) -> Mapping[str, str]:
        """What the person wrote at the door; the look is recorded.

        Raises:
            RequestUnknown: There is no such request.
            SubmissionAbsent: It came by another way, or its text is erased.
            SubmissionUnreadable: The key does not open it.
        """
        async with self._ports.database.begin() as connection:
            request = await self._store.get(connection, request_id)
            if request.submission is None:
                raise SubmissionAbsent
            written = office.open(request.submission)
            facts = {"kind": request.kind}
            await self._note(connection, principal, "rights.opened", str(request_id), facts)
        return written

    async def verify(self, principal: Principal, request_id: UUID, record_ids: Sequence[UUID]) -> None:
        """Note that the person was identified, and which records are theirs; what they dispute is held back.

        Raises:
            RequestUnknown: No such open request.
        """
        async with self._ports.database.begin() as connection:
            values = {"request_id": request_id, "person": principal.subject, "record_ids": list(record_ids)}
            if not await self._store.verify(connection, values):
                raise RequestUnknown
            known = await self._store.get(connection, request_id)
            await self._carry_out.dispute(connection, known, self._ports.clock.now())
            facts = {"records": len(record_ids)}
            await self._note(connection, principal, "rights.identified", str(request_id), facts)

    async def extend(self, principal: Principal, request_id: UUID, reason: str) -> None:
        """Give the one extension of 30 days.

        Raises:
            RequestUnknown: There is none.
            ExtensionSpent: It was given, or the request is urgent or answered.
        """
        async with self._ports.database.begin() as connection:
            request = await self._store.get(connection, request_id)
            values = {"request_id": request_id, "reason": reason, "due_at": request.due_at + USUAL}
            if not await self._store.extend(connection, values):
                raise ExtensionSpent
            await self._note(connection, principal, "rights.extended", str(request_id), {"days": USUAL.days})

    async def told(self, principal: Principal, task_id: UUID) -> None:
        """Note that a person was told.

        Raises:
            TaskUnknown: Nobody is to be told there, or they were.
        """
        now = self._ports.clock.now()
        async with self._ports.database.begin() as connection:
            if not await self._store.sent(connection, task_id, principal.subject, now):
                raise TaskUnknown
            await self._note(connection, principal, "notify.sent", str(task_id), {})

    async def _note(
        self,
        connection: AsyncConnection,
        principal: Principal,
        action: str,
        object_id: str,
        facts: Mapping[str, Any],
    ) -> None:
        await self._ports.audit.append(
            connection,
            actor=principal.subject,
            action=action,
            object_kind="RIGHTS",
            object_id=object_id,
            facts=dict(facts),
        )


def new_number() -> str:
    """A number that tells nothing: not how many asked, nor when."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(12))
    return "-".join(signs[at : at + 4] for at in (0, 4, 8))
