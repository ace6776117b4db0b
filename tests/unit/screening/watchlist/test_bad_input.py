"""What is no list, to every reader: refused with element or line named, never a crash, never half a list.

Source: issue 7, bad input; SG-18 (what is not verified does not screen).
"""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.interpol import TERRORISM_CHARGE
from services.screening.watchlist.sources.read_list import ListLimits, ListToRead, ReadList
from services.screening.watchlist.sources.registry import READERS
from tests.integration.screening.lists import HADI, MISALI, un_list
from tests.unit.screening.watchlist import test_other_lists as others
from tests.unit.screening.watchlist.test_documents_csv import HEADER
from tests.unit.screening.watchlist.test_interpol import NOTICE
from tests.unit.screening.watchlist.test_ofac_xml import PUBLISHED
from tests.unit.screening.watchlist.test_ofac_xml import person as sdn

NULLS: Final = ",-0- " * 7
ADVANCED: Final = Path(__file__).parents[3] / "data" / "lists" / "ofac-advanced-sample.xml"
#: A good file of each form: its reader, its content, and what names a person in it twice.
GOOD: Final[dict[str, tuple[str, bytes, tuple[bytes, bytes]]]] = {
    "UN XML": ("un", un_list([HADI, MISALI]), (b"DEMi.002", b"DEMi.001")),
    "OFAC XML": (
        "ofac",
        f"<sdnList>{PUBLISHED}{sdn(uid='7')}{sdn(uid='8')}</sdnList>".encode(),
        (b"<uid>8</uid>", b"<uid>7</uid>"),
    ),
    "OFAC advanced": ("ofac", ADVANCED.read_bytes(), (b'FixedRef="9"><Comment', b'FixedRef="7"><Comment')),
    "OFAC CSV": (
        "ofac",
        f'7,"EXEMPLAR, Test","individual","SDGT"{NULLS},-0- \r\n'
        f'8,"ESEMPIO, Prova","individual","SDGT"{NULLS},-0- \r\n'.encode(),
        (b'8,"ESEMPIO', b'7,"ESEMPIO'),
    ),
    "EU CSV": (
        "eu",
        others.eu(
            others.eu_row(c16="EXEMPLAR", c17="TEST"), others.eu_row(c1="12", c2="EU.12.1", c16="ESEMPIO")
        ),
        (b"EU.12.1", b"EU.11.1"),
    ),
    "UK CSV": ("uk", others.uk(others.uk_row(c4="EXEMPLAR", c5="TEST")), (b"", b"")),
    "OpenSanctions CSV": (
        "opensanctions",
        others.simple(
            "Q1,Person,Test Exemplar,,1970,,,,,,,un_sc,2020-01-01,2027-05-31,2027-01-01",
            "Q2,Person,Prova Esempio,,1971,,,,,,,un_sc,2020-01-01,2027-05-30,2027-01-01",
        ),
        (b"Q2,", b"Q1,"),
    ),
    "OpenSanctions JSON": (
        "opensanctions",
        others.lines(others.entity(), others.entity() | {"id": "Q2"}),
        (b'"Q2"', b'"Q1"'),
    ),
    "INTERPOL": (
        "interpol",
        json.dumps([NOTICE, NOTICE | {"entity_id": "2027/2"}]).encode(),
        (b"2027/2", b"2027/1"),
    ),
    "documents": ("documents", f"{HEADER}\nXB1,XBB,STOLEN,2027-03-02,P\n".encode(), (b"", b"")),
}
REGIMES: Final = frozenset(
    {"Al-Qaida", "SDGT", "TAQA", "ISIL and Al-Qaida", "un_sc", "crime.terror", TERRORISM_CHARGE, "STOLEN"}
)
XML_ROOTS: Final = {"UN XML": b"CONSOLIDATED_LIST", "OFAC XML": b"sdnList", "OFAC advanced": b"Sanctions"}
HTML: Final = (
    b"<!DOCTYPE html><html><head><title>503</title></head><body><h1>Service unavailable</h1></body></html>"
)
PAGES: Final = {
    "an error page": HTML,
    "an error page without a type": HTML.removeprefix(b"<!DOCTYPE html>"),
    "an error page with empty lines before": b"\r\n\r\n" + HTML,
    "an error as JSON": b'{"error": "quota exceeded"}',
    "a word": b"unavailable",
}

IMPOSSIBLE: Final = (
    b"<dateOfBirthList><dateOfBirthItem><dateOfBirth>31 Feb 1979</dateOfBirth>"
    b"</dateOfBirthItem></dateOfBirthList>"
)


def read(form: str, content: bytes, limits: ListLimits | None = None) -> ReadList:
    reader = READERS[GOOD[form][0]]
    file = ListToRead(content, "SOURCE", REGIMES, datetime(2027, 6, 1, tzinfo=UTC))
    return reader(file if limits is None else replace(file, limits=limits))


def refused(form: str, content: bytes, limits: ListLimits | None = None) -> MalformedList:
    """The refusal, which says in a sentence what and where."""
    with pytest.raises(MalformedList) as caught:
        read(form, content, limits)
    fault = caught.value
    assert fault.element is not None or fault.line is not None
    assert fault.reason in str(fault)
    return fault


forms = pytest.mark.parametrize("form", GOOD)


@forms
def test_the_good_file_is_read(form: str) -> None:
    assert read(form, GOOD[form][1]).stored >= 1


@forms
@pytest.mark.parametrize("content", [b"", b" \r\n\t\n", b"\xef\xbb\xbf"], ids=["nothing", "blank", "a mark"])
def test_empty_file_is_refused(form: str, content: bytes) -> None:
    refused(form, content)


@forms
@pytest.mark.parametrize("page", PAGES)
def test_page_that_is_served_in_place_of_the_list_is_refused(form: str, page: str) -> None:
    refused(form, PAGES[page])


@forms
def test_another_lists_file_is_refused(form: str) -> None:
    for other, (reader, content, _) in GOOD.items():
        if reader != GOOD[form][0]:
            assert refused(form, content), other


@pytest.mark.parametrize("form", [form for form in GOOD if form != "documents"])
def test_file_that_is_cut_off_inside_a_person_is_refused(form: str) -> None:
    content = GOOD[form][1].rstrip()
    # Inside the last row: a table's last cells, an element's or object's end.
    refused(form, content[: -len(content) // 8])


@pytest.mark.parametrize("form", XML_ROOTS)
def test_entities_are_never_unfolded(form: str) -> None:
    root = XML_ROOTS[form]
    bomb = (
        b'<!DOCTYPE %s [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>' % root
    )
    content = GOOD[form][1]
    start = content.index(b"<" + root)
    assert refused(form, content[:start] + bomb + content[start:]).reason == "DOCTYPE_REFUSED"


@pytest.mark.parametrize("form", XML_ROOTS)
def test_another_root_is_named(form: str) -> None:
    content = GOOD[form][1].replace(XML_ROOTS[form], b"SOMETHING")
    fault = refused(form, content)
    assert (fault.reason, fault.element) == ("WRONG_ROOT", "SOMETHING")


@pytest.mark.parametrize("form", [form for form, (_, _, twice) in GOOD.items() if twice[0]])
def test_the_same_reference_twice_is_refused(form: str) -> None:
    _, content, (reference, again) = GOOD[form]
    assert reference in content
    assert refused(form, content.replace(reference, again)).reason == "REPEATED_REFERENCE"


@pytest.mark.parametrize("form", [form for form in GOOD if GOOD[form][1].lstrip()[:1] in b"[{"])
@pytest.mark.parametrize(
    "sign",
    [b"\\u0000", b"\\\\\\u0000", b"\\ud800"],
    ids=["NUL", "NUL behind a backslash", "half of a pair"],
)
def test_text_that_no_database_holds_is_refused_with_its_row(form: str, sign: bytes) -> None:
    content = GOOD[form][1]
    name = re.search(rb'"name": \[?"', content)
    assert name is not None
    fault = refused(form, content[: name.end()] + sign + content[name.end() :])
    assert (fault.reason, fault.line) == ("VALUE_NOT_TEXT", 1)


@pytest.mark.parametrize("form", [form for form in GOOD if GOOD[form][1].lstrip()[:1] in b"[{"])
def test_text_that_spells_an_escape_is_a_text(form: str) -> None:
    content = GOOD[form][1]
    name = re.search(rb'"name": \[?"', content)
    assert name is not None
    assert read(form, content[: name.end()] + rb"\\u0000" + content[name.end() :]).stored >= 1


@forms
def test_file_beyond_the_limit_is_refused_before_it_is_read(form: str) -> None:
    content = GOOD[form][1]
    assert refused(form, content, ListLimits(file_bytes=len(content) - 1)).reason == "LIST_TOO_LARGE"
    assert read(form, content, ListLimits(file_bytes=len(content))).stored >= 1


@forms
def test_more_rows_than_allowed_are_refused(form: str) -> None:
    refused(form, GOOD[form][1], ListLimits(rows=0))


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("UN XML", GOOD["UN XML"][1].replace(b"1979-05-14", b"1979-02-31")),
        ("EU CSV", others.eu(others.eu_row(c16="EXEMPLAR", c17="TEST", c54="1979-02-31"))),
        ("UK CSV", others.uk(others.uk_row(c4="EXEMPLAR", c5="TEST", c34="31/02/1979"))),
        ("INTERPOL", GOOD["INTERPOL"][1].replace(b"1970/01/00", b"1970/02/31")),
        ("OFAC XML", GOOD["OFAC XML"][1].replace(b"</sdnEntry>", IMPOSSIBLE + b"</sdnEntry>", 1)),
    ],
)
def test_impossible_birth_date_is_flagged_with_its_row_and_never_guessed(form: str, content: bytes) -> None:
    told = read(form, content)
    assert "UNREADABLE_DATE" in [fault.code for fault in told.faults]
    assert all(fault.line >= 1 for fault in told.faults)
    assert not any(entry.birth_dates for entry in told.entries[:1])


@pytest.mark.parametrize("form", [form for form in GOOD if GOOD[form][0] in {"un", "ofac", "eu", "uk"}])
def test_regime_that_nobody_allowed_is_counted_and_not_stored(form: str) -> None:
    file = ListToRead(GOOD[form][1], "SOURCE", frozenset({"ANOTHER"}), datetime(2027, 6, 1, tzinfo=UTC))
    told = READERS[GOOD[form][0]](file)
    assert (told.stored, told.individuals >= 1, bool(told.by_regime)) == (0, True, True)
