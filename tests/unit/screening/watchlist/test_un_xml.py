"""The UN list's reader: every element, every oddity, every refusal."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from services.screening.watchlist.entry import BirthDateKind, NameKind, NameQuality, WatchlistEntry
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.read_list import ListLimits, ReadList
from services.screening.watchlist.sources.un_states import state_code
from services.screening.watchlist.sources.un_xml import read_un_list
from shared.travel import PartialDate, Sex
from tests.builders import un_list_file

SAMPLE = Path(__file__).parents[3] / "data" / "lists" / "un-sample.xml"
NAME = "<FIRST_NAME>RAMESH</FIRST_NAME><SECOND_NAME>KALPANIK</SECOND_NAME>"


def a_list(rows: str, *, root: str = 'CONSOLIDATED_LIST dateGenerated="2026-11-01T00:00:00.000Z"') -> bytes:
    tag = root.split(" ", maxsplit=1)[0]
    return f"<{root}><INDIVIDUALS>{rows}</INDIVIDUALS><ENTITIES/></{tag}>".encode()


def a_row(content: str = NAME, reference: str = "DEMi.001", regime: str = "Al-Qaida") -> str:
    key = f"<UN_LIST_TYPE>{regime}</UN_LIST_TYPE><REFERENCE_NUMBER>{reference}</REFERENCE_NUMBER>"
    return f"<INDIVIDUAL>{key}{content}</INDIVIDUAL>"


TWO_ROWS = a_list(a_row() + a_row(reference="DEMi.002"))


def read(content: str) -> ReadList:
    return read_un_list(un_list_file(a_list(a_row(NAME + content))))


def entry_of(content: str) -> WatchlistEntry:
    (entry,) = read(content).entries
    return entry


def codes(content: str) -> list[str]:
    return [fault.code for fault in read(content).faults]


@pytest.fixture(name="sample", scope="module")
def _sample() -> ReadList:
    return read_un_list(un_list_file(SAMPLE.read_bytes(), source="DEMO"))


def test_the_report_counts_what_was_read_kept_and_left_out(sample: ReadList) -> None:
    assert sample.individuals == 3
    assert sample.by_regime == {"Al-Qaida": 2, "DPRK": 1}
    assert len(sample.entries) == 2
    assert sample.entities_left_out == 1
    assert sample.generated_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert [fault.as_json() for fault in sample.faults] == [
        {"code": "UNMAPPED_STATE", "reference": "DEMi.001", "element": "VALUE", "line": 28},
        {
            "code": "DOCUMENT_WITHOUT_NUMBER", "reference": "DEMi.001",
            "element": "INDIVIDUAL_DOCUMENT", "line": 80,
        },
    ]  # fmt: skip


def test_every_element_of_an_individual_is_read(sample: ReadList) -> None:
    entry = sample.entries[0]
    (listing,) = entry.listings

    assert entry.id == "DEMO:DEMi.001"
    assert entry.category == "UN_1267_LISTED"
    assert [name.text for name in entry.names] == [
        "SAMIR HADI AL-NAMUDHAJI", "سمير هادي النموذجي", "Sameer Namoudhaji", "Samir the Sample",
        "Samir Former",
    ]  # fmt: skip
    assert entry.nationalities == ("XBB", "XCC")
    assert entry.nationality_texts == ("Utopia",)
    assert entry.sex is Sex.MALE
    assert (listing.reference, listing.programme, listing.terrorism, listing.row) == (
        "DEMi.001", "Al-Qaida", True, "9000001",
    )  # fmt: skip
    assert (listing.listed_on, listing.updated_on) == (date(2026, 6, 1), date(2026, 10, 15))
    assert entry.addresses[0].city == "Port Exempel"
    assert entry.grounds[:2] == ("Fictional person. Gender: male.", "Invented treasurer")


def test_titles_are_discarded(sample: ReadList) -> None:
    assert "Haji" not in str(sample.entries[0].as_json())


def test_aliases_keep_kind_quality_and_their_own_birth_data(sample: ReadList) -> None:
    names = {name.text: name for name in sample.entries[0].names}

    assert names["سمير هادي النموذجي"].kind is NameKind.ORIGINAL_SCRIPT
    assert names["Sameer Namoudhaji"].quality is NameQuality.GOOD
    assert names["Samir the Sample"].quality is NameQuality.LOW
    assert names["Samir Former"].kind is NameKind.FORMER
    assert names["Samir Former"].birth_dates[0].date == PartialDate(1980, 1, 2)
    assert names["Samir Former"].birth_places[0].country == "XCC"
    assert names["Samir Former"].note == "formerly listed as"


def test_birth_dates_keep_their_kind_and_never_gain_precision(sample: ReadList) -> None:
    exact, year, near, between = sample.entries[0].birth_dates

    assert exact.date == PartialDate(1979, 5, 14)
    assert (year.kind, year.year, year.date) == (BirthDateKind.YEAR, 1979, None)
    assert (near.kind, near.year, near.note) == (BirthDateKind.APPROXIMATE, 1978, "Sep.")
    assert (between.from_year, between.to_year) == (1976, 1982)


def test_documents_keep_both_issuers_and_their_note(sample: ReadList) -> None:
    passport, card = sample.entries[0].documents

    assert (passport.type, passport.number, passport.issuer, passport.other_issuer) == (
        "P",
        "XB4471902",
        "XBB",
        "XCC",
    )
    assert (passport.issued, passport.issued_at) == (date(2019, 3, 2), "Port Exempel")
    assert passport.note == "officially cancelled in 2021"
    assert (card.type, card.type_text) == ("I", "National Identification Number")


def test_birth_places_keep_city_region_and_remarks(sample: ReadList) -> None:
    (place,) = sample.entries[0].birth_places

    assert (place.city, place.region, place.country, place.note) == (
        "Qasr al-Mithal",
        "North",
        "XBB",
        "Old Street; village",
    )


def test_a_bare_individual_has_no_invented_facts(sample: ReadList) -> None:
    bare = sample.entries[1]

    assert (bare.birth_dates, bare.birth_places, bare.documents, bare.addresses, bare.grounds) == ((),) * 5
    assert bare.sex is None
    assert len(bare.names) == 1


def test_other_regimes_are_kept_only_where_a_state_allows_them() -> None:
    content = SAMPLE.read_bytes()
    kept = read_un_list(un_list_file(content, regimes=frozenset({"DPRK"}))).entries

    assert [entry.id for entry in kept] == ["UN:DEMi.003"]
    assert kept[0].category is None


def born(content: str) -> WatchlistEntry:
    return entry_of(f"<INDIVIDUAL_DATE_OF_BIRTH>{content}</INDIVIDUAL_DATE_OF_BIRTH>")


def test_an_approximate_full_date_is_a_year() -> None:
    (birth,) = born("<TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><DATE>1961-07-01</DATE>").birth_dates

    assert (birth.kind, birth.year) == (BirthDateKind.APPROXIMATE, 1961)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><NOTE>30-35 years old</NOTE>"
         "</INDIVIDUAL_DATE_OF_BIRTH>", "BIRTH_DATE_WITHOUT_YEAR"),
        ("<INDIVIDUAL_DATE_OF_BIRTH><DATE>1961-31-01</DATE></INDIVIDUAL_DATE_OF_BIRTH>", "UNREADABLE_DATE"),
        ("<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1970</FROM_YEAR>"
         "<TO_YEAR>1960</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>", "UNREADABLE_DATE"),
        ("<INDIVIDUAL_ALIAS><QUALITY>Superb</QUALITY><ALIAS_NAME>X Y</ALIAS_NAME></INDIVIDUAL_ALIAS>",
         "UNKNOWN_QUALITY"),
        ("<GENDER>Other</GENDER>", "UNKNOWN_SEX"),
        ("<SHOE_SIZE>42</SHOE_SIZE>", "UNKNOWN_ELEMENT"),
        ("<INDIVIDUAL_ADDRESS><COUNTRY>na</COUNTRY></INDIVIDUAL_ADDRESS>", "UNMAPPED_STATE"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_flagged_and_the_row_kept(content: str, code: str) -> None:
    assert codes(content) == [code]


def test_a_birth_date_that_cannot_be_read_is_kept_as_text() -> None:
    assert born("<DATE>1961-31-01</DATE><NOTE>by his own account</NOTE>").grounds == (
        "Birth date in the source's words: 1961-31-01, by his own account",
    )
    assert born("<TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1960</FROM_YEAR>").grounds == (
        "Birth date in the source's words: 1960",
    )


def test_words_in_place_of_a_birth_date_are_kept_as_text() -> None:
    assert born("<NOTE>30-35 years old</NOTE>").grounds == (
        "Birth date in the source's words: 30-35 years old",
    )


@pytest.mark.parametrize(
    ("words", "letter"),
    [
        ("Passport", "P"),
        ("Numéro de passeport", "P"),
        ("Driver's Permit", "L"),
        ("Voter ID", "I"),
        ("Ration card", "O"),
    ],
)
def test_document_words_give_a_letter(words: str, letter: str) -> None:
    document = f"<TYPE_OF_DOCUMENT>{words}</TYPE_OF_DOCUMENT><NUMBER>1 2\n3</NUMBER>"
    (found,) = entry_of(f"<INDIVIDUAL_DOCUMENT>{document}</INDIVIDUAL_DOCUMENT>").documents

    assert (found.type, found.number) == (letter, "1 2 3")


@pytest.mark.parametrize(
    ("note", "number"),
    [
        ("Beltanian passport number L 190000 issued on 28 Feb. 1996, expired on 27 Feb. 2001", "L 190000"),
        ("Beltanian passport\nnumber 340000, issued under name A B", "340000"),
        ("Identity card No. 1120000000000003 under name A B", "1120000000000003"),
    ],
)
def test_a_number_that_only_the_note_tells_is_the_documents(note: str, number: str) -> None:
    document = f"<TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NOTE>{note}</NOTE>"
    told = read(f"<INDIVIDUAL_DOCUMENT>{document}</INDIVIDUAL_DOCUMENT>")
    (entry,) = told.entries
    (found,) = entry.documents

    assert (found.type, found.number, found.note) == ("P", number, " ".join(note.split()))
    assert (told.faults, entry.grounds) == ((), ())


@pytest.mark.parametrize("note", ["issued in 1993", "number not known", "born 22 Aug. 1973, number 12"])
def test_a_note_that_calls_nothing_a_number_gives_none(note: str) -> None:
    told = read(f"<INDIVIDUAL_DOCUMENT><NOTE>{note}</NOTE></INDIVIDUAL_DOCUMENT>")

    assert told.entries[0].documents == ()
    assert [fault.code for fault in told.faults] == ["DOCUMENT_WITHOUT_NUMBER"]


def test_a_document_of_no_kind_has_no_letter() -> None:
    (found,) = entry_of("<INDIVIDUAL_DOCUMENT><NUMBER>123</NUMBER></INDIVIDUAL_DOCUMENT>").documents

    assert found.type is None


@pytest.mark.parametrize(
    ("content", "reason", "element"),
    [
        (b"", "NO_ROWS", "CONSOLIDATED_LIST"),
        (b" \n", "NO_ROWS", "CONSOLIDATED_LIST"),
        (b"<!DOCTYPE html><html><body>503</body></html>", "WRONG_ROOT", "html"),
        (b"<html><body>503</body></html>", "WRONG_ROOT", "html"),
        (a_list(a_row())[:-40], "NOT_WELL_FORMED", "SECOND_NAME"),
        (a_list(""), "NO_ROWS", "CONSOLIDATED_LIST"),
        (a_list(a_row(), root="CONSOLIDATED_LIST"), "MISSING_GENERATION_DATE", "CONSOLIDATED_LIST"),
        (a_list(a_row() * 2), "REPEATED_REFERENCE", "INDIVIDUAL"),
        (a_list("<INDIVIDUAL/>"), "MISSING_ELEMENT", "REFERENCE_NUMBER"),
        (a_list(a_row("")), "MISSING_ELEMENT", "FIRST_NAME"),
        (a_list(a_row(regime="")), "MISSING_ELEMENT", "UN_LIST_TYPE"),
        (a_list(a_row(NAME + "<A><B><C><D/></C></B></A>")), "TOO_DEEP", "D"),
        (a_list(a_row(NAME + a_row())), "MISPLACED_ROW", "INDIVIDUAL"),
        (a_list("<ENTITY/>"), "MISPLACED_ROW", "ENTITY"),
        (a_list(a_row(NAME + "<a:B/>")), "NOT_WELL_FORMED", "SECOND_NAME"),
    ],
)
def test_what_is_not_the_list_is_refused_with_place_and_reason(
    content: bytes, reason: str, element: str | None
) -> None:
    with pytest.raises(MalformedList) as refusal:
        read_un_list(un_list_file(content))

    assert (refusal.value.facts["reason"], refusal.value.facts["element"]) == (reason, element)
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE CONSOLIDATED_LIST SYSTEM "file:///etc/hostname">',
        '<!DOCTYPE CONSOLIDATED_LIST [<!ENTITY a "b">]>',
        '<!DOCTYPE CONSOLIDATED_LIST [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        "<!DOCTYPE CONSOLIDATED_LIST ["
        + '<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY a{n} "{"&a;" if n == 0 else f"&a{n - 1};" * 10}">' for n in range(12))
        + "]>",
    ],
)
def test_a_doctype_is_refused_before_anything_of_it_is_used(declaration: str) -> None:
    with pytest.raises(MalformedList) as refusal:
        read_un_list(un_list_file(declaration.encode() + a_list(a_row(NAME + "<COMMENTS1>&a;</COMMENTS1>"))))

    assert refusal.value.facts["reason"] in {"DOCTYPE_REFUSED", "NOT_WELL_FORMED"}


@pytest.mark.parametrize(
    ("limit", "least", "reason"),
    [
        ("file_bytes", len(TWO_ROWS), "LIST_TOO_LARGE"),
        ("depth", 4, "TOO_DEEP"),
        ("rows", 2, "TOO_MANY_ROWS"),
        ("elements_a_row", 7, "ROW_TOO_LONG"),
        ("text_characters", 8, "TEXT_TOO_LONG"),
    ],
)
def test_a_limit_lets_pass_what_reaches_it_and_refuses_more(limit: str, least: int, reason: str) -> None:
    assert (
        len(read_un_list(un_list_file(TWO_ROWS, limits=replace(ListLimits(), **{limit: least}))).entries) == 2
    )

    with pytest.raises(MalformedList) as refusal:
        read_un_list(un_list_file(TWO_ROWS, limits=replace(ListLimits(), **{limit: least - 1})))
    assert refusal.value.facts["reason"] == reason


def test_comments_and_instructions_in_the_file_change_nothing() -> None:
    odd = a_row(f"<!-- a -->{NAME}<?b c?><COMMENTS1>x<!-- y -->z</COMMENTS1>")

    assert read_un_list(un_list_file(a_list(odd))).entries[0].grounds == ("xz",)


@settings(max_examples=80)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    content = bytearray(SAMPLE.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    with suppress(MalformedList):
        read_un_list(un_list_file(bytes(content[:cut]) if data.draw(st.booleans()) else bytes(content)))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Iran (Islamic Republic of)", "IRN"),
        ("  türkiye ", "TUR"),
        ("Côte d’Ivoire", "CIV"),
        ("State of Palestine", "PSE"),
        ("former Soviet Union", "SUN"),
        ("XBB", "XBB"),
        ("na", None),
        ("", None),
    ],
)
def test_states_are_mapped_by_the_names_that_the_un_writes(name: str, code: str | None) -> None:
    assert state_code(name) == code


def test_the_sample_is_well_formed_and_fictional() -> None:
    references = [each.text or "" for each in etree.fromstring(SAMPLE.read_bytes()).iter("REFERENCE_NUMBER")]

    assert references
    assert all(reference.startswith("DEM") for reference in references)
