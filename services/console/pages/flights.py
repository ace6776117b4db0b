"""Flights, the airlines' messages and what was wrong with them; no personal data is on these pages."""

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.page import Page, page_for
from shared.security.roles import Permission

DAYS_SHOWN: Final = 2

router = APIRouter()
Reader = Annotated[Page, Depends(page_for(Permission.READ_FLIGHTS))]


@router.get("/flights")
async def show_flights(page: Reader) -> Response:
    """Flights of the days around now."""
    now = page.now()
    since, until = (now + timedelta(days=days) for days in (-DAYS_SHOWN, DAYS_SHOWN))
    flights = await page.ingest.flights(since.date().isoformat(), until.date().isoformat())
    return page.show("flights.html", flights=flights)


@router.get("/flights/{flight_id}")
async def show_flight(flight_id: UUID, page: Reader) -> Response:
    """One flight, its messages and their faults."""
    flight, messages = await page.ingest.flight(str(flight_id))
    return page.show("flight.html", flight=flight, messages=messages)
