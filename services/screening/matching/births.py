"""How two birth dates stand to each other, and what that says. Every relation has its own weight."""

from services.screening.matching import weights as w
from services.screening.watchlist.entry import BirthDate, BirthDateKind
from shared.travel import PartialDate

Relation = tuple[str, int]
"""A stable word and its weight in hundredths of a bit."""


def relate_births(sent: PartialDate, listed: BirthDate) -> Relation:
    """Compare a traveller's birth date with one that the entry gives.

    EQUAL, EQUAL_DUMMY (both 1 January), SWAPPED (day and month), ONE_DIGIT (one digit, or two neighbours
    exchanged), ONE_YEAR, DUMMY (1 January or the first of the month stands for an unknown day), MONTH_EQUAL,
    YEAR_EQUAL, SAME_YEAR, NEAR (an approximate year), BETWEEN, and APART.

    Source:
        `spec/matching.md` §2 (2); `spec/watchlist-governance.md` §6 (precision is never invented).
    """
    if listed.kind is BirthDateKind.BETWEEN:
        return _between(sent.year, listed.from_year or 0, listed.to_year or 0)
    if listed.kind is BirthDateKind.APPROXIMATE:
        return _approximate(abs(sent.year - (listed.year or 0)))
    exact = PartialDate(listed.year or 1) if listed.date is None else listed.date
    if sent.is_full and exact.is_full:
        return _full(sent, exact)
    if sent.year != exact.year:
        return _apart(abs(sent.year - exact.year))
    if sent.month is None or exact.month is None:
        return "YEAR_EQUAL", w.BIRTH_YEAR
    return ("MONTH_EQUAL", w.BIRTH_MONTH) if sent.month == exact.month else _same_year()


def _full(sent: PartialDate, listed: PartialDate) -> Relation:
    is_dummy = _is_dummy(sent) or _is_dummy(listed)
    if sent == listed:
        is_new_year = (sent.month, sent.day) == (1, 1)
        return ("EQUAL_DUMMY", w.BIRTH_EQUAL_DUMMY) if is_new_year else ("EQUAL", w.BIRTH_EQUAL)
    if sent.year == listed.year:
        if (sent.day, sent.month) == (listed.month, listed.day):
            return "SWAPPED", w.BIRTH_SWAPPED
        if is_dummy and _dummy_fits(sent, listed):
            return "DUMMY", w.BIRTH_DUMMY
    years = abs(sent.year - listed.year)
    parts = ((sent.year, listed.year), (sent.month, listed.month), (sent.day, listed.day))
    different = [part for part in parts if part[0] != part[1]]
    if len(different) == 1:
        if _one_slip(*(f"{number:04}" for number in different[0])):
            return "ONE_DIGIT", w.BIRTH_ONE_DIGIT
        if years == 1:
            return "ONE_YEAR", w.BIRTH_ONE_YEAR
    return _apart(years) if years else _same_year()


def _same_year() -> Relation:
    return "SAME_YEAR", w.BIRTH_SAME_YEAR_OTHER_DAY


def _is_dummy(day: PartialDate) -> bool:
    return day.day == 1


def _dummy_fits(sent: PartialDate, listed: PartialDate) -> bool:
    """Whether the dummy knows no more than the year, or knows the month and it is the other date's."""
    return 1 in {day.month for day in (sent, listed) if _is_dummy(day)} or sent.month == listed.month


def _one_slip(sent: str, listed: str) -> bool:
    """Whether a number is another one but for one digit, or for two neighbours exchanged."""
    places = [place for place, (one, other) in enumerate(zip(sent, listed, strict=True)) if one != other]
    if len(places) == 1:
        return True
    first, last = places[0], places[-1]
    return len(places) == 1 + last - first == 2 and sent[first : last + 1] == listed[first : last + 1][::-1]  # noqa: PLR2004 - two neighbouring digits


def _approximate(years: int) -> Relation:
    beyond = years - max(w.BIRTH_APPROXIMATE)
    return _apart(beyond) if beyond > 0 else ("NEAR", w.BIRTH_APPROXIMATE[years])


def _between(year: int, first: int, last: int) -> Relation:
    if first <= year <= last:
        # Each doubling of the span of years costs one bit of what an equal year says.
        bits = (last - first + 1).bit_length() - 1
        return "BETWEEN", max(w.BIRTH_YEAR - 100 * bits, w.BIRTH_BETWEEN_LEAST)
    return _apart(first - year if year < first else year - last)


def _apart(years: int) -> Relation:
    weight = next((weight for most, weight in w.BIRTH_APART if years <= most), w.BIRTH_FAR_APART)
    return "APART", weight
