"""Sharing: who is told, and what they were told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.console.clients.service import ServiceClient
from services.console.seen.sharing import NoticeRow, ShareRow
from shared.web.purpose import Purpose


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who is told, and what they were told."""

    client: ServiceClient

    async def shares(self) -> list[ShareRow]:
        """Shares with each recipient's verdict."""
        return self.client.read_all(ShareRow, await self.client.ask("GET", "/v1/shares"), "shares")

    async def share(self, share_id: str) -> ShareRow:
        """One share."""
        answer = await self.client.ask("GET", f"/v1/shares/{share_id}")
        row = answer.get("share", answer) if isinstance(answer, dict) else answer
        return self.client.read(ShareRow, row)

    async def preview(self, share_id: str, authority_id: str, purpose: Purpose) -> dict[str, Any]:
        """Exactly what would leave for this authority, and its digest."""
        answer = await self.client.ask(
            "GET", f"/v1/shares/{share_id}/preview", query={"authority": authority_id}, purpose=purpose
        )
        return answer if isinstance(answer, dict) else {}

    async def act(self, share_id: str, step: str, body: Mapping[str, Any]) -> None:
        """One step of a share: `individual-risk`, `proposal` or `approval`."""
        await self.client.ask("POST", f"/v1/shares/{share_id}/{step}", body=body)

    async def notices(self) -> list[NoticeRow]:
        """Notices and how far they are."""
        return self.client.read_all(NoticeRow, await self.client.ask("GET", "/v1/notices"), "notices")

    async def notice(self, notice_id: str) -> dict[str, Any]:
        """One notice with its verdicts and its acknowledgement."""
        answer = await self.client.ask("GET", f"/v1/notices/{notice_id}")
        return answer if isinstance(answer, dict) else {}
