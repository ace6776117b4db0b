"""Boarding in screening and ingest, asked as the person at the screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.console.clients.service import ServiceClient
from services.console.seen.boarding import Change, Directive, OrderDraft, References


@dataclass(frozen=True, slots=True)
class Boarding:
    """What people advise about boarding, and what carriers were told."""

    screening: ServiceClient
    ingest: ServiceClient

    async def orders(self) -> list[OrderDraft]:
        """Every order."""
        answer = await self.screening.ask("GET", "/v1/orders")
        return self.screening.read_all(OrderDraft, answer, "orders")

    async def directives(self) -> list[Directive]:
        """The newest advice and holds."""
        answer = await self.screening.ask("GET", "/v1/boarding-directives")
        return self.screening.read_all(Directive, answer, "directives")

    async def changes(self) -> list[Change]:
        """Decisions, those of which somebody has to call the carrier first."""
        answer = await self.ingest.ask("GET", "/v1/directive-changes")
        return self.ingest.read_all(Change, answer, "changes")

    async def assess(self, order_id: str, body: Mapping[str, Any]) -> None:
        """What an officer found about a draft."""
        await self.screening.ask("POST", f"/v1/orders/{order_id}/assessment", body=body)

    async def release(self, order_id: str, cause: str) -> None:
        """Take an advice back."""
        await self.screening.ask("POST", f"/v1/orders/{order_id}/release", body={"cause": cause})

    async def references(self, message_id: str) -> References:
        """The carrier's own references; the look is recorded."""
        answer = await self.ingest.ask("POST", f"/v1/directive-changes/{message_id}/references")
        return self.ingest.read(References, answer)

    async def told(self, message_id: str) -> None:
        """The carrier was told by telephone."""
        await self.ingest.ask("POST", f"/v1/directive-changes/{message_id}/told")
