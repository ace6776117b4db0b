"""What the matcher costs on lists of stated length: speed, memory, build time, and what its nets lose."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from deploy.local.benchmarks.figure import Figure
from deploy.local.match_cases.losses import measure_lost
from deploy.local.match_cases.speed import measure_speed

NAMES: Final = 200_000
"""The longest list of a run that names no length; the goal's has 1,000,000."""
SHORT: Final = 20_000
TRAVELLERS: Final = 10_000
LEAST_HITS: Final = 2_000
LEAST_HITS_LONG, LONG = 600, 500_000


def measure_matching_scale(names: int | None = None) -> Iterator[Figure]:
    """The figures on a list of so many names; on a short and a longer one where none is given.

    Losses are measured on the list that is named, or on the short one: the exhaustive scorer takes its time.
    """
    lengths = (SHORT, NAMES) if names is None else (names,)
    yield from _lost(lengths[0])
    yield from _speeds(lengths)


def _lost(names: int) -> Iterator[Figure]:
    counts = measure_lost(names, LEAST_HITS if names < LONG else LEAST_HITS_LONG)
    share = counts["lost"] / max(counts["hits"], 1)
    yield Figure("matcher_hits_lost", share, "share of hits", "at most 0.005", {"names": names, **counts})


def _speeds(lengths: Sequence[int]) -> Iterator[Figure]:
    for names in lengths:
        yield from _speed(measure_speed(names, TRAVELLERS))


def _speed(facts: dict[str, Any]) -> Iterator[Figure]:
    conditions = {"names": facts["names"], "time": "processor"}
    goal = "2,000 at 1,000,000 names and a realistic cache"
    for cache in ("cold", "realistic", "warm"):
        new = {"new_words": round(facts["new_words"], 3)} if cache == "realistic" else {}
        yield Figure(f"matcher_{cache}", facts[cache], "travellers/s a core", goal, {**conditions, **new})
    yield Figure("matcher_single_p50", facts["single_p50_ms"], "ms", "", conditions)
    yield Figure("matcher_single_p99", facts["single_p99_ms"], "ms", "5 at 1,000,000 names", conditions)
    yield Figure("matcher_build", facts["build_seconds"], "s", "90 at 1,000,000 names", conditions)
    yield Figure("matcher_shared_memory", facts["shared_megabytes"], "MB", "400 at 1,000,000", conditions)
    workers = {**conditions, "workers": facts["workers"]}
    yield Figure("matcher_workers", facts["workers_rate"], "travellers/s, caches full", "", workers)
    yield Figure("matcher_workers_ratio", facts["workers_ratio"], "times one of them alone", "", workers)
    for private in facts["private_megabytes"]:
        yield Figure("matcher_worker_private_memory", private, "MB beside the shared list", "", workers)
