"""Long files read in slices: counted, stored and refused as the reader of the whole file says."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.local.benchmarks.synthetic_list import un_list
from services.screening.watchlist import reading, un_slices
from services.screening.watchlist.reading import BaseRows, FrameKind, Summary, Wanted, read_frames
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.read_list import ReadList
from services.screening.watchlist.sources.registry import READERS

VERSION = UUID(int=7)
TITLES = (
    "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,"
    "first_seen,last_seen,last_change\n"
)
DATED = datetime(2027, 1, 2, tzinfo=UTC)


def a_row(number: int, born: str = "1980-01-02", dataset: str = "listed", name: str = "") -> str:
    return (
        f'p-{number},Person,"{name or f"NAME {number}"}","OTHER {number};THIRD",{born},,,,,,,{dataset},,'
        f"2026-11-{number % 20 + 1:02},\n"
    )


def a_table(rows: Sequence[str]) -> bytes:
    return (TITLES + "".join(rows)).encode()


def a_line(number: int, born: str = "1980-01-02", topic: str = "listed", **facts: Any) -> str:
    """A person as a line of JSON."""
    properties = {"name": [f"NAME {number}"], "alias": ["OTHER"], "birthDate": [born], "topics": [topic]}
    seen = f"2026-11-{number % 20 + 1:02}T00:00:00"
    whole = {"id": f"p-{number}", "schema": "Person", "last_seen": seen, "properties": properties}
    return json.dumps(whole | facts) + "\n"


def wanted_of(kind: str, **facts: Any) -> Wanted:
    return Wanted(kind, "S", ("listed", "Al-Qaida"), DATED, VERSION, **facts)


@pytest.fixture(autouse=True)
def _short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of three rows, and the UN's format cut whatever its length."""
    monkeypatch.setattr("services.screening.watchlist.line_slices.ROWS_A_SLICE", 3)
    monkeypatch.setattr("services.screening.watchlist.table_slices.ROWS_A_SLICE", 3)
    monkeypatch.setattr(un_slices, "ROWS_A_SLICE", 3)
    monkeypatch.setattr(reading, "is_sliced_un", lambda content: un_slices.is_sliced_un(content, 0))


class Outcome:
    """What came of a file: rows by entry, gone ones as None, and the summary."""

    def __init__(self, wanted: Wanted, content: bytes, base: BaseRows | None = None) -> None:
        self.rows: dict[str, Any] = {}
        self.contents: dict[str, str] = {}
        self.summary = Summary()
        self.fault: dict[str, Any] | None = None
        for frame in read_frames(wanted, content, base or BaseRows()):
            if frame.kind is FrameKind.ROWS:
                for line in frame.payload.decode().splitlines():
                    _, entry_id, _, said, body, *_ = line.split("\t")
                    self.rows[entry_id] = None if body == "\\N" else json.loads(body.replace("\\\\", "\\"))
                    self.contents[entry_id] = said[3:]
            elif frame.kind is FrameKind.SUMMARY:
                self.summary = Summary.from_json(frame.as_json())
            elif frame.kind is FrameKind.FAULT:
                self.fault = frame.as_json()

    def base(self) -> BaseRows:
        """What the next version would be compared with."""
        return BaseRows(f"{said} {entry_id}\n".encode() for entry_id, said in self.contents.items())


def whole_of(wanted: Wanted, content: bytes) -> ReadList | MalformedList:
    """What the format's reader says of the whole file."""
    try:
        return READERS[wanted.format](wanted.file(content))
    except MalformedList as fault:
        return fault


def assert_as_whole(wanted: Wanted, content: bytes) -> None:
    """The slices say what the format's reader says of the whole file."""
    found, whole = Outcome(wanted, content), whole_of(wanted, content)
    if isinstance(whole, MalformedList):
        assert found.fault == {"reason": whole.reason, "element": whole.element, "line": whole.line}
        return
    assert found.fault is None
    assert found.rows == {entry.id: json.loads(json.dumps(entry.as_json())) for entry in whole.entries}
    told = found.summary
    assert told.individuals == whole.individuals
    assert told.entities_left_out == whole.entities_left_out
    assert told.stored == whole.stored
    assert told.by_regime == whole.by_regime
    assert told.generated_at == whole.generated_at


ROWS = st.builds(
    a_row,
    st.integers(1, 9),
    st.sampled_from(["1980-01-02", "1980", "unknown", ""]),
    st.sampled_from(["listed", "other", "listed;other", "", " listed ; listed"]),
    st.sampled_from(["", "TWO\nLINES", 'QUOTED ""NAME""', "BACK\\SLASH\t."]),
)
COMPANIES = st.builds(lambda number: f"c-{number},Company,SHIP,,,,,,,,,listed,,,\n", st.integers(1, 9))


@settings(max_examples=60)
@given(st.lists(ROWS | COMPANIES, max_size=9, unique_by=lambda row: row.split(",")[0]))
def test_a_table_is_counted_as_its_reader_counts_it(rows: list[str]) -> None:
    assert_as_whole(wanted_of("opensanctions"), a_table(rows))


@pytest.mark.parametrize(
    "rows",
    [
        [a_row(1), a_row(2), a_row(3), a_row(4), a_row(2)],
        [a_row(1), a_row(2), a_row(3), a_row(4), ",Person,SOMEBODY,,,,,,,,,listed,,,\n"],
        [a_row(1), a_row(2), a_row(3), "p-9,Person,,,,,,,,,,other,,,\n"],
        [a_row(1), '"no end'],
        [a_row(1), "p-2,Person\n"],
    ],
    ids=["a person twice", "no identifier", "no name", "a quotation without end", "cut off"],
)
def test_a_broken_table_is_refused_at_its_line(rows: list[str]) -> None:
    assert_as_whole(wanted_of("opensanctions"), a_table(rows))


def test_another_table_is_refused() -> None:
    assert_as_whole(wanted_of("opensanctions"), b"a,b\n1,2\n")


LINES = st.builds(
    a_line,
    st.integers(1, 9),
    st.sampled_from(["1980-01-02", "1980", "unknown"]),
    st.sampled_from(["listed", "other", " listed "]),
    schema=st.sampled_from(["Person", "Company"]),
)


@settings(max_examples=60)
@given(st.lists(LINES | st.just("\n"), max_size=9, unique_by=lambda line: line[:12]))
def test_json_lines_are_counted_as_their_reader_counts_them(lines: list[str]) -> None:
    assert_as_whole(wanted_of("opensanctions"), (a_line(10) + "".join(lines)).encode())


@pytest.mark.parametrize(
    "line",
    [
        a_line(2),
        a_line(9, id=""),
        a_line(9, topic="other", properties={}),
        a_line(9, properties=[]),
        '{"id": "p-9"',
    ],
    ids=["a person twice", "no identifier", "no name", "no properties", "cut off"],
)
def test_a_broken_line_is_refused_by_its_number(line: str) -> None:
    lines = [a_line(number) for number in range(1, 6)]
    assert_as_whole(wanted_of("opensanctions"), "".join([*lines, line]).encode())


def test_lines_that_nobody_dates_are_refused() -> None:
    undated = Wanted("opensanctions", "S", ("listed",), None, VERSION)
    assert_as_whole(undated, a_line(1, last_seen=None).encode())
    assert_as_whole(undated, a_line(1).encode())


def _changed_rows() -> tuple[list[str], list[str]]:
    before = [a_row(number) for number in range(1, 12)]
    after = [a_row(1, born="1990"), *before[2:], a_row(20)]
    return before, after


@pytest.mark.parametrize("kind", ["opensanctions", "un", "lines"])
def test_only_what_changed_is_written(kind: str) -> None:
    first, second, changed = _versions(kind)
    kind = "opensanctions" if kind == "lines" else kind
    base = Outcome(wanted_of(kind), first).base()
    found = Outcome(wanted_of(kind), second, base)
    assert {entry_id: body is None for entry_id, body in found.rows.items()} == changed
    assert found.summary.stored == Outcome(wanted_of(kind), second).summary.stored
    again = Outcome(wanted_of(kind), second, Outcome(wanted_of(kind), second).base())
    assert not again.rows
    assert again.summary.written == 0


def _versions(kind: str) -> tuple[bytes, bytes, dict[str, bool]]:
    """Two versions of a file, and the entries of what changes with whether they are gone."""
    if kind == "opensanctions":
        before, after = _changed_rows()
        return a_table(before), a_table(after), {"S:p-1": False, "S:p-2": True, "S:p-20": False}
    if kind == "lines":
        kept = "".join(a_line(number) for number in range(3, 12))
        changed = {"S:p-1": False, "S:p-2": True, "S:p-20": False}
        old = f"{a_line(1)}{a_line(2)}{kept}".encode()
        return old, f"{a_line(1, '1990')}{kept}{a_line(20)}".encode(), changed
    first = un_list(8, date(2027, 1, 1))
    second = first.replace(b"BENi.000002", b"BENi.000020").replace(b"1930", b"1931")
    return first, second, {"S:BENi.000002": True, "S:BENi.000020": False}


def test_other_regimes_make_every_row_be_read_again() -> None:
    content = a_table([a_row(1), a_row(2)])
    base = Outcome(wanted_of("opensanctions"), content).base()
    wider = Wanted("opensanctions", "S", ("listed", "other"), DATED, VERSION)
    assert len(Outcome(wider, content, base).rows) == len(content.splitlines()) - 1


def test_what_was_flagged_stays_flagged_until_its_row_changes() -> None:
    rows = [a_row(number) for number in range(1, 8)]
    flawed = [*rows, a_row(8, born="somewhen"), a_row(9, born="somewhen")]
    first = Outcome(wanted_of("opensanctions"), a_table(flawed))
    assert [fault["reference"] for fault in first.summary.faults] == ["p-8", "p-9"]
    mended = [*rows, a_row(8), a_row(9, born="somewhen")]
    known = wanted_of("opensanctions", known_faults=tuple(first.summary.faults))
    second = Outcome(known, a_table(mended), first.base())
    assert [fault["reference"] for fault in second.summary.faults] == ["p-9"]


Damage = Callable[[bytes], bytes]


def in_a_comment(whole: bytes) -> bytes:
    """The first person's number stands in a comment."""
    return whole.replace(b"<DATAID>", b"<!-- <DATAID>", 1).replace(b"</DATAID>", b"</DATAID> -->", 1)


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole,
        lambda whole: whole.replace(b"Al-Qaida", b"DPRK", 2),
        lambda whole: whole.replace(b"<ENTITIES></ENTITIES>", b"<ENTITIES><ENTITY></ENTITY></ENTITIES>"),
        in_a_comment,
    ],
    ids=["whole", "other regimes", "an organisation", "a comment"],
)
def test_a_un_list_in_slices_is_the_list(damage: Damage) -> None:
    assert_as_whole(wanted_of("un"), damage(un_list(8, date(2027, 1, 1))))


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole.replace(b"BENi.000005", b"BENi.000002"),
        lambda whole: whole.replace(b"<REFERENCE_NUMBER>BENi.000005</REFERENCE_NUMBER>", b""),
        lambda whole: whole.replace(b"</INDIVIDUALS>", b"", 1),
        lambda whole: whole[:-60],
        lambda whole: whole.replace(b"CONSOLIDATED_LIST", b"ANOTHER_LIST"),
        lambda whole: whole.replace(b"dateGenerated", b"dated"),
    ],
    ids=["a person twice", "no reference", "not closed", "cut off", "another root", "no date"],
)
def test_a_broken_un_list_is_refused_for_the_same_reason(damage: Damage) -> None:
    content = damage(un_list(8, date(2027, 1, 1)))
    found, whole = Outcome(wanted_of("un"), content), whole_of(wanted_of("un"), content)
    assert isinstance(whole, MalformedList)
    assert found.fault is not None
    assert found.fault["reason"] == whole.reason


def test_what_a_later_version_says_of_an_entry_counts() -> None:
    base = BaseRows([b"00 S:1\n", b"01 S:2\n", b"- S:1\n", b"02 S:2\n", b"00 S:a\\b\n"])

    assert not base.takes("S:2", b"\x02")
    assert list(base.left()) == ["S:a\\b"]
