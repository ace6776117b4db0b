"""The compiled list: words, postings and documents as integer arrays. Built once, never changed."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from services.screening.matching.documents import document_keys
from services.screening.matching.equivalents import class_of
from services.screening.matching.names import MAX_WORDS, Word, read_name
from services.screening.matching.rarity import Rarity
from services.screening.matching.skeleton import coarse_skeletons, fine_skeleton
from services.screening.matching.tokens import MIN_COARSE_CONSONANTS, MIN_FINE_CONSONANTS, coarse_worth
from services.screening.watchlist.entry import EntryName, NameQuality, WatchlistEntry

Array = NDArray[Any]

MAX_JOINED_WORDS = 3
MIN_JOINED_CONSONANTS = 4
_FIRST_LETTER = ord("a") - 1


def letter_signature(word: str) -> int:
    """A bit for each letter of the word, and a second one for a letter that occurs twice.

    One edit changes at most two bits, so that words whose signatures differ more need no closer look.
    """
    once = twice = 0
    for letter in word:
        bit = 1 << (ord(letter) - _FIRST_LETTER)
        twice |= once & bit
        once |= bit
    return once | twice << 32


@dataclass(frozen=True, slots=True)
class KeyedRows:
    """A look-up key → ascending row numbers, as one integer array cut by `starts`."""

    keys: Sequence[str]
    starts: Array
    rows: Array
    _position: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def build(cls, pairs: Iterable[tuple[str, int]]) -> Self:
        """Gather (key, row) pairs in any order; repeated pairs count once."""
        groups: dict[str, set[int]] = defaultdict(set)
        for key, row in pairs:
            groups[key].add(row)
        keys = sorted(groups)
        starts = np.zeros(len(keys) + 1, np.int64)
        starts[1:] = np.cumsum([len(groups[key]) for key in keys])
        rows = np.array([row for key in keys for row in sorted(groups[key])], np.int32)
        return cls.of(keys, starts, rows)

    @classmethod
    def of(cls, keys: Sequence[str], starts: Array, rows: Array) -> Self:
        """Put the parts of a stored look-up together."""
        return cls(keys, starts, rows, {key: position for position, key in enumerate(keys)})

    def get(self, key: str) -> list[int]:
        """The rows of a key, none where it is unknown."""
        position = self._position.get(key)
        if position is None:
            return []
        found: list[int] = self.rows[self.starts[position] : self.starts[position + 1]].tolist()
        return found


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that screening reads. The snapshot stores `arrays` and `texts`; the rest is derived.

    Names are numbered in the order of the entries. A posting says: this word stands in that name, at the
    places of the bit mask, as a spelling of this worth. A joined posting says so of neighbours together.
    """

    arrays: Mapping[str, Array]
    texts: Mapping[str, Sequence[str]]
    rarity: Rarity
    entries: Sequence[WatchlistEntry]
    position_of_entry: Mapping[str, int]
    position_of_word: Mapping[str, int]
    spelled_alike: KeyedRows
    joined: KeyedRows
    documents: KeyedRows
    most_initials: int

    @classmethod
    def compile(cls, entries: Sequence[WatchlistEntry], rarity: Rarity | None = None) -> Self:
        """Compile entries; `rarity` is given where the list is the overlay of a base with its own counts."""
        names = [_ListedName(number, *named) for number, named in enumerate(_distinct_names(entries))]
        counted = rarity or Rarity.count(_words_by_entry(names))
        arrays, texts = _compile_arrays(names, entries, counted)
        return cls.of(arrays, texts, counted, entries)

    @classmethod
    def of(
        cls,
        arrays: Mapping[str, Array],
        texts: Mapping[str, Sequence[str]],
        rarity: Rarity,
        entries: Sequence[WatchlistEntry],
    ) -> Self:
        """Put a stored index together and derive its look-ups."""
        return cls(
            arrays=arrays,
            texts=texts,
            rarity=rarity,
            entries=entries,
            position_of_entry={entry_id: position for position, entry_id in enumerate(texts["ids"])},
            position_of_word={word: position for position, word in enumerate(texts["words"])},
            most_initials=int(np.bitwise_count(arrays["name_initials"]).max(initial=0)),
            **{
                name: KeyedRows.of(texts[f"{name}_keys"], arrays[f"{name}_starts"], arrays[f"{name}_rows"])
                for name in ("spelled_alike", "joined", "documents")
            },
        )

    @property
    def name_count(self) -> int:
        """How many names are screened against."""
        return len(self.arrays["name_entry"])

    def all_words_of_name(self, name: int) -> int:
        """The places of a name's words, as a mask."""
        words = int(self.arrays["name_words"][name])
        return (1 << words + int(self.arrays["name_initials"][name]).bit_count()) - 1

    def words_beginning_with(self, prefix: str) -> Iterator[int]:
        """The positions of the words that begin with some letters."""
        alphabet = self.arrays["alphabet"]
        words = self.texts["words"]
        place = bisect_left(alphabet, prefix, key=lambda position: words[position])
        while place < len(alphabet) and words[alphabet[place]].startswith(prefix):
            yield int(alphabet[place])
            place += 1


@dataclass(frozen=True, slots=True)
class _ListedName:
    number: int
    entry: int
    source: int
    name: EntryName
    words: tuple[Word, ...]


def _distinct_names(
    entries: Sequence[WatchlistEntry],
) -> Iterator[tuple[int, int, EntryName, tuple[Word, ...]]]:
    """Each entry's names that have a word, one for each way of being compared."""
    for position, entry in enumerate(entries):
        seen = set()
        for source, name in enumerate(entry.names):
            words = read_name(name.text)
            if words and (words, name.quality, name.birth_dates) not in seen:
                seen.add((words, name.quality, name.birth_dates))
                yield position, source, name, words


def _words_by_entry(names: Iterable[_ListedName]) -> Iterable[frozenset[str]]:
    words: dict[int, set[str]] = defaultdict(set)
    for name in names:
        words[name.entry].update(word.text for word in name.words)
    return [frozenset(each) for each in words.values()]


def word_keys(word: str) -> Iterator[str]:
    """The keys under which words that are spelled alike meet: skeletons and the class of equivalents."""
    skeleton = fine_skeleton(word)
    if len(skeleton) >= MIN_FINE_CONSONANTS:
        yield f"~{skeleton}"
    for coarse in coarse_skeletons(word):
        if len(coarse) >= MIN_COARSE_CONSONANTS and coarse_worth(coarse):
            yield f"?{coarse}"
    if class_of(word) is not None:
        yield f"={class_of(word)}"


def joined_keys(word: str) -> Iterator[str]:
    """The keys under which a word meets neighbours that were written together."""
    yield word
    skeleton = fine_skeleton(word)
    if len(skeleton) >= MIN_JOINED_CONSONANTS:
        yield f"~{skeleton}"


def neighbours(words: Sequence[Word]) -> Iterator[tuple[int, int, str]]:
    """(first place, how many, joined text) of two or three words that stand side by side."""
    for first in range(len(words)):
        for count in range(2, min(MAX_JOINED_WORDS, len(words) - first) + 1):
            yield first, count, "".join(word.text for word in words[first : first + count])


def _compile_arrays(
    names: Sequence[_ListedName], entries: Sequence[WatchlistEntry], rarity: Rarity
) -> tuple[dict[str, Array], dict[str, Sequence[str]]]:
    words = sorted({form for name in names for word in name.words for form, _ in word.forms}, key=_by_length)
    position = {word: number for number, word in enumerate(words)}
    arrays = _word_arrays(words, rarity) | _posting_arrays(names, position) | _name_arrays(names)
    joined_arrays, joined_pairs = _joined_postings(names, rarity)
    arrays |= joined_arrays
    texts: dict[str, Sequence[str]] = {"words": words, "ids": [entry.id for entry in entries]}
    _add_look_up(arrays, texts, "joined", joined_pairs)
    _add_look_up(
        arrays, texts, "spelled_alike", ((key, position[word]) for word in words for key in word_keys(word))
    )
    _add_look_up(arrays, texts, "documents", _document_pairs(entries))
    return arrays, texts


def _by_length(word: str) -> tuple[int, str]:
    return len(word), word


def _add_look_up(
    arrays: dict[str, Array], texts: dict[str, Sequence[str]], name: str, pairs: Iterable[tuple[str, int]]
) -> None:
    look_up = KeyedRows.build(pairs)
    texts[f"{name}_keys"] = look_up.keys
    arrays[f"{name}_starts"], arrays[f"{name}_rows"] = look_up.starts, look_up.rows


def _document_pairs(entries: Sequence[WatchlistEntry]) -> Iterator[tuple[str, int]]:
    for position, entry in enumerate(entries):
        for document in entry.documents:
            for key in document_keys(document.number):
                yield key, position


def _word_arrays(words: Sequence[str], rarity: Rarity) -> dict[str, Array]:
    alphabet = sorted(range(len(words)), key=lambda number: words[number])
    return {
        "alphabet": np.array(alphabet, np.int32),
        "word_letters": np.array([len(word) for word in words], np.int16),
        "word_signature": np.array([letter_signature(word) for word in words], np.uint64),
        "word_weight": np.array([rarity.weight(word) for word in words], np.int32),
    }


def _posting_arrays(names: Sequence[_ListedName], position: Mapping[str, int]) -> dict[str, Array]:
    found = [
        (position[form], name.number, 1 << place, worth)
        for name in names
        for place, word in enumerate(name.words)
        if not word.is_initial
        for form, worth in word.forms
    ]
    rows = np.array(sorted(found), np.int32).reshape(-1, 4)
    return {
        "posting_starts": np.searchsorted(rows[:, 0], np.arange(len(position) + 1)).astype(np.int64),
        "posting_name": rows[:, 1].copy(),
        "posting_places": rows[:, 2].copy(),
        "posting_worth": rows[:, 3].copy(),
    }


def _joined_postings(
    names: Sequence[_ListedName], rarity: Rarity
) -> tuple[dict[str, Array], list[tuple[str, int]]]:
    rows: list[tuple[int, int, int]] = []
    pairs: list[tuple[str, int]] = []
    for name in names:
        for first, count, text in neighbours(name.words):
            weight = sum(rarity.weight(word.text) for word in name.words[first : first + count])
            pairs.extend((key, len(rows)) for key in joined_keys(text))
            rows.append((name.number, ((1 << count) - 1) << first, weight))
    table = np.array(rows, np.int32).reshape(-1, 3)
    columns = ("joined_name", "joined_places", "joined_weight")
    return {column: table[:, number].copy() for number, column in enumerate(columns)}, pairs


def _name_arrays(names: Sequence[_ListedName]) -> dict[str, Array]:
    letters = np.zeros((len(names), MAX_WORDS), np.uint8)
    for name in names:
        letters[name.number, : len(name.words)] = [ord(word.text[0]) for word in name.words]
    return {
        "name_entry": np.array([name.entry for name in names], np.int32),
        "name_source": np.array([name.source for name in names], np.int32),
        "name_words": _column(names, lambda name: sum(not word.is_initial for word in name.words)),
        "name_initials": _column(
            names, lambda name: sum(1 << place for place, word in enumerate(name.words) if word.is_initial)
        ),
        "name_letters": letters,
        "name_is_low": _column(names, lambda name: name.name.quality is NameQuality.LOW),
    }


def _column(names: Sequence[_ListedName], value: Callable[[_ListedName], int]) -> Array:
    return np.array([value(name) for name in names], np.int32)
