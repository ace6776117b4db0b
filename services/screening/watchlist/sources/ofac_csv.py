"""OFAC's list of Specially Designated Nationals, CSV: `sdn.csv` alone, or a ZIP with its three companions.

The list of another State is a hint: its rows wait for national adoption (SG-13, SG-18). The files have no
header, `-0-` stands for nothing, and they do not say of when they are.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.screening.watchlist.entry import EntryAddress, EntryName, NameKind, WatchlistEntry
from services.screening.watchlist.sources.errors import MalformedList, RowFault
from services.screening.watchlist.sources.ofac_advanced import ROOT as ADVANCED_ROOT
from services.screening.watchlist.sources.ofac_advanced import read_ofac_advanced
from services.screening.watchlist.sources.ofac_entry import ofac_entry
from services.screening.watchlist.sources.ofac_programmes import second_look
from services.screening.watchlist.sources.ofac_remarks import Remarks, read_remarks
from services.screening.watchlist.sources.ofac_xml import read_ofac_xml
from services.screening.watchlist.sources.read_list import ListSoFar, ListToRead, ReadList
from services.screening.watchlist.sources.tables import Table, TableRow, Tables, read_tables
from services.screening.watchlist.sources.un_states import state_code

SDN: Final = "sdn.csv"
_NULL: Final = "-0-"
_COLUMNS: Final = 12
_NUMBER, _NAME, _TYPE, _PROGRAM, _REMARKS = 0, 1, 2, 3, 11
_ALIAS_KIND, _ALIAS_NAME = 2, 3
_STREET, _CITY, _COUNTRY = 2, 3, 4
_ALIAS_KINDS: Final = {"aka": NameKind.ALIAS, "fka": NameKind.FORMER, "nka": NameKind.ALIAS}
_SNIFFED: Final = 1024
_ADVANCED_ROOT: Final = re.compile(rb"<(?:[A-Za-z0-9]+:)?" + ADVANCED_ROOT.encode() + rb"[\s>]")
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_COMPANIONS: Final = ("alt.csv", "add.csv", "comments.csv")


@dataclass(frozen=True, slots=True)
class _Companions:
    """Rows of the other files, by the number that joins them to `sdn.csv`."""

    aliases: Mapping[str, list[TableRow]] = field(default_factory=dict)
    addresses: Mapping[str, list[TableRow]] = field(default_factory=dict)
    comments: Mapping[str, list[TableRow]] = field(default_factory=dict)


def read_ofac(file: ListToRead) -> ReadList:
    """Read any form of the list: XML by its first sign and its root, else CSV or the ZIP of its four files.

    Raises:
        MalformedList: See `read_ofac_xml`, `read_ofac_advanced` and `read_ofac_csv`.
    """
    start = file.content[:_SNIFFED].removeprefix(_UTF8_MARK).lstrip()
    if not start.startswith(b"<"):
        return read_ofac_csv(file)
    return read_ofac_advanced(file) if _ADVANCED_ROOT.search(start) else read_ofac_xml(file)


def read_ofac_csv(file: ListToRead) -> ReadList:
    """Read the list; entries are called `<source>:<ent_num>`.

    Every individual is read, whatever its programme; an entry has a listing for each of its programmes.

    Raises:
        MalformedList: Not these files, cut off, beyond the limits, a number twice, or a file whose date
            neither a ZIP nor the importer states.

    Source:
        `spec/watchlist-governance.md` §6.2; SG-01, SG-13 and SG-18.
    """
    tables = read_tables(file.content, SDN, file.limits)
    main = _table(tables, SDN)
    dated_at = file.dated_at or tables.dated_at
    if dated_at is None:
        raise main.refusal("MISSING_GENERATION_DATE", None)
    companions = _Companions(*(_joined(tables, ending) for ending in _COMPANIONS))
    so_far = ListSoFar(file)
    seen: set[str] = set()
    for row in _rows(main):
        if row[_NUMBER] in seen:
            raise main.refusal("REPEATED_REFERENCE", row.line)
        seen.add(row[_NUMBER])
        if row[_TYPE].lower() != "individual":
            so_far.left_out += 1
            continue
        programmes = _programmes(row)
        entry, faults = _entry(row, programmes, companions, file)
        so_far.add(entry, programmes, faults)
    if not seen:
        raise main.refusal("NO_ROWS", 1)
    return so_far.finished(dated_at)


def _table(tables: Tables, ending: str) -> Table:
    """The file whose name ends so; publishers and copies put a word before it."""
    found = [table for name, table in sorted(tables.by_name.items()) if name.endswith(ending)]
    if not found:
        raise MalformedList(reason="MISSING_FILE", element=ending, line=None)
    return found[0]


def _joined(tables: Tables, ending: str) -> dict[str, list[TableRow]]:
    joined: dict[str, list[TableRow]] = defaultdict(list)
    if any(name.endswith(ending) for name in tables.by_name):
        for row in _table(tables, ending).rows():
            joined[row[0]].append(row)
    return joined


def _rows(table: Table) -> Iterator[TableRow]:
    for row in table.rows():
        if len(row.cells) != _COLUMNS or not row[_NUMBER].isascii() or not row[_NUMBER].isdigit():
            raise table.refusal("NOT_THIS_FORMAT", row.line)
        if not _value(row, _NAME):
            raise table.refusal("NAME_MISSING", row.line)
        yield row


def _value(row: TableRow, column: int) -> str:
    return "" if row[column] == _NULL else row[column]


def _programmes(row: TableRow) -> tuple[str, ...]:
    return tuple(part for part in _value(row, _PROGRAM).strip("[]").split("] [") if part)


def _entry(
    row: TableRow, programmes: tuple[str, ...], companions: _Companions, file: ListToRead
) -> tuple[WatchlistEntry, list[RowFault]]:
    number = row[_NUMBER]
    # Long remarks are cut anywhere, in the middle of a word too, and go on in another file.
    comments = "".join(more.written(1) for more in companions.comments.get(number, ()))
    remarks = read_remarks(row.written(_REMARKS).removeprefix(_NULL) + comments)
    aliases = companions.aliases.get(number, ())
    names = (_name(row[_NAME], NameKind.PRIMARY), *(_alias(alias) for alias in aliases))
    addresses = _addresses(companions.addresses.get(number, ()))
    entry = ofac_entry(file, number, programmes, remarks, names=names, addresses=addresses)
    faults = _faults(remarks, row)
    if second_look(programmes):
        faults.append(RowFault("STATE_LINKED_PROGRAMME", number, SDN, row.line))
    return entry, faults


def _name(text: str, kind: NameKind) -> EntryName:
    """`FAMILY, Given`: split at the first comma; a name without one stays whole."""
    surname, comma, given = (part.strip() for part in text.partition(","))
    if not comma or not given:
        return EntryName(surname or text, kind)
    return EntryName(f"{given} {surname}", kind, surname=surname, given_names=given)


def _alias(row: TableRow) -> EntryName:
    return _name(row[_ALIAS_NAME], _ALIAS_KINDS.get(row[_ALIAS_KIND].lower(), NameKind.ALIAS))


def _addresses(rows: Sequence[TableRow]) -> Iterator[EntryAddress]:
    for row in rows:
        street, city, state = (_value(row, column) or None for column in (_STREET, _CITY, _COUNTRY))
        if street or city or state:
            code = None if state is None else state_code(state)
            yield EntryAddress(street, city, country=code, country_text=state if code is None else None)


def _faults(remarks: Remarks, row: TableRow) -> list[RowFault]:
    codes = [
        *("UNREADABLE_DATE" for _ in remarks.unread),
        *("UNMAPPED_STATE" for _ in remarks.nationality_texts),
        *("UNMAPPED_STATE" for document in remarks.documents if document.issuer_text),
        *("UNMAPPED_STATE" for place in remarks.birth_places if place.country is None),
    ]
    return [RowFault(code, row[_NUMBER], SDN, row.line) for code in codes]
