"""The matcher's figures, from its own measurement."""

from collections.abc import Iterator

from deploy.local.benchmarks.figure import Figure
from deploy.local.match_command import bench_match


def measure_matching() -> Iterator[Figure]:
    """Speed on about 20,000 names, false alerts, and recall beside the reference in the same run."""
    facts = bench_match()
    conditions = {"names": facts["names"]}
    yield Figure("matcher_build", facts["build_seconds"], "s", "1-2 at 20,000 names", conditions)
    for heat in ("cold", "warm"):
        yield Figure(
            f"matcher_{heat}",
            facts[f"travellers_per_second_{heat}"],
            "travellers/s a core",
            "2,000 at 1,000,000 names and a realistic cache",
            conditions,
        )
    yield Figure(
        "matcher_false_alerts",
        facts["alerts_per_10000"],
        "per 10,000 travellers",
        "5 at the default threshold",
        {**conditions, "by_region": facts["alerts_per_10000_by_region"]},
    )
    yield Figure("matcher_twins", facts["twins_per_10000"], "per 10,000", "at most 100", conditions)
    for family, recall in facts["recall"].items():
        yield Figure(
            f"matcher_recall_{family}",
            recall["ours"],
            "share found",
            "above the reference; names at least 0.85 in the mean",
            {**conditions, "token_sort_ratio": recall["token_sort_ratio"]},
        )
