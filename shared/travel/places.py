"""Airports: which State one is in, which zone its clocks follow, and what its local times are in UTC."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Self
from zoneinfo import ZoneInfo

import airportsdata

from shared.travel.states import normalise_state

LARGEST_EXTRA_AIRPORTS = 100_000


@dataclass(frozen=True, slots=True)
class Airport:
    """An airport's State (three letters) and IANA zone; either is `None` where the source has none."""

    state: str | None
    zone: str | None


class Airports:
    """All airports known to this deployment, by IATA code and by ICAO code."""

    def __init__(self, airports: Mapping[str, Airport]) -> None:
        self._airports = airports
        self._zones: dict[str, ZoneInfo] = {}

    @classmethod
    def load(cls, extra: Path | None = None) -> Self:
        """Read the airports of `airportsdata`, and those of a file that adds to or replaces them.

        Args:
            extra: CSV in UTF-8 with a header naming at least `iata`, `country` (two or three letters) and
                `tz` (IANA zone); `icao` is optional. At most `LARGEST_EXTRA_AIRPORTS` lines.

        Raises:
            ValueError: The file lacks a column or names a State that is none.
            OSError: The file cannot be read.
        """
        packaged = _packaged_airports()
        return cls(packaged if extra is None else {**packaged, **_read_extra(extra)})

    def state_of(self, code: str) -> str | None:
        """The State that an airport is in, three letters; `None` for an unknown airport."""
        airport = self._airports.get(code)
        return None if airport is None else airport.state

    def zone_of(self, code: str) -> str | None:
        """The IANA zone of an airport; `None` for an unknown airport."""
        airport = self._airports.get(code)
        return None if airport is None else airport.zone

    def to_utc(self, code: str, local: datetime | None) -> datetime | None:
        """An airport's local time as an aware UTC instant.

        A time that occurs twice when clocks go back is the first; one that clocks skip moves forward by the
        hour skipped. `None` where the time or the airport's zone is unknown.

        Source: `spec/reference-data.md`, *Times*.
        """
        name = self.zone_of(code)
        if local is None or name is None:
            return None
        zone = self._zones.get(name)
        if zone is None:
            zone = self._zones[name] = ZoneInfo(name)
        return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


@cache
def _packaged_airports() -> Mapping[str, Airport]:
    """What the package holds: the same for every reader of this process, who only look into it."""
    airports = {}
    for kind in ("ICAO", "IATA"):
        for code, row in airportsdata.load(kind).items():
            airports[code] = Airport(normalise_state(row["country"]), row["tz"] or None)
    return MappingProxyType(airports)


def _read_extra(path: Path) -> dict[str, Airport]:
    airports: dict[str, Airport] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        missing = {"iata", "country", "tz"} - set(rows.fieldnames or ())
        if missing:
            raise ValueError(f"the airports file lacks the columns {', '.join(sorted(missing))}")
        for number, row in enumerate(rows, start=2):
            if number > LARGEST_EXTRA_AIRPORTS + 1:
                raise ValueError(f"the airports file has more than {LARGEST_EXTRA_AIRPORTS} lines")
            state = normalise_state(row["country"])
            if state is None:
                raise ValueError(f"line {number} of the airports file names no State")
            airport = Airport(state, row["tz"] or None)
            for code in (row["iata"], row.get("icao")):
                if code:
                    airports[code.strip().upper()] = airport
    return airports
