"""Birth dates, States and documents: every relation, in both directions where it has two."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.matching import weights as w
from services.screening.matching.births import Relation, relate_births
from services.screening.matching.documents import DocumentRelation, document_keys, relate_documents
from services.screening.matching.states import are_related, nationality_of
from services.screening.watchlist.entry import BirthDate, BirthDateKind, EntryDocument
from shared.travel import PartialDate, TravelDocument
from tests.unit.screening.matching.plain import plain_module

Relate = Callable[[PartialDate, BirthDate], Relation]


@pytest.fixture(
    name="relate",
    params=[relate_births, plain_module("births").relate_births],
    ids=["machine-code", "plain-python"],
)
def _relate(request: pytest.FixtureRequest) -> Relate:
    """How birth dates are compared, as it runs in screening and as it is written."""
    relate: Relate = request.param
    return relate


def listed(day: str) -> BirthDate:
    return BirthDate(BirthDateKind.EXACT, date=PartialDate.parse(day))


@pytest.mark.parametrize(
    ("sent", "entry", "relation"),
    [
        ("1979-05-14", "1979-05-14", "EQUAL"),
        ("1979-01-01", "1979-01-01", "EQUAL_DUMMY"),
        ("1979-05-11", "1979-11-05", "SWAPPED"),
        ("1979-01-01", "1979-05-14", "DUMMY"),
        ("1979-05-14", "1979-05-01", "DUMMY"),
        ("1979-05-14", "1979-05-24", "ONE_DIGIT"),
        ("1979-05-12", "1979-05-21", "ONE_DIGIT"),
        ("1979-05-14", "1997-05-14", "ONE_DIGIT"),
        ("1995-05-14", "2005-05-14", "ONE_DIGIT"),
        ("1979-05-14", "1980-05-14", "ONE_YEAR"),
        ("1979-05-14", "1979-05-27", "SAME_YEAR"),
        ("1979-05-14", "1979-08-27", "SAME_YEAR"),
        ("1979-05-01", "1979-08-27", "SAME_YEAR"),
        ("1979-05-14", "1952-08-27", "APART"),
        ("1979-05", "1979-05-14", "MONTH_EQUAL"),
        ("1979-05", "1979-06-14", "SAME_YEAR"),
        ("1979", "1979-05-14", "YEAR_EQUAL"),
        ("1979-05-14", "1979", "YEAR_EQUAL"),
        ("1979", "1978-05-14", "APART"),
        ("1979", "1969-05-14", "YEAR_DIGIT"),
        ("1995", "2005", "YEAR_DIGIT"),
        ("1979", "1999-05-14", "APART"),
        ("1979", "1968-05-14", "APART"),
    ],
)
def test_relation_of_two_birth_dates(relate: Relate, sent: str, entry: str, relation: str) -> None:
    assert relate(PartialDate.parse(sent), listed(entry))[0] == relation


def test_evidence_falls_with_every_step_away_from_the_date() -> None:
    dates = [
        "1979-05-14",
        "1980-05-14",
        "1979",
        "1979-08-03",
        "1977-08-03",
        "1974-08-03",
        "1970-08-03",
        "1950-08-03",
    ]
    weights = [relate_births(PartialDate(1979, 5, 14), listed(day))[1] for day in dates]

    assert weights == sorted(weights, reverse=True)
    assert weights[0] == w.BIRTH_EQUAL
    assert weights[-1] == w.BIRTH_APART[-1]


def test_a_first_of_the_same_month_says_more_than_a_first_of_january(relate: Relate) -> None:
    born = PartialDate(1979, 5, 14)

    assert relate(born, listed("1979-05-01")) == ("DUMMY", w.BIRTH_DUMMY_DAY)
    assert relate(born, listed("1979-01-01")) == ("DUMMY", w.BIRTH_DUMMY)
    assert relate(PartialDate(1979, 1, 1), listed("1979-01-14")) == ("DUMMY", w.BIRTH_DUMMY)


@pytest.mark.parametrize(
    ("year", "relation"), [(1980, "NEAR"), (1982, "NEAR"), (1985, "NEAR"), (1990, "APART")]
)
def test_an_approximate_year_is_near_or_apart(relate: Relate, year: int, relation: str) -> None:
    approximate = BirthDate(BirthDateKind.APPROXIMATE, year=1980)

    assert relate(PartialDate(year, 3, 3), approximate)[0] == relation


@pytest.mark.parametrize(
    ("year", "relation"),
    [(1967, "APART"), (1968, "BETWEEN"), (1972, "BETWEEN"), (1973, "APART"), (1999, "APART")],
)
def test_a_span_holds_its_first_and_last_year(relate: Relate, year: int, relation: str) -> None:
    span = BirthDate(BirthDateKind.BETWEEN, from_year=1968, to_year=1972)

    assert relate(PartialDate(year, 3, 3), span)[0] == relation


def test_a_year_is_a_year_and_no_first_of_january() -> None:
    year = BirthDate(BirthDateKind.YEAR, year=1966)

    assert relate_births(PartialDate(1966, 8, 9), year) == ("YEAR_EQUAL", w.BIRTH_YEAR)


@given(st.dates(), st.dates())
def test_two_dates_always_have_a_relation_and_it_is_symmetric(one: Any, other: Any) -> None:
    first, second = PartialDate.of(one), PartialDate.of(other)

    assert relate_births(first, listed(str(second))) == relate_births(second, listed(str(first)))


def test_codes_of_documents_become_todays_states() -> None:
    assert nationality_of("D") == "DEU"
    assert nationality_of("gbn") == "GBR"
    assert nationality_of("XXA") is None
    assert nationality_of(None) is None
    assert nationality_of("XBB") == "XBB"


@pytest.mark.parametrize(
    ("one", "other", "related"),
    [
        ("SUN", "RUS", True),
        ("SSD", "SDN", True),
        ("RUS", "UKR", False),
        ("FRA", "SUN", False),
        ("FRA", "DEU", False),
    ],
)
def test_predecessor_states_are_related(one: str, other: str, related: bool) -> None:
    assert are_related(one, other) is related
    assert are_related(other, one) is related


@pytest.mark.parametrize(
    ("number", "issuer", "relation"),
    [
        ("XB4471902", "XBB", DocumentRelation.EQUAL),
        ("xb 447-1902", "XBB", DocumentRelation.EQUAL),
        ("XB447I9O2", "XBB", DocumentRelation.NUMBER_CONFUSED),
        ("XB4471902", "XCC", DocumentRelation.NUMBER_EQUAL_OTHER_ISSUER),
        ("XB447I9O2", "XCC", DocumentRelation.DIFFERENT),
        ("XB4471902", None, DocumentRelation.NUMBER_EQUAL_NO_ISSUER),
        ("XB447I9O2", None, DocumentRelation.DIFFERENT),
        ("XB4471903", "XBB", DocumentRelation.DIFFERENT),
    ],
)
def test_relation_of_two_documents(number: str, issuer: str | None, relation: DocumentRelation) -> None:
    entry = EntryDocument("XB4471902", "P", "XBB")

    assert relate_documents(TravelDocument("P", number, issuer), entry) is relation


def test_a_second_issuing_state_counts_too() -> None:
    entry = EntryDocument("30118822", "P", "XCC", other_issuer="XBB")

    assert relate_documents(TravelDocument("P", "30118822", "XBB"), entry) is DocumentRelation.EQUAL


def test_a_number_is_found_inside_a_remark() -> None:
    assert document_keys("diplomatic passport no. D00000898") & document_keys("D00000898")


def test_a_short_number_is_no_key() -> None:
    assert document_keys("1234") == frozenset()
    assert document_keys("№ -") == frozenset()
