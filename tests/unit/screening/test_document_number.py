"""The document number of a machine-readable zone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.errors import MalformedMrz
from services.screening.front_line.document_number import check_digit, read_document_number, same_number

# The specimen of ICAO Doc 9303; its State is fictional.
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6"
LONG = "I<UTOD23145890<AB112234566<<<<7408122F1204159UTO<<<<<<<<<<<4ERIKSSON<<ANNA<MARIA<<<<<<<<<<"


@pytest.mark.parametrize(
    ("field", "digit"), [("L898902C3", 6), ("740812", 2), ("120415", 9), ("ZE184226B<<<<<", 1)]
)
def test_check_digits_of_the_specimen(field: str, digit: int) -> None:
    assert check_digit(field) == digit


@pytest.mark.parametrize(
    ("mrz", "number"),
    [
        (TD3, "L898902C3"),
        (TD3.replace("\n", ""), "L898902C3"),
        (TD1, "D23145890"),
        (TD2, "D23145890"),
        (LONG, "D23145890AB11223456"),
        (TD3.lower(), "L898902C3"),
    ],
)
def test_the_number_is_read_from_each_layout(mrz: str, number: str) -> None:
    assert read_document_number(mrz) == ("UTO", number)


@pytest.mark.parametrize(
    "mrz",
    [
        "",
        TD3[:-1],
        TD3 + "<",
        TD3.replace("L898902C36", "L898902C37"),
        TD3.replace("L898902C36", "L898902C3<"),
        TD3.replace("ERIKSSON", "ERIKSÖN<"),
        TD1.replace("D231458907<<", "D23145890<<<"),
    ],
)
def test_a_zone_that_does_not_hold_together_is_refused_without_quoting_it(mrz: str) -> None:
    with pytest.raises(MalformedMrz) as refused:
        read_document_number(mrz)
    assert "L898902" not in str(refused.value)


@given(st.text(max_size=100) | st.text("ABC019<\n", min_size=88, max_size=92))
def test_whatever_comes_is_read_or_refused(mrz: str) -> None:
    try:
        _, number = read_document_number(mrz)
    except MalformedMrz:
        return
    assert "<" not in number


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("xb 447-1902", "XB4471902", True), ("XB4471902", "XB4471903", False), ("", "", False)],
)
def test_numbers_are_compared_without_their_dress(one: str, other: str, expected: bool) -> None:
    assert same_number(one, other) is expected
