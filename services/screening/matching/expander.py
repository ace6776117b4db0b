"""A traveller's name → what the kernels read: its words, and for each the listed words that it may stand for.

A word is expanded once and remembered: names repeat. No answer depends on what is remembered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from services.screening.matching.crowd import RULE_BITS, Crowd
from services.screening.matching.frequency import everyday_names
from services.screening.matching.index import (
    Index,
    joined_skeletons,
    neighbours,
    packed_head,
    word_joined_keys,
)
from services.screening.matching.listing import ARENA_FROM, ARENA_TO, Array
from services.screening.matching.names import (
    MAX_WORD_LETTERS,
    MAX_WORDS,
    WHOLE,
    Together,
    Word,
    read_name,
    written_together,
)
from services.screening.matching.skeleton import fine_skeleton
from services.screening.matching.tokens import (
    EQUAL_WORTH,
    JOINED_WORTH,
    Rule,
    joined_skeleton_worth,
)
from services.screening.matching.vocabulary import letter_bytes, letter_text, spelling_keys, stable_hash
from services.screening.matching.weights import MIN_PAIR
from services.screening.matching.word_kernels import Forms, Spelled, expand, expand_crowd, work_for

MAX_REMEMBERED_PAIRS = 8_000_000
MAX_REMEMBERED_NAMES = MAX_REMEMBERED_WORDS = 200_000
_PAIRS_AT_FIRST = 1 << 16
MAX_OPENING_SPELLINGS = 8_000
"""Of more, some begins with nearly any word, and telling which would take seconds."""
MIN_CUT_LETTERS = 20
"""Names of fewer letters are not cut off by anybody."""
_RULES = (1 << RULE_BITS) - 1
_NO_SPAN = 0, 0, 0
_NOBODY = np.zeros(0, np.int32), np.zeros(0, np.int32)


Unit = tuple[int, int, int, int, int]
"""A word of the traveller, or neighbours as one, and where the listed words stand that it may be: the columns
of `Batch.units`. To name the parts of a million travellers' units costs more than to use them.
"""


class JoinedHit(NamedTuple):
    """A word of the traveller that is neighbours of the list written together, and where these stand."""

    place: int
    row_from: int
    row_to: int
    worth: int
    most: int


class KnownWord(NamedTuple):
    """A word of travellers that was met: the listed words that it may be, the neighbours that it is together,
    its first letters and how many it has, and whether a listed word may begin with it.
    """

    span: tuple[int, int, int]
    hits: tuple[tuple[int, int, int, int], ...]
    head: int
    length: int
    is_opening: bool


@dataclass(frozen=True, slots=True)
class SentName:
    """A traveller's name, read and expanded.

    `heads` and `lengths` have `MAX_WORDS` numbers; `initials` is a mask; `cut_place` is the word that may
    have been cut off, -1 where none was. `pairs` and `joined_rows` say how much room the marks need.
    `shared` is what the name takes off every match, because others on the list bear such names.
    """

    words: tuple[Word, ...]
    units: tuple[Unit, ...]
    joined: tuple[JoinedHit, ...]
    heads: tuple[int, ...]
    lengths: tuple[int, ...]
    initials: int
    cut_place: int
    pairs: int
    joined_rows: int
    shared: int


class Expander:
    """Expands travellers' names against one index. Not for several threads at once.

    What a pair of words says at most hangs on the crowd of the whole list: an overlay has its base's.
    """

    def __init__(
        self,
        index: Index,
        max_remembered_pairs: int = MAX_REMEMBERED_PAIRS,
        crowd_of: "Expander | None" = None,
    ) -> None:
        self._index = index
        self._crowd_of, self._is_crowd = crowd_of or self, crowd_of is None
        self._max_pairs = max_remembered_pairs
        pairs = min(_PAIRS_AT_FIRST, max_remembered_pairs + 1)
        self.ids, self.packed = np.zeros(pairs, np.int32), np.zeros(pairs, np.int32)
        self._used = 0
        self.forgotten = 0
        self._names: dict[tuple[str, str | None], SentName] = {}
        self._words: dict[Word, KnownWord] = {}
        self._joined: dict[Together, tuple[int, int, int]] = {}
        listing = index.listing
        self.crowd: Crowd = (
            crowd_of.crowd if crowd_of else Crowd(np.diff(listing.posting_start), len(listing.name_entry))
        )
        equal, alike = index.spelled, index.spelled_alike
        self._spelled = Spelled(
            equal.hashes, equal.starts, equal.rows, alike.hashes, alike.starts, alike.rows, index.alphabet
        )
        self._work = work_for(len(listing.word_head), len(index.alphabet))
        self._openings = _openings(index) if len(index.alphabet) <= MAX_OPENING_SPELLINGS else None

    def make_room(self) -> None:
        """Forget what is too much to remember; what was given before is then no longer valid.

        Names and their neighbours are many and found anew at little cost; words are few and dear.
        """
        is_full = self._used > self._max_pairs or len(self._words) > MAX_REMEMBERED_WORDS
        if is_full:
            self._used = 0
            self.forgotten += 1
            self._words.clear()
        if is_full or len(self._names) > MAX_REMEMBERED_NAMES:
            self._names.clear()
            self._joined.clear()

    def name(self, surname: str, given_names: str | None) -> SentName:
        """A traveller's name, read and expanded; both fields together, their order means nothing."""
        key = (surname, given_names)
        known = self._names.get(key)
        if known is None:
            known = self._names[key] = self._expanded(read_name(f"{surname} {given_names or ''}")[:MAX_WORDS])
        return known

    def _expanded(self, words: tuple[Word, ...]) -> SentName:
        known = [self.known(word) for word in words]
        units: list[Unit] = [
            (place, 1, *each.span) for place, each in enumerate(known) if each.span is not _NO_SPAN
        ]
        units += self._joined_units(words, known)
        joined = [JoinedHit(place, *hit) for place, each in enumerate(known) for hit in each.hits]
        padding = (0,) * (MAX_WORDS - len(words))
        lengths = [each.length for each in known]
        return SentName(
            words=words,
            units=tuple(units),
            joined=tuple(joined),
            heads=(*[each.head for each in known], *padding),
            lengths=(*lengths, *padding),
            initials=sum([1 << place for place, word in enumerate(words) if word.is_initial]),
            cut_place=len(words) - 1 if sum(lengths) >= MIN_CUT_LETTERS else -1,
            pairs=sum([unit[ARENA_TO] - unit[ARENA_FROM] for unit in units]),
            joined_rows=sum([hit.row_to - hit.row_from for hit in joined]),
            shared=self._index.rarity.shared([word.text for word in words if not word.is_initial]),
        )

    def _joined_units(self, words: Sequence[Word], known: Sequence[KnownWord]) -> Iterator[Unit]:
        """Neighbours of the traveller's that one listed word may be."""
        for first, count in neighbours(tuple([word.is_initial for word in words])):
            if not known[first].is_opening:
                continue
            together = written_together(words[first : first + count])
            span = self._joined.get(together)
            if span is None:
                span = self._joined[together] = self._span_of_joined(together)
            if span is not _NO_SPAN:
                yield first, count, *span

    def is_opening(self, text: str) -> bool:
        """Whether a listed spelling may be this word and others after it, by its letters or consonants."""
        openings = self._openings
        return openings is None or text in openings or f"~{fine_skeleton(text)}" in openings

    def known(self, word: Word) -> KnownWord:
        """A word of a traveller, expanded; valid until words are `forgotten` once more."""
        known = self._words.get(word)
        if known is None:
            span = _NO_SPAN
            hits: tuple[tuple[int, int, int, int], ...] = ()
            if not word.is_initial:
                span, hits = self._span_of(word), self._hits_of(word)
            text = word.text
            known = self._words[word] = KnownWord(
                span,
                hits,
                packed_head(text),
                len(text),
                any(map(self.is_opening, {text, word.with_particles})),
            )
        return known

    def _span_of(self, word: Word) -> tuple[int, int, int]:
        """Put the listed words for which this one may stand into the arena: begin, end, greatest weight."""
        forms = self._crowd_of.forms(word)
        names_at = self._work.names_at
        if not self._is_crowd:
            if not self.count_crowd(forms):
                return _NO_SPAN
            self._crowd_of.count_crowd(forms)
            names_at = self._crowd_of.names_at
        first = self._room_for(len(self._work.best))
        self._used, most = expand(
            self._index.vocabulary, self._spelled, forms, self._work, self._index.listing.posting_start,
            names_at, int(self._is_crowd), self.crowd.every_name, self.ids, self.packed, first,
        )  # fmt: skip
        return (first, self._used, most) if first < self._used else _NO_SPAN

    def count_crowd(self, forms: Forms) -> int:
        """How many listed words a word may stand for; `names_at` has its crowd until the next word."""
        listed = self._index.vocabulary
        return expand_crowd(listed, self._spelled, forms, self._work, self._index.listing.posting_start)

    @property
    def names_at(self) -> Array:
        """By weight, how many names of this list have a partner that gives at least so much."""
        return self._work.names_at

    def forms(self, word: Word) -> Forms:
        """The spellings of a word and the keys under which they may be listed."""
        weight = self._index.rarity.weight
        texts = [form for form, _ in word.forms]
        letters = b"".join([letter_bytes(text).ljust(MAX_WORD_LETTERS, b"\0") for text in texts])
        keys = [row for form, text in enumerate(texts) for row in _keys_of(form, text)]
        known = [everyday_names(text) for text in texts]
        ends = list(accumulate(map(len, known)))
        return Forms(
            np.frombuffer(letters, np.uint8),
            np.array(
                [
                    (len(text), worth, weight(text), end - len(names), end)
                    for (text, worth), names, end in zip(word.forms, known, ends, strict=True)
                ],
                np.int32,
            ),
            np.array([key for key, _ in keys], np.int64),
            np.array([facts for _, facts in keys], np.int32),
            np.array([number for names in known for number in names], np.int32),
        )

    def _hits_of(self, word: Word) -> tuple[tuple[int, int, int, int], ...]:
        """Where neighbours of the list stand that this word is together."""
        spans: dict[tuple[int, int], tuple[int, int]] = {}
        for form, form_worth in word.forms:
            for key, worth in word_joined_keys(form).items():
                span = self._index.joined.span(stable_hash(key))
                if span[0] < span[1]:
                    found = (worth * form_worth // WHOLE, self._index.rarity.weight_together(form))
                    spans[span] = max(found, spans.get(span, (0, 0)))
        return tuple((*span, *found) for span, found in sorted(spans.items()))

    def _span_of_joined(self, together: Together) -> tuple[int, int, int]:
        """Put the listed words that are neighbours of the traveller's written together into the arena."""
        found = self.listed_as_one(together)
        if not len(found[0]):
            return _NO_SPAN
        return self._remember(found, found if self._is_crowd else self._crowd_of.listed_as_one(together))

    def listed_as_one(self, together: Together) -> tuple[Array, Array]:
        """The listed words for which neighbours of the traveller may stand, as `listed_words` has them."""
        met = self._spellings_of(together)
        if not met:
            return _NOBODY
        best: dict[int, int] = {}
        index = self._index
        listed = index.vocabulary
        total = sum(index.rarity.weight(text) for text in together[0])
        for spelling, worth in met.items():
            as_one = index.rarity.weight_together(letter_text(index.spelling(spelling)))
            pair = min(total, as_one) * worth // WHOLE
            for at in range(int(listed.word_start[spelling]), int(listed.word_start[spelling + 1])):
                given = pair * int(listed.word_worth[at]) // WHOLE
                # The commonest words as one, by skeleton, in a word's last part only: even that says enough.
                assert given >= MIN_PAIR
                word = int(listed.word[at])
                best[word] = max(given << RULE_BITS | (_RULES - Rule.JOINED), best.get(word, 0))
        ids = sorted(best)
        return np.array(ids, np.int32), np.array([best[word] for word in ids], np.int32)

    def _spellings_of(self, together: Together) -> dict[int, int]:
        """The listed spellings that are neighbours written together, and the worth of each."""
        index = self._index
        met: dict[int, int] = {}
        for texts in together:
            met |= dict.fromkeys(index.spelled.get(stable_hash("".join(texts))), JOINED_WORTH)
        for skeleton in joined_skeletons(together):
            for spelling in index.spelled_alike.get(stable_hash(f"~{skeleton}")):
                met.setdefault(spelling, joined_skeleton_worth(skeleton))
        return met

    def _remember(self, found: tuple[Array, Array], crowd: tuple[Array, Array]) -> tuple[int, int, int]:
        """Put an expansion into the arena: where it begins and ends, and the greatest weight in it."""
        ids, packed = found
        if not len(ids):
            return _NO_SPAN
        packed = self.crowd.limited(packed, *crowd)
        first = self._room_for(len(ids))
        last = first + len(ids)
        self.ids[first:last], self.packed[first:last] = ids, packed
        self._used = last
        return first, last, int(packed.max(initial=0)) >> RULE_BITS

    def _room_for(self, pairs: int) -> int:
        """Where so many pairs can be put into the arena."""
        while self._used + pairs > len(self.ids):
            self.ids, self.packed = _doubled(self.ids), _doubled(self.packed)
        return self._used


def _keys_of(form: int, text: str) -> Iterator[tuple[int, tuple[int, int, int, int]]]:
    """Hashes and facts for `Forms`: what is met under a key. Prefixes and edits are left to the kernel."""
    yield stable_hash(text), (form, 0, EQUAL_WORTH, Rule.EQUAL)
    for key, worth, rule in spelling_keys(text):
        yield stable_hash(key), (form, 1, worth, rule)


def _openings(index: Index) -> frozenset[str]:
    """With what the spellings of a list begin: letters, and consonants (after `~`), none of them and all."""
    openings: set[str] = set()
    for number in range(len(index.alphabet)):
        text = letter_text(index.spelling(number))
        skeleton = f"~{fine_skeleton(text)}"
        openings.update([text[:length] for length in range(1, len(text))])
        openings.update([skeleton[:length] for length in range(1, len(skeleton) + 1)])
    return frozenset(openings)


def _doubled(array: Array) -> Array:
    return np.concatenate((array, np.zeros_like(array)))
