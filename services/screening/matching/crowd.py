"""What a pair of words says at most: no more than how seldom the list has so good a partner for the word.

A short syllable has a partner by some rule in many listed names, a long and rare word in one or none. The
share that a rule gives does not know that; the list does. So the same rules are as strict in a crowded part
of the list as in an empty one.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.screening.matching.compiled import I64, INT, inner
from services.screening.matching.rarity import BIT, MAX_WORD_WEIGHT, log2_hundredths
from services.screening.matching.weights import MIN_PAIR

Array = NDArray[Any]

_PRIOR_NAMES = 5_000
"""The list's own counts are believed as if so many names had been seen beside them, in which the word occurs
as often as the pair's weight says."""
RULE_BITS = 4
"""A weight and the rule that gave it stand in one number, the rule in its last bits."""
_FINE = 16
"""Names are counted in sixteenths, so that weights above the prior keep their steps."""
_RULES = (1 << RULE_BITS) - 1
_TABLE = 1 << 12
_LOGARITHMS = np.array([0, *(log2_hundredths(n, 1) for n in range(1, _TABLE))], np.int64)
MAX_WEIGHT = 4 * MAX_WORD_WEIGHT
_EXPECTED = np.array(
    [_FINE * _PRIOR_NAMES * 1000 // round(1000 * 2 ** (g / BIT)) for g in range(MAX_WEIGHT)], np.int64
)


def _logarithm(numbers: Array) -> Array:
    """Logarithms to the base 2 in hundredths, by integers; the first twelve bits of a number count."""
    shift = np.zeros_like(numbers)
    while (too_long := numbers >> shift >= _TABLE).any():
        shift = shift + too_long
    result: Array = _LOGARITHMS[numbers >> shift] + BIT * shift
    return result


@inner(INT, INT, I64, INT)
def limited_by_crowd(given: int, names_at: Array, every_name: int) -> int:
    """What `Crowd.limited` makes of one weight, from how many names have a partner that gives so much."""
    number, shift = _FINE * names_at[given] + _EXPECTED[given], 0
    while number >> shift >= _TABLE:
        shift += 1
    most = every_name - (_LOGARITHMS[number >> shift] + BIT * shift)
    return int(max(min(given, most), MIN_PAIR))


class Crowd:
    """How many of a list's names have each of its words; `every_name`: the logarithm of all, with a prior."""

    def __init__(self, names_of_words: Array, names: int) -> None:
        self._names_of_words = names_of_words.astype(np.int64)
        self.every_name = int(_logarithm(np.array([_FINE * (names + _PRIOR_NAMES)], np.int64))[0])

    def limited(self, packed: Array, crowd_ids: Array, crowd_packed: Array) -> Array:
        """The weights (with their rules, packed) that a word's partners give, none too great.

        The crowd are the word's partners on the whole list and what they give: a weight is as rare as the
        names are few that have a partner which gives at least as much.
        """
        given = packed >> RULE_BITS
        crowd_given = crowd_packed >> RULE_BITS
        order = np.argsort(-crowd_given, kind="stable")
        names = np.concatenate(([0], np.cumsum(self._names_of_words[crowd_ids[order]])))
        as_good = np.searchsorted(-crowd_given[order], -given, side="right")
        most = self.every_name - _logarithm(_FINE * names[as_good] + _EXPECTED[given])
        limited = np.maximum(np.minimum(given, most), MIN_PAIR)
        result: Array = (limited << RULE_BITS | (packed & _RULES)).astype(packed.dtype)
        return result
