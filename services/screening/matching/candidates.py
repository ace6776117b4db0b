"""From a traveller's name to the listed names worth scoring: a union of nets, never a top-k cut.

Each word of the traveller is expanded once to every listed word that it may stand for (`tokens.relate`), and
kept: names repeat. A name is a candidate when the best that its words could give reaches `NAME_BAR`.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from services.screening.matching.index import (
    Array,
    Index,
    joined_keys,
    letter_signature,
    neighbours,
    word_keys,
)
from services.screening.matching.names import MAX_WORD_LETTERS, WHOLE, Word
from services.screening.matching.tokens import (
    DICTIONARY_WORTH,
    EQUAL_WORTH,
    JOINED_WORTH,
    MAX_EDITS,
    MIN_FUZZY_LETTERS,
    MIN_PREFIX_LETTERS,
    Rule,
    coarse_worth,
    edit_worth,
    edits_allowed,
    fine_worth,
    prefix_worth,
)
from services.screening.matching.weights import (
    CONTRADICTION,
    INITIAL,
    LOW_QUALITY,
    MAX_OMISSIONS,
    NAME_BAR,
    NOT_LISTED,
    NOT_SENT,
)

MAX_CACHED_ROWS = 10_000_000

Row = tuple[int, int, int, int, int, int]
"""A traveller's word for words of one name: first place, how many, places (mask), weight, rule, listed word.

The listed word is -1 where the list's neighbours were taken together.
"""

# A head packs three counts that are added up together: weight, words of the traveller, words of the name.
_SENT_SHIFT, _LISTED_SHIFT = 32, 40
_COUNT_MASK, _WEIGHT_MASK = 0xFF, 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Expansion:
    """The listed names that a word may stand in: a row for each name and place, best first.

    `rows` has the columns places, weight, rule, word. `heads` has each name once; `head_counts` packs the
    best of its rows for adding up.
    """

    names: Array
    rows: Array
    heads: Array
    head_counts: Array


@dataclass(frozen=True, slots=True)
class Unit:
    """One word of the traveller, or two or three neighbours taken as one, and what it meets on the list."""

    first: int
    count: int
    expansion: Expansion


class Expander:
    """Expands travellers' words against one index and remembers them; no answer depends on that."""

    def __init__(self, index: Index, max_cached_rows: int = MAX_CACHED_ROWS) -> None:
        self._index = index
        self._max_cached_rows = max_cached_rows
        self._expansions: dict[Word | tuple[str, int, int], Expansion] = {}
        self._cached_rows = 0
        self._letters = index.arrays["word_letters"]
        longest = int(self._letters.max(initial=0))
        self._first_of_length = np.searchsorted(self._letters, np.arange(longest + 2))

    def units(self, words: Sequence[Word]) -> list[Unit]:
        """The traveller's words, and neighbours joined, that meet any listed name; initials meet none."""
        units = [
            Unit(place, 1, self._expanded(word)) for place, word in enumerate(words) if not word.is_initial
        ]
        for first, count, text in neighbours(words):
            weight = sum(self._index.rarity.weight(word.text) for word in words[first : first + count])
            units.append(Unit(first, count, self._expanded((text, weight, count))))
        return [unit for unit in units if len(unit.expansion.names)]

    def _expanded(self, word: Word | tuple[str, int, int]) -> Expansion:
        known = self._expansions.get(word)
        if known is None:
            if self._cached_rows > self._max_cached_rows:
                self._expansions.clear()
                self._cached_rows = 0
            known = self._of_word(word) if isinstance(word, Word) else self._of_joined(*word)
            self._expansions[word] = known
            self._cached_rows += len(known.names) + 1
        return known

    def _of_word(self, word: Word) -> Expansion:
        """Every listed name with a word that this one may stand for, or with neighbours that it joins."""
        rarity, weights = self._index.rarity, self._index.arrays["word_weight"]
        best: dict[int, tuple[int, int]] = {}
        for form, worth in word.forms:
            for listed, share, rule in self._alike(form):
                weight = min(rarity.weight(form), int(weights[listed])) * share * worth // (WHOLE * WHOLE)
                best[listed] = max(best.get(listed, (0, 0)), (weight, -rule))
        parts = [self._joined_postings(form, worth) for form, worth in word.forms]
        parts.append(self._postings(best))
        rows = np.concatenate(parts)
        return _expansion(rows, sent_words=1) if len(rows) else _NOTHING

    def _of_joined(self, text: str, weight: int, count: int) -> Expansion:
        """The listed names with one word that is the traveller's neighbours written together."""
        index = self._index
        keys = [key for key in joined_keys(text) if key != text]
        listed = {row for key in keys for row in index.spelled_alike.get(key)}
        listed |= {index.position_of_word[text]} if text in index.position_of_word else set()
        if not listed:
            return _NOTHING
        weights = index.arrays["word_weight"]
        best = {
            word: (min(weight, int(weights[word])) * JOINED_WORTH // WHOLE, -Rule.JOINED)
            for word in sorted(listed)
        }
        return _expansion(self._postings(best), sent_words=count)

    def _alike(self, form: str) -> list[tuple[int, int, Rule]]:
        """The listed words that the form is related to, with worth and rule, ascending.

        The nets give for each word what `tokens.relate` would say of it; the oracle proves it in the tests.
        """
        index = self._index
        found: dict[int, tuple[int, int]] = {}

        def offer(words: Iterable[int], worth: int, rule: Rule) -> None:
            for word in words:
                found[word] = max(found.get(word, (0, 0)), (worth, -rule))

        for key in word_keys(form):
            offer(index.spelled_alike.get(key), *_worth_of_key(key))
        if len(form) >= MIN_PREFIX_LETTERS:
            offer(index.words_beginning_with(form), prefix_worth(len(form)), Rule.PREFIX)
        for word, edits in self._a_few_edits_away(form):
            offer([word], edit_worth(edits, max(len(form), int(self._letters[word]))), Rule.EDIT)
        if form in index.position_of_word:
            offer([index.position_of_word[form]], EQUAL_WORTH, Rule.EQUAL)
        return [(word, worth, Rule(-rule)) for word, (worth, rule) in sorted(found.items()) if worth]

    def _a_few_edits_away(self, form: str) -> Iterable[tuple[int, int]]:
        """The listed words within the edits that their length allows, found by length and letters first."""
        length = len(form)
        if length < MIN_FUZZY_LETTERS:
            return []
        starts, reach = self._first_of_length, _REACH[length]
        shortest = min(max(length - reach, MIN_FUZZY_LETTERS), len(starts) - 1)
        first, last = int(starts[shortest]), int(starts[min(length + reach + 1, len(starts) - 1)])
        letters = self._letters[first:last]
        allowed = _EDITS[np.maximum(letters, length)]
        signatures = self._index.arrays["word_signature"][first:last]
        apart = np.bitwise_count(signatures ^ np.uint64(letter_signature(form)))
        near = np.flatnonzero((apart <= 2 * allowed) & (np.abs(letters - length) <= allowed))
        if not len(near):
            return []
        words = self._index.texts["words"]
        texts = [words[first + place] for place in near.tolist()]
        edits = cdist([form], texts, scorer=OSA.distance, score_cutoff=reach, dtype=np.uint8)[0]
        is_close = edits <= allowed[near]
        return zip((near[is_close] + first).tolist(), edits[is_close].tolist(), strict=True)

    def _postings(self, best: dict[int, tuple[int, int]]) -> Array:
        """Rows name, places, weight, rule, word for listed words with their weight and (negative) rule."""
        if not best:
            return _NO_ROWS
        arrays = self._index.arrays
        words = np.array(sorted(best), np.int64)
        worth = np.array([best[word] for word in words.tolist()], np.int64)
        starts, ends = arrays["posting_starts"][words], arrays["posting_starts"][words + 1]
        counts = ends - starts
        which = np.repeat(np.arange(len(words)), counts)
        rows = np.arange(len(which)) + np.repeat(starts - np.cumsum(counts) + counts, counts)
        weights = worth[which, 0] * arrays["posting_worth"][rows] // WHOLE
        columns = (arrays["posting_name"][rows], arrays["posting_places"][rows], weights)
        return np.column_stack((*columns, -worth[which, 1], words[which])).astype(np.int64)

    def _joined_postings(self, form: str, worth: int) -> Array:
        arrays = self._index.arrays
        found = sorted({row for key in joined_keys(form) for row in self._index.joined.get(key)})
        if not found:
            return _NO_ROWS
        rows = np.array(found, np.int64)
        weights = arrays["joined_weight"][rows].astype(np.int64) * JOINED_WORTH * worth // (WHOLE * WHOLE)
        columns = (arrays["joined_name"][rows], arrays["joined_places"][rows], weights)
        rules, words = np.full(len(rows), int(Rule.JOINED)), np.full(len(rows), -1)
        return np.column_stack((*columns, rules, words)).astype(np.int64)


_NO_ROWS = np.zeros((0, 5), np.int64)
_NOTHING = Expansion(_NO_ROWS[:, 0], _NO_ROWS[:, 1:], _NO_ROWS[:, 0], _NO_ROWS[:, 0])
_EDITS = np.array([edits_allowed(letters) for letters in range(2 * MAX_WORD_LETTERS)], np.int16)
# How many letters longer or shorter a word of this length may be and still be a few edits away.
_REACH = [
    max(edits for edits in range(MAX_EDITS + 1) if edits_allowed(length + edits) >= edits)
    for length in range(MAX_WORD_LETTERS + 1)
]


def _worth_of_key(key: str) -> tuple[int, Rule]:
    """What words are worth that meet under a key of `word_keys`."""
    if key.startswith("="):
        return DICTIONARY_WORTH, Rule.DICTIONARY
    if key.startswith("~"):
        return fine_worth(key[1:]), Rule.SKELETON
    return coarse_worth(key[1:]), Rule.COARSE_SKELETON


def _expansion(rows: Array, *, sent_words: int) -> Expansion:
    """Sort by name, best row first, and drop the weaker rows of the same name and places."""
    name, places, weight, rule, word = rows.T
    rows = rows[np.lexsort((word, rule, -weight, places, name))]
    is_best = np.ones(len(rows), bool)
    is_best[1:] = (rows[1:, :2] != rows[:-1, :2]).any(axis=1)
    rows = rows[is_best]
    heads, firsts = np.unique(rows[:, 0], return_index=True)
    weights = np.maximum.reduceat(rows[:, 2], firsts)
    covered = np.maximum.reduceat(np.bitwise_count(rows[:, 1]).astype(np.int64), firsts)
    packed = weights | sent_words << _SENT_SHIFT | covered << _LISTED_SHIFT
    return Expansion(rows[:, 0].copy(), rows[:, 1:].copy(), heads, packed)


class Tally(threading.local):
    """Room to add up what each name gets, one for each thread, kept from traveller to traveller.

    A fresh array of that length for each traveller costs more than everything that is added up in it.
    """

    def __init__(self, names: int) -> None:
        self._sums = np.zeros(names, np.int64)

    def reaching(self, units: Sequence[Unit], least: int) -> tuple[Array, Array]:
        """The names of which the units' heads add up to some weight, ascending, and their packed sums."""
        sums = self._sums
        touched = np.concatenate([unit.expansion.heads for unit in units])
        for unit in units:
            sums[unit.expansion.heads] += unit.expansion.head_counts
        names = np.unique(touched[sums[touched] & _WEIGHT_MASK >= least])
        found = sums[names]
        sums[touched] = 0
        return names, found


def candidate_names(
    index: Index, tally: Tally, units: Sequence[Unit], sent_words: int, initials: int = 0
) -> Array:
    """The names whose words could reach `NAME_BAR`, ascending.

    The bound is safe: it adds up the best row of each unit as if they never met the same word, lets initials
    confirm whatever is left, and takes off only what is then certain. What is left out cannot reach the bar.

    Args:
        index: The list.
        tally: Room for the index's names.
        units: The traveller's words, expanded.
        sent_words: How many words of the traveller are more than a letter.
        initials: How many are a single letter.
    """
    if not units:
        return np.zeros(0, np.int64)
    least = NAME_BAR - INITIAL * (initials + index.most_initials)
    names, sums = tally.reaching(units, least)
    return names[_bounds(index, names, sums, sent_words, initials) >= NAME_BAR]


def _bounds(index: Index, names: Array, sums: Array, sent_words: int, initials: int) -> Array:
    """The most that each name's weight can be, given the packed sums of its best rows."""
    arrays = index.arrays
    listed_initials = np.bitwise_count(arrays["name_initials"][names]).astype(np.int64)
    sent_left = sent_words - (sums >> _SENT_SHIFT & _COUNT_MASK) - listed_initials
    listed_left = arrays["name_words"][names] - (sums >> _LISTED_SHIFT & _COUNT_MASK) - initials
    sent_left, listed_left = np.maximum(sent_left, 0), np.maximum(listed_left, 0)
    against = np.minimum(sent_left, listed_left)
    bounds: Array = (
        (sums & _WEIGHT_MASK)
        + INITIAL * (listed_initials + initials)
        + CONTRADICTION * against
        + NOT_LISTED * np.minimum(sent_left - against, MAX_OMISSIONS)
        + NOT_SENT * np.minimum(listed_left - against, MAX_OMISSIONS)
        + LOW_QUALITY * arrays["name_is_low"][names]
    )
    return bounds


def rows_of_names(index: Index, units: Sequence[Unit], names: Array) -> dict[int, list[Row]]:
    """The rows of some names, by name, in the order of the traveller's words."""
    wanted = np.zeros(index.name_count, bool)
    wanted[names] = True
    rows: dict[int, list[Row]] = defaultdict(list)
    for unit in units:
        at = np.flatnonzero(wanted[unit.expansion.names])
        for name, row in zip(
            unit.expansion.names[at].tolist(), unit.expansion.rows[at].tolist(), strict=True
        ):
            rows[name].append((unit.first, unit.count, *row))
    return rows
