"""Lost and stolen travel documents, CSV: a document each row, and nobody's name.

The first row names the columns: `number`, `state`, `kind` and `date`, in any order; `type` (P, I, V, L, O)
may stand beside them, and any other column is left unread. A hit on such a document says nothing about its
bearer, who is often the one it was stolen from.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from services.screening.watchlist.sources.drafts import day_of, state_of
from services.screening.watchlist.sources.errors import RowFault
from services.screening.watchlist.sources.lost_document import LostDocument, number_key
from services.screening.watchlist.sources.read_list import ListToRead, ReadList
from services.screening.watchlist.sources.tables import Table, TableRow, read_tables

_FILE: Final = "documents.csv"
_NEEDED: Final = ("number", "state", "kind", "date")
_TYPES: Final = frozenset("PIVLO")
#: What may have happened to a document; the register's allow list says which of these a State looks for.
KINDS: Final = ("LOST", "STOLEN", "STOLEN_BLANK", "REVOKED")


def read_documents_csv(file: ListToRead) -> ReadList:
    """Read the list; its regimes are the kinds, `LOST` and so on, and only allowed kinds are kept.

    A row without a number or a State's code that we know is left out and flagged: nothing could be compared.

    Raises:
        MalformedList: Not this file, cut off, beyond the limits, without a date, or without any row.

    Source:
        `spec/watchlist-governance.md` §6.6 (documents are another kind of hit); `spec/workflow.md` §1.
    """
    (table,) = read_tables(file.content, _FILE, file.limits).by_name.values()
    by_kind: Counter[str] = Counter()
    documents: list[LostDocument] = []
    faults: list[RowFault] = []
    for row, values in _rows(table):
        kind = values["kind"].upper().replace(" ", "_")
        if kind not in KINDS:
            raise table.refusal("UNKNOWN_KIND", row.line)
        by_kind[kind] += 1
        if kind not in file.regimes:
            continue
        document = _document(values, kind)
        if document is None:
            faults.append(RowFault("DOCUMENT_WITHOUT_NUMBER", f"row-{row.line}", "number, state", row.line))
            continue
        if document.reported_on is None and values["date"]:
            faults.append(RowFault("UNREADABLE_DATE", f"row-{row.line}", "date", row.line))
        documents.append(document)
    if not by_kind:
        raise table.refusal("NO_ROWS", 1)
    if file.dated_at is None:
        raise table.refusal("MISSING_GENERATION_DATE", 1)
    return ReadList(
        generated_at=file.dated_at,
        individuals=0,
        by_regime=dict(sorted(by_kind.items())),
        entities_left_out=0,
        entries=(),
        faults=tuple(faults),
        documents=tuple(dict.fromkeys(documents)),
    )


def _rows(table: Table) -> Iterator[tuple[TableRow, Mapping[str, str]]]:
    rows = table.rows()
    header = next(rows, None)
    names = [] if header is None else [header[column].lower() for column in range(len(header.cells))]
    if not set(_NEEDED) <= set(names):
        raise table.refusal("NOT_THIS_FORMAT", 1)
    for row in rows:
        if len(row.cells) > len(names):
            raise table.refusal("NOT_THIS_FORMAT", row.line)
        yield row, {name: row[column] for column, name in enumerate(names)}


def _document(values: Mapping[str, str], kind: str) -> LostDocument | None:
    issuer = state_of(values["state"])
    if issuer is None or not number_key(values["number"]):
        return None
    letter = values.get("type", "").upper()
    return LostDocument(
        values["number"], issuer, kind, letter if letter in _TYPES else None, day_of(values["date"])
    )
