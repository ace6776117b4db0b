"""Nominations, asked as one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.console.clients.service import UPLOAD_SECONDS, ServiceClient
from services.console.seen.nominations import DraftedSheet, NominationLine, NominationView

_NOMINATIONS = "/v1/nominations"


@dataclass(frozen=True, slots=True)
class Nominations:
    """Persons to be listed: drafted, handed on with a trial, decided by another."""

    client: ServiceClient

    async def listed(self, state: str | None = None) -> list[NominationLine]:
        """Nominations that are open or wait, or those in one state."""
        answer = await self.client.ask("GET", _NOMINATIONS, query={"state": state})
        return self.client.read_all(NominationLine, answer, "nominations")

    async def nomination(self, nomination_id: str) -> NominationView:
        """One nomination."""
        return self._read(await self.client.ask("GET", f"{_NOMINATIONS}/{nomination_id}"))

    async def draft(self, body: Mapping[str, Any]) -> NominationView:
        """Open a nomination."""
        return self._read(await self.client.ask("POST", _NOMINATIONS, body=body))

    async def change(self, nomination_id: str, body: Mapping[str, Any]) -> NominationView:
        """Write one's own draft anew."""
        return self._read(await self.client.ask("PUT", f"{_NOMINATIONS}/{nomination_id}", body=body))

    async def submit(self, nomination_id: str) -> NominationView:
        """Hand a draft to a second person; its criteria are asked and it is tried on past travellers."""
        path = f"{_NOMINATIONS}/{nomination_id}/submission"
        return self._read(await self.client.ask("POST", path, seconds=UPLOAD_SECONDS))

    async def decide(self, nomination_id: str, body: Mapping[str, Any]) -> NominationView:
        """Activate, return or reject as the second person."""
        return self._read(
            await self.client.ask("POST", f"{_NOMINATIONS}/{nomination_id}/decision", body=body)
        )

    async def committee_draft(self, nomination_id: str) -> dict[str, Any]:
        """The draft of a proposal to the 1267 Committee."""
        answer = await self.client.ask("GET", f"{_NOMINATIONS}/{nomination_id}/committee-draft")
        return answer if isinstance(answer, dict) else {}

    async def template(self, form: str) -> bytes:
        """The sheet to fill in, `csv` or `xlsx`."""
        return (await self.client.fetch("GET", f"{_NOMINATIONS}/template", query={"form": form})).content

    async def send_sheet(self, content: bytes, source: str) -> DraftedSheet:
        """Hand a sheet over: each row becomes a draft of the person who sends it."""
        answer = await self.client.ask(
            "POST", f"{_NOMINATIONS}/sheet", content=content, query={"as": source}, seconds=UPLOAD_SECONDS
        )
        return self.client.read(DraftedSheet, answer)

    def _read(self, answer: Any) -> NominationView:
        return self.client.read(NominationView, answer)
