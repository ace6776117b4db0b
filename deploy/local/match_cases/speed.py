"""Speed, memory and lost candidates of the matcher on lists of stated length, all from a seed."""

import multiprocessing
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from deploy.local.benchmarks.figure import percentile
from deploy.local.match_cases.people import People
from services.screening.matching import Matcher
from services.screening.matching.exhaustive import ExhaustiveScreener
from services.screening.matching.index import Index
from services.screening.matching.screener import Found, Screener
from shared.travel import Traveller

NAMES_AN_ENTRY = 2.27
"""How many names an entry of `people.py` has in the mean."""
TRAVELLERS_AT_ONCE = 200
_SINGLE = 500
_EVERYTHING = -20_000


def measure_speed(names: int, travellers: int, seed: int = 7, processes: int = 2) -> dict[str, Any]:
    """Travellers a second with no, a realistic and a full cache; single travellers; memory; build; workers.

    `realistic` are other travellers than the first, after these: names repeat as in traffic.
    """
    people = People(seed)
    entries = [people.listed(number).entry for number in range(int(names / NAMES_AN_ENTRY))]
    started = perf_counter()
    matcher = Matcher.compile(entries)
    build_seconds = perf_counter() - started
    counted = sum(len(entry.names) for entry in entries)
    del entries
    traffic = People(seed + 1)
    batches = [[traffic.innocent()[1] for _ in range(travellers)] for _ in range(2)]
    cold = _rate(matcher, batches[0])
    warm = _rate(matcher, batches[0])
    realistic = _rate(matcher, batches[1])
    single = sorted(_seconds_of_one(matcher, traffic.innocent()[1]) for _ in range(_SINGLE))
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "list"
        matcher.save(stored)
        size = sum(path.stat().st_size for path in stored.rglob("*.npy"))
        together = _rate_of_workers(stored, batches, processes)
    return {
        "names": counted,
        "build_seconds": build_seconds,
        "cold": cold,
        "realistic": realistic,
        "warm": warm,
        "single_p50_ms": 1_000 * percentile(single, 0.5),
        "single_p99_ms": 1_000 * percentile(single, 0.99),
        "shared_megabytes": size / 1e6,
        "workers": processes,
        "workers_rate": together,
    }


def _rate(matcher: Matcher, travellers: Sequence[Traveller]) -> float:
    started = perf_counter()
    for first in range(0, len(travellers), TRAVELLERS_AT_ONCE):
        matcher.screen(travellers[first : first + TRAVELLERS_AT_ONCE])
    return len(travellers) / (perf_counter() - started)


def _seconds_of_one(matcher: Matcher, traveller: Traveller) -> float:
    started = perf_counter()
    matcher.screen([traveller])
    return perf_counter() - started


def _rate_of_workers(folder: Path, batches: Sequence[Sequence[Traveller]], processes: int) -> float:
    """Travellers a second of several processes that map the same files, all caches full."""
    context = multiprocessing.get_context("spawn")
    jobs = [(folder, batches[number % len(batches)]) for number in range(processes)]
    with context.Pool(processes) as pool:
        return sum(pool.starmap(_worker, jobs))


def _worker(folder: Path, travellers: Sequence[Traveller]) -> float:
    matcher = Matcher.open(folder)
    _rate(matcher, travellers)
    return _rate(matcher, travellers)


def measure_lost(names: int, travellers: int, least: int = _EVERYTHING, seed: int = 11) -> dict[str, int]:
    """How many of the exhaustive scorer's hits the nets lose: `hits`, `lost`, and `other` (a total that
    differs).

    Half of the travellers are on the list, under a damaged name.
    """
    people = People(seed)
    listed = [people.listed(number) for number in range(int(names / NAMES_AN_ENTRY))]
    index = Index.compile([person.entry for person in listed])
    screened = [person.traveller for person in listed[: travellers // 2]]
    screened += [people.innocent()[1] for _ in range(travellers - len(screened))]
    found = _pairs(Screener(index).screen(screened, least))
    expected = _pairs(ExhaustiveScreener(index).screen_every_name(screened, least))
    lost = sum(pair not in found for pair in expected)
    other = sum(found.get(pair, total) != total for pair, total in expected.items())
    return {"hits": len(expected), "lost": lost, "other": other}


def _pairs(parts: Sequence[Found]) -> dict[tuple[int, int], int]:
    return {
        (traveller, entry): total
        for part in parts
        for traveller, entry, total in zip(
            part.traveller.tolist(), part.entry.tolist(), part.total.tolist(), strict=True
        )
    }
