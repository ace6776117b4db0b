"""The arithmetic of list versions and entries."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.screening.watchlist.entry_age import is_child
from services.screening.watchlist.versions import (
    ListVersion,
    Release,
    VersionState,
    change_in_percent,
    expires,
    is_released,
    missing_release,
    purpose_tag,
    review_due,
)

TODAY = date(2027, 11, 14)


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [(10, 12, 20.0), (10, 8, -20.0), (10, 10, 0.0), (0, 5, 100.0), (0, 0, 0.0)],
)
def test_the_change_is_counted_from_the_earlier_version(before: int, after: int, percent: float) -> None:
    assert change_in_percent(before, after) == percent


@pytest.mark.parametrize(
    ("after", "others", "percent"), [(10, 2, 20.0), (8, 2, -20.0), (8, 3, 30.0), (12, 1, 20.0)]
)
def test_what_is_said_otherwise_counts_as_the_length_does(after: int, others: int, percent: float) -> None:
    assert change_in_percent(10, after, others) == percent


@pytest.mark.parametrize(
    ("births", "expected"),
    [
        ([{"kind": "EXACT", "date": "2009-11-15"}], True),
        ([{"kind": "EXACT", "date": "2009-11-14"}], False),
        ([{"kind": "EXACT", "date": "2009-11"}], True),
        ([{"kind": "YEAR", "year": 2010}], True),
        ([{"kind": "YEAR", "year": 2009}], True),
        ([{"kind": "YEAR", "year": 2008}], False),
        ([{"kind": "BETWEEN", "from_year": 2000, "to_year": 2012}], True),
        ([{"kind": "YEAR", "year": 1980}, {"kind": "YEAR", "year": 2012}], True),
        ([], False),
    ],
)
def test_a_child_is_whoever_may_be_under_eighteen(births: list[dict[str, Any]], expected: bool) -> None:
    assert is_child({"birth_dates": births}, TODAY) is expected


@pytest.mark.parametrize(
    ("body", "days"),
    [
        ({"category": "UN_1267_LISTED"}, 730),
        ({"category": "UN_1267_LISTED", "birth_dates": [{"kind": "YEAR", "year": 2015}]}, 183),
        ({"category": "CONVICTED"}, 183),
        ({}, 183),
    ],
)
def test_reviews_are_due_as_sg_14_says(body: dict[str, Any], days: int) -> None:
    assert (review_due(body, TODAY) - TODAY).days == days
    assert (expires(TODAY) - TODAY).days == 1826


def test_only_a_listing_for_terrorism_tags_an_entry() -> None:
    assert purpose_tag({"listings": [{"terrorism": False}, {"terrorism": True}]}) == "TERRORISM"
    assert purpose_tag({"listings": [{"terrorism": None}]}) is None
    assert purpose_tag({}) is None


def a_version(*approvers: Release) -> ListVersion:
    moment = datetime(2027, 11, 14, tzinfo=UTC)
    return ListVersion(
        version_id=UUID(int=1),
        source_id="DEMO",
        state=VersionState.HELD,
        generated_at=moment,
        sha256="0" * 64,
        individuals=1,
        entities_left_out=0,
        by_regime={"Al-Qaida": 1},
        stored=1,
        faults=[],
        delta_pct=100.0,
        imported_by="steward",
        imported_at=moment,
        approvers=approvers,
    )


STEWARD = Release("steward", "LIST_STEWARD")
APPROVER = Release("supervisor", "APPROVER")


@pytest.mark.parametrize(
    ("given", "person", "roles", "expected"),
    [
        ((), "steward", {"LIST_STEWARD"}, STEWARD),
        ((), "supervisor", {"APPROVER", "SUPERVISOR"}, APPROVER),
        ((STEWARD,), "supervisor", {"APPROVER"}, APPROVER),
        ((STEWARD,), "steward", {"LIST_STEWARD", "APPROVER"}, None),
        ((STEWARD,), "another", {"LIST_STEWARD"}, None),
        ((), "legal", {"LEGAL"}, None),
    ],
)
def test_each_post_releases_once_and_nobody_holds_both(
    given: tuple[Release, ...], person: str, roles: set[str], expected: Release | None
) -> None:
    assert missing_release(a_version(*given), person, frozenset(roles)) == expected


def test_two_posts_release_a_version() -> None:
    assert not is_released(a_version(STEWARD))
    assert is_released(a_version(STEWARD, APPROVER))
