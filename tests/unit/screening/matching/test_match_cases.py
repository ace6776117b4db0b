"""The generated cases: repeatable, broad, and measured in every figure."""

import re
from dataclasses import replace
from random import Random

import pytest

from deploy.local.match_cases import damage
from deploy.local.match_cases.cases import Sizes, make_cases
from deploy.local.match_cases.losses import measure_lost
from deploy.local.match_cases.measure import OURS, measure_recall
from deploy.local.match_cases.people import People
from deploy.local.match_cases.real_lists import make_families
from deploy.local.match_cases.regions import REGIONS, elements
from deploy.local.match_cases.scores import RATES
from deploy.local.match_cases.speed import measure_speed
from services.screening.watchlist.entry import WatchlistEntry
from shared.travel import PartialDate, Sex
from tests.unit.screening.matching.samples import a_traveller, an_entry

SIZES = Sizes(entries=160, innocents=100, listed=12, rival_innocents=50)


def test_the_same_seed_gives_the_same_people_and_another_vocabulary_others() -> None:
    first, again, other = ([each.innocent() for _ in range(20)] for each in _three())

    assert first == again != other


def _three() -> tuple[People, People, People]:
    return People(3), People(3), People(3, vocabulary=1)


def test_there_are_at_least_twelve_regions_of_different_names() -> None:
    communities = [community for region in REGIONS for community in region.communities]

    assert len({region.name for region in REGIONS}) == len(REGIONS) >= 12
    assert len({community.name for community in communities}) == len(communities)
    for community in communities:
        assert community.part > 0
        assert community.states
        for table in (community.men, community.women, community.family):
            assert len(set(table.words)) == len(table.words), community.name
            assert table.reached[-1] == pytest.approx(100)


def test_elements_with_a_number_have_it_and_the_others_share_the_rest_by_rank() -> None:
    read = elements("NGUYEN=40 TRAN LE")

    assert read.words == ("NGUYEN", "TRAN", "LE")
    assert read.reached[0] == 40
    assert 60 > read.reached[1] - 40 > 100 - read.reached[1] > 0


def test_names_have_no_more_parts_than_their_community_gives_them() -> None:
    people = People(11)
    found = {
        community.name: [people.name(community, Sex.MALE) for _ in range(200)]
        for region in REGIONS
        for community in region.communities
    }

    assert all(_syllables(given) <= 2 for _, given in found["Mandarin speakers"])
    assert all(_syllables(given) <= 4 for _, given in found["Korea"])
    assert all(1 <= len(given.split()) <= 3 for _, given in found["Viet Nam"])
    assert {"MD"} < {word for _, given in found["Bangladesh"] for word in given.split()}
    assert "MD" not in {given for _, given in found["Bangladesh"]}
    assert any(len(given.split()) == 3 for _, given in found["Somalis"])


def _syllables(name: str) -> int:
    return len(re.findall("[AEIOU]+", name))


def test_a_woman_bears_her_form_of_a_family_name() -> None:
    people = People(11)
    russia = next(each for region in REGIONS for each in region.communities if each.name.startswith("Russia"))

    women, men = ([people.name(russia, sex)[0] for _ in range(200)] for sex in (Sex.FEMALE, Sex.MALE))

    assert not any(surname.endswith(("OV", "EV", "IN", "SKII")) for surname in women)
    assert not any(surname.endswith(("OVA", "EVA", "INA", "SKAIA")) for surname in men)


@pytest.mark.parametrize("family", damage.FAMILIES)
def test_damage_changes_nearly_everybody_and_fails_for_nobody(family: str) -> None:
    people = People(5)
    travellers = [people.innocent()[1] for _ in range(120)]
    harmed = [damage.FAMILIES[family](people.random, traveller) for traveller in travellers]

    changed = sum(one != other for one, other in zip(travellers, harmed, strict=True))
    assert changed > 80


@pytest.mark.parametrize(("day", "ending"), [("1980-05-31", "-05-31"), ("1980-02-29", "-02-28")])
def test_a_year_off_leaves_the_day(day: str, ending: str) -> None:
    traveller = a_traveller(birth_date=day)
    harmed = [damage.birth_date(Random(seed), traveller).birth_date for seed in range(60)]

    moved = {str(each) for each in harmed if each and each.is_full and each.year != 1980}

    assert moved == {f"{year}{ending}" for year in (1970, 1979, 1981, 1990)}


def test_short_names_and_vague_dates_survive_damage() -> None:
    short = a_traveller("LI", None)

    assert damage.slip(Random(1), "LI") == "LI"
    assert damage.birth_date(Random(1), short).birth_date is None
    assert damage.twin(Random(1), short, "XBB").birth_date != PartialDate(1970)


def test_a_measurement_has_every_family_and_rate() -> None:
    cases = make_cases(SIZES)
    figures = measure_recall(SIZES)

    ours = figures["families"][OURS]
    assert set(ours) == {
        "alias", "script", "reservation", "typing", "spelling", "birth_date", "document",
    } == set(cases.families)  # fmt: skip
    assert all(set(each) == set(RATES) for each in ours.values())
    assert ours["document"][10] == 1.0
    assert figures["twins_per_10000"] == 0
    assert cases.twins


def test_the_nets_lose_nothing_on_a_generated_list() -> None:
    lost = measure_lost(names=800, least_hits=100)

    assert lost["hits"] >= 100
    assert lost["weaker"] > 0
    assert lost["lost"] == lost["weaker_lost"] == lost["other"] == 0


def test_speed_is_measured_with_every_cache_and_worker() -> None:
    facts = measure_speed(names=300, travellers=40, processes=1)

    assert 0 < facts["new_words"] < 1
    assert facts["shared_megabytes"] > 0
    assert len(facts["private_megabytes"]) == facts["workers"] == 1
    assert all(facts[cache] > 0 for cache in ("cold", "realistic", "warm", "workers_rate", "workers_ratio"))


def test_people_of_real_lists_travel_under_names_that_the_list_then_lacks() -> None:
    scripted = {"names": [{"text": "SAMIR NAMUDHAJI"}, {"text": "سمير نموذجي", "kind": "ORIGINAL_SCRIPT"}]}
    aliased = an_entry("RAMESH KALPANIK", "RAJ KALPANIK", birth_dates=[{"kind": "YEAR", "year": 1979}])
    entries = {
        "A": replace(aliased, id="A"),
        "B": WatchlistEntry.from_json({"id": "B", "birth_dates": [], **scripted}),
    }

    families = make_families(Random(1), entries, cases=1)

    assert [name.text for name in entries["A"].names] == ["RAMESH KALPANIK"]
    assert [name.text for name in entries["B"].names] == ["سمير نموذجي"]
    ((_, under_alias),), ((_, in_latin),) = families["alias"], families["script"]
    assert (under_alias.given_names, in_latin.given_names) == ("RAJ", "SAMIR")
    assert under_alias.birth_date is not None
    assert under_alias.birth_date.is_full
    assert in_latin.birth_date is None
    assert set(families) == {"alias", "script", *damage.FAMILIES}
