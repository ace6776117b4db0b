"""Whether a score is the probability that it says, band by band, on generated cases."""

from typing import Any

import pytest

from deploy.local.match_cases.cases import Sizes
from deploy.local.match_cases.measure import measure_recall
from deploy.local.match_cases.scores import TENTHS, Band, bands
from services.screening.matching import THRESHOLD, TOP_BAND
from services.screening.matching.weights import PRIOR_LISTED_ONE_IN, calibrated, least_total

SIZES = Sizes(entries=900, innocents=5_000, listed=60, rival_innocents=20, seed=77, vocabulary=20)
MOST_TIED = 0.05


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """A population of its own, on which nothing was tuned."""
    return measure_recall(SIZES)


def test_scores_around_the_threshold_and_high_ones_keep_what_they_promise(figures: dict[str, Any]) -> None:
    """Within two bits: generated travellers meet a generated list more often than real ones a real list."""
    for low, high in ((0.0, 0.5), (0.5, 1.0)):
        pooled = [each for each in figures["bands"] if low <= each.low < high and each.listed]
        promised = sum(each.listed * each.mean_score for each in pooled)
        kept = sum(each.listed * each.share_same for each in pooled)

        assert kept / 4 <= promised <= kept * 4


def test_most_listed_people_are_in_the_highest_band_and_hardly_an_innocent_is(
    figures: dict[str, Any],
) -> None:
    highest = figures["bands"][-1]

    assert highest.listed > sum(each.listed for each in figures["bands"][:-1])
    assert highest.innocent <= 1


def test_no_score_is_shared_by_many_hits(figures: dict[str, Any]) -> None:
    assert 0 < figures["largest_tie"] <= MOST_TIED


def test_innocents_weigh_as_many_as_the_stated_prior_has_of_them() -> None:
    found = bands([0.95, 0.55, 0.0], [0.55], 2 * PRIOR_LISTED_ONE_IN)
    middle, highest = found[5], found[-1]

    assert len(found) == TENTHS
    assert (highest.listed, highest.innocent, highest.share_same) == (1, 0, 1.0)
    assert (middle.listed, middle.innocent, middle.share_same) == (1, 1, 1 / 2.5)
    assert middle.mean_score == pytest.approx(0.55)
    assert found[0] == Band(0.0, 0.1, 0, 0, None, None)


def test_a_bit_doubles_the_odds_around_the_threshold() -> None:
    total = least_total(THRESHOLD)
    odds = [score / (1 - score) for score in (calibrated(total), calibrated(total + 100))]

    assert odds[1] / odds[0] == pytest.approx(2, rel=0.01)
    assert least_total(TOP_BAND) > total
