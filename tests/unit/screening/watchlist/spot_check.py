"""A look at lists by other parsers than the readers', so that a reader cannot vouch for itself.

Also a command, for a list that is not kept here:
`python -m tests.unit.screening.watchlist.spot_check FILE` with a UN file or OFAC's `sdn.csv`.
"""

import csv
import io
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree

from deploy.local.list_location import read_location
from services.screening.watchlist.entry import WatchlistEntry
from services.screening.watchlist.sources.ofac_csv import read_ofac
from services.screening.watchlist.sources.read_list import ListToRead, ReadList
from services.screening.watchlist.sources.un_xml import read_un_list
from tests.builders import un_list_file

Row = TypeVar("Row")
SPOTS = 20
_OFAC_COLUMNS = 12


def un_differences(content: bytes) -> tuple[ReadList, Counter[str]]:
    """The list as read with every regime, and how many values of each kind another parser counts apart."""
    rows = list(ElementTree.fromstring(content).iter("INDIVIDUAL"))
    regimes = frozenset(row.findtext("UN_LIST_TYPE", "").strip() for row in rows)
    read = read_un_list(un_list_file(content, regimes=regimes))
    entries = {entry.listings[0].reference: entry for entry in read.entries}
    differing = Counter({"persons": abs(len(rows) - len(entries))})
    for row in rows:
        entry = entries[row.findtext("REFERENCE_NUMBER", "").strip()]
        for kind, count in _counted(row).items():
            differing[kind] += abs(count - _held(entry)[kind])
    return read, +differing


def un_spots(content: bytes) -> list[tuple[list[str], list[str]]]:
    """Twenty persons spread over the list: the words of each by the other parser, and by ours."""
    rows = list(ElementTree.fromstring(content).iter("INDIVIDUAL"))
    regimes = frozenset(row.findtext("UN_LIST_TYPE", "").strip() for row in rows)
    read = read_un_list(un_list_file(content, regimes=regimes))
    entries = {entry.listings[0].reference: entry for entry in read.entries}
    return [
        (_said(row), _told(entries[row.findtext("REFERENCE_NUMBER", "").strip()])) for row in spread(rows)
    ]


def ofac_differences(content: bytes, read: ReadList) -> Counter[str]:
    """Persons, programmes and spots of OFAC's `sdn.csv` that a bare csv reader sees otherwise."""
    rows = [
        row
        for row in csv.reader(io.StringIO(content.decode("latin-1"), newline=""))
        if len(row) == _OFAC_COLUMNS and row[2] == "individual"
    ]
    differing = Counter({"persons": abs(len(rows) - read.individuals)})
    by_number = {row[0].strip(): row for row in rows}
    for entry in spread(read.entries):
        row = by_number[entry.id.partition(":")[2]]
        surname, _, given = row[1].partition(",")
        differing["names"] += entry.names[0].text.split() != [*given.split(), *surname.split()]
        differing["birth dates"] += len(entry.birth_dates) > row[11].count("DOB ")
        differing["documents"] += sum(document.number not in row[11] for document in entry.documents)
        programmes = set(row[3].strip("[]").split("] ["))
        differing["programmes"] += {listing.programme for listing in entry.listings} != programmes
    return +differing


def spread(rows: Sequence[Row]) -> Sequence[Row]:
    """Twenty of them, or all, evenly from the first to the last."""
    return rows[:: max(1, len(rows) // SPOTS)][:SPOTS]


def _counted(row: ElementTree.Element) -> dict[str, int]:
    def filled(path: str) -> list[ElementTree.Element]:
        return [each for each in row.iterfind(path) if (each.text or "").strip()]

    dates = [
        each
        for each in row.iterfind("INDIVIDUAL_DATE_OF_BIRTH")
        if each.findtext("DATE") or each.findtext("YEAR") or each.findtext("FROM_YEAR")
    ]
    names = 1 + len(filled("INDIVIDUAL_ALIAS/ALIAS_NAME")) + len(filled("NAME_ORIGINAL_SCRIPT"))
    states = {(each.text or "").strip() for each in filled("NATIONALITY/VALUE")}
    return {
        "names": names,
        "documents": len(_paper_numbers(row)),
        "nationalities": len(states),
        "birth dates": len(dates),
    }


def _held(entry: WatchlistEntry) -> dict[str, int]:
    return {
        "names": len(entry.names),
        "documents": len(entry.documents),
        "nationalities": len(entry.nationalities) + len(entry.nationality_texts),
        "birth dates": len(entry.birth_dates),
    }


def _paper_numbers(row: ElementTree.Element) -> list[str]:
    """The numbers of a person's papers; one without is the number that its note speaks of, if it does."""
    numbers = []
    for paper in row.iterfind("INDIVIDUAL_DOCUMENT"):
        number = " ".join(paper.findtext("NUMBER", "").split())
        _, _, said = paper.findtext("NOTE", "").lower().replace("no.", "number").partition("number")
        if not number and said.strip():
            first, *others = said.replace(",", " ").upper().split()
            number = f"{first} {others[0]}" if first.isalpha() and others else first
            number = number if sum(sign.isdigit() for sign in number) > 4 else ""
        numbers.append(number)
    return [number for number in numbers if number]


def _said(row: ElementTree.Element) -> list[str]:
    """A person's words as the file has them: names, years of birth, numbers of documents."""
    parts = (row.findtext(f"{place}_NAME", "") for place in ("FIRST", "SECOND", "THIRD", "FOURTH"))
    primary = " ".join(" ".join(parts).split())
    aliases = [" ".join((each.text or "").split()) for each in row.iter("ALIAS_NAME")]
    years = [
        (each.findtext("DATE") or each.findtext("YEAR") or each.findtext("FROM_YEAR") or "")[:4]
        for each in row.iterfind("INDIVIDUAL_DATE_OF_BIRTH")
    ]
    original = " ".join(row.findtext("NAME_ORIGINAL_SCRIPT", "").split())
    return sorted(word for word in (primary, original, *aliases, *years, *_paper_numbers(row)) if word)


def _told(entry: WatchlistEntry) -> list[str]:
    """The same words as our reader has them."""
    years = [
        str(birth.date)[:4] if birth.date else str(birth.year or birth.from_year)
        for birth in entry.birth_dates
    ]
    return sorted([
        *(name.text for name in entry.names),
        *years,
        *(document.number for document in entry.documents),
    ])  # fmt: skip


def main(location: str) -> None:
    """Print counts and differences of a file that lies elsewhere."""
    found = read_location(location)
    if location.endswith(".xml"):
        read, differing = un_differences(found.content)
        spots = sum(said != told for said, told in un_spots(found.content))
    else:
        programmes = frozenset({"SDGT", "FTO"})
        read = read_ofac(ListToRead(found.content, "OFAC", programmes, found.dated_at))
        differing, spots = ofac_differences(Path(location).read_bytes(), read), 0
    sys.stdout.write(
        f"{read.individuals} individuals, {read.entities_left_out} others, {read.by_regime},"
        f" kept {read.stored}, faults {len(read.faults)}, differences {dict(differing)}, spots {spots}\n"
    )


if __name__ == "__main__":
    main(sys.argv[1])
