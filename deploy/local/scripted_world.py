"""What carrier XA sends on the scripted day: flights of the demonstration world, people who do not exist.

Some travellers stand on the demonstration's list under damaged names, some only share a name with it.
Values only; `scripted_day.py` sends them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from deploy.local.installation import AIRPORTS_FILE
from deploy.local.synthetic.paxlst import SyntheticFlight, paxlst
from deploy.local.synthetic.people import FictionalPeople, FictionalPerson
from shared.travel.places import Airports

EDIFACT: Final = "application/edifact"
JSON: Final = "application/json"
RECORD_LOCATOR: Final = "Q7KD2M"
TRAVELLERS_A_FLIGHT: Final = 150
CREW: Final = 6
HOURS_IN_THE_AIR: Final = timedelta(hours=3)
SEED: Final = 2396
SEATS_A_FLIGHT: Final = 180
#: More than six hours off, so that the visitor has two hours for the reviews instead of fifteen minutes.
HOURS_TO_LAST_FLIGHT: Final = 7
_AIRPORTS: Final = Airports.load(AIRPORTS_FILE)

# On the list as SAMIR HADI AL-NAMUDHAJI, born 1979-05-14, passport XB4471902.
TO_BE_SHARED: Final = FictionalPerson(
    "ALNAMOUDHAJI", "SAMEER HADI", date(1979, 5, 14), "M", "XBB", "XB4471902"
)
# On the list as IGOR STEPANOVICH PRIMEROV; bound for XDD, where the risk of ill-treatment is high.
TO_BE_REFUSED: Final = FictionalPerson(
    "PRIMEROW", "IGOR STEPANOVICH", date(1983, 11, 30), "M", "XDD", "713340218"
)
# Innocent: the name of the first, another life.
NAMESAKE: Final = FictionalPerson("AL NAMUDHAJI", "SAMIR HADI", date(1979, 11, 2), "M", "XAA", "AA7719034")
# Left in the queue for whoever tries the console.
FOR_THE_VISITOR: Final = (
    FictionalPerson("YPODIGMATIDIS", "NIKOS", date(1969, 12, 1), "M", "XAA", "AX5521907"),
    FictionalPerson("KALPANIC", "RAMESH", date(1975, 8, 19), "M", "XCC", "C55120118"),
)


@dataclass(frozen=True)
class Posting:
    """One message as a carrier posts it."""

    title: str
    body: bytes
    content_type: str
    travellers: int
    is_refused: bool = False


def morning(now: datetime, hundred: int) -> list[Posting]:
    """The messages of the first wave.

    Args:
        now: The day's instant, aware, UTC; flights leave within the hours after it.
        hundred: Flight numbers are `hundred + 1` and so on, so that a second day has flights of its own.
    """
    people = FictionalPeople(SEED + hundred)
    first = _flight(now, hundred + 1, "XQA", "XQB", 3)
    second = _flight(now, hundred + 4, "XQA", "XQD", 4)
    passengers = [*people.take(TRAVELLERS_A_FLIGHT), TO_BE_SHARED, NAMESAKE]
    return [
        _paxlst("passengers", first, passengers, now),
        _paxlst("crew", first, people.take(CREW), now, crew=True),
        _paxlst("passengers", second, [*people.take(TRAVELLERS_A_FLIGHT), TO_BE_REFUSED], now),
        _manifest(_flight(now, hundred + 2, "XQC", "ZQA", 5), people.take(8)),
        _cut_short(_flight(now, hundred + 3, "XQA", "XQC", 6), people.take(3), now),
    ]


def afternoon(now: datetime, hundred: int) -> list[Posting]:
    """The last flight, whose possible matches are left for the visitor."""
    people = FictionalPeople(SEED * 2 + hundred)
    flight = _flight(now, hundred + 5, "XQB", "XQA", HOURS_TO_LAST_FLIGHT)
    return [_paxlst("passengers", flight, [*people.take(TRAVELLERS_A_FLIGHT), *FOR_THE_VISITOR], now)]


def schedule(now: datetime, hundred: int) -> bytes:
    """The carrier's schedule of the day in ingest's template; of flight `hundred + 9` nothing will come."""
    first, last = (
        _flight(now, hundred + 1, "XQA", "XQB", 3),
        _flight(now, hundred + 5, "XQB", "XQA", HOURS_TO_LAST_FLIGHT),
    )
    # Within the hour before departure a manifest is overdue.
    silent = _flight(now, hundred + 9, "XQA", "XQB", 1)
    lines = [
        f"{each.carrier}{each.number},{each.origin},{each.destination},{each.departure:%H:%M},"
        f"{each.arrival:%H:%M}+{(each.arrival.date() - each.departure.date()).days},daily,"
        f"{each.departure:%Y-%m-%d},{each.departure:%Y-%m-%d},{SEATS_A_FLIGHT}"
        for each in (first, last, silent)
    ]
    return "\n".join(["Flight,Origin,Destination,Departure,Arrival,Days,From,To,Seats", *lines, ""]).encode()


def _flight(now: datetime, number: int, origin: str, destination: str, hours: int) -> SyntheticFlight:
    """A flight that leaves some hours from now; its times are by the clocks of its airports."""
    leaves = now.replace(second=0, microsecond=0) + timedelta(hours=hours)
    departure = _local(origin, leaves)
    arrival = _local(destination, leaves + HOURS_IN_THE_AIR)
    return SyntheticFlight("XA", str(number), origin, destination, departure, arrival - departure)


def _local(airport: str, instant: datetime) -> datetime:
    """What the clocks of a demonstration's airport show, without zone, as carriers send it."""
    zone = _AIRPORTS.zone_of(airport)
    assert zone is not None, "an airport of the demonstration"
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _paxlst(
    kind: str,
    flight: SyntheticFlight,
    people: Sequence[FictionalPerson],
    now: datetime,
    *,
    crew: bool = False,
) -> Posting:
    transaction = f"XA{flight.number}{'C' if crew else 'P'}{now:%m%d%H%M}"
    body = paxlst(flight, people, transaction=transaction, prepared_at=now, crew=crew)
    title = f"XA{flight.number} {flight.origin}-{flight.destination}, {kind} (PAXLST)"
    return Posting(title, body, EDIFACT, len(people))


def _cut_short(flight: SyntheticFlight, people: Sequence[FictionalPerson], now: datetime) -> Posting:
    """A list whose end was lost on the way: it is refused as a whole, and the carrier is told why."""
    whole = _paxlst("passengers", flight, people, now)
    title = f"XA{flight.number} {flight.origin}-{flight.destination}, cut short (PAXLST)"
    return Posting(title, whole.body[: whole.body.index(b"CNT+")], EDIFACT, len(people), is_refused=True)


def _manifest(flight: SyntheticFlight, people: Sequence[FictionalPerson]) -> Posting:
    """The same facts in JSON, with a booking whose meal and wheelchair may not be kept."""
    leg = {
        "origin": flight.origin,
        "destination": flight.destination,
        "departure": f"{flight.departure:%Y-%m-%dT%H:%M}",
        "arrival": f"{flight.arrival:%Y-%m-%dT%H:%M}",
    }
    manifest = {
        "kind": "MANIFEST",
        "version": "1",
        "transaction_reference": f"XA{flight.number}J{flight.departure:%m%d%H%M}",
        "function": "PASSENGER_LIST",
        "flight": {"carrier": flight.carrier, "number": flight.number, "legs": [leg]},
        "travellers": [_traveller(flight, place, each) for place, each in enumerate(people, start=1)],
        # The reservation of the first of them: one person under both, by locator and name.
        "reservations": [
            {
                "locator": RECORD_LOCATOR,
                "carrier": "XA",
                "travellers": [{"surname": people[0].surname, "given_names": people[0].given_names}],
                "service_codes": ["DOCS", "MOML", "WCHR"],
            }
        ],
    }
    title = f"XA{flight.number} {flight.origin}-{flight.destination}, with a meal and a wheelchair (JSON)"
    return Posting(title, json.dumps(manifest).encode(), JSON, len(people))


def _traveller(flight: SyntheticFlight, place: int, person: FictionalPerson) -> dict[str, Any]:
    return {
        "surname": person.surname,
        "given_names": person.given_names,
        "birth_date": person.birth_date.isoformat(),
        "sex": person.sex,
        "nationality": person.nationality,
        "embarkation": flight.origin,
        "debarkation": flight.destination,
        "documents": [{"type": "P", "number": person.document_number, "issuer": person.nationality}],
        "carrier_reference": f"XA{flight.number}-{place:04}",
        "record_locator": RECORD_LOCATOR if place == 1 else None,
    }
