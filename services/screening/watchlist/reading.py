"""A list file on its way into the store: rows as PostgreSQL copies them in, only those that changed. Pure.

What comes out is a stream of frames, so that the whole list stands nowhere as objects: rows and documents in
COPY's text form, how far the reading is, and at the end what the people who approve it have to know. The same
stream is made here or in a process of its own (`reading_apart.py`).
"""

import json
from binascii import unhexlify
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import Enum
from hashlib import blake2b
from typing import Any, Final, Self
from uuid import UUID

from services.screening.watchlist.consolidate import keys_of
from services.screening.watchlist.entry import WatchlistEntry
from services.screening.watchlist.line_slices import LineSlices
from services.screening.watchlist.slices import CONTENT_BYTES, Slice
from services.screening.watchlist.sources.content import Content
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.lost_document import LostDocument
from services.screening.watchlist.sources.opensanctions import is_lines
from services.screening.watchlist.sources.read_list import ListToRead, ReadList
from services.screening.watchlist.sources.registry import READERS
from services.screening.watchlist.table_slices import TableSlices
from services.screening.watchlist.un_slices import UnSlices, is_sliced_un
from services.screening.watchlist.versions import identifying_digest, terms_key

#: Rows a frame: large enough to be quick, small enough to be forgotten.
ROWS_A_FRAME: Final = 500
#: Of when a file is before that was read.
UNDATED: Final = datetime.min.replace(tzinfo=UTC)
_ABSENT: Final = "\\N"
_GONE: Final = b"-"
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class FrameKind(Enum):
    """What a frame holds; the value stands for it on a pipe."""

    ROWS = b"R"
    DOCUMENTS = b"D"
    PROGRESS = b"P"
    SUMMARY = b"S"
    FAULT = b"F"


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of the stream: rows in COPY's text form, or a JSON object."""

    kind: FrameKind
    payload: bytes

    def as_json(self) -> dict[str, Any]:
        """What a frame that holds no rows says."""
        value: dict[str, Any] = json.loads(self.payload)
        return value


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which file is read: its format, the name that its entries carry, the allowed regimes, the version made.

    `dated_at` is what the importer says of the file's date (UTC), `known_faults` what was flagged in the
    version that this one changes.
    """

    format: str
    source: str
    regimes: tuple[str, ...]
    dated_at: datetime | None
    version_id: UUID
    known_faults: tuple[dict[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For a pipe."""
        dated_at = None if self.dated_at is None else self.dated_at.isoformat()
        return {**asdict(self), "dated_at": dated_at, "version_id": str(self.version_id)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """From a pipe."""
        dated_at = None if value["dated_at"] is None else datetime.fromisoformat(value["dated_at"])
        version_id, faults = UUID(value["version_id"]), tuple(value["known_faults"])
        return cls(value["format"], value["source"], tuple(value["regimes"]), dated_at, version_id, faults)

    def file(self, content: Content) -> ListToRead:
        """What a reader is handed."""
        return ListToRead(content, self.source, frozenset(self.regimes), self.dated_at)


@dataclass(slots=True)
class Summary:
    """What a file holds, counted; no personal data. `written` rows are new, changed or gone."""

    generated_at: datetime = UNDATED
    individuals: int = 0
    by_regime: dict[str, int] = field(default_factory=dict)
    entities_left_out: int = 0
    stored: int = 0
    written: int = 0
    faults: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For a frame."""
        return {**asdict(self), "generated_at": self.generated_at.isoformat()}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """From a frame."""
        return cls(**{**value, "generated_at": datetime.fromisoformat(value["generated_at"])})


class BaseRows:
    """What the version that is changed holds of each entry: a digest of what its file said."""

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        """Read lines of `content entry_id`, as `ListRowStore.copy_contents` gives them."""
        self._content: dict[bytes, bytes] = {}
        for line in lines:
            content, _, entry_id = line.rstrip(b"\n").partition(b" ")
            if content == _GONE:
                self._content.pop(entry_id, None)
            else:
                self._content[entry_id] = unhexlify(content)

    def __bool__(self) -> bool:
        return bool(self._content)

    def takes(self, entry_id: str, content: bytes) -> bool:
        """Whether an entry is new or other than before; it counts as still listed from now on."""
        return self._content.pop(entry_id.encode(), None) != content

    def left(self) -> Iterator[str]:
        """The entries that the file no longer lists, once every row was taken."""
        return (entry_id.decode() for entry_id in self._content)


def read_frames(wanted: Wanted, content: Content, base: BaseRows) -> Iterator[Frame]:
    """Read a file as a stream of frames; the last one is the summary, or the fault that refuses the file."""
    reading = _Reading(wanted, base)
    try:
        yield from reading.frames(content)
    except MalformedList as fault:
        told = {"reason": fault.reason, "element": fault.element, "line": fault.line}
        yield Frame(FrameKind.FAULT, json.dumps(told).encode())


class _Reading:
    """One file being read."""

    def __init__(self, wanted: Wanted, base: BaseRows) -> None:
        self._wanted = wanted
        self._base = base
        self._by_regime: Counter[str] = Counter()
        self._summary = Summary()
        self._documents: tuple[LostDocument, ...] = ()
        self._share = 0.0
        self._known_faults: dict[str, list[dict[str, Any]]] = {}
        for fault in wanted.known_faults:
            self._known_faults.setdefault(f"{wanted.source}:{fault['reference']}", []).append(fault)

    def frames(self, content: Content) -> Iterator[Frame]:
        """All frames but that of a fault."""
        file = self._wanted.file(content)
        rows: list[str] = []
        for line in self._lines(file):
            rows.append(line)
            if len(rows) == ROWS_A_FRAME:
                yield _rows_frame(FrameKind.ROWS, rows)
                yield self._progress()
                rows = []
        if rows:
            yield _rows_frame(FrameKind.ROWS, rows)
        if self._documents:
            yield from self._document_frames()
        self._share = 1.0
        self._summary.by_regime = dict(sorted(self._by_regime.items()))
        yield self._progress()
        yield Frame(FrameKind.SUMMARY, json.dumps(self._summary.as_json()).encode())

    def _lines(self, file: ListToRead) -> Iterator[str]:
        """The changed rows, then one for each entry that is listed no longer."""
        parts = self._slices(file)
        if parts is not None:
            for part in parts:
                yield from self._sliced(file, part)
                self._share = part.share
            self._keep_faults()
        else:
            yield from self._whole(READERS[self._wanted.format](file))
        for entry_id in self._base.left():
            self._summary.written += 1
            yield self._line(entry_id, None, b"")

    def _slices(self, file: ListToRead) -> Iterable[Slice] | None:
        """The parts of a long file, `None` for one that its reader reads whole."""
        if self._wanted.format == "opensanctions":
            slices = LineSlices if is_lines(file.content) else TableSlices
            return slices(file, self._base.takes)
        if self._wanted.format == "un" and is_sliced_un(file.content):
            return UnSlices(file, self._base.takes)
        return None

    def _whole(self, read: ReadList) -> Iterator[str]:
        """The rows of a format that is read in one go."""
        summary = self._summary
        summary.generated_at = read.generated_at
        summary.individuals = read.individuals
        summary.entities_left_out = read.entities_left_out
        summary.stored = read.stored
        summary.faults = [fault.as_json() for fault in read.faults]
        self._by_regime.update(read.by_regime)
        self._documents = read.documents
        for number, entry in enumerate(read.entries):
            self._share = number / len(read.entries)
            body = entry.as_json()
            content = blake2b(_json(body).encode(), digest_size=CONTENT_BYTES).digest()
            if self._base.takes(entry.id, content):
                summary.written += 1
                yield self._line(entry.id, entry, content)

    def _sliced(self, file: ListToRead, part: Slice) -> Iterator[str]:
        """The rows of a part of a long table; what did not change was only counted."""
        summary = self._summary
        summary.generated_at = part.generated_at or summary.generated_at
        summary.individuals += part.individuals
        summary.entities_left_out += part.entities_left_out
        summary.stored += part.stored
        self._by_regime.update(part.by_regime)
        for entry, content in part.entries(file, READERS[self._wanted.format]):
            summary.written += 1
            self._known_faults.pop(entry.id, None)
            yield self._line(entry.id, entry, content)
        summary.faults += part.faults

    def _keep_faults(self) -> None:
        """What was flagged before in rows that did not change is flagged still."""
        for entry_id in self._base.left():
            self._known_faults.pop(entry_id, None)
        self._summary.faults += [fault for faults in self._known_faults.values() for fault in faults]

    def _line(self, entry_id: str, entry: WatchlistEntry | None, content: bytes) -> str:
        """A row in COPY's text form; without an entry it says that it is gone."""
        version = str(self._wanted.version_id)
        if entry is None:
            return "\t".join((version, _escaped(entry_id), *(_ABSENT,) * 5))
        body = entry.as_json()
        keys = "{" + ",".join(map(str, keys_of(entry))) + "}"
        terms = _escaped(terms_key(body))
        told = (_escaped(entry_id), identifying_digest(body), f"\\\\x{content.hex()}", _escaped(_json(body)))
        return "\t".join((version, *told, terms, keys))

    def _document_frames(self) -> Iterator[Frame]:
        for start in range(0, len(self._documents), ROWS_A_FRAME):
            part = self._documents[start : start + ROWS_A_FRAME]
            rows = [self._document_line(start + number, each) for number, each in enumerate(part)]
            yield _rows_frame(FrameKind.DOCUMENTS, rows)

    def _document_line(self, ordinal: int, document: LostDocument) -> str:
        reported_on = None if document.reported_on is None else document.reported_on.isoformat()
        told = (document.number_key, document.number, document.issuer, document.kind, document.type)
        values = (_ABSENT if each is None else _escaped(each) for each in (*told, reported_on))
        return "\t".join((str(self._wanted.version_id), str(ordinal), *values))

    def _progress(self) -> Frame:
        summary = self._summary
        told = {"rows": summary.stored, "written": summary.written, "share": min(self._share, 1.0)}
        return Frame(FrameKind.PROGRESS, json.dumps(told).encode())


def _rows_frame(kind: FrameKind, rows: Iterable[str]) -> Frame:
    return Frame(kind, "".join(f"{row}\n" for row in rows).encode())


def _json(body: dict[str, Any]) -> str:
    return _ENCODER.encode(body)


def _escaped(text: str) -> str:
    """A value as COPY's text form has it."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\t" in text or "\n" in text or "\r" in text:
        text = text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text
