"""What the index finds is what every name compared with every name finds."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.local.match_population import FAMILIES, Population, in_arabic_only
from services.screening.matching.exhaustive import judge_every_entry
from services.screening.matching.index import Index
from services.screening.matching.score import Query
from services.screening.matching.screener import Screener
from services.screening.watchlist.entry import WatchlistEntry
from shared.travel import Traveller
from tests.unit.screening.matching.samples import a_traveller, an_entry

Found = set[tuple[int, int, int]]

ELEMENTS = [
    "MUHAMMAD", "MOHAMED", "ALI", "ABU", "BAKR", "ABUBAKR", "AL", "MISALI", "ALMISALI", "PRIMEROV",
    "PRIMERO", "J", "ABD", "RAHMAN", "ABDURRAHMAN", "محمد", "الرحمن", "عبد", "LI", "VAN", "KALPANIK", "R",
    "XUGOU", "XU", "GOU", "MR",
]  # fmt: skip
names = st.lists(st.sampled_from(ELEMENTS), min_size=1, max_size=4).map(" ".join)


def by_index(index: Index, traveller: Traveller) -> Found:
    return {(each.entry, each.name, each.total) for each in Screener(index).judgements(Query(traveller))}


def by_definition(index: Index, traveller: Traveller) -> Found:
    return {(each.entry, each.name, each.total) for each in judge_every_entry(index, Query(traveller))}


@pytest.mark.parametrize("seed", range(4))
def test_the_nets_lose_nothing_on_a_fictional_list(seed: int) -> None:
    population = Population(seed)
    pairs = [population.listed(number) for number in range(40)]
    entries = [in_arabic_only(entry) if place % 5 == 0 else entry for place, (entry, _) in enumerate(pairs)]
    index = Index.compile(entries)
    found = 0
    for _, person in pairs[:12]:
        for family in FAMILIES:
            traveller = population.damaged(family, person)
            expected = by_definition(index, traveller)
            assert by_index(index, traveller) == expected
            found += len(expected)
    assert found > 0


@settings(max_examples=120)
@given(st.lists(names, min_size=1, max_size=6), names, names)
def test_the_nets_lose_nothing_on_awkward_names(listed: list[str], surname: str, given_names: str) -> None:
    entries = [an_entry(name, entry_id=f"T:{number}") for number, name in enumerate(listed)]
    traveller = a_traveller(surname, given_names)
    index = Index.compile(entries)

    assert by_index(index, traveller) == by_definition(index, traveller)


def test_document_numbers_alone_find_what_the_oracle_finds() -> None:
    entries: list[WatchlistEntry] = [
        an_entry("LI XUGOU", entry_id="T:1", documents=[{"number": "EX0091822", "issuer": "XCC"}]),
        an_entry("IGOR PRIMEROV", entry_id="T:2", documents=[{"number": "EX0091823", "issuer": "XCC"}]),
    ]
    traveller = a_traveller(documents=[{"number": "EXOO9I822", "issuer": "XCC"}])
    index = Index.compile(entries)

    assert by_index(index, traveller) == by_definition(index, traveller) != set()


def test_travellers_in_any_order_get_the_same_answers() -> None:
    population = Population(5)
    index = Index.compile([population.listed(number)[0] for number in range(60)])
    travellers = [population.innocent() for _ in range(40)]
    shuffled = Random(5).sample(range(40), 40)
    screener, other = Screener(index), Screener(index, max_cached_rows=50)
    in_order = [screener.judgements(Query(traveller)) for traveller in travellers]
    backwards = {place: other.judgements(Query(travellers[place])) for place in shuffled}

    assert in_order == [backwards[place] for place in range(40)]
