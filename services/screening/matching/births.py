"""How two birth dates stand to each other, and what that says. Every relation has its own weight."""

# ruff: noqa: PLR0917 - a kernel has no keyword arguments.

from enum import IntEnum

import numpy as np

from services.screening.matching import weights as w
from services.screening.matching.compiled import BOOL, INT, inner, kernel
from services.screening.watchlist.entry import BirthDate, BirthDateKind
from shared.travel import PartialDate

Relation = tuple[str, int]
"""A stable word and its weight in hundredths of a bit."""

EXACT, APPROXIMATE, BETWEEN = 0, 1, 2
NONE = -1
_WEIGHT_OFFSET = 32_768
_RELATION_BITS = 8


class BirthRelation(IntEnum):
    """Every way in which two birth dates stand to each other; docs/matching.md has an example of each."""

    EQUAL = 0
    EQUAL_DUMMY = 1
    SWAPPED = 2
    MONTH_EQUAL = 3
    ONE_DIGIT = 4
    ONE_YEAR = 5
    YEAR_EQUAL = 6
    DUMMY = 7
    NEAR = 8
    BETWEEN = 9
    SAME_YEAR = 10
    APART = 11
    YEAR_DIGIT = 12


# Global integers become constants of the machine code.
(
    _EQUAL, _EQUAL_DUMMY, _SWAPPED, _MONTH_EQUAL, _ONE_DIGIT, _ONE_YEAR, _YEAR_EQUAL, _DUMMY, _NEAR, _BETWEEN,
    _SAME_YEAR, _APART, _YEAR_DIGIT,
) = (int(relation) for relation in BirthRelation)  # fmt: skip
_APPROXIMATE_WEIGHTS = np.array(w.BIRTH_APPROXIMATE, np.int64)
_APART_YEARS = np.array(w.BIRTH_APART_YEARS, np.int64)
_APART_WEIGHTS = np.array(w.BIRTH_APART, np.int64)


@inner(INT, INT, INT)
def _told(relation: int, weight: int) -> int:
    """A relation and its weight as one number: the greater the weight, the greater the number."""
    return (weight + _WEIGHT_OFFSET) << _RELATION_BITS | relation


@inner(INT, INT)
def _apart(years: int) -> int:
    for step in range(len(_APART_YEARS)):
        if years <= _APART_YEARS[step]:
            return _told(_APART, _APART_WEIGHTS[step])
    return _told(_APART, _APART_WEIGHTS[-1])


@inner(INT, INT, INT, INT)
def _one_slip(one: int, other: int, digits: int) -> int:
    """Whether a number is another one but for one digit, or for two neighbours exchanged."""
    different = first = last = 0
    for place in range(digits):
        scale = 10**place
        if one // scale % 10 != other // scale % 10:
            if different == 0:
                first = place
            last = place
            different += 1
    if different == 1:
        return 1
    if different == 2 and last == first + 1:  # noqa: PLR2004 - two neighbouring digits
        low, high = 10**first, 10**last
        crossed = one // low % 10 == other // high % 10 and one // high % 10 == other // low % 10
        return 1 if crossed else 0
    return 0


@inner(INT, INT, INT)
def _year_slip(year: int, year_2: int) -> int:
    """Whether a year is another one but for a slip; travel documents write two digits of it: 95 and 05."""
    return _one_slip(year % 100, year_2 % 100, 2)


@inner(BOOL, BOOL, BOOL, BOOL)
def is_one_part(year: bool, month: bool, day: bool) -> bool:
    """Whether exactly one part of two dates differs."""
    return (1 if year else 0) + (1 if month else 0) + (1 if day else 0) == 1


@inner(INT, INT, INT, INT, INT)
def _dummy(month: int, day: int, month_2: int, day_2: int) -> int:
    """What a first that stands for an unknown day says, of January or of the same month; 0 for neither."""
    if (day == 1 and month == 1) or (day_2 == 1 and month_2 == 1):
        return w.BIRTH_DUMMY
    return w.BIRTH_DUMMY_DAY if month == month_2 and 1 in (day, day_2) else 0


@inner(INT, INT, INT, INT, INT, INT, INT)
def _full(  # noqa: PLR0911 - one return a relation
    year: int, month: int, day: int, year_2: int, month_2: int, day_2: int
) -> int:
    if year == year_2:
        if month == month_2 and day == day_2:
            is_new_year = month == 1 and day == 1
            return _told(_EQUAL_DUMMY, w.BIRTH_EQUAL_DUMMY) if is_new_year else _told(_EQUAL, w.BIRTH_EQUAL)
        if day == month_2 and month == day_2:
            return _told(_SWAPPED, w.BIRTH_SWAPPED)
        dummy = _dummy(month, day, month_2, day_2)
        if dummy:
            return _told(_DUMMY, dummy)
    if is_one_part(year != year_2, month != month_2, day != day_2):
        slip = _one_slip(month * 100 + day, month_2 * 100 + day_2, 4)
        if year != year_2:
            slip = _year_slip(year, year_2)
        if abs(year - year_2) == 1:
            return _told(_ONE_YEAR, w.BIRTH_ONE_YEAR)
        if slip:
            return _told(_ONE_DIGIT, w.BIRTH_ONE_DIGIT)
    if year == year_2:
        return _told(_SAME_YEAR, w.BIRTH_SAME_YEAR_OTHER_DAY)
    return _apart(abs(year - year_2))


@inner(INT, INT, INT)
def _years(year: int, year_2: int) -> int:
    """Two years that differ; a slip of the tens is a decade, and further apart is another generation."""
    apart = abs(year - year_2)
    if 1 < apart <= w.BIRTH_APART_YEARS[-1] and _year_slip(year, year_2):
        return _told(_YEAR_DIGIT, w.BIRTH_YEAR_DIGIT)
    return _apart(apart)


@inner(INT, INT, INT, INT)
def _vague(year: int, first: int, last: int) -> int:
    """Against a span of years."""
    if year < first:
        return _apart(first - year)
    if year > last:
        return _apart(year - last)
    # Each doubling of the span costs one bit of what an equal year says.
    span, weight = last - first + 1, w.BIRTH_YEAR
    while span > 1:
        span //= 2
        weight -= 100
    return _told(_BETWEEN, max(weight, w.BIRTH_BETWEEN_LEAST))


@kernel(INT, INT, INT, INT, INT, INT, INT, INT, INT)
def relate_dates(  # noqa: PLR0911 - one return a relation
    year: int, month: int, day: int, kind: int, year_2: int, month_2: int, day_2: int, last_year: int
) -> int:
    """The relation of a traveller's date and a listed one, and its weight; 0 is an unknown part."""
    if kind == BETWEEN:
        return _vague(year, year_2, last_year)
    if kind == APPROXIMATE:
        years = abs(year - year_2)
        if years < len(_APPROXIMATE_WEIGHTS):
            return _told(_NEAR, _APPROXIMATE_WEIGHTS[years])
        return _apart(years - len(_APPROXIMATE_WEIGHTS) + 1)
    if day and day_2:
        return _full(year, month, day, year_2, month_2, day_2)
    if year != year_2:
        return _years(year, year_2)
    if month == 0 or month_2 == 0:
        return _told(_YEAR_EQUAL, w.BIRTH_YEAR)
    if month == month_2:
        return _told(_MONTH_EQUAL, w.BIRTH_MONTH)
    return _told(_SAME_YEAR, w.BIRTH_SAME_YEAR_OTHER_DAY)


@kernel(INT, INT)
def weight_of(told: int) -> int:
    """The weight in a number that `relate_dates` gave."""
    return (told >> _RELATION_BITS) - _WEIGHT_OFFSET


@inner(INT, INT)
def is_born_alike(told: int) -> int:
    """Whether a relation is an equal full date, or one with day and month exchanged."""
    relation = told & ((1 << _RELATION_BITS) - 1)
    return 1 if relation in (_EQUAL, _SWAPPED) else 0


def date_parts(day: PartialDate | None) -> tuple[int, int, int]:
    """Year, month and day of a date, 0 for what is unknown."""
    return (0, 0, 0) if day is None else (day.year, day.month or 0, day.day or 0)


def listed_parts(listed: BirthDate) -> tuple[int, int, int, int, int]:
    """Kind, year, month, day and last year of a listed date, as `relate_dates` takes them."""
    if listed.kind is BirthDateKind.BETWEEN:
        return BETWEEN, listed.from_year or 0, 0, 0, listed.to_year or 0
    if listed.kind is BirthDateKind.APPROXIMATE:
        return APPROXIMATE, listed.year or 0, 0, 0, 0
    if listed.date is None:
        return EXACT, listed.year or 0, 0, 0, 0
    return EXACT, *date_parts(listed.date), 0


def relate_births(sent: PartialDate, listed: BirthDate) -> Relation:
    """Compare a traveller's birth date with one that the entry gives.

    EQUAL, EQUAL_DUMMY (both 1 January), SWAPPED (day and month), ONE_DIGIT (one digit, or two neighbours
    exchanged), ONE_YEAR, DUMMY (1 January or the first of the month stands for an unknown day), MONTH_EQUAL,
    YEAR_EQUAL, YEAR_DIGIT (only years are known, one digit differs), SAME_YEAR, NEAR (an approximate year),
    BETWEEN, and APART.

    Source:
        `spec/matching.md` §2 (2); `spec/watchlist-governance.md` §6 (precision is never invented).
    """
    told = relate_dates(*date_parts(sent), *listed_parts(listed))
    return BirthRelation(told & ((1 << _RELATION_BITS) - 1)).name, weight_of(told)
