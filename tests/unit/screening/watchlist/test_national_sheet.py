"""A State's own nominations as a sheet: every column read, every fault in a sentence, nothing quoted."""

import csv
import io
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from services.screening.list_desk.nomination_forms import TermsIn, checked_sheet
from services.screening.watchlist.entry import WatchlistEntry
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.national_columns import COLUMNS, template_csv, template_workbook
from services.screening.watchlist.sources.national_sheet import (
    SENTENCES,
    NationalSheet,
    read_national_sheet,
    title_of_term,
)
from shared.sheets.template import MADE_AT

EXAMPLE = {column.title: column.example for column in COLUMNS}


def sheet(*rows: dict[str, str]) -> bytes:
    """A CSV file of these rows, each like the template's example but for what is said."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [column.title for column in COLUMNS])
    writer.writeheader()
    writer.writerows(EXAMPLE | row for row in rows)
    return text.getvalue().encode()


def read(*rows: dict[str, str]) -> NationalSheet:
    return read_national_sheet(sheet(*rows))


def one_entry(**cells: str) -> dict[str, Any]:
    (row,) = read({name.replace("_", " "): text for name, text in cells.items()}).rows
    return row.entry


@pytest.mark.parametrize("template", [template_csv(), template_workbook()], ids=["csv", "xlsx"])
def test_the_template_is_read_as_it_is_handed_out(template: bytes) -> None:
    read_sheet = read_national_sheet(template)
    assert read_sheet.faults == ()
    (row,) = checked_sheet(read_sheet).rows
    entry = WatchlistEntry.from_json({**row.entry, "id": "NATIONAL:1"})
    assert [name.text for name in entry.names] == ["GRETA BEISPIEL", "Грета Байшпиль", "GRETA B."]
    assert [name.quality.value for name in entry.names] == ["UNKNOWN", "UNKNOWN", "LOW"]
    assert (entry.nationalities, str(entry.birth_dates[0].date)) == (("XCC", "XBB"), "1980-01-02")
    assert (entry.documents[0].number, entry.documents[0].issuer) == ("XC77", "XCC")
    assert [ground["grade"] for ground in row.terms["grounds"]] == ["1A", "2B"]
    assert [ground["is_fact"] for ground in row.terms["grounds"]] == [True, False]


def test_the_template_says_how_it_is_filled_in_and_not_when_it_was_made() -> None:
    workbook = load_workbook(io.BytesIO(template_workbook()))
    assert (workbook.properties.created, workbook.properties.modified) == (MADE_AT, MADE_AT)
    guide = workbook.worksheets[1]
    assert {cell.value for cell in guide["A"]} >= {column.title for column in COLUMNS}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1980-01-02", {"kind": "EXACT", "date": "1980-01-02"}),
        ("1980-03", {"kind": "EXACT", "date": "1980-03"}),
        ("1980", {"kind": "YEAR", "year": 1980}),
        ("c. 1980", {"kind": "APPROXIMATE", "year": 1980}),
        ("1978 - 1982", {"kind": "BETWEEN", "from_year": 1978, "to_year": 1982}),
    ],
)
def test_a_birth_date_is_as_precise_as_it_is_written(written: str, expected: dict[str, Any]) -> None:
    assert one_entry(Date_of_birth=written)["birth_dates"] == [expected]


def test_several_values_stand_side_by_side() -> None:
    entry = one_entry(Date_of_birth="1980; 1981-02-03", Documents="P XC 77 XCC; I 5 XBB", Nationalities="")
    assert [birth["kind"] for birth in entry["birth_dates"]] == ["YEAR", "EXACT"]
    assert [(each["type"], each["number"]) for each in entry["documents"]] == [("P", "XC 77"), ("I", "5")]
    assert entry["nationalities"] == []


def test_a_whole_name_stands_where_nobody_knows_its_parts() -> None:
    (name, *_) = one_entry(Family_name="", Given_names="", Full_name="GRETA BEISPIEL MISALI")["names"]
    assert (name["text"], name["surname"]) == ("GRETA BEISPIEL MISALI", None)


@pytest.mark.parametrize(
    ("title", "text", "code"),
    [
        ("Reference", "", "REFERENCE_MISSING"),
        ("Reference", "a/b", "REFERENCE_MISSING"),
        ("Family name", "", "NAME_MISSING"),
        ("Sex", "third", "SEX_UNKNOWN"),
        ("Date of birth", "02.01.1980", "DATE_UNREADABLE"),
        ("Date of birth", "1980-02-31", "DATE_UNREADABLE"),
        ("Date of birth", "1982-1978", "DATE_UNREADABLE"),
        ("Birth State", "Utopia", "STATE_UNKNOWN"),
        ("Nationalities", "XCC; Utopia", "STATE_UNKNOWN"),
        ("Documents", "XC77", "DOCUMENT_UNREADABLE"),
        ("Documents", "P XC77 QQQ", "STATE_UNKNOWN"),
        ("Ground 1 fact", "perhaps", "YES_OR_NO"),
        ("Ground 2 as of", "last year", "DAY_UNREADABLE"),
        ("Review due", "soon", "DAY_UNREADABLE"),
        ("Expires", "", "VALUE_MISSING"),
        ("Category", "FAMILY", "VALUE_NOT_ALLOWED"),
        ("Tear-line", "", "VALUE_MISSING"),
        ("Tear-line", "x" * 281, "VALUE_TOO_LONG"),
        ("Ground 2 kind", "GOSSIP", "VALUE_NOT_ALLOWED"),
        ("Ground 1 grade", "9Z", "VALUE_NOT_ALLOWED"),
        ("Ground 2 words", "", "VALUE_MISSING"),
        ("Summary", "=A1", "FORMULA"),
        ("Summary", "x" * 2_001, "CELL_TOO_LONG"),
    ],
)
def test_a_fault_names_row_and_column_in_a_sentence_and_the_others_are_read(
    title: str, text: str, code: str
) -> None:
    checked = checked_sheet(read({title: text}, {"Reference": "XAA-2027-0002"}))
    assert [(fault.row, fault.column, fault.code) for fault in checked.faults][:1] == [(2, title, code)]
    sentence = checked.faults[0].sentence
    assert sentence.startswith(f"Row 2, {title}: ")
    assert sentence.endswith(".")
    assert [row.reference for row in checked.rows] == ["XAA-2027-0002"]


def test_a_row_without_any_ground_is_told_so() -> None:
    nothing = {column.title: "" for column in COLUMNS if column.title.startswith("Ground")}
    (fault,) = read(nothing).faults
    assert (fault.column, fault.code) == ("Ground 1 kind", "NO_GROUNDS")


def test_a_reference_stands_once() -> None:
    found = read({}, {})
    assert [(fault.row, fault.code) for fault in found.faults] == [(3, "REFERENCE_REPEATED")]
    assert len(found.rows) == 1


@pytest.mark.parametrize(
    ("body", "reason", "line"),
    [
        (b"", "NO_ROWS", None),
        (b"Reference,Reference\n1,2\n", "COLUMN_REPEATED", 1),
        (b"Reference,Religion\n1,2\n", "COLUMN_UNKNOWN", 1),
        (b"Family name,Given names\nA,B\n", "NOT_THIS_FORMAT", 1),
        (b"Reference\n", "NO_ROWS", 1),
        (b'Reference\n"open\n', "CSV_UNREADABLE", 2),
        (b"<!DOCTYPE html><html></html>", "COLUMN_UNKNOWN", 1),
        (b"PK\x03\x04 no workbook", "WORKBOOK_UNREADABLE", None),
        (b"Reference\n" + b"1\n" * 1_001, "TOO_MANY_ROWS", 1_002),
    ],
    ids=["empty", "twice", "unknown", "no reference", "no rows", "open", "html", "workbook", "long"],
)
def test_what_is_no_such_sheet_is_refused_whole(body: bytes, reason: str, line: int | None) -> None:
    with pytest.raises(MalformedList) as refused:
        read_national_sheet(body)
    assert (refused.value.reason, refused.value.line) == (reason, line)


def test_every_field_of_the_terms_has_a_column_that_a_fault_can_name() -> None:
    titles = {column.title for column in COLUMNS}
    without_column = {"notice"}
    for name in TermsIn.model_fields.keys() - without_column - {"grounds"}:
        assert title_of_term((name,)) in titles
    assert title_of_term(("grounds",)) in titles
    assert title_of_term(("grounds", 2, "as_of")) == "Ground 3 as of"
    assert all(sentence[0].islower() for sentence in SENTENCES.values())


@given(st.lists(st.text(max_size=12), max_size=len(COLUMNS)))
def test_no_cells_break_the_reader(cells: list[str]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.title for column in COLUMNS])
    writer.writerow(cells)
    try:
        found = checked_sheet(read_national_sheet(text.getvalue().encode("utf-8", "replace")))
    except MalformedList:
        return
    assert len(found.rows) <= 1


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    with suppress(MalformedList):
        found = read_national_sheet(body)
        assert found.rows or found.faults
