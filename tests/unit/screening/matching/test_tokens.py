"""Skeletons, equivalents, rarity, and when two words are the same."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.matching.compounds import standard
from services.screening.matching.equivalents import class_of, classes_of, read_classes
from services.screening.matching.frequency import bearers_at_home, everyday_names
from services.screening.matching.rarity import MAX_WORD_WEIGHT, MIN_WORD_WEIGHT, Rarity, log2_hundredths
from services.screening.matching.skeleton import MAX_COARSE_SKELETONS, coarse_skeletons, fine_skeleton
from services.screening.matching.tables import rows_of
from services.screening.matching.tokens import (
    EQUAL_WORTH,
    TWO_NAMES_WORTH,
    Rule,
    edit_worth,
    edits_allowed,
    joined_skeleton_worth,
    prefix_worth,
    relate,
)

LETTERS = st.text(alphabet="abdeghiklmnoqrstuwxyz", min_size=1, max_size=14)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mohammed", "mhmd"),
        ("yousef", "ywsf"),
        ("wahid", "ouahid"),
        ("abdulla", "abdullah"),
        ("iakov", "yakov"),
        ("cecilia", "sesilia"),
        ("karim", "qarim"),
    ],
)
def test_spellings_of_one_name_have_the_same_fine_skeleton(one: str, other: str) -> None:
    assert fine_skeleton(one) == fine_skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("qadhafi", "gaddafi"),
        ("khaled", "halid"),
        ("gamal", "jamal"),
        ("othman", "osman"),
        ("shukri", "choukri"),
    ],
)
def test_sounds_that_countries_exchange_share_a_coarse_skeleton(one: str, other: str) -> None:
    assert set(coarse_skeletons(one)) & set(coarse_skeletons(other))


@given(LETTERS)
def test_skeletons_are_bounded_and_repeatable(word: str) -> None:
    assert fine_skeleton(word) == fine_skeleton(word)
    assert len(coarse_skeletons(word)) <= MAX_COARSE_SKELETONS


@pytest.mark.parametrize(
    ("sent", "listed", "rule"),
    [
        ("primerov", "primerov", Rule.EQUAL),
        ("mohamed", "mahmud", Rule.SKELETON),
        ("joseph", "yusuf", Rule.DICTIONARY),
        ("primerov", "primeroy", Rule.EDIT),
        ("misali", "imsali", Rule.EDIT),
        ("primer", "primerovich", Rule.PREFIX),
        ("khalimin", "halimin", Rule.EDIT),
        ("gamalun", "djamaloun", Rule.COARSE_SKELETON),
        ("ali", "alo", Rule.SKELETON),
        ("ana", "ada", Rule.EDIT),
    ],
)
def test_the_rule_by_which_two_words_are_the_same(sent: str, listed: str, rule: Rule) -> None:
    worth, found = relate(sent, listed)

    assert found is rule
    assert 0 < worth <= 100


@pytest.mark.parametrize(
    ("sent", "listed"), [("wang", "misali"), ("li", "wu"), ("ab", "abc"), ("kim", "lee")]
)
def test_other_words_are_worth_nothing(sent: str, listed: str) -> None:
    assert relate(sent, listed)[0] == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ramesh", "rajesh"),
        ("zoran", "goran"),
        ("farhad", "farzad"),
        ("tung", "hung"),
        ("mahmud", "muhammad"),
    ],
)
def test_two_everyday_names_that_resemble_each_other_say_next_to_nothing(one: str, other: str) -> None:
    assert relate(one, other)[0] <= TWO_NAMES_WORTH < EQUAL_WORTH / 8


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [
        ("karim", "karym", 68),  # a slip: nobody is called so
        ("mahbubul", "mahbubil", 76),
        ("yusuf", "joseph", 75),  # one name
        ("muhammad", "mohamed", 75),
        ("shehzad", "shahzad", 75),  # one name: nobody tells them apart
        ("ivanov", "ivanova", 75),
    ],
)
def test_a_slip_in_an_everyday_name_and_its_other_spellings_say_what_they_said(
    one: str, other: str, least: int
) -> None:
    assert relate(one, other)[0] >= least


def test_what_names_are_known() -> None:
    assert everyday_names("yusuf") == everyday_names("joseph")
    assert min(everyday_names("yusuf")) > 0 > max(everyday_names("bambang"))
    assert everyday_names("ypodeigmatidis") == ()
    words = {standard(word) for *_, words in rows_of("common") for word in words.split()}
    assert all(map(everyday_names, words))
    alone = [word for word in words if not classes_of(word)]
    assert len({everyday_names(word) for word in alone}) == len(alone), "two names have one number"
    keys = [each.key for each in read_classes() if len(classes_of(each.key)) == 1]
    assert len({everyday_names(key) for key in keys}) == len(keys)


def test_an_article_that_both_have_makes_no_two_words_alike() -> None:
    """Two of five letters differ; with the article, which many bear, it would be two of seven."""
    assert relate("alkarpi", "alkasri")[0] == relate("karpi", "kasri")[0] == 0
    assert relate("almasri", "alhasri") == relate("masri", "hasri")


def test_neighbours_written_together_count_by_their_consonants() -> None:
    assert joined_skeleton_worth("Alhmd") == joined_skeleton_worth("blhm")
    assert joined_skeleton_worth("Abk") == joined_skeleton_worth("lbk") < joined_skeleton_worth("lbkr")


def test_only_the_travellers_word_may_be_cut_off() -> None:
    assert relate("primer", "primerovich")[1] is Rule.PREFIX
    assert relate("primerovich", "primer")[0] == 0


@given(LETTERS, LETTERS)
def test_a_word_is_never_closer_to_another_than_to_itself(one: str, other: str) -> None:
    worth, _ = relate(one, other)

    assert 0 <= worth <= relate(one, one)[0]


def test_longer_words_may_differ_more() -> None:
    assert [edits_allowed(letters) for letters in (2, 3, 7, 12)] == [0, 1, 2, 3]
    assert edit_worth(1, 3) < edit_worth(1, 8)
    assert edit_worth(4, 30) == 0
    assert prefix_worth(3) < prefix_worth(4) < prefix_worth(6)


def test_equivalents_are_the_same_class_in_many_languages() -> None:
    assert class_of("giuseppe") == class_of("yusuf") is not None
    assert class_of("primerov") is None


def test_every_spelling_of_a_common_name_is_common() -> None:
    assert bearers_at_home("mouhammed") == bearers_at_home("muhammad") > 100
    assert bearers_at_home("mehmet") == bearers_at_home("muhammad")
    assert bearers_at_home("ypodeigmatidis") == 0


def test_a_rare_word_weighs_more_than_a_common_one_and_all_within_limits() -> None:
    rarity = Rarity.count(
        [frozenset({"muhammad", "primerov"}), frozenset({"mohamed", "misali"}), frozenset({"li"})]
    )

    assert MIN_WORD_WEIGHT <= rarity.weight("muhammad") < rarity.weight("primerov") <= MAX_WORD_WEIGHT
    assert rarity.weight("muhamed") == rarity.weight("muhammad")
    assert rarity.weight("ypodeigmatidis") <= MAX_WORD_WEIGHT


def test_an_unknown_word_weighs_by_how_likely_its_letters_are() -> None:
    rarity = Rarity.count([frozenset({"namuna", "nemuna", "numina", "kalpanik"})])

    assert rarity.weight("muna") < rarity.weight("zgxwqv")


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_logarithms_are_those_of_the_reference(one: int, other: int) -> None:
    large, small = max(one, other), min(one, other)

    assert abs(log2_hundredths(large, small) - 100 * math.log2(large / small)) <= 1


def test_rarity_survives_its_arrays() -> None:
    rarity = Rarity.count([frozenset({"misali", "li"}), frozenset({"misali"})])

    assert Rarity.of_arrays(rarity.arrays).weight("misali") == rarity.weight("misali")
