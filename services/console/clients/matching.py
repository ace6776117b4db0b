"""How matching treats people: fairness as measured, and travellers cleared of a mistake."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.console.clients.service import ServiceClient
from services.console.seen.fairness import ClearedView, FairnessView


@dataclass(frozen=True, slots=True)
class Matching:
    """Fairness tables and the register of cleared travellers."""

    client: ServiceClient

    async def fairness(self) -> FairnessView:
        """The tables as last measured, and live counts."""
        return self.client.read(FairnessView, await self.client.ask("GET", "/v1/fairness"))

    async def import_fairness(self, content: bytes) -> None:
        """Hand over the file of `./run bench fairness`."""
        await self.client.ask("POST", "/v1/fairness", content=content)

    async def cleared(self) -> ClearedView:
        """The register of cleared travellers, looks that are due, what waits for a second person."""
        return self.client.read(ClearedView, await self.client.ask("GET", "/v1/cleared"))

    async def propose_clearance(self, body: Mapping[str, Any]) -> None:
        """Propose to clear somebody against an entry."""
        await self.client.ask("POST", "/v1/cleared", body=body)

    async def decide_clearance(self, approval_id: str, body: Mapping[str, Any]) -> None:
        """Approve or reject a clearance as the second person."""
        await self.client.ask("POST", f"/v1/cleared/{approval_id}/approval", body=body)

    async def look_again(self, cleared_id: str, outcome: str) -> None:
        """Record the silent look after the entry's identifiers changed."""
        await self.client.ask("POST", f"/v1/cleared/{cleared_id}/review", body={"outcome": outcome})

    async def end_clearance(self, cleared_id: str) -> None:
        """Erase a record on the person's request."""
        await self.client.ask("POST", f"/v1/cleared/{cleared_id}/ending")
