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
    SPAN,
    TABLE,
    inner,
    kernel,
    record_of,
)
from services.screening.matching.compounds import ARTICLE_LETTERS, MIN_BARE_LETTERS
from services.screening.matching.crowd import MAX_WEIGHT, RULE_BITS, limited_by_crowd
from services.screening.matching.names import MAX_WORD_LETTERS, WHOLE
from services.screening.matching.tokens import (
    MAX_EDITS,
    MIN_FUZZY_LETTERS,
    TWO_NAMES_WORTH,
    Rule,
    edit_worth,
    edits_allowed,
    prefix_worth,
)
from services.screening.matching.vocabulary import Vocabulary, letter_numbers, place_of
from services.screening.matching.weights import MIN_PAIR

LETTERS = 27
_RULES = (1 << RULE_BITS) - 1
_LENGTHS = MAX_WORD_LETTERS + MAX_EDITS + 1
# By the length of the longer word; tables, because a kernel calls no Python.
_EDITS_ALLOWED = np.array([edits_allowed(length) for length in range(_LENGTHS)], np.int64)
_EDIT_WORTH = np.array(
    [[edit_worth(edits, length) for length in range(_LENGTHS)] for edits in range(MAX_EDITS + 1)], np.int64
)
_PREFIX_WORTH = np.array([prefix_worth(length) for length in range(MAX_WORD_LETTERS + 1)], np.int64)
_A, _E, _U, _L = letter_numbers("aeul")
_EQUAL, _DICTIONARY, _EDIT, _PREFIX = map(int, (Rule.EQUAL, Rule.DICTIONARY, Rule.EDIT, Rule.PREFIX))

VOCABULARY = record_of(
    Vocabulary, FIXED_I32, FIXED_U8, FIXED_U8, FIXED_I64, FIXED_I16, FIXED_I32, FIXED_I32, FIXED_I32,
    FIXED_I8, FIXED_I32, FIXED_I32,
)  # fmt: skip


class Spelled(NamedTuple):
    """Where the numbers of spellings stand: under hashes of their letters, under keys by which they meet
    (both as `KeyedRows` has them), in alphabet.
    """

    equal_hashes: np.ndarray[tuple[int], np.dtype[np.int64]]
    equal_starts: np.ndarray[tuple[int], np.dtype[np.int32]]
    equal: np.ndarray[tuple[int], np.dtype[np.int32]]
    alike_hashes: np.ndarray[tuple[int], np.dtype[np.int64]]
    alike_starts: np.ndarray[tuple[int], np.dtype[np.int32]]
    alike: np.ndarray[tuple[int], np.dtype[np.int32]]
    alphabet: np.ndarray[tuple[int], np.dtype[np.int32]]


class Forms(NamedTuple):
    """The spellings of one word of a traveller.

    letters: 1 to 26, `MAX_WORD_LETTERS` places for each. facts: rows of length, worth, weight, and where in
    known the everyday names begin and end that it is. hashes: of the keys under which they may be listed.
    keys: for each its form, whether spellings are found alike (or equal), share, rule.
    """

    letters: np.ndarray[tuple[int], np.dtype[np.uint8]]
    facts: np.ndarray[tuple[int, int], np.dtype[np.int32]]
    hashes: np.ndarray[tuple[int], np.dtype[np.int64]]
    keys: np.ndarray[tuple[int, int], np.dtype[np.int32]]
    known: np.ndarray[tuple[int], np.dtype[np.int32]]


class Work(NamedTuple):
    """Room in which a word is expanded.

    best: for each listed word the weight and rule that it gets, packed; all zero between words. touched: the
    listed words that were met. near: a place for each listed spelling and one more. names_at: by weight, how
    many names of the list have a partner that gives at least so much.
    """

    best: np.ndarray[tuple[int], np.dtype[np.int32]]
    touched: np.ndarray[tuple[int], np.dtype[np.int32]]
    near: np.ndarray[tuple[int], np.dtype[np.int32]]
    names_at: np.ndarray[tuple[int], np.dtype[np.int64]]
    places: np.ndarray[tuple[int], np.dtype[np.int64]]


def work_for(words: int, spellings: int) -> Work:
    """Room for a list of so many words and spellings."""
    return Work(
        np.zeros(words, np.int32),
        np.zeros(words + 1, np.int32),
        np.zeros(spellings + 1, np.int32),
        np.zeros(MAX_WEIGHT + 1, np.int64),
        np.zeros(LETTERS, np.int64),
    )


LENGTH, WORTH, WEIGHT, KNOWN_FROM, KNOWN_TO = range(5)
SPELLED = record_of(Spelled, FIXED_I64, FIXED_I32, FIXED_I32, FIXED_I64, FIXED_I32, FIXED_I32, FIXED_I32)
FORMS = record_of(Forms, FIXED_U8, TABLE, I64, TABLE, I32)
WORK = record_of(Work, I32, I32, I32, I64, I64)


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


@inner(INT, VOCABULARY, FORMS, INT, INT, INT)
def is_another_name(listed: Vocabulary, forms: Forms, form: int, token: int, rule: int) -> int:
    """Whether a form and a listed spelling are two everyday names, as `tokens.are_two_names` defines it."""
    begin, end = forms.facts[form, KNOWN_FROM], forms.facts[form, KNOWN_TO]
    first, last = listed.known_start[token], listed.known_start[token + 1]
    if rule in (_EQUAL, _DICTIONARY) or begin == end or first == last:
        return 0
    if rule not in (_EDIT, _PREFIX) and (forms.known[begin] < 0 or listed.known[first] < 0):
        return 0
    for one in range(begin, end):
        for other in range(first, last):
            if forms.known[one] == listed.known[other]:
                return 0
    return 1


@inner(INT, VOCABULARY, FORMS, WORK, INT, INT, INT, INT, INT)
def offer(
    listed: Vocabulary, forms: Forms, work: Work, form: int, token: int, share: int, rule: int, count: int
) -> int:
    """Note what one listed spelling gives to the words that have it; how many words are touched by then."""
    weight = int(min(forms.facts[form, WEIGHT], int(listed.weight[token])))
    if share > TWO_NAMES_WORTH and is_another_name(listed, forms, form, token, rule):
        share = TWO_NAMES_WORTH
    pair = weight * share * int(forms.facts[form, WORTH]) // (WHOLE * WHOLE)
    for at in range(listed.word_start[token], listed.word_start[token + 1]):
        given = pair * int(listed.word_worth[at]) // WHOLE
        if given < MIN_PAIR:
            continue
        word = listed.word[at]
        packed = given << RULE_BITS | (_RULES - rule)
        if work.best[word] == 0:
            work.touched[count] = word
            count += 1
        work.best[word] = max(work.best[word], packed)
    return count


@inner(INT, VOCABULARY, SPELLED, FORMS, WORK)
def add_known(listed: Vocabulary, spelled: Spelled, forms: Forms, work: Work) -> int:
    """Offer the spellings that stand under the keys; how many words are touched by then."""
    count = 0
    for row in range(len(forms.hashes)):
        key = forms.keys[row]
        is_alike = key[1]
        hashes = spelled.alike_hashes if is_alike else spelled.equal_hashes
        starts = spelled.alike_starts if is_alike else spelled.equal_starts
        numbers = spelled.alike if is_alike else spelled.equal
        place = place_of(hashes, forms.hashes[row])
        if place < 0:
            continue
        for at in range(starts[place], starts[place + 1]):
            count = offer(listed, forms, work, key[0], numbers[at], key[2], key[3], count)
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


@inner(INT, VOCABULARY, SPELLED, FORMS, WORK, INT, INT)
def add_longer(listed: Vocabulary, spelled: Spelled, forms: Forms, work: Work, form: int, count: int) -> int:
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
            count = offer(listed, forms, work, form, token, _PREFIX_WORTH[length], _PREFIX, count)
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


@inner(INT, FIXED_U8, INT, INT)
def count_article(letters: np.ndarray, first: int, length: int) -> int:
    """How many letters of a word are a glued article, as `compounds.without_long_article` takes them off."""
    if length < ARTICLE_LETTERS + MIN_BARE_LETTERS or letters[first + 1] != _L:
        return 0
    return ARTICLE_LETTERS if letters[first] in (_A, _E, _U) else 0


@inner(INT, VOCABULARY, FORMS, WORK, INT, INT)
def add_near(listed: Vocabulary, forms: Forms, work: Work, form: int, count: int) -> int:
    """Offer every listed spelling that is a few edits away from a form; how many words are touched by then.

    Spellings of a fitting length are filtered by their letters first. An article that both have does not
    count among the letters of which so many are equal.
    """
    length = int(forms.facts[form, LENGTH])
    places = work.places
    places[:] = 0
    once = twice = 0
    for place in range(length):
        letter = int(forms.letters[form * MAX_WORD_LETTERS + place])
        places[letter] |= 1 << place
        twice |= once & (1 << letter)
        once |= 1 << letter
    signature = once | twice << LETTERS
    article = count_article(forms.letters, form * MAX_WORD_LETTERS, length)
    longest = min(length + MAX_EDITS, len(listed.length_start) - 2)
    for other in range(max(length - MAX_EDITS, MIN_FUZZY_LETTERS), longest + 1):
        longer = max(other, length)
        allowed = _EDITS_ALLOWED[longer]
        if abs(other - length) > allowed:
            continue
        first, last = listed.length_start[other], listed.length_start[other + 1]
        # An edit changes the letters of a word by two at most, one that adds or drops a letter by one.
        most_bits = 2 * allowed - abs(other - length)
        for number in range(gather_near(listed, first, last, signature, most_bits, work.near)):
            token = work.near[number]
            start = listed.start[token]
            edits = edits_between(places, length, listed.letters, start, start + other)
            if edits == 0 or edits > allowed:
                continue
            compared = longer - min(article, count_article(listed.letters, start, other))
            count = offer(listed, forms, work, form, token, _EDIT_WORTH[edits, compared], _EDIT, count)
    return count


@inner(INT, I32, INT)
def put_in_order(numbers: np.ndarray, count: int) -> int:
    """Sort the first numbers in their place, by Shell's sort with Knuth's gaps; how many they are."""
    gap = 1
    while gap < count:
        gap = 3 * gap + 1
    while gap:
        for at in range(gap, count):
            number, place = numbers[at], at
            while place >= gap and numbers[place - gap] > number:
                numbers[place] = numbers[place - gap]
                place -= gap
            numbers[place] = number
        gap //= 3
    return count


@inner(INT, VOCABULARY, SPELLED, FORMS, WORK)
def find_words(listed: Vocabulary, spelled: Spelled, forms: Forms, work: Work) -> int:
    """Every listed word for which one of the forms may stand, ascending, into `work`; how many."""
    count = add_known(listed, spelled, forms, work)
    for form in range(len(forms.facts)):
        count = add_longer(listed, spelled, forms, work, form, count)
        if forms.facts[form, LENGTH] >= MIN_FUZZY_LETTERS:
            count = add_near(listed, forms, work, form, count)
    return put_in_order(work.touched, count)


@inner(INT, WORK, FIXED_I32, INT)
def count_crowd(work: Work, posting_start: np.ndarray, count: int) -> int:
    """Count the names that have the words found, by what these give at least, into `work.names_at`."""
    names_at, most = work.names_at, 0
    names_at[:] = 0
    for at in range(count):
        word = work.touched[at]
        given = int(work.best[word]) >> RULE_BITS
        names_at[given] += posting_start[word + 1] - posting_start[word]
        most = max(most, given)
    for given in range(most - 1, -1, -1):
        names_at[given] += names_at[given + 1]
    return most


@inner(INT, WORK, INT)
def forget_words(work: Work, count: int) -> int:
    """Make the room ready for the next word."""
    for at in range(count):
        work.best[work.touched[at]] = 0
    return 0


@kernel(INT, VOCABULARY, SPELLED, FORMS, WORK, FIXED_I32)
def expand_crowd(
    listed: Vocabulary, spelled: Spelled, forms: Forms, work: Work, posting_start: np.ndarray
) -> int:
    """Count a word's crowd on a list into `work.names_at`; how many listed words it may stand for."""
    count = find_words(listed, spelled, forms, work)
    count_crowd(work, posting_start, count)
    forget_words(work, count)
    return count


@kernel(SPAN, VOCABULARY, SPELLED, FORMS, WORK, FIXED_I32, I64, INT, INT, I32, I32, INT)
def expand(
    listed: Vocabulary,
    spelled: Spelled,
    forms: Forms,
    work: Work,
    posting_start: np.ndarray,
    names_at: np.ndarray,
    is_crowd: int,
    every_name: int,
    ids: np.ndarray,
    packed: np.ndarray,
    first: int,
) -> tuple[int, int]:
    """Every listed word for which one of the forms may stand, with what it gives.

    Args:
        listed: The spellings of the list.
        spelled: Their orders.
        forms: The traveller's.
        work: Room.
        posting_start: Tells how many names each listed word is in.
        names_at: The crowd of the whole list, where this one is its overlay.
        is_crowd: Whether this list is the whole one, whose crowd is counted here.
        every_name: How many names the whole list has, as `Crowd` says it.
        ids: Gets the words, ascending, from `first` on; there is room for all.
        packed: Gets weight and rule of each.
        first: Where free places begin.

    Returns:
        Where free places begin now, and the greatest weight.
    """
    count = find_words(listed, spelled, forms, work)
    if is_crowd:
        count_crowd(work, posting_start, count)
    most = 0
    for at in range(count):
        word = work.touched[at]
        found = int(work.best[word])
        given = limited_by_crowd(found >> RULE_BITS, names_at, every_name)
        ids[first + at] = word
        packed[first + at] = given << RULE_BITS | (found & _RULES)
        most = max(most, given)
    forget_words(work, count)
    return first + count, most
