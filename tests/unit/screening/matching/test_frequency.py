"""How common names are at home, and what a crowd of like names takes off."""

from pathlib import Path

import numpy as np
import pytest

from services.screening.matching import Matcher
from services.screening.matching.compounds import standard
from services.screening.matching.crowd import RULE_BITS, Crowd
from services.screening.matching.frequency import OF_TRAVELLERS, bearers_at_home
from services.screening.matching.rarity import MAX_WORD_WEIGHT, Rarity
from services.screening.matching.tables import digest_of_tables, rows_of
from services.screening.matching.weights import MIN_PAIR
from tests.unit.screening.matching.samples import a_traveller, an_entry, born, explained

COMMON = [(community, int(count), words.split()) for community, count, words in rows_of("common")]


def test_many_communities_of_all_parts_of_the_world_have_their_own_rows() -> None:
    assert len({community for community, _, _ in COMMON}) >= 30
    assert sum(len(words) for _, _, words in COMMON) >= 2_000
    assert all(0 < count <= OF_TRAVELLERS // 10 for _, count, _ in COMMON)


def test_a_row_has_no_word_twice_and_words_as_they_are_compared() -> None:
    for _, _, words in COMMON:
        assert len(set(words)) == len(words), words
        assert all(word.isascii() and word.islower() and standard(word) for word in words), words


@pytest.mark.parametrize(
    "names",
    [
        "andersson hansen kowalski", "rossi nguyen traore", "hussein perera tesfaye", "garcia kim dlamini",
        "golubev shevchuk hiroki avci", "manjeet noorzai howlader rahmonov",
    ],
)  # fmt: skip
def test_an_everyday_name_of_any_community_weighs_little_on_a_list_that_lacks_it(names: str) -> None:
    rarity = Rarity.count([frozenset({"primerov"})])

    for name in names.split():
        assert rarity.weight(name) < MAX_WORD_WEIGHT - 200, name
    assert rarity.weight("ypodeigmatidis") > MAX_WORD_WEIGHT - 200


def test_what_stands_in_every_third_name_of_a_community_says_next_to_nothing() -> None:
    rarity = Rarity.count([frozenset({"primerov"})])

    assert all(rarity.weight(name) <= 400 for name in ("md", "singh", "kaur", "nguyen"))


def test_a_name_of_the_dictionary_is_borne_by_some() -> None:
    assert 0 < bearers_at_home("adalbert") < bearers_at_home("giuseppe")
    assert bearers_at_home("ypodeigmatidis") == 0


def test_the_more_of_the_list_bears_a_travellers_words_the_less_each_of_them_is_suspected() -> None:
    alone = Rarity.count([frozenset({"ramesh", "kalpanik"})])
    many = Rarity.count([frozenset({"ramesh", "kalpanik"})] * 64 + [frozenset({"ramesh", "primerov"})])

    assert alone.shared(["ramesh", "kalpanik"]) == 0
    assert many.shared(["ramesh", "kalpanik"]) == -300
    assert many.shared(["ramesh", "primerov"]) == 0
    assert many.shared(["ramesh"]) < -300
    assert many.shared([]) == 0


def test_the_longer_the_list_the_less_falls_on_each_of_its_entries() -> None:
    short = Rarity.count([frozenset({"x" * n}) for n in range(1, 11)])
    long = Rarity.count(_numbered(4_000))

    assert short.shared(["primerov"]) == 0
    assert long.shared(["primerov"]) == -200


def _numbered(count: int) -> list[frozenset[str]]:
    letters = "abcdefghij"
    return [frozenset({"".join(letters[int(digit)] for digit in f"{n:05}")}) for n in range(count)]


def test_the_shared_prior_is_told_with_the_rest() -> None:
    entries = [
        an_entry("RAMESH KALPANIK", entry_id=f"T:{n}", birth_dates=born("1975-08-19")) for n in range(5)
    ]
    crowded = Matcher.compile(entries).explain(a_traveller(), "T:1")
    alone = explained(entries[0], a_traveller())

    (piece,) = [each for each in crowded.evidence if each.relation == "SHARED"]
    assert piece.weight < 0
    assert "others" in piece.words.lower()
    assert not [each for each in alone.evidence if each.relation == "SHARED"]


def test_a_pair_says_no_more_than_so_good_a_partner_is_rare() -> None:
    crowd = Crowd(np.array([1, 3_000, 1]), names=5_000)
    ids = np.array([0, 1, 2])
    given = np.array([1_200, 700, 90]) << RULE_BITS

    best, common, least = (crowd.limited(given, ids, given) >> RULE_BITS).tolist()

    assert 1_100 < best <= 1_200
    assert common < 200
    assert MIN_PAIR <= least <= common


def test_a_longer_list_has_logarithms_too() -> None:
    few, many = (Crowd(np.array([1]), names=names) for names in (1_000, 4_000_000))
    given = np.array([1_300]) << RULE_BITS
    (at_few,), (at_many,) = (crowd.limited(given, np.array([0]), given) >> RULE_BITS for crowd in (few, many))

    assert at_few <= at_many <= 1_300


def test_another_table_of_names_is_another_algorithm(tmp_path: Path) -> None:
    (tmp_path / "common.txt").write_text("nordic | 20 | hansen\n")
    before = digest_of_tables(tmp_path)
    (tmp_path / "common.txt").write_text("nordic | 21 | hansen\n")

    assert digest_of_tables(tmp_path) != before
