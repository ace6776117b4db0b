"""HTTP for carriers and for those who watch over flights: in, delegate, out. No rule lives here."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, Field

from services.ingest.errors import (
    FlightNotFound,
    IdempotencyKeyReused,
    ReceiptNotFound,
    StoreUnavailable,
)
from services.ingest.intake.answers import EDIFACT_TYPE, XML_TYPE, answer
from services.ingest.intake.arrival import RawMessage
from services.ingest.intake.receive import ReceiveMessage
from services.ingest.ports import Ports
from shared.clock import Clock
from shared.security.roles import OVERSIGHT, Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.limits import limited_body
from shared.web.problems import problems, register_problems
from shared.web.scripted_clock import request_clock

MAX_FLIGHTS = 500
MAX_MESSAGES_OF_A_FLIGHT = 500

register_problems(404, ReceiptNotFound, FlightNotFound)
register_problems(409, IdempotencyKeyReused)
register_problems(503, StoreUnavailable)

router = APIRouter(tags=["ingest"])


async def get_ports(request: Request, clock: Annotated[Clock, Depends(request_clock)]) -> Ports:
    """The service's ports with the clock of this request; no thread is asked for them (`request_clock`)."""
    ports: Ports = request.app.state.ports
    return ports.at(clock)


class SubmissionHeaders(BaseModel):
    """What a submission says beside its body."""

    content_type: Annotated[str, Field(max_length=200)] = ""
    accept: Annotated[str, Field(max_length=200)] = "application/json"
    idempotency_key: Annotated[str | None, Field(min_length=1, max_length=200)] = None


PortsOf = Annotated[Ports, Depends(get_ports)]


async def submit_message(
    request: Request,
    body: Annotated[bytes, Depends(limited_body)],
    carrier: Annotated[Principal, Depends(require(Permission.SUBMIT_MESSAGE))],
    ports: PortsOf,
    headers: Annotated[SubmissionHeaders, Header()],
) -> Response:
    """Accept one API message, or one interchange of them, for screening."""
    raw = RawMessage(body, headers.content_type, carrier.carrier, carrier.subject, headers.idempotency_key)
    taken = await ReceiveMessage(ports)(raw)
    accepted = headers.accept.lower()
    return answer(
        taken,
        wants_edifact=EDIFACT_TYPE in accepted,
        wants_xml=XML_TYPE in accepted,
        own_name=ports.authority,
        table=request.app.state.interactive_terms.table,
        errors=request.app.state.ackres_errors,
    )


@router.get("/v1/receipts/{receipt_id}", responses=problems(ReceiptNotFound))
async def read_receipt(
    receipt_id: UUID,
    asking: Annotated[Principal, Depends(require(Permission.READ_RECEIPT))],
    ports: PortsOf,
) -> dict[str, Any]:
    """The receipt of one message, for its sender, the flight's carrier, and oversight."""
    is_oversight = not OVERSIGHT.isdisjoint(asking.roles)
    async with ports.database.begin() as connection:
        receipt = await ports.stores.messages.get(
            connection, receipt_id, carrier=asking.carrier or asking.subject, is_oversight=is_oversight
        )
        if receipt is not None and is_oversight:
            await ports.audit.append(
                connection,
                actor=asking.subject,
                action="receipt.read",
                object_kind="MESSAGE",
                object_id=str(receipt_id),
            )
    if receipt is None:
        raise ReceiptNotFound
    return receipt.as_json()


@router.get("/v1/flights", dependencies=[Depends(require(Permission.READ_FLIGHTS))])
async def list_flights(
    ports: PortsOf,
    since: Annotated[date | None, Query(alias="from")] = None,
    until: Annotated[date | None, Query(alias="to")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_FLIGHTS)] = 100,
) -> dict[str, Any]:
    """Flights by local departure date, newest first; `to` is not included. No personal data."""
    async with ports.database.connect() as connection:
        flights = await ports.stores.flights.listed(
            connection, ports.airports, since=since, until=until, limit=limit
        )
    return {"flights": flights}


@router.get(
    "/v1/flights/{flight_id}",
    dependencies=[Depends(require(Permission.READ_FLIGHTS))],
    responses=problems(FlightNotFound),
)
async def read_flight(flight_id: UUID, ports: PortsOf) -> dict[str, Any]:
    """One flight, its messages with their counts and faults. No personal data."""
    async with ports.database.connect() as connection:
        flight = await ports.stores.flights.get(connection, ports.airports, flight_id)
        if flight is None:
            raise FlightNotFound
        messages = await ports.stores.messages.of_flight(
            connection, flight_id, limit=MAX_MESSAGES_OF_A_FLIGHT
        )
    return {**flight, "messages": messages}


def message_router(max_body_bytes: int) -> APIRouter:
    """The route that takes messages; its limit is a setting of the service."""
    messages = APIRouter(tags=["ingest"])
    messages.add_api_route(
        "/v1/messages",
        submit_message,
        methods=["POST"],
        status_code=202,
        response_class=Response,
        responses=problems(IdempotencyKeyReused, StoreUnavailable),
        max_body_size=max_body_bytes,
    )
    return messages
