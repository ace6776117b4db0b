"""A part of a long file: counts of all its rows, the new and changed ones as a file of their own. Pure."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from services.screening.watchlist.entry import WatchlistEntry
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.read_list import ListToRead, ReadListFile

ROWS_A_SLICE: Final = 2_000
CONTENT_BYTES: Final = 16
_ANY_DAY: Final = datetime(1, 1, 1, tzinfo=UTC)
_BETWEEN: Final = "\x1f"

Takes = Callable[[str, bytes], bool]
"""Whether a row, by its entry's identifier and the digest of what it says, is new or changed."""


@dataclass(slots=True)
class Slice:
    """Some rows of a file; `content` is a file of those that are read, empty where none is.

    `share` of the file was read, from 0 to 1. `contents` is the digest of what the row of each new or changed
    person says, by entry.
    `starts` are the lines of `content` at which its rows begin, `began` their lines in the whole file.
    """

    generated_at: datetime | None = None
    share: float = 0.0
    individuals: int = 0
    by_regime: Counter[str] = field(default_factory=Counter)
    entities_left_out: int = 0
    stored: int = 0
    faults: list[dict[str, Any]] = field(default_factory=list)
    content: bytes = b""
    contents: dict[str, bytes] = field(default_factory=dict)
    starts: list[int] = field(default_factory=list)
    began: list[int] = field(default_factory=list)

    def entries(self, file: ListToRead, read_file: ReadListFile) -> Iterator[tuple[WatchlistEntry, bytes]]:
        """The persons of the rows that are read, with the digest of what each row says.

        Raises:
            MalformedList: What the format's reader refuses, with the line of the whole file.
        """
        if not self.content:
            return
        try:
            read = read_file(replace(file, content=self.content, dated_at=file.dated_at or _ANY_DAY))
        except MalformedList as fault:
            line = None if fault.line is None else self._line(fault.line)
            raise MalformedList(reason=fault.reason, element=fault.element, line=line) from None
        self.faults += [{**flaw.as_json(), "line": self._line(flaw.line)} for flaw in read.faults]
        for entry in read.entries:
            yield entry, self.contents[entry.id]

    def _line(self, line: int) -> int:
        """A line of `content` as one of the whole file."""
        number = bisect_right(self.starts, line) - 1
        return line if number < 0 else self.began[number] + line - self.starts[number]


class Rows:
    """The rows of a file so far: each reference once, and who of those that are kept is new or changed."""

    def __init__(self, file: ListToRead, takes: Takes, *readers: ModuleType) -> None:
        """Prepare; rows that other code read than `readers`, or for other regimes, are read again."""
        told = _BETWEEN.join((file.source, *sorted(file.regimes))).encode()
        self._key = blake2b(told, key=_digest_of_code(readers)).digest()
        self._source = file.source
        self._takes = takes
        self._seen: set[str] = set()

    def is_repeated(self, reference: str) -> bool:
        """Whether a reference was there before."""
        known = len(self._seen)
        self._seen.add(reference)
        return len(self._seen) == known

    def is_taken(self, part: Slice, reference: str, said: bytes) -> bool:
        """Count a row that is kept; whether it has to be read, because what it says is new."""
        part.stored += 1
        entry_id = f"{self._source}:{reference}"
        content = blake2b(said, digest_size=CONTENT_BYTES, key=self._key).digest()
        is_new = self._takes(entry_id, content)
        if is_new:
            part.contents[entry_id] = content
        return is_new


@cache
def _digest_of_code(modules: tuple[ModuleType, ...]) -> bytes:
    sources = blake2b()
    for module in modules:
        assert module.__file__ is not None
        sources.update(Path(module.__file__).read_bytes())
    return sources.digest()
