"""OpenSanctions: `targets.simple.csv`, and FollowTheMoney JSON lines.

Both mix many publishers. The simple table drops what makes an identity (kinds of countries, types and issuers
of documents): its persons carry names and birth dates alone. The JSON lines keep nationalities and numbers
apart.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from services.screening.watchlist.entry import EntryDocument, EntryName, NameKind, NameQuality
from services.screening.watchlist.sources.content import Content, can_be_kept, first_sign
from services.screening.watchlist.sources.drafts import (
    Draft,
    add_once,
    birth_of,
    list_of,
    sex_of,
)
from services.screening.watchlist.sources.read_list import ListToRead, ReadList
from services.screening.watchlist.sources.tables import Table, TableRow, read_tables

FILE: Final = "targets.simple.csv"
PERSON: Final = "person"
_HEADER: Final = ("id", "schema", "name", "aliases", "birth_date")
_ID, _SCHEMA, _NAME, _ALIASES, _BORN, _DATASET, _LAST_SEEN = 0, 1, 2, 3, 4, 11, 13
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T.*)?")
_UN_REFERENCE: Final = re.compile(r"un-sc-(q[a-z]i\.?\d+)", re.IGNORECASE)
#: The longest line that is read; of the published ones few have more than 100 KB.
MAX_LINE_BYTES: Final = 4 * 1024 * 1024


def read_opensanctions(file: ListToRead) -> ReadList:
    """Read either form; entries are called `<source>:<id>`.

    Regimes are the datasets of the simple table, and the topics of the JSON lines (`crime.terror`).

    Raises:
        MalformedList: Neither form, cut off, beyond the limits, without a date, or a person without a name.

    Source:
        `spec/watchlist-governance.md` §6.5; SG-01, SG-18.
    """
    (table,) = read_tables(file.content, FILE, file.limits).by_name.values()
    if is_lines(file.content):
        return _read_lines(file, table)
    return _read_table(file, table)


def _read_table(file: ListToRead, table: Table) -> ReadList:
    drafts: list[Draft] = []
    newest = ""
    others = 0
    for row in _rows(table):
        newest = max(newest, row[_LAST_SEEN])
        if row[_SCHEMA].lower() != PERSON:
            others += 1
            continue
        drafts.append(_simple_person(row))
    return list_of(file, table, drafts, file.dated_at or moment_of(newest), others)


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


def is_lines(content: Content) -> bool:
    """Whether a file is of the JSON lines, and not the table."""
    return first_sign(content) == b"{"


@dataclass(frozen=True, slots=True)
class Entity:
    """One of the JSON lines: its number in the file, the line as it is, and what it says."""

    line: int
    written: bytes
    facts: Mapping[str, Any]

    @property
    def is_person(self) -> bool:
        """Whether it is somebody, and not a company, a ship or a listing."""
        return str(self.facts.get("schema")).lower() == PERSON

    @property
    def last_seen(self) -> str:
        """When the publisher last met it, as written."""
        return str(self.facts.get("last_seen") or "")

    def values(self, name: str) -> list[str]:
        """The texts of a property."""
        found = self.facts["properties"].get(name) or []
        return [each.strip() for each in found if isinstance(each, str) and each.strip()]


def entities(table: Table) -> Iterator[Entity]:
    """The lines that hold anything, each read when it is asked for.

    Raises:
        MalformedList: A line is no JSON, no entity or too long, or there are too many.
    """
    with table.open() as stream:
        for number, line in enumerate(iter(partial(stream.readline, MAX_LINE_BYTES + 1), b""), start=1):
            if len(line) > MAX_LINE_BYTES:
                raise table.refusal("TEXT_TOO_LONG", number)
            if number > table.limits.rows:
                raise table.refusal("TOO_MANY_ROWS", number)
            if line.strip():
                yield Entity(number, line, _facts(line, number, table))


def _facts(line: bytes, number: int, table: Table) -> Mapping[str, Any]:
    try:
        facts = json.loads(line)
    except (ValueError, RecursionError):
        raise table.refusal("NOT_WELL_FORMED", number) from None
    if not isinstance(facts, dict) or not isinstance(facts.get("properties"), dict):
        raise table.refusal("NOT_THIS_FORMAT", number)
    if b"\\u" in line and not can_be_kept(facts):
        raise table.refusal("VALUE_NOT_TEXT", number)
    return facts


def _read_lines(file: ListToRead, table: Table) -> ReadList:
    drafts: list[Draft] = []
    newest = ""
    others = 0
    for entity in entities(table):
        newest = max(newest, entity.last_seen)
        if entity.is_person:
            drafts.append(_person(entity, table))
        else:
            others += 1
    return list_of(file, table, drafts, file.dated_at or moment_of(newest), others)


def _person(entity: Entity, table: Table) -> Draft:
    reference = entity.facts.get("id")
    if not isinstance(reference, str) or not reference:
        raise table.refusal("NOT_THIS_FORMAT", entity.line)
    draft = Draft(reference, entity.line)
    for topic in entity.values("topics"):
        add_once(draft.programmes, topic)
    _add_names(draft, entity.values("name"), entity.values("alias"), entity.values("weakAlias"))
    for text in entity.values("birthDate"):
        _add_birth(draft, text)
    for code in entity.values("nationality"):
        draft.add_nationality(code)
    for letter, name in (("P", "passportNumber"), ("I", "idNumber")):
        for number in entity.values(name):
            add_once(draft.documents, EntryDocument(number, letter))
    draft.sex = next((sex for sex in map(sex_of, entity.values("gender")) if sex), None)
    referents = entity.facts.get("referents") or []
    references = [reference, *(each for each in referents if isinstance(each, str))]
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


def moment_of(text: str) -> datetime | None:
    """A moment in UTC as the publisher writes it, or nothing."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
