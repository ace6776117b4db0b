"""The long fictional list is what its builder writes, and stands in at least ten scripts."""

import json
import unicodedata
from pathlib import Path

import deploy.local.demonstration.build_wide_watchlist as wide
from deploy.local.demonstration.build_watchlist import WATCHLIST, build
from services.screening.watchlist.sources.un_xml import read_un_list
from tests.builders import un_list_file

LIST = read_un_list(un_list_file(wide.WIDE_WATCHLIST.read_bytes(), source="WIDE"))
PEOPLE = Path(wide.__file__).with_name("people.json")


def test_the_committed_file_is_what_the_builder_writes() -> None:
    assert wide.WIDE_WATCHLIST.read_bytes() == wide.build_wide()
    assert WATCHLIST.read_bytes() == build()


def test_three_hundred_persons_are_read_without_fault() -> None:
    assert (LIST.individuals, len(LIST.entries), LIST.faults) == (300, 300, ())


def test_every_reference_is_plainly_fictional_and_stands_once() -> None:
    references = [listing.reference for entry in LIST.entries for listing in entry.listings]
    assert references == [f"DEMi.{number}" for number in range(1001, 1301)]


def test_names_stand_in_at_least_ten_scripts() -> None:
    letters = {
        letter for entry in LIST.entries for name in entry.names for letter in name.text if letter.isalpha()
    }
    scripts = {unicodedata.name(letter).split(" ", maxsplit=1)[0] for letter in letters}
    assert len(scripts) >= 10, scripts


def test_several_nationalities_and_every_kind_of_birth_survive() -> None:
    assert sum(len(entry.nationalities) > 1 for entry in LIST.entries) == 30
    kinds = {birth.kind.value for entry in LIST.entries for birth in entry.birth_dates}
    assert kinds == {"EXACT", "YEAR", "BETWEEN", "APPROXIMATE"}


def test_it_repeats_no_name_of_the_demonstration() -> None:
    texts = json.dumps(json.loads(PEOPLE.read_text(encoding="utf-8")), ensure_ascii=False).upper()
    assert not [entry.names[0].text for entry in LIST.entries if entry.names[0].text.upper() in texts]
