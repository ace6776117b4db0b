"""What the published procedures for listing ask of a person stands in the draft, or is left open in it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.screening.watchlist.committee import standard_form
from services.screening.watchlist.committee_form import load_form
from services.screening.watchlist.nomination import Nomination, NominationKind, NominationState, Terms

PERSON = {
    "names": [
        {
            "text": "GRETA BEISPIEL",
            "kind": "PRIMARY",
            "surname": "BEISPIEL",
            "given_names": "GRETA",
            "quality": "GOOD",
        },
        {"text": "G. MUSTER", "kind": "ALIAS", "quality": "LOW"},
    ],
    "nationalities": ["XCC", "XBB"],
    "documents": [
        {"number": "XC77", "type": "P", "issuer": "XCC", "issued": "2020-01-02", "issued_at": "Capital"},
        {"number": "8", "type": "I", "issuer_text": "Nowhere"},
        {"number": "9"},
    ],
    "addresses": [
        {"street": "1 Example Street", "city": "Town", "country": "XCC"},
        {"city": "Old Town", "country": "XCC"},
        {"city": "Far Town", "country_text": "Nowhere"},
    ],
}


def drafted() -> dict[str, list[str]]:
    """The lines of a draft, by their labels."""
    nomination = Nomination(
        nomination_id=UUID(int=1),
        entry_id="DEMO:1",
        source_id="DEMO",
        kind=NominationKind.NATIONAL,
        state=NominationState.SUBMITTED,
        version=1,
        entry=PERSON,
        terms=Terms({"category": "CONVICTED", "grounds": []}),
        nominator="steward",
        nominator_manager=None,
        drafted_at=datetime(2027, 1, 1, tzinfo=UTC),
    )
    lines: list[Any] = [line for _, own in standard_form(nomination, load_form()) for line in own]
    return {label: list(values) for label, values in lines}


@pytest.mark.parametrize(
    ("label", "values"),
    [
        ("Family name", ["BEISPIEL"]),
        ("Given names", ["GRETA"]),
        ("Name in full", ["GRETA BEISPIEL"]),
        ("Low quality a.k.a.", ["G. MUSTER"]),
        ("State of residence", ["XCC", "Nowhere"]),
        (
            "Passport or travel document: number, State, date and place of issue",
            ["XC77 (XCC), issued 2020-01-02 Capital"],
        ),
        ("National identification number", ["8 (Nowhere)"]),
        ("Other documents", ["9"]),
    ],
)
def test_what_is_known_stands_on_its_line(label: str, values: list[str]) -> None:
    assert drafted()[label] == values


@pytest.mark.parametrize(
    "label",
    [
        "Employment, occupation, title or function",
        "Current location",
        "Connection with somebody who is listed, and the reference of that entry",
        "Nature of the evidence: intelligence, police, court, media, admission",
        "Parts that may be published",
        "Parts that interested States may have on request",
    ],
)
def test_what_this_system_does_not_know_is_left_open_and_not_left_out(label: str) -> None:
    assert drafted()[label] == []
