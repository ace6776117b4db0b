"""Long files are pulled, not held: readers ask for the next piece when they need it, mapped files will do."""

import io
import json
import mmap
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.screening.watchlist.sources.content import first_sign, lines_of, opened
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.interpol import notices
from services.screening.watchlist.sources.opensanctions import MAX_LINE_BYTES, entities
from services.screening.watchlist.sources.read_list import DEFAULT_LIMITS, ListToRead
from services.screening.watchlist.sources.registry import READERS
from services.screening.watchlist.sources.tables import Table
from tests.unit.screening.watchlist.test_bad_input import GOOD, REGIMES
from tests.unit.screening.watchlist.test_interpol import NOTICE
from tests.unit.screening.watchlist.test_ofac_csv import zipped

LONG = 2 * 1024 * 1024
ENTITY = json.dumps({"id": "a-1", "schema": "Person", "properties": {"name": ["Test"]}}).encode()
ARRAY = b"[" + b",".join([json.dumps(NOTICE).encode()] * (LONG // len(json.dumps(NOTICE)))) + b"]"


class Watched:
    """A file that knows how much of it was asked for, each time that it was opened."""

    def __init__(self, content: bytes) -> None:
        self.streams: list[io.BytesIO] = []
        self.table = Table("watched", self._open, DEFAULT_LIMITS)
        self._content = content

    def _open(self) -> io.BytesIO:
        self.streams.append(io.BytesIO(self._content))
        return self.streams[-1]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"id;name\n" + b"1;TEST\n" * (LONG // 7), lambda table: table.rows(";")),
        (ENTITY + b"\n" + (ENTITY + b"\n") * (LONG // len(ENTITY)), entities),
        (ARRAY, notices),
        (b'{"total": 2, "_embedded": {"notices": ' + ARRAY + b"}}", notices),
    ],
    ids=["a table", "JSON lines", "an array of JSON", "a page of INTERPOL's interface"],
)
def test_the_first_row_asks_for_a_small_part_of_the_file(
    content: bytes, rows: Callable[[Table], Iterator[Any]]
) -> None:
    watched = Watched(content)
    reading = rows(watched.table)
    assert next(reading)
    assert 0 < watched.streams[-1].tell() < len(content) // 4
    assert sum(1 for _ in reading) > 1000


@pytest.fixture
def mapped(tmp_path: Path) -> Callable[[bytes], mmap.mmap]:
    def of(content: bytes) -> mmap.mmap:
        path = tmp_path / "file"
        path.write_bytes(content)
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    return of


@pytest.mark.parametrize("form", GOOD)
def test_a_mapped_file_is_read_as_one_at_hand(form: str, mapped: Callable[[bytes], mmap.mmap]) -> None:
    kind, content, _ = GOOD[form]
    at_hand = ListToRead(content, "S", REGIMES, datetime(2027, 1, 1, tzinfo=UTC))
    from_disk = ListToRead(mapped(content), "S", REGIMES, datetime(2027, 1, 1, tzinfo=UTC))
    assert READERS[kind](from_disk) == READERS[kind](at_hand)
    assert READERS[kind](at_hand).stored


def test_a_mapped_zip_is_unpacked(mapped: Callable[[bytes], mmap.mmap]) -> None:
    content = zipped(sdn=GOOD["OFAC CSV"][1])
    read = READERS["ofac"](ListToRead(mapped(content), "S", REGIMES))
    assert read.individuals == 2


def test_what_a_file_begins_with_and_its_lines_are_found_whatever_its_length(
    mapped: Callable[[bytes], mmap.mmap],
) -> None:
    content = mapped(b"\n" * LONG + b"{}")
    assert first_sign(content) == b"{"
    assert lines_of(content) == LONG + 1
    assert first_sign(b" \n") == b""
    with opened(content) as stream:
        assert stream.seek(-2, io.SEEK_END) == LONG
        assert stream.seek(1, io.SEEK_CUR) == LONG + 1
        assert stream.read() == b"}"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[{}" + b" " * LONG + b"{}]", "NOT_WELL_FORMED"),
        (b"[{},]", "NOT_WELL_FORMED"),
        (b'[{"name": "' + b"x" * LONG + b'"}]', "NOT_WELL_FORMED"),
        (b"[{}", "NOT_WELL_FORMED"),
        (b"[{}] []", "NOT_WELL_FORMED"),
        (b'{"query": {"notices": [{}]}, "_embedded": {}}', "NOT_THIS_FORMAT"),
        (b'[{"name": "\xff"}]', "NOT_WELL_FORMED"),
    ],
    ids=["no comma", "a comma too many", "a notice without end", "cut off", "two", "elsewhere", "no UTF-8"],
)
def test_notices_that_are_no_array_are_refused_wherever_the_fault_is(content: bytes, reason: str) -> None:
    with pytest.raises(MalformedList) as refusal:
        list(notices(Watched(content).table))
    assert refusal.value.reason == reason


def test_a_line_without_end_is_refused_before_it_is_held() -> None:
    with pytest.raises(MalformedList, match="TEXT_TOO_LONG"):
        list(entities(Watched(ENTITY + b"\n" + b"x" * (MAX_LINE_BYTES + 1)).table))
