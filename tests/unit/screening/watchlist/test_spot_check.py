"""Twenty persons of each shipped list, and every count, against parsers that are not the readers'.

The real lists hold real persons and are not kept here: `spot_check.py` looks at them as a command.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from deploy.local.benchmarks.synthetic_list import un_list
from deploy.local.demonstration.build_watchlist import WATCHLIST
from deploy.local.demonstration.build_wide_watchlist import WIDE_WATCHLIST
from deploy.local.synthetic.people import FictionalPeople
from services.screening.watchlist.sources.ofac_csv import read_ofac
from services.screening.watchlist.sources.read_list import ListToRead
from tests.unit.screening.watchlist.element_account import KEPT, NOT_KEPT, accounted
from tests.unit.screening.watchlist.spot_check import SPOTS, ofac_differences, un_differences, un_spots

UN_LISTS = {
    "demonstration": WATCHLIST.read_bytes(),
    "twelve scripts": WIDE_WATCHLIST.read_bytes(),
    "as long as the UN's": un_list(730, date(2026, 11, 1)),
}
SAMPLE = Path(__file__).parents[3] / "data" / "lists" / "un-sample.xml"
NULLS = ",-0- " * 7


def an_ofac_list(persons: int) -> bytes:
    """`sdn.csv` with fictional people under one programme or two, and a ship after every tenth."""
    people = FictionalPeople(5)
    rows = []
    for number in range(1, persons + 1):
        person = next(people)
        programmes = "SDGT] [IFSR" if number % 3 == 0 else ("SDGT" if number % 2 else "SDNTK")
        remarks = f"DOB {person.birth_date:%d %b %Y}; Passport X{number:06} (Egypt); Gender Male."
        name = f'"{person.surname.upper()}, {person.given_names}"'
        rows.append(f'{number},{name},"individual","{programmes}"{NULLS},"{remarks}"')
        if number % 10 == 0:
            rows.append(f'{number + 90_000},"MV {number}","vessel","IRAN"{NULLS},-0- ')
    return ("\r\n".join(rows) + "\r\n\x1a").encode("latin-1")


@pytest.mark.parametrize("content", UN_LISTS.values(), ids=UN_LISTS.keys())
def test_another_parser_counts_the_same_of_the_un_list(content: bytes) -> None:
    read, differing = un_differences(content)
    assert not differing
    assert read.individuals == len(read.entries) == sum(read.by_regime.values()) >= SPOTS


@pytest.mark.parametrize("content", UN_LISTS.values(), ids=UN_LISTS.keys())
def test_twenty_persons_hold_the_words_of_the_file_and_no_others(content: bytes) -> None:
    spots = un_spots(content)
    assert len(spots) == SPOTS
    for said, told in spots:
        assert told == said


def test_the_check_sees_what_a_reader_would_lose() -> None:
    content = UN_LISTS["as long as the UN's"]
    damaged = content.replace(b"<ALIAS_NAME>", b"<ALIAS_NOTE>", 1).replace(
        b"</ALIAS_NAME>", b"</ALIAS_NOTE>", 1
    )
    read, _ = un_differences(damaged)
    whole, _ = un_differences(content)
    assert (
        sum(len(entry.names) for entry in read.entries)
        == sum(len(entry.names) for entry in whole.entries) - 1
    )


@pytest.mark.parametrize("content", UN_LISTS.values(), ids=UN_LISTS.keys())
def test_no_element_of_the_lists_is_unknown_or_kept_unasked(content: bytes) -> None:
    assert not {"UNKNOWN", "SHOULD NOT BE KEPT"} & set(accounted(content).values())


def test_every_element_of_the_sample_becomes_what_the_guide_says() -> None:
    found = accounted(SAMPLE.read_bytes())
    assert set(found.values()) <= {"KEPT", "NOT_KEPT", "EMPTY"}, found
    untried = set(KEPT) | set(NOT_KEPT)
    assert untried - set(found) == {
        "INDIVIDUAL_ADDRESS/STREET",
        "INDIVIDUAL_ADDRESS/STATE_PROVINCE",
        "INDIVIDUAL_ADDRESS/ZIP_CODE",
        "INDIVIDUAL_ALIAS/CITY_OF_BIRTH",
    }


def test_an_element_that_nobody_knows_is_seen() -> None:
    content = SAMPLE.read_bytes().replace(b"</INDIVIDUAL>", b"<SHOE_SIZE>42</SHOE_SIZE></INDIVIDUAL>", 1)
    assert accounted(content)["SHOE_SIZE"] == "UNKNOWN"


def test_another_parser_sees_the_same_persons_and_programmes_in_ofacs_list() -> None:
    content = an_ofac_list(240)
    read = read_ofac(ListToRead(content, "OFAC", frozenset({"SDGT"}), datetime(2026, 11, 1, tzinfo=UTC)))
    assert not ofac_differences(content, read)
    assert (read.individuals, read.entities_left_out) == (240, 24)
    assert read.by_regime["SDGT"] == len(read.entries) == 160
