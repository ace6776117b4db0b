"""What a list says of each of its travellers, made ready for the tables and for screening. Pure.

Nothing here depends on what the database holds, so that it can be made where the message is read.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, Self, overload

from services.ingest.reading.elements import elements_of, keep_allowed
from services.ingest.reading.linking import LinkingKeys, journey_day
from services.ingest.reading.same_person import Keys
from shared.json_text import read_json, write_json
from shared.personal import Personal
from shared.travel.message import ParsedMessage
from shared.travel.traveller import Traveller


class Said(NamedTuple):
    """What one source says of a person, as it is linked, stored and sent.

    `record` is the JSON text of `Traveller.as_record`, `fact_digest` its keyed digest; `journey_key` is the
    one of the journey on `day`. A manifest has hundreds: a named tuple is made and sent in a third of the
    time of a data class.
    """

    keys: Keys
    record: str
    fact_digest: bytes
    journey_key: str
    day: date

    @classmethod
    def of(cls, traveller: Traveller, own: Keys, keys: LinkingKeys, day: date) -> Self:
        """What is said by a traveller as it was read; `own` are the keys that link it."""
        record = write_json(traveller.as_record())
        return cls(own, record, keys.fact_digest(record), keys.journey_key(traveller, day), day)

    def traveller(self) -> Traveller:
        """The person as a value."""
        return Traveller.from_json(read_json(self.record))

    def __repr__(self) -> str:
        return "<personal>"


@dataclass(frozen=True, slots=True, repr=False)
class People(Personal):
    """The travellers of one list without the elements `outside` the profile, and what is said of each.

    `elements` counts what was sent of all, before anything was left out.
    """

    travellers: Sequence[Traveller] = ()
    said: tuple[Said, ...] = ()
    elements: Counter[str] = field(default_factory=Counter)
    outside: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, message: ParsedMessage, allowed: Iterable[str] | None, keys: LinkingKeys, today: date
    ) -> Self:
        """The people of a message.

        Args:
            message: As it was read and filtered.
            allowed: The elements that the profile allows; `None` where none is known: nothing is left out.
            keys: The deployment's.
            today: The day of a flight that tells no time.
        """
        elements = elements_of(message.travellers)
        outside = frozenset() if allowed is None else frozenset(elements).difference(allowed)
        day = today if message.flight is None else journey_day(message.flight, today)
        travellers = keep_allowed(message.travellers, outside)
        said = tuple(Said.of(each, keys.traveller_keys(each), keys, day) for each in travellers)
        return cls(travellers, said, elements, outside)

    @classmethod
    def sent(cls, rows: Iterable[tuple[Any, ...]], elements: Counter[str], outside: frozenset[str]) -> Self:
        """People who came from another process: each is made of its record when somebody looks at it."""
        said = tuple(map(Said._make, rows))
        return cls(FromRecords(said), said, elements, outside)

    def __reduce__(self) -> tuple[Any, ...]:
        # Plain tuples: a pickle asks any other value what it is made of.
        return People.sent, (list(map(tuple, self.said)), self.elements, self.outside)


class FromRecords(Sequence[Traveller]):
    """The travellers of records, made when somebody looks at one.

    To store a manifest nobody does: carrying two hundred between processes would cost as much as storing.
    """

    def __init__(self, said: tuple[Said, ...]) -> None:
        self._said = said

    def __len__(self) -> int:
        return len(self._said)

    @overload
    def __getitem__(self, place: int) -> Traveller: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Traveller]: ...
    def __getitem__(self, place: int | slice) -> Traveller | Sequence[Traveller]:
        return self._travellers[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(other) == self._travellers

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "<personal>"

    @cached_property
    def _travellers(self) -> tuple[Traveller, ...]:
        return tuple(each.traveller() for each in self._said)
