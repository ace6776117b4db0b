"""Given names and name elements that are the same name in other languages.

The tables are made by hand for this project (`data`). A class has words that parents, clerks and languages
exchange for each other; a word stands in two classes only where two names are spelled alike.
"""

from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

from services.screening.matching.compounds import standard
from services.screening.matching.tables import rows_of

TABLES = ("islamic", "european", "asian", "african")
SHARED = "*"
"""Stands after a spelling that belongs to two classes on purpose."""


class NameClass(NamedTuple):
    """One name in its spellings, the key first; `bearers` is m, f, mf or family."""

    key: str
    bearers: str
    origin: str
    words: tuple[str, ...]

    @property
    def number(self) -> int:
        """The class as a number that no other row of the tables moves."""
        return crc32(self.key.encode())


def read_classes() -> Iterator[NameClass]:
    """The classes of the tables, in their order; words as `compounds.standard` gives them."""
    for table in TABLES:
        for key, bearers, origin, spellings in rows_of(table):
            words = [standard(word.removesuffix(SHARED)) for word in (key, *spellings.split())]
            yield NameClass(key, bearers, origin, tuple(dict.fromkeys(words)))


def _classes_of_words() -> dict[str, tuple[int, ...]]:
    classes: dict[str, tuple[int, ...]] = {}
    for each in read_classes():
        for word in each.words:
            known = classes.get(word, ())
            classes[word] = known if each.number in known else (*known, each.number)
    return classes


def classes_of(word: str) -> tuple[int, ...]:
    """The numbers of the classes of equivalent names in which the word stands; most words stand in none."""
    return _CLASSES_OF.get(word, ())


def class_of(word: str) -> int | None:
    """The number of the first class of equivalent names in which the word stands, or `None`."""
    return next(iter(classes_of(word)), None)


_CLASSES_OF = _classes_of_words()
ARABIC = frozenset(word for each in read_classes() if each.origin == "arabic" for word in each.words)
"""The words of the dictionary's Arabic names."""
