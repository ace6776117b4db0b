"""Machine code and plain Python say the same, and each kernel what its words promise."""

from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

import services.screening.matching
from deploy.local.match_cases import damage
from deploy.local.match_population import Population
from services.screening.matching.births import relate_births
from services.screening.matching.listing import MAX_EDGES, MAX_PLACES, Room, room_for
from services.screening.matching.names import MAX_WORDS
from services.screening.matching.vocabulary import letter_numbers
from services.screening.watchlist.entry import BirthDate, BirthDateKind, WatchlistEntry
from shared.travel import PartialDate, Traveller
from tests.unit.screening.matching.plain import plain_module, plain_python
from tests.unit.screening.matching.samples import a_traveller, an_entry, born

word_kernels = plain_module("word_kernels")
name_kernels = plain_module("name_kernels")
births = plain_module("births")
beside_kernels = plain_module("beside_kernels")
words = st.text("abcde", min_size=1, max_size=12)


@given(words, words)
def test_edits_are_those_of_the_reference(one: str, other: str) -> None:
    places = np.zeros(word_kernels.LETTERS, np.int64)
    for place, number in enumerate(letter_numbers(one)):
        places[number] |= 1 << place
    letters = np.array(letter_numbers(other), np.uint8)
    edits = word_kernels.edits_between(places, len(one), letters, 0, len(other))

    assert edits == OSA.distance(one, other)


@given(st.integers(0, 2**61))
def test_bits_are_counted(number: int) -> None:
    assert word_kernels.count_bits(number) == number.bit_count()


Edge = tuple[int, int, int, int]
edges = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 2), st.sampled_from([1, 2, 4, 3, 6]), st.integers(1, 50)),
    max_size=7,
)


def _room_with(given_edges: list[Edge]) -> Room:
    room = room_for(1, 1, 1, 1, 1, 1)
    for number, edge in enumerate(given_edges):
        room.edges[number] = (*edge, 0, 0)
    return room


def _is_pairing(chosen: list[Edge]) -> bool:
    sent = listed = 0
    for first, count, places, _ in chosen:
        mask = ((1 << count) - 1) << first
        if sent & mask or listed & places:
            return False
        sent, listed = sent | mask, listed | places
    return True


def _chosen(given_edges: list[Edge], sent_words: int) -> list[Edge]:
    room = _room_with(given_edges)
    count = name_kernels.choose_best(room, len(given_edges), sent_words)
    return [given_edges[edge] for edge in room.chosen[:count]]


@settings(max_examples=200)
@given(edges)
def test_no_other_pairing_weighs_more(given_edges: list[Edge]) -> None:
    chosen = _chosen(given_edges, 5)
    every = [list(pairs) for size in range(len(given_edges) + 1) for pairs in combinations(given_edges, size)]

    assert _is_pairing(chosen)
    assert sum(edge[3] for edge in chosen) == max(
        sum(edge[3] for edge in pairs) for pairs in every if _is_pairing(pairs)
    )


@given(edges)
def test_edges_that_share_no_word_are_all_chosen(given_edges: list[Edge]) -> None:
    room = _room_with(given_edges)
    count = name_kernels.choose_disjoint(room, len(given_edges))

    assert count == (len(given_edges) if _is_pairing(given_edges) else -1)


def test_more_edges_than_words_are_never_all_chosen() -> None:
    assert name_kernels.choose_disjoint(_room_with([(0, 1, 1, 5)]), MAX_WORDS + 1) == -1


def test_a_name_of_one_repeated_word_stays_bounded() -> None:
    every = [(first, 1, 1 << place, 100) for first in range(12) for place in range(12)]
    chosen = _chosen(every, 12)

    assert len(every) <= MAX_EDGES
    assert len(chosen) == MAX_PLACES


ENTRIES = [
    an_entry("RAMESH KALPANIK", "Ramesh Namuna", entry_id="T:1", birth_dates=born("1975-08-19")),
    an_entry("ABU BAKR XU GOU", "JAMAL J. ALMISALI", entry_id="T:2", birth_dates=born("1980-03-04")),
    WatchlistEntry.from_json(
        {
            "id": "T:3",
            "names": [
                {"text": "IGOR PRIMEROV", "quality": "LOW"},
                {"text": "ИГОРЬ ПРИМЕРОВ", "birth_dates": born("1975-08-20")},
            ],
            "birth_dates": [
                {"kind": "BETWEEN", "from_year": 1970, "to_year": 1979},
                {"kind": "APPROXIMATE", "year": 1960},
            ],
            "nationalities": ["SUN", "XBB"],
            "sex": "M",
            "birth_places": [{"city": "Obrazets", "country": "SUN"}, {"city": "Elsewhere"}],
        }
    ),
    an_entry("ALI ALI ALI ALI", "ALI ALI ALI ALI ALI ALI ALI ALI ALI ALI", entry_id="T:4"),
]
TRAVELLERS = [
    a_traveller("KALPANIC", "RAMESH", birth_date="1975-08-19"),
    a_traveller("KALPANIK", "R", birth_date="1976-08-19"),
    a_traveller("XUGOU", "ABUBAKR", birth_date="1980-04-03", nationality="XBB", sex="F"),
    a_traveller("MISALI", "JAMAL JAVED", birth_date="1980-03-04"),
    a_traveller("XU GOU", "ABU BAKR", birth_date="1980"),
    a_traveller("PRIM EROV", "IGOR", birth_date="1975-08", sex="M", birth_place={"city": "Obrazetz"}),
    a_traveller("PRIMEROV", "IGOR", birth_date="1975-08-02", birth_place={"country": "RUS"}),
    a_traveller("PRIMEROV", "IGOR", nationality="RUS", birth_place={"city": "Obrazets", "country": "XAA"}),
    a_traveller("ALI ALI ALI ALI ALI ALI ALI ALI ALI ALI", "ALI ALI", birth_date="1990-01-01"),
    a_traveller("KALPANIKNAMUNASAMPLEPRIMER", "RAMESH NA"),
    a_traveller("KALPANIK RA MESH NAMUNA KALPANIK", "RAM ESH R K"),
]


def _answers(package: Any, entries: list[WatchlistEntry], travellers: list[Traveller]) -> Any:
    """Every match of each traveller with any score, then with the threshold's."""
    matcher = package.Matcher.compile(entries)
    return [
        [(match.entry_id, match.score) for match in matches]
        for floor in (0.0, None)
        for matches in matcher.screen(travellers, floor=floor)
    ]


def test_machine_code_answers_as_plain_python_does() -> None:
    population = Population(3)
    pairs = [population.listed(number) for number in range(60)]
    entries = [*ENTRIES, *(entry for entry, _ in pairs)]
    random = population.random
    travellers = [
        *TRAVELLERS,
        *(harm(random, person) for harm in damage.FAMILIES.values() for _, person in pairs[:15]),
        *(population.innocent() for _ in range(10)),
    ]
    with plain_python() as package:
        plain = _answers(package, entries, travellers)
    assert sum(map(bool, plain)) > 50
    assert plain == _answers(services.screening.matching, entries, travellers)


dates = st.one_of(
    st.dates().map(str), st.dates().map(lambda day: str(day)[:7]), st.dates().map(lambda day: str(day)[:4])
)


@given(dates, st.dates())
def test_birth_dates_relate_as_in_plain_python(sent: str, listed: Any) -> None:
    pair = (PartialDate.parse(sent), BirthDate(BirthDateKind.EXACT, date=PartialDate.of(listed)))

    assert births.relate_births(*pair) == relate_births(*pair)


parts = st.tuples(st.integers(1900, 2010), st.integers(0, 12), st.integers(0, 28))


@settings(max_examples=500)
@given(parts, parts, st.integers(-1_500, 1_500))
def test_no_date_gives_what_the_bounds_exclude(
    sent: tuple[int, int, int], listed: tuple[int, int, int], need: int
) -> None:
    listed = listed if listed[1] else (listed[0], 0, 0)
    sent = sent if sent[1] else (sent[0], 0, 0)
    sent_day, listed_day = beside_kernels.day_number(*sent), beside_kernels.day_number(*listed)
    given = births.weight_of(births.relate_dates(*sent, births.EXACT, *listed, 0))
    are_near = abs(sent[0] - listed[0]) <= beside_kernels.years_apart(sent_day, need)
    month_day = beside_kernels.MONTH_DAY
    has_slipped = (
        bool(beside_kernels.is_slip_enough(sent_day, need)) and sent_day & month_day == listed_day & month_day
    )

    assert given < need or are_near or has_slipped


def test_dates_of_one_generation_apart_give_too_little_for_a_weak_name() -> None:
    sent_day = beside_kernels.day_number(1970, 5, 14)

    assert beside_kernels.years_apart(sent_day, 0) == 1
    assert beside_kernels.years_apart(sent_day, -400) == 2
    assert beside_kernels.years_apart(sent_day, 5_000) == -1
    assert not beside_kernels.is_slip_enough(sent_day, 600)
    assert beside_kernels.years_apart(beside_kernels.NO_DAY, 1) == -1
    assert beside_kernels.years_apart(beside_kernels.NO_DAY, 0) > 9_999
