"""How old a traveller is at the least, and whether somebody may be a child. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from services.screening.hits.hit import Hit
from services.screening.hits.states import HitType
from services.screening.watchlist.entry_age import is_child
from shared.travel import PartialDate

ADULT: Final = 18


def age_of(hit: Hit, today: date) -> int | None:
    """Whole years at the least: where only a part of the birth date is known, the youngest that it allows."""
    text = (hit.traveller or {}).get("birth_date")
    if text is None:
        return None
    born = PartialDate.parse(text)
    birthday: Sequence[int] = (born.month or 12, born.day or 31)
    return today.year - born.year - ((today.month, today.day) < tuple(birthday))


def may_be_child(hit: Hit, today: date) -> bool:
    """Whether a hit is about somebody who is, or may be, under eighteen.

    An unknown age counts where the entry's own birth dates allow one. A reported document is no person.

    Source: SG-16 (a child: under 18, or unknown with evidence of it).
    """
    if hit.hit_type is HitType.DOCUMENT or hit.traveller is None:
        return False
    age = age_of(hit, today)
    return age < ADULT if age is not None else is_child(hit.entry, today)
