"""What the index finds is what every name compared with every name finds."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.local.match_population import FAMILIES, Population, in_arabic_only
from services.screening.matching import exhaustive
from services.screening.matching.exhaustive import ExhaustiveScreener
from services.screening.matching.index import Index
from services.screening.matching.rarity import Rarity
from services.screening.matching.screener import Found, Screener
from services.screening.matching.weights import THRESHOLD, least_total
from services.screening.watchlist.entry import WatchlistEntry
from shared.travel import Traveller
from tests.unit.screening.matching.plain import plain_module
from tests.unit.screening.matching.samples import a_traveller, an_entry, born

ELEMENTS = [
    "MUHAMMAD", "MOHAMED", "ALI", "ABU", "BAKR", "ABUBAKR", "AL", "MISALI", "ALMISALI", "PRIMEROV",
    "PRIMERO", "J", "ABD", "RAHMAN", "ABDURRAHMAN", "محمد", "الرحمن", "عبد", "LI", "VAN", "KALPANIK", "R",
    "XUGOU", "XU", "GOU", "MR", "AHMED", "HASSAN", "AHMEDHASSAN", "NUR", "EL", "HODA", "NURELHODA", "FATIMAH",
    "FATIMAHNUR", "KALPANIKPRIMEROV", "KALPANIKALI", "RASHIDUL", "MD",
]  # fmt: skip
names = st.lists(st.sampled_from(ELEMENTS), min_size=1, max_size=4).map(" ".join)


LEAST = -20_000


def rows(parts: list[Found]) -> list[tuple[int, int, int]]:
    """(traveller, entry, total) of everything found."""
    return sorted(
        row
        for part in parts
        for row in zip(part.traveller.tolist(), part.entry.tolist(), part.total.tolist(), strict=True)
    )


def by_index(index: Index, *travellers: Traveller, least: int = LEAST) -> list[tuple[int, int, int]]:
    return rows(Screener(index).screen(travellers, least))


def by_definition(index: Index, *travellers: Traveller, least: int = LEAST) -> list[tuple[int, int, int]]:
    return rows(ExhaustiveScreener(index).screen_every_name(travellers, least))


@pytest.mark.parametrize("seed", range(4))
def test_the_nets_lose_nothing_on_a_fictional_list(seed: int) -> None:
    population = Population(seed)
    pairs = [population.listed(number) for number in range(40)]
    entries = [in_arabic_only(entry) if place % 5 == 0 else entry for place, (entry, _) in enumerate(pairs)]
    index = Index.compile(entries)
    travellers = [population.damaged(family, person) for _, person in pairs[:12] for family in FAMILIES]
    expected = by_definition(index, *travellers)

    assert len(expected) > len(travellers) / 2
    assert by_index(index, *travellers) == expected
    for least in (least_total(THRESHOLD), 3_000):
        likely = [row for row in expected if row[2] >= least]
        assert by_index(index, *travellers, least=least) == likely
    assert len(likely) < len(expected)


dates = st.none() | st.sampled_from(
    ["1970", "1970-05", "1970-05-14", "1970-05-15", "1970-01-01", "1971-05-14", "1973-11-30", "1907-05-14"]
)
listed_dates = st.lists(
    st.one_of(
        dates.filter(bool).map(lambda day: {"kind": "EXACT", "date": day}),
        st.integers(1960, 1980).map(lambda year: {"kind": "APPROXIMATE", "year": year}),
        st.just({"kind": "BETWEEN", "from_year": 1955, "to_year": 1969}),
    ),
    max_size=2,
)


@settings(max_examples=150)
@given(
    st.lists(st.tuples(names, listed_dates), min_size=1, max_size=5), names, dates, st.integers(-500, 4_000)
)
def test_a_floor_loses_nothing_that_reaches_it(
    listed: list[tuple[str, list[dict[str, object]]]], name: str, born: str | None, least: int
) -> None:
    entries = [
        an_entry(text, entry_id=f"T:{number}", birth_dates=days) for number, (text, days) in enumerate(listed)
    ]
    index = Index.compile(entries)
    traveller = a_traveller(name, "KALPANIK", birth_date=born, nationality="XBB", sex="F")

    assert by_index(index, traveller, least=least) == by_definition(index, traveller, least=least)


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

    assert by_index(index, traveller) == by_definition(index, traveller) != []


def test_travellers_in_any_order_get_the_same_answers() -> None:
    population = Population(5)
    index = Index.compile([population.listed(number)[0] for number in range(60)])
    travellers = [population.innocent() for _ in range(40)]
    shuffled = Random(5).sample(range(40), 40)
    screener, other = Screener(index), Screener(index, max_remembered_pairs=3)
    in_order = rows(screener.screen(travellers, LEAST))
    backwards = [
        (place, entry, total)
        for place in shuffled
        for _, entry, total in rows(other.screen([travellers[place]], LEAST))
    ]

    assert in_order == sorted(backwards)


@pytest.fixture(
    name="matching", params=[exhaustive, plain_module("exhaustive")], ids=["machine-code", "plain-python"]
)
def _matching(request: pytest.FixtureRequest) -> Any:
    """The screener and its oracle, as machine code and as plain Python."""
    return request.param


def test_common_words_bring_nobody_that_the_oracle_does_not_find(matching: Any) -> None:
    """Two last parts that sound alike, and neighbours written as one, say too little where all have them."""
    rarity = Rarity.count([frozenset({"sabo", "subi", "xugou"})] * 5_000)
    listed = ["ABDSUBI PRIMEROV", "XU GOU PRIMEROV", "SABO KALPANIK"]
    entries = [
        an_entry(name, entry_id=f"T:{number}", birth_dates=born("1975-08-19"))
        for number, name in enumerate(listed)
    ]
    index = matching.Index.compile(entries, rarity)
    travellers = [
        a_traveller(surname, given, birth_date="1975-03-02")
        for surname, given in (("KALPANIK", "ABDSABO"), ("NAMUNA", "XUGOU"))
    ]
    found = rows(matching.Screener(index).screen(travellers, LEAST))

    assert [(traveller, entry) for traveller, entry, _ in found] == [(0, 2)]
    assert found == rows(matching.ExhaustiveScreener(index).screen_every_name(travellers, LEAST))


def test_a_common_name_without_a_date_is_found_by_neither(matching: Any) -> None:
    names = ("MUHAMMAD ALI", "MUHAMMAD KALPANIK")
    index = matching.Index.compile([an_entry(name, entry_id=f"T:{n}") for n, name in enumerate(names)])
    travellers = [a_traveller("ALI", "MUHAMMAD"), a_traveller("KALPANIK", "MUHAMMAD")]
    found = rows(matching.Screener(index).screen(travellers, LEAST))

    assert [(traveller, entry) for traveller, entry, _ in found] == [(1, 1)]
    assert found == rows(matching.ExhaustiveScreener(index).screen_every_name(travellers, LEAST))


def test_the_least_total_leaves_out_what_is_below_it(matching: Any) -> None:
    entries = [an_entry("RAMESH KALPANIK", entry_id="T:1"), an_entry("RAMESH KALPANIKA", entry_id="T:2")]
    index = matching.Index.compile(entries)
    (_, _, best), (_, _, other) = rows(matching.Screener(index).screen([a_traveller()], LEAST))

    assert best > other
    assert rows(matching.Screener(index).screen([a_traveller()], best)) == [(0, 0, best)]
    assert rows(matching.ExhaustiveScreener(index).screen_every_name([a_traveller()], best)) == [(0, 0, best)]


def test_a_name_that_suggests_an_entry_but_cannot_reach_the_least_total_is_left_out(matching: Any) -> None:
    """The second name has two of three words: more than the bar of names, less than what is asked for."""
    traveller = a_traveller("KALPANIK", "RAMESH NAMUNA")
    entries = [
        an_entry("RAMESH NAMUNA KALPANIK", entry_id="T:1"),
        an_entry("NAMUNA KALPANIK", entry_id="T:2"),
    ]
    index = matching.Index.compile(entries)
    (_, _, best), (_, _, other) = rows(matching.Screener(index).screen([traveller], LEAST))

    assert best > other
    assert rows(matching.Screener(index).screen([traveller], best)) == [(0, 0, best)]
    assert rows(matching.ExhaustiveScreener(index).screen_every_name([traveller], best)) == [(0, 0, best)]
