"""Speed and memory of the matcher on lists of stated length, all from a seed.

Rates are by processor time, so that a busy machine tells what a quiet one would.
"""

import multiprocessing
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from time import process_time
from typing import Any

from deploy.local.benchmarks.figure import percentile
from deploy.local.match_cases.people import People
from services.screening.matching import Matcher
from services.screening.matching.names import Word, read_name
from shared.travel import Traveller

NAMES_AN_ENTRY = 2.21
"""How many names an entry of `people.py` has in the mean."""
TRAVELLERS_AT_ONCE = 200
NEW_SHARE = 0.7
"""Of the travellers of the realistic batch, those with a name that nobody bore before. The others have
surnames and given names that were met, in other company. About one word in six is new then, as in traffic
after some 200,000 travellers (`spec/matching.md` §3)."""
_SINGLE = 500
_WORKERS_ROUNDS = 5
"""How often workers meet the same travellers, so that one waiting for another hardly counts."""
_PRIVATE = re.compile(r"^Private_(?:Dirty|Clean):\s+(\d+) kB$", re.MULTILINE)


def measure_speed(names: int, travellers: int, seed: int = 7, processes: int = 2) -> dict[str, Any]:
    """Travellers a second with no, a realistic and a full cache; single travellers; memory; build; workers.

    Returns:
        `names`, `build_seconds`, travellers/s as `cold`, `realistic` (of which `new_words` is the share of
        words not met before) and `warm`, `single_p50_ms` and `single_p99_ms`, `shared_megabytes` of the
        stored list, and for the workers, all caches full, `workers`, `workers_rate` (together),
        `workers_ratio` (together beside one of them alone, in the mean) and `private_megabytes` (of each:
        what it does not share with the others, above an idle one).
    """
    people = People(seed)
    entries = [people.listed(number).entry for number in range(int(names / NAMES_AN_ENTRY))]
    started = process_time()
    matcher = Matcher.compile(entries)
    build_seconds = process_time() - started
    counted = sum(len(entry.names) for entry in entries)
    del entries
    traffic = People(seed + 1)
    first = [traffic.innocent()[1] for _ in range(travellers)]
    mixed = _realistic(traffic, first)
    cold = rate(matcher, first)
    warm = rate(matcher, first)
    realistic = rate(matcher, mixed)
    single = sorted(_seconds_of_one(matcher, traffic.innocent()[1]) for _ in range(_SINGLE))
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "list"
        matcher.save(stored)
        del matcher
        size = sum(path.stat().st_size for path in stored.rglob("*.*"))
        workers = _workers(stored, first, processes)
    return {
        "names": counted,
        "build_seconds": build_seconds,
        "cold": cold,
        "realistic": realistic,
        "new_words": _new_words(first, mixed),
        "warm": warm,
        "single_p50_ms": 1_000 * percentile(single, 0.5),
        "single_p99_ms": 1_000 * percentile(single, 0.99),
        "shared_megabytes": size / 1e6,
        "workers": processes,
        "workers_rate": sum(each.together for each in workers),
        "workers_ratio": sum(each.together for each in workers) / fmean(each.alone for each in workers),
        "private_megabytes": [each.private_megabytes for each in workers],
    }


def _realistic(traffic: People, met: Sequence[Traveller]) -> list[Traveller]:
    """As many travellers as were met: some new, the others with surnames and given names that were met."""
    random = traffic.random
    new = int(len(met) * NEW_SHARE)
    mixed = [traffic.innocent()[1] for _ in range(new)]
    mixed += [
        replace(each, given_names=random.choice(met).given_names)
        for each in random.sample(met, len(met) - new)
    ]
    random.shuffle(mixed)
    return mixed


def _words(travellers: Iterable[Traveller]) -> list[Word]:
    return [word for each in travellers for word in read_name(f"{each.surname} {each.given_names or ''}")]


def _new_words(met: Sequence[Traveller], others: Sequence[Traveller]) -> float:
    """The share of the others' words that had to be looked up: not met before, nor among themselves."""
    words = _words(others)
    return len(set(words) - set(_words(met))) / max(len(words), 1)


def rate(matcher: Matcher, travellers: Sequence[Traveller]) -> float:
    """Travellers screened in a second of processor time, in batches as they come over the bus."""
    started = process_time()
    for first in range(0, len(travellers), TRAVELLERS_AT_ONCE):
        matcher.screen(travellers[first : first + TRAVELLERS_AT_ONCE])
    return len(travellers) / (process_time() - started)


def _seconds_of_one(matcher: Matcher, traveller: Traveller) -> float:
    started = process_time()
    matcher.screen([traveller])
    return process_time() - started


@dataclass(frozen=True, slots=True)
class _Worker:
    """One of the processes that map a list: travellers/s while the others wait and while all work."""

    alone: float
    together: float
    private_megabytes: float


def _workers(folder: Path, travellers: Sequence[Traveller], processes: int) -> list[_Worker]:
    """Processes that map the same files, measured one by one and then all at the same time."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as shared:
        in_step = shared.Barrier(processes)
        jobs = [(folder, travellers, in_step, turn, processes) for turn in range(processes)]
        with context.Pool(processes) as pool:
            return pool.starmap(_worker, jobs, chunksize=1)


def _worker(
    folder: Path, travellers: Sequence[Traveller], in_step: Any, own_turn: int, turns: int
) -> _Worker:
    idle = _private_megabytes()
    matcher = Matcher.open(folder)
    rate(matcher, travellers)
    in_step.wait()
    # All have the files mapped and have read them: what is private now is a worker's own.
    private = _private_megabytes() - idle
    many = [*travellers] * _WORKERS_ROUNDS
    alone = 0.0
    for turn in range(turns):
        in_step.wait()
        if turn == own_turn:
            alone = rate(matcher, many)
    in_step.wait()
    return _Worker(alone, rate(matcher, many), private)


def _private_megabytes() -> float:
    """Memory that this process alone uses; 0 where the system does not tell."""
    told = Path("/proc/self/smaps_rollup")
    if not told.is_file():
        return 0.0
    return sum(int(kilobytes) for kilobytes in _PRIVATE.findall(told.read_text(encoding="ascii"))) / 1e3
