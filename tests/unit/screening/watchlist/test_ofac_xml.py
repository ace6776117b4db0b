"""OFAC's list as XML: typed elements, the same person as in the CSV, every refusal. Persons are invented."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.watchlist.entry import NameKind, NameQuality, WatchlistEntry
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.ofac_csv import read_ofac
from services.screening.watchlist.sources.ofac_programmes import second_look
from services.screening.watchlist.sources.ofac_xml import read_ofac_xml
from services.screening.watchlist.sources.read_list import ListLimits, ListToRead, ReadList
from shared.travel import Sex

DATED = datetime(2027, 6, 1, tzinfo=UTC)
NAMESPACE = "https://sanctions.example/exports/XML"
PUBLISHED = "<publshInformation><Publish_Date>06/24/2027</Publish_Date></publshInformation>"
SHIP = "<sdnEntry><uid>8</uid><lastName>MV EXAMPLE</lastName><sdnType>Vessel</sdnType></sdnEntry>"
PROGRAMMES = "<programList><program>SDGT</program><program>IFSR</program></programList>"
DETAILS = """
<idList>
 <id><idType>Passport</idType><idNumber>A1084010</idNumber><idCountry>Egypt</idCountry>
  <issueDate>01 Feb 2003</issueDate><expirationDate>01 Feb 2013</expirationDate></id>
 <id><idType>National ID No.</idType><idNumber>55</idNumber><idCountry>Atlantis</idCountry></id>
 <id><idType>Gender</idType><idNumber>Male</idNumber></id>
 <id><idType>Tax ID No.</idType><idNumber>77</idNumber></id>
 <id><idType>Secondary sanctions risk:</idType><idNumber>section 1(b)</idNumber></id>
</idList>
<akaList>
 <aka><type>a.k.a.</type><category>strong</category><lastName>ESEMPIO</lastName><firstName>Prova</firstName></aka>
 <aka><type>f.k.a.</type><category>weak</category><lastName>SINGLENAME</lastName></aka>
 <aka><type>a.k.a.</type><category>odd</category><lastName>THIRD</lastName></aka>
 <aka><type>a.k.a.</type><category>weak</category></aka>
</akaList>
<addressList>
 <address><address1>1 Road</address1><address2>Floor 2</address2><city>Cairo</city>
  <stateOrProvince>Upper</stateOrProvince><postalCode>9</postalCode><country>Egypt</country></address>
 <address><country>Atlantis</country></address><address/>
</addressList>
<nationalityList><nationality><country>Egypt</country></nationality>
 <nationality><country>Iran</country></nationality></nationalityList>
<citizenshipList><citizenship><country>Egypt</country></citizenship>
 <citizenship><country>Atlantis</country></citizenship></citizenshipList>
<dateOfBirthList><dateOfBirthItem><dateOfBirth>19 Jun 1951</dateOfBirth></dateOfBirthItem>
 <dateOfBirthItem><dateOfBirth>circa 1952</dateOfBirth></dateOfBirthItem>
 <dateOfBirthItem><dateOfBirth>in his youth</dateOfBirth></dateOfBirthItem></dateOfBirthList>
<placeOfBirthList><placeOfBirthItem><placeOfBirth>Giza, Egypt</placeOfBirth></placeOfBirthItem>
 <placeOfBirthItem><placeOfBirth>Nowhere</placeOfBirth></placeOfBirthItem></placeOfBirthList>
"""


def person(details: str = "", programmes: str = PROGRAMMES, uid: str = "7", name: str = "EXEMPLAR") -> str:
    return (
        f"<sdnEntry><uid>{uid}</uid><firstName>Test Person</firstName><lastName>{name}</lastName>"
        f"<title>Haji</title><sdnType>Individual</sdnType><remarks>(Linked To: SOMEBODY)</remarks>"
        f"{programmes}{details}</sdnEntry>"
    )


def a_list(*rows: str, published: str = PUBLISHED, namespace: str = NAMESPACE) -> bytes:
    return f'<?xml version="1.0"?><sdnList xmlns="{namespace}">{published}{"".join(rows)}</sdnList>'.encode()


def read(content: bytes, **more: object) -> ReadList:
    file = ListToRead(content, "OFAC", frozenset({"SDGT"}), DATED)
    return read_ofac(replace(file, **more))  # type: ignore[arg-type]


@pytest.fixture(name="entry")
def _entry() -> WatchlistEntry:
    (entry,) = read(a_list(person(DETAILS))).entries
    return entry


def test_persons_are_counted_by_programme_and_only_terrorism_is_kept() -> None:
    other = person(programmes="<programList><program>SDNT</program></programList>", uid="9")
    told = read(a_list(person(), SHIP, other))
    assert (told.individuals, told.entities_left_out) == (2, 1)
    assert told.by_regime == {"IFSR": 1, "SDGT": 1, "SDNT": 1}
    assert told.generated_at == datetime(2027, 6, 24, tzinfo=UTC)
    (entry,) = told.entries
    assert [(each.programme, each.terrorism) for each in entry.listings] == [("SDGT", True), ("IFSR", False)]


def test_names_keep_their_parts_and_the_publishers_strength(entry: WatchlistEntry) -> None:
    assert [(name.text, name.kind, name.quality) for name in entry.names] == [
        ("Test Person EXEMPLAR", NameKind.PRIMARY, NameQuality.UNKNOWN),
        ("Prova ESEMPIO", NameKind.ALIAS, NameQuality.GOOD),
        ("SINGLENAME", NameKind.FORMER, NameQuality.LOW),
        ("THIRD", NameKind.ALIAS, NameQuality.UNKNOWN),
    ]
    assert (entry.names[1].surname, entry.names[1].given_names) == ("ESEMPIO", "Prova")


def test_identifiers_are_read_from_their_elements(entry: WatchlistEntry) -> None:
    assert [birth.kind.value for birth in entry.birth_dates] == ["EXACT", "APPROXIMATE"]
    assert [(place.city, place.country, place.country_text) for place in entry.birth_places] == [
        ("Giza", "EGY", None),
        (None, None, "Nowhere"),
    ]
    assert (entry.nationalities, entry.nationality_texts) == (("EGY", "IRN"), ("Atlantis",))
    passport, card = entry.documents
    assert (passport.number, passport.type, passport.issuer) == ("A1084010", "P", "EGY")
    assert (passport.issued, passport.note) == (date(2003, 2, 1), "expires 01 Feb 2013")
    assert (card.type, card.issuer, card.issuer_text) == ("I", None, "Atlantis")
    assert entry.sex is Sex.MALE
    assert [(each.street, each.city, each.country_text) for each in entry.addresses] == [
        ("1 Road, Floor 2", "Cairo", None),
        (None, None, "Atlantis"),
    ]


def test_titles_links_and_risk_notes_are_not_kept_and_other_words_are_grounds(entry: WatchlistEntry) -> None:
    assert entry.grounds == ("DOB in his youth", "Tax ID No. 77")
    assert "Haji" not in str(entry.as_json())


def test_what_was_not_understood_is_flagged_and_a_state_linked_listing_asks_for_a_second_look() -> None:
    codes = sorted(fault.code for fault in read(a_list(person(DETAILS))).faults)
    assert codes == [
        "STATE_LINKED_PROGRAMME",
        "UNKNOWN_QUALITY",
        "UNMAPPED_STATE",
        "UNMAPPED_STATE",
        "UNMAPPED_STATE",
        "UNREADABLE_DATE",
    ]
    assert not second_look(["SDGT"])
    assert not second_look(["IFSR"])


def test_one_person_is_one_entry_in_either_form() -> None:
    row = (
        '7,"EXEMPLAR, Test Person","individual","SDGT] [IFSR",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
        '"DOB 19 Jun 1951; POB Giza, Egypt; nationality Egypt; Gender Male; National ID No. 55 (Iran)."\r\n'
    )
    details = (
        "<idList><id><idType>National ID No.</idType><idNumber>55</idNumber><idCountry>Iran</idCountry></id>"
        "<id><idType>Gender</idType><idNumber>Male</idNumber></id></idList>"
        "<nationalityList><nationality><country>Egypt</country></nationality></nationalityList>"
        "<dateOfBirthList><dateOfBirthItem><dateOfBirth>19 Jun 1951</dateOfBirth></dateOfBirthItem>"
        "</dateOfBirthList><placeOfBirthList><placeOfBirthItem><placeOfBirth>Giza, Egypt</placeOfBirth>"
        "</placeOfBirthItem></placeOfBirthList>"
    )
    (of_csv,) = read(row.encode()).entries
    (of_xml,) = read(a_list(person(details))).entries
    assert of_xml == of_csv


def test_the_importers_date_stands_where_the_file_has_none() -> None:
    assert read(a_list(person(), published="")).generated_at == DATED
    with pytest.raises(MalformedList) as refused:
        read(a_list(person(), published=""), dated_at=None)
    assert refused.value.reason == "MISSING_GENERATION_DATE"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<!DOCTYPE html><html><body>Busy</body></html>", "WRONG_ROOT"),
        (b"<html><p>Busy<br></html>", "WRONG_ROOT"),
        (a_list(person())[:-30], "NOT_WELL_FORMED"),
        (a_list(), "NO_ROWS"),
        (a_list(person(), person()), "REPEATED_REFERENCE"),
        (a_list(person(uid="")), "MISSING_ELEMENT"),
        (a_list(person(name="").replace("Test Person", "")), "NAME_MISSING"),
        (a_list("<deep><sdnEntry/></deep>"), "MISPLACED_ROW"),
    ],
    ids=["page", "broken page", "cut off", "empty", "twice", "no number", "no name", "misplaced"],
)
def test_what_is_no_such_list_is_refused_with_its_place(content: bytes, reason: str) -> None:
    with pytest.raises(MalformedList) as refused:
        read(content)
    assert refused.value.reason == reason
    assert refused.value.element
    assert refused.value.line is not None


def test_limits_hold() -> None:
    for limits, reason in (
        (ListLimits(rows=1), "TOO_MANY_ROWS"),
        (ListLimits(depth=2), "TOO_DEEP"),
        (ListLimits(elements_a_row=3), "ROW_TOO_LONG"),
        (ListLimits(text_characters=4), "TEXT_TOO_LONG"),
    ):
        with pytest.raises(MalformedList) as refused:
            read(a_list(person(), person(uid="9")), limits=limits)
        assert refused.value.reason == reason


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    with suppress(MalformedList):
        read_ofac_xml(ListToRead(content, "OFAC", frozenset({"SDGT"}), DATED))
