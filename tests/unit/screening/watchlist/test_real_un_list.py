"""The real consolidated list, where it lies beside the checkout; nothing of it is copied here."""

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from services.screening.watchlist.sources.read_list import ReadList
from services.screening.watchlist.sources.un_xml import read_un_list
from tests.builders import un_list_file

REAL = Path(__file__).parents[5] / "shared" / "data" / "un_consolidated.xml"

pytestmark = pytest.mark.skipif(
    not REAL.is_file(),
    reason="the real UN list is not kept in the tree; it lies in ../shared/data where it is",
)
Row = ElementTree.Element


@pytest.fixture(name="rows", scope="module")
def _rows() -> list[Row]:
    """The individuals by another parser than the reader's."""
    return list(ElementTree.parse(REAL).getroot().iter("INDIVIDUAL"))


@pytest.fixture(name="everyone", scope="module")
def _everyone(rows: list[Row]) -> ReadList:
    regimes = frozenset(row.findtext("UN_LIST_TYPE", "") for row in rows)
    return read_un_list(un_list_file(REAL.read_bytes(), regimes=regimes))


def test_the_counts_are_the_files() -> None:
    read = read_un_list(un_list_file(REAL.read_bytes()))

    assert read.individuals == 730
    assert len(read.entries) == read.by_regime["Al-Qaida"] == 252
    assert read.entities_left_out == 273
    assert all(entry.id.startswith("UN:QDi.") for entry in read.entries)


def test_nobody_and_no_identifier_is_lost(rows: list[Row], everyone: ReadList) -> None:
    entries = {entry.listings[0].reference: entry for entry in everyone.entries}
    lost = Counter[str]()
    for row in rows:
        entry = entries[row.findtext("REFERENCE_NUMBER", "").strip()]
        aliases = [each for each in row.iter("ALIAS_NAME") if (each.text or "").strip()]
        originals = [each for each in row.iter("NAME_ORIGINAL_SCRIPT") if (each.text or "").strip()]
        numbers = [each for each in row.iter("NUMBER") if (each.text or "").strip()]
        states = {(each.text or "").strip() for each in row.iterfind("NATIONALITY/VALUE")} - {""}
        dates = [
            each
            for each in row.iterfind("INDIVIDUAL_DATE_OF_BIRTH")
            if each.findtext("DATE") or each.findtext("YEAR") or each.findtext("FROM_YEAR")
        ]
        lost["names"] += 1 + len(aliases) + len(originals) - len(entry.names)
        lost["documents"] += len(numbers) - len(entry.documents)
        lost["nationalities"] += len(states) - len(entry.nationalities) - len(entry.nationality_texts)
        lost["birth dates"] += len(dates) - len(entry.birth_dates)

    assert len(entries) == len(rows)
    assert not +lost
    assert not -lost


def test_a_year_called_exact_is_a_year(rows: list[Row], everyone: ReadList) -> None:
    years = sum(
        each.findtext("TYPE_OF_DATE") == "EXACT" and each.findtext("YEAR") is not None
        for row in rows
        for each in row.iterfind("INDIVIDUAL_DATE_OF_BIRTH")
    )

    assert sum(birth.kind == "YEAR" for entry in everyone.entries for birth in entry.birth_dates) == years


def test_the_only_state_without_a_code_is_no_state(everyone: ReadList) -> None:
    unmapped = [fault for fault in everyone.faults if fault.code == "UNMAPPED_STATE"]

    assert len(unmapped) == 1
