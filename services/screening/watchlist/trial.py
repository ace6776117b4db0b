"""Trying an entry on past travellers before it goes live: how many it would have stopped.

Screening keeps no travellers but those of its hits; the trial says so, and counts no one else.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.ports import Ports
from services.screening.watchlist.current_matcher import CurrentMatcher, ScreeningMatcher
from services.screening.watchlist.nomination import Trial
from shared.travel import Traveller

TRIED_AT_MOST: Final = 5000
BASIS: Final = "TRAVELLERS_HELD"
_PLAIN_DIFFERENCES: Final = frozenset({"birth_date", "sex", "document"})


async def try_entry(
    ports: Ports, connection: AsyncConnection, current: CurrentMatcher, body: Mapping[str, Any]
) -> Trial:
    """Compare an entry alone with the travellers whom screening still holds, at most 5,000 of the newest.

    Source: `watchlist-governance.md` §7 (entries whose hits are not a match); issue 7, life cycle.
    """
    facts = await ports.stores.nominations.held_travellers(connection, TRIED_AT_MOST)
    travellers = [Traveller.from_json(each) for each in facts]
    matcher = await current.compiled([body])
    return await asyncio.to_thread(_tried, matcher, travellers, str(body["id"]))


def _tried(matcher: ScreeningMatcher, travellers: Sequence[Traveller], entry_id: str) -> Trial:
    """The counts; runs in a thread."""
    stopped = [
        traveller
        for traveller, matches in zip(travellers, matcher.screen(travellers), strict=True)
        if matches
    ]
    different = sum(_is_plainly_different(matcher, traveller, entry_id) for traveller in stopped)
    return Trial(BASIS, len(travellers), len(stopped), different)


def _is_plainly_different(matcher: ScreeningMatcher, traveller: Traveller, entry_id: str) -> bool:
    """Whether a person would say at once that it is somebody else: another birth, sex or document."""
    evidence = matcher.explain(traveller, entry_id).for_people
    return any(
        each.bearing == "DIFFER" and each.as_json().get("kind") in _PLAIN_DIFFERENCES for each in evidence
    )
