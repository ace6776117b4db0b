"""OpenSanctions: `targets.simple.csv`, and FollowTheMoney JSON lines.

Both mix many publishers. The simple table drops what makes an identity (kinds of countries, types and issuers
of documents): its persons carry names and birth dates alone. The JSON lines keep nationalities and numbers
apart.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from services.screening.watchlist.entry import EntryDocument, EntryName, NameKind, NameQuality
from services.screening.watchlist.sources.drafts import (
    Draft,
    add_once,
    birth_of,
    list_of,
    sex_of,
)
from services.screening.watchlist.sources.read_list import ListToRead, ReadList
from services.screening.watchlist.sources.tables import Table, TableRow, read_tables

_FILE: Final = "targets.simple.csv"
_HEADER: Final = ("id", "schema", "name", "aliases", "birth_date")
_ID, _SCHEMA, _NAME, _ALIASES, _BORN, _DATASET, _LAST_SEEN = 0, 1, 2, 3, 4, 11, 13
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T.*)?")
_UN_REFERENCE: Final = re.compile(r"un-sc-(q[a-z]i\.?\d+)", re.IGNORECASE)
_PERSON: Final = "person"


def read_opensanctions(file: ListToRead) -> ReadList:
    """Read either form; entries are called `<source>:<id>`.

    Regimes are the datasets of the simple table, and the topics of the JSON lines (`crime.terror`).

    Raises:
        MalformedList: Neither form, cut off, beyond the limits, without a date, or a person without a name.

    Source:
        `spec/watchlist-governance.md` §6.5; SG-01, SG-18.
    """
    (table,) = read_tables(file.content, _FILE, file.limits).by_name.values()
    if file.content.lstrip()[:1] == b"{":
        return _read_lines(file, table)
    return _read_table(file, table)


def _read_table(file: ListToRead, table: Table) -> ReadList:
    drafts: list[Draft] = []
    newest = ""
    others = 0
    for row in _rows(table):
        newest = max(newest, row[_LAST_SEEN])
        if row[_SCHEMA].lower() != _PERSON:
            others += 1
            continue
        drafts.append(_simple_person(row))
    return list_of(file, table, drafts, file.dated_at or _moment(newest), others)


def _rows(table: Table) -> Iterator[TableRow]:
    rows = table.rows()
    header = next(rows, None)
    if header is None or tuple(header[column] for column in range(len(_HEADER))) != _HEADER:
        raise table.refusal("NOT_THIS_FORMAT", 1)
    for row in rows:
        if not row[_ID] or len(row.cells) < len(header.cells):
            raise table.refusal("NOT_THIS_FORMAT", row.line)
        yield row


def _simple_person(row: TableRow) -> Draft:
    draft = Draft(row[_ID], row.line)
    for dataset in row[_DATASET].split(";"):
        if dataset.strip():
            add_once(draft.programmes, dataset.strip())
    _add_names(draft, [row[_NAME]], row[_ALIASES].split(";"), [])
    for text in row[_BORN].split(";"):
        _add_birth(draft, text.strip())
    return draft


def _read_lines(file: ListToRead, table: Table) -> ReadList:
    drafts: list[Draft] = []
    newest = ""
    others = 0
    for number, entity in _entities(file, table):
        newest = max(newest, str(entity.get("last_seen") or ""))
        if str(entity.get("schema")).lower() != _PERSON:
            others += 1
            continue
        drafts.append(_person(entity, number, table))
    return list_of(file, table, drafts, file.dated_at or _moment(newest), others)


def _entities(file: ListToRead, table: Table) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(file.content.splitlines(), start=1):
        if not line.strip():
            continue
        if number > file.limits.rows:
            raise table.refusal("TOO_MANY_ROWS", number)
        try:
            entity = json.loads(line)
        except (ValueError, RecursionError):
            raise table.refusal("NOT_WELL_FORMED", number) from None
        if not isinstance(entity, dict) or not isinstance(entity.get("properties"), dict):
            raise table.refusal("NOT_THIS_FORMAT", number)
        yield number, entity


def _person(entity: Mapping[str, Any], line: int, table: Table) -> Draft:
    reference = entity.get("id")
    if not isinstance(reference, str) or not reference:
        raise table.refusal("NOT_THIS_FORMAT", line)
    draft = Draft(reference, line)
    properties = entity["properties"]

    def values(name: str) -> list[str]:
        found = properties.get(name) or []
        return [each.strip() for each in found if isinstance(each, str) and each.strip()]

    for topic in values("topics"):
        add_once(draft.programmes, topic)
    _add_names(draft, values("name"), values("alias"), values("weakAlias"))
    for text in values("birthDate"):
        _add_birth(draft, text)
    for code in values("nationality"):
        draft.add_nationality(code)
    for letter, name in (("P", "passportNumber"), ("I", "idNumber")):
        for number in values(name):
            add_once(draft.documents, EntryDocument(number, letter))
    draft.sex = next((sex for sex in map(sex_of, values("gender")) if sex), None)
    references = [reference, *(each for each in entity.get("referents") or [] if isinstance(each, str))]
    draft.un_reference = next(
        (_un(found[1]) for found in map(_UN_REFERENCE.fullmatch, references) if found), None
    )
    return draft


def _un(text: str) -> str:
    """`qdi.001` as the UN writes it."""
    letters, digits = text[:3], text[3:].lstrip(".")
    return f"{letters[:2].upper()}{letters[2].lower()}.{digits}"


def _add_names(draft: Draft, primary: list[str], aliases: list[str], weak: list[str]) -> None:
    kinds = (
        (primary, NameQuality.UNKNOWN),
        (aliases, NameQuality.UNKNOWN),
        (weak, NameQuality.LOW),
    )
    for texts, quality in kinds:
        for text in texts:
            plain = text.strip()
            if plain and all(plain != name.text for name in draft.names):
                kind = NameKind.ALIAS if draft.names else NameKind.PRIMARY
                draft.names.append(EntryName(plain, kind, quality))


def _add_birth(draft: Draft, text: str) -> None:
    found = _DATE.fullmatch(text)
    draft.add_birth(None if found is None else birth_of(*(part or "" for part in found.groups())), text)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
