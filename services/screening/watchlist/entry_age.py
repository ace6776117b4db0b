"""How old a person is at the least, by the births that an entry allows. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

ADULT_AGE: Final = 18
_LAST_DAY_OF_A_YEAR: Final = (12, 31)


def youngest_age(body: Mapping[str, Any], today: date) -> int | None:
    """The age in whole years that a person has at least, by the latest birth that the entry allows.

    Source: SG-16 (the protective reading; unknown without any birth date).
    """
    births = _latest_births(body)
    if not births:
        return None
    year, *day = max(births)
    return today.year - year - ((today.month, today.day) < tuple(day))


def is_minor(age: int | None) -> bool:
    """Whether an age is a child's; an unknown one without evidence is an adult's (SG-16)."""
    return age is not None and age < ADULT_AGE


def is_child(body: Mapping[str, Any], today: date) -> bool:
    """Whether a birth of the entry allows an age under 18; without any the person counts as an adult.

    Source: SG-16 (unknown age without evidence is an adult).
    """
    return is_minor(youngest_age(body, today))


def is_reviewed_as_child(body: Mapping[str, Any], today: date) -> bool:
    """Whether an imported entry is reviewed as a child's: until the end of the year in which one turns 18.

    Whole years alone: entries that are new together are judged by their latest year of birth, not one by one.

    Source: SG-14 (six months for a child).
    """
    year = latest_year(body)
    return year is not None and today.year - year <= ADULT_AGE


def latest_year(body: Mapping[str, Any]) -> int | None:
    """The latest year of birth that the entry allows."""
    return max((year for year, *_ in _latest_births(body)), default=None)


def _latest_births(body: Mapping[str, Any]) -> list[tuple[int, int, int]]:
    """Year, month and day at the latest of each birth; a month that has fewer days means its last."""
    births = []
    for each in body.get("birth_dates") or ():
        said = each["date"] if each.get("kind") == "EXACT" else each.get("to_year") or each.get("year")
        if said is not None:
            year, *rest = (int(part) for part in str(said).split("-"))
            month, day = (*rest, *_LAST_DAY_OF_A_YEAR[len(rest) :])
            births.append((year, month, day))
    return births
