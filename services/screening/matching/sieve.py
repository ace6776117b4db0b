"""Many travellers against a short list: most can match nothing on it, and the numbers of their words say so.

A changed list meets a million travellers and concerns one in a hundred. To read each of them whole, and to
put each name together, costs many times what it costs to see that nothing can come of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from string import ascii_letters
from typing import Any, Final

import numpy as np

from services.screening.matching.beside_kernels import day_number
from services.screening.matching.births import date_parts
from services.screening.matching.documents import document_keys
from services.screening.matching.expander import MAX_REMEMBERED_WORDS
from services.screening.matching.facts import city_number, sex_number, state_number
from services.screening.matching.index import Index, joined_key
from services.screening.matching.listing import TRAVELLER_COLUMNS, Array, Batch
from services.screening.matching.names import MAX_NAME_CHARACTERS, MAX_WORDS, Word, read_alone
from services.screening.matching.screener import Screener
from services.screening.matching.sieve_kernels import (
    MAX_HITS,
    WORD_COLUMNS,
    sieve,
    summed,
)
from services.screening.matching.skeleton import fine_skeleton
from services.screening.matching.vocabulary import letter_text, stable_hash
from shared.personal import Personal
from shared.travel import PartialDate, Place, Sex

AT_ONCE: Final = 256
"""After so many the lock is given to whoever waits."""
_ANY: Final = "("
"""A word that says nothing by itself, such as the sign that opens a remark: with it every name passes."""
_UNREADABLE: Final = -1
_WORDS_AT_FIRST = 1 << 8
# Signs of ASCII as `read_name` parts names by them. Others stay, and a word with one says nothing by itself.
_PARTED: Final[Mapping[int, str | None]] = {
    **dict.fromkeys(range(128), " "),
    **dict.fromkeys(b"'`"),
    **dict.fromkeys(b"([\0", _ANY),
    **{ord(letter): letter.lower() for letter in ascii_letters},
}


@dataclass(frozen=True, slots=True, repr=False)
class SentColumns(Personal):
    """Travellers as they were sent, fact by fact: the first of each column is the first traveller's.

    Birth dates are `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; `documents` are objects with a `number`.
    """

    surname: Sequence[str | None]
    given_names: Sequence[str | None]
    birth_date: Sequence[str | None]
    sex: Sequence[str | None]
    nationality: Sequence[str | None]
    birth_place: Sequence[Any]
    documents: Sequence[Any]

    def __len__(self) -> int:
        return len(self.surname)


class Sieve:
    """Tells of travellers whether anything of one index may match them; takes turns with its screener."""

    def __init__(self, screener: Screener) -> None:
        self._screener = screener
        self._listed = _sums_of(screener.index)
        shapes = (1, TRAVELLER_COLUMNS), (1, MAX_WORDS), (1, MAX_WORDS), (MAX_WORDS, 5), (MAX_HITS, 5), 0, 0
        self._one_traveller = Batch._make(np.zeros(shape, np.int32) for shape in shapes)
        self._forget()

    def _forget(self) -> None:
        self._forgotten = self._screener.expander.forgotten
        self._numbers = {_ANY: 0}
        self._words = np.zeros((_WORDS_AT_FIRST, WORD_COLUMNS), np.int64)
        self._known = 1
        self._hits = np.zeros((_WORDS_AT_FIRST, 4), np.int32)
        self._known_hits = 0

    def passing(self, sent: SentColumns, least: int) -> Array:
        """Of each traveller whether a name or a document of theirs may reach the least total.

        Whoever does not pass matches nothing; whoever passes need not match. A traveller of whom something
        cannot be read passes.
        """
        names = [_name_of(*both) for both in zip(sent.surname, sent.given_names, strict=True)]
        facts = _facts_of(sent)
        passes: Array = (facts == _UNREADABLE).any(axis=1)
        for first in range(0, len(names), AT_ONCE):
            span = slice(first, first + AT_ONCE)
            with self._screener.turn:
                passes[span] |= self._by_names(names[span], facts[span], least)
        passes[self._by_documents(sent.documents)] = True
        return passes

    def _by_names(self, names: Sequence[str], facts: Array, least: int) -> Array:
        self._make_room()
        parted = [name.translate(_PARTED).split() for name in names]
        words = [word for each in parted for word in each]
        for word in sorted(set(words).difference(self._numbers)):
            self._learn(word)
        numbers = np.array([self._numbers[word] for word in words], np.int32)
        ends = list(accumulate(map(len, parted)))
        sent = np.array([ends, *facts.T], np.int32).T.copy()
        passes = np.zeros(len(names), np.int8)
        screener = self._screener
        arena = screener.expander
        batch = self._one_traveller._replace(ids=arena.ids, packed=arena.packed)
        sieve(
            screener.index.listing, batch, screener.room, self._words, self._hits, numbers, sent,
            self._listed, least, passes,
        )  # fmt: skip
        return passes.astype(bool)

    def _make_room(self) -> None:
        """Forget with the expander, in whose arena the words stand."""
        expander = self._screener.expander
        expander.make_room()
        if self._forgotten != expander.forgotten or len(self._numbers) > MAX_REMEMBERED_WORDS:
            self._forget()

    def _learn(self, text: str) -> None:
        """Give a word its number: 0 where neighbours have a say in how it is read."""
        word = read_alone(text) if text.isascii() and text.isalpha() else None
        self._numbers[text] = 0 if word is None else self._number_of(word)

    def _number_of(self, word: Word) -> int:
        known = self._screener.expander.known(word)
        number, first, last = self._known, self._known_hits, self._known_hits + len(known.hits)
        self._words, self._hits = _with_room(self._words, number + 1), _with_room(self._hits, last)
        self._words[number] = (*known.span, first, last, known.head, known.length, *_sums(word.text))
        self._hits[first:last] = np.array(known.hits, np.int32).reshape(-1, 4)
        self._known, self._known_hits = number + 1, last
        return number

    def _by_documents(self, documents: Sequence[Any]) -> list[int]:
        """Whose document numbers may be listed, or cannot be read."""
        look_up = self._screener.index.documents
        passing: list[int] = []
        hashes: list[int] = []
        owners: list[int] = []
        for place, each in enumerate(documents):
            numbers = _numbers_of(each)
            if numbers is None:
                passing.append(place)
            elif len(look_up.hashes):
                found = [stable_hash(key) for number in numbers for key in document_keys(number)]
                hashes += found
                owners += [place] * len(found)
        return passing + [owners[at] for at in look_up.known(hashes)]


def _name_of(surname: str | None, given_names: str | None) -> str:
    """Both fields together; one that cannot be read, or is cut off in reading, passes."""
    if surname is None:
        return _ANY
    name = f"{surname} {given_names or ''}"
    return name if len(name) <= MAX_NAME_CHARACTERS else _ANY


def _facts_of(sent: SentColumns) -> Array:
    """What was sent beside the names: a row of numbers for each traveller, `_UNREADABLE` what is none."""
    places = [_place_of(each) for each in sent.birth_place]
    columns = (
        [_day_of(each) for each in sent.birth_date],
        [_state_of(each) for each in sent.nationality],
        [_sex_of(each) for each in sent.sex],
        [state for state, _ in places],
        [city for _, city in places],
    )
    return np.array(columns, np.int32).T


@lru_cache(maxsize=100_000)
def _day_of(sent: str | None) -> int:
    """A birth date as one number, 0 for none."""
    if sent is None:
        return 0
    try:
        return int(day_number(*date_parts(PartialDate.parse(sent))))
    except ValueError:
        return _UNREADABLE


@lru_cache(maxsize=2_000)
def _state_of(code: str | None) -> int:
    return state_number(code)


@lru_cache(maxsize=10)
def _sex_of(sent: str | None) -> int:
    """A sex as a number."""
    if sent is None:
        return 0
    try:
        return sex_number(Sex(sent))
    except ValueError:
        return _UNREADABLE


def _place_of(place: Any) -> tuple[int, int]:
    """State and city of birth as numbers."""
    if place is None:
        return 0, 0
    try:
        read = Place.from_json(place)
    except (AttributeError, ValueError):
        return _UNREADABLE, _UNREADABLE
    return _state_of(read.country), city_number(read.city)


def _numbers_of(documents: Any) -> list[str] | None:
    """The numbers of a traveller's documents, `None` where something else than documents was sent."""
    try:
        numbers = [each["number"] for each in documents or ()]
    except (KeyError, TypeError):
        return None
    return numbers if all(isinstance(each, str) for each in numbers) else None


def _sums(text: str) -> tuple[int, ...]:
    """What a word's row says of its letters and consonants, alone and behind others."""
    skeleton = fine_skeleton(text)
    inner = skeleton.lstrip("AYW")
    first = ord(inner[0]) if inner else 0
    return *summed(text), summed(skeleton)[0], ord(skeleton[-1]), *summed(inner), first, *summed(inner[1:])


def _sums_of(index: Index) -> Array:
    """The sums of the list's spellings, and of the consonants by which neighbours meet them."""
    sums = set()
    for number in range(len(index.alphabet)):
        text = letter_text(index.spelling(number))
        skeleton = fine_skeleton(text)
        sums.add(summed(text)[0])
        if joined_key("", skeleton):
            sums.add(summed(skeleton)[0])
    found = np.array(sorted(sums), np.int64)
    found.flags.writeable = False
    return found


def _with_room(table: Array, rows: int) -> Array:
    while rows > len(table):
        table = np.concatenate((table, np.zeros_like(table)))
    return table
