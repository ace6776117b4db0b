"""OFAC's list: every column and prefix, its oddities, every refusal. All persons are invented."""

import io
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.watchlist.entry import (
    BirthDate,
    BirthDateKind,
    BirthPlace,
    NameKind,
    NameQuality,
    WatchlistEntry,
)
from services.screening.watchlist.sources.errors import MalformedList, RowFault
from services.screening.watchlist.sources.ofac_csv import read_ofac_csv
from services.screening.watchlist.sources.ofac_remarks import read_remarks
from services.screening.watchlist.sources.read_list import ListLimits, ListToRead, ReadList
from shared.travel import PartialDate, Sex

DATED = datetime(2027, 6, 1, tzinfo=UTC)
SDGT = frozenset({"SDGT"})
PERSON = '7,"EXEMPLAR, Test Person","individual","SDGT] [IFSR",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"{remarks}"'
SHIP = '8,"MV EXAMPLE","vessel","IRAN",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- '
OTHER = '9,"SINGLENAME","individual","SDNT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- '

_PLACES = (
    "POB Giza, Lower Region, Egypt; POB Korea, North; alt. POB Nowhere; nationality Egypt; citizen Egypt; "
    "citizen Atlantis."
)
_DOCUMENTS = (
    "Passport A1084010 (Egypt) issued 01 Feb 2003 expires 01 Feb 2013; alt. Passport 55 (Atlantis); "
    "National ID No. 123 (Iran); Driver's License No. 9 (Kenya); Passport unknown."
)


def a_list(*rows: str, remarks: str = "-0- ") -> bytes:
    return "\r\n".join([PERSON.replace("{remarks}", remarks), *rows, "\x1a"]).encode()


def read(content: bytes, **more: object) -> ReadList:
    file = ListToRead(content, "OFAC", SDGT, DATED)
    return read_ofac_csv(replace(file, **more))  # type: ignore[arg-type]


def entry_of(remarks: str) -> WatchlistEntry:
    (entry,) = read(a_list(remarks=remarks)).entries
    return entry


def not_understood(told: ReadList) -> list[RowFault]:
    """The faults but the second look that the listing under two programmes deserves."""
    return [fault for fault in told.faults if fault.code != "STATE_LINKED_PROGRAMME"]


def zipped(**files: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.mkdir("folder")
        for name, text in files.items():
            info = zipfile.ZipInfo(f"folder/{name}.csv", (2027, 5, 31, 12, 0, 0))
            archive.writestr(info, text)
    return content.getvalue()


def test_persons_are_counted_by_programme_and_only_the_allowed_ones_kept() -> None:
    told = read(a_list(SHIP, OTHER))
    assert (told.individuals, told.entities_left_out) == (2, 1)
    assert told.by_regime == {"IFSR": 1, "SDGT": 1, "SDNT": 1}
    assert told.generated_at == DATED
    (entry,) = told.entries
    assert entry.id == "OFAC:7"
    assert [(each.programme, each.terrorism, each.row) for each in entry.listings] == [
        ("SDGT", True, "7"),
        ("IFSR", False, "7"),
    ]


def test_name_is_split_at_the_first_comma_and_one_without_stays_whole() -> None:
    (entry,) = read(a_list()).entries
    assert (entry.names[0].text, entry.names[0].surname, entry.names[0].given_names) == (
        "Test Person EXEMPLAR",
        "EXEMPLAR",
        "Test Person",
    )
    (single,) = read(a_list(OTHER), regimes=frozenset({"SDNT"})).entries
    assert (single.names[0].text, single.names[0].surname) == ("SINGLENAME", None)


def test_companion_files_bring_aliases_addresses_and_the_rest_of_long_remarks() -> None:
    content = zipped(
        ofac_sdn=a_list(OTHER, remarks="DOB 19"),
        ofac_alt=b'7,1,"fka","FORMERLY, Test",-0- \n7,2,"aka","ONEWORD",-0- \n',
        ofac_add=b'7,1,"1 Road","Town","Egypt",-0- \n7,2,-0- ,-0- ,-0- ,-0- \n7,3,-0- ,-0- ,"Nowhere",-0- \n',
        ofac_sdn_comments=b'7," Jun 1951; Gender Male."\n',
    )
    told = read(content, dated_at=None)
    assert told.generated_at == datetime(2027, 5, 31, 12, tzinfo=UTC)
    (entry,) = told.entries
    assert [(name.text, name.kind) for name in entry.names[1:]] == [
        ("Test FORMERLY", NameKind.FORMER),
        ("ONEWORD", NameKind.ALIAS),
    ]
    assert [(each.street, each.city, each.country, each.country_text) for each in entry.addresses] == [
        ("1 Road", "Town", "EGY", None),
        (None, None, None, "Nowhere"),
    ]
    assert entry.birth_dates[0].date == PartialDate.parse("1951-06-19")
    assert entry.sex is Sex.MALE


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("DOB 19 Jun 1951", BirthDate(BirthDateKind.EXACT, date=PartialDate.parse("1951-06-19"))),
        ("alt. DOB Jun 1951", BirthDate(BirthDateKind.EXACT, date=PartialDate.parse("1951-06"))),
        ("DOB 1951", BirthDate(BirthDateKind.YEAR, year=1951)),
        ("DOB circa 1951", BirthDate(BirthDateKind.APPROXIMATE, year=1951)),
        ("DOB circa 10 Jun 1951", BirthDate(BirthDateKind.APPROXIMATE, year=1951)),
        (
            "DOB 1951 to 1953",
            BirthDate(BirthDateKind.BETWEEN, from_year=1951, to_year=1953, note="1951 to 1953"),
        ),
        (
            "DOB 01 Jan 1951 to 31 Dec 1953",
            BirthDate(BirthDateKind.BETWEEN, from_year=1951, to_year=1953, note="01 Jan 1951 to 31 Dec 1953"),
        ),
    ],
)
def test_birth_date_is_as_precise_as_it_is_written(written: str, meant: BirthDate) -> None:
    assert entry_of(written).birth_dates == (meant,)


@pytest.mark.parametrize(
    "written", ["DOB 31 Feb 1951", "DOB Foo 1951", "DOB unknown", "DOB circa spring", "DOB 1953 to 1951"]
)
def test_unreadable_birth_date_stays_as_text_and_is_flagged(written: str) -> None:
    told = read(a_list(remarks=written))
    assert told.entries[0].birth_dates == ()
    assert told.entries[0].grounds == (written,)
    assert [(fault.code, fault.reference, fault.line) for fault in not_understood(told)] == [
        ("UNREADABLE_DATE", "7", 1)
    ]


def test_places_and_nationalities_are_mapped_or_kept_as_text() -> None:
    told = read(a_list(remarks=_PLACES))
    (entry,) = told.entries
    assert entry.birth_places == (
        BirthPlace("Giza", "EGY", "Lower Region"),
        BirthPlace(None, "PRK", country_text="Korea, North"),
        BirthPlace(None, None, country_text="Nowhere"),
    )
    assert (entry.nationalities, entry.nationality_texts) == (("EGY",), ("Atlantis",))
    assert [fault.code for fault in not_understood(told)] == ["UNMAPPED_STATE", "UNMAPPED_STATE"]


@pytest.mark.parametrize(
    ("words", "letter", "number"),
    [
        ("Travel Document Number A0140000 (Germany)", "P", "A0140000"),
        ("Diplomatic Passport 008000 (Iran) issued 1999", "P", "008000"),
        ("VisaNumberID 87810000 (United States)", "V", "87810000"),
        ("Residency Number 2054270000 (Saudi Arabia) issued 22 Jul 1998", "I", "2054270000"),
        ("National Foreign ID Number 07010000000 (Syria)", "I", "07010000000"),
        ("Kenyan ID No. 12770000", "I", "12770000"),
    ],
)
def test_whatever_paper_a_traveller_may_show_is_a_document(words: str, letter: str, number: str) -> None:
    (entry,) = read(a_list(remarks=f"DOB 1960; {words}.")).entries
    assert [(each.type, each.number) for each in entry.documents] == [(letter, number)]
    assert entry.grounds == ()


def test_documents_keep_number_kind_state_and_what_follows() -> None:
    told = read(a_list(remarks=_DOCUMENTS))
    (entry,) = told.entries
    assert [(each.type, each.number, each.issuer, each.issuer_text) for each in entry.documents] == [
        ("P", "A1084010", "EGY", None),
        ("P", "55", None, "Atlantis"),
        ("I", "123", "IRN", None),
        ("L", "9", "KEN", None),
    ]
    assert entry.documents[0].issued == date(2003, 2, 1)
    assert entry.documents[0].note == "issued 01 Feb 2003 expires 01 Feb 2013"
    assert entry.grounds == ("Passport unknown",)
    assert [fault.code for fault in not_understood(told)] == ["UNMAPPED_STATE"]


def test_weak_alias_is_of_low_quality() -> None:
    names = entry_of("a.k.a. 'THE EXAMPLE'; f.k.a. ''OLD'.").names[1:]
    assert [(name.text, name.kind, name.quality) for name in names] == [
        ("THE EXAMPLE", NameKind.ALIAS, NameQuality.LOW),
        ("OLD", NameKind.FORMER, NameQuality.LOW),
    ]


def test_links_are_no_grounds_and_origin_tribe_and_religious_titles_are_not_kept() -> None:
    remarks = read_remarks(
        "Linked To: SOMEBODY ELSE; ethnicity Example; Tribe: Example; Haji; Gender Female; -; Treasurer; "
        "Secondary sanctions risk: none"
    )
    assert remarks.grounds == ["Treasurer"]
    assert remarks.sex is Sex.FEMALE


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "NO_ROWS"),
        (b"\x1a\n", "NO_ROWS"),
        (b"<!DOCTYPE html><html>503</html>", "NOT_THIS_FORMAT"),
        (b"\x00\x01", "NOT_TEXT"),
        (b"1,2,3\n", "NOT_THIS_FORMAT"),
        (a_list(OTHER.replace("9,", "nine,", 1)), "NOT_THIS_FORMAT"),
        (a_list(OTHER.replace('"SINGLENAME"', "-0- ")), "NAME_MISSING"),
        (a_list(OTHER, OTHER), "REPEATED_REFERENCE"),
        (a_list()[:15], "NOT_WELL_FORMED"),
        (b"PK\x03\x04 no archive", "NOT_WELL_FORMED"),
        (zipped(other=b"1,2"), "MISSING_FILE"),
    ],
)
def test_what_is_not_this_list_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(MalformedList) as refusal:
        read(content)
    assert refusal.value.facts["reason"] == reason


def test_file_without_a_date_is_refused() -> None:
    with pytest.raises(MalformedList) as refusal:
        read(a_list(), dated_at=None)
    assert refusal.value.facts["reason"] == "MISSING_GENERATION_DATE"


@pytest.mark.parametrize(
    ("limit", "least", "reason"),
    [
        ("file_bytes", len(a_list(OTHER)), "LIST_TOO_LARGE"),
        ("rows", 2, "TOO_MANY_ROWS"),
        ("text_characters", len("EXEMPLAR, Test Person"), "TEXT_TOO_LONG"),
    ],
)
def test_limit_lets_pass_what_reaches_it_and_refuses_more(limit: str, least: int, reason: str) -> None:
    content = a_list(OTHER)
    assert read(content, limits=replace(ListLimits(), **{limit: least})).individuals == 2
    with pytest.raises(MalformedList) as refusal:
        read(content, limits=replace(ListLimits(), **{limit: least - 1}))
    assert refusal.value.facts["reason"] == reason


def test_archive_that_unfolds_beyond_the_limit_is_refused() -> None:
    content = zipped(sdn=a_list())
    size = len(a_list())
    assert read(content, limits=replace(ListLimits(), unpacked_bytes=size)).individuals == 1
    with pytest.raises(MalformedList, match="LIST_TOO_LARGE"):
        read(content, limits=replace(ListLimits(), unpacked_bytes=size - 1))


def test_text_that_is_not_utf_8_is_read_as_latin_1() -> None:
    content = a_list(remarks="POB Malmö, Sweden").decode().encode("latin-1")
    assert read(content).entries[0].birth_places[0].city == "Malmö"


@given(st.data())
def test_damaged_file_gives_a_list_or_a_refusal(data: st.DataObject) -> None:
    content = bytearray(a_list(SHIP, OTHER, remarks="DOB 19 Jun 1951; Passport 1 (Egypt); a.k.a. 'X'."))
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(MalformedList):
        read(bytes(content[: data.draw(st.integers(0, len(content)))]))
