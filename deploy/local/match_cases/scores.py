"""What scores say: recall at a rate of false alerts, the commonest score, whether they are probabilities."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.screening.matching.weights import PRIOR_LISTED_ONE_IN
from shared.travel import Traveller

RATES = (1, 5, 10, 50)
"""False alerts in 10,000 innocent travellers at which recall is told."""
TENTHS = 10

Screened = tuple[str, Traveller]
"""The entry that should be found, and who travels."""
Scores = Sequence[Mapping[str, float]]
"""Of each traveller, the entries' scores; an entry that is not in it was not found at all."""


def floors(scores: Scores) -> dict[int, float]:
    """For each rate, a score that only so many of 10,000 innocents exceed."""
    best = sorted((max(each.values(), default=0.0) for each in scores), reverse=True)
    return {rate: best[len(best) * rate // 10_000] for rate in RATES}


def share_found(scores: Scores, cases: Sequence[Screened], floor: float) -> float:
    """Which share of the travellers found their own entry above a floor."""
    found = sum(each.get(entry_id, 0.0) > floor for each, (entry_id, _) in zip(scores, cases, strict=True))
    return found / len(cases)


def alerting(scores: Scores, threshold: float) -> float:
    """The share of travellers whom some entry reaches the threshold for."""
    return sum(max(each.values(), default=0.0) >= threshold for each in scores) / len(scores)


def largest_tie(scores: Iterable[Scores], threshold: float) -> float:
    """The share of all hits that have the commonest score."""
    hits = Counter(
        score for family in scores for each in family for score in each.values() if score >= threshold
    )
    return max(hits.values(), default=0) / max(hits.total(), 1)


@dataclass(frozen=True, slots=True)
class Band:
    """Scores above `low` up to `high`: of listed travellers and their own entry, of innocents, the truth.

    `share_same` is how many of the pairs in the band are one person, if one traveller in
    `PRIOR_LISTED_ONE_IN` is listed; `None` where the band is empty.
    """

    low: float
    high: float
    listed: int
    innocent: int
    mean_score: float | None
    share_same: float | None


def bands(listed: Sequence[float], innocent: Sequence[float], innocents: int) -> list[Band]:
    """Count by tenths of the score, which tell whether a score is the probability that it says.

    Args:
        listed: The score of each listed traveller's own entry, 0.0 where it was not found.
        innocent: The scores of all pairs of innocents and entries.
        innocents: How many innocents there were.
    """
    weight = PRIOR_LISTED_ONE_IN * len(listed) / innocents
    found = []
    for tenth in range(TENTHS):
        low, high = tenth / TENTHS, (tenth + 1) / TENTHS
        same = [each for each in listed if low < each <= high]
        other = [each for each in innocent if low < each <= high]
        pairs = len(same) + weight * len(other)
        mean = (sum(same) + weight * sum(other)) / pairs if pairs else None
        found.append(Band(low, high, len(same), len(other), mean, len(same) / pairs if pairs else None))
    return found
