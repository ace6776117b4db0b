"""Machine code that weighs what an entry says beside its name, and bounds what it could say."""

import numpy as np

from services.screening.matching import weights as w
from services.screening.matching.births import EXACT, relate_dates, weight_of
from services.screening.matching.compiled import INT, inner, kernel
from services.screening.matching.listing import (
    BATCH,
    DAY,
    LISTING,
    MONTH,
    PLACE_CITY,
    PLACE_STATE,
    SEX,
    STATE,
    YEAR,
    Batch,
    Listing,
)

NOTHING = -1_000_000
MONTH_BITS, YEAR_BITS = 5, 9
MONTH_DAY = (1 << YEAR_BITS) - 1
"""The part of a day's number that says month and day."""
_DAY = (1 << MONTH_BITS) - 1
ANY_DAY, NO_DAY = 0, 1
"""Instead of a day's number: dates that one number cannot say, and no date at all."""


def _most_by_years() -> np.ndarray:
    """The most that dates so many years apart can give, unless month and day are equal; never rising."""
    last = w.BIRTH_APART_YEARS[-1]
    most = [w.BIRTH_EQUAL, w.BIRTH_ONE_YEAR]
    for years in range(len(most), last + 1):
        step = next(step for step, within in enumerate(w.BIRTH_APART_YEARS) if years <= within)
        most.append(max(w.BIRTH_APART[step], w.BIRTH_YEAR_DIGIT))
    most.append(w.BIRTH_APART[-1])
    return np.array([max(most[years:]) for years in range(len(most))], np.int64)


_MOST_BY_YEARS = _most_by_years()
_ANY_YEARS = 1 << 20


@kernel(INT, INT, INT, INT)
def day_number(year: int, month: int, day: int) -> int:
    """A date as one number; 0 is an unknown part."""
    return year << YEAR_BITS | month << MONTH_BITS | day


@inner(INT, BATCH, INT)
def day_of_traveller(batch: Batch, traveller: int) -> int:
    """The traveller's birth date as one number, `NO_DAY` where none was sent."""
    year, month = int(batch.travellers[traveller, YEAR]), int(batch.travellers[traveller, MONTH])
    return day_number(year, month, int(batch.travellers[traveller, DAY])) if year else NO_DAY


@kernel(INT, INT, INT)
def years_apart(sent_day: int, need: int) -> int:
    """How many years apart dates may be that can still give so much; -1 where not even equal ones do."""
    if sent_day == NO_DAY:
        return _ANY_YEARS if need <= 0 else -1
    if need <= _MOST_BY_YEARS[-1]:
        return _ANY_YEARS
    years = -1
    while _MOST_BY_YEARS[years + 1] >= need:
        years += 1
    return years


@kernel(INT, INT, INT)
def is_slip_enough(sent_day: int, need: int) -> int:
    """Whether equal month and day can give so much, however far apart the years: a digit may have slipped."""
    return 1 if sent_day != NO_DAY and need <= w.BIRTH_ONE_DIGIT else 0


@inner(INT, LISTING, BATCH, INT, INT)
def relate_born(listing: Listing, batch: Batch, traveller: int, name: int) -> int:
    """The best relation of birth dates for a name, 0 where nothing can be compared."""
    best, year, born = 0, batch.travellers[traveller, YEAR], int(listing.name_born[name])
    if year == 0 or born == NO_DAY:
        return 0
    if born != ANY_DAY:
        return relate_dates(
            year, batch.travellers[traveller, MONTH], batch.travellers[traveller, DAY],
            EXACT, born >> YEAR_BITS, (born & MONTH_DAY) >> MONTH_BITS, born & _DAY, 0,
        )  # fmt: skip
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


@inner(INT, BATCH, INT)
def most_beside(batch: Batch, traveller: int) -> int:
    """The most that nationality, sex and place of birth can say together."""
    row = batch.travellers[traveller]
    most = 0
    if row[STATE]:
        most += w.NATIONALITY_EQUAL
    if row[SEX]:
        most += w.SEX_EQUAL
    if row[PLACE_STATE] or row[PLACE_CITY]:
        most += w.PLACE_CITY
    return most
