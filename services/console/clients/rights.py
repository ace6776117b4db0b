"""The rights office of ingest, asked as the person at the screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.console.clients.service import ServiceClient
from services.console.seen.rights import LetterView, RightsOverview, RightsRequest


@dataclass(frozen=True, slots=True)
class Rights:
    """Requests of travellers, answers by one or by two, letters, notifications."""

    client: ServiceClient

    async def overview(self) -> RightsOverview:
        """Everything that there is to do."""
        return self.client.read(RightsOverview, await self.client.ask("GET", "/v1/rights"))

    async def request(self, request_id: str) -> RightsRequest:
        """One request."""
        answer = await self.client.ask("GET", f"/v1/rights/requests/{request_id}")
        return self.client.read(RightsRequest, answer)

    async def register(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Take a request down; gives its number and when it is due."""
        answer = await self.client.ask("POST", "/v1/rights/requests", body=body)
        return answer if isinstance(answer, dict) else {}

    async def written(self, request_id: str) -> dict[str, str]:
        """What the person wrote at the door; the look is recorded."""
        answer = await self.client.ask("POST", f"/v1/rights/requests/{request_id}/opening")
        found = answer.get("written") if isinstance(answer, dict) else None
        return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}

    async def act(self, request_id: str, step: str, body: Mapping[str, Any]) -> Any:
        """One step of a request: `identity`, `extension` or `answer`."""
        return await self.client.ask("POST", f"/v1/rights/requests/{request_id}/{step}", body=body)

    async def letter(self, request_id: str, language: str | None) -> LetterView:
        """The letter to send now."""
        query = {"language": language}
        answer = await self.client.ask("GET", f"/v1/rights/requests/{request_id}/letter", query=query)
        return self.client.read(LetterView, answer)

    async def preview(self, request_id: str, body: Mapping[str, Any]) -> LetterView:
        """The letter that would go with an answer."""
        answer = await self.client.ask("POST", f"/v1/rights/requests/{request_id}/preview", body=body)
        return self.client.read(LetterView, answer)

    async def proposed_letter(self, approval_id: str, language: str | None) -> LetterView:
        """Exactly what leaves when a proposal is approved."""
        path = f"/v1/rights/approvals/{approval_id}/letter"
        answer = await self.client.ask("GET", path, query={"language": language})
        return self.client.read(LetterView, answer)

    async def decide(self, approval_id: str, body: Mapping[str, Any]) -> None:
        """The second person's decision."""
        await self.client.ask("POST", f"/v1/rights/approvals/{approval_id}", body=body)

    async def notification_letter(self, language: str | None) -> LetterView:
        """What a person is told whose data were disclosed or looked at."""
        answer = await self.client.ask("GET", "/v1/rights/notifications/letter", query={"language": language})
        return self.client.read(LetterView, answer)

    async def notify(self, task_id: str, step: str, body: Mapping[str, Any] | None) -> None:
        """One step of a notification: `sent` or `deferral`."""
        await self.client.ask("POST", f"/v1/rights/notifications/{task_id}/{step}", body=body)
