"""Fictional people with names put together from syllables, so that nobody real is meant.

Names repeat as in real traffic. How often an element occurs falls with its rank, roughly as one over the
rank (Zipf's law, which family and given names of every country follow): the commonest forty make up a fifth
of all, and a long tail occurs once. Of the elements of 30,000 travellers about one in seven has not occurred
among those before. A stream in which most were new would time over and over the first look at a name, which
a running system takes once; one without a tail would never time it. List and travellers draw from the same
elements, as they do in life.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from random import Random

_ONSETS = ("B", "D", "F", "G", "H", "J", "K", "L", "M", "N", "R", "S", "T", "V", "Z", "SH", "KH", "TR", "DR")
_VOWELS = ("A", "E", "I", "O", "U", "AA", "EI", "OU")
_CODAS = ("", "", "", "N", "R", "L", "S", "M", "K", "D", "SH", "NT")
_STATES = ("XAA", "XBB", "XCC", "XDD")
_ELEMENTS = 15_000
_VOCABULARY_SEED = 2396
# Zipf–Mandelbrot: an element of rank r is drawn as often as 1 / (r + offset).
_RANK_OFFSET = 12
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


@cache
def _vocabulary() -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The elements of names, the commonest first, and how often each and all before it are drawn."""
    random = Random(_VOCABULARY_SEED)  # noqa: S311 - repeatable, and nothing here is secret.
    elements = tuple(_element(random) for _ in range(_ELEMENTS))
    return elements, tuple(accumulate(1 / (rank + _RANK_OFFSET) for rank in range(1, _ELEMENTS + 1)))


class FictionalPeople:
    """An endless, repeatable stream of people from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - repeatable, and nothing here is secret.

    def _name_elements(self, count: int) -> list[str]:
        elements, shares = _vocabulary()
        return self._random.choices(elements, cum_weights=shares, k=count)

    def __iter__(self) -> Iterator[FictionalPerson]:
        return self

    def __next__(self) -> FictionalPerson:
        random = self._random
        surname, *given_names = self._name_elements(random.choice((2, 2, 3)))
        return FictionalPerson(
            surname=surname,
            given_names=" ".join(given_names),
            birth_date=_FIRST_BIRTHDAY + timedelta(days=random.randrange(_BIRTHDAYS)),
            sex=random.choice("FM"),
            nationality=random.choice(_STATES),
            document_number=f"{random.choice('ABCDEFGH')}{random.randrange(10**8):08}",
        )

    def take(self, count: int) -> list[FictionalPerson]:
        """The next `count` people."""
        return [next(self) for _ in range(count)]
