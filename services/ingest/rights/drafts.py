"""The letters of the rights office as they would leave, for whoever writes one and whoever approves it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.ingest.ports import Ports
from services.ingest.rights.answers import DEFERRAL, RULES, lapse
from services.ingest.rights.errors import LetterChanged
from services.ingest.rights.letter import DEFAULT_LANGUAGE, Bodies, Letter, letter, notification
from services.ingest.store.rights import RightsRequest, RightsStore
from shared.approval.approvals import Approvals


class Letters:
    """Writes letters; it sends none.

    Args:
        ports: The outside.
        bodies: Whom a person may go to besides us.
    """

    def __init__(self, ports: Ports, bodies: Bodies) -> None:
        self._ports = ports
        self._bodies = bodies
        self._store = RightsStore()
        self._approvals = Approvals(RULES, ports.audit, ports.clock, ports.identifiers)

    async def of_request(self, request_id: UUID, language: str | None) -> Letter:
        """The letter to send now.

        Raises:
            RequestUnknown: There is none.
        """
        return letter(await self._request(request_id), self._bodies, language)

    async def preview(self, request_id: UUID, answer: Mapping[str, Any], language: str | None) -> Letter:
        """The letter that would go with an answer, if it were given today.

        Raises:
            RequestUnknown: There is none.
        """
        request = await self._request(request_id)
        return letter(self._answered(request, answer), self._bodies, language)

    async def of_proposal(self, approval_id: UUID, language: str | None) -> Letter:
        """The letter that leaves when a proposal is approved today; a deferral's is the one put off.

        Raises:
            ApprovalUnknown, RequestUnknown: There is none.
        """
        async with self._ports.database.connect() as connection:
            proposal = await self._approvals.get(connection, approval_id)
        if proposal.kind == DEFERRAL:
            return self.of_notification(language)
        return await self.preview(UUID(proposal.subject), proposal.payload, language)

    def of_notification(self, language: str | None) -> Letter:
        """What a person is told whose data were disclosed or looked at."""
        return notification(self._bodies, language or DEFAULT_LANGUAGE)

    async def require(self, approval_id: UUID, sha256: str) -> None:
        """Hold the approver to the letter that they looked at, in the person's own language.

        Raises:
            LetterChanged: It is another one by now.
        """
        if (await self.of_proposal(approval_id, None)).sha256 != sha256:
            raise LetterChanged

    def _answered(self, request: RightsRequest, answer: Mapping[str, Any]) -> RightsRequest:
        now = self._ports.clock.now()
        return replace(
            request,
            result=str(answer["result"]),
            reasons=str(answer["reasons"]),
            decided_at=now,
            lapses_on=lapse(answer, now),
        )

    async def _request(self, request_id: UUID) -> RightsRequest:
        async with self._ports.database.begin() as connection:
            return await self._store.get(connection, request_id)
