"""Which flight a message is about, and which earlier report of a traveller is the same person's.

Keys are keyed hashes: they link reports without telling anything to whoever reads the table.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.ingest.formats.flights import local_date_of
from shared.travel.flight import Flight
from shared.travel.traveller import Traveller


@dataclass(frozen=True, slots=True)
class LinkingKeys:
    """The deployment's key, used for several purposes that cannot be compared with each other."""

    secret: bytes

    def digest(self, body: bytes, ordinal: int, *, is_test: bool = False) -> str:
        """What is stored of a message instead of its text: `hmac-sha256:` and hexadecimal digits.

        A body that its sender only tried out has another digest than the same body sent in earnest, which
        must not get the receipt of the trial.

        Source:
            design.md §3.4: a plain hash would let one who knows the rest try out a dropped code.
        """
        purpose = "trial" if is_test else "digest"
        return f"hmac-sha256:{self._hmac(purpose, str(ordinal).encode(), body).hex()}"

    def person_keys(self, travellers: Sequence[Traveller]) -> list[bytes]:
        """A key for each traveller of one message, equal for reports of the same person on the same flight.

        The carrier's own reference decides, else a document, else name and birth date. What would be equal
        within one message is told apart by the name, then by its place: nobody is lost over a reference used
        twice.
        """
        facts = [_person_facts(traveller) for traveller in travellers]
        repeated = {each for each, count in Counter(facts).items() if count > 1}
        named = [
            (*each, *_name_facts(traveller)) if each in repeated else each
            for each, traveller in zip(facts, travellers, strict=True)
        ]
        seen: Counter[tuple[str, ...]] = Counter()
        keys: list[bytes] = []
        for each in named:
            place = seen[each]
            seen[each] += 1
            parts = (*each, str(place)) if place else each
            keys.append(self._hmac("person", *(part.encode() for part in parts)))
        return keys

    def journey_key(self, traveller: Traveller, flight: Flight, reported_on: date) -> str:
        """Equal for all messages and legs of an itinerary: the person, and the booking or the day."""
        booking = traveller.record_locator or str(local_date_of(flight) or reported_on)
        parts = (*_name_facts(traveller), booking)
        return self._hmac("journey", *(part.encode() for part in parts)).hex()

    def _hmac(self, purpose: str, *parts: bytes) -> bytes:
        # Each part goes with its length, so that no two lists of parts run together into the same text.
        text = b"".join(b"%d:%b" % (len(part), part) for part in (purpose.encode(), *parts))
        return hmac.digest(self.secret, text, hashlib.sha256)


def flight_key(flight: Flight, sender: str, reported_on: date) -> str:
    """What makes two messages speak of the same flight: carrier, number, suffix, origin, local date.

    The origin and date are those of the crossing leg; a flight without any time is the one of the day on
    which it was reported.
    """
    leg = flight.crossing_leg
    origin = leg.origin if leg else ""
    day = local_date_of(flight) or reported_on
    return "|".join((flight.carrier or sender, flight.number, flight.suffix or "", origin, str(day)))


def _person_facts(traveller: Traveller) -> tuple[str, ...]:
    if traveller.carrier_reference is not None:
        return ("reference", traveller.carrier_reference.upper())
    if traveller.documents:
        document = traveller.documents[0]
        return ("document", _plain(document.number), document.issuer or "")
    return ("name", *_name_facts(traveller))


def _name_facts(traveller: Traveller) -> tuple[str, ...]:
    # A line break inside a name may have stood for a blank: names compare without blanks.
    name = _plain(f"{traveller.surname}{traveller.given_names or ''}")
    return (name, str(traveller.birth_date or ""))


def _plain(text: str) -> str:
    return "".join(text.upper().split())
