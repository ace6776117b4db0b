"""SG-10's comparison, identifier by identifier."""

from typing import Any

import pytest

from services.screening.review.comparison import (
    BirthDateRelation,
    Contradiction,
    NameAgreement,
    Relation,
    compare,
    document_agrees,
    name_agreement,
)
from services.screening.review.evidence_words import evidence_lines, why_in_words
from shared.travel import Traveller

AGREED = NameAgreement(Relation.AGREE)
ENTRY: dict[str, Any] = {
    "id": "DEMO:DEMi.001",
    "names": [{"text": "SAMIR NAMUDHAJI", "kind": "PRIMARY", "quality": "UNKNOWN"}],
    "birth_dates": [{"kind": "EXACT", "date": "1979-05-14"}],
    "birth_places": [{"city": "Port Exempel", "country": "XCC"}],
    "nationalities": ["XBB", "XCC"],
    "sex": "M",
    "documents": [{"type": "P", "number": "XB 447-1902", "issuer": "XBB"}],
}


def a_traveller(**facts: Any) -> Traveller:
    usual = {
        "surname": "NAMUDHAJI",
        "given_names": "SAMIR",
        "birth_date": "1979-05-14",
        "sex": "M",
        "nationality": "XBB",
        "birth_place": {"city": "PORT EXEMPEL", "country": "XCC"},
        "documents": [{"type": "P", "number": "XB4471902", "issuer": "XBB"}],
    }
    return Traveller.from_json({**usual, **facts})


def test_everything_equal_agrees() -> None:
    found = compare(a_traveller(), ENTRY, AGREED)
    assert found.birth_date is BirthDateRelation.FULL_EQUAL
    assert {found.document, found.nationality, found.birth_place, found.sex} == {Relation.AGREE}
    assert found.contradictions == ()


@pytest.mark.parametrize(
    ("sent", "listed", "expected"),
    [
        ("1979-05-14", [{"kind": "EXACT", "date": "1979-05-14"}], "full_equal"),
        ("1979-05-15", [{"kind": "EXACT", "date": "1979-05-14"}], "disagree"),
        ("1979", [{"kind": "EXACT", "date": "1979-05-14"}], "missing"),
        ("1980", [{"kind": "EXACT", "date": "1979-05-14"}], "disagree"),
        ("1979-05-14", [{"kind": "YEAR", "year": 1979}], "year_equal"),
        ("1980-05-14", [{"kind": "YEAR", "year": 1979}], "disagree"),
        ("1980-01-01", [{"kind": "APPROXIMATE", "year": 1979}], "missing"),
        ("1982-01-01", [{"kind": "APPROXIMATE", "year": 1979}], "disagree"),
        ("1975-01-01", [{"kind": "BETWEEN", "from_year": 1970, "to_year": 1975}], "missing"),
        ("1976-01-01", [{"kind": "BETWEEN", "from_year": 1970, "to_year": 1975}], "disagree"),
        ("1979-05-14", [], "missing"),
        (None, [{"kind": "EXACT", "date": "1979-05-14"}], "missing"),
        (
            "1979-05-14",
            [{"kind": "EXACT", "date": "1966-01-01"}, {"kind": "EXACT", "date": "1979-05-14"}],
            "full_equal",
        ),
        (
            "1979-05-14",
            [{"kind": "EXACT", "date": "1979-01-01"}, {"kind": "YEAR", "year": 1979}],
            "year_equal",
        ),
    ],
)
def test_birth_dates_agree_no_more_than_both_sides_know(
    sent: str | None, listed: list[dict[str, Any]], expected: str
) -> None:
    found = compare(a_traveller(birth_date=sent), {**ENTRY, "birth_dates": listed}, AGREED)
    assert found.birth_date.value == expected


@pytest.mark.parametrize(
    ("sent", "listed", "expected"),
    [
        ([("XB4471902", "XBB")], [("XB4471902", "XBB")], "agree"),
        ([("XB4471902", "XCC")], [("XB4471902", "XBB")], "disagree"),
        ([("XB4471902", None)], [("XB4471902", "XBB")], "missing"),
        ([("XB4471902", "XBB")], [("XB4471902", None)], "missing"),
        ([("XB4471903", "XBB")], [("XB4471902", "XBB")], "disagree"),
        ([("A1", "XBB"), ("XB4471902", "XBB")], [("XB4471902", "XBB")], "agree"),
        ([], [("XB4471902", "XBB")], "missing"),
        ([("XB4471902", "XBB")], [], "missing"),
    ],
)
def test_a_document_agrees_in_number_and_state(
    sent: list[tuple[str, str | None]], listed: list[tuple[str, str | None]], expected: str
) -> None:
    documents = [{"number": number, "issuer": issuer} for number, issuer in sent]
    entry = {**ENTRY, "documents": [{"number": number, "issuer": issuer} for number, issuer in listed]}
    traveller = a_traveller(documents=documents)
    assert compare(traveller, entry, AGREED).document.value == expected
    assert document_agrees(traveller, entry) == (expected == "agree")


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({"city": "port exempel", "country": None}, "agree"),
        ({"city": None, "country": "XCC"}, "missing"),
        ({"city": "Elsewhere", "country": "XCC"}, "disagree"),
        ({"city": "Port Exempel", "country": "XDD"}, "disagree"),
        (None, "missing"),
    ],
)
def test_a_country_of_birth_alone_is_no_further_identifier(
    place: dict[str, str | None] | None, expected: str
) -> None:
    assert compare(a_traveller(birth_place=place), ENTRY, AGREED).birth_place.value == expected


@pytest.mark.parametrize(
    ("facts", "entry", "expected"),
    [
        ({"birth_date": "1981-05-14"}, {}, ()),
        ({"birth_date": "1982-05-14"}, {}, (Contradiction.BIRTH_YEAR,)),
        ({"birth_date": "1990-05-14"}, {"birth_dates": [{"kind": "YEAR", "year": 1979}]}, ()),
        ({"sex": "F"}, {}, (Contradiction.SEX,)),
        ({"sex": "X"}, {}, ()),
        ({"sex": "F"}, {"sex": None}, ()),
    ],
)
def test_hard_contradictions_are_sg_10s_and_no_others(
    facts: dict[str, Any], entry: dict[str, Any], expected: tuple[Contradiction, ...]
) -> None:
    assert compare(a_traveller(**facts), {**ENTRY, **entry}, AGREED).contradictions == expected


def test_an_explained_contradiction_no_longer_stands() -> None:
    found = compare(a_traveller(sex="F"), ENTRY, AGREED)
    assert found.as_facts()["contradictions"] == ["SEX_DIFFERS"]
    assert found.as_facts(["SEX_DIFFERS"])["contradictions"] == []


def a_piece(relation: str, weight: int) -> dict[str, Any]:
    return {"kind": "name", "relation": relation, "weight": weight}


@pytest.mark.parametrize(
    ("pieces", "name", "expected"),
    [
        ([a_piece("EQUAL", 700)], {"kind": "PRIMARY"}, NameAgreement(Relation.AGREE)),
        ([a_piece("EQUAL", 599)], {"kind": "PRIMARY"}, NameAgreement(Relation.MISSING)),
        (
            [a_piece("EQUAL", 900), a_piece("CONTRADICTED", -200)],
            {"kind": "PRIMARY"},
            NameAgreement(Relation.DISAGREE),
        ),
        ([a_piece("EQUAL", 700)], {"kind": "ALIAS", "quality": "LOW"}, NameAgreement(Relation.AGREE, "Low")),
        (
            [a_piece("EQUAL", 700)],
            {"kind": "ALIAS", "quality": "GOOD"},
            NameAgreement(Relation.AGREE, "Good"),
        ),
        ([a_piece("EQUAL", 700)], {"kind": "ALIAS"}, NameAgreement(Relation.AGREE, "Unknown")),
        ([a_piece("EQUAL", 700)], {"kind": "ORIGINAL_SCRIPT"}, NameAgreement(Relation.AGREE)),
        ([], {"kind": "PRIMARY"}, NameAgreement(Relation.MISSING)),
        ([a_piece("EQUAL", 700)], None, NameAgreement(Relation.MISSING)),
        ([a_piece("MISSING", 0)], {"kind": "PRIMARY"}, NameAgreement(Relation.MISSING)),
    ],
)
def test_names_agree_without_contradiction_and_with_weight(
    pieces: list[dict[str, Any]], name: dict[str, Any] | None, expected: NameAgreement
) -> None:
    assert name_agreement(pieces, name) == expected


def test_every_identifier_is_told_in_words_and_none_in_numbers() -> None:
    traveller = a_traveller(birth_date="1979", sex=None)
    found = compare(traveller, ENTRY, NameAgreement(Relation.AGREE, "Low"))
    lines = evidence_lines(traveller, ENTRY, found)
    assert [line.kind for line in lines] == [
        "name",
        "date_of_birth",
        "doc_number",
        "nationality",
        "place_of_birth",
        "sex",
    ]
    assert {line.relation for line in lines} == {"AGREE", "MISSING"}
    assert "weak" in lines[0].words
    assert all(line.words.endswith(".") for line in lines)
    assert "NAMUDHAJI" not in repr(lines)


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        (None, {}, "The airline did not give it."),
        ("M", {"sex": None}, "The list does not give it."),
        (None, {"sex": None}, "Given on neither side."),
        ("X", {}, "The sex is unspecified or unknown on one side."),
    ],
)
def test_what_is_missing_says_on_which_side(ours: str | None, theirs: dict[str, Any], words: str) -> None:
    traveller, entry = a_traveller(sex=ours), ENTRY | theirs
    assert evidence_lines(traveller, entry, compare(traveller, entry, AGREED))[5].words == words


def test_values_read_as_words_and_not_as_codes() -> None:
    traveller = a_traveller()
    lines = {line.kind: line for line in evidence_lines(traveller, ENTRY, compare(traveller, ENTRY, AGREED))}
    assert lines["doc_number"].entry == "Passport XB 447-1902, XBB"
    assert (lines["sex"].traveller, lines["sex"].entry) == ("male", "male")


def test_why_names_what_agrees_without_saying_what_it_is() -> None:
    assert why_in_words([("name", "AGREE"), ("sex", "DIFFER")]) == "Name agrees."
    both = [("name", "AGREE"), ("date_of_birth", "AGREE"), ("doc_number", "AGREE")]
    assert why_in_words(both) == "Name, date of birth and travel document agree."
    assert why_in_words([("name", "MISSING")]) == "Some details resemble an entry."
