"""Ingest: what airlines sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from services.console.clients.service import BYTES, MAX_ROWS, UPLOAD_SECONDS, ServiceClient
from services.console.seen.flights import ExpectedFlights, FlightRow, ScheduleReport
from services.console.seen.messages import MessageRow, ReceiptView
from services.console.seen.quality import CarriersQuality


@dataclass(frozen=True, slots=True)
class Ingest:
    """What airlines sent."""

    client: ServiceClient

    async def flights(self, since: str | None = None, until: str | None = None) -> list[FlightRow]:
        """Flights with their counts; no personal data."""
        answer = await self.client.ask(
            "GET", "/v1/flights", query={"from": since, "to": until, "limit": MAX_ROWS}
        )
        return self.client.read_all(FlightRow, answer, "flights")

    async def upload(self, content: bytes, *, name: str, is_test: bool) -> list[str]:
        """Hand a carrier's file over; gives its receipts' identifiers, those of refusals too.

        Raises:
            ServiceFault: It was neither taken nor refused with a receipt.
        """
        response = await self.client.fetch(
            "POST",
            "/v1/manifests/upload",
            content=content,
            content_type="text/csv" if name.lower().endswith(".csv") else BYTES,
            query={"is_test": "true" if is_test else None},
            seconds=UPLOAD_SECONDS,
            also=(HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY),
        )
        return self.client.receipts_in(response)

    async def template(self, kind: str) -> bytes:
        """The template for small carriers, `csv` or `xlsx`."""
        return (await self.client.fetch("GET", f"/v1/manifests/template.{kind}")).content

    async def expected_flights(self, query: Mapping[str, Any]) -> ExpectedFlights:
        """Flights that ought to be reported, those with an alarm first, and coverage by day and carrier."""
        answer = await self.client.ask("GET", "/v1/expected-flights", query={**query, "limit": MAX_ROWS})
        return self.client.read(ExpectedFlights, answer)

    async def import_schedule(self, content: bytes, schedule_format: str) -> ScheduleReport:
        """Hand a schedule over; it takes the place of the earlier ones of its carriers."""
        answer = await self.client.ask(
            "POST",
            "/v1/expected-flights/imports",
            content=content,
            query={"format": schedule_format},
            seconds=UPLOAD_SECONDS,
        )
        return self.client.read(ScheduleReport, answer)

    async def schedule_template(self) -> bytes:
        """The template of a schedule."""
        return (await self.client.fetch("GET", "/v1/expected-flights/template.csv")).content

    async def quality(self, query: Mapping[str, Any], *, is_own: bool = False) -> CarriersQuality:
        """The data quality of carriers, or of the asking one."""
        answer = await self.client.ask("GET", _quality_path(is_own=is_own), query=query)
        return self.client.read(CarriersQuality, answer)

    async def quality_table(self, query: Mapping[str, Any], *, is_own: bool = False) -> bytes:
        """The same as CSV, a line a carrier and day."""
        path = _quality_path(is_own=is_own)
        return (await self.client.fetch("GET", path, query=query, accept="text/csv")).content

    async def receipts(self) -> list[ReceiptView]:
        """The asking carrier's receipts, newest first."""
        answer = await self.client.ask("GET", "/v1/receipts", query={"limit": MAX_ROWS})
        return self.client.read_all(ReceiptView, answer, "receipts")

    async def receipt(self, receipt_id: str) -> ReceiptView:
        """One receipt."""
        return self.client.read(ReceiptView, await self.client.ask("GET", f"/v1/receipts/{receipt_id}"))

    async def flight(self, flight_id: str) -> tuple[FlightRow, list[MessageRow]]:
        """One flight and its messages with their faults."""
        answer = await self.client.ask("GET", f"/v1/flights/{flight_id}")
        row = answer.get("flight", answer) if isinstance(answer, dict) else answer
        messages = self.client.read_all(MessageRow, answer if "flight" in answer else row, "messages")
        return self.client.read(FlightRow, {**row, "messages": len(messages)}), messages


def _quality_path(*, is_own: bool) -> str:
    return "/v1/data-quality/mine" if is_own else "/v1/data-quality"
