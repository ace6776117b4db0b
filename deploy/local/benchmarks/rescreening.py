"""How fast a changed list meets the travellers of the window: the step that grows with the travellers."""

from collections.abc import Iterator
from time import perf_counter
from typing import Final
from uuid import UUID

from deploy.local.benchmarks.figure import Figure
from deploy.local.synthetic.origins import WorldPopulation
from services.screening.matching import Matcher
from services.screening.rescreen import TRAVELLERS_A_TURN, concerned
from services.screening.watchlist.entry import WatchlistEntry
from shared.contracts.rescreening import WindowTravellerV1
from shared.travel import Traveller

TRAVELLERS: Final = 1_000_000
MEASURED: Final = 200_000
CHANGED: Final = 1_000
LISTED: Final = 20_000
CHECKED: Final = 20_000
SEED: Final = 17


def measure_rescreening() -> Iterator[Figure]:
    """The seconds of a million travellers against 1,000 changed entries, and whether anybody is lost."""
    population = WorldPopulation(SEED)
    listed = [population.listed(number)[0] for number in range(1, LISTED + 1)]
    changed = listed[-CHANGED:]
    began = perf_counter()
    small = Matcher.compile(changed)
    built = perf_counter() - began
    travellers = [population.innocent() for _ in range(MEASURED)]
    rows = [
        WindowTravellerV1(traveller_id=UUID(int=n), facts=each.as_json()) for n, each in _numbered(travellers)
    ]
    began = perf_counter()
    affected: set[UUID] = set()
    for start in range(0, len(rows), TRAVELLERS_A_TURN):
        affected.update(concerned(small, rows[start : start + TRAVELLERS_A_TURN]))
    seconds = perf_counter() - began
    conditions = {
        "changed_entries": CHANGED,
        "measured_travellers": MEASURED,
        "build_seconds": round(built, 2),
    }
    yield Figure(
        "rescreen_million",
        built + seconds * TRAVELLERS / MEASURED,
        "s for 1,000,000 travellers, a core",
        "60",
        {**conditions, "sent_again_share": len(affected) / MEASURED},
    )
    yield Figure(
        "rescreen_lost",
        float(_lost(Matcher.compile(listed), changed, population, small)),
        "hits that the small matcher did not let through",
        "0",
        {"listed": LISTED, "checked_travellers": CHECKED},
    )


def _numbered(travellers: list[Traveller]) -> Iterator[tuple[int, Traveller]]:
    return iter(enumerate(travellers, start=1))


def _lost(full: Matcher, changed: list[WatchlistEntry], population: WorldPopulation, small: Matcher) -> int:
    """Travellers whom the whole list matches with a changed entry, and the small matcher with none."""
    ids = {each.id for each in changed}
    people = [population.damaged("spelling", population.innocent()) for _ in range(CHECKED)]
    lost = 0
    rows = [
        WindowTravellerV1(traveller_id=UUID(int=n), facts=each.as_json()) for n, each in _numbered(people)
    ]
    let_through = set(concerned(small, rows))
    for row, found in zip(rows, full.screen(people), strict=True):
        if any(match.entry_id in ids for match in found) and row.traveller_id not in let_through:
            lost += 1
    return lost
