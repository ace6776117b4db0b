"""A State's own rules: stricter as it likes, never laxer for what the law forbids to keep."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.ingest.sensitive import (
    DEFAULT_RULES,
    Action,
    CodeRule,
    RulesRefused,
    SensitiveClass,
    classify_text,
    filter_message,
    read_rules,
)
from services.ingest.sensitive import rules_file as module
from services.ingest.sensitive.rules import CODE_TABLE, FORBIDDEN_CLASSES
from shared.travel.message import MessageKind, ParsedMessage
from shared.travel.reservation import Reservation, ReservationTraveller
from shared.travel.reservation_parts import Remark, ServiceItem

STRICTER = """
version = "xaa-2027-11"
kept_remarks = []
titles = ["SHERIFF"]
scrubs_group_names = true

[codes]
PETC = { action = "DROP" }
QQQQ = { action = "DROP", class = "health" }
FOID = { action = "KEEP" }

[words]
religion = ["ALMS"]
sexual_life = ["BRIDAL SUITE"]
"""


def written(folder: Path, rules: dict[str, Any] | str) -> Path:
    path = folder / ("rules.toml" if isinstance(rules, str) else "rules.json")
    path.write_text(rules if isinstance(rules, str) else json.dumps(rules), encoding="utf-8")
    return path


def test_no_file_means_the_default_rules() -> None:
    assert read_rules(None) is DEFAULT_RULES


def test_every_code_of_the_table_that_reveals_is_dropped() -> None:
    revealing = [rule for rule in CODE_TABLE.values() if rule.group in FORBIDDEN_CLASSES]
    assert revealing
    assert {rule.action for rule in revealing} == {Action.DROP}


def test_stricter_rules_are_read_and_obeyed(tmp_path: Path) -> None:
    rules = read_rules(written(tmp_path, STRICTER))
    reservation = Reservation(
        locator="Q7KD2M",
        services=tuple(ServiceItem(code=code, text="X") for code in ("PETC", "QQQQ", "FOID", "KSML")),
        remarks=(Remark(kind="FARE_CALCULATION", text="DXB ATH 200.00"),),
        travellers=(ReservationTraveller(surname="OSEI", given_names="KOFI SHERIFF"),),
    )
    kept = filter_message(ParsedMessage(kind=MessageKind.PNRGOV, reservations=(reservation,)), rules)
    assert kept.reservations[0].services == (ServiceItem(code="FOID"),)
    assert kept.reservations[0].remarks == ()
    assert kept.reservations[0].travellers[0].given_names == "KOFI"
    assert kept.dropped.as_json() == {"religion": 1, "health": 1, "free_text": 3}
    assert rules.version == "xaa-2027-11"
    assert [each.code_rule("PETC").action for each in (rules, DEFAULT_RULES)] == [Action.DROP, Action.KEEP]
    assert classify_text("ALMS", rules) == "religion"
    assert classify_text("A BRIDAL SUITE PLS", rules) == "sexual_life"
    assert classify_text("PLS WHEELCHAIR", rules) == "health"


def test_file_in_json_says_the_same_and_leaves_the_default_in_place(tmp_path: Path) -> None:
    rules = read_rules(
        written(tmp_path, {"version": "1", "codes": {"WCHR": {"action": "DROP", "class": "health"}}})
    )
    assert rules.codes["WCHR"] == CodeRule(Action.DROP, SensitiveClass.HEALTH)
    assert rules.kept_remarks == DEFAULT_RULES.kept_remarks


def test_state_cannot_give_a_word_of_the_law_another_class(tmp_path: Path) -> None:
    rules = read_rules(written(tmp_path, {"version": "1", "words": {"free_text": ["KOSHER", "SAME SEX"]}}))
    assert classify_text("KOSHER", rules) == "religion"
    assert classify_text("SAME SEX", rules) == "sexual_life"


@pytest.mark.parametrize("action", ["KEEP", "SCRUB", "MASK"])
@pytest.mark.parametrize("code", ["KSML", "WCHR", "LANG", "HNMN", "VGML", "ZZML", "WCXX"])
def test_code_that_reveals_can_never_be_kept(code: str, action: str, tmp_path: Path) -> None:
    for row in ({"action": action}, {"action": action, "class": "free_text"}):
        with pytest.raises(RulesRefused, match=f"Code {code} reveals"):
            read_rules(written(tmp_path, {"version": "1", "codes": {code: row}}))


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"version": "1", "codes": {"KSML": {"action": "DROP"}}}, "must stay in a class of Article 13"),
        (
            {"version": "1", "codes": {"QQQQ": {"action": "KEEP", "class": "health"}}},
            "its action must be DROP",
        ),
        ({"version": "1", "kept_remarks": ["OSI"]}, "Remarks of kind OSI are free text"),
        ({"version": "1", "codes": {"ksml": {"action": "DROP"}}}, "fault at codes.ksml"),
        ({"version": "1", "codes": {"KSML": {"action": "IGNORE"}}}, "fault at codes.KSML.action"),
        ({"version": "1", "unknown": 1}, "fault at unknown"),
        ({}, "fault at version"),
        ("version = ", "is no TOML"),
    ],
)
def test_rules_that_cannot_be_used_say_why(
    rules: dict[str, Any] | str, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(RulesRefused, match=sentence):
        read_rules(written(tmp_path, rules))


def test_file_that_is_no_rules_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    with pytest.raises(RulesRefused, match="cannot be read: FileNotFoundError"):
        read_rules(path)
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(RulesRefused, match="fault at the file"):
        read_rules(path)
    path.write_bytes(b"\xff")
    with pytest.raises(RulesRefused, match="is no JSON"):
        read_rules(path)


@pytest.mark.parametrize("spare", [0, 1])
def test_rules_file_has_a_limit(spare: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, {"version": "1"})
    monkeypatch.setattr(module, "MAX_RULES_BYTES", path.stat().st_size - 1 + spare)
    if spare:
        assert read_rules(path).version == "1"
    else:
        with pytest.raises(RulesRefused, match="longer than"):
            read_rules(path)
