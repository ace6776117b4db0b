"""How fast a changed list meets the travellers of the window: the step that grows with the travellers."""

import json
from collections.abc import Iterable, Iterator
from time import process_time
from typing import Any, Final
from uuid import UUID

from deploy.local.benchmarks.figure import Figure
from deploy.local.match_population import FAMILIES
from deploy.local.synthetic.origins import WorldPopulation
from services.screening.batches.rescreen import TRAVELLERS_A_TURN, concerned
from services.screening.matching import Matcher
from services.screening.watchlist.entry import WatchlistEntry
from shared.contracts.rescreening import WindowPageV1, WindowTravellersV1
from shared.travel import Traveller

TRAVELLERS: Final = 1_000_000
MEASURED: Final = 200_000
"""Travellers of a run that names no number; the rest of the million is reckoned from them, although most
words have been met by then and later travellers cost less. `--scale 1000000` measures all."""
CHANGED: Final = 1_000
LISTED: Final = 20_000
INNOCENTS: Final = 10_000
SEED: Final = 17


def measure_rescreening(measured: int | None = None) -> Iterator[Figure]:
    """The seconds of a million travellers against 1,000 changed entries, and whether anybody is lost.

    Args:
        measured: How many travellers are compared; the time of a million is reckoned from them.
    """
    count = measured or MEASURED
    population = WorldPopulation(SEED)
    people = [population.listed(number) for number in range(1, LISTED + 1)]
    listed = [entry for entry, _ in people]
    changed = listed[-CHANGED:]
    began = process_time()
    small = Matcher.compile(changed)
    built = process_time() - began
    seconds, affected = _compare(small, population, count)
    conditions = {
        "changed_entries": CHANGED,
        "measured_travellers": count,
        "time": "processor",
        "build_seconds": round(built, 2),
    }
    yield Figure(
        "rescreen_million",
        built + seconds * TRAVELLERS / count,
        "s for 1,000,000 travellers, a core",
        "60",
        {**conditions, "sent_again_share": affected / count},
    )
    yield from _losses(Matcher.compile(listed), small, people[-CHANGED:], population)


def _page(travellers: Iterable[Traveller]) -> WindowTravellersV1:
    """Travellers as a page of the window has them."""
    records = [each.as_record() for each in travellers]
    names = [name for name in WindowTravellersV1.model_fields if name != "traveller_id"]
    columns: dict[str, Any] = {name: [record.get(name) for record in records] for name in names}
    return WindowTravellersV1(
        traveller_id=[UUID(int=number) for number in range(1, len(records) + 1)], **columns
    )


def _compare(small: Matcher, population: WorldPopulation, count: int) -> tuple[float, int]:
    """Processor seconds for so many travellers, page by page as they come, and how many are sent again.

    A page is read as text, as ingest sends it.
    """
    seconds, affected = 0.0, 0
    for start in range(0, count, TRAVELLERS_A_TURN):
        page = _page(population.innocent() for _ in range(min(TRAVELLERS_A_TURN, count - start)))
        text = json.dumps(WindowPageV1(travellers=page, place=None).as_json())
        began = process_time()
        affected += len(concerned(small, WindowPageV1.model_validate(json.loads(text)).travellers))
        seconds += process_time() - began
    return seconds, affected


def _losses(
    full: Matcher,
    small: Matcher,
    changed: list[tuple[WatchlistEntry, Traveller]],
    population: WorldPopulation,
) -> Iterator[Figure]:
    """Hits of the whole list on a changed entry, and how many of these travellers were not let through.

    The people behind the changed entries travel under every family of damage, others beside them.
    """
    people = [population.damaged(family, person) for _, person in changed for family in FAMILIES]
    people += [population.innocent() for _ in range(INNOCENTS)]
    ids = {entry.id for entry, _ in changed}
    page = _page(people)
    let_through = set(concerned(small, page))
    meant = [
        traveller_id
        for traveller_id, found in zip(page.traveller_id, full.screen(people), strict=True)
        if any(match.entry_id in ids for match in found)
    ]
    lost = sum(each not in let_through for each in meant)
    yield Figure(
        "rescreen_lost",
        float(lost),
        "travellers with a hit whom the small matcher did not let through",
        "0",
        {"listed": LISTED, "hits": len(meant), "travellers": len(people)},
    )
