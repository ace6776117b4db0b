"""Retention in ingest, asked as the person at the screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.console.clients.service import ServiceClient
from services.console.seen.retention import Holds, Reidentification, RetentionState


@dataclass(frozen=True, slots=True)
class Retention:
    """What is held, masked and erased; holds and extensions; masked values under a grant."""

    client: ServiceClient

    async def state(self) -> RetentionState:
        """Numbers and runs; no person is in them."""
        return self.client.read(RetentionState, await self.client.ask("GET", "/v1/retention"))

    async def holds(self) -> Holds:
        """Every hold, and what waits for a second person."""
        return self.client.read(Holds, await self.client.ask("GET", "/v1/retention/holds"))

    async def propose(self, kind: str, body: Mapping[str, Any]) -> None:
        """Propose `holds` or `extensions`."""
        await self.client.ask("POST", f"/v1/retention/{kind}", body=body)

    async def decide(self, approval_id: str, body: Mapping[str, Any]) -> None:
        """The second person's decision."""
        await self.client.ask("POST", f"/v1/retention/approvals/{approval_id}", body=body)

    async def end_hold(self, hold_id: str, cause: str) -> None:
        """End a hold: one person is enough for what protects."""
        await self.client.ask("POST", f"/v1/retention/holds/{hold_id}/end", body={"cause": cause})

    async def reidentifications(self) -> list[Reidentification]:
        """Requests to see masked values, newest first."""
        answer = await self.client.ask("GET", "/v1/reidentifications")
        return self.client.read_all(Reidentification, answer, "requests")

    async def ask_reidentification(self, body: Mapping[str, Any]) -> None:
        """Ask to see elements of masked records."""
        await self.client.ask("POST", "/v1/reidentifications", body=body)

    async def reidentification(self, request_id: str, step: str, body: Mapping[str, Any]) -> None:
        """The second person's `finding`, or the authority's `grant`."""
        await self.client.ask("POST", f"/v1/reidentifications/{request_id}/{step}", body=body)

    async def shown(self, request_id: str) -> dict[str, dict[str, Any]]:
        """The granted elements of the granted records, once."""
        answer = await self.client.ask("POST", f"/v1/reidentifications/{request_id}/use")
        found = answer.get("records") if isinstance(answer, dict) else None
        return found if isinstance(found, dict) else {}
