"""Whom a list can match nothing with: told at little cost, and never of somebody whom screening finds."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import services.screening.matching
from deploy.local.match_population import FAMILIES
from deploy.local.synthetic.origins import WorldPopulation
from services.screening.matching import Matcher, SentColumns
from services.screening.matching.index import Index
from services.screening.matching.screener import Screener
from services.screening.matching.sieve import Sieve
from services.screening.matching.sieve_kernels import summed
from services.screening.matching.weights import least_total
from services.screening.watchlist.entry import WatchlistEntry
from shared.travel import Traveller
from tests.unit.screening.matching.plain import plain_python
from tests.unit.screening.matching.samples import a_traveller, an_entry, born

FLOORS = (0.02, 0.04)
DAY = "1975-08-19"


def columns_of(travellers: Sequence[Traveller], kind: type[SentColumns] = SentColumns) -> SentColumns:
    """Travellers as columns."""
    records = [each.as_record() for each in travellers]
    return kind(**{name: [each.get(name) for each in records] for name in SentColumns.__slots__})


def may_match(*entries: WatchlistEntry, **facts: Any) -> bool:
    """Whether a traveller may match any of the entries."""
    (may,) = Matcher.compile(entries).may_match(columns_of([a_traveller(**facts)]), floor=0.02)
    return may


def sent(**facts: Any) -> SentColumns:
    """One traveller in columns, of whom anything may have been sent."""
    told = {"surname": "SOMEBODY", "given_names": "OTHER", **facts}
    return SentColumns(**{name: [told.get(name)] for name in SentColumns.__slots__})


def people() -> tuple[list[WatchlistEntry], list[Traveller]]:
    """A list, and travellers: its people under every family of damage, and others."""
    population = WorldPopulation(5)
    pairs = [population.listed(number) for number in range(60)]
    travellers = [population.damaged(family, person) for _, person in pairs for family in FAMILIES]
    return [entry for entry, _ in pairs], travellers + [population.innocent() for _ in range(600)]


def test_nobody_whom_screening_finds_is_held_back_and_most_others_are() -> None:
    entries, travellers = people()
    matcher = Matcher.compile(entries)
    for floor in FLOORS:
        may = matcher.may_match(columns_of(travellers), floor=floor)
        found = [bool(matches) for matches in matcher.screen(travellers, floor=floor)]

        assert sum(found) > len(entries)
        assert not [place for place, own in enumerate(found) if own and not may[place]]
        assert sum(may[-600:]) < 60


def test_plain_python_tells_the_same() -> None:
    entries, travellers = people()
    chosen = travellers[:200] + travellers[-100:]
    chosen += [a_traveller("A", "KALPANIK"), a_traveller("KALPANIK", "R A MESH")]
    with plain_python() as package:
        plain = package.Matcher.compile(entries).may_match(columns_of(chosen, package.SentColumns))
    assert plain == services.screening.matching.Matcher.compile(entries).may_match(columns_of(chosen))


words = st.sampled_from(
    ["MARI", "ANNA", "A", "MARIANNA", "ABD", "EL", "NUR", "RAMESH", "O'NEIL", "KAL-PANIK"]
)


@given(st.lists(words, min_size=1, max_size=5), st.lists(words, min_size=1, max_size=4))
def test_names_written_together_or_apart_are_never_held_back(listed: list[str], own: list[str]) -> None:
    matcher = Matcher.compile([an_entry(" ".join(listed), birth_dates=born(DAY))])
    traveller = a_traveller(own[0], " ".join(own[1:]), birth_date=DAY)
    (found,), (may,) = matcher.screen([traveller], floor=0.02), matcher.may_match(columns_of([traveller]))

    assert may or not found


@pytest.mark.parametrize(
    ("listed", "surname", "given_names"),
    [
        ("MARIANNA KALPANIK", "MARI", "ANNA KALPANIK"),
        ("MARI ANNA KALPANIK", "MARIANNA", "KALPANIK"),
        ("KALPANIK RAMESH", "KALPANIK", "R"),
        ("KALPANIK RAMESH", "Kálpánik", "Ramesh"),
        ("KALPANIK RAMESH", "KALPANIK (LATE)", "RAMESH"),
        ("KALPANIK RAMESH", "KALPANIK " + 13 * "NAMUNA ", "RAMESH"),
        ("KALPANIK RAMESH", "KALPANIK", 300 * " " + 300 * " " + "RAMESH"),
        ("ABU KALPANIK RAMESH", "ABU KALPANIK", "RAMESH"),
    ],
)
def test_whatever_shape_a_listed_name_has_it_passes(listed: str, surname: str, given_names: str) -> None:
    entry = an_entry(listed, birth_dates=born(DAY))

    assert may_match(entry, surname=surname, given_names=given_names, birth_date=DAY)


def test_facts_beside_the_name_hold_back_who_only_shares_it() -> None:
    entry = an_entry("KALPANIK RAMESH", birth_dates=born(DAY), nationalities=["XDD"], sex="M")
    same = {"birth_date": DAY, "nationality": "XDD", "sex": "M"}

    assert may_match(entry, **same, birth_place={"city": "Obrazets", "country": "XDD"})
    assert not may_match(entry, **same | {"birth_date": "1931-02-03", "sex": "F"})
    assert not may_match(entry, surname="QWOXIPIL", given_names="ZUVEDAR", **same)


def test_a_listed_document_passes_whatever_the_name() -> None:
    entry = an_entry("KALPANIK RAMESH", documents=[{"number": "XD 555-0001"}])
    named = {"surname": "QWOXIPIL", "given_names": "ZUVEDAR"}

    assert may_match(entry, **named, documents=[{"number": "XD8"}, {"number": "XD5550001"}])
    assert not may_match(entry, **named, documents=[{"number": "XD5550002"}])


@pytest.mark.parametrize(
    "facts",
    [
        {"surname": None},
        {"birth_date": "1975-02-30"},
        {"sex": "Q"},
        {"birth_place": "Obrazets"},
        {"birth_place": {"city": 7}},
        {"documents": ["XD5550001"]},
        {"documents": [{"type": "P"}]},
        {"documents": [{"number": 5}]},
    ],
)
def test_whoever_cannot_be_read_passes(facts: dict[str, Any]) -> None:
    matcher = Matcher.compile([an_entry("KALPANIK RAMESH")])

    assert matcher.may_match(sent()) == [False]
    assert matcher.may_match(sent(**facts)) == [True]


def test_later_entries_are_met_as_the_first_are() -> None:
    matcher = Matcher.compile([an_entry("PRIMEROV IGOR", entry_id="T:0")])
    later = matcher.with_changes(added=[an_entry("KALPANIK RAMESH", entry_id="T:1", birth_dates=born(DAY))])
    column = columns_of([a_traveller(birth_date=DAY)])

    assert (matcher.may_match(column), later.may_match(column)) == ([False], [True])


def test_what_is_forgotten_is_learnt_anew() -> None:
    entries, travellers = people()
    index = Index.compile(entries)
    remembering, forgetting = Screener(index), Screener(index, max_remembered_pairs=3)
    columns, least = columns_of(travellers), least_total(0.02)
    sieves = Sieve(remembering), Sieve(forgetting)
    told = [[sieve.passing(columns, least).tolist() for sieve in sieves] for _ in range(2)]

    assert forgetting.expander.forgotten > remembering.expander.forgotten == 0
    assert told[0][0] == told[0][1] == told[1][0] == told[1][1]


def test_a_name_that_marks_more_than_there_is_room_for_passes() -> None:
    entries = [
        an_entry("MARI ANNA", entry_id=f"T:{number}", birth_dates=born(DAY)) for number in range(1_100)
    ]
    facts = {"surname": "MARIANNA", "given_names": "QWOXIPIL", "birth_date": "1931-02-03"}

    assert not may_match(*entries[:10], **facts)
    assert may_match(*entries, **facts)


@given(st.text("abcdef", max_size=9), st.text("abcdef", max_size=9))
def test_the_sum_of_two_texts_follows_from_theirs(one: str, other: str) -> None:
    (first, _), (second, power) = summed(one), summed(other)

    assert (first * power + second) % ((1 << 31) - 1) == summed(one + other)[0]


def test_columns_never_print_whom_they_hold() -> None:
    assert "KALPANIK" not in f"{columns_of([a_traveller()])!r} {columns_of([a_traveller()])}"
