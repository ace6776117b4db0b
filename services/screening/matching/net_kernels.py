"""Machine code that finds candidates: the words of a traveller marked on the list, and a union of nets.

A name is a candidate when its words, or its birth date with some of them, could bring it to its bar, and
everything that could be said of its entry to the least total that is asked for. The bounds are safe.
"""

# ruff: noqa: PLR0917 - a kernel has no keyword arguments.

import numpy as np

from services.screening.matching import weights as w
from services.screening.matching.beside_kernels import (
    ANY_DAY,
    MONTH_DAY,
    NO_DAY,
    YEAR_BITS,
    day_number,
    day_of_traveller,
    is_slip_enough,
    most_beside,
    relate_born,
    years_apart,
)
from services.screening.matching.births import weight_of
from services.screening.matching.compiled import FIXED_I8, I32, I64, INT, inner, kernel
from services.screening.matching.crowd import RULE_BITS
from services.screening.matching.listing import (
    ARENA_FROM,
    ARENA_TO,
    BATCH,
    COUNT,
    COVER_BITS,
    CUT_PLACE,
    DAY,
    FIRST,
    FIRST_WORDS,
    HIT_MOST,
    HIT_WORTH,
    INITIALS,
    JOINED_FROM,
    JOINED_TO,
    LISTING,
    MONTH,
    MOST,
    NO_WORD,
    PLACE,
    ROOM,
    ROW_FROM,
    ROW_TO,
    UNITS_FROM,
    UNITS_TO,
    WORDS,
    YEAR,
    Batch,
    Listing,
    Room,
)
from services.screening.matching.name_kernels import left_over, limited
from services.screening.matching.names import MAX_WORDS, WHOLE
from services.screening.matching.rarity import MAX_WORD_WEIGHT
from services.screening.matching.word_kernels import count_bits

_COVER = NO_WORD - 1
_PART = 8
_ONE_PART = (1 << _PART) - 1
_MOST_PAIRS = MAX_WORDS * MAX_WORD_WEIGHT
_MOST_INITIALS = w.INITIAL * w.MAX_INITIALS
# What the pairs of words of a name that suggests an entry weigh at least: initials may add the rest.
_LEAST_PAIRS = w.NAME_BAR - _MOST_INITIALS


@kernel(INT, BATCH, ROOM, INT)
def mark_words(batch: Batch, room: Room, traveller: int) -> int:
    """Note for every listed word which of the traveller's units may stand for it."""
    link = 0
    for unit in range(batch.travellers[traveller, UNITS_FROM], batch.travellers[traveller, UNITS_TO]):
        for at in range(batch.units[unit, ARENA_FROM], batch.units[unit, ARENA_TO]):
            word = batch.ids[at]
            link += 1
            room.chain_next[link] = room.mark[word]
            room.chain_unit[link] = unit
            room.chain_packed[link] = batch.packed[at]
            room.mark[word] = link
            before, weight = int(room.strongest[word]), int(batch.packed[at]) >> RULE_BITS
            covered = max(before & _COVER, int(batch.units[unit, COUNT]))
            room.strongest[word] = max(before >> COVER_BITS, weight) << COVER_BITS | covered
    return link


@inner(INT, LISTING, BATCH, INT, INT)
def weigh_joined(listing: Listing, batch: Batch, hit: int, row: int) -> int:
    """What a word of the traveller gives for neighbours of the list."""
    rarer = min(int(listing.joined_weight[row]), int(batch.joined[hit, HIT_MOST]))
    return rarer * int(batch.joined[hit, HIT_WORTH]) // WHOLE


@kernel(INT, LISTING, BATCH, ROOM, INT)
def mark_joined(listing: Listing, batch: Batch, room: Room, traveller: int) -> int:
    """Note for every name which of the traveller's words stand for neighbours in it."""
    link = 0
    for hit in range(batch.travellers[traveller, JOINED_FROM], batch.travellers[traveller, JOINED_TO]):
        for row in range(batch.joined[hit, ROW_FROM], batch.joined[hit, ROW_TO]):
            name = listing.joined_name[row]
            link += 1
            room.joined_next[link] = room.joined_mark[name]
            room.joined_place[link] = batch.joined[hit, PLACE]
            room.joined_row[link] = row
            room.joined_weight[link] = weigh_joined(listing, batch, hit, row)
            room.joined_mark[name] = link
    return link


@kernel(INT, LISTING, BATCH, ROOM, INT)
def unmark(listing: Listing, batch: Batch, room: Room, traveller: int) -> int:
    """Take the marks off again."""
    for unit in range(batch.travellers[traveller, UNITS_FROM], batch.travellers[traveller, UNITS_TO]):
        for at in range(batch.units[unit, ARENA_FROM], batch.units[unit, ARENA_TO]):
            room.mark[batch.ids[at]] = room.strongest[batch.ids[at]] = 0
    for hit in range(batch.travellers[traveller, JOINED_FROM], batch.travellers[traveller, JOINED_TO]):
        for row in range(batch.joined[hit, ROW_FROM], batch.joined[hit, ROW_TO]):
            room.joined_mark[listing.joined_name[row]] = 0
    return 0


@inner(INT, ROOM, INT, INT)
def add_candidate(room: Room, name: int, count: int) -> int:
    """Add a name to the candidates once; how many there are."""
    if room.seen[name] != room.stamp[0]:
        room.seen[name] = room.stamp[0]
        room.candidates[count] = name
        count += 1
    return count


@inner(INT, BATCH, INT, I64)
def most_by_place(batch: Batch, traveller: int, most: np.ndarray) -> int:
    """The most that each of the traveller's words can give, alone or with the next; the sum of all."""
    for unit in range(batch.travellers[traveller, UNITS_FROM], batch.travellers[traveller, UNITS_TO]):
        place = batch.units[unit, FIRST]
        most[place] = max(most[place], batch.units[unit, MOST])
    for hit in range(batch.travellers[traveller, JOINED_FROM], batch.travellers[traveller, JOINED_TO]):
        place = batch.joined[hit, PLACE]
        most[place] = max(most[place], batch.joined[hit, HIT_MOST] * batch.joined[hit, HIT_WORTH] // WHOLE)
    every = 0
    for place in range(MAX_WORDS):
        every += int(most[place])
    return every


@kernel(INT, INT)
def least_pairs(need: int) -> int:
    """The least that the pairs of words weigh of a name that gives so much; initials may add the rest."""
    low, high = 0, _MOST_PAIRS
    while low < high:
        middle = (low + high) // 2
        if limited(middle) < need:
            low = middle + 1
        else:
            high = middle
    return low - _MOST_INITIALS


@inner(INT, BATCH, INT, INT, INT, I64)
def pass_over(batch: Batch, first: int, last: int, bar: int, is_passed: np.ndarray) -> int:
    """Mark the single words that can be passed over.

    These are the ones that give least, as long as they cannot reach the bar among themselves: a name that
    only they touch is below it.
    """
    passed_over = 0
    while True:
        least = -1
        for unit in range(first, last):
            is_open = batch.units[unit, COUNT] == 1 and not is_passed[unit - first]
            if is_open and (least < 0 or batch.units[unit, MOST] < batch.units[least, MOST]):
                least = unit
        if least < 0 or passed_over + batch.units[least, MOST] >= bar:
            return passed_over
        passed_over += batch.units[least, MOST]
        is_passed[least - first] = 1


@inner(INT, LISTING, ROOM, INT, INT, INT, INT)
def add_posted(listing: Listing, room: Room, word: int, sent_day: int, need: int, count: int) -> int:
    """Add the names of a listed word whose birth date can give what is needed; how many there are.

    The dates stand beside the names in the order in which they are read: whoever is of another age costs one
    step and no look at the name.
    """
    posting_name, posting_born = listing.posting_name, listing.posting_born
    seen, candidates, stamp = room.seen, room.candidates, room.stamp[0]
    years, is_slip, is_none = years_apart(sent_day, need), is_slip_enough(sent_day, need), need <= 0
    year, month_day = sent_day >> YEAR_BITS, sent_day & MONTH_DAY
    fitting = count
    for row in range(listing.posting_start[word], listing.posting_start[word + 1]):
        born = int(posting_born[row])
        candidates[fitting] = posting_name[row]
        # Each is looked at without a branch: which of them fit cannot be foreseen.
        is_near = abs((born >> YEAR_BITS) - year) <= years
        has_slipped = (is_slip != 0) & ((born & MONTH_DAY) == month_day)
        fitting += is_near | has_slipped | (born == ANY_DAY) | ((born == NO_DAY) & is_none)
    for number in range(count, fitting):
        name = candidates[number]
        candidates[count] = name
        count += seen[name] != stamp
        seen[name] = stamp
    return count


@inner(INT, LISTING, BATCH, ROOM, INT, INT, INT)
def add_by_words(listing: Listing, batch: Batch, room: Room, traveller: int, least: int, count: int) -> int:
    """The nets of words and of neighbours: every name that the words together could bring to the bar.

    Of the words that are not passed over each listed word is followed that reaches the bar with what the
    others can give at most; of its names those that can reach the least total. Names for which the birth
    date does not speak have to say more: words that cannot say it among themselves are followed only to
    names for which it does.
    """
    first, last = batch.travellers[traveller, UNITS_FROM], batch.travellers[traveller, UNITS_TO]
    most, is_passed, is_weak = room.most, room.is_passed, room.is_weak
    most[:], is_passed[:], is_weak[:] = 0, 0, 0
    every = most_by_place(batch, traveller, most)
    sent_day = day_of_traveller(batch, traveller)
    least_name = least - most_beside(batch, traveller)
    pass_over(batch, first, last, _LEAST_PAIRS, is_passed)
    pass_over(batch, first, last, max(least_pairs(least_name), _LEAST_PAIRS), is_weak)
    for unit in range(first, last):
        if is_passed[unit - first]:
            continue
        others = every
        for place in range(batch.units[unit, FIRST], batch.units[unit, FIRST] + batch.units[unit, COUNT]):
            others -= most[place]
        for at in range(batch.units[unit, ARENA_FROM], batch.units[unit, ARENA_TO]):
            pairs = others + (batch.packed[at] >> RULE_BITS)
            if pairs >= _LEAST_PAIRS:
                need = least_name - limited(pairs + _MOST_INITIALS)
                need = max(need, 1) if is_weak[unit - first] else need
                count = add_posted(listing, room, batch.ids[at], sent_day, need, count)
    for hit in range(batch.travellers[traveller, JOINED_FROM], batch.travellers[traveller, JOINED_TO]):
        least_pair = _LEAST_PAIRS - every + most[batch.joined[hit, PLACE]]
        for row in range(batch.joined[hit, ROW_FROM], batch.joined[hit, ROW_TO]):
            if weigh_joined(listing, batch, hit, row) >= least_pair:
                count = add_candidate(room, listing.joined_name[row], count)
    return count


@inner(INT, LISTING, ROOM, INT, INT)
def add_born_on(listing: Listing, room: Room, day: int, count: int) -> int:
    """Add every name of the entries with a birth date."""
    at, last = 0, len(listing.day_key)
    while at < last:
        middle = (at + last) // 2
        if listing.day_key[middle] < day:
            at = middle + 1
        else:
            last = middle
    if at < len(listing.day_key) and listing.day_key[at] == day:
        for row in range(listing.day_start[at], listing.day_start[at + 1]):
            count = add_candidate(room, listing.day_name[row], count)
    return count


@inner(INT, LISTING, BATCH, ROOM, INT, INT)
def add_born_alike(listing: Listing, batch: Batch, room: Room, traveller: int, count: int) -> int:
    """The net of birth dates: equal, or with day and month exchanged."""
    month, day = batch.travellers[traveller, MONTH], batch.travellers[traveller, DAY]
    if day == 0 or (day == 1 and month == 1):
        return count
    year = batch.travellers[traveller, YEAR]
    count = add_born_on(listing, room, day_number(year, month, day), count)
    return add_born_on(listing, room, day_number(year, day, month), count)


@inner(INT, I32, FIXED_I8, INT)
def told_of_word(strongest: np.ndarray, word_length: np.ndarray, word: int) -> int:
    """What a word of a name can add, in parts of one number, so that words can be added up.

    From the first bits to the last: weight, how many of the traveller's words it may be, whether it is left
    over, whether it is a letter left over.
    """
    found, is_initial = int(strongest[word]), word_length[word] == 1
    is_left = found == 0
    covered = found & _COVER
    return (
        found >> COVER_BITS << 3 * _PART
        | covered << 2 * _PART
        | int(is_left and not is_initial) << _PART
        | int(is_left and is_initial)
    )


@inner(INT, LISTING, BATCH, ROOM, INT, INT, INT, INT)
def reaching(
    listing: Listing, batch: Batch, room: Room, traveller: int, least: int, born_alike: int, count: int
) -> int:
    """Keep the candidates that may reach their bar and the least total, by bounds at little cost; how many.

    The first of the candidates, so many as are born alike, need to reach the lower bar only.

    The bound adds up the best pair of each word and takes off only what is surely left over. The arrays have
    local names: taking one out of its tuple for each name would cost more than all that is read from it.
    """
    name_first, word_length = listing.name_first, listing.word_length
    strongest, joined_mark, candidates = room.strongest, room.joined_mark, room.candidates
    initials = count_bits(int(batch.travellers[traveller, INITIALS]))
    initials += batch.travellers[traveller, CUT_PLACE] >= 0
    sent_words = batch.travellers[traveller, WORDS] - initials
    has_joined = batch.travellers[traveller, JOINED_FROM] < batch.travellers[traveller, JOINED_TO]
    least_name = least - most_beside(batch, traveller)
    kept = 0
    for number in range(count):
        name = candidates[number]
        told = 0
        for place in range(FIRST_WORDS - 1):
            told += told_of_word(strongest, word_length, name_first[name, place])
        word = name_first[name, FIRST_WORDS - 1]
        told += told_of_word(strongest, word_length, -1 - word if word < 0 else word)
        if word < 0:
            for at in range(listing.name_start[name] + FIRST_WORDS, listing.name_start[name + 1]):
                told += told_of_word(strongest, word_length, listing.name_word[at])
        total, covered = told >> 3 * _PART, told >> 2 * _PART & _ONE_PART
        listed_left, listed_initials = told >> _PART & _ONE_PART, told & _ONE_PART
        sent_left = max(sent_words - covered - listed_initials, 0)
        total += w.INITIAL * (initials + listed_initials)
        total += left_over(sent_left, max(listed_left - initials, 0))
        if not (has_joined and joined_mark[name]):
            if total < (w.NAME_BAR_BORN_ALIKE if number < born_alike else w.NAME_BAR):
                continue
            born = relate_born(listing, batch, traveller, name)
            if limited(total) + (weight_of(born) if born else 0) < least_name:
                continue
        candidates[kept] = name
        kept += 1
    return kept
