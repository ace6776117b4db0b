"""The European Union's consolidated list of financial sanctions, CSV 1.1: one row for each part of a person.

Rows of one person are joined by the logical id; titles and functions are not kept (they may reveal religion).
"""

from datetime import UTC, datetime, time
from typing import Final

from services.screening.watchlist.entry import (
    BirthDate,
    BirthDateKind,
    BirthPlace,
    EntryAddress,
    EntryDocument,
    EntryName,
    NameKind,
)
from services.screening.watchlist.sources.drafts import (
    Draft,
    add_once,
    birth_of,
    day_of,
    list_of,
    sex_of,
    state_of,
)
from services.screening.watchlist.sources.read_list import ListToRead, ReadList
from services.screening.watchlist.sources.tables import TableLayout, TableRow, read_tables

_FILE: Final = "eu.csv"
_FILE_DATE, _ID, _REFERENCE, _UN_ID, _LISTED, _SUBJECT_CODE, _PROGRAMME = 0, 1, 2, 3, 4, 8, 14
_LAST, _FIRST, _MIDDLE, _WHOLE, _SEX = 16, 17, 18, 19, 21
_ADDRESS_CITY, _STREET, _ADDRESS_STATE = 34, 35, 42
_DATE, _DAY, _MONTH, _YEAR, _FROM, _TO, _CIRCA, _CALENDAR, _CITY, _STATE = (
    54,
    55,
    56,
    57,
    58,
    59,
    60,
    61,
    65,
    66,
)
_NUMBER, _FALSE, _LOST, _REVOKED, _KIND, _ISSUER = 78, 81, 82, 83, 90, 93
_CITIZENSHIP: Final = 106
_LAYOUT: Final = TableLayout(columns=118, key=_ID, key_title="entity", delimiter=";")
_KINDS: Final = {"passport": "P", "id": "I", "ssn": "O", "driving": "L", "visa": "V"}
_NOTES: Final = {_FALSE: "false", _LOST: "lost", _REVOKED: "revoked"}


def read_eu_csv(file: ListToRead) -> ReadList:
    """Read the list; entries are called `<source>:<EU reference>`, regimes are the programmes.

    Raises:
        MalformedList: Not this file, cut off, beyond the limits, without a date, or a person without a name.

    Source:
        `spec/watchlist-governance.md` §6.3; SG-01, SG-18.
    """
    (table,) = read_tables(file.content, _FILE, file.limits).by_name.values()
    drafts: dict[str, Draft] = {}
    others: set[str] = set()
    generated: datetime | None = file.dated_at
    for row in table.rows_below(_LAYOUT):
        generated = generated or _dated(row)
        if row[_SUBJECT_CODE].upper() not in {"P", "PERSON"}:
            others.add(row[_ID])
            continue
        draft = drafts.setdefault(row[_ID], Draft(row[_REFERENCE] or row[_ID], row.line))
        _read_row(draft, row)
    return list_of(file, table, list(drafts.values()), generated, len(others))


def _dated(row: TableRow) -> datetime | None:
    day = day_of(row[_FILE_DATE][:10])
    return None if day is None else datetime.combine(day, time(), UTC)


def _read_row(draft: Draft, row: TableRow) -> None:
    if row[_PROGRAMME]:
        add_once(draft.programmes, row[_PROGRAMME])
    draft.un_reference = draft.un_reference or row[_UN_ID] or None
    draft.listed_on = draft.listed_on or day_of(row[_LISTED][:10])
    draft.sex = draft.sex or sex_of(row[_SEX])
    _read_name(draft, row)
    _read_birth(draft, row)
    _read_document(draft, row)
    if row[_CITIZENSHIP]:
        draft.add_nationality(row[_CITIZENSHIP])
    if row[_STREET] or row[_ADDRESS_CITY] or row[_ADDRESS_STATE]:
        address = EntryAddress(
            row[_STREET] or None, row[_ADDRESS_CITY] or None, country=state_of(row[_ADDRESS_STATE])
        )
        add_once(draft.addresses, address)


def _read_name(draft: Draft, row: TableRow) -> None:
    given = " ".join(part for part in (row[_FIRST], row[_MIDDLE]) if part)
    whole = row[_WHOLE] or " ".join(part for part in (given, row[_LAST]) if part)
    if not whole:
        return
    kind = NameKind.ALIAS if draft.names else NameKind.PRIMARY
    is_told_apart = bool(given and row[_LAST])
    name = EntryName(
        whole,
        kind,
        surname=row[_LAST] if is_told_apart else None,
        given_names=given if is_told_apart else None,
    )
    if all(name.text != known.text for known in draft.names):
        draft.names.append(name)


def _read_birth(draft: Draft, row: TableRow) -> None:
    if row[_CALENDAR].upper() not in {"", "GREGORIAN"}:
        # A date of another calendar is not ours to convert: it stays as it is written, and is flagged.
        draft.flag("OTHER_CALENDAR", "birth date")
        parts = [row[part] for part in (_DATE, _YEAR, _MONTH, _DAY, _FROM, _TO) if row[part].strip("0")]
        if parts:
            draft.keep_birth_words(" ".join((*parts, row[_CALENDAR])))
    elif row[_FROM].strip("0") and row[_TO].strip("0"):
        first, last = birth_of(row[_FROM]), birth_of(row[_TO])
        span = None
        if first is not None and last is not None and (first.year or 0) <= (last.year or 0):
            span = BirthDate(BirthDateKind.BETWEEN, from_year=first.year, to_year=last.year)
        draft.add_birth(span, f"{row[_FROM]} {row[_TO]}")
    elif (day := day_of(row[_DATE][:10])) is not None:
        is_circa = row[_CIRCA].lower() in {"true", "1", "y"}
        draft.add_birth(birth_of(str(day.year), str(day.month), str(day.day), is_circa=is_circa), row[_DATE])
    else:
        is_circa = row[_CIRCA].lower() in {"true", "1", "y"}
        birth = birth_of(row[_YEAR], row[_MONTH], row[_DAY], is_circa=is_circa)
        draft.add_birth(birth, row[_YEAR] or row[_DATE])
    if row[_CITY] or row[_STATE]:
        state = normal_state(row[_STATE])
        add_once(draft.birth_places, BirthPlace(row[_CITY] or None, state))


def normal_state(code: str) -> str | None:
    """Two letters of a State; the file's `00` stands for an unknown one."""
    return None if code == "00" else state_of(code)


def _read_document(draft: Draft, row: TableRow) -> None:
    if not row[_NUMBER]:
        return
    notes = [word for column, word in _NOTES.items() if row[column].lower() in {"true", "1", "y"}]
    document = EntryDocument(
        number=row[_NUMBER],
        type=_KINDS.get(row[_KIND].lower(), "O"),
        issuer=normal_state(row[_ISSUER]),
        note=", ".join(notes) or None,
    )
    add_once(draft.documents, document)
