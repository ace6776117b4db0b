"""A flight as one message names it: carrier, number and legs in order. Times are local, without zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self


def _minutes(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="minutes")


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class Leg:
    """One departure–arrival pair. Airports are IATA (or ICAO) codes, times local and naive."""

    origin: str
    destination: str
    departure: datetime | None = None
    arrival: datetime | None = None
    crosses_border: bool = False

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read the leg object of `parsed-message.md`."""
        return cls(
            origin=value["origin"],
            destination=value["destination"],
            departure=_moment(value.get("departure")),
            arrival=_moment(value.get("arrival")),
            crosses_border=bool(value.get("crosses_border", False)),
        )

    def as_json(self) -> dict[str, Any]:
        """The leg object of `parsed-message.md`."""
        return {
            "origin": self.origin,
            "destination": self.destination,
            "departure": _minutes(self.departure),
            "arrival": _minutes(self.arrival),
            "crosses_border": self.crosses_border,
        }


@dataclass(frozen=True, slots=True)
class Flight:
    """A flight with 1 or more legs; the number has no leading zeros."""

    carrier: str | None
    number: str
    suffix: str | None = None
    legs: tuple[Leg, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read the flight object of `parsed-message.md`."""
        return cls(
            carrier=value.get("carrier"),
            number=value["number"],
            suffix=value.get("suffix"),
            legs=tuple(Leg.from_json(leg) for leg in value.get("legs") or ()),
        )

    def as_json(self) -> dict[str, Any]:
        """The flight object of `parsed-message.md`."""
        return {
            "carrier": self.carrier,
            "number": self.number,
            "suffix": self.suffix,
            "legs": [leg.as_json() for leg in self.legs],
        }

    @property
    def crossing_leg(self) -> Leg | None:
        """The leg that crosses the receiving State's border, or the first one where none is marked."""
        for leg in self.legs:
            if leg.crosses_border:
                return leg
        return self.legs[0] if self.legs else None

    @property
    def designator(self) -> str:
        """Carrier, number and suffix as one word: `XA418`."""
        return f"{self.carrier or ''}{self.number}{self.suffix or ''}"
