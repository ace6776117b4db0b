import json
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from shared.audit.record import (
    MAX_FACT_ITEMS,
    MAX_FACTS,
    MAX_REASONS,
    AuditRecord,
    AuditRecordRefused,
    is_code,
)
from shared.identifiers import AuditRecordId
from tests.fakes import START


def a_record(**changes: Any) -> AuditRecord:
    values: dict[str, Any] = {
        "record_id": AuditRecordId(UUID(int=1)),
        "occurred_at": START,
        "service": "screening",
        "actor": "verifier-1",
        "action": "hit.decide",
        "object_kind": "HIT",
        "object_id": "01930000-0000-7000-8000-000000000000",
    }
    return AuditRecord(**(values | changes))


def test_canonical_form_is_sorted_compact_json() -> None:
    record = a_record(facts={"b": 1, "a": (True, None, 2.5, "SAME")}, reasons=("SG-01", "SG-09"))
    assert record.canonical() == (
        b'{"action":"hit.decide","actor":"verifier-1","case_id":null,"facts":{"a":[true,null,2.5,"SAME"],"b":1},'
        b'"format":1,"object_id":"01930000-0000-7000-8000-000000000000","object_kind":"HIT",'
        b'"occurred_at":"2027-11-14T04:58:07.000000Z","outcome":"DONE","policy":null,"purpose":null,'
        b'"reasons":["SG-01","SG-09"],"record_id":"00000000-0000-0000-0000-000000000001",'
        b'"service":"screening","subject_id":null}'
    )


def test_order_of_facts_does_not_matter() -> None:
    assert a_record(facts={"a": 1, "b": 2}).canonical() == a_record(facts={"b": 2, "a": 1}).canonical()


def test_facts_cannot_change_afterwards() -> None:
    facts: dict[str, Any] = {"a": 1}
    record = a_record(facts=facts)
    facts["a"] = 2
    assert json.loads(record.canonical())["facts"] == {"a": 1}
    with pytest.raises(TypeError):
        record.facts["a"] = 3  # type: ignore[index]


def test_time_must_be_utc() -> None:
    with pytest.raises(AssertionError):
        a_record(occurred_at=datetime(2027, 1, 1, tzinfo=timezone(timedelta(hours=2))))


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": "Jane Doe"},
        {"actor": ""},
        {"actor": "jane@example.org"},
        {"object_id": "x" * 201},
        {"subject_id": "Müller"},
        {"purpose": "because I want to"},
        {"case_id": "the case of J. Doe"},
        {"policy": "not a code"},
        {"outcome": "PERHAPS"},
        {"reasons": ("free text here",)},
        {"reasons": ("R",) * (MAX_REASONS + 1)},
        {"facts": {"note": "free text here"}},
        {"facts": {"note": ("fine", "not fine")}},
        {"facts": {"note": {"nested": 1}}},
        {"facts": {"note": START}},
        {"facts": {"note": float("nan")}},
        {"facts": {"note": float("inf")}},
        {"facts": {"Note": 1}},
        {"facts": {"surname": "DOE"}},
        {"facts": {"birth_date": "1980-01-01"}},
        {"facts": {"document_number": "X123"}},
        {"facts": {"ids": ("A",) * (MAX_FACT_ITEMS + 1)}},
        {"facts": {f"f{number}": 1 for number in range(MAX_FACTS + 1)}},
        {"facts": {f"f{number}": ("A" * 200,) * 10 for number in range(MAX_FACTS)}},
    ],
)
def test_anything_but_identifiers_numbers_and_codes_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(AuditRecordRefused):
        a_record(**changes)


def test_refusal_names_the_field_and_not_the_value() -> None:
    with pytest.raises(AuditRecordRefused) as refusal:
        a_record(facts={"note": "Jane Doe"})
    assert "facts.note" in str(refusal.value)
    assert "Jane" not in str(refusal.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"reasons": ("R",) * MAX_REASONS},
        {"facts": {"ids": ("A",) * MAX_FACT_ITEMS}},
        {"facts": {f"f{number}": 1 for number in range(MAX_FACTS)}},
        {"actor": "x" * 200, "outcome": "REFUSED", "subject_id": "t-1", "purpose": "OVERSIGHT"},
    ],
)
def test_limits_themselves_are_allowed(changes: dict[str, Any]) -> None:
    assert json.loads(a_record(**changes).canonical())["format"] == 1


@pytest.mark.parametrize("text", ["UN_SC", "sha256:0f", "a+b/c=", "SG-27.SAME_PERSON", "auth0|5f7c", "_x"])
def test_identifiers_and_codes_pass(text: str) -> None:
    assert is_code(text)


@pytest.mark.parametrize("text", ["", " ", "a b", "-x", "a\n", "é", "a@b", "x" * 201])
def test_other_texts_are_no_codes(text: str) -> None:
    assert not is_code(text)
