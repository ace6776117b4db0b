"""The spellings of a list as integer arrays, and the keys under which spellings meet.

A *word* of the list is what stands in a name: its likeliest spelling and others beside it. A *spelling* (or
form) is one of those texts, letters a to z. Several words may share a spelling.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from services.screening.matching.compiled import FIXED_I64, INT, kernel
from services.screening.matching.equivalents import classes_of
from services.screening.matching.skeleton import coarse_skeletons, fine_skeleton
from services.screening.matching.tokens import (
    DICTIONARY_WORTH,
    MIN_COARSE_CONSONANTS,
    MIN_FINE_CONSONANTS,
    Rule,
    coarse_worth,
    fine_worth,
)

Array = NDArray[Any]

LETTERS = 27
_FIRST_LETTER = ord("a") - 1
_NUMBERS = bytes((sign - _FIRST_LETTER) % 256 for sign in range(256))


class Vocabulary(NamedTuple):
    """Spellings ordered by length: where each one's letters start, lengths, signatures, weights; then their
    words.

    `length_start[n]` is the first spelling of at least n letters. `word_start` cuts `word` and `word_worth`
    (percent): the words that have the spelling; `known_start` cuts `known`: the everyday names that it is.
    """

    start: Array
    letters: Array
    length: Array
    signature: Array
    weight: Array
    length_start: Array
    word_start: Array
    word: Array
    word_worth: Array
    known_start: Array
    known: Array


def stable_hash(text: str) -> int:
    """A number of 63 bits that is the same for the same text everywhere."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) >> 1


def letter_numbers(text: str) -> list[int]:
    """The letters of a spelling, a = 1."""
    return [ord(letter) - _FIRST_LETTER for letter in text]


def letter_bytes(text: str) -> bytes:
    """The letters of a spelling as numbers, a byte each."""
    return text.encode().translate(_NUMBERS)


def letter_text(numbers: bytes) -> str:
    """The spelling of letters as numbers."""
    return "".join(chr(number + _FIRST_LETTER) for number in numbers)


def letter_signature(text: str) -> int:
    """A bit for each letter of the spelling, and a second one for a letter that occurs twice.

    One edit changes at most two bits, so that spellings whose signatures differ more need no closer look.
    """
    once = twice = 0
    for letter in letter_numbers(text):
        twice |= once & (1 << letter)
        once |= 1 << letter
    return once | twice << LETTERS


def spelling_keys(text: str) -> Iterator[tuple[str, int, Rule]]:
    """The keys under which spellings of one name meet, what they are then worth, and the rule."""
    skeleton = fine_skeleton(text)
    if len(skeleton) >= MIN_FINE_CONSONANTS:
        yield f"~{skeleton}", fine_worth(skeleton), Rule.SKELETON
    for coarse in coarse_skeletons(text):
        if len(coarse) >= MIN_COARSE_CONSONANTS and coarse_worth(coarse):
            yield f"?{coarse}", coarse_worth(coarse), Rule.COARSE_SKELETON
    for number in classes_of(text):
        yield f"={number}", DICTIONARY_WORTH, Rule.DICTIONARY


@kernel(INT, FIXED_I64, INT)
def place_of(hashes: Array, hashed: int) -> int:
    """Where a hash stands among ascending ones, -1 where it does not."""
    first, last = 0, len(hashes)
    while first < last:
        middle = (first + last) // 2
        if hashes[middle] < hashed:
            first = middle + 1
        else:
            last = middle
    return first if first < len(hashes) and hashes[first] == hashed else -1


@dataclass(frozen=True, slots=True)
class KeyedRows:
    """A key → ascending row numbers: hashes of the keys, ascending, and `rows` cut by `starts`."""

    hashes: Array
    starts: Array
    rows: Array

    @classmethod
    def build(cls, pairs: Iterable[tuple[int, int]]) -> Self:
        """Gather (hash, row) pairs in any order; repeated pairs count once."""
        table = np.unique(np.array(sorted(set(pairs)), np.int64).reshape(-1, 2), axis=0)
        return cls.of_columns(table[:, 0], table[:, 1])

    @classmethod
    def of_columns(cls, hashes: Array, rows: Array) -> Self:
        """Gather a column of hashes and one of rows."""
        order = np.lexsort((rows, hashes))
        distinct, first = np.unique(hashes[order], return_index=True)
        starts = np.append(first, len(hashes)).astype(np.int32)
        return cls(distinct.astype(np.int64), starts, rows[order].astype(np.int32))

    def span(self, hashed: int) -> tuple[int, int]:
        """Where the rows of a key begin and end in `rows`; an empty span where the key is unknown."""
        place = place_of(self.hashes, hashed)
        if place < 0:
            return 0, 0
        return int(self.starts[place]), int(self.starts[place + 1])

    def get(self, hashed: int) -> list[int]:
        """The rows of a key."""
        first, last = self.span(hashed)
        return self.rows[first:last].tolist() if first < last else []

    def known(self, hashed: Sequence[int]) -> list[int]:
        """Which of many keys are known, as places in the sequence: one look for all of them."""
        sought = np.array(hashed, np.int64)
        places = np.searchsorted(self.hashes, sought)
        places[places == len(self.hashes)] = 0
        found: list[int] = np.flatnonzero(self.hashes[places] == sought).tolist() if len(self.hashes) else []
        return found
