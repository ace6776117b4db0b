"""Machine code that screens travellers: candidates are found, names and what stands beside them weighed."""

# ruff: noqa: PLR0917 - a kernel has no keyword arguments.

from services.screening.matching import weights as w
from services.screening.matching.beside_kernels import NOTHING, relate_born, weigh_beside
from services.screening.matching.births import is_born_alike, weight_of
from services.screening.matching.compiled import INT, inner, kernel
from services.screening.matching.listing import (
    BATCH,
    FOUND_ENTRY,
    FOUND_NAME,
    FOUND_TOTAL,
    FOUND_TRAVELLER,
    LISTING,
    ROOM,
    SHARED,
    Batch,
    Listing,
    Room,
)
from services.screening.matching.name_kernels import weigh_name
from services.screening.matching.net_kernels import (
    add_born_alike,
    add_by_words,
    mark_joined,
    mark_words,
    reaching,
    unmark,
)


@inner(INT, LISTING, BATCH, ROOM, INT, INT, INT, INT)
def judge_candidates(
    listing: Listing, batch: Batch, room: Room, traveller: int, shared: int, count: int, found: int
) -> int:
    """Weigh the candidates; one row of `room.found` for each entry that a name suggests, by its best name."""
    first = found
    for number in range(count):
        name = room.candidates[number]
        weight = weigh_name(listing, batch, room, traveller, name)
        if weight < w.NAME_BAR_BORN_ALIKE:
            continue
        told = relate_born(listing, batch, traveller, name)
        if weight < w.NAME_BAR and not (told and is_born_alike(told)):
            continue
        if not told and weight + shared < w.NAME_BAR_UNDATED:
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
    shared = int(batch.travellers[traveller, SHARED])
    least -= shared
    mark_words(batch, room, traveller)
    mark_joined(listing, batch, room, traveller)
    if is_exhaustive:
        count = len(room.seen)
        for name in range(count):
            room.candidates[name] = name
    else:
        room.stamp[0] += 1
        born_alike = add_born_alike(listing, batch, room, traveller, 0)
        count = add_by_words(listing, batch, room, traveller, least, born_alike)
        count = reaching(listing, batch, room, traveller, least, born_alike, count)
    first = found
    last = judge_candidates(listing, batch, room, traveller, shared, count, found)
    for row in range(first, last):
        entry = room.found[row, FOUND_ENTRY]
        total = room.found[row, FOUND_TOTAL] + weigh_beside(listing, batch, traveller, entry)
        if total >= least:
            room.found[found, FOUND_TRAVELLER], room.found[found, FOUND_ENTRY] = traveller, entry
            room.found[found, FOUND_NAME] = room.found[row, FOUND_NAME]
            room.found[found, FOUND_TOTAL] = total + shared
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
