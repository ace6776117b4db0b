"""How much it says that two names share a word: the rarer the word, the more.

Weights are integers in hundredths of a bit: 100 means that the odds double. The table is in the snapshot.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Self

from services.screening.matching.equivalents import class_of, travellers_a_ten_thousand
from services.screening.matching.skeleton import fine_skeleton

MIN_WORD_WEIGHT, MAX_WORD_WEIGHT = 250, 1350
BIT = 100

# The list's own counts are believed as if this many names of travellers had been seen beside them.
_PRIOR_NAMES = 5_000
# A word that neither the table nor the list knows is borne by one traveller in so many.
_UNKNOWN_ONE_IN = 16_000
_MIN_GROUP_CONSONANTS = 3


def _groups(word: str) -> tuple[str, ...]:
    """The word itself, and the groups of spellings with which it would be confused, each as a key."""
    number = class_of(word)
    skeleton = fine_skeleton(word)
    keys = [word]
    if number is not None:
        keys.append(f"={number}")
    if len(skeleton) >= _MIN_GROUP_CONSONANTS:
        keys.append(f"~{skeleton}")
    return tuple(keys)


class Rarity:
    """Word weights from a list's own counts and the table of common names; immutable once counted."""

    def __init__(self, entries: int, counts: Mapping[str, int]) -> None:
        self._entries = entries
        self._counts = dict(counts)
        self._weights: dict[str, int] = {}

    @classmethod
    def count(cls, words_of_entries: Iterable[frozenset[str]]) -> Self:
        """Count in how many entries each word (or another spelling of it) occurs."""
        counts: Counter[str] = Counter()
        entries = 0
        for words in words_of_entries:
            entries += 1
            counts.update({key for word in words for key in _groups(word)})
        # A group that occurs once weighs as one that does not occur; leaving it out keeps the table short.
        return cls(entries, {key: count for key, count in sorted(counts.items()) if count > 1})

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        return cls(value["entries"], value["counts"])

    def as_json(self) -> dict[str, Any]:
        """`{"entries", "counts"}`."""
        return {"entries": self._entries, "counts": self._counts}

    def weight(self, word: str) -> int:
        """Hundredths of a bit that agreement on the word is worth, `MIN_WORD_WEIGHT` to `MAX_WORD_WEIGHT`."""
        known = self._weights.get(word)
        if known is None:
            known = self._weights[word] = self._compute(word)
        return known

    def _compute(self, word: str) -> int:
        listed = max(self._counts.get(key, 1) for key in _groups(word))
        among_travellers = travellers_a_ten_thousand(word) / 10_000 or 1 / _UNKNOWN_ONE_IN
        share = (listed + _PRIOR_NAMES * among_travellers) / (self._entries + _PRIOR_NAMES)
        weight = round(-BIT * math.log2(max(share, among_travellers)))
        return min(max(weight, MIN_WORD_WEIGHT), MAX_WORD_WEIGHT)
