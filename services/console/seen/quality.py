"""How complete and how timely the data of carriers are."""

from datetime import date

from pydantic import Field

from services.console.seen.base import Seen


class Timeliness(Seen):
    """When lists came, in minutes before the departure; negative is after it."""

    known: int = 0
    in_time: int = 0
    late: int = 0
    in_time_percent: float | None = None
    first_report_minutes_before: int | None = None
    last_report_minutes_before: int | None = None


class Completeness(Seen):
    """Of one element: how many travellers lack it. Small counts come as `<10`."""

    missing: int | str = 0
    complete_percent: float | None = None


class DifferentPerson(Seen):
    """Possible matches that were of somebody else, by element that was missing or partial."""

    matches: int | str = 0
    elements: dict[str, int | str] = Field(default={})


class Quality(Seen):
    """The quality of some data: of a carrier, its day or its flight."""

    day: date | None = None
    flight_id: str | None = None
    number: str = ""
    flights: int = 0
    messages: int = 0
    travellers: int | str = 0
    timeliness: Timeliness = Timeliness()
    verified_percent: float | None = None
    elements: dict[str, Completeness] = Field(default={})
    faults: dict[str, int | str] = Field(default={})
    duplicates: int | str = 0
    flights_with_parts_missing: int = 0

    @property
    def weakest(self) -> list[tuple[str, Completeness]]:
        """The elements that most travellers lack, the worst first; those that all have are left out."""
        found = [each for each in self.elements.items() if each[1].missing]
        return sorted(found, key=lambda each: (_size(each[1].missing), each[0]), reverse=True)


class CarrierQuality(Quality):
    """One carrier with its days."""

    carrier: str = ""
    rejected_messages: dict[str, int] = Field(default={})
    different_person: DifferentPerson | None = None
    days: list[Quality] = Field(default=[])


class CarriersQuality(Seen):
    """All carriers of a period; flights where one was asked for."""

    carriers: list[CarrierQuality] = Field(default=[])
    flights: list[Quality] = Field(default=[])


def _size(count: int | str) -> int:
    """A count to sort by; a hidden one is small."""
    return count if isinstance(count, int) else 1
