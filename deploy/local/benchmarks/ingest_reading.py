"""What ingest does with a body before it stores anything: read, filtered, answered; on one core."""

import gc
import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from deploy.local.benchmarks.figure import Figure, percentile
from deploy.local.benchmarks.ingest_load import TRAVELLERS, manifests
from deploy.local.synthetic.people import FictionalPeople, FictionalPerson
from deploy.local.synthetic.pnrgov import pnrgov
from services.ingest.formats.registry import read_messages
from services.ingest.replies.reply import build_reply
from services.ingest.sensitive import filter_message
from shared.process import spare_the_collector
from shared.travel.flight import Flight, Leg
from shared.travel.message import ParsedMessage
from shared.travel.partial_date import PartialDate
from shared.travel.reservation import ItineraryLeg, Reservation, ReservationTraveller
from shared.travel.reservation_parts import Locator
from shared.travel.traveller import Sex, TravelDocument

MESSAGES: Final = 40
RESERVATIONS: Final = 100
LONGER: Final = 64
LONGEST: Final = (2, 80_000 // LONGER)
"""Two interchanges with so many travellers each fill, 64 times as long, nearly the 32 MiB that are taken."""
MANY_MESSAGES: Final = 10_000
WARM_MESSAGES: Final = 1_000
FEW_TRAVELLERS: Final = 20


def measure_reading() -> Iterator[Figure]:
    """Travellers a second through reader, filter and reply; how cost grows with length; what memory does."""
    # As the service does at its start.
    spare_the_collector()
    (manifest,) = manifests(1, 1)
    yield _rate("paxlst_read_filter_reply", manifest, TRAVELLERS, "at least 8,000")
    push = _push()
    (message,) = _answered(push)
    travellers = sum(len(each.travellers) for each in message.reservations)
    yield _rate("pnrgov_read_filter_reply", push, travellers, "at least 2,000")
    yield from _growth()
    yield _memory()


def _rate(name: str, body: bytes, travellers: int, goal: str) -> Figure:
    seconds = _seconds_each(body, MESSAGES)
    return Figure(
        name,
        travellers / percentile(seconds, 0.5),
        "travellers/s a core",
        goal,
        {
            "travellers_a_message": travellers,
            "bytes_a_message": len(body),
            "messages": MESSAGES,
            "statistic": "median",
        },
    )


def _growth() -> Iterator[Figure]:
    """A message 64 times as long as the one beside it: from 200 travellers, and up to the longest taken."""
    for (interchanges, travellers), repeats in (((1, TRAVELLERS), MESSAGES), (LONGEST, 3)):
        short = b"".join(manifests(interchanges, 1, travellers))
        long = b"".join(manifests(interchanges, 1, travellers * LONGER))
        each = percentile(_seconds_each(short, repeats), 0.5)
        yield Figure(
            "paxlst_cost_of_64_times_the_length",
            percentile(_seconds_each(long, 1), 0.5) / each,
            "times the short message",
            "at most 80",
            {
                "bytes_short": len(short),
                "bytes_long": len(long),
                "travellers_short": interchanges * travellers,
                "travellers_long": interchanges * travellers * LONGER,
            },
        )


def _memory() -> Figure:
    """How much the process grows between the 1,000th and the 10,000th message."""
    bodies = manifests(100, 1, FEW_TRAVELLERS)
    for number in range(WARM_MESSAGES):
        _answered(bodies[number % len(bodies)])
    gc.collect()
    before = _resident_bytes()
    for number in range(WARM_MESSAGES, MANY_MESSAGES):
        _answered(bodies[number % len(bodies)])
    gc.collect()
    return Figure(
        "memory_growth_over_10000_messages",
        (_resident_bytes() - before) / 2**20,
        "MiB",
        "flat: at most 5",
        {"messages": MANY_MESSAGES, "travellers_a_message": FEW_TRAVELLERS},
    )


def _resident_bytes() -> int:
    """What the process holds in memory now, as Linux tells it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _seconds_each(body: bytes, repeats: int) -> list[float]:
    """Processor time, so that what else this machine does is not in the figure."""
    seconds = []
    for _ in range(repeats):
        began = time.process_time()
        messages = _answered(body)
        seconds.append(time.process_time() - began)
        assert not messages[0].is_rejected, "the benchmark's own message must be a good one"
    return seconds


def _answered(body: bytes) -> Sequence[ParsedMessage]:
    now = datetime.now(UTC)
    messages = [filter_message(message) for message in read_messages(body, "application/edifact", now)]
    build_reply(messages, own_name="XAAGOVAPI", reference="1", prepared_at=now)
    return messages


def _push() -> bytes:
    """A push of 100 reservations, two travellers to each, with documents, seats and a journey of two legs."""
    now = datetime.now(UTC)
    departure = (now + timedelta(hours=5)).replace(tzinfo=None, second=0, microsecond=0)
    arrival = departure + timedelta(hours=3)
    flight = Flight("XA", "418", legs=(Leg("XQB", "XQA", departure, arrival),))
    people = FictionalPeople(1)
    reservations = [
        Reservation(
            locator=f"Q{number:05}",
            carrier="XA",
            locators=(Locator(f"Q{number:05}", "XA"),),
            travellers=tuple(
                _traveller(str(place), person, flight) for place, person in enumerate(people.take(2), start=1)
            ),
            itinerary=(
                ItineraryLeg(
                    carrier="XA",
                    number="418",
                    origin="XQB",
                    destination="XQA",
                    departure=departure,
                    arrival=arrival,
                    booking_class="Y",
                    status="HK",
                ),
                ItineraryLeg(
                    carrier="XA",
                    number="419",
                    origin="XQA",
                    destination="XQB",
                    departure=departure + timedelta(days=7),
                    arrival=arrival + timedelta(days=7),
                    booking_class="Y",
                    status="HK",
                ),
            ),
        )
        for number in range(RESERVATIONS)
    ]
    return pnrgov(
        flight, reservations, sender="XA", recipient="XAAGOVPNR", reference="BENCH1", prepared_at=now
    )


def _traveller(reference: str, person: FictionalPerson, flight: Flight) -> ReservationTraveller:
    departure = flight.legs[0].departure
    assert departure is not None, "the benchmark's flight has a time"
    document = TravelDocument(
        "P", person.document_number, person.nationality, (departure + timedelta(days=900)).date()
    )
    return ReservationTraveller(
        reference=reference,
        surname=person.surname,
        given_names=person.given_names,
        birth_date=PartialDate.of(person.birth_date),
        sex=Sex(person.sex),
        nationality=person.nationality,
        documents=(document,),
    )
