"""What the fairness benchmark says of counts: rates, bounds, ratios."""

import pytest

from deploy.local.benchmarks.fairness import LEAST_ALERTS, Cell, innocents, ratio_low, table
from deploy.local.benchmarks.fairness import worst_over_best as ratio_of
from services.screening.matching import Matcher
from services.screening.watchlist.entry import WatchlistEntry


def test_the_interval_of_a_rate_holds_the_rate_and_is_narrower_with_more_travellers() -> None:
    few, many = Cell("A", 10_000, 5), Cell("A", 1_000_000, 500)

    assert few.rate == many.rate == 5.0
    assert few.interval[0] < many.interval[0] < 5.0 < many.interval[1] < few.interval[1]
    assert Cell("A", 10_000, 0).interval[0] == 0.0


def test_the_lower_bound_of_a_ratio_is_told_for_enough_false_alerts_only() -> None:
    rest = [Cell(name, 100_000, 50) for name in "BCD"]
    worse, rare = Cell("A", 100_000, 200), Cell("A", 100_000, LEAST_ALERTS - 1)

    assert ratio_low(rare, [rare, *rest]) is None
    low = ratio_low(worse, [worse, *rest])
    assert low is not None
    assert 1.5 < low < 200 / 87.5


def test_half_an_alert_stands_for_none() -> None:
    assert ratio_of([Cell("A", 1_000, 0), Cell("B", 1_000, 0)]) == (None, None)

    ratio, low = ratio_of([Cell("A", 1_000, 0), Cell("B", 1_000, 4)])
    assert ratio == pytest.approx(8)
    assert low is not None
    assert low < 8


def test_a_table_counts_every_traveller_of_every_region_once() -> None:
    regions = innocents()
    entry = WatchlistEntry.from_json({"id": "T:1", "names": [{"text": "RAMESH KALPANIK"}]})
    found = table("BROAD", Matcher.compile([entry]), regions, count=3)

    assert len(found["region"]) == len(regions) >= 12
    assert [each["travellers"] for each in found["region"]] == [3] * len(regions)
    assert sum(each["travellers"] for each in found["age"]) == 3 * len(regions)
    assert found["worst_over_best"] is None
