"""Recall of the matcher by family of damage, beside others in the same run and on the same cases."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from deploy.local.match_cases.cases import Cases, Sizes, make_cases
from deploy.local.match_cases.rivals import LogicV2, Rival, TokenSort
from deploy.local.match_cases.scores import (
    RATES,
    Scores,
    alerting,
    bands,
    floors,
    largest_tie,
    share_found,
)
from deploy.local.match_cases.speed import rate
from services.screening.matching import Match, Matcher
from shared.travel import Traveller

TRAVELLERS_AT_ONCE: Final = 200
OURS: Final = "ours"
_NO_LIMIT: Final = 1_000_000
_NOT_OF_THE_NAME: Final = frozenset({"document"})

Recall = dict[str, dict[int, float]]
"""By family, the share found at each rate of false alerts."""


def best_scores(matcher: Matcher, travellers: Sequence[Traveller]) -> list[dict[str, float]]:
    """Every entry's score for each traveller."""
    return [
        {match.entry_id: match.score for match in matches}
        for first in range(0, len(travellers), TRAVELLERS_AT_ONCE)
        for matches in _screened(matcher, travellers[first : first + TRAVELLERS_AT_ONCE])
    ]


def _screened(matcher: Matcher, travellers: Sequence[Traveller]) -> list[list[Match]]:
    return matcher.screen(travellers, floor=0.0, limit=_NO_LIMIT)


def measure_recall(sizes: Sizes | None = None, logic_v2: Path | None = None) -> dict[str, Any]:
    """Recall by family and rate, ours and others'; false alerts by region; namesakes stopped.

    Args:
        sizes: How much is measured.
        logic_v2: A Python in which nomenklatura is installed, to weigh the same pairs with its logic-v2.

    Returns:
        `names`, `threshold`, `alerts_per_10000` at the threshold, `by_region`, `twins_per_10000`,
        `largest_tie` (the share of the hits that the commonest score has), `bands` (whether scores are
        probabilities), `families` (by method, of which one is `ours`, a `Recall`) and `rates` (by method,
        travellers in a second of processor time, no word met before).

    Raises:
        OtherPythonFailed: That Python could not.
    """
    chosen = sizes or Sizes()
    cases = make_cases(chosen)
    matcher = Matcher.compile(cases.entries)
    few = [traveller for _, traveller in cases.innocents[: chosen.rival_innocents]]
    # The first call reads the kernels; then, before anything else has filled the caches.
    matcher.screen(few[:1])
    rates = {OURS: rate(matcher, few)}
    innocent_scores = best_scores(matcher, [traveller for _, traveller in cases.innocents])
    scores = {
        family: best_scores(matcher, [each for _, each in screened])
        for family, screened in cases.families.items()
    }
    families = {OURS: _recall(cases, scores, innocent_scores)}
    for rival in _rivals(cases, matcher, logic_v2):
        innocent = rival.scored(few)
        rates[rival.name] = len(few) / innocent.seconds
        found = {
            family: rival.scored([each for _, each in screened]).scores
            for family, screened in cases.families.items()
        }
        families[rival.name] = _recall(cases, found, innocent.scores)
    twin_scores = best_scores(matcher, [each for _, each in cases.twins])
    return {
        "names": sum(len(entry.names) for entry in cases.entries),
        "threshold": matcher.threshold,
        "alerts_per_10000": 10_000 * alerting(innocent_scores, matcher.threshold),
        "by_region": _by_region(cases.innocents, innocent_scores, matcher.threshold),
        "twins_per_10000": 10_000 * share_found(twin_scores, cases.twins, matcher.threshold),
        "largest_tie": largest_tie(scores.values(), matcher.threshold),
        "bands": bands(
            [
                each.get(entry_id, 0.0)
                for family, screened in cases.families.items()
                if family not in _NOT_OF_THE_NAME
                for each, (entry_id, _) in zip(scores[family], screened, strict=True)
            ],
            [score for each in innocent_scores for score in each.values()],
            len(cases.innocents),
        ),
        "families": families,
        "rates": rates,
    }


def _rivals(cases: Cases, matcher: Matcher, logic_v2: Path | None) -> Iterator[Rival]:
    reference = TokenSort(cases.entries)
    yield reference
    if logic_v2 is not None:
        yield LogicV2(logic_v2, cases.entries, matcher, reference)


def _recall(cases: Cases, found: Mapping[str, Scores], innocent: Scores) -> Recall:
    """The shares found where the method's own innocents give so many alerts."""
    at = floors(innocent)
    return {
        family: {alerts: share_found(found[family], screened, at[alerts]) for alerts in RATES}
        for family, screened in cases.families.items()
    }


def _by_region(
    innocents: Sequence[tuple[str, Traveller]], scores: Scores, threshold: float
) -> dict[str, float]:
    """False alerts of 10,000 innocents of each region of name origin."""
    found: dict[str, list[Mapping[str, float]]] = {}
    for (region, _), each in zip(innocents, scores, strict=True):
        found.setdefault(region, []).append(each)
    return {region: 10_000 * alerting(each, threshold) for region, each in sorted(found.items())}
