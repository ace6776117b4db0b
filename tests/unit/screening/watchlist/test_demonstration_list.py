"""The shipped fictional list is what its builder writes, and shows what it is meant to show."""

import unicodedata

from deploy.local.demonstration.build_watchlist import WATCHLIST, build
from services.screening.matching import THRESHOLD, Matcher
from services.screening.watchlist.sources.un_xml import read_un_list
from shared.travel import PartialDate, Traveller
from tests.builders import un_list_file

LIST = read_un_list(un_list_file(WATCHLIST.read_bytes(), source="DEMO"))


def test_the_committed_file_is_what_the_builder_writes() -> None:
    assert WATCHLIST.read_bytes() == build() == build()


def test_the_purpose_filter_has_something_to_leave_out() -> None:
    assert LIST.individuals == 30
    assert LIST.by_regime == {"Al-Qaida": 26, "DPRK": 1, "DRC": 1, "Iran": 1, "Libya": 1}
    assert LIST.entities_left_out == 2
    assert LIST.faults == ()


def test_names_stand_in_many_scripts() -> None:
    letters = {
        letter for entry in LIST.entries for name in entry.names for letter in name.text if letter.isalpha()
    }
    scripts = {unicodedata.name(letter).split(" ", maxsplit=1)[0] for letter in letters}

    assert {
        "LATIN",
        "ARABIC",
        "CYRILLIC",
        "CJK",
        "DEVANAGARI",
        "ETHIOPIC",
        "GREEK",
        "HEBREW",
        "THAI",
    } <= scripts


def test_the_person_of_the_demonstration_is_found_by_name_date_and_document() -> None:
    traveller = Traveller.from_json(
        {
            "surname": "ALNAMUDHAJI", "given_names": "SAMEER HADI",
            "birth_date": "1979-05-14", "nationality": "XBB",
            "documents": [{"type": "P", "number": "XB4471902", "issuer": "XBB"}],
        }
    )  # fmt: skip
    (matches,) = Matcher.compile(LIST.entries).screen([traveller])

    assert [match.entry_id for match in matches] == ["DEMO:DEMi.001"]
    assert matches[0].is_top_band


def test_every_listed_person_is_found_under_every_name_but_one() -> None:
    matcher = Matcher.compile(LIST.entries)
    missed = []
    for entry in LIST.entries:
        for name in entry.names:
            (matches,) = matcher.screen([Traveller(surname=name.text)], floor=0.0)
            missed += [name.text] if entry.id not in {match.entry_id for match in matches} else []
    # A weak alias whose words many bear is not enough data by itself.
    assert missed == ["Joseph Misali"]


def test_a_weak_alias_that_many_bear_is_found_with_a_year_of_birth() -> None:
    traveller = Traveller(surname="Joseph Misali", birth_date=PartialDate(1990))
    (matches,) = Matcher.compile(LIST.entries).screen([traveller])
    assert [match.entry_id for match in matches] == ["DEMO:DEMi.024"]


def test_an_innocent_namesake_stays_below_the_threshold() -> None:
    namesake = Traveller.from_json({"surname": "MISALI", "given_names": "YUSUF", "birth_date": "2003-02-11"})
    (matches,) = Matcher.compile(LIST.entries).screen([namesake], floor=0.0)

    assert matches
    assert all(match.score < THRESHOLD for match in matches)
