"""The United Kingdom's sanctions list, CSV: a row for each name and address of a person, joined by unique id.

Only rows whose sanctions include a travel ban are read: the others do not concern a border.
"""

import re
from datetime import UTC, datetime, time
from typing import Final

from services.screening.watchlist.entry import (
    BirthPlace,
    EntryAddress,
    EntryDocument,
    EntryName,
    NameKind,
    NameQuality,
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

_FILE: Final = "uk.csv"
_UPDATED, _ID, _UN_REFERENCE, _FAMILY, _FIRST_GIVEN, _LAST_GIVEN = 0, 1, 3, 4, 5, 9
_NAME_TYPE, _STRENGTH, _SCRIPT_NAME, _REGIME, _ENTITY_TYPE, _SANCTIONS, _REASONS = 10, 11, 13, 16, 17, 19, 21
_ADDRESS_FIRST, _ADDRESS_LAST, _COUNTRY = 22, 27, 29
_DESIGNATED, _BORN, _NATIONALITY, _ID_NUMBER, _ID_NOTE, _PASSPORT, _PASSPORT_NOTE = 33, 34, 35, 36, 37, 38, 39
_SEX, _BIRTH_TOWN, _BIRTH_COUNTRY = 41, 42, 43
_LAYOUT: Final = TableLayout(columns=58, key=_ID, key_title="unique id")
_PARTIAL: Final = re.compile(r"(?P<day>\w\w)/(?P<month>\w\w)/(?P<year>\d{4})|(?P<alone>\d{4})")
_QUALITIES: Final = {"good quality": NameQuality.GOOD, "low quality": NameQuality.LOW}


def read_uk_csv(file: ListToRead) -> ReadList:
    """Read the list; entries are called `<source>:<unique id>`, regimes are the regimes' names.

    Persons without a travel ban are counted among those left out.

    Raises:
        MalformedList: Not this file, cut off, beyond the limits, without a date, or a person without a name.

    Source:
        `spec/watchlist-governance.md` §6.4; SG-01, SG-18.
    """
    (table,) = read_tables(file.content, _FILE, file.limits).by_name.values()
    drafts: dict[str, Draft] = {}
    others: set[str] = set()
    newest = file.dated_at
    for row in table.rows_below(_LAYOUT):
        if row[_ENTITY_TYPE].lower() != "individual" or "travel ban" not in row[_SANCTIONS].lower():
            others.add(row[_ID])
            continue
        updated = day_of(row[_UPDATED])
        if file.dated_at is None and updated is not None:
            moment = datetime.combine(updated, time(), UTC)
            newest = moment if newest is None else max(newest, moment)
        _read_row(drafts.setdefault(row[_ID], Draft(row[_ID], row.line)), row)
    return list_of(file, table, list(drafts.values()), newest, len(others))


def _read_row(draft: Draft, row: TableRow) -> None:
    add_once(draft.programmes, row[_REGIME])
    draft.un_reference = draft.un_reference or row[_UN_REFERENCE] or None
    draft.listed_on = draft.listed_on or day_of(row[_DESIGNATED])
    draft.updated_on = draft.updated_on or day_of(row[_UPDATED])
    draft.sex = draft.sex or sex_of(row[_SEX])
    if row[_REASONS]:
        add_once(draft.grounds, row[_REASONS])
    _read_names(draft, row)
    _read_birth(draft, row)
    if row[_NATIONALITY]:
        draft.add_nationality(row[_NATIONALITY])
    for letter, number, note in (("I", _ID_NUMBER, _ID_NOTE), ("P", _PASSPORT, _PASSPORT_NOTE)):
        if row[number]:
            document = EntryDocument(row[number], letter, state_of(row[note]), row[note] or None)
            add_once(draft.documents, document)
    street = ", ".join(row[column] for column in range(_ADDRESS_FIRST, _ADDRESS_LAST + 1) if row[column])
    if street or row[_COUNTRY]:
        add_once(draft.addresses, EntryAddress(street or None, country=state_of(row[_COUNTRY])))


def _read_names(draft: Draft, row: TableRow) -> None:
    given = " ".join(row[column] for column in range(_FIRST_GIVEN, _LAST_GIVEN + 1) if row[column])
    whole = " ".join(part for part in (given, row[_FAMILY]) if part)
    known = {name.text for name in draft.names}
    if whole and whole not in known:
        is_alias = "alias" in row[_NAME_TYPE].lower()
        name = EntryName(
            whole,
            NameKind.ALIAS if is_alias else NameKind.PRIMARY,
            _QUALITIES.get(row[_STRENGTH].lower(), NameQuality.UNKNOWN),
            surname=row[_FAMILY] if given else None,
            given_names=given or None,
        )
        # The primary name stands first, wherever its row stood.
        draft.names.insert(len(draft.names) if is_alias else 0, name)
    if row[_SCRIPT_NAME] and row[_SCRIPT_NAME] not in known:
        draft.names.append(EntryName(row[_SCRIPT_NAME], NameKind.ORIGINAL_SCRIPT))


def _read_birth(draft: Draft, row: TableRow) -> None:
    written = row[_BORN]
    found = _PARTIAL.fullmatch(written)
    birth = None
    if found is not None:
        parts = (part if part and part.isdigit() else "" for part in (found["month"], found["day"]))
        birth = birth_of(found["year"] or found["alone"], *parts)
    draft.add_birth(birth, written)
    if row[_BIRTH_TOWN] or row[_BIRTH_COUNTRY]:
        country = state_of(row[_BIRTH_COUNTRY])
        text = row[_BIRTH_COUNTRY] if country is None else None
        add_once(draft.birth_places, BirthPlace(row[_BIRTH_TOWN] or None, country, country_text=text or None))
