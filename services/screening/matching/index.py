"""The compiled list: words, postings, facts and keys as integer arrays. Built once, never changed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np

from services.screening.matching.documents import document_keys
from services.screening.matching.facts import born_codes, fact_arrays
from services.screening.matching.frequency import everyday_names
from services.screening.matching.letters import distinct
from services.screening.matching.listing import FIRST_WORDS, Array, Listing
from services.screening.matching.name_kernels import HEAD_LETTERS
from services.screening.matching.names import MAX_WORDS, Together, Word, read_name, written_together
from services.screening.matching.rarity import Rarity
from services.screening.matching.skeleton import fine_skeleton
from services.screening.matching.tokens import JOINED_WORTH, joined_skeleton_worth
from services.screening.matching.vocabulary import (
    KeyedRows,
    Vocabulary,
    letter_numbers,
    letter_signature,
    spelling_keys,
    stable_hash,
)
from services.screening.watchlist.entry import NameQuality, WatchlistEntry

MAX_JOINED_WORDS = 3
MIN_JOINED_CONSONANTS = 3
_HEAD_LETTER_BITS = 5
# An h that makes one sound with the letter before it, and one that a vowel and a consonant have between them.
_MEETS_H = re.compile(r"(?<=[sztdkgpc])h")
_LAST_H = re.compile(r"(?<=[aeiou])h(?=[bcdfgjklmnpqrstvxz])")


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that screening reads. A snapshot stores `arrays` and `entries`; the rest are views of them.

    `name_source` says which of its entry's names a name is. `alphabet` has the spellings in alphabetical
    order. The look-ups go from the hash of a key to rows: of spellings, of joined neighbours, of entries.
    """

    arrays: Mapping[str, Array]
    entries: Sequence[WatchlistEntry]
    rarity: Rarity
    listing: Listing
    vocabulary: Vocabulary
    alphabet: Array
    name_source: Array
    spelled_alike: KeyedRows
    spelled: KeyedRows
    joined: KeyedRows
    documents: KeyedRows
    entry_ids: KeyedRows

    @classmethod
    def compile(cls, entries: Sequence[WatchlistEntry], rarity: Rarity | None = None) -> Self:
        """Compile entries; an overlay is given its base's `rarity` and stores no counts of its own."""
        names = _ListedNames.of(entries)
        counted = rarity or Rarity.count(names.words_by_entry(len(entries)))
        arrays = _compile_arrays(names, entries, counted)
        return cls.of(arrays if rarity else arrays | dict(counted.arrays), entries, rarity)

    @classmethod
    def of(
        cls, arrays: Mapping[str, Array], entries: Sequence[WatchlistEntry], rarity: Rarity | None = None
    ) -> Self:
        """Put a stored index together. The arrays become read-only, as mapped ones are."""
        for array in arrays.values():
            array.flags.writeable = False
        return cls(
            arrays=arrays,
            entries=entries,
            rarity=rarity or Rarity.of_arrays(arrays),
            listing=Listing(**{name: arrays[name] for name in Listing._fields}),
            vocabulary=Vocabulary(**{name: arrays[f"spelling_{name}"] for name in Vocabulary._fields}),
            alphabet=arrays["alphabet"],
            name_source=arrays["name_source"],
            **{name: _look_up(arrays, name) for name in _LOOK_UPS},
        )

    def spelling(self, number: int) -> bytes:
        """The letters of a spelling as numbers, which sort as the letters do."""
        listed = self.vocabulary
        return bytes(listed.letters[listed.start[number] : listed.start[number + 1]])

    def position_of(self, entry_id: str) -> int | None:
        """The number of an entry, `None` where it is not in this index."""
        found = self.entry_ids.get(stable_hash(entry_id))
        return next((position for position in found if self.id_of(position) == entry_id), None)

    def id_of(self, entry: int) -> str:
        """The identifier of an entry."""
        first, last = self.arrays["id_start"][entry : entry + 2].tolist()
        return bytes(self.arrays["id_text"][first:last]).decode()

    def names_of(self, entry: int) -> range:
        """The numbers of an entry's names."""
        return range(int(self.listing.entry_start[entry]), int(self.listing.entry_start[entry + 1]))


_LOOK_UPS = ("spelled_alike", "spelled", "joined", "documents", "entry_ids")


def _look_up(arrays: Mapping[str, Array], name: str) -> KeyedRows:
    return KeyedRows(arrays[f"{name}_hashes"], arrays[f"{name}_starts"], arrays[f"{name}_rows"])


class _ListedNames:
    """The names of a list, read: for each its entry, which of the entry's names it is, and its words.

    Words are numbered as they are met; most stand in many names.
    """

    def __init__(self) -> None:
        self.words: dict[Word, int] = {}
        self.entry: list[int] = []
        self.source: list[int] = []
        self.is_low: list[bool] = []
        self.start: list[int] = [0]
        self.word: list[int] = []

    @classmethod
    def of(cls, entries: Iterable[WatchlistEntry]) -> Self:
        """Each entry's names that have a word, one for each way of being compared."""
        names = cls()
        for position, entry in enumerate(entries):
            seen = set()
            for source, name in enumerate(entry.names):
                words = read_name(name.text)[:MAX_WORDS]
                key = (words, name.quality, name.birth_dates)
                if words and key not in seen:
                    seen.add(key)
                    names._add(position, source, words, is_low=name.quality is NameQuality.LOW)
        return names

    def _add(self, entry: int, source: int, words: Sequence[Word], *, is_low: bool) -> None:
        numbers = self.words
        self.entry.append(entry)
        self.source.append(source)
        self.is_low.append(is_low)
        self.word.extend([numbers.setdefault(word, len(numbers)) for word in words])
        self.start.append(len(self.word))

    def words_by_entry(self, entries: int) -> list[frozenset[str]]:
        """The likeliest spellings in the names of each entry."""
        texts = [word.text for word in self.words]
        words: list[set[str]] = [set() for _ in range(entries)]
        for name, entry in enumerate(self.entry):
            words[entry].update([texts[word] for word in self.word[self.start[name] : self.start[name + 1]]])
        return [frozenset(each) for each in words if each]


@lru_cache(maxsize=1 << MAX_WORDS)
def neighbours(is_initial: tuple[bool, ...]) -> tuple[tuple[int, int], ...]:
    """(first place, how many) of two or three words that stand side by side; no initials among them."""
    return tuple(
        (first, together)
        for first in range(len(is_initial))
        for together in range(2, min(MAX_JOINED_WORDS, len(is_initial) - first) + 1)
        if not any(is_initial[first : first + together])
    )


@lru_cache(maxsize=1 << MAX_WORDS)
def joined_places(is_initial: tuple[bool, ...]) -> tuple[tuple[int, ...], ...]:
    """The places of words that may be written as one: neighbours, and all of a name, its last word first."""
    side_by_side = (tuple(range(first, first + count)) for first, count in neighbours(is_initial))
    count = len(is_initial)
    is_short = 1 < count <= MAX_JOINED_WORDS and not any(is_initial)
    return (*side_by_side, (count - 1, *range(count - 1))) if is_short else tuple(side_by_side)


def _is_enough(skeleton: str) -> bool:
    return len(skeleton) >= MIN_JOINED_CONSONANTS


def joined_key(text: str, skeleton: str) -> str:
    """The key under which a word meets neighbours written together: consonants, or letters if few."""
    return f"~{skeleton}" if _is_enough(skeleton) else text


def joined_skeleton(skeletons: Iterable[str]) -> str:
    """The consonants of words written together, from those of each."""
    whole = ""
    for skeleton in skeletons:
        inner = skeleton.lstrip("AYW") if whole else skeleton
        whole += inner[1:] if inner[:1] == whole[-1:] else inner
    return whole


def joined_skeletons(together: Together) -> list[str]:
    """The consonants of words written together: those of each, and as their letters sound when they meet.

    None are told that are too few.
    """
    found = (
        skeleton
        for texts in together
        for skeleton in (joined_skeleton(map(fine_skeleton, texts)), fine_skeleton("".join(texts)))
    )
    return distinct(filter(_is_enough, found))


def joined_keys(words: Sequence[Word]) -> list[str]:
    """The keys under which a word meets neighbours written together, bare and with their particles."""
    return distinct(
        joined_key("".join(texts), joined_skeleton(map(fine_skeleton, texts)))
        for texts in written_together(words)
    )


def word_joined_keys(text: str) -> Mapping[str, int]:
    """The keys of one word under which neighbours meet it, and what they are then worth.

    Where an h may begin the second word (AHMEDHASSAN) or end the first (FATIMAHNUR), it is read so too.
    """
    apart = (f"{text[:place]}a{text[place:]}" for place in _places(_MEETS_H, text))
    unheard = (f"{text[:place]}{text[place + 1 :]}" for place in _places(_LAST_H, text))
    keys: dict[str, int] = {}
    for reading in (text, *apart, *unheard):
        skeleton = fine_skeleton(reading)
        key = joined_key(text, skeleton)
        keys.setdefault(key, JOINED_WORTH if key == text else joined_skeleton_worth(skeleton))
    return keys


def _places(where: re.Pattern[str], text: str) -> Iterator[int]:
    return (found.start() for found in where.finditer(text))


def _compile_arrays(
    names: _ListedNames, entries: Sequence[WatchlistEntry], rarity: Rarity
) -> dict[str, Array]:
    words = list(names.words)
    spellings = sorted({form for word in words for form, _ in word.forms}, key=lambda text: (len(text), text))
    facts = fact_arrays(entries, names.entry, names.source)
    born = born_codes(facts["birth"], facts["birth_start"])
    arrays: dict[str, Array] = {
        **facts,
        **_name_arrays(names, words, born),
        **_word_arrays(words),
        **_spelling_arrays(spellings, words, rarity),
        **_joined_arrays(names, words, rarity),
    }
    keys = (
        (stable_hash(key), number)
        for number, text in enumerate(spellings)
        for key, _, _ in spelling_keys(text)
    )
    documents = (
        (stable_hash(key), position)
        for position, entry in enumerate(entries)
        for document in entry.documents
        for key in document_keys(document.number)
    )
    _add_look_up(arrays, "spelled_alike", KeyedRows.build(keys))
    spelled = ((stable_hash(text), number) for number, text in enumerate(spellings))
    _add_look_up(arrays, "spelled", KeyedRows.build(spelled))
    _add_look_up(arrays, "documents", KeyedRows.build(documents))
    ids = ((stable_hash(entry.id), position) for position, entry in enumerate(entries))
    _add_look_up(arrays, "entry_ids", KeyedRows.build(ids))
    texts = [entry.id.encode() for entry in entries]
    arrays["id_start"] = _starts(map(len, texts))
    arrays["id_text"] = np.frombuffer(b"".join(texts), np.uint8).copy()
    return arrays


def _add_look_up(arrays: dict[str, Array], name: str, look_up: KeyedRows) -> None:
    arrays[f"{name}_hashes"], arrays[f"{name}_starts"] = look_up.hashes, look_up.starts
    arrays[f"{name}_rows"] = look_up.rows


def _starts(counts: Iterable[int]) -> Array:
    return np.concatenate(([0], np.cumsum(list(counts), dtype=np.int64))).astype(np.int32)


def packed_head(text: str) -> int:
    """The first letters of a word as one number."""
    numbers = letter_numbers(text[:HEAD_LETTERS])
    return sum(number << _HEAD_LETTER_BITS * place for place, number in enumerate(numbers))


def _word_arrays(words: Sequence[Word]) -> dict[str, Array]:
    return {
        "word_head": np.array([*(packed_head(word.text) for word in words), 0], np.int32),
        "word_length": np.array([*(len(word.text) for word in words), 0], np.int8),
    }


def _name_arrays(names: _ListedNames, words: Sequence[Word], born: Array) -> dict[str, Array]:
    name_word = np.array(names.word, np.int32)
    name_start = np.array(names.start, np.int32)
    name_entry = np.array(names.entry, np.int32)
    in_name = np.repeat(np.arange(len(name_entry), dtype=np.int32), np.diff(name_start))
    is_whole = ~np.array([word.is_initial for word in words], bool)[name_word]
    # A name that repeats a word stands once in its postings: the room for candidates counts on it.
    posted = np.unique(name_word[is_whole].astype(np.int64) << 32 | in_name[is_whole])
    posted_word, posting_name = posted >> 32, (posted & 0xFFFF_FFFF).astype(np.int32)
    return {
        "name_word": name_word,
        "name_first": _first_words(name_start, name_word, len(words)),
        "name_born": born[name_entry],
        "name_start": name_start,
        "name_entry": name_entry,
        "name_source": np.array(names.source, np.int32),
        "name_is_low": np.array(names.is_low, np.int8),
        "posting_name": posting_name,
        "posting_born": born[name_entry[posting_name]],
        "posting_start": np.searchsorted(posted_word, np.arange(len(words) + 1)).astype(np.int32),
        "entry_start": np.searchsorted(name_entry, np.arange(len(born) + 1)).astype(np.int32),
    }


def _first_words(name_start: Array, name_word: Array, none: int) -> Array:
    """A row of `FIRST_WORDS` for each name; see `Listing`."""
    counts = np.diff(name_start)
    first = np.full((len(counts), FIRST_WORDS), none, np.int32)
    for place in range(FIRST_WORDS):
        has_word = counts > place
        first[has_word, place] = name_word[name_start[:-1][has_word] + place]
    is_longer = counts > FIRST_WORDS
    first[is_longer, -1] = -1 - first[is_longer, -1]
    return first


def _spelling_arrays(spellings: Sequence[str], words: Sequence[Word], rarity: Rarity) -> dict[str, Array]:
    position = {text: number for number, text in enumerate(spellings)}
    borne = sorted(
        (position[form], number, worth)
        for number, word in enumerate(words)
        if not word.is_initial
        for form, worth in word.forms
    )
    table = np.array(borne, np.int32).reshape(-1, 3)
    lengths = np.array([len(text) for text in spellings], np.int64)
    longest = int(lengths.max(initial=0))
    letters = [number for text in spellings for number in letter_numbers(text)]
    known = [everyday_names(text) for text in spellings]
    return {
        "alphabet": np.array(sorted(range(len(spellings)), key=spellings.__getitem__), np.int32),
        "spelling_start": _starts(lengths.tolist()),
        "spelling_letters": np.array(letters, np.uint8),
        "spelling_length": lengths.astype(np.uint8),
        "spelling_signature": np.array([letter_signature(text) for text in spellings], np.int64),
        "spelling_weight": np.array([rarity.weight(text) for text in spellings], np.int16),
        "spelling_length_start": np.searchsorted(lengths, np.arange(longest + 2)).astype(np.int32),
        "spelling_word_start": np.searchsorted(table[:, 0], np.arange(len(spellings) + 1)).astype(np.int32),
        "spelling_word": table[:, 1].copy(),
        "spelling_word_worth": table[:, 2].astype(np.int8),
        "spelling_known_start": _starts(map(len, known)),
        "spelling_known": np.array([number for each in known for number in each], np.int32),
    }


def _joined_arrays(names: _ListedNames, words: Sequence[Word], rarity: Rarity) -> dict[str, Array]:
    """Neighbours of every name as one word: key → name, places and weight, ordered by key."""
    weights = [rarity.weight(word.text) for word in words]
    is_initial = [word.is_initial for word in words]
    known: dict[tuple[int, ...], tuple[list[int], int]] = {}
    rows: list[tuple[int, int, int, int]] = []
    for name, first_word in enumerate(names.start[:-1]):
        numbers = names.word[first_word : names.start[name + 1]]
        for places in joined_places(tuple([is_initial[each] for each in numbers])):
            together = tuple([numbers[place] for place in places])
            found = known.get(together)
            if found is None:
                keys = joined_keys([words[each] for each in together])
                found = list(map(stable_hash, keys)), sum([weights[each] for each in together])
                known[together] = found
            mask = sum([1 << place for place in places])
            rows += [(hashed, name, mask, found[1]) for hashed in found[0]]
    table = np.array(rows, np.int64).reshape(-1, 4)
    table = table[np.lexsort((table[:, 2], table[:, 1], table[:, 0]))]
    joined_hashes, first_rows = np.unique(table[:, 0], return_index=True)
    return {
        "joined_name": table[:, 1].astype(np.int32),
        "joined_places": table[:, 2].astype(np.int16),
        "joined_weight": table[:, 3].astype(np.int16),
        "joined_hashes": joined_hashes,
        "joined_starts": np.append(first_rows, len(table)).astype(np.int32),
        "joined_rows": np.zeros(0, np.int32),
    }
