"""The shape of a compiled list, of a batch of travellers, and of the room that kernels work in."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.screening.matching.compiled import (
    FIXED_I8,
    FIXED_I16,
    FIXED_I32,
    FIXED_TABLE,
    FIXED_TABLE16,
    I32,
    I64,
    TABLE,
    record_of,
)
from services.screening.matching.names import MAX_WORDS

Array = NDArray[Any]

MAX_EDGES = 512
"""Pairs of words considered for one name. Real names have far fewer; repeated words must not cost seconds."""
MAX_PLACES = 8
"""Words of a listed name that may be paired; of more, those with the best pairs."""
PAIRINGS = 1 << MAX_PLACES
MAX_UNITS = 3 * MAX_WORDS
"""A word, and it with the next one or two, is at most so many units."""
FIRST_WORDS = 4
"""Words of a name that stand in a place that its number tells."""
COVER_BITS = 4
"""In `Room.strongest` the last bits say how many words a unit is; the weight stands before them."""
NO_WORD = 1 << (COVER_BITS - 1)
"""What stands there for no word at all: no weight, no words, and not nothing."""

# Columns of `Batch.travellers`.
UNITS_FROM, UNITS_TO, JOINED_FROM, JOINED_TO, WORDS, INITIALS, CUT_PLACE = range(7)
YEAR, MONTH, DAY, STATE, SEX, PLACE_STATE, PLACE_CITY = range(7, 14)
SHARED = 14
TRAVELLER_COLUMNS = 15
# Columns of `Batch.units`, of `Batch.joined` and of what is found.
FIRST, COUNT, ARENA_FROM, ARENA_TO, MOST = range(5)
PLACE, ROW_FROM, ROW_TO, HIT_WORTH, HIT_MOST = range(5)
FOUND_TRAVELLER, FOUND_ENTRY, FOUND_NAME, FOUND_TOTAL = range(4)
# Columns of `Room.edges`: a traveller's words (first, how many) for words of a name (mask), weight and rule;
# then the mask among the words that are paired.
EDGE_FIRST, EDGE_COUNT, EDGE_PLACES, EDGE_WEIGHT, EDGE_RULE, EDGE_USED = range(6)


class Listing(NamedTuple):
    """A list as integers. Names are numbered in the order of the entries; `*_start` cut what follows them.

    word_head, word_length: the first three letters of each word, packed, and how many it has.
    The last word stands for none.
    name_word: the words of each name. name_first: the first `FIRST_WORDS` of them, the word for none where
    there are fewer; the last of them minus one, negated, where there are more. name_born: the one birth date
    that counts for it (`facts.born_codes`).
    posting_name: the names of each word, words of one letter left out; posting_born: their birth dates.
    joined_*: neighbours of a name taken as one word, ordered by key: name, places (mask), weight.
    birth: kind, year, month, day, last year, and to which name of the entry the date is tied (-1: to all).
    state: nationality, weight of agreeing with it. place: State and city of birth.
    day_key, day_start, day_name: full birth dates in order, and the names of who was born then.
    """

    word_head: Array
    word_length: Array
    name_start: Array
    name_word: Array
    name_first: Array
    name_born: Array
    name_entry: Array
    name_is_low: Array
    posting_start: Array
    posting_name: Array
    posting_born: Array
    joined_name: Array
    joined_places: Array
    joined_weight: Array
    entry_start: Array
    birth_start: Array
    birth: Array
    state_start: Array
    state: Array
    sex: Array
    place_start: Array
    place: Array
    day_key: Array
    day_start: Array
    day_name: Array


class Batch(NamedTuple):
    """Travellers as integers; a row each in `travellers`, `heads` and `lengths` (of each word).

    `units` are words and neighbours taken as one, each with its span of `ids` and `packed` (weight and rule):
    the listed words for which it may stand. `joined` are spans of the list's joined neighbours.
    """

    travellers: Array
    heads: Array
    lengths: Array
    units: Array
    joined: Array
    ids: Array
    packed: Array


class Room(NamedTuple):
    """What kernels write into, kept from batch to batch; marks are taken off after each traveller.

    mark → chain_*: for a listed word, which units stand for it. strongest: the most that one of them gives,
    and the most of the traveller's words that one of them is. joined_mark → joined_*: likewise for a name.
    seen: for a name, the last traveller (stamp) whose candidate it was; `candidates` has room for every name
    and for those of one listed word once more. slot: for an entry, its row of
    `found`.
    """

    mark: Array
    strongest: Array
    chain_next: Array
    chain_unit: Array
    chain_packed: Array
    joined_mark: Array
    joined_next: Array
    joined_place: Array
    joined_row: Array
    joined_weight: Array
    seen: Array
    stamp: Array
    candidates: Array
    slot: Array
    edges: Array
    pairing: Array
    pairing_edge: Array
    pairing_before: Array
    chosen: Array
    initials: Array
    facts: Array
    found: Array
    most: Array
    is_passed: Array
    is_weak: Array


LISTING = record_of(
    Listing,
    FIXED_I32, FIXED_I8, FIXED_I32, FIXED_I32, FIXED_TABLE, FIXED_I32, FIXED_I32, FIXED_I8,
    FIXED_I32, FIXED_I32, FIXED_I32,
    FIXED_I32, FIXED_I16, FIXED_I16,
    FIXED_I32, FIXED_I32, FIXED_TABLE16, FIXED_I32, FIXED_TABLE, FIXED_I8, FIXED_I32, FIXED_TABLE,
    FIXED_I32, FIXED_I32, FIXED_I32,
)  # fmt: skip
BATCH = record_of(Batch, TABLE, TABLE, TABLE, TABLE, TABLE, I32, I32)
ROOM = record_of(Room, *(I32,) * 14, TABLE, TABLE, TABLE, TABLE, I32, TABLE, I32, TABLE, I64, I64, I64)

# Places of `Room.facts`, what `weigh_name` says beside the weight.
CHOSEN, CONFIRMED, SENT_LEFT, LISTED_LEFT = range(4)


def room_for(  # noqa: PLR0917
    names: int, entries: int, words: int, chain: int, joined: int, found: int
) -> Room:
    """Room for a list of this size, spans of so many listed words or joined rows, and so many results."""

    def zeros(*shape: int) -> Array:
        return np.zeros(shape, np.int32)

    room = Room(
        zeros(words), zeros(words), zeros(chain + 1), zeros(chain + 1), zeros(chain + 1),
        zeros(names), zeros(joined + 1), zeros(joined + 1), zeros(joined + 1), zeros(joined + 1),
        zeros(names), zeros(1), zeros(2 * names + 1), zeros(entries), zeros(MAX_EDGES, 6),
        zeros(MAX_WORDS + 1, PAIRINGS), zeros(MAX_WORDS + 1, PAIRINGS), zeros(MAX_WORDS + 1, PAIRINGS),
        zeros(MAX_WORDS + 1), zeros(MAX_WORDS, 2), zeros(4), zeros(max(found, entries, 1), 4),
        np.zeros(MAX_WORDS, np.int64), np.zeros(MAX_UNITS, np.int64), np.zeros(MAX_UNITS, np.int64),
    )  # fmt: skip
    room.strongest[-1:] = NO_WORD
    return room
