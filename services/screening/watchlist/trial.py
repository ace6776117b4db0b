"""Trying an entry on past travellers before it goes live: how many it would have stopped.

Ingest holds the travellers of the past days; a part of each day's is asked for, compared and let go. Where
ingest does not answer, the travellers of screening's own hits are tried, and the trial says so: they are
those who resembled somebody once, and make an entry look worse than it is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from services.screening.batches.window import PageRefused, TravellerWindow
from services.screening.ports import Ports
from services.screening.watchlist.current_matcher import CurrentMatcher, ScreeningMatcher
from services.screening.watchlist.nomination import Trial
from shared.bus.errors import DeliveryPostponed, DeliveryRefused
from shared.contracts.rescreening import WindowTravellersV1
from shared.observability.logging import get_logger
from shared.travel import Traveller

TRIED_AT_MOST: Final = 5000
#: Each of these days counts alike, whatever flew on it: the first flights that ingest names of each.
DAYS: Final = 14
PAST_TRAFFIC: Final = "PAST_TRAFFIC"
TRAVELLERS_HELD: Final = "TRAVELLERS_HELD"
_PLAIN_DIFFERENCES: Final = frozenset({"birth_date", "sex", "document"})


async def try_entry(
    ports: Ports,
    current: CurrentMatcher,
    window: TravellerWindow,
    body: Mapping[str, Any],
    nomination_id: UUID,
) -> Trial:
    """Compare an entry alone with at most 5,000 past travellers; `basis` says with whose.

    Source: `watchlist-governance.md` §7 (entries whose hits are not a match); issue 7, life cycle.
    """
    basis = PAST_TRAFFIC
    travellers = await past_travellers(window, nomination_id, ports.clock.now().date())
    if travellers is None:
        basis = TRAVELLERS_HELD
        async with ports.database.connect() as connection:
            facts = await ports.stores.nominations.held_travellers(connection, TRIED_AT_MOST)
        travellers = [Traveller.from_json(each) for each in facts]
    matcher = await current.compiled_apart([body])
    stopped, different = await asyncio.to_thread(_tried, matcher, travellers, str(body["id"]))
    return Trial(basis, len(travellers), stopped, different)


async def past_travellers(
    window: TravellerWindow, nomination_id: UUID, today: date
) -> list[Traveller] | None:
    """Some travellers of each of the past days, alike many of a day; `None` where ingest does not answer.

    Nobody is chosen for resembling anyone.
    """
    travellers: list[Traveller] = []
    for days_ago in range(1, DAYS + 1):
        day = today - timedelta(days=days_ago)
        try:
            page = await window.page(nomination_id, (day, day), after=None)
        except (DeliveryPostponed, DeliveryRefused, PageRefused) as fault:
            get_logger().warning("trial_without_past_traffic", reason=type(fault).__name__)
            return None
        travellers += _readable(page.travellers.part(0, TRIED_AT_MOST // DAYS))
    return travellers


def _readable(page: WindowTravellersV1) -> list[Traveller]:
    """The travellers whose facts are ours; screening itself tells of the others."""
    found = []
    for place, traveller_id in enumerate(page.traveller_id):
        try:
            found.append(Traveller.from_json(page.facts(place)))
        except (KeyError, TypeError, ValueError):
            get_logger().warning("trial_unreadable", traveller_id=str(traveller_id))
    return found


def _tried(matcher: ScreeningMatcher, travellers: Sequence[Traveller], entry_id: str) -> tuple[int, int]:
    """How many it stops, and how many of these are plainly somebody else; runs in a thread."""
    stopped = [
        traveller
        for traveller, matches in zip(travellers, matcher.screen(travellers), strict=True)
        if matches
    ]
    different = sum(_is_plainly_different(matcher, traveller, entry_id) for traveller in stopped)
    return len(stopped), different


def _is_plainly_different(matcher: ScreeningMatcher, traveller: Traveller, entry_id: str) -> bool:
    """Whether a person would say at once that it is somebody else: another birth, sex or document."""
    evidence = matcher.explain(traveller, entry_id).for_people
    return any(
        each.bearing == "DIFFER" and each.as_json().get("kind") in _PLAIN_DIFFERENCES for each in evidence
    )
