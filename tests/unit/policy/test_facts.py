"""Reading one fact: null, absence, type, limits."""

from typing import Any

import pytest
from hypothesis import given as sampled
from hypothesis import strategies as st

from shared.policy.facts import reading
from shared.policy.facts.access import SG_44
from shared.policy.facts.reading import ABSENT, MISTYPED
from shared.policy.facts.registry import RULE_FACTS
from tests.unit.policy.strategies import JSON

_TYPES = {"Bool": bool, "Long": int, "String": str, "Set<String>": list}


def _at(value: Any) -> dict[str, Any]:
    return {"context": {"fact": value}, "now": "2026-06-01T10:00:00Z"}


def test_path_tells_absent_from_null_from_mistyped() -> None:
    find = reading.look("context.grant.used")

    assert find({}) is ABSENT
    assert find({"context": {}}) is ABSENT
    assert find({"context": {"grant": None}}) is None
    assert find({"context": {"grant": "text"}}) is MISTYPED
    assert find({"context": {"grant": {"used": False}}}) is False


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("", ""),
        ("  ", ""),
        ("a", "a"),
        (None, ""),
        ("x" * reading.MAX_TEXT_CHARACTERS, "x" * reading.MAX_TEXT_CHARACTERS),
        ("x" * (reading.MAX_TEXT_CHARACTERS + 1), MISTYPED),
        ("half a \ud800 character", MISTYPED),
        ("ñ", "ñ"),
        (7, MISTYPED),
        (["a"], MISTYPED),
    ],
)
def test_text(value: Any, read: Any) -> None:
    assert reading.text("context.fact").read(_at(value)) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (["b", "a", "b"], ["a", "b"]),
        ([], []),
        (None, []),
        (["a"] * reading.MAX_LIST_ITEMS, ["a"]),
        (["a"] * (reading.MAX_LIST_ITEMS + 1), MISTYPED),
        (["a", 7], MISTYPED),
        ("ab", MISTYPED),
    ],
)
def test_texts(value: Any, read: Any) -> None:
    assert reading.texts("context.fact").read(_at(value)) == read


def test_records_have_a_limit() -> None:
    assert reading.as_records([{}] * reading.MAX_LIST_ITEMS) != MISTYPED
    assert reading.as_records([{}] * (reading.MAX_LIST_ITEMS + 1)) is MISTYPED


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (3, 3),
        (True, MISTYPED),
        (3.0, MISTYPED),
        ("3", MISTYPED),
        (reading.MAX_NUMBER, reading.MAX_NUMBER),
        (-reading.MAX_NUMBER - 1, MISTYPED),
        pytest.param(10**5000, MISTYPED, id="huge"),
        (None, -1),
    ],
)
def test_integer(value: Any, read: Any) -> None:
    assert reading.integer("context.fact", null=-1).read(_at(value)) == read


@pytest.mark.parametrize(
    ("value", "away", "toward"),
    [
        (1.25, 1250, 1250),
        (1.25001, 1251, 1250),
        (-72.00001, -72001, -72000),
        (4, 4000, 4000),
        (0.1 + 0.2, 301, 300),
        (float("nan"), MISTYPED, MISTYPED),
        (float("inf"), MISTYPED, MISTYPED),
        pytest.param(10**5000, MISTYPED, MISTYPED, id="huge"),
        (True, MISTYPED, MISTYPED),
        ("1", MISTYPED, MISTYPED),
        (None, 7, 7),
    ],
)
def test_thousandths(value: Any, away: Any, toward: Any) -> None:
    assert reading.thousandths("context.fact", null=7).read(_at(value)) == away
    assert reading.thousandths("context.fact", null=7, toward_zero=True).read(_at(value)) == toward


@pytest.mark.parametrize(
    ("value", "until", "since"),
    [
        ("2026-06-01T10:00:00Z", 0, 0),
        ("2026-06-01T10:00:00.000001Z", 1, -1),
        ("2026-06-02T10:00:00+00:00", 1, -1),
        ("2026-06-02T12:00:00+02:00", 1, -1),
        ("2026-06-02", 1, -1),
        ("2026-06-01", 0, 0),
        ("2026-05-30", -2, 2),
        ("20260602", MISTYPED, MISTYPED),
        ("2026-06-02T10:00:00", MISTYPED, MISTYPED),
        ("2026-06-02 10:00:00+00:00", MISTYPED, MISTYPED),
        ("tomorrow", MISTYPED, MISTYPED),
        (7, MISTYPED, MISTYPED),
        (None, 0, -1),
    ],
)
def test_days(value: Any, until: Any, since: Any) -> None:
    assert reading.days_until("context.fact").read(_at(value)) == until
    assert reading.days_since("context.fact").read(_at(value)) == since


def test_days_without_now_are_unread() -> None:
    fact = reading.optional(reading.days_since("context.fact"), 0)

    assert fact.read({"context": {"fact": "2026-06-01"}}) is MISTYPED
    assert fact.read({"context": {}}) == 0


@pytest.mark.parametrize(
    ("value", "read"),
    [({}, True), (None, False), (7, MISTYPED)],
)
def test_given(value: Any, read: Any) -> None:
    assert reading.given("context.fact").read(_at(value)) == read
    assert reading.optional_given("context.fact").read({"context": {}}) is False
    assert reading.given("context.fact").read({"context": {}}) is ABSENT


def test_counted_leaves_out_the_blank() -> None:
    assert reading.counted("context.fact").read(_at(["a", "", " ", "a", "b"])) == 2
    assert reading.counted("context.fact").read(_at(None)) == 0
    assert reading.counted("context.fact").read(_at("a")) is MISTYPED


def test_rank() -> None:
    fact = reading.rank("context.fact", ("H0", "H1"), null=-1, other=99)

    assert [fact.read(_at(value)) for value in ("H0", "H1", "H2", None)] == [0, 1, 99, -1]
    assert fact.read(_at(7)) is MISTYPED


@pytest.mark.parametrize("facts", RULE_FACTS.values(), ids=RULE_FACTS)
def test_only_one_reading_is_declared_for_a_name_and_an_action(facts: Any) -> None:
    for action in facts.actions:
        names = [name for name, _ in facts.readers(action)]
        assert len(names) == len(set(names))
    assert all(set(actions) <= set(facts.actions) for actions in facts.only)


@sampled(st.dictionaries(st.sampled_from(["actor", "purpose", "object", "context", "now"]), JSON))
def test_readers_never_crash_and_give_their_type(request: dict[str, Any]) -> None:
    for facts in RULE_FACTS.values():
        for name, fact in facts.all_facts.items():
            value = fact.read(request)
            assert value in (ABSENT, MISTYPED) or type(value) is _TYPES[fact.cedar_type], name


def test_report_needs_hours() -> None:
    told = SG_44.all_facts["dpo_told"]

    assert told.read({"context": {"dpo_told_h": 0}}) is True
    assert told.read({"context": {"dpo_told_h": None}}) is False
    assert told.read({"context": {"dpo_told_h": True}}) is MISTYPED
    assert told.read({"context": {}}) is ABSENT
