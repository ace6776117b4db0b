"""Machine code that tells of many names, given as numbers of their words, who can match nothing on a list."""

# ruff: noqa: PLR0917 - a kernel has no keyword arguments.

import numpy as np

from services.screening.matching.batch_kernels import screen_traveller
from services.screening.matching.beside_kernels import MONTH_BITS, MONTH_DAY, YEAR_BITS
from services.screening.matching.compiled import FIXED_I64, I8, I32, INT, TABLE, TABLE64, inner, kernel
from services.screening.matching.expander import MIN_CUT_LETTERS
from services.screening.matching.listing import (
    ARENA_FROM,
    ARENA_TO,
    BATCH,
    COUNT,
    CUT_PLACE,
    DAY,
    FIRST,
    HIT_MOST,
    HIT_WORTH,
    INITIALS,
    JOINED_TO,
    LISTING,
    MONTH,
    MOST,
    PLACE,
    PLACE_CITY,
    PLACE_STATE,
    ROOM,
    ROW_FROM,
    ROW_TO,
    SEX,
    STATE,
    UNITS_TO,
    WORDS,
    YEAR,
    Batch,
    Listing,
    Room,
)
from services.screening.matching.names import MAX_FORMS, MAX_WORDS
from services.screening.matching.vocabulary import place_of

# Columns of a word that was met: the span of the listed words that it may be with the most that they give,
# the span of its hits among the list's neighbours, its head and letters; then what it takes to write words
# together.
SPAN_FROM, SPAN_TO, SPAN_MOST, HITS_FROM, HITS_TO, HEAD, LETTERS = range(7)
TEXT, TEXT_POWER, SKELETON, LAST_SIGN, INNER, INNER_POWER, FIRST_SIGN, REST, REST_POWER = range(7, 16)
WORD_COLUMNS = 16
# Columns of a traveller: where the words end (they begin where those before end); birth date, nationality,
# sex, State and city of birth as numbers, 0 for what is not known.
WORDS_TO, BORN, SENT_STATE, SENT_SEX, BORN_IN, BORN_AT = range(6)
MODULUS = (1 << 31) - 1
"""Texts are summed up as numbers below it: who passes for a sum that two have is compared for nothing."""
_BASE = 1_000_003
MAX_HITS = MAX_WORDS * MAX_FORMS
"""Hits of one name among the list's neighbours: each word has one for each of its forms at most."""


def summed(text: str) -> tuple[int, int]:
    """The sum of a text, and the power by which the sum of what stands before it is multiplied."""
    total, power = 0, 1
    for sign in text:
        total, power = (total * _BASE + ord(sign)) % MODULUS, power * _BASE % MODULUS
    return total, power


@inner(INT, TABLE64, I32, INT, INT, FIXED_I64)
def is_one_listed(words: np.ndarray, numbers: np.ndarray, first: int, last: int, listed: np.ndarray) -> int:
    """Whether two or three words side by side, initials apart, may be one listed word."""
    for begin in range(first, last - 1):
        word = words[numbers[begin]]
        if word[LETTERS] == 1:
            continue
        text, skeleton, sign = int(word[TEXT]), int(word[SKELETON]), word[LAST_SIGN]
        for place in range(begin + 1, min(begin + 3, last)):
            word = words[numbers[place]]
            if word[LETTERS] == 1:
                break
            text = (text * int(word[TEXT_POWER]) + int(word[TEXT])) % MODULUS
            if word[FIRST_SIGN] == sign:
                skeleton = (skeleton * int(word[REST_POWER]) + int(word[REST])) % MODULUS
            else:
                skeleton = (skeleton * int(word[INNER_POWER]) + int(word[INNER])) % MODULUS
            if word[FIRST_SIGN]:
                sign = word[LAST_SIGN]
            if place_of(listed, text) >= 0 or place_of(listed, skeleton) >= 0:
                return 1
    return 0


@inner(INT, BATCH, TABLE64, TABLE, I32, INT, INT)
def put_words(
    batch: Batch, words: np.ndarray, hits: np.ndarray, numbers: np.ndarray, first: int, last: int
) -> int:
    """Put a name into the batch's one row; how much room its marks need."""
    row, units, joined, needed = batch.travellers[0], 0, 0, 0
    letters = initials = 0
    for place in range(last - first):
        word = words[numbers[first + place]]
        batch.heads[0, place], batch.lengths[0, place] = word[HEAD], word[LETTERS]
        letters += word[LETTERS]
        initials |= int(word[LETTERS] == 1) << place
        if word[SPAN_FROM] < word[SPAN_TO]:
            unit = batch.units[units]
            unit[FIRST], unit[COUNT], unit[MOST] = place, 1, word[SPAN_MOST]
            unit[ARENA_FROM], unit[ARENA_TO] = word[SPAN_FROM], word[SPAN_TO]
            needed += word[SPAN_TO] - word[SPAN_FROM]
            units += 1
        for hit in range(word[HITS_FROM], word[HITS_TO]):
            found = batch.joined[joined]
            found[PLACE], found[ROW_FROM], found[ROW_TO] = place, hits[hit, 0], hits[hit, 1]
            found[HIT_WORTH], found[HIT_MOST] = hits[hit, 2], hits[hit, 3]
            needed += found[ROW_TO] - found[ROW_FROM]
            joined += 1
    row[UNITS_TO], row[JOINED_TO], row[WORDS], row[INITIALS] = units, joined, last - first, initials
    row[CUT_PLACE] = last - first - 1 if letters >= MIN_CUT_LETTERS else -1
    return needed


@inner(INT, BATCH, TABLE, INT)
def put_facts(batch: Batch, sent: np.ndarray, traveller: int) -> int:
    """Put what was sent beside a name into the batch's one row."""
    row, born = batch.travellers[0], sent[traveller, BORN]
    row[YEAR], row[MONTH] = born >> YEAR_BITS, (born & MONTH_DAY) >> MONTH_BITS
    row[DAY] = born & ((1 << MONTH_BITS) - 1)
    row[STATE], row[SEX] = sent[traveller, SENT_STATE], sent[traveller, SENT_SEX]
    row[PLACE_STATE], row[PLACE_CITY] = sent[traveller, BORN_IN], sent[traveller, BORN_AT]
    return 0


@kernel(INT, LISTING, BATCH, ROOM, TABLE64, TABLE, I32, TABLE, FIXED_I64, INT, I8)
def sieve(
    listing: Listing, batch: Batch, room: Room, words: np.ndarray, hits: np.ndarray, numbers: np.ndarray,
    sent: np.ndarray, listed: np.ndarray, least: int, passes: np.ndarray,
) -> int:  # fmt: skip
    """Tell of each traveller whether a name of the list may reach the least total; how many pass.

    The bounds are those of screening, with more said for the traveller than is known: whoever does not pass
    matches nothing. Word 0 is one whose neighbours have a say in it; a name with it passes.

    Args:
        listing: The list.
        batch: Room for one traveller's rows, and the arena of the words.
        room: Room for the kernels.
        words: What is known of each word, by number.
        hits: The words' hits among the list's neighbours.
        numbers: The words of all names, one after the other.
        sent: The travellers.
        listed: The sums of the list's spellings and of their consonants, ascending.
        least: The least total.
        passes: 1 for whoever may match, one for each traveller.
    """
    first = passed = 0
    room_for_marks = min(len(room.chain_next), len(room.joined_next)) - 1
    for traveller in range(len(sent)):
        last = int(sent[traveller, WORDS_TO])
        is_open = 1 if last - first > MAX_WORDS else 0
        for at in range(first, last):
            is_open |= 1 if numbers[at] == 0 else 0
        if not is_open:
            is_open = is_one_listed(words, numbers, first, last, listed)
        if not is_open:
            needed = put_words(batch, words, hits, numbers, first, last)
            put_facts(batch, sent, traveller)
            is_open = 1 if needed > room_for_marks else 0
        if not is_open and screen_traveller(listing, batch, room, 0, least, 0, 0):
            is_open = 1
        passes[traveller] = is_open
        passed += is_open
        first = last
    return passed
