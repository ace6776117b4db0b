"""The matcher's figures: recall beside a reference, false alerts, lost candidates, speed on three lists."""

from collections.abc import Iterator
from typing import Any

from deploy.local.benchmarks.figure import Figure
from deploy.local.match_cases.measure import RATES, Sizes, measure_recall
from deploy.local.match_cases.speed import measure_lost, measure_speed

_TRAVELLERS_BY_NAMES = {20_000: 20_000, 200_000: 20_000, 1_000_000: 10_000}
_LOST_AMONG = {20_000: 300, 200_000: 60}
_HELD_OUT = Sizes(seed=4711, vocabulary=10)


def measure_matching() -> Iterator[Figure]:
    """Recall by family on the population that was tuned on and on one held out, then nets, then speed."""
    for name, sizes in (("", Sizes()), ("held_out_", _HELD_OUT)):
        yield from _recall(name, measure_recall(sizes), sizes.vocabulary)
    for names, travellers in _LOST_AMONG.items():
        lost = measure_lost(names, travellers)
        share = lost["lost"] / max(lost["hits"], 1)
        yield Figure("matcher_hits_lost", share, "share", "at most 0.005", {"names": names, **lost})
    for names, travellers in _TRAVELLERS_BY_NAMES.items():
        yield from _speed(measure_speed(names, travellers))


def _recall(prefix: str, facts: dict[str, Any], vocabulary: int) -> Iterator[Figure]:
    conditions = {"names": facts["names"], "vocabulary": vocabulary}
    for family, by_method in facts["families"].items():
        for rate in RATES:
            yield Figure(
                f"matcher_{prefix}recall_{family}",
                by_method["ours"][rate],
                "share found",
                "names at least 0.85 in the mean, birth dates 0.97, documents 1, at 10 alerts",
                {
                    **conditions,
                    "alerts_per_10000": rate,
                    "token_sort_ratio": by_method["token_sort_ratio"][rate],
                },
            )
    alerts = {**conditions, "threshold": facts["threshold"], "by_region": facts["by_region"]}
    yield Figure(
        f"matcher_{prefix}false_alerts", facts["alerts_per_10000"], "per 10,000 travellers", "5", alerts
    )
    yield Figure(f"matcher_{prefix}twins", facts["twins_per_10000"], "per 10,000", "at most 100", conditions)
    yield Figure(
        f"matcher_{prefix}largest_tie", facts["largest_tie"], "share of hits", "at most 0.05", conditions
    )


def _speed(facts: dict[str, Any]) -> Iterator[Figure]:
    conditions = {"names": facts["names"]}
    for cache in ("cold", "realistic", "warm"):
        goal = "2,000 at 1,000,000 names and a realistic cache"
        yield Figure(f"matcher_{cache}", facts[cache], "travellers/s a core", goal, conditions)
    yield Figure("matcher_single_p50", facts["single_p50_ms"], "ms", "", conditions)
    yield Figure("matcher_single_p99", facts["single_p99_ms"], "ms", "5 at 1,000,000 names", conditions)
    yield Figure("matcher_build", facts["build_seconds"], "s", "90 at 1,000,000 names", conditions)
    yield Figure("matcher_shared_memory", facts["shared_megabytes"], "MB", "400 at 1,000,000", conditions)
    workers = {**conditions, "workers": facts["workers"]}
    yield Figure("matcher_workers", facts["workers_rate"], "travellers/s", "", workers)
