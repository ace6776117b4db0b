"""How much it says that two names share a word: the rarer the word, the more.

Weights are integers in hundredths of a bit: 100 means that the odds double. The counts are in the snapshot.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from services.screening.matching.compounds import without_long_article
from services.screening.matching.equivalents import classes_of
from services.screening.matching.frequency import OF_TRAVELLERS, bearers_at_home
from services.screening.matching.skeleton import fine_skeleton
from services.screening.matching.vocabulary import LETTERS, letter_numbers, place_of, stable_hash
from services.screening.matching.weights import FEWEST_ENTRIES, MOST_ENTRIES, SHARED_PERCENT

MIN_WORD_WEIGHT, MAX_WORD_WEIGHT = 250, 1350
BIT = 100

# The list's own counts are believed as if this many names of travellers had been seen beside them.
_PRIOR_NAMES = 5_000
# A word that neither the table nor the list knows weighs by its letters: this much where they cost 20 bits,
# and an eighth of what they cost more or less.
_UNKNOWN, _UNKNOWN_LETTERS, _UNKNOWN_SLOWER, _MIN_UNKNOWN = 1_130, 2_000, 8, 980
_MIN_GROUP_CONSONANTS = 3
_MAX_REMEMBERED = 500_000
_STEPS = tuple(round(2 ** (step / BIT) * (1 << 30)) for step in range(BIT))


def log2_hundredths(numerator: int, denominator: int) -> int:
    """The logarithm of a ratio of at least 1 to the base 2, in hundredths, rounded down, by integers."""
    whole = (numerator // denominator).bit_length() - 1
    scaled = (numerator << 30) // (denominator << whole)
    return whole * BIT + bisect_right(_STEPS, scaled) - 1


def _groups(word: str) -> tuple[str, ...]:
    """The word itself, and the groups of spellings with which it would be confused, each as a key."""
    skeleton = fine_skeleton(word)
    keys = [word, *(f"={number}" for number in classes_of(word))]
    if len(skeleton) >= _MIN_GROUP_CONSONANTS:
        keys.append(f"~{skeleton}")
    return tuple(keys)


def _met_as(word: str) -> tuple[str, ...]:
    """The keys under which a word is looked up: also without a glued article, as lists write family names."""
    return (*_groups(word), without_long_article(word))


class Rarity:
    """Word weights from a list's own counts and the table of common names; immutable once counted.

    `entries` is how many were counted, `keys` (hashes, ascending) and `counts` in how many each word or group
    of spellings occurs, `pairs` how often each letter follows another in the list's words (0 is the edge).
    """

    def __init__(self, entries: int, keys: NDArray[Any], counts: NDArray[Any], pairs: NDArray[Any]) -> None:
        self.entries, self.keys, self.counts, self.pairs = entries, keys, counts, pairs
        self._remembered = lru_cache(maxsize=_MAX_REMEMBERED)(self._compute)
        self._met = lru_cache(maxsize=_MAX_REMEMBERED)(self._entries_with)
        self._taken_off = lru_cache(maxsize=_MAX_REMEMBERED)(self._shared_by)
        after = pairs.sum(axis=1).tolist()
        self._letter_bits = [
            [log2_hundredths(total + LETTERS, count + 1) for count in row]
            for total, row in zip(after, pairs.tolist(), strict=True)
        ]

    @classmethod
    def count(cls, words_of_entries: Iterable[frozenset[str]]) -> Self:
        """Count in how many entries each word (or another spelling of it) occurs."""
        occurring: Counter[str] = Counter()
        counts: Counter[str] = Counter()
        entries = 0
        for words in words_of_entries:
            entries += 1
            occurring.update(words)
        groups = {word: _groups(word) for word in occurring}
        for word, count in occurring.items():
            for key in groups[word]:
                counts[key] += count
        # A group that occurs once weighs as one that does not occur; leaving it out keeps the table short.
        return cls(entries, *_columns(counts), _letter_pairs(occurring))

    @property
    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """What a snapshot stores; `of_arrays` reads it."""
        return {
            "rarity_entries": np.array([self.entries], np.int64),
            "rarity_keys": self.keys,
            "rarity_counts": self.counts,
            "rarity_pairs": self.pairs,
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Put together what `arrays` gave."""
        return cls(
            int(arrays["rarity_entries"][0]),
            arrays["rarity_keys"],
            arrays["rarity_counts"],
            arrays["rarity_pairs"],
        )

    def weight(self, word: str) -> int:
        """Hundredths of a bit that agreement on the word is worth, `MIN_WORD_WEIGHT` to `MAX_WORD_WEIGHT`."""
        return self._remembered(word)

    def weight_together(self, word: str) -> int:
        """What a word is worth that was found to be several: an unknown one may weigh more than one."""
        weight = self.weight(word)
        is_known = bearers_at_home(word) or self.entries_with(word) > 1
        return weight if is_known else max(weight, self._by_letters(word))

    def entries_with(self, word: str) -> int:
        """How many listed entries bear the word or another spelling of it, at least 1."""
        return self._met(word)

    def _entries_with(self, word: str) -> int:
        return max(self._count(key) for key in _met_as(word))

    def shared(self, words: Iterable[str]) -> int:
        """What a traveller's name takes off every match, 0 or less: others on the list bear such names too.

        The prior is the traveller's, not each entry's: the longer the list, and the more of it bears the
        second commonest of the words (or the only one), the smaller is each entry's part.
        """
        bearing = sorted(map(self._met, words), reverse=True)[:2]
        return self._taken_off(bearing[-1] if bearing else 1)

    def _shared_by(self, bearing: int) -> int:
        entries = min(max(self.entries, FEWEST_ENTRIES), MOST_ENTRIES)
        alike = log2_hundredths(bearing, 1)
        return -(log2_hundredths(entries, FEWEST_ENTRIES) + alike * SHARED_PERCENT // 100)

    def _compute(self, word: str) -> int:
        listed = self.entries_with(word)
        borne = bearers_at_home(word)
        # (listed + prior * borne / OF_TRAVELLERS) of (entries + prior), in whole numbers.
        weight = log2_hundredths(
            (self.entries + _PRIOR_NAMES) * OF_TRAVELLERS,
            min(listed, self.entries + 1) * OF_TRAVELLERS + _PRIOR_NAMES * borne,
        )
        limit = log2_hundredths(OF_TRAVELLERS, borne) if borne else self._by_letters(word)
        return min(max(min(weight, limit), MIN_WORD_WEIGHT), MAX_WORD_WEIGHT)

    def _count(self, key: str) -> int:
        place = place_of(self.keys, stable_hash(key))
        return 1 if place < 0 else int(self.counts[place])

    def _by_letters(self, word: str) -> int:
        """What an unknown word weighs: the less likely its letters follow each other, the more."""
        numbers = [0, *letter_numbers(word), 0]
        bits = sum(self._letter_bits[one][other] for one, other in pairwise(numbers))
        return max(_UNKNOWN + (bits - _UNKNOWN_LETTERS) // _UNKNOWN_SLOWER, _MIN_UNKNOWN)


def _columns(counts: Mapping[str, int]) -> tuple[NDArray[Any], NDArray[Any]]:
    pairs = sorted((stable_hash(key), count) for key, count in counts.items() if count > 1)
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return table[:, 0].copy(), table[:, 1].astype(np.int32)


def _letter_pairs(words: Iterable[str]) -> NDArray[Any]:
    pairs = np.zeros((LETTERS, LETTERS), np.int64)
    for word in words:
        numbers = np.array([0, *letter_numbers(word), 0])
        np.add.at(pairs, (numbers[:-1], numbers[1:]), 1)
    return pairs
