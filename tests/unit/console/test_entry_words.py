"""An entry's values in words: no more precise than their source, in any script."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.entry_words import (
    birth_as_written,
    birth_in_words,
    birth_of,
    document_in_words,
    name_in_words,
    place_in_words,
    script_in_words,
    script_of,
    value_in_words,
)
from services.sharing.shares.scripts import SCRIPTS, TOGETHER, UNDETERMINED

YEARS = st.integers(1900, 2026)
BIRTHS = st.one_of(
    st.dates()
    .filter(lambda day: day.year >= 1000)
    .map(lambda day: {"kind": "EXACT", "date": day.isoformat()}),
    YEARS.map(lambda year: {"kind": "EXACT", "date": f"{year}-04"}),
    YEARS.map(lambda year: {"kind": "YEAR", "year": year}),
    YEARS.map(lambda year: {"kind": "APPROXIMATE", "year": year}),
    st.tuples(YEARS, st.integers(1, 30)).map(
        lambda each: {"kind": "BETWEEN", "from_year": each[0], "to_year": each[0] + each[1]}
    ),
)


@given(BIRTHS)
def test_birth_that_is_written_again_is_the_same(birth: dict[str, Any]) -> None:
    assert birth_of(birth_as_written(birth)) == birth


@pytest.mark.parametrize("text", ["", "spring 1971", "19710309", "1981-1978", "1981-1981", "about", "71"])
def test_what_is_no_birth_is_none(text: str) -> None:
    assert birth_of(text) is None


@pytest.mark.parametrize("text", ["circa 1971", "c. 1971", "about 1971", "About 1971"])
def test_about_has_several_words(text: str) -> None:
    assert birth_of(text) == {"kind": "APPROXIMATE", "year": 1971}


@pytest.mark.parametrize(
    ("birth", "words"),
    [
        ({"kind": "YEAR", "year": 1971}, "1971 (the year alone)"),
        ({"kind": "APPROXIMATE", "year": 1971}, "about 1971"),
        ({"kind": "BETWEEN", "from_year": 1969, "to_year": 1972}, "between 1969 and 1972"),
        ({"kind": "EXACT", "date": "1971-03", "note": "by a witness"}, "1971-03 (by a witness)"),
        ({}, "not given"),
    ],
)
def test_birth_is_no_more_precise_than_its_source(birth: dict[str, Any], words: str) -> None:
    assert birth_in_words(birth) == words


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Зефирин", "Cyrillic"),
        ("زيفيرين", "Arabic"),
        ("毛", "Han"),
        ("サミル", "Japanese"),
        ("1-2", ""),
        ("Ö", "Latin"),
    ],
)
def test_script_is_named(text: str, script: str) -> None:
    assert script_of(text) == script


def test_every_script_that_a_notice_names_has_words() -> None:
    together = {code for _, code in TOGETHER}
    sent = {*SCRIPTS.values(), *together, UNDETERMINED}
    assert [code for code in sorted(sent) if script_in_words(code) in {code, ""} and code != "Thai"] == []


def test_name_tells_what_ties_to_it_alone() -> None:
    name = {
        "text": "Zefirin",
        "kind": "ALIAS",
        "quality": "LOW",
        "birth_dates": [{"kind": "YEAR", "year": 1971}],
        "birth_places": [{"city": "Townsville", "country": "XCC"}],
        "note": "in letters",
    }
    assert name_in_words(name) == (
        "Also known as, Latin, low quality, born 1971 (the year alone), in Townsville, XCC, in letters"
    )


def test_document_and_place_keep_what_could_not_be_mapped() -> None:
    document = {"number": "A1", "type": "P", "issuer_text": "Former Beeland", "note": "false"}
    assert document_in_words(document) == "Passport A1 of Former Beeland (false)"
    assert document_in_words({"number": "A1"}) == "Document A1"
    assert place_in_words({"region": "North", "country_text": "Beeland"}) == "North, Beeland"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("names", {"text": "Zefirin"}, "Zefirin"),
        ("birth_dates", {"kind": "YEAR", "year": 1971}, "1971 (the year alone)"),
        ("documents", {"number": "A1", "type": "I"}, "Identity card A1"),
        ("addresses", {"street": "Main Road 1", "city": "Townsville"}, "Main Road 1, Townsville"),
        ("nationalities", "XBB", "XBB"),
        ("sex", "F", "Female"),
        ("category", "CONVICTED", "Convicted of a terrorist offence"),
    ],
)
def test_value_speaks_by_its_field(field: str, value: Any, words: str) -> None:
    assert value_in_words(field, value) == words
