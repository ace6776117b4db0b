"""What the matcher finds: recall beside a reference, false alerts, and at what cost."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from deploy.local.benchmarks.figure import Figure
from deploy.local.benchmarks.matching_scale import measure_matching_scale
from deploy.local.match_cases.measure import RATES, Sizes, measure_recall

_HELD_OUT = Sizes(seed=4711, vocabulary=10)


def measure_matching(names: int | None = None) -> Iterator[Figure]:
    """Recall by family, on the population that was tuned on and on one held out; then what it costs.

    Args:
        names: The length of a list on which only losses, speed and memory are measured.
    """
    if names is None:
        for name, sizes in (("", Sizes()), ("held_out_", _HELD_OUT)):
            yield from _recall(name, measure_recall(sizes), sizes.vocabulary)
    yield from measure_matching_scale(names)


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
    filled = [each for each in facts["bands"] if each.mean_score is not None]
    yield Figure(
        f"matcher_{prefix}calibration",
        max(each.mean_score - each.share_same for each in filled),
        "mean score over what is true, the worst band of ten",
        "at most 0.1: no score promises more than it keeps",
        {**conditions, "bands": [asdict(each) for each in filled]},
    )
    yield Figure(
        f"matcher_{prefix}largest_tie", facts["largest_tie"], "share of hits", "at most 0.05", conditions
    )
