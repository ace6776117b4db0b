"""OFAC's real list, where it lies beside the checkout; nothing of it is copied here."""

import csv
from pathlib import Path

import pytest

from deploy.local.list_location import read_location
from services.screening.watchlist.sources.ofac_csv import read_ofac_csv
from services.screening.watchlist.sources.read_list import ListToRead, ReadList

REAL = Path(__file__).parents[5] / "shared" / "data" / "ofac_sdn.csv"

pytestmark = pytest.mark.skipif(
    not REAL.is_file(),
    reason="OFAC's real list is not kept in the tree; it lies in ../shared/data where it is",
)
Row = list[str]


@pytest.fixture(name="rows", scope="module")
def _rows() -> list[Row]:
    """The individuals of the main file by a bare csv reader."""
    with REAL.open(encoding="latin-1", newline="") as stream:
        return [row for row in csv.reader(stream) if len(row) == 12 and row[2] == "individual"]


@pytest.fixture(name="read", scope="module")
def _read() -> ReadList:
    found = read_location(str(REAL))
    return read_ofac_csv(ListToRead(found.content, "OFAC", frozenset({"SDGT"}), found.dated_at))


def test_counts_are_the_files(read: ReadList, rows: list[Row]) -> None:
    assert read.individuals == len(rows) == 4_620
    assert read.by_regime["SDGT"] == len(read.entries) == sum("SDGT" in row[3] for row in rows) == 997


def test_twenty_entries_hold_what_their_rows_say(read: ReadList, rows: list[Row]) -> None:
    by_number = {row[0]: row for row in rows}
    for entry in read.entries[:: len(read.entries) // 20]:
        row = by_number[entry.id.removeprefix("OFAC:")]
        surname, _, given = row[1].partition(",")
        assert entry.names[0].text.split() == [*given.split(), *surname.split()]
        assert len(entry.birth_dates) <= row[11].count("DOB ")
        assert all(document.number in row[11] for document in entry.documents)
        assert {listing.programme for listing in entry.listings} == set(row[3].strip("[]").split("] ["))
