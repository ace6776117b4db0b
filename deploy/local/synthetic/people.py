"""Fictional people with names put together from syllables, so that nobody real is meant.

Names repeat as in real traffic: a few elements are very common, most are rare.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

_ONSETS = ("B", "D", "F", "G", "H", "J", "K", "L", "M", "N", "R", "S", "T", "V", "Z", "SH", "KH", "TR", "DR")
_VOWELS = ("A", "E", "I", "O", "U", "AA", "EI", "OU")
_CODAS = ("", "", "", "N", "R", "L", "S", "M", "K", "D", "SH", "NT")
_STATES = ("XAA", "XBB", "XCC", "XDD")
_COMMON_SHARE = 0.3
_COMMON_ELEMENTS = 40
_FIRST_BIRTHDAY = date(1945, 1, 1)
_BIRTHDAYS = 365 * 65


@dataclass(frozen=True, slots=True)
class FictionalPerson:
    """A person who does not exist; States are the demonstration's user-assigned codes."""

    surname: str
    given_names: str
    birth_date: date
    sex: str
    nationality: str
    document_number: str


def _element(random: Random) -> str:
    syllables = random.choice((1, 2, 2, 3))
    return "".join(
        random.choice(_ONSETS) + random.choice(_VOWELS) + random.choice(_CODAS) for _ in range(syllables)
    )


class FictionalPeople:
    """An endless, repeatable stream of people from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - repeatable, and nothing here is secret.
        self._common = tuple(_element(self._random) for _ in range(_COMMON_ELEMENTS))

    def _name_element(self) -> str:
        if self._random.random() < _COMMON_SHARE:
            return self._random.choice(self._common)
        return _element(self._random)

    def __iter__(self) -> Iterator[FictionalPerson]:
        return self

    def __next__(self) -> FictionalPerson:
        random = self._random
        given_names = " ".join(self._name_element() for _ in range(random.choice((1, 1, 2))))
        return FictionalPerson(
            surname=self._name_element(),
            given_names=given_names,
            birth_date=_FIRST_BIRTHDAY + timedelta(days=random.randrange(_BIRTHDAYS)),
            sex=random.choice("FM"),
            nationality=random.choice(_STATES),
            document_number=f"{random.choice('ABCDEFGH')}{random.randrange(10**8):08}",
        )

    def take(self, count: int) -> list[FictionalPerson]:
        """The next `count` people."""
        return [next(self) for _ in range(count)]
