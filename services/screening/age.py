"""How old a traveller is at the least. Pure."""

from collections.abc import Sequence
from datetime import date

from services.screening.hit import Hit
from shared.travel import PartialDate


def age_of(hit: Hit, today: date) -> int | None:
    """Whole years at the least: where only a part of the birth date is known, the youngest that it allows."""
    text = (hit.traveller or {}).get("birth_date")
    if text is None:
        return None
    born = PartialDate.parse(text)
    birthday: Sequence[int] = (born.month or 12, born.day or 28)
    return today.year - born.year - ((today.month, today.day) < tuple(birthday))
