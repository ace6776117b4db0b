"""OFAC's advanced model: the same person as in other forms, each period, every refusal. Invented persons."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.watchlist.entry import NameKind, NameQuality, WatchlistEntry
from services.screening.watchlist.sources.drafts import BIRTH_WORDS
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.ofac_csv import read_ofac
from services.screening.watchlist.sources.read_list import ListLimits, ListToRead, ReadList
from shared.travel import Sex

SAMPLE = Path(__file__).parents[3] / "data" / "lists" / "ofac-advanced-sample.xml"
TEXT = SAMPLE.read_text(encoding="utf-8")
SDGT = frozenset({"SDGT"})
ALL = frozenset({"SDGT", "SDNTK"})
LIMITS = ListLimits()


def read(text: str = TEXT, regimes: frozenset[str] = ALL, limits: ListLimits = LIMITS) -> ReadList:
    return read_ofac(ListToRead(text.encode(), "OFAC_SDN", regimes, limits=limits))


@pytest.fixture(scope="module")
def entry() -> WatchlistEntry:
    (found,) = read(regimes=SDGT).entries
    return found


def refused(text: str, limits: ListLimits = LIMITS) -> MalformedList:
    with pytest.raises(MalformedList) as fault:
        read(text, limits=limits)
    return fault.value


def test_persons_are_counted_by_programme_and_only_the_allowed_are_kept() -> None:
    found = read(regimes=SDGT)
    assert (found.individuals, found.entities_left_out, found.stored) == (2, 1, 1)
    assert found.by_regime == {"IFSR": 1, "SDGT": 1, "SDNTK": 1}
    assert found.generated_at == datetime(2027, 6, 24, tzinfo=UTC)


def test_terrorism_is_told_apart_from_the_other_programmes(entry: WatchlistEntry) -> None:
    assert [(each.programme, each.terrorism) for each in entry.listings] == [("SDGT", True), ("IFSR", False)]
    assert {(each.row, each.listed_on) for each in entry.listings} == {("7", date(2001, 10, 12))}
    assert ("STATE_LINKED_PROGRAMME", "7") in [(each.code, each.reference) for each in read().faults]


def test_names_keep_their_parts_scripts_kinds_and_quality(entry: WatchlistEntry) -> None:
    assert entry.id == "OFAC_SDN:7"
    assert [(name.text, name.kind, name.quality) for name in entry.names] == [
        ("Test Person EXEMPLAR", NameKind.PRIMARY, NameQuality.UNKNOWN),
        ("SINGLENAME", NameKind.ALIAS, NameQuality.LOW),
        ("مثال", NameKind.ORIGINAL_SCRIPT, NameQuality.UNKNOWN),
        ("Prova ESEMPIO", NameKind.FORMER, NameQuality.GOOD),
    ]
    assert (entry.names[0].surname, entry.names[0].given_names) == ("EXEMPLAR", "Test Person")
    assert entry.names[1].surname is None


@pytest.mark.parametrize("mark", ['Primary="false" False="false"', 'Primary="true" False="true"'])
def test_the_names_of_a_second_or_a_false_identity_are_aliases(mark: str) -> None:
    other = (
        f'<Identity ID="599" FixedRef="7" {mark}><Alias FixedRef="7" AliasTypeID="1403" Primary="true"'
        ' LowQuality="false"><DocumentedName ID="699" FixedRef="7" DocNameStatusID="1"><DocumentedNamePart>'
        '<NamePartValue NamePartGroupID="799" ScriptID="215" ScriptStatusID="1" Acronym="false">COVER'
        "</NamePartValue></DocumentedNamePart></DocumentedName></Alias><NamePartGroups><MasterNamePartGroup>"
        '<NamePartGroup ID="799" NamePartTypeID="1520"/></MasterNamePartGroup></NamePartGroups></Identity>'
    )
    text = TEXT.replace('<Feature ID="801"', f'{other}<Feature ID="801"', 1)
    names = read(text, regimes=SDGT).entries[0].names
    assert (names[0].text, names[0].kind) == ("Test Person EXEMPLAR", NameKind.PRIMARY)
    assert [name.kind for name in names if name.text == "COVER"] == [NameKind.ALIAS]


def test_a_paper_says_where_it_was_issued() -> None:
    place = 'IssuedBy-CountryID="11050" IssuedIn-LocationID="27" ValidityID="1"'
    text = TEXT.replace('IssuedBy-CountryID="11050" ValidityID="1"', place, 1)
    passport = read(text, regimes=SDGT).entries[0].documents[0]
    assert passport.issued_at == "Cairo, Upper, Egypt"
    unknown = text.replace('IssuedIn-LocationID="27"', 'IssuedIn-LocationID="9999"')
    assert refused(unknown).reason == "UNKNOWN_REFERENCE"


def test_papers_become_documents_and_other_numbers_stay_text(entry: WatchlistEntry) -> None:
    passport, identity = entry.documents
    assert (passport.number, passport.type, passport.issuer) == ("A1084010", "P", "EGY")
    assert (passport.issued, passport.note) == (date(2003, 2, 1), "expires 01 Feb 2013")
    assert (identity.issuer, identity.issuer_text, identity.note) == (None, "Atlantis", "fraudulent")
    assert entry.grounds == ("Tax ID No. 77",)
    codes = [fault.code for fault in read().faults]
    assert "DOCUMENT_WITHOUT_NUMBER" in codes


def test_places_nationalities_and_sex(entry: WatchlistEntry) -> None:
    assert (entry.nationalities, entry.nationality_texts) == (("EGY", "IRN"), ("Atlantis",))
    assert [(each.city, each.country) for each in entry.birth_places] == [("Giza", "EGY")]
    (address,) = entry.addresses
    assert (address.street, address.city, address.region) == ("1 Road, Floor 2", "Cairo", "Upper")
    assert (address.postal_code, address.country) == ("9", "EGY")
    assert entry.sex is Sex.MALE
    assert "Haji" not in str(entry.as_json())
    other = next(each for each in read().entries if each.id == "OFAC_SDN:9")
    assert other.sex is None
    assert [(each.city, each.region, each.country) for each in other.birth_places] == [
        ("Cairo", "Upper", "EGY")
    ]


def period(first: str, last: str, approximate: str = "false", calendar: str = "1") -> str:
    """The sample with one birth date of this period, ends as `1951-06-19`."""

    def point(text: str) -> str:
        parts = zip(("Year", "Month", "Day"), text.split("-"), strict=False)
        return "".join(f"<{name}>{value}</{name}>" for name, value in parts)

    ends = (
        f'<DatePeriod CalendarTypeID="{calendar}"><Start Approximate="{approximate}"><From>{point(first)}'
        f'</From></Start><End Approximate="{approximate}"><To>{point(last)}</To></End></DatePeriod>'
    )
    birth = r'<Feature ID="80[12]" FeatureTypeID="8">.*?</Feature>'
    without = re.sub(birth, "", TEXT, flags=re.DOTALL)
    feature = f'<Feature ID="801" FeatureTypeID="8"><FeatureVersion>{ends}</FeatureVersion></Feature>'
    return without.replace('<Feature ID="803"', f'{feature}<Feature ID="803"')


@pytest.mark.parametrize(
    ("first", "last", "approximate", "expected"),
    [
        ("1951-6-19", "1951-6-19", "false", {"kind": "EXACT", "date": "1951-06-19"}),
        ("1951-6-1", "1951-6-30", "false", {"kind": "EXACT", "date": "1951-06"}),
        ("1951-6", "1951-6", "false", {"kind": "EXACT", "date": "1951-06"}),
        ("1951-1-1", "1951-12-31", "false", {"kind": "YEAR", "year": 1951}),
        ("1951-2-1", "1951-3-31", "false", {"kind": "YEAR", "year": 1951}),
        ("1951-2-3", "1951-2-9", "false", {"kind": "YEAR", "year": 1951}),
        ("1951", "1951", "false", {"kind": "YEAR", "year": 1951}),
        ("1951-1-1", "1951-12-31", "true", {"kind": "APPROXIMATE", "year": 1951}),
        ("1951-1-1", "1954-12-31", "false", {"kind": "BETWEEN", "from_year": 1951, "to_year": 1954}),
    ],
)
def test_birth_date_is_as_precise_as_its_period(
    first: str, last: str, approximate: str, expected: dict[str, object]
) -> None:
    (entry,) = read(period(first, last, approximate), SDGT).entries
    assert [birth.as_json() for birth in entry.birth_dates] == [expected]


@pytest.mark.parametrize(
    ("first", "last", "calendar", "code"),
    [
        ("1951-2-31", "1951-2-31", "1", "UNREADABLE_DATE"),
        ("1951-13-1", "1951-13-1", "1", "UNREADABLE_DATE"),
        ("1954-1-1", "1951-1-1", "1", "UNREADABLE_DATE"),
        ("", "", "1", "UNREADABLE_DATE"),
        ("1371-1-1", "1371-1-1", "2", "OTHER_CALENDAR"),
    ],
)
def test_impossible_or_foreign_date_is_flagged_with_its_line(
    first: str, last: str, calendar: str, code: str
) -> None:
    text = period(first, last, calendar=calendar)
    found = read(text, SDGT)
    assert found.entries[0].birth_dates == ()
    written = [ground for ground in found.entries[0].grounds if ground.startswith(BIRTH_WORDS)]
    assert [ground.removeprefix(BIRTH_WORDS).split() for ground in written] == (
        [[*first.split("-"), *last.split("-")]] if first else []
    )
    fault = next(each for each in found.faults if each.code == code)
    assert (fault.reference, fault.element) == ("7", "DatePeriod")
    assert "<DatePeriod" in text.splitlines()[fault.line - 1]


@pytest.mark.parametrize(
    ("old", "new", "reason", "element"),
    [
        ('FixedRef="9"><Comment/>', 'FixedRef="7"><Comment/>', "REPEATED_REFERENCE", "DistinctParty"),
        ('<DistinctParty FixedRef="9">', "<DistinctParty>", "MISSING_ELEMENT", "DistinctParty"),
        ("VOORBEELD", "", "NAME_MISSING", "Profile"),
        ('LocationID="27"/></Fea', 'LocationID="99"/></Fea', "UNKNOWN_REFERENCE", "VersionLocation"),
        ('FeatureTypeID="26"', 'FeatureTypeID="99"', "UNKNOWN_REFERENCE", "Feature"),
        ('PartySubTypeID="1"', 'PartySubTypeID="99"', "UNKNOWN_REFERENCE", "Profile"),
        ('NamePartGroupID="711"', 'NamePartGroupID="999"', "UNKNOWN_REFERENCE", "NamePartValue"),
        ('ProfileID="909"', 'ProfileID="999"', "UNKNOWN_REFERENCE", "SanctionsEntry"),
        ("<SanctionsEntryLinks/>", "<Location/>", "MISPLACED_ROW", "Location"),
        ("</SanctionsEntries>", "", "NOT_WELL_FORMED", "SanctionsEntryLinks"),
    ],
)
def test_a_fault_refuses_the_file_and_names_element_and_line(
    old: str, new: str, reason: str, element: str
) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new)
    fault = refused(text)
    assert (fault.reason, fault.element) == (reason, element)
    assert fault.line is not None
    assert f"<{element}" in text.splitlines()[fault.line - 1] or reason == "NOT_WELL_FORMED"


def test_a_file_without_persons_or_without_a_date_is_refused() -> None:
    parties = re.sub(r"<DistinctParty .*</DistinctParty>", "", TEXT, flags=re.DOTALL)
    entries = re.sub(r"<SanctionsEntry .*</SanctionsEntry>", "", parties, flags=re.DOTALL)
    assert refused(entries).reason == "NO_ROWS"
    undated = re.sub(r"<DateOfIssue .*</DateOfIssue>", "", TEXT)
    assert (refused(undated).reason, refused(undated).element) == ("MISSING_GENERATION_DATE", "DateOfIssue")


def test_a_document_type_with_entities_is_refused() -> None:
    bomb = '<!DOCTYPE Sanctions [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    text = TEXT.replace("<Sanctions ", f"{bomb}<Sanctions ", 1)
    assert refused(text).reason == "DOCTYPE_REFUSED"


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (replace(LIMITS, depth=4), "TOO_DEEP"),
        (replace(LIMITS, elements_a_row=20), "ROW_TOO_LONG"),
        (replace(LIMITS, rows=15), "TOO_MANY_ROWS"),
        (replace(LIMITS, text_characters=8), "TEXT_TOO_LONG"),
    ],
)
def test_each_dimension_has_a_limit(limits: ListLimits, reason: str) -> None:
    assert refused(TEXT, limits).reason == reason


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.text(max_size=30))
def test_a_damaged_file_is_refused_or_read_and_never_crashes(start: int, end: int, put: str) -> None:
    with suppress(MalformedList):
        read(TEXT[: min(start, end)] + put + TEXT[max(start, end) :])
