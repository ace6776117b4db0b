"""Whose consulate a treaty obliges us to inform: of its own national, while it is in force (SG-36)."""

from typing import Any

import pytest

from services.sharing.custody.consular import Addressee, is_obliged
from tests.unit.sharing.samples import NOW, a_consular_treaty, a_hit

TREATIES = {"XBB": a_consular_treaty("XBB")}
OF_XBB: dict[str, Any] = {"nationality": "XBB", "documents": []}


def a_document(kind: str) -> dict[str, Any]:
    return {"nationality": "XCC", "documents": [{"type": kind, "number": "X1", "issuer": "XBB"}]}


@pytest.mark.parametrize(
    ("traveller", "is_one"),
    [
        (OF_XBB, True),
        (a_document("P"), True),
        (a_document("I"), True),
        (a_document("V"), False),
        (a_document("PR"), False),
        ({"nationality": None, "documents": None}, False),
    ],
    ids=["reported", "passport", "identity card", "visa", "refugee's document", "nothing known"],
)
def test_treaty_is_about_nationals_alone(traveller: dict[str, Any], is_one: bool) -> None:
    assert is_obliged(TREATIES, Addressee("CONSULATE", "XBB"), a_hit(**traveller), NOW) is is_one


@pytest.mark.parametrize(
    "to", [Addressee("PROTECTING_POWER", "XBB"), Addressee("UNHCR", None), Addressee("CONSULATE", "XCC")]
)
def test_treaty_is_about_the_consulate_of_its_state_alone(to: Addressee) -> None:
    assert not is_obliged(TREATIES, to, a_hit(**OF_XBB), NOW)


def test_officers_word_makes_no_treaty() -> None:
    said = Addressee("CONSULATE", "XBB", mandatory_treaty=True)
    assert not is_obliged({}, said, a_hit(**OF_XBB), NOW)


@pytest.mark.parametrize(("days", "is_one"), [((0, 1), True), ((1, 2), False), ((-1, 0), False)])
def test_treaty_obliges_from_its_first_day_until_its_end(days: tuple[int, int], is_one: bool) -> None:
    first, end = (NOW.date().replace(day=NOW.day + 5 + each) for each in days)
    treaty = a_consular_treaty("XBB", valid_from=first, valid_to=end)
    at = NOW.replace(day=NOW.day + 5)
    assert is_obliged({"XBB": treaty}, Addressee("CONSULATE", "XBB"), a_hit(**OF_XBB), at) is is_one
