"""What moves a score, and what never makes one."""

from dataclasses import replace
from typing import Any

import pytest

from services.screening.matching import THRESHOLD, TOP_BAND
from services.screening.matching import weights as w
from services.screening.matching.frequency import bearers_at_home
from services.screening.matching.rarity import Rarity
from services.screening.matching.weights import calibrated
from services.screening.watchlist.entry import WatchlistEntry
from shared.travel import PartialDate
from tests.unit.screening.matching.samples import a_traveller, an_entry, born, explained, relations, score

BIRTHDAY = "1975-08-19"
ENTRY = an_entry("RAMESH KALPANIK", birth_dates=born(BIRTHDAY), nationalities=["XCC"], sex="M")


@pytest.mark.parametrize(
    ("surname", "given_names"),
    [
        ("KALPANIK", "RAMESH"),
        ("RAMESH", "KALPANIK"),
        ("KALPANIK RAMESH", None),
        ("KALPANIK", "RAMESHMR"),
        ("KALPANIK", "RAMESH KUMAR"),
        ("KALPANNIK", "RAMESH"),
        ("KALAPNIK", "RAMES"),
        ("KALPANI", "RAMESH"),
        ("RAMESHKALPANIK", None),
        ("KALPANIK", "R"),
        ("काल्पनिक", "रमेश"),
    ],
)
def test_a_damaged_name_with_the_birth_date_is_a_match(surname: str, given_names: str | None) -> None:
    assert score(ENTRY, a_traveller(surname, given_names, birth_date=BIRTHDAY)) >= THRESHOLD


@pytest.mark.parametrize(
    ("listed", "surname", "given_names"),
    [
        ("ABU BAKR AL-MISALI", "ALMISALI", "ABUBAKR"),
        ("ABUBAKR ALMISALI", "AL MISALI", "ABU BAKR"),
        ("Abd al-Rahman al-Khayali", "ALKHAYALI", "ABDURRAHMAN"),
        ("عبد الرحمن الخيالي", "ALKHAYALI", "ABDERRAHMANE"),
        ("Игорь Примеров", "PRYMEROV", "IHOR"),
        ("Νικόλαος Υποδειγματίδης", "YPODEIGMATIDIS", "NIKOLAOS"),
        ("Giuseppe Campione", "CAMPIONE", "JOSEPH"),
        ("李虚构", "LI", "XUGOU"),
        ("Hans Jürgen Mustermüller", "MUSTERMUELLER", "HANSJUERGEN"),
        ("J. Kalpanik Namuna", "NAMUNA KALPANIK", "JAI"),
    ],
)
def test_scripts_customs_and_joins_meet(listed: str, surname: str, given_names: str) -> None:
    entry = an_entry(listed, birth_dates=born(BIRTHDAY))

    assert score(entry, a_traveller(surname, given_names, birth_date=BIRTHDAY)) >= THRESHOLD


def test_a_name_against_a_name_only_entry_never_reaches_the_top_band() -> None:
    name = "RAMESH KALPANIK NAMUNA MISALI PRIMEROV"

    assert THRESHOLD <= score(an_entry(name), a_traveller(name, None, birth_date=BIRTHDAY)) < TOP_BAND


def test_a_long_name_with_nationality_and_sex_stays_below_the_top_band() -> None:
    name = "RAMESH KALPANIK NAMUNA MISALI PRIMEROV"
    entry = an_entry(name, nationalities=["XCC"], sex="M", birth_places=[{"city": None, "country": "XCC"}])
    traveller = a_traveller(
        name, None, nationality="XCC", sex="M", birth_place={"city": None, "country": "XCC"}
    )

    assert score(entry, traveller) < TOP_BAND


def test_nationality_sex_and_birth_date_without_a_name_find_nobody() -> None:
    traveller = a_traveller("WANG", "WEI", birth_date=BIRTHDAY, nationality="XCC", sex="M")

    assert score(ENTRY, traveller) == 0.0


def test_a_namesake_of_another_age_and_nationality_is_let_go() -> None:
    traveller = a_traveller(birth_date="1999-03-02", nationality="XAA")

    assert score(ENTRY, traveller) < THRESHOLD


def test_contradiction_costs_more_than_omission() -> None:
    full = an_entry("RAMESH KALPANIK NAMUNA")
    omitted = score(full, a_traveller("KALPANIK", "RAMESH"))
    contradicted = score(full, a_traveller("KALPANIK PRIMEROV", "RAMESH"))

    assert contradicted < omitted < score(full, a_traveller("KALPANIK NAMUNA", "RAMESH"))


@pytest.mark.parametrize("number", ["XB4471902", "XB447I9O2"])
def test_an_equal_document_is_an_alert_whatever_the_rest_says(number: str) -> None:
    entry = an_entry(
        "SAMIR NAMUDHAJI", birth_dates=born("1979-05-14"), nationalities=["XBB"], sex="M",
        documents=[{"number": "XB4471902", "issuer": "XBB"}],
    )  # fmt: skip
    traveller = a_traveller(
        "WANG", "WEI", birth_date="2001-01-30", nationality="XCC", sex="F",
        documents=[{"number": number, "issuer": "XBB"}],
    )  # fmt: skip

    assert score(entry, traveller) >= THRESHOLD


def test_a_number_of_another_state_alone_is_no_alert() -> None:
    entry = an_entry("SAMIR NAMUDHAJI", documents=[{"number": "XB4471902", "issuer": "XBB"}])
    traveller = a_traveller("WANG", "WEI", documents=[{"number": "XB4471902", "issuer": "XCC"}])

    assert score(entry, traveller) < THRESHOLD


def test_an_entry_without_a_name_is_found_by_its_document() -> None:
    entry = an_entry(documents=[{"number": "XB4471902", "issuer": "XBB"}])
    traveller = a_traveller(documents=[{"number": "XB4471902", "issuer": "XBB"}])

    assert score(entry, traveller) >= THRESHOLD
    assert explained(entry, traveller).name is None


@pytest.mark.parametrize(
    ("facts", "kind", "expected"),
    [
        ({"nationality": "XCC"}, "nationality", ["EQUAL"]),
        ({"nationality": "XAA"}, "nationality", ["OTHER"]),
        ({"nationality": "XXA"}, "nationality", []),
        ({"sex": "M"}, "sex", ["EQUAL"]),
        ({"sex": "F"}, "sex", ["OTHER"]),
        ({"sex": "X"}, "sex", []),
        ({"birth_date": "1975"}, "birth_date", ["YEAR_EQUAL"]),
        ({}, "birth_date", []),
    ],
)
def test_facts_beside_the_name(facts: dict[str, Any], kind: str, expected: list[str]) -> None:
    assert relations(ENTRY, a_traveller(**facts), kind) == expected


def test_a_predecessor_state_is_related() -> None:
    entry = an_entry("RAMESH KALPANIK", nationalities=["XXB", "SUN"])

    assert relations(entry, a_traveller(nationality="RUS"), "nationality") == ["RELATED"]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"city": "Obrazetz", "country": "XDD"}, ["CITY_EQUAL"]),
        ({"city": "Elsewhere", "country": "XDD"}, ["COUNTRY_EQUAL"]),
        ({"city": "Obrazets", "country": "XAA"}, ["OTHER"]),
        ({"city": None, "country": None}, []),
        ({"city": "!", "country": None}, []),
    ],
)
def test_places_of_birth(sent: dict[str, Any], expected: list[str]) -> None:
    entry = an_entry("RAMESH KALPANIK", birth_places=[{"city": "Obrazets", "country": "XDD"}])

    assert relations(entry, a_traveller(birth_place=sent), "birth_place") == expected


def test_the_birth_date_of_an_alias_counts_for_that_alias_only() -> None:
    names = [
        {"text": "RAMESH KALPANIK"},
        {"text": "IGOR PRIMEROV", "kind": "ALIAS", "birth_dates": born(BIRTHDAY)},
    ]
    entry = WatchlistEntry.from_json({"id": "T:1", "names": names})

    assert relations(entry, a_traveller("PRIMEROV", "IGOR", birth_date=BIRTHDAY), "birth_date") == ["EQUAL"]
    assert relations(entry, a_traveller("KALPANIK", "RAMESH", birth_date=BIRTHDAY), "birth_date") == []


def test_of_two_spellings_the_one_with_the_better_birth_date_is_told() -> None:
    names = [{"text": "RAMESH KALPANIK"}, {"text": "RAMESH KALPANIKK", "birth_dates": born(BIRTHDAY)}]
    entry = WatchlistEntry.from_json({"id": "T:1", "names": names})
    found = explained(entry, a_traveller(birth_date=BIRTHDAY))

    assert found.name is not None
    assert found.name.text == "RAMESH KALPANIKK"


def test_a_weak_alias_says_less() -> None:
    good = WatchlistEntry.from_json({"id": "T:1", "names": [{"text": "RAMESH KALPANIK", "quality": "GOOD"}]})
    weak = WatchlistEntry.from_json({"id": "T:1", "names": [{"text": "RAMESH KALPANIK", "quality": "LOW"}]})

    assert score(weak, a_traveller()) < score(good, a_traveller())


def test_initials_confirm_and_never_contradict() -> None:
    entry = an_entry("RAMESH KALPANIK NAMUNA")

    assert "INITIAL" in relations(entry, a_traveller("KALPANIK NAMUNA", "R"), "name")
    assert "CONTRADICTED" not in relations(entry, a_traveller("KALPANIK NAMUNA", "X"), "name")
    assert "INITIAL" in relations(an_entry("R. KALPANIK NAMUNA"), a_traveller("KALPANIK NAMUNA"), "name")


def test_calibration_rises_with_the_total_and_stays_a_probability() -> None:
    scores = [calibrated(total) for total in range(-20_000, 20_000, 50)]

    assert scores == sorted(scores)
    assert scores[0] >= 0.0
    assert scores[-1] <= 1.0
    assert calibrated(w.EVEN_ODDS) == 0.5


NAMESAKES = ("ZUBROWIC LI", "ZUBROWIC DRAGOMAN PENTIL LI")
UNDATED = an_entry("MUHAMMAD ALI", "MUHAMMAD KALPANIK", nationalities=["XCC"], sex="M")


def test_a_common_full_name_without_a_date_to_compare_is_not_enough_data() -> None:
    """Many bear it where it is at home; a nationality that fits makes none of them the listed person."""
    traveller = a_traveller("ALI", "MUHAMMAD", birth_date=BIRTHDAY, nationality="XCC", sex="M")

    assert score(UNDATED, traveller) == 0.0
    assert not explained(UNDATED, traveller).is_suggested


def test_a_rare_full_name_suggests_somebody_without_a_date() -> None:
    assert THRESHOLD <= score(UNDATED, a_traveller("KALPANIK", "MUHAMMAD", birth_date=BIRTHDAY)) < TOP_BAND


def test_a_date_that_fits_lets_a_common_full_name_suggest_somebody() -> None:
    dated = an_entry("MUHAMMAD ALI", birth_dates=born(BIRTHDAY))

    assert score(dated, a_traveller("ALI", "MUHAMMAD", birth_date=BIRTHDAY)) >= THRESHOLD
    assert score(dated, a_traveller("ALI", "MUHAMMAD")) == 0.0


@pytest.mark.parametrize(
    ("glued", "bare"),
    [("alharbi", "harbi"), ("elsayed", "sayed"), ("alhammad", "hammad"), ("elcarlos", "carlos")],
)
def test_a_glued_article_makes_no_common_name_rare_in_any_spelling(glued: str, bare: str) -> None:
    assert bearers_at_home(bare) == bearers_at_home(glued) > 0


def test_something_of_a_name_has_to_stay_for_an_equal_date_to_suggest_somebody() -> None:
    """Both have a family name of many; the given names contradict it, and leave a bit of it, or nothing."""
    traveller = a_traveller("LI", "KALPANIK", birth_date=BIRTHDAY, nationality="XCC")
    one, two = (an_entry(name, birth_dates=born(BIRTHDAY), nationalities=["XCC"]) for name in NAMESAKES)

    assert explained(one, traveller).is_suggested
    assert not explained(two, traveller).is_suggested
    assert not explained(one, replace(traveller, birth_date=PartialDate(1979))).is_suggested


def test_a_glued_article_does_not_hide_how_many_on_the_list_bear_a_name() -> None:
    rarity = Rarity.count([frozenset({"zawrani", f"x{letter}"}) for letter in "abcdefgh"])

    assert rarity.entries_with("alzawrani") == rarity.entries_with("zawrani")
    assert rarity.entries_with("alino") == 1


@pytest.mark.parametrize(
    ("listed", "surname", "given_names"),
    [
        ("AHMED HASSAN KALPANI", "KALPANI", "AHMEDHASSANMR"),
        ("AHMEDHASSAN KALPANI", "KALPANI", "AHMED HASSAN"),
        ("FATIMAH NUR KALPANI", "KALPANI", "FATIMAHNUR"),
        ("NOUR EL HODA KALPANI", "KALPANI", "NOURELHODA"),
        ("MARIADELCARMEN KALPANI", "KALPANI", "MARIA DEL CARMEN"),
        ("DELAFUENTEINVENTADA JUAN", "DE LA FUENTE INVENTADA", "JUAN"),
        ("RAMESH KALPANIK", "KALPANIKRAMESHMR", None),
        ("RAMESH KUMAR KALPANIK", "KALPANIKRAMESHKUMAR", None),
    ],
)
def test_words_written_together_are_the_words(listed: str, surname: str, given_names: str | None) -> None:
    found = relations(an_entry(listed), a_traveller(surname, given_names), "name")

    assert "JOINED" in found
    assert "CONTRADICTED" not in found


def test_common_words_of_one_name_say_less_together_than_one_by_one() -> None:
    entry = an_entry("Kim Yong Chol", birth_dates=born(BIRTHDAY))
    kim = explained(entry, a_traveller(surname="KIM", given_names="YONG CHOL"))
    evidence = {each.relation: each.weight for each in kim.evidence if each.kind == "name"}

    assert evidence["COMMON_AGAIN"] == 2 * w.COMMON_AGAIN
    assert sum(each.weight for each in kim.evidence) == kim.total


def test_a_common_and_a_rare_word_say_what_each_of_them_says() -> None:
    entry = an_entry("Kim Primerov", birth_dates=born(BIRTHDAY))
    found = relations(entry, a_traveller(surname="PRIMEROV", given_names="KIM"), "name")

    assert "COMMON_AGAIN" not in found
    assert found.count("EQUAL") == 2
