"""Card and account numbers show four digits; tickets, telephones and bag tags stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.sensitive.cards import is_card, is_luhn, mask_account, mask_long_numbers, mask_numbers

VISA, AMEX, UATP = "4111111111111111", "378282246310005", "135412345678911"
IBAN = "GR1601101250000000012300695"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"FP CCVI{VISA}/0929", "FP CCVIXXXXXXXXXXXX1111/0929"),
        ("4111 1111 1111 1111", "XXXX XXXX XXXX 1111"),
        ("4111-1111-1111-1111 OK", "XXXX-XXXX-XXXX-1111 OK"),
        (f"AX {AMEX}", "AX XXXXXXXXXXX0005"),
        (f"TP {UATP}", "TP XXXXXXXXXXX8911"),
        ("2221000000000009", "XXXXXXXXXXXX0009"),
        (f"{VISA}0929", f"{'X' * 16}0929"),
        (f"{VISA}123", f"{'X' * 15}1123"),
        (f"{VISA} 0929", "XXXXXXXXXXXX1111 0929"),
        (f"12 {VISA}", "12 XXXXXXXXXXXX1111"),
        (f"1{VISA}", "X" * 13 + "1111"),
        ("1" * 25, "X" * 21 + "1111"),
        ("NR 4222222222222", "NR XXXXXXXXX2222"),
        ("CVV 123 CVC2: 4567", " "),
        ("APPROVAL CODE 07A123 X", " X"),
        (f"ACCT {IBAN}.", "ACCT XXXXXXXXXXXXXXXXXXXXXXX0695."),
        ("GR16 0110 1250 0000 0001 2300 695 THANKS", "XXXX XXXX XXXX XXXX XXXX XXXX 695 THANKS"),
    ],
)
def test_number_that_pays_is_masked(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "BAG 0618204755",
        "TKT 4222222222222",
        "TKNE4222222222222",
        "CTCM +49 170 1234567",
        "TEL 378282246310005",
        "4111111111111112",
        "2720999999999999",
        "9992400100200",
        "135412345678912",
        "AUTH PARENTS",
        "GR17 0110 1250 0000 0001 2300 695",
        "1 2 3 4 5 6 7 8",
        "",
    ],
)
def test_number_that_does_not_pay_stays(text: str) -> None:
    assert mask_numbers(text) == text


def test_word_before_a_longer_number_is_no_excuse() -> None:
    assert mask_numbers(f"TEL {VISA}") == "TEL XXXXXXXXXXXX1111"


@pytest.mark.parametrize(
    ("account", "masked"),
    [
        ("372395XXXXX9581", "XXXXXXXXXXX9581"),
        ("XXXXXXXX1186", "XXXXXXXX1186"),
        ("", ""),
        ("411111******1111", "XXXXXXXXXXXX1111"),
    ],
)
def test_account_of_a_payment_shows_four_signs(account: str, masked: str) -> None:
    assert mask_account(account) == masked


def test_long_numbers_show_four_digits() -> None:
    assert mask_long_numbers("PP12345 ID1234567") == "PP12345 IDXXX4567"


def with_check_digit(digits: str) -> str:
    return next(f"{digits}{last}" for last in range(10) if is_luhn(f"{digits}{last}"))


cards = st.from_regex(r"(4[0-9]{14}|5[1-5][0-9]{13}|3[47][0-9]{12}|6[0-9]{14})", fullmatch=True).map(
    with_check_digit
)


@given(cards, st.text(" ABCXYZ/.:", max_size=20), st.text(" ABCXYZ/.:", max_size=20))
def test_no_card_survives_in_any_text(card: str, before: str, after: str) -> None:
    assert is_card(card)
    masked = mask_numbers(f"{before.replace('T', '')}{card}{after}")
    assert card not in masked
    assert masked.count(card[-4:]) == 1


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_masking_again_changes_nothing_and_never_lengthens(text: str) -> None:
    masked = mask_numbers(text)
    assert len(masked) <= len(text)


@given(st.text("0123456789 -", max_size=400))
def test_no_run_of_digits_takes_long_or_leaves_a_card(text: str) -> None:
    masked = mask_numbers(text)
    assert len(masked) == len(text)
    assert all(not is_card(word) for word in masked.replace("-", " ").split())
