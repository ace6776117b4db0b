"""The lists of the EU, the UK and OpenSanctions: each column that is read, each refusal. Invented persons."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.watchlist.entry import (
    BirthDate,
    BirthDateKind,
    BirthPlace,
    EntryDocument,
    NameKind,
    NameQuality,
)
from services.screening.watchlist.sources.drafts import birth_of
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.read_list import ListLimits, ListToRead, ReadList
from services.screening.watchlist.sources.registry import READERS
from shared.travel import PartialDate, Sex

DATED = datetime(2027, 6, 1, tzinfo=UTC)
FORMATS = ("eu", "uk", "opensanctions")


def cells(width: int, delimiter: str, values: dict[int, str]) -> str:
    return delimiter.join(values.get(column, "") for column in range(width))


def eu_row(**values: str) -> str:
    base = {0: "2027-05-31", 1: "11", 2: "EU.11.1", 8: "P", 14: "TAQA"}
    return cells(118, ";", base | {int(name[1:]): value for name, value in values.items()})


EU_HEADER = cells(118, ";", {0: "fileGenerationDate", 1: "Entity_LogicalId"})


def eu(*rows: str) -> bytes:
    return "\n".join([EU_HEADER, *rows]).encode()


def uk_row(**values: str) -> str:
    base = {
        0: "31/05/2027",
        1: "AQD0001",
        16: "ISIL and Al-Qaida",
        17: "Individual",
        19: "Asset freeze|Travel Ban",
    }
    return cells(58, ",", base | {int(name[1:]): value for name, value in values.items()})


UK_TITLE = "Report Date: 31-May-2027"
UK_HEADER = cells(58, ",", {0: "Last Updated", 1: "Unique ID"})


def uk(*rows: str) -> bytes:
    return "\n".join([UK_TITLE, UK_HEADER, *rows]).encode()


SIMPLE_HEADER = (
    "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,"
    "first_seen,last_seen,last_change"
)


def simple(*rows: str) -> bytes:
    return "\n".join([SIMPLE_HEADER, *rows]).encode()


def entity(**more: Any) -> dict[str, Any]:
    properties = {"name": ["Example Person"], "topics": ["crime.terror"]}
    return {
        "id": "Q1", "schema": "Person", "last_seen": "2027-05-31T06:00:00",
        "properties": properties | more,
    }  # fmt: skip


def lines(*entities: dict[str, Any]) -> bytes:
    return b"\n\n".join(json.dumps(each).encode() for each in entities)


PERSONS = {
    "eu": eu(eu_row(c16="EXEMPLAR", c17="TEST"), eu_row(c1="12", c8="E", c19="EXAMPLE LTD")),
    "uk": uk(uk_row(c4="EXEMPLAR", c5="TEST"), uk_row(c1="AQD0002", c17="Entity", c4="EXAMPLE LTD")),
    "opensanctions": simple(
        "Q1,Person,Test Exemplar,,1970,,,,,,,un_sc;other,2020-01-01,2027-05-31T00:00:00,2027-01-01",
        "Q2,Organization,Example Ltd,,,,,,,,,un_sc,2020-01-01,2027-05-30,2027-01-01",
    ),
}
REGIMES = {"eu": "TAQA", "uk": "ISIL and Al-Qaida", "opensanctions": "un_sc"}


def read(form: str, content: bytes, **more: Any) -> ReadList:
    regimes = frozenset({REGIMES[form], "crime.terror"})
    return READERS[form](replace(ListToRead(content, form.upper(), regimes), **more))


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        ("1970", "10", "20", "1970-10-20"),
        ("1970", "1", "2", "1970-01-02"),
        ("1970", "01", "00", "1970-01"),
        ("1970", "12", "", "1970-12"),
    ],
)
def test_parts_of_a_birth_date_keep_their_zeros(year: str, month: str, day: str, expected: str) -> None:
    birth = birth_of(year, month, day)
    assert birth is not None
    assert str(birth.date) == expected


@pytest.mark.parametrize("form", FORMATS)
def test_persons_are_kept_and_organisations_counted(form: str) -> None:
    told = read(form, PERSONS[form])
    assert (told.individuals, told.entities_left_out, len(told.entries)) == (1, 1, 1)
    assert told.by_regime[REGIMES[form]] == 1
    assert told.generated_at == datetime(2027, 5, 31, tzinfo=UTC)
    assert told.entries[0].names[0].text.upper() == "TEST EXEMPLAR"
    assert read(form, PERSONS[form], dated_at=DATED).generated_at == DATED


@pytest.mark.parametrize("form", FORMATS)
def test_person_of_another_regime_is_counted_and_not_kept(form: str) -> None:
    told = READERS[form](ListToRead(PERSONS[form], form.upper(), frozenset({"another"})))
    assert (told.individuals, told.entries) == (1, ())


def test_rows_of_one_person_of_the_eu_list_become_one_entry() -> None:
    content = eu(
        eu_row(c3="QDi.900", c4="2020-02-03", c16="EXEMPLAR", c17="TEST", c18="MIDDLE", c21="M"),
        eu_row(c19="THE EXAMPLE"),
        eu_row(c19="THE EXAMPLE"),
        eu_row(c34="Town", c35="1 Road", c42="FR"),
        eu_row(c54="1970-01-02", c65="Giza", c66="EG"),
        eu_row(c54="1971-01-02", c60="true"),
        eu_row(c57="1972", c56="0", c55="0", c66="00", c65="Anywhere"),
        eu_row(c57="1973", c56="4"),
        eu_row(c58="1974", c59="1976"),
        eu_row(c58="1974", c59="later"),
        eu_row(c58="1979", c59="1977"),
        eu_row(c57="1390", c61="HIJRI"),
        eu_row(c78="P1", c83="true", c81="true", c90="passport", c93="FR"),
        eu_row(c78="X9", c90="other", c93="00"),
        eu_row(c106="FR"),
        eu_row(c106="QQ"),
    )
    told = read("eu", content)
    (entry,) = told.entries
    assert entry.id == "EU:EU.11.1"
    assert [(name.text, name.kind, name.surname, name.given_names) for name in entry.names] == [
        ("TEST MIDDLE EXEMPLAR", NameKind.PRIMARY, "EXEMPLAR", "TEST MIDDLE"),
        ("THE EXAMPLE", NameKind.ALIAS, None, None),
    ]
    assert entry.birth_dates == (
        BirthDate(BirthDateKind.EXACT, date=PartialDate.parse("1970-01-02")),
        BirthDate(BirthDateKind.APPROXIMATE, year=1971),
        BirthDate(BirthDateKind.YEAR, year=1972),
        BirthDate(BirthDateKind.EXACT, date=PartialDate.parse("1973-04")),
        BirthDate(BirthDateKind.BETWEEN, from_year=1974, to_year=1976),
    )
    assert entry.birth_places == (BirthPlace("Giza", "EGY"), BirthPlace("Anywhere", None))
    assert entry.documents == (
        EntryDocument("P1", "P", "FRA", "false, revoked"),
        EntryDocument("X9", "O", None),
    )
    assert (entry.nationalities, entry.nationality_texts, entry.sex) == (("FRA",), ("QQ",), Sex.MALE)
    assert [(each.street, each.city, each.country) for each in entry.addresses] == [("1 Road", "Town", "FRA")]
    assert [(each.source, each.reference, each.listed_on) for each in entry.listings] == [
        ("EU", "EU.11.1", date(2020, 2, 3)),
        ("UN", "QDi.900", None),
    ]
    unread = ["UNREADABLE_DATE", "UNREADABLE_DATE", "OTHER_CALENDAR", "UNMAPPED_STATE"]
    assert [fault.code for fault in told.faults] == unread
    assert entry.grounds == (
        "Birth date in the source's words: 1974 later",
        "Birth date in the source's words: 1979 1977",
        "Birth date in the source's words: 1390 HIJRI",
    )


def test_rows_of_one_person_of_the_uk_list_become_one_entry() -> None:
    content = uk(
        uk_row(c4="ALIASED", c10="Alias", c11="Low quality"),
        uk_row(
            c3="QDi.901", c4="EXEMPLAR", c5="TEST", c9="LAST", c10="Primary Name", c13="مثال",
            c21="Reasons given.", c22="1 Road", c24="Town", c29="France", c33="03/02/2020",
            c34="dd/04/1973", c35="France",
            c36="77", c38="P1", c39="France", c41="Female", c42="Giza", c43="Egypt",
        ),
        uk_row(
            c4="EXEMPLAR", c5="TEST", c9="LAST", c13="مثال", c34="dd/mm/1974", c35="Atlantis", c43="Atlantis",
        ),
        uk_row(c34="02/01/1975"),
        uk_row(c34="1976"),
        uk_row(c34="spring"),
        uk_row(c1="AQD0003", c4="NO BAN", c19="Asset freeze"),
    )  # fmt: skip
    told = read("uk", content)
    (entry,) = told.entries
    assert told.entities_left_out == 1
    assert [(name.text, name.kind, name.quality, name.surname) for name in entry.names] == [
        ("TEST LAST EXEMPLAR", NameKind.PRIMARY, NameQuality.UNKNOWN, "EXEMPLAR"),
        ("ALIASED", NameKind.ALIAS, NameQuality.LOW, None),
        ("مثال", NameKind.ORIGINAL_SCRIPT, NameQuality.UNKNOWN, None),
    ]
    assert entry.birth_dates == (
        BirthDate(BirthDateKind.EXACT, date=PartialDate.parse("1973-04")),
        BirthDate(BirthDateKind.YEAR, year=1974),
        BirthDate(BirthDateKind.EXACT, date=PartialDate.parse("1975-01-02")),
        BirthDate(BirthDateKind.YEAR, year=1976),
    )
    assert entry.birth_places == (
        BirthPlace("Giza", "EGY"),
        BirthPlace(None, None, country_text="Atlantis"),
    )
    assert entry.documents == (EntryDocument("77", "I"), EntryDocument("P1", "P", "FRA", "France"))
    assert (entry.nationalities, entry.nationality_texts, entry.sex) == (("FRA",), ("Atlantis",), Sex.FEMALE)
    assert entry.grounds == ("Reasons given.", "Birth date in the source's words: spring")
    assert [(each.street, each.country) for each in entry.addresses] == [("1 Road, Town", "FRA")]
    assert [fault.code for fault in told.faults] == ["UNMAPPED_STATE", "UNREADABLE_DATE"]


def test_simple_table_gives_names_and_birth_dates_alone() -> None:
    row = (
        'Q1,Person,Test Exemplar,"Tester;;Test Exemplar","1970-01-02;1971-02;1972;soon",fr;de,,P123,,,,'
        "un_sc;other,2020-01-01,2027-05-31T00:00:00,2027-01-01"
    )
    told = read("opensanctions", simple(row))
    (entry,) = told.entries
    assert [(name.text, name.kind) for name in entry.names] == [
        ("Test Exemplar", NameKind.PRIMARY),
        ("Tester", NameKind.ALIAS),
    ]
    assert [str(birth.date or birth.year) for birth in entry.birth_dates] == ["1970-01-02", "1971-02", "1972"]
    assert (entry.nationalities, entry.documents) == ((), ())
    assert [fault.code for fault in told.faults] == ["UNREADABLE_DATE"]
    assert entry.grounds == ("Birth date in the source's words: soon",)


def test_json_lines_keep_nationality_numbers_and_the_un_reference() -> None:
    person = entity(
        alias=["Second", 7], weakAlias=["Third"], birthDate=["1970"], nationality=["fr", "qq"],
        passportNumber=["P1"], idNumber=["I1"], gender=["male"],
    ) | {"referents": ["un-sc-qdi.902", 5, "other"]}  # fmt: skip
    company = entity() | {"id": "Q2", "schema": "Company"}
    told = read("opensanctions", lines(person, company))
    (entry,) = told.entries
    assert told.entities_left_out == 1
    assert told.generated_at == datetime(2027, 5, 31, 6, tzinfo=UTC)
    assert [(name.text, name.quality) for name in entry.names] == [
        ("Example Person", NameQuality.UNKNOWN),
        ("Second", NameQuality.UNKNOWN),
        ("Third", NameQuality.LOW),
    ]
    assert entry.documents == (EntryDocument("P1", "P"), EntryDocument("I1", "I"))
    assert (entry.nationalities, entry.sex) == (("FRA",), Sex.MALE)
    assert [(each.source, each.reference) for each in entry.listings] == [
        ("OPENSANCTIONS", "Q1"),
        ("UN", "QDi.902"),
    ]


@pytest.mark.parametrize(
    ("form", "content", "reason"),
    [
        ("eu", b"a;b", "NOT_THIS_FORMAT"),
        ("eu", eu(), "NO_ROWS"),
        ("eu", eu("1;2"), "NOT_THIS_FORMAT"),
        ("eu", eu(eu_row()), "NAME_MISSING"),
        ("eu", eu(eu_row(c0="", c16="EXEMPLAR")), "MISSING_GENERATION_DATE"),
        ("uk", b"a,b", "NOT_THIS_FORMAT"),
        ("uk", uk(), "NO_ROWS"),
        ("uk", uk("1,2"), "NOT_THIS_FORMAT"),
        ("uk", uk(uk_row()), "NAME_MISSING"),
        ("uk", uk(uk_row(c0="", c4="EXEMPLAR")), "MISSING_GENERATION_DATE"),
        ("opensanctions", b"a,b", "NOT_THIS_FORMAT"),
        ("opensanctions", simple(",Person,Example"), "NOT_THIS_FORMAT"),
        ("opensanctions", simple("Q1,Person,,,,,,,,,,un_sc,,2027-05-31,"), "NAME_MISSING"),
        ("opensanctions", simple("Q1,Person,A B,,,,,,,,,un_sc,,,"), "MISSING_GENERATION_DATE"),
        ("opensanctions", lines(entity(), entity()), "REPEATED_REFERENCE"),
        ("opensanctions", lines(entity() | {"id": ""}), "NOT_THIS_FORMAT"),
        ("opensanctions", lines(entity() | {"properties": []}), "NOT_THIS_FORMAT"),
        ("opensanctions", lines(entity() | {"last_seen": None}), "MISSING_GENERATION_DATE"),
        ("opensanctions", b"{", "NOT_WELL_FORMED"),
        *((form, b"<html>503</html>", "NOT_THIS_FORMAT") for form in FORMATS),
        *((form, b"", "NO_ROWS") for form in FORMATS),
    ],
)
def test_what_is_not_this_list_is_refused(form: str, content: bytes, reason: str) -> None:
    with pytest.raises(MalformedList) as refusal:
        read(form, content)
    assert refusal.value.facts["reason"] == reason


def test_file_of_today_without_rows_is_refused() -> None:
    with pytest.raises(MalformedList, match="NO_ROWS"):
        read("uk", uk(), dated_at=DATED)


def test_too_many_json_lines_are_refused() -> None:
    content = lines(entity(), entity() | {"id": "Q2"})
    assert read("opensanctions", content, limits=replace(ListLimits(), rows=3)).individuals == 2
    with pytest.raises(MalformedList, match="TOO_MANY_ROWS"):
        read("opensanctions", content, limits=replace(ListLimits(), rows=2))


@given(st.data())
def test_damaged_file_gives_a_list_or_a_refusal(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(FORMATS))
    content = bytearray(data.draw(st.sampled_from([PERSONS[form], lines(entity())])))
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(MalformedList):
        read(form, bytes(content[: data.draw(st.integers(0, len(content)))]))
