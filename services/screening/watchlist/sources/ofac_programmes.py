"""OFAC's programmes: which listings under a terrorism programme deserve a second look. Pure."""

from collections.abc import Collection
from typing import Final

#: Programmes on terrorism, as OFAC names them.
TERRORISM: Final = frozenset({"SDGT", "FTO", "SDT"})
#: Programmes about States and their organs: a listing that is under one of these and on terrorism as well may
#: concern a State's conduct, which is not terrorism in every State's law.
STATE_LINKED: Final = frozenset({"IFSR", "IRGC", "IRAN", "IRAN-HR", "IRAN-TRA", "HRIT-IR", "NPWMD", "SYRIA"})


def second_look(programmes: Collection[str]) -> bool:
    """Whether whoever adopts the listing should ask if it is terrorism in this State's own law.

    Source: `spec/watchlist-governance.md` §6.2 (SDGT also covers State-linked listings).
    """
    names = {programme.upper() for programme in programmes}
    return bool(names & TERRORISM and names & STATE_LINKED)
