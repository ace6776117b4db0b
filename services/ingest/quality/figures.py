"""How good the data of carriers are: counts of flights added up, shares, and small counts hidden. Pure."""

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

#: Counts of people below this are told as `HIDDEN`: on a small flight they would tell of somebody.
LEAST_SHOWN: Final = 10
HIDDEN: Final = "<10"
#: What is looked for in each traveller of an API list.
ELEMENTS: Final = (
    "given_names",
    "birth_date",
    "sex",
    "nationality",
    "birth_place",
    "document_type",
    "document_number",
    "document_issuer",
    "document_expiry",
    "record_locator",
    "seat",
    "embarkation",
    "debarkation",
    "carrier_reference",
)
ALL_MATCHES: Final = "ALL"


@dataclass(frozen=True, slots=True)
class FlightQuality:
    """The counts of one flight. `present` counts travellers by element, `faults` by code.

    `departs_at` is the scheduled departure (UTC) where a schedule tells it, else the reported one.
    """

    flight_id: str
    carrier: str
    number: str
    day: date
    departs_at: datetime | None
    first_report_at: datetime | None
    last_report_at: datetime | None
    messages: int
    travellers: int
    verified: int
    present: Mapping[str, int]
    faults: Mapping[str, int]
    duplicates: int
    parts_missing: bool

    @property
    def first_minutes(self) -> int | None:
        """Minutes from the first list to the departure; negative where it came after."""
        return _minutes(self.first_report_at, self.departs_at)

    @property
    def last_minutes(self) -> int | None:
        """The same for the last list."""
        return _minutes(self.last_report_at, self.departs_at)


@dataclass(frozen=True, slots=True)
class Causes:
    """Of one carrier: possible matches that were of somebody else, by element that was missing or partial."""

    carrier: str
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """Messages of one carrier that could not be taken at all, by code."""

    carrier: str
    codes: Mapping[str, int] = field(default_factory=dict)


def shown(count: int) -> int | str:
    """A count of people as it may be told."""
    return HIDDEN if 0 < count < LEAST_SHOWN else count


def share(count: int, whole: int) -> float | None:
    """A share in per cent; `None` where it would give a hidden count away, or of nothing."""
    if whole == 0 or HIDDEN in {shown(count), shown(whole), shown(whole - count)}:
        return None
    return round(100 * count / whole, 1)


def summary(flights: Sequence[FlightQuality]) -> dict[str, Any]:
    """Everything about some flights together: of a carrier, of its day, or one alone.

    Source: `spec/workflow.md` §8, KPI 1 and its last sentence; issue 4 item 9.
    """
    travellers = sum(each.travellers for each in flights)
    verified = sum(each.verified for each in flights)
    present: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    for each in flights:
        present.update(each.present)
        faults.update(each.faults)
    missing = {name: travellers - present[name] for name in ELEMENTS}
    return {
        "flights": len(flights),
        "messages": sum(each.messages for each in flights),
        "travellers": shown(travellers),
        "timeliness": _timeliness(flights),
        "verified": shown(verified),
        "verified_percent": share(verified, travellers),
        "elements": {
            name: {
                "missing": shown(count),
                "complete_percent": share(travellers - count, travellers),
            }
            for name, count in missing.items()
        },
        "faults": {code: shown(count) for code, count in sorted(faults.items())},
        "duplicates": shown(sum(each.duplicates for each in flights)),
        "flights_with_parts_missing": sum(each.parts_missing for each in flights),
    }


def by_carrier(flights: Iterable[FlightQuality]) -> dict[str, list[FlightQuality]]:
    """Flights of each carrier, in the order of the carriers' designators."""
    grouped: dict[str, list[FlightQuality]] = {}
    for each in sorted(flights, key=lambda flight: (flight.carrier, flight.day, flight.number)):
        grouped.setdefault(each.carrier, []).append(each)
    return grouped


def by_day(flights: Iterable[FlightQuality]) -> dict[date, list[FlightQuality]]:
    """Flights of each local day of departure, in order."""
    grouped: dict[date, list[FlightQuality]] = {}
    for each in sorted(flights, key=lambda flight: (flight.day, flight.number)):
        grouped.setdefault(each.day, []).append(each)
    return grouped


def report(
    flights: Sequence[FlightQuality], rejected: Sequence[Rejected], causes: Sequence[Causes] | None
) -> list[dict[str, Any]]:
    """One object a carrier, with its days. Without `causes`, nothing is said of possible matches."""
    refused = {each.carrier: each.codes for each in rejected}
    caused = None if causes is None else {each.carrier: each.numbers for each in causes}
    grouped = by_carrier(flights)
    return [
        {
            "carrier": carrier,
            **summary(grouped.get(carrier, [])),
            "rejected_messages": dict(sorted(refused.get(carrier, {}).items())),
            **({} if caused is None else {"different_person": _caused(caused.get(carrier, {}))}),
            "days": [
                {"day": day, **summary(of_day)} for day, of_day in by_day(grouped.get(carrier, [])).items()
            ],
        }
        for carrier in sorted({*grouped, *refused, *(caused or {})})
    ]


def flight_report(flights: Sequence[FlightQuality]) -> list[dict[str, Any]]:
    """One object a flight, newest first."""
    return [
        {
            "flight_id": each.flight_id,
            "carrier": each.carrier,
            "number": each.number,
            "day": each.day,
            "departs_at": each.departs_at,
            "first_report_minutes_before": each.first_minutes,
            "last_report_minutes_before": each.last_minutes,
            **summary([each]),
        }
        for each in sorted(flights, key=lambda flight: (flight.day, flight.number), reverse=True)
    ]


def _timeliness(flights: Sequence[FlightQuality]) -> dict[str, Any]:
    known = [each for each in flights if each.first_minutes is not None]
    first = [each.first_minutes for each in known if each.first_minutes is not None]
    last = [each.last_minutes for each in known if each.last_minutes is not None]
    in_time = sum(minutes >= 0 for minutes in first)
    return {
        "known": len(known),
        "in_time": in_time,
        "late": len(known) - in_time,
        "in_time_percent": None if not known else round(100 * in_time / len(known), 1),
        "first_report_minutes_before": int(statistics.median(first)) if first else None,
        "last_report_minutes_before": int(statistics.median(last)) if last else None,
    }


def _caused(numbers: Mapping[str, int]) -> dict[str, Any]:
    """Possible matches of somebody else, and how many of them had an element missing or partial."""
    elements = {name: shown(count) for name, count in sorted(numbers.items()) if name != ALL_MATCHES}
    return {"matches": shown(numbers.get(ALL_MATCHES, 0)), "elements": elements}


def _minutes(report_at: datetime | None, departs_at: datetime | None) -> int | None:
    if report_at is None or departs_at is None:
        return None
    return int((departs_at - report_at).total_seconds() // 60)
