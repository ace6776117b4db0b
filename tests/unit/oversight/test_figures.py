"""Published figures: small counts are hidden, and so is everything that would tell them."""

from datetime import UTC, datetime

import pytest

from shared.oversight.figures import Month, count, counts, middle, percent
from shared.oversight.views import FiguresOut, asked_month


@pytest.mark.parametrize(("number", "shown"), [(0, 0), (1, "<10"), (9, "<10"), (10, 10), (2_000, 2_000)])
def test_a_count_below_ten_is_published_as_below_ten(number: int, shown: int | str) -> None:
    assert count(8, "sent", number).value == shown


def test_the_parts_of_a_count_stand_without_their_total() -> None:
    parts = counts(8, "sent_abroad_by_state", [("XBB", 40), ("XCC", 3)])
    assert [(each.group, each.value) for each in parts] == [("XBB", 40), ("XCC", "<10")]


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(50, 200, 25.0), (0, 20, 0.0), (20, 20, 100.0), (9, 200, None), (195, 200, None), (0, 0, None)],
)
def test_a_share_is_told_only_where_it_gives_no_hidden_count_away(
    part: int, whole: int, shown: float | None
) -> None:
    assert percent(2, "precision", part, whole).value == shown


def test_a_median_over_few_is_somebodys_and_is_not_told() -> None:
    assert middle(4, "took", 61.24, 9).value is None
    assert middle(4, "took", 61.24, 10).value == 61.2
    assert middle(4, "took", None, 100).value is None


@pytest.mark.parametrize(("text", "after"), [("2026-11", "2026-12-01"), ("2026-12", "2027-01-01")])
def test_a_month_ends_where_the_next_begins(text: str, after: str) -> None:
    month = Month.parse(text)
    assert (str(month), month.after.isoformat()) == (text, after)
    assert month.until == datetime.fromisoformat(f"{after}T00:00:00+00:00")
    assert month.since.tzinfo is UTC


def test_the_present_month_is_meant_where_none_is_named() -> None:
    now = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    assert str(asked_month(None, now)) == "2026-11"
    assert str(asked_month("2025-01", now)) == "2025-01"


def test_figures_leave_in_the_order_of_the_kpis_with_their_names() -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    out = FiguresOut.of("sharing", Month.of(now), now, [count(15, "blocked", 2), count(8, "sent", 12)])
    assert [(each.kpi, each.value) for each in out.figures] == [(8, 12), (15, "<10")]
    assert out.kpis == {8: "Shares", 15: "Protection"}
