"""Talking to the other services with the token of the person at the screen, never in our own name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from services.console.errors import ServiceFault
from services.console.seen import (
    Card,
    CarriersQuality,
    Decided,
    ExpectedFlights,
    FlightRow,
    HitRow,
    HitView,
    ListVersion,
    MessageRow,
    NoticeRow,
    Queue,
    ReceiptView,
    ScheduleReport,
    ShareRow,
)
from shared.web.purpose import Purpose
from shared.web.request_id import outgoing_traceparent

MAX_ROWS: Final = 200
SERVICE_SECONDS: Final = 10.0
UPLOAD_SECONDS: Final = 120.0
_BYTES: Final = "application/octet-stream"
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ServiceClient:
    """One service, asked as one person."""

    service: str
    address: str
    http: httpx.AsyncClient
    token: str = field(repr=False)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | None = None,
        query: Mapping[str, Any] | None = None,
        purpose: Purpose | None = None,
        seconds: float = SERVICE_SECONDS,
    ) -> Any:
        """One request; the answer's JSON, or `None` when it has no body.

        Raises:
            ServiceFault: The service refused, does not answer, or answers something that is not JSON.
        """
        response = await self.fetch(
            method, path, body=body, content=content, query=query, purpose=purpose, seconds=seconds
        )
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError:
            raise self._unreadable() from None

    async def fetch(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | None = None,
        query: Mapping[str, Any] | None = None,
        purpose: Purpose | None = None,
        seconds: float = SERVICE_SECONDS,
        content_type: str = _BYTES,
        accept: str = "application/json",
        also: Collection[int] = (),
    ) -> httpx.Response:
        """One request whose answer is handed on as it is; that of the statuses in `also` too.

        Raises:
            ServiceFault: The service refused or does not answer.
        """
        headers = {
            "Authorization": f"Bearer {self.token}",
            "traceparent": outgoing_traceparent(),
            "Accept": accept,
        }
        headers |= {} if purpose is None else purpose.as_headers()
        if content is not None:
            headers["Content-Type"] = content_type
        try:
            response = await self.http.request(
                method,
                f"{self.address.rstrip('/')}{path}",
                headers=headers,
                json=body,
                content=content,
                params=_given(query),
                timeout=seconds,
            )
        except httpx.HTTPError:
            raise ServiceFault(
                service=self.service,
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                refusal="NO_ANSWER",
                words=f"The {self.service} service does not answer at the moment.",
            ) from None
        if not response.is_success and response.status_code not in also:
            raise self._refused(response)
        return response

    def receipts_in(self, response: httpx.Response) -> list[str]:
        """The identifiers of the receipts of an answer: one, a list, or a refusal's.

        Raises:
            ServiceFault: There is none.
        """
        try:
            body = response.json()
        except ValueError:
            raise self._unreadable() from None
        rows = body if isinstance(body, list) else [body]
        if not response.is_success and isinstance(body, dict):
            rows = body.get("receipts") or [body.get("receipt")]
        found = [str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row]
        if not found:
            raise self._refused(response)
        return found

    def read(self, model: type[_Model], value: Any) -> _Model:
        """An answer as a value.

        Raises:
            ServiceFault: It does not have the shape.
        """
        try:
            return model.model_validate(value)
        except ValidationError:
            raise self._unreadable() from None

    def read_all(self, model: type[_Model], answer: Any, name: str) -> list[_Model]:
        """The rows under `name`, at most `MAX_ROWS`."""
        rows = answer.get(name) if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise self._unreadable()
        return [self.read(model, row) for row in rows[:MAX_ROWS]]

    def _refused(self, response: httpx.Response) -> ServiceFault:
        try:
            problem = response.json()
        except ValueError:
            problem = {}
        if not isinstance(problem, dict):
            problem = {}
        return ServiceFault(
            service=self.service,
            status=response.status_code,
            refusal=str(problem.get("code", "REFUSED")),
            words=str(problem.get("detail") or f"The {self.service} service refused this."),
            reasons=_joined(problem.get("reasons")),
        )

    def _unreadable(self) -> ServiceFault:
        return ServiceFault(
            service=self.service,
            status=HTTPStatus.BAD_GATEWAY,
            refusal="UNREADABLE",
            words=f"The answer of the {self.service} service could not be read.",
        )


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
            content_type="text/csv" if name.lower().endswith(".csv") else _BYTES,
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
        return _rows(await self.client.ask("GET", "/v1/orders"), "orders")

    async def approve_order(self, order_id: str, body: Mapping[str, Any]) -> None:
        """Approve or reject an order as the second person."""
        await self.client.ask("POST", f"/v1/orders/{order_id}/approval", body=body)

    async def standing_orders(self) -> list[dict[str, Any]]:
        """Standing orders in force and proposed."""
        return _rows(await self.client.ask("GET", "/v1/standing-orders"), "standing_orders")

    async def draft_standing_order(self, body: Mapping[str, Any]) -> None:
        """Propose the statement under which manifests are screened."""
        await self.client.ask("POST", "/v1/standing-orders", body=body)

    async def approve_standing_order(self, order_id: str, body: Mapping[str, Any]) -> None:
        """Approve or reject a standing order as the legal officer."""
        await self.client.ask("POST", f"/v1/standing-orders/{order_id}/approval", body=body)

    async def watchlist(self) -> dict[str, Any]:
        """Sources, versions, which is in force, and the matcher's digest."""
        answer = await self.client.ask("GET", "/v1/watchlist")
        return answer if isinstance(answer, dict) else {}

    async def list_version(self, version_id: str) -> ListVersion:
        """One version's report."""
        answer = await self.client.ask("GET", f"/v1/watchlist/versions/{version_id}")
        return self.client.read(ListVersion, answer)

    async def import_list(self, content: bytes, *, reader: str, source: str, sha256: str) -> ListVersion:
        """Hand a list file over; it is held until two persons approve."""
        answer = await self.client.ask(
            "POST",
            "/v1/watchlist/imports",
            content=content,
            query={"source": reader, "as": source, "sha256": sha256 or None},
            seconds=UPLOAD_SECONDS,
        )
        return self.client.read(ListVersion, answer)

    async def list_delta(self, version_id: str) -> dict[str, Any]:
        """What a list version adds, changes and removes."""
        answer = await self.client.ask("GET", f"/v1/watchlist/versions/{version_id}/delta")
        return answer if isinstance(answer, dict) else {}

    async def approve_list(self, version_id: str, body: Mapping[str, Any]) -> None:
        """Approve or reject a list version as one of two persons."""
        await self.client.ask("POST", f"/v1/watchlist/versions/{version_id}/approval", body=body)

    async def cards(self) -> list[Card]:
        """Today's confirmed hits at the asking officer's port."""
        return self.client.read_all(Card, await self.client.ask("GET", "/v1/front-line/cards"), "cards")

    async def record_outcome(self, hit_id: str, outcome: str) -> None:
        """What happened at the port."""
        await self.client.ask("POST", f"/v1/front-line/cards/{hit_id}/outcome", body={"outcome": outcome})

    async def look_up(self, *, document_number: str | None, mrz: str | None) -> list[Card]:
        """Cards for a document at hand; the number travels in the body, never in an address."""
        body = _given({"document_number": document_number, "mrz": mrz})
        answer = await self.client.ask("POST", "/v1/front-line/look-up", body=body)
        return self.client.read_all(Card, answer, "cards")


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


def _quality_path(*, is_own: bool) -> str:
    return "/v1/data-quality/mine" if is_own else "/v1/data-quality"


def _rows(answer: Any, name: str) -> list[dict[str, Any]]:
    rows = answer.get(name, []) if isinstance(answer, dict) else answer
    return [row for row in rows[:MAX_ROWS] if isinstance(row, dict)] if isinstance(rows, list) else []


def _given(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (values or {}).items() if value not in (None, "")}


def _joined(reasons: Any) -> str:
    if not isinstance(reasons, list):
        return ""
    codes = [reason.get("code", "") if isinstance(reason, dict) else reason for reason in reasons]
    return ", ".join(str(code) for code in codes[:20] if code)
