"""Arrests, detentions and expulsions in sharing, asked as the person at the screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.console.clients.service import ServiceClient
from services.console.seen.arrests import Confirmed, Custody


@dataclass(frozen=True, slots=True)
class Arrests:
    """What people did, written down by one and confirmed by another."""

    client: ServiceClient

    async def pending(self) -> list[Custody]:
        """What waits for a second person."""
        return self.client.read_all(Custody, await self.client.ask("GET", "/v1/custody"), "pending")

    async def propose(self, share_id: str, body: Mapping[str, Any]) -> None:
        """Write it down."""
        await self.client.ask("POST", f"/v1/shares/{share_id}/custody", body=body)

    async def decide(self, approval_id: str, body: Mapping[str, Any]) -> Confirmed:
        """Confirm or reject it."""
        answer = await self.client.ask("POST", f"/v1/custody/{approval_id}", body=body)
        return self.client.read(Confirmed, answer)
