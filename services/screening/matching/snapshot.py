"""A compiled list as files: written once, opened read-only and memory-mapped, named by version and hash."""

import json
import mmap
from collections.abc import Iterator, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, overload

import numpy as np

from services.screening.matching.errors import DamagedSnapshot
from services.screening.matching.index import Index
from services.screening.matching.listing import Array
from services.screening.matching.rarity import Rarity
from services.screening.watchlist.entry import WatchlistEntry

FORMAT = 6
MAX_PARSED_ENTRIES = 50_000

_ENTRIES, _OFFSETS = "entries.jsonl", "entry_offsets"


class StoredEntries(Sequence[WatchlistEntry]):
    """The entries of a stored list, each read from the mapped file when it is first asked for."""

    def __init__(
        self, lines: bytes | mmap.mmap, offsets: Array, max_parsed: int = MAX_PARSED_ENTRIES
    ) -> None:
        self._lines = lines
        self._max_parsed = max_parsed
        self._offsets = offsets
        self._parsed: dict[int, WatchlistEntry] = {}

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, position: int) -> WatchlistEntry: ...
    @overload
    def __getitem__(self, position: slice) -> list[WatchlistEntry]: ...
    def __getitem__(self, position: int | slice) -> WatchlistEntry | list[WatchlistEntry]:
        if isinstance(position, slice):
            return [self[each] for each in range(*position.indices(len(self)))]
        known = self._parsed.get(position)
        if known is None:
            if len(self._parsed) >= self._max_parsed:
                self._parsed.clear()
            known = self._parsed[position] = self._read(position)
        return known

    def line(self, position: int) -> bytes:
        """The entry as it is stored, without reading it."""
        return self._lines[int(self._offsets[position]) : int(self._offsets[position + 1])]

    def _read(self, position: int) -> WatchlistEntry:
        return WatchlistEntry.from_json(json.loads(self.line(position)))


def _plain_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def _without_empty(value: Any) -> Any:
    """An entry's JSON without what is absent, which most fields of most entries are."""
    if isinstance(value, dict):
        kept = ((key, _without_empty(each)) for key, each in value.items() if each is not None and each != [])
        return dict(kept)
    return [_without_empty(each) for each in value] if isinstance(value, list) else value


def entry_line(entry: WatchlistEntry) -> bytes:
    """An entry as a line of a list's file."""
    return _plain_json(_without_empty(entry.as_json())) + b"\n"


def lines_of(entries: Sequence[WatchlistEntry]) -> Iterator[bytes]:
    """All entries as lines; stored ones are copied, not read."""
    if isinstance(entries, StoredEntries):
        return map(entries.line, range(len(entries)))
    return map(entry_line, entries)


def index_files(index: Index) -> Iterator[tuple[str, bytes]]:
    """The files of an index, name and content, in a fixed order; equal lists give equal bytes."""
    lines = list(lines_of(index.entries))
    offsets = np.zeros(len(lines) + 1, np.int64)
    offsets[1:] = np.cumsum([len(line) for line in lines])
    arrays = {**index.arrays, _OFFSETS: offsets}
    yield _ENTRIES, b"".join(lines)
    for name in sorted(arrays):
        buffer = BytesIO()
        np.save(buffer, np.ascontiguousarray(arrays[name]), allow_pickle=False)
        yield f"{name}.npy", buffer.getvalue()


def digest_of(files: Iterator[tuple[str, bytes]]) -> str:
    """SHA-256 over names, lengths and contents, hexadecimal."""
    total = sha256()
    for name, content in files:
        total.update(f"{name} {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


def write_index(index: Index, folder: Path) -> None:
    """Write an index into a new folder."""
    folder.mkdir(parents=True)
    for name, content in index_files(index):
        (folder / name).write_bytes(content)


def read_index(folder: Path, rarity: Rarity | None = None) -> tuple[Index, str]:
    """Map an index and give the digest of the bytes found; `rarity` is its base's where it is an overlay.

    Raises:
        DamagedSnapshot: A file is missing or is not what it should be.
    """
    try:
        digest = digest_of((path.name, path.read_bytes()) for path in _in_order(folder))
        arrays = {path.stem: _mapped(path) for path in sorted(folder.glob("*.npy"))}
        entries = StoredEntries(_mapped_lines(folder / _ENTRIES), arrays.pop(_OFFSETS))
        return Index.of(arrays, entries, rarity), digest
    except (OSError, ValueError, KeyError) as fault:
        raise DamagedSnapshot(reason=f"{folder.name} {type(fault).__name__}") from fault


def _in_order(folder: Path) -> list[Path]:
    return [folder / _ENTRIES, *sorted(folder.glob("*.npy"))]


def _mapped(path: Path) -> Array:
    """The array of a file, shared by every process that maps it; an empty one cannot be mapped."""
    array: Any = np.load(path, allow_pickle=False)
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False)) if array.size else array


def _mapped_lines(path: Path) -> bytes | mmap.mmap:
    if path.stat().st_size == 0:
        return b""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
