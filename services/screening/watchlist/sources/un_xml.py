"""The UN Security Council Consolidated List, XML: untrusted bytes in; entries and counts, or an error, out.

The file is read as a stream: no DTD, no entities, no network, every dimension limited.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

from lxml import etree
from lxml.etree import _Element as Element

from services.screening.watchlist.entry import WatchlistEntry
from services.screening.watchlist.sources.errors import MalformedList, RowFault
from services.screening.watchlist.sources.read_list import ListLimits, ListToRead, ReadList
from services.screening.watchlist.sources.un_individual import UN_1267_REGIME, IndividualReader, line_of

TERRORISM_REGIMES = frozenset({UN_1267_REGIME})
_DEPTH_OF_SECTIONS = 2
_ROOT = "CONSOLIDATED_LIST"
_SECTIONS = {"INDIVIDUAL": "INDIVIDUALS", "ENTITY": "ENTITIES"}


def read_un_list(file: ListToRead) -> ReadList:
    """Read the consolidated list.

    Every individual is read, whatever its regime (`UN_LIST_TYPE`), so that a fault shows wherever it stands.
    Entries' ids are `source:reference`. The file says itself of when it is.

    Raises:
        MalformedList: Not this format, cut off, larger or deeper than the limits, with a DOCTYPE,
            or a row without reference, regime or name; `element` and `line` say where.

    Source:
        `spec/watchlist-governance.md` §6 and §6.1; S/RES/2253 (2015); SG-01 and SG-18 for the purpose.
    """
    if len(file.content) > file.limits.file_bytes:
        raise MalformedList(reason="LIST_TOO_LARGE", element=None, line=None)
    by_regime: Counter[str] = Counter()
    entries: dict[str, WatchlistEntry] = {}
    seen: set[str] = set()
    faults: list[RowFault] = []
    entities = 0
    stream = _RowStream(file.content, file.limits)
    for row in stream:
        if row.tag == "ENTITY":
            entities += 1
            continue
        reader = IndividualReader(row, file.source)
        entry = reader.read()
        if entry.id in seen:
            raise MalformedList(reason="REPEATED_REFERENCE", element=row.tag, line=line_of(row))
        seen.add(entry.id)
        faults.extend(reader.faults)
        by_regime[reader.regime] += 1
        if reader.regime in file.regimes:
            entries[entry.id] = entry
    return ReadList(
        generated_at=stream.generated_at(),
        individuals=by_regime.total(),
        by_regime=dict(sorted(by_regime.items())),
        entities_left_out=entities,
        entries=tuple(entries.values()),
        faults=tuple(faults),
    )


class _RowStream:
    """Yields each INDIVIDUAL and ENTITY as it ends, checks the limits, and frees the row afterwards."""

    def __init__(self, content: bytes, limits: ListLimits) -> None:
        self._limits = limits
        self._events = etree.iterparse(
            BytesIO(content),
            events=("start", "end"),
            resolve_entities=False,
            load_dtd=False,
            dtd_validation=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        self._generated: str | None = None
        self._last_tag: str | None = None

    def generated_at(self) -> datetime:
        """The moment that the root states, in UTC; known once all rows are read."""
        try:
            moment = datetime.fromisoformat(self._generated or "")
        except ValueError:
            raise MalformedList(reason="MISSING_GENERATION_DATE", element=_ROOT, line=1) from None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def __iter__(self) -> Iterator[Element]:
        try:
            yield from self._rows()
        except etree.XMLSyntaxError as fault:
            line = fault.lineno or 0
            raise MalformedList(reason="NOT_WELL_FORMED", element=self._last_tag, line=line) from None

    def _rows(self) -> Iterator[Element]:
        depth = rows = elements = 0
        for event, element in self._events:
            if event == "start":
                depth, elements = depth + 1, elements + 1
                self._enter(element, depth, elements)
                continue
            depth -= 1
            self._leave(element)
            if depth == _DEPTH_OF_SECTIONS and element.tag in _SECTIONS:
                rows, elements = rows + 1, 0
                if rows > self._limits.rows:
                    raise _refusal("TOO_MANY_ROWS", element)
                yield element
                _free(element)
        if rows == 0:
            raise MalformedList(reason="NO_ROWS", element=_ROOT, line=1)

    def _enter(self, element: Element, depth: int, elements: int) -> None:
        self._last_tag = str(element.tag)
        if depth == 1:
            self._open(element)
        if depth > self._limits.depth:
            raise _refusal("TOO_DEEP", element)
        if elements > self._limits.elements_a_row:
            raise _refusal("ROW_TOO_LONG", element)
        section = _SECTIONS.get(self._last_tag)
        parent = element.getparent()
        if section and (parent is None or parent.tag != section):
            raise _refusal("MISPLACED_ROW", element)

    def _open(self, root: Element) -> None:
        if root.tag != _ROOT:
            raise _refusal("WRONG_ROOT", root)
        if root.getroottree().docinfo.internalDTD is not None:
            raise _refusal("DOCTYPE_REFUSED", root)
        self._generated = root.get("dateGenerated")

    def _leave(self, element: Element) -> None:
        if element.text is not None and len(element.text) > self._limits.text_characters:
            raise _refusal("TEXT_TOO_LONG", element)


def _refusal(reason: str, element: Element) -> MalformedList:
    return MalformedList(reason=reason, element=str(element.tag), line=line_of(element))


def _free(element: Element) -> None:
    """Give back the row's memory, and that of the rows before it in the same section."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
