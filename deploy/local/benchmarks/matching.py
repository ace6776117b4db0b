"""What the matcher finds: recall beside a reference, false alerts, and at what cost."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from deploy.local.benchmarks.figure import Figure
from deploy.local.benchmarks.matching_scale import measure_matching_scale
from deploy.local.match_cases.cases import Sizes
from deploy.local.match_cases.measure import OURS, measure_recall

_HELD_OUT = Sizes(seed=4711, vocabulary=10)


def measure_matching(names: int | None = None, logic_v2: Path | None = None) -> Iterator[Figure]:
    """Recall by family, on the population that was tuned on and on one held out; then what it costs.

    Args:
        names: The length of a list on which only losses, speed and memory are measured.
        logic_v2: A Python that has nomenklatura, to measure its logic-v2 on the same cases.

    Raises:
        OtherPythonFailed: That Python could not.
    """
    if names is None:
        for name, sizes in (("", Sizes()), ("held_out_", _HELD_OUT)):
            yield from _recall(name, measure_recall(sizes, logic_v2), sizes.vocabulary)
    yield from measure_matching_scale(names)


def _recall(prefix: str, facts: dict[str, Any], vocabulary: int) -> Iterator[Figure]:
    conditions = {"names": facts["names"], "vocabulary": vocabulary}
    others = {name: recall for name, recall in facts["families"].items() if name != OURS}
    for family, shares in facts["families"][OURS].items():
        for rate, share in shares.items():
            beside = {name: recall[family][rate] for name, recall in others.items()}
            yield Figure(
                f"matcher_{prefix}recall_{family}",
                share,
                "share found",
                "names at least 0.85 in the mean, birth dates 0.97, documents 1, at 10 alerts",
                {**conditions, "alerts_per_10000": rate, **beside},
            )
    yield from _speed_beside(prefix, facts["rates"], conditions)
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


def _speed_beside(prefix: str, rates: dict[str, float], conditions: dict[str, Any]) -> Iterator[Figure]:
    """How many times as many travellers a second of processor time as each other method weighs."""
    for name, rate in rates.items():
        if name != OURS:
            yield Figure(
                f"matcher_{prefix}times_{name}",
                rates[OURS] / rate,
                "times its travellers/s, no word met before",
                "100 beside logic_v2",
                {**conditions, OURS: round(rates[OURS]), name: round(rate, 1)},
            )
