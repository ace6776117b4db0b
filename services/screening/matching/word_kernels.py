"""Machine code that finds, for one word of a traveller, every listed word that it may stand for."""

# ruff: noqa: PLR0917 - a kernel has no keyword arguments.

from typing import NamedTuple

import numpy as np

from services.screening.matching.compiled import (
    FIXED_I8,
    FIXED_I16,
    FIXED_I32,
    FIXED_I64,
    FIXED_U8,
    I32,
    I64,
    INT,
    TABLE,
    inner,
    kernel,
    record_of,
)
from services.screening.matching.names import MAX_WORD_LETTERS, WHOLE
from services.screening.matching.tokens import (
    MAX_EDITS,
    MIN_FUZZY_LETTERS,
    Rule,
    edit_worth,
    edits_allowed,
    prefix_worth,
)
from services.screening.matching.vocabulary import Vocabulary
from services.screening.matching.weights import MIN_PAIR

LETTERS = 27
RULE_BITS = 4
_RULES = (1 << RULE_BITS) - 1
_LENGTHS = MAX_WORD_LETTERS + MAX_EDITS + 1
# By the length of the longer word; tables, because a kernel calls no Python.
_EDITS_ALLOWED = np.array([edits_allowed(length) for length in range(_LENGTHS)], np.int64)
_EDIT_WORTH = np.array(
    [[edit_worth(edits, length) for length in range(_LENGTHS)] for edits in range(MAX_EDITS + 1)], np.int64
)
_PREFIX_WORTH = np.array([prefix_worth(length) for length in range(MAX_WORD_LETTERS + 1)], np.int64)
_EDIT, _PREFIX = int(Rule.EDIT), int(Rule.PREFIX)

VOCABULARY = record_of(
    Vocabulary, FIXED_I32, FIXED_U8, FIXED_U8, FIXED_I64, FIXED_I16, FIXED_I32, FIXED_I32, FIXED_I32, FIXED_I8
)


class Spelled(NamedTuple):
    """Where the numbers of spellings stand: by their letters, by keys under which they meet, in alphabet."""

    equal: np.ndarray[tuple[int], np.dtype[np.int32]]
    alike: np.ndarray[tuple[int], np.dtype[np.int32]]
    alphabet: np.ndarray[tuple[int], np.dtype[np.int32]]


class Forms(NamedTuple):
    """The spellings of one word of a traveller.

    letters: 1 to 26, `MAX_WORD_LETTERS` places for each. facts: rows of length, worth, weight. spans: rows of
    form, whether found alike (or equal), where these spellings begin and end in `Spelled`, share, rule.
    """

    letters: np.ndarray[tuple[int], np.dtype[np.uint8]]
    facts: np.ndarray[tuple[int, int], np.dtype[np.int32]]
    spans: np.ndarray[tuple[int, int], np.dtype[np.int32]]


LENGTH, WORTH, WEIGHT = range(3)
SPELLED = record_of(Spelled, FIXED_I32, FIXED_I32, FIXED_I32)
FORMS = record_of(Forms, FIXED_U8, TABLE, TABLE)


@inner(INT, INT)
def count_bits(bits: int) -> int:
    """How many bits of a number under 2**62 are set; compilers know this loop as one instruction."""
    count = 0
    while bits:
        bits &= bits - 1
        count += 1
    return count


@inner(INT, I64, INT, FIXED_U8, INT, INT)
def edits_between(places: np.ndarray, length: int, letters: np.ndarray, first: int, last: int) -> int:
    """Edits (insert, delete, replace, exchange neighbours) between a word and letters[first:last].

    The word is given as the places, a mask, of each of its letters. One step a letter: the columns of the
    usual table are bits of a number (Hyyrö's form of the restricted Damerau–Levenshtein distance).
    """
    full = (1 << length) - 1
    last_place = 1 << (length - 1)
    rises, falls, diagonal, before = full, 0, 0, 0
    edits = length
    for place in range(first, last):
        here = places[letters[place]]
        exchanged = ((~diagonal & here) << 1) & before
        diagonal = (((((here & rises) + rises) ^ rises) | here | falls) | exchanged) & full
        up = (falls | ~(diagonal | rises)) & full
        down = diagonal & rises
        if up & last_place:
            edits += 1
        if down & last_place:
            edits -= 1
        up = ((up << 1) | 1) & full
        rises = ((down << 1) | ~(diagonal | up)) & full
        falls = up & diagonal
        before = here
    return edits


@inner(INT, VOCABULARY, FORMS, INT, INT, INT, INT, I32, I32, INT)
def offer(
    listed: Vocabulary,
    forms: Forms,
    form: int,
    token: int,
    share: int,
    rule: int,
    best: np.ndarray,
    touched: np.ndarray,
    count: int,
) -> int:
    """Note what one listed spelling gives to the words that have it; how many words are touched by then."""
    weight = int(min(forms.facts[form, WEIGHT], int(listed.weight[token])))
    pair = weight * share * int(forms.facts[form, WORTH]) // (WHOLE * WHOLE)
    for at in range(listed.word_start[token], listed.word_start[token + 1]):
        given = pair * int(listed.word_worth[at]) // WHOLE
        if given < MIN_PAIR:
            continue
        word = listed.word[at]
        packed = given << RULE_BITS | (_RULES - rule)
        if best[word] == 0:
            touched[count] = word
            count += 1
        best[word] = max(best[word], packed)
    return count


@inner(INT, VOCABULARY, SPELLED, FORMS, I32, I32)
def add_known(
    listed: Vocabulary, spelled: Spelled, forms: Forms, best: np.ndarray, touched: np.ndarray
) -> int:
    """Offer the spellings that keys have found; how many words are touched by then."""
    count = 0
    for row in range(len(forms.spans)):
        span = forms.spans[row]
        numbers = spelled.alike if span[1] else spelled.equal
        for at in range(span[2], span[3]):
            count = offer(listed, forms, span[0], numbers[at], span[4], span[5], best, touched, count)
    return count


@inner(INT, VOCABULARY, FORMS, INT, INT)
def compare_beginning(listed: Vocabulary, forms: Forms, form: int, token: int) -> int:
    """How a listed spelling's beginning sorts beside a form: -1 before it, 0 the form begins it, 1 after."""
    start, length = listed.start[token], listed.length[token]
    first = form * MAX_WORD_LETTERS
    for place in range(forms.facts[form, LENGTH]):
        if place == length or listed.letters[start + place] < forms.letters[first + place]:
            return -1
        if listed.letters[start + place] > forms.letters[first + place]:
            return 1
    return 0


@inner(INT, VOCABULARY, SPELLED, FORMS, INT, I32, I32, INT)
def add_longer(
    listed: Vocabulary,
    spelled: Spelled,
    forms: Forms,
    form: int,
    best: np.ndarray,
    touched: np.ndarray,
    count: int,
) -> int:
    """Offer the listed spellings that begin with a form and go on; how many words are touched by then."""
    length = forms.facts[form, LENGTH]
    if _PREFIX_WORTH[length] == 0:
        return count
    at, last = 0, len(spelled.alphabet)
    while at < last:
        middle = (at + last) // 2
        if compare_beginning(listed, forms, form, spelled.alphabet[middle]) < 0:
            at = middle + 1
        else:
            last = middle
    while at < len(spelled.alphabet) and compare_beginning(listed, forms, form, spelled.alphabet[at]) == 0:
        token = spelled.alphabet[at]
        if listed.length[token] > length:
            count = offer(listed, forms, form, token, _PREFIX_WORTH[length], _PREFIX, best, touched, count)
        at += 1
    return count


@inner(INT, VOCABULARY, INT, INT, INT, INT, I32)
def gather_near(
    listed: Vocabulary, first: int, last: int, signature: int, most_bits: int, near: np.ndarray
) -> int:
    """The spellings first to last whose letters are near enough, into `near`; how many.

    No step of the loop depends on the one before but the count: it looks at a spelling in a nanosecond.
    """
    signatures, count = listed.signature, 0
    for token in range(first, last):
        near[count] = token
        count += count_bits(signature ^ signatures[token]) <= most_bits
    return count


@inner(INT, VOCABULARY, FORMS, INT, I32, I32, I32, INT)
def add_near(
    listed: Vocabulary,
    forms: Forms,
    form: int,
    best: np.ndarray,
    touched: np.ndarray,
    near: np.ndarray,
    count: int,
) -> int:
    """Offer every listed spelling that is a few edits away from a form; how many words are touched by then.

    Spellings of a fitting length are filtered by their letters first.
    """
    length = int(forms.facts[form, LENGTH])
    places = np.zeros(LETTERS, np.int64)
    once = twice = 0
    for place in range(length):
        letter = int(forms.letters[form * MAX_WORD_LETTERS + place])
        places[letter] |= 1 << place
        twice |= once & (1 << letter)
        once |= 1 << letter
    signature = once | twice << LETTERS
    longest = min(length + MAX_EDITS, len(listed.length_start) - 2)
    for other in range(max(length - MAX_EDITS, MIN_FUZZY_LETTERS), longest + 1):
        longer = max(other, length)
        allowed = _EDITS_ALLOWED[longer]
        if abs(other - length) > allowed:
            continue
        first, last = listed.length_start[other], listed.length_start[other + 1]
        for number in range(gather_near(listed, first, last, signature, 2 * allowed, near)):
            token = near[number]
            start = listed.start[token]
            edits = edits_between(places, length, listed.letters, start, start + other)
            if 0 < edits <= allowed and _EDIT_WORTH[edits, longer]:
                share = _EDIT_WORTH[edits, longer]
                count = offer(listed, forms, form, token, share, _EDIT, best, touched, count)
    return count


@kernel(INT, VOCABULARY, SPELLED, FORMS, I32, I32, I32)
def expand(
    listed: Vocabulary,
    spelled: Spelled,
    forms: Forms,
    best: np.ndarray,
    touched: np.ndarray,
    near: np.ndarray,
) -> int:
    """Every listed word for which one of the forms may stand.

    Args:
        listed: The spellings of the list.
        spelled: Their orders.
        forms: The traveller's, with what keys have found already.
        best: Room, all zero, a place for each listed word; gets weight and rule, packed.
        touched: Room; gets the words.
        near: Room, a place for each listed spelling and one more.

    Returns:
        How many words were touched.
    """
    count = add_known(listed, spelled, forms, best, touched)
    for form in range(len(forms.facts)):
        count = add_longer(listed, spelled, forms, form, best, touched, count)
        if forms.facts[form, LENGTH] >= MIN_FUZZY_LETTERS:
            count = add_near(listed, forms, form, best, touched, near, count)
    return count
