"""Explanations: the same pieces as the score, in words for people."""

import pytest

from services.screening.matching import Matcher
from services.screening.matching.explain import AGREE, DIFFER, MISSING
from tests.unit.screening.matching.samples import a_traveller, an_entry, born, explained

ENTRY = an_entry(
    "RAMESH KALPANIK", nationalities=["XCC"], sex="M", birth_dates=born("1975-08-19"),
    birth_places=[{"city": "Namuna", "country": "XCC"}], documents=[{"number": "EX0091822", "issuer": "XCC"}],
)  # fmt: skip
TRAVELLER = a_traveller(
    "KALPANIKK", "RAMESHMR", nationality="XAA", sex="F", birth_date="1985-02-01",
    birth_place={"city": "Namuna", "country": "XAA"}, documents=[{"number": "EX0091822", "issuer": "XAA"}],
)  # fmt: skip


def test_the_json_has_every_piece_and_its_weights_add_up() -> None:
    why = explained(ENTRY, TRAVELLER)
    told = why.as_json()

    assert {each["kind"] for each in told["evidence"]} == {
        "name", "birth_date", "nationality", "sex", "document", "birth_place",
    }  # fmt: skip
    assert sum(each["weight"] for each in told["evidence"]) == told["total"]
    assert set(told["evidence"][0]) == {"kind", "relation", "traveller", "entry", "weight"}
    assert told["algorithm"]
    assert told["snapshot"] == Matcher.compile([ENTRY]).digest


def test_both_sides_are_told_as_they_were_compared() -> None:
    evidence = {(each.kind, each.relation): each for each in explained(ENTRY, TRAVELLER).evidence}

    assert evidence["birth_date", "APART"].traveller == "1985-02-01"
    assert evidence["birth_date", "APART"].entry == "1975-08-19"
    assert evidence["document", "NUMBER_EQUAL_OTHER_ISSUER"].entry == "EX0091822 XCC"
    assert evidence["birth_place", "OTHER"].entry == "Namuna, XCC"
    assert evidence["sex", "OTHER"].traveller == "F"


def test_people_read_sentences_and_see_what_is_missing() -> None:
    bare = explained(an_entry("RAMESH KALPANIK"), a_traveller(given_names="RAMESHMR"))
    shown = {each.kind: each for each in bare.for_people}

    words = [each.words for each in bare.for_people]
    assert "RAMESHMR can be read as RAMESH." in words
    assert "KALPANIK stands in both names, which hardly anybody else bears." in words
    assert shown["birth_date"].bearing == MISSING
    assert shown["birth_date"].words == "Date of birth: not known to both sides."
    assert shown["name"].bearing == AGREE
    assert shown["name"].label == "Name"


def test_hard_contradictions_have_a_code_and_words() -> None:
    why = explained(ENTRY, TRAVELLER)

    assert {code for code, _ in why.contradictions} == {
        "BIRTH_DATE_APART", "SEX_DIFFERS", "BIRTH_COUNTRY_DIFFERS", "DOCUMENT_ISSUER_DIFFERS",
    }  # fmt: skip
    assert all(each.bearing == DIFFER for each in why.evidence if each.relation == "OTHER")


@pytest.mark.parametrize(
    ("birth", "text"),
    [
        ({"kind": "BETWEEN", "from_year": 1970, "to_year": 1980}, "1970-1980"),
        ({"kind": "APPROXIMATE", "year": 1975}, "about 1975"),
        ({"kind": "YEAR", "year": 1975}, "1975"),
    ],
)
def test_birth_dates_are_told_as_precise_as_they_are(birth: dict[str, object], text: str) -> None:
    why = explained(an_entry("RAMESH KALPANIK", birth_dates=[birth]), a_traveller(birth_date="1975-08-19"))

    assert [each.entry for each in why.evidence if each.kind == "birth_date"] == [text]


def test_an_entry_that_nothing_suggests_is_explained_as_such() -> None:
    why = explained(ENTRY, a_traveller("WANG", "WEI", birth_date="1975-08-19"))

    assert not why.is_suggested
    assert why.score < 0.05


def test_no_personal_data_is_printed() -> None:
    assert repr(explained(ENTRY, TRAVELLER)) == "<personal>"
    assert f"{explained(ENTRY, TRAVELLER).evidence[0]}" == "<personal>"
