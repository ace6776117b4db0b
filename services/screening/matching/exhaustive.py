"""The oracle: every name of the list against a traveller, every word against every word, without any net.

Far too slow for traffic. Words are related by their definition (`tokens.relate`), not by the keys, filters
and kernels that find them in screening: every spelling is looked at, and `relate` is spared only those that
have nothing in common with the word. Every name is weighed, whatever it could reach. What this finds and
screening does not is a match lost.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from services.screening.matching.crowd import RULE_BITS
from services.screening.matching.equivalents import classes_of
from services.screening.matching.expander import Expander
from services.screening.matching.index import (
    Index,
    joined_keys,
    joined_places,
    joined_skeletons,
    word_joined_keys,
)
from services.screening.matching.listing import Array
from services.screening.matching.names import WHOLE, Together, Word, read_name
from services.screening.matching.screener import Found, Screener
from services.screening.matching.skeleton import coarse_skeletons, fine_skeleton
from services.screening.matching.tokens import (
    JOINED_WORTH,
    MAX_EDITS,
    Rule,
    joined_skeleton_worth,
    relate,
)
from services.screening.matching.vocabulary import letter_text
from services.screening.matching.weights import MIN_PAIR
from shared.travel import Traveller

_RULES = (1 << RULE_BITS) - 1


class _Spellings:
    """The spellings of a list, side by side in columns, so that a word is compared with all of them."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self._column = np.array(texts, np.str_)
        self._skeletons = np.array([fine_skeleton(text) for text in texts], np.str_)
        self._numbers: dict[str, int] = {}
        self._coarse = self._table([coarse_skeletons(text) for text in texts])
        self._classes = self._table([tuple(map(str, classes_of(text))) for text in texts])

    def _table(self, keys: list[tuple[str, ...]]) -> Array:
        """The keys of each spelling as numbers from 1, 0 where it has no more."""
        table = np.zeros((len(keys), max(map(len, keys), default=0)), np.int32)
        for row, each in enumerate(keys):
            table[row, : len(each)] = [self._numbers.setdefault(key, len(self._numbers) + 1) for key in each]
        return table

    def _shares(self, table: Array, keys: Iterable[str]) -> Array:
        known = [self._numbers[key] for key in keys if key in self._numbers]
        return np.asarray(np.isin(table, known).any(axis=1))

    def related(self, text: str) -> list[int]:
        """The spellings that some rule may relate to a word: no other one could get any worth."""
        edits = cdist([text], self.texts, scorer=OSA.distance, score_cutoff=MAX_EDITS)[0] <= MAX_EDITS
        alike = self._skeletons == fine_skeleton(text)
        begun = np.strings.startswith(self._column, text)
        coarse = self._shares(self._coarse, coarse_skeletons(text))
        classed = self._shares(self._classes, map(str, classes_of(text)))
        numbers: list[int] = np.flatnonzero(edits | alike | begun | coarse | classed).tolist()
        return numbers

    def together(self, texts: Sequence[str], skeletons: Sequence[str]) -> list[int]:
        """The spellings that are words written together: of these letters or consonants."""
        is_equal = np.isin(self._column, texts)
        is_alike = np.isin(self._skeletons, skeletons)
        numbers: list[int] = np.flatnonzero(is_equal | is_alike).tolist()
        return numbers

    def skeleton(self, number: int) -> str:
        """The consonants of a spelling."""
        return str(self._skeletons[number])


class _ByDefinition(Expander):
    """Relates a word to every listed spelling."""

    def __init__(self, index: Index) -> None:
        super().__init__(index)
        self._openings = None
        self._every = _Spellings([letter_text(index.spelling(each)) for each in range(len(index.alphabet))])
        self._joined_rows = _rows_by_key(index)

    def _span_of(self, word: Word) -> tuple[int, int, int]:
        found = self.listed_words(word)
        return self._remember(found, found)

    def listed_words(self, word: Word) -> tuple[Array, Array]:
        """The listed words for which this one may stand, ascending, each with weight and rule, packed."""
        best: dict[int, int] = {}
        for form, form_worth in word.forms:
            for number in self._every.related(form):
                spelling = self._every.texts[number]
                share, rule = relate(form, spelling)
                if share:
                    rarer = min(self._index.rarity.weight(form), self._index.rarity.weight(spelling))
                    self._offer(best, number, rarer * share * form_worth // (WHOLE * WHOLE), rule)
        return _columns(best)

    def listed_as_one(self, together: Together) -> tuple[Array, Array]:
        wholes = ["".join(texts) for texts in together]
        total = sum(self._index.rarity.weight(text) for text in together[0])
        best: dict[int, int] = {}
        for number in self._every.together(wholes, joined_skeletons(together)):
            spelling = self._every.texts[number]
            alike = joined_skeleton_worth(self._every.skeleton(number))
            worth = JOINED_WORTH if spelling in wholes else alike
            rarer = min(total, self._index.rarity.weight_together(spelling))
            self._offer(best, number, rarer * worth // WHOLE, Rule.JOINED)
        return _columns(best)

    def _offer(self, best: dict[int, int], spelling: int, weight: int, rule: Rule) -> None:
        listed = self._index.vocabulary
        for at in range(int(listed.word_start[spelling]), int(listed.word_start[spelling + 1])):
            given = weight * int(listed.word_worth[at]) // WHOLE
            if given >= MIN_PAIR:
                word = int(listed.word[at])
                best[word] = max(best.get(word, 0), given << RULE_BITS | (_RULES - rule))

    def _hits_of(self, word: Word) -> tuple[tuple[int, int, int, int], ...]:
        met: dict[int, tuple[int, int]] = {}
        for form, form_worth in word.forms:
            for key, worth in word_joined_keys(form).items():
                found = (worth * form_worth // WHOLE, self._index.rarity.weight_together(form))
                for row in self._joined_rows.get(key, ()):
                    met[row] = max(found, met.get(row, (0, 0)))
        return tuple((row, row + 1, *found) for row, found in sorted(met.items()))


def _columns(best: dict[int, int]) -> tuple[Array, Array]:
    ids = sorted(best)
    return np.array(ids, np.int32), np.array([best[word] for word in ids], np.int32)


def _rows_by_key(index: Index) -> dict[str, list[int]]:
    """The list's joined neighbours by the key that their words have."""
    listing = index.listing
    rows: dict[str, list[int]] = defaultdict(list)
    words: dict[int, tuple[Word, ...]] = {}
    for row, (name, places) in enumerate(
        zip(listing.joined_name.tolist(), listing.joined_places.tolist(), strict=True)
    ):
        if name not in words:
            entry = index.entries[int(listing.name_entry[name])]
            words[name] = read_name(entry.names[int(index.name_source[name])].text)
        for each in joined_places(tuple(word.is_initial for word in words[name])):
            if sum(1 << place for place in each) == places:
                for key in joined_keys([words[name][place] for place in each]):
                    rows[key].append(row)
    return rows


class ExhaustiveScreener(Screener):
    """A screener whose every name is a candidate, and whose words are related by their definition."""

    def __init__(self, index: Index) -> None:
        super().__init__(index)
        self.expander = _ByDefinition(index)

    def screen_every_name(self, travellers: Sequence[Traveller], least: int) -> list[Found]:
        """What `screen` must answer."""
        return self._screen(travellers, 0, least, is_exhaustive=True)
