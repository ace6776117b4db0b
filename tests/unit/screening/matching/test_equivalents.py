"""The dictionary of equivalent names: complete, deliberate, quick to read, and the same everywhere."""

import re
import subprocess
import sys

import pytest
from rapidfuzz.distance import OSA

from services.screening.matching.compounds import servant_of, standard
from services.screening.matching.equivalents import SHARED, TABLES, class_of, classes_of, read_classes
from services.screening.matching.skeleton import coarse_skeletons, fine_skeleton
from services.screening.matching.tables import rows_of

CLASSES = list(read_classes())
BEARERS = {"m", "f", "mf", "family"}


def test_there_are_many_classes_each_with_at_least_two_words() -> None:
    assert len(CLASSES) >= 1_200
    assert all(len(each.words) >= 2 for each in CLASSES)
    assert sum(len(each.words) for each in CLASSES) >= 8_000


def test_no_two_classes_have_the_same_key_or_number() -> None:
    assert len({each.key for each in CLASSES}) == len({each.number for each in CLASSES}) == len(CLASSES)


def test_every_row_says_whose_name_it_is_and_whence() -> None:
    for table in TABLES:
        for row in rows_of(table):
            assert len(row) == 4, row
            assert row[1] in BEARERS, row
            assert re.fullmatch("[a-z]+", row[2]), row
            assert all(re.fullmatch(r"[a-z]+\*?", word) for word in row[3].split()), row
            assert len(set(row[3].split())) == len(row[3].split()), row


def test_a_spelling_stands_in_two_classes_only_where_each_of_them_says_so() -> None:
    marked: dict[str, set[str]] = {}
    found: dict[str, set[str]] = {}
    for table in TABLES:
        for key, _, _, spellings in rows_of(table):
            for word in (key, *spellings.split()):
                plain = standard(word.removesuffix(SHARED))
                found.setdefault(plain, set()).add(key)
                if word.endswith(SHARED):
                    marked.setdefault(plain, set()).add(key)
    shared = {word: keys for word, keys in found.items() if len(keys) > 1}

    assert marked == shared


def _is_near(one: str, other: str) -> bool:
    """Alike to the eye or the ear: few edits, one consonant skeleton, or one written inside the other."""
    return (
        OSA.distance(one, other) <= max(len(one), len(other)) // 2
        or fine_skeleton(one) == fine_skeleton(other)
        or not set(coarse_skeletons(one)).isdisjoint(coarse_skeletons(other))
        or one[:3] == other[:3]
    )


def test_no_word_stands_in_a_class_by_accident() -> None:
    """A word that resembles no other of its class is a translation, and those are listed one by one."""
    known = {tuple(row) for row in rows_of("translations")}
    lonely = {
        (each.key, word)
        for each in CLASSES
        for word in each.words
        if not any(_is_near(word, other) for other in each.words if other != word)
    }

    assert lonely == known


@pytest.mark.parametrize(
    "names",
    [
        "yusuf youssef joseph josef giuseppe jose yosef iosif",
        "khadija hatice kadiatou hadiza",
        "john juan ivan jean giovanni johann jan",
        "chen chan tan tran",
        "wu ng",
        "huang ng wong",
        "yi lee rhee ri",
        "diallo jallow djalo",
        "chaudhry chowdhury choudhary",
        "nguyen yuan",
        "george yuri jerzy gevorg",
        "timur teymur taimoor",
        "rajabu recep radjab",
        "vijay bijoy wijaya",
        "layla leila lejla",
        "hamed hamid",
        "mohamud mahmoud",
        "gonzalez gonzales",
        "musawi mousavi",
        "farhad ferhat",
    ],
)
def test_forms_of_one_name_share_a_class(names: str) -> None:
    first, *others = names.split()

    for other in others:
        assert set(classes_of(first)) & set(classes_of(other)), other


@pytest.mark.parametrize(
    ("one", "other"), [("yahya", "john"), ("ali", "aliyev"), ("wu", "huang"), ("isa", "jesus"), ("li", "le")]
)
def test_other_names_share_none(one: str, other: str) -> None:
    assert not set(classes_of(one)) & set(classes_of(other))


def test_a_word_of_no_class_has_no_number() -> None:
    assert classes_of("primerov") == ()
    assert class_of("primerov") is None
    assert class_of("giuseppe") == classes_of("giuseppe")[0]


def test_a_class_keeps_its_number_when_rows_are_added() -> None:
    """The number is of the key alone, so that a compiled list stays readable."""
    (muhammad,) = (each for each in CLASSES if each.key == "muhammad")

    assert muhammad.number == 1_863_568_975 == class_of("mehmet")


def test_the_order_is_the_same_in_another_process() -> None:
    question = (
        "from services.screening.matching.equivalents import read_classes;"
        "print([(each.key, each.words) for each in read_classes()])"
    )
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == str([(each.key, each.words) for each in CLASSES])


@pytest.mark.parametrize(
    "name",
    [
        "abdurrahman", "abdelrahman", "abdulrahman", "abderrahmane", "abdirahman", "abdirehman", "abdrakhman",
        "cabdiraxmaan", "abdurehman", "abdulrahmon", "abdarrahman", "abdramane", "abdrhmn",
    ],
)  # fmt: skip
def test_servants_of_the_merciful_are_one_word(name: str) -> None:
    assert standard(name) == servant_of("rahman") == "abdrahman"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("abdulaziz", "abdaziz"),
        ("abdiaziz", "abdaziz"),
        ("abdaziz", "abdaziz"),
        ("abdelghani", "abdghani"),
        ("abdoulaye", "abdlah"),
        ("abdullahi", "abdlah"),
        ("abdennasser", "abdnasir"),
        ("abdulnamuna", "abdnamuna"),
        ("abdullatif", "abdlatif"),
        ("abdou", "abdou"),
        ("abdo", "abdo"),
        ("abdi", "abdi"),
        ("selahattin", "selahdin"),
        ("salahuddin", "salahdin"),
        ("habibullah", "habibulah"),
        ("primerov", "primerov"),
    ],
)
def test_compounds_have_one_spelling(name: str, expected: str) -> None:
    assert standard(name) == expected
