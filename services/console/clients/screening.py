"""Screening: hits, reviews, orders, the front line; its lists are in `watchlist.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.console.clients.service import MAX_ROWS, ServiceClient, given, rows_of
from services.console.seen.hits import Card, Decided, HitRow, HitView, LookedUp, Queue
from shared.web.purpose import Purpose


@dataclass(frozen=True, slots=True)
class Screening:
    """Hits, reviews, lists, orders, the front line."""

    client: ServiceClient

    async def queue(self) -> Queue:
        """The asking verifier's work."""
        return self.client.read(Queue, await self.client.ask("GET", "/v1/queue"))

    async def lease(self, hit_id: str) -> HitView:
        """Take the hit, or keep it for another twenty minutes, and see both sides."""
        return self.client.read(HitView, await self.client.ask("POST", f"/v1/hits/{hit_id}/lease"))

    async def release(self, hit_id: str) -> None:
        """Hand the hit back to the queue."""
        await self.client.ask("DELETE", f"/v1/hits/{hit_id}/lease")

    async def decide(
        self,
        hit_id: str,
        *,
        outcome: str,
        reasons: str,
        compared_fields: list[str],
        explanations: Mapping[str, str],
    ) -> Decided:
        """Record a decision; the answer never tells the hit's state."""
        body = {
            "outcome": outcome,
            "reasons": reasons,
            "compared_fields": compared_fields,
            "explanations": dict(explanations),
        }
        answer = await self.client.ask("POST", f"/v1/hits/{hit_id}/decision", body=body)
        return self.client.read(Decided, answer)

    async def hits(self, state: str | None = None) -> list[HitRow]:
        """Hits by state, without personal data."""
        answer = await self.client.ask("GET", "/v1/hits", query={"state": state, "limit": MAX_ROWS})
        return self.client.read_all(HitRow, answer, "hits")

    async def hit(self, hit_id: str, purpose: Purpose) -> dict[str, Any]:
        """One hit with its history, for a stated purpose."""
        answer = await self.client.ask("GET", f"/v1/hits/{hit_id}", purpose=purpose)
        return answer if isinstance(answer, dict) else {}

    async def draft_order(self, hit_id: str, body: Mapping[str, Any]) -> None:
        """Draft a measure on a confirmed hit."""
        await self.client.ask("POST", f"/v1/hits/{hit_id}/orders", body=body)

    async def orders(self) -> list[dict[str, Any]]:
        """Orders, drafted and approved."""
        return rows_of(await self.client.ask("GET", "/v1/orders"), "orders")

    async def approve_order(self, order_id: str, body: Mapping[str, Any]) -> None:
        """Approve or reject an order as the second person."""
        await self.client.ask("POST", f"/v1/orders/{order_id}/approval", body=body)

    async def standing_orders(self) -> list[dict[str, Any]]:
        """Standing orders in force and proposed."""
        return rows_of(await self.client.ask("GET", "/v1/standing-orders"), "standing_orders")

    async def draft_standing_order(self, body: Mapping[str, Any]) -> None:
        """Propose the statement under which manifests are screened."""
        await self.client.ask("POST", "/v1/standing-orders", body=body)

    async def approve_standing_order(self, order_id: str, body: Mapping[str, Any]) -> None:
        """Approve or reject a standing order as the legal officer."""
        await self.client.ask("POST", f"/v1/standing-orders/{order_id}/approval", body=body)

    async def cards(self) -> list[Card]:
        """Today's confirmed hits at the asking officer's port."""
        return self.client.read_all(Card, await self.client.ask("GET", "/v1/front-line/cards"), "cards")

    async def record_outcome(self, hit_id: str, outcome: str) -> None:
        """What happened at the port."""
        await self.client.ask("POST", f"/v1/front-line/cards/{hit_id}/outcome", body={"outcome": outcome})

    async def look_up(self, *, document_number: str | None, mrz: str | None) -> LookedUp:
        """Cards and reports for a document at hand; the number travels in the body, never in an address."""
        body = given({"document_number": document_number, "mrz": mrz})
        answer = await self.client.ask("POST", "/v1/front-line/look-up", body=body)
        return self.client.read(LookedUp, answer)
