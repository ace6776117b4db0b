"""Machine code that screens travellers: candidates by a union of nets, and what each entry weighs."""

# ruff: noqa: PLR0917 - a kernel has no keyword arguments.

import numpy as np

from services.screening.matching import weights as w
from services.screening.matching.births import is_born_alike, relate_dates, weight_of
from services.screening.matching.compiled import I64, INT, inner, kernel
from services.screening.matching.listing import (
    ARENA_FROM,
    ARENA_TO,
    BATCH,
    COUNT,
    CUT_PLACE,
    DAY,
    FIRST,
    FOUND_ENTRY,
    FOUND_NAME,
    FOUND_TOTAL,
    FOUND_TRAVELLER,
    HIT_MOST,
    HIT_WORTH,
    INITIALS,
    JOINED_FROM,
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
    UNITS_FROM,
    UNITS_TO,
    WORDS,
    YEAR,
    Batch,
    Listing,
    Room,
)
from services.screening.matching.name_kernels import left_over, weigh_name
from services.screening.matching.names import MAX_WORDS, WHOLE
from services.screening.matching.word_kernels import RULE_BITS, count_bits

NOTHING = -1_000_000
_MONTHS, _DAYS = 16, 32
# What the pairs of words of a name that suggests an entry weigh at least: initials may add the rest.
_LEAST_PAIRS = w.NAME_BAR - w.INITIAL * w.MAX_INITIALS


@kernel(INT, INT, INT, INT)
def day_number(year: int, month: int, day: int) -> int:
    """A full date as one number."""
    return (year * _MONTHS + month) * _DAYS + day


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
            room.mark[batch.ids[at]] = 0
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


@inner(INT, BATCH, INT, INT, I64)
def pass_over(batch: Batch, first: int, last: int, is_passed: np.ndarray) -> int:
    """Mark the single words that can be passed over.

    These are the ones that give least, as long as they cannot reach the bar among themselves: a name that
    only they touch is no match.
    """
    passed_over = 0
    while True:
        least = -1
        for unit in range(first, last):
            is_open = batch.units[unit, COUNT] == 1 and not is_passed[unit - first]
            if is_open and (least < 0 or batch.units[unit, MOST] < batch.units[least, MOST]):
                least = unit
        if least < 0 or passed_over + batch.units[least, MOST] >= _LEAST_PAIRS:
            return passed_over
        passed_over += batch.units[least, MOST]
        is_passed[least - first] = 1


@inner(INT, LISTING, BATCH, ROOM, INT, INT)
def add_by_words(listing: Listing, batch: Batch, room: Room, traveller: int, count: int) -> int:
    """The nets of words and of neighbours: every name that the words together could bring to the bar.

    Of the words that are not passed over each listed word is followed that reaches the bar with what the
    others can give at most.
    """
    first, last = batch.travellers[traveller, UNITS_FROM], batch.travellers[traveller, UNITS_TO]
    most, is_passed = np.zeros(MAX_WORDS, np.int64), np.zeros(last - first, np.int64)
    every = most_by_place(batch, traveller, most)
    ids, packed, seen, candidates = batch.ids, batch.packed, room.seen, room.candidates
    posting_start, posting_name, stamp = listing.posting_start, listing.posting_name, room.stamp[0]
    pass_over(batch, first, last, is_passed)
    for unit in range(first, last):
        if is_passed[unit - first]:
            continue
        least = _LEAST_PAIRS - every
        for place in range(batch.units[unit, FIRST], batch.units[unit, FIRST] + batch.units[unit, COUNT]):
            least += most[place]
        for at in range(batch.units[unit, ARENA_FROM], batch.units[unit, ARENA_TO]):
            if packed[at] >> RULE_BITS < least:
                continue
            for row in range(posting_start[ids[at]], posting_start[ids[at] + 1]):
                candidates[count] = posting_name[row]
                count += seen[posting_name[row]] != stamp
                seen[posting_name[row]] = stamp
    for hit in range(batch.travellers[traveller, JOINED_FROM], batch.travellers[traveller, JOINED_TO]):
        least = _LEAST_PAIRS - every + most[batch.joined[hit, PLACE]]
        for row in range(batch.joined[hit, ROW_FROM], batch.joined[hit, ROW_TO]):
            if weigh_joined(listing, batch, hit, row) >= least:
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
    while at < len(listing.day_key) and listing.day_key[at] == day:
        entry = listing.day_entry[at]
        for name in range(listing.entry_start[entry], listing.entry_start[entry + 1]):
            count = add_candidate(room, name, count)
        at += 1
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


@inner(INT, LISTING, BATCH, INT, INT)
def relate_born(listing: Listing, batch: Batch, traveller: int, name: int) -> int:
    """The best relation of birth dates for a name, 0 where nothing can be compared."""
    best, year = 0, batch.travellers[traveller, YEAR]
    if year == 0:
        return 0
    entry = listing.name_entry[name]
    number = name - listing.entry_start[entry]
    for row in range(listing.birth_start[entry], listing.birth_start[entry + 1]):
        if listing.birth[row, 5] < 0 or listing.birth[row, 5] == number:
            told = relate_dates(
                year, batch.travellers[traveller, MONTH], batch.travellers[traveller, DAY],
                listing.birth[row, 0], listing.birth[row, 1], listing.birth[row, 2],
                listing.birth[row, 3], listing.birth[row, 4],
            )  # fmt: skip
            if best == 0 or weight_of(told) > weight_of(best):
                best = told
    return best


@inner(INT, LISTING, BATCH, INT, INT)
def weigh_state(listing: Listing, batch: Batch, traveller: int, entry: int) -> int:
    """What the nationality says."""
    state = batch.travellers[traveller, STATE]
    first, last = listing.state_start[entry], listing.state_start[entry + 1]
    if state == 0 or first == last:
        return 0
    weight = w.NATIONALITY_OTHER
    for row in range(first, last):
        if listing.state[row, 0] == state:
            weight = max(weight, listing.state[row, 1])
    return weight


@inner(INT, LISTING, BATCH, INT, INT)
def weigh_sex(listing: Listing, batch: Batch, traveller: int, entry: int) -> int:
    """What the sex says; X and U say nothing and are 0 on either side."""
    sent, listed = batch.travellers[traveller, SEX], listing.sex[entry]
    if sent == 0 or listed == 0:
        return 0
    return w.SEX_EQUAL if sent == listed else w.SEX_OTHER


@inner(INT, LISTING, BATCH, INT, INT)
def weigh_place(listing: Listing, batch: Batch, traveller: int, entry: int) -> int:
    """What the place of birth says: the best of the entry's."""
    state, city = batch.travellers[traveller, PLACE_STATE], batch.travellers[traveller, PLACE_CITY]
    first, last = listing.place_start[entry], listing.place_start[entry + 1]
    if (state == 0 and city == 0) or first == last:
        return 0
    best = NOTHING
    for row in range(first, last):
        listed_state, listed_city = listing.place[row, 0], listing.place[row, 1]
        is_told = state != 0 and listed_state != 0
        if is_told and state != listed_state:
            weight = w.PLACE_OTHER
        elif city != 0 and city == listed_city:
            weight = w.PLACE_CITY
        else:
            weight = w.PLACE_COUNTRY if is_told else 0
        best = max(best, weight)
    return best


@inner(INT, LISTING, BATCH, INT, INT)
def weigh_beside(listing: Listing, batch: Batch, traveller: int, entry: int) -> int:
    """Nationality, sex and place of birth together."""
    return (
        weigh_state(listing, batch, traveller, entry)
        + weigh_sex(listing, batch, traveller, entry)
        + weigh_place(listing, batch, traveller, entry)
    )


@inner(INT, LISTING, BATCH, ROOM, INT, INT, INT)
def reaching(listing: Listing, batch: Batch, room: Room, traveller: int, born_alike: int, count: int) -> int:
    """Keep the candidates that may reach their bar, by a bound at little cost; how many.

    The bound adds up the best pair of each word and takes off only what is surely left over. The arrays have
    local names: taking one out of its tuple for each name would cost more than all that is read from it.
    """
    name_start, name_word, word_length = listing.name_start, listing.name_word, listing.word_length
    mark, joined_mark, candidates = room.mark, room.joined_mark, room.candidates
    chain_next, chain_unit, chain_packed = room.chain_next, room.chain_unit, room.chain_packed
    units = batch.units
    initials = count_bits(int(batch.travellers[traveller, INITIALS]))
    initials += batch.travellers[traveller, CUT_PLACE] >= 0
    sent_words = batch.travellers[traveller, WORDS] - initials
    kept = 0
    for number in range(count):
        name = candidates[number]
        total = covered = listed_left = listed_initials = 0
        for at in range(name_start[name], name_start[name + 1]):
            link, best, words = mark[name_word[at]], 0, 0
            while link:
                best = max(best, chain_packed[link] >> RULE_BITS)
                words = max(words, units[chain_unit[link], COUNT])
                link = chain_next[link]
            total += best
            covered += words
            if words == 0:
                is_initial = word_length[name_word[at]] == 1
                listed_initials += is_initial
                listed_left += not is_initial
        sent_left = max(sent_words - covered - listed_initials, 0)
        total += w.INITIAL * (initials + listed_initials)
        total += left_over(sent_left, max(listed_left - initials, 0))
        if joined_mark[name] or total >= (w.NAME_BAR_BORN_ALIKE if number < born_alike else w.NAME_BAR):
            candidates[kept] = name
            kept += 1
    return kept


@inner(INT, LISTING, BATCH, ROOM, INT, INT, INT, INT)
def judge_candidates(
    listing: Listing, batch: Batch, room: Room, traveller: int, born_alike: int, count: int, found: int
) -> int:
    """Weigh the candidates; one row of `room.found` for each entry that a name suggests, by its best name.

    The first of the candidates, so many as are born alike, need to reach the lower bar only.
    """
    first = found
    for number in range(reaching(listing, batch, room, traveller, born_alike, count)):
        name = room.candidates[number]
        weight = weigh_name(listing, batch, room, traveller, name)
        if weight < w.NAME_BAR_BORN_ALIKE:
            continue
        told = relate_born(listing, batch, traveller, name)
        if weight < w.NAME_BAR and not (told and is_born_alike(told)):
            continue
        if told:
            weight += weight_of(told)
        entry = listing.name_entry[name]
        row = room.slot[entry] - 1
        if row < 0:
            row = found
            found += 1
            room.slot[entry] = found
            room.found[row, FOUND_TRAVELLER], room.found[row, FOUND_ENTRY] = traveller, entry
            room.found[row, FOUND_TOTAL] = NOTHING
        total, best = room.found[row, FOUND_TOTAL], room.found[row, FOUND_NAME]
        if weight > total or (weight == total and name < best):
            room.found[row, FOUND_NAME], room.found[row, FOUND_TOTAL] = name, weight
    for row in range(first, found):
        room.slot[room.found[row, FOUND_ENTRY]] = 0
    return found


@inner(INT, LISTING, BATCH, ROOM, INT, INT, INT, INT)
def screen_traveller(
    listing: Listing, batch: Batch, room: Room, traveller: int, least: int, found: int, is_exhaustive: int
) -> int:
    """One traveller: marks, candidates, weights; rows of at least so much total are added to `room.found`."""
    mark_words(batch, room, traveller)
    mark_joined(listing, batch, room, traveller)
    if is_exhaustive:
        count = len(room.candidates) - 1
        born_alike = count
        for name in range(count):
            room.candidates[name] = name
    else:
        room.stamp[0] += 1
        born_alike = add_born_alike(listing, batch, room, traveller, 0)
        count = add_by_words(listing, batch, room, traveller, born_alike)
    first = found
    last = judge_candidates(listing, batch, room, traveller, born_alike, count, found)
    for row in range(first, last):
        entry = room.found[row, FOUND_ENTRY]
        total = room.found[row, FOUND_TOTAL] + weigh_beside(listing, batch, traveller, entry)
        if total >= least:
            room.found[found, FOUND_TRAVELLER], room.found[found, FOUND_ENTRY] = traveller, entry
            room.found[found, FOUND_NAME], room.found[found, FOUND_TOTAL] = room.found[row, FOUND_NAME], total
            found += 1
    unmark(listing, batch, room, traveller)
    return found


@kernel(INT, LISTING, BATCH, ROOM, INT, INT, INT)
def screen_from(
    listing: Listing, batch: Batch, room: Room, traveller: int, least: int, is_exhaustive: int
) -> int:
    """Screen travellers from one on, while `room.found` has a row for every entry that is left.

    Returns:
        The first traveller that is not screened yet; `room.facts[0]` is how many rows were found.
    """
    found = 0
    entries = len(listing.entry_start) - 1
    while traveller < len(batch.travellers) and found + entries <= len(room.found):
        found = screen_traveller(listing, batch, room, traveller, least, found, is_exhaustive)
        traveller += 1
    room.facts[0] = found
    return traveller
