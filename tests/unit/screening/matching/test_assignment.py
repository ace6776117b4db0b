"""The best pairing of words, against all pairings."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.screening.matching.assignment import best_pairing
from services.screening.matching.candidates import Row

rows = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 2), st.sampled_from([1, 2, 4, 3, 6]), st.integers(1, 50)).map(
        lambda row: (*row, 0, 0)
    ),
    max_size=7,
)


def is_pairing(chosen: tuple[Row, ...]) -> bool:
    sent = listed = 0
    for first, count, places, *_ in chosen:
        mask = ((1 << count) - 1) << first
        if sent & mask or listed & places:
            return False
        sent, listed = sent | mask, listed | places
    return True


def weight(chosen: tuple[Row, ...]) -> int:
    return sum(row[3] for row in chosen)


@settings(max_examples=200)
@given(rows)
def test_no_other_pairing_weighs_more(given_rows: list[Row]) -> None:
    found = best_pairing(given_rows)
    every = (chosen for size in range(len(given_rows) + 1) for chosen in combinations(given_rows, size))

    assert is_pairing(found)
    assert weight(found) == max(weight(chosen) for chosen in every if is_pairing(chosen))


@settings(max_examples=100)
@given(rows)
def test_the_order_of_the_rows_does_not_matter(given_rows: list[Row]) -> None:
    assert weight(best_pairing(given_rows)) == weight(best_pairing(given_rows[::-1]))


def test_a_name_of_one_repeated_word_stays_bounded() -> None:
    every = [(first, 1, 1 << place, 100, 0, 0) for first in range(12) for place in range(12)]

    assert weight(best_pairing(every)) == 1_200
