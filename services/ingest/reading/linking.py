"""The deployment's key at work: digests, and what reports of the same person have in common.

Keys are keyed hashes: they link reports without telling anything to whoever reads the table.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import blake2b, sha256

from services.ingest.formats.flights import local_date_of
from services.ingest.reading.same_person import KeyKind, Keys
from shared.travel.flight import Flight
from shared.travel.traveller import Traveller

#: A hundred and twenty-eight bits tell any two people of one flight apart.
KEY_BYTES = 16
JOURNEY_KEY_BYTES = 32
# A manifest makes a thousand keys: the kinds' letters are looked up once.
_REFERENCE_AND_NAME = KeyKind.REFERENCE_AND_NAME.value
_REFERENCE = KeyKind.REFERENCE.value
_DOCUMENT_AND_NAME = KeyKind.DOCUMENT_AND_NAME.value
_DOCUMENT = KeyKind.DOCUMENT.value
_LOCATOR_AND_NAME = KeyKind.LOCATOR_AND_NAME.value
_LOCATOR_AND_FIRST_NAME = KeyKind.LOCATOR_AND_FIRST_NAME.value
_NAME_AND_BIRTH = KeyKind.NAME_AND_BIRTH.value
_NAME = KeyKind.NAME.value
#: Between two parts of a key; `_plain` takes it, like every blank, out of the parts themselves.
_BREAK = "\x1f"
# What is hashed for one purpose is never equal to what is hashed for another.
_LINK, _FACTS, _JOURNEY = b"link", b"facts", b"journey"


@dataclass(frozen=True)
class LinkingKeys:
    """The deployment's key, used for several purposes that cannot be compared with each other.

    A body's digest, which carriers and auditors see, is an HMAC. What only ever links rows of ours is a keyed
    BLAKE2b: a manifest makes two thousand of them, and each is made in a third of an HMAC's time.

    Source:
        RFC 2104 (HMAC); RFC 7693 §2.9 (BLAKE2b with a key is a message authentication code by itself).
    """

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

    def traveller_keys(self, traveller: Traveller, locators: Sequence[str] = ()) -> Keys:
        """What reports of the same person on one flight have in common, strongest first.

        Args:
            traveller: The person as one message reports it.
            locators: More record locators of the person's reservation than the traveller carries.

        Returns:
            Keyed hashes, the first octet of each of which tells its kind (`same_person.py`).
        """
        surname, given = _plain(traveller.surname), traveller.given_names or ""
        name = surname + _plain(given)
        first = surname + "".join(given.upper().split()[:1])
        keys: list[bytes] = []
        if traveller.carrier_reference is not None:
            reference = _plain(traveller.carrier_reference)
            keys.append(self._key(_REFERENCE_AND_NAME, f"{reference}{_BREAK}{name}"))
            keys.append(self._key(_REFERENCE, reference))
        for document in traveller.documents:
            number = f"{_plain(document.number)}{_BREAK}{_plain(document.issuer or '')}"
            keys.append(self._key(_DOCUMENT_AND_NAME, f"{number}{_BREAK}{name}"))
            keys.append(self._key(_DOCUMENT, number))
        own = () if traveller.record_locator is None else (traveller.record_locator,)
        for locator in dict.fromkeys([_plain(each) for each in (*own, *locators)]):
            keys.append(self._key(_LOCATOR_AND_NAME, f"{locator}{_BREAK}{name}"))
            keys.append(self._key(_LOCATOR_AND_FIRST_NAME, f"{locator}{_BREAK}{first}"))
        if traveller.birth_date is None:
            keys.append(self._key(_NAME, name))
        else:
            keys.append(self._key(_NAME_AND_BIRTH, f"{name}{_BREAK}{traveller.birth_date}"))
        return b"".join(keys)

    def fact_digest(self, record: str) -> bytes:
        """A keyed digest of a traveller's or reservation's record, to tell whether a later one differs."""
        digest = self._facts.copy()
        digest.update(record.encode())
        return digest.digest()

    def journey_key(self, traveller: Traveller, day: date) -> str:
        """Equal for all messages and legs of an itinerary: the person, and the booking or the day."""
        booking = traveller.record_locator or str(day)
        # A line break inside a name may have stood for a blank: names compare without blanks.
        name = _plain(f"{traveller.surname}{traveller.given_names or ''}")
        key = self._journeys.copy()
        key.update(f"{name}{_BREAK}{traveller.birth_date or ''}{_BREAK}{_plain(booking)}".encode())
        return key.hexdigest()

    def _key(self, kind: bytes, text: str) -> bytes:
        key = self._links.copy()
        key.update(kind + text.encode())
        return kind + key.digest()

    # Hashes that have taken the secret in and nothing else yet: a copy of one goes on from there.

    @cached_property
    def _links(self) -> blake2b:
        return blake2b(key=self.secret, digest_size=KEY_BYTES, person=_LINK)

    @cached_property
    def _facts(self) -> blake2b:
        return blake2b(key=self.secret, digest_size=KEY_BYTES, person=_FACTS)

    @cached_property
    def _journeys(self) -> blake2b:
        return blake2b(key=self.secret, digest_size=JOURNEY_KEY_BYTES, person=_JOURNEY)

    def _hmac(self, purpose: str, *parts: bytes) -> bytes:
        # Each part goes with its length, so that no two lists of parts run together into the same text.
        text = b"".join(b"%d:%b" % (len(part), part) for part in (purpose.encode(), *parts))
        return hmac.digest(self.secret, text, sha256)


def journey_day(flight: Flight, reported_on: date) -> date:
    """The day of a flight's journey: its local date, or the day of the report where it tells no time."""
    return local_date_of(flight) or reported_on


def _plain(text: str) -> str:
    return "".join(text.upper().split())
