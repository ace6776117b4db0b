import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.errors import MalformedMessage
from services.ingest.formats.mrz import check_digit, parse_mrz
from shared.travel.partial_date import PartialDate
from shared.travel.traveller import Sex

TODAY = date(2027, 11, 14)
# The specimen of ICAO Doc 9303; Utopia is no State of ours.
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
VISA = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"

SMALL_VISA = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109ZE184226"


@pytest.mark.parametrize(
    ("text", "digit"),
    [("L898902C3", 6), ("740812", 2), ("120415", 9), ("ZE184226B<<<<<", 1), ("<<<<<<", 0)],
)
def test_check_digit_of_the_specimen(text: str, digit: int) -> None:
    assert check_digit(text) == digit


@pytest.mark.parametrize("text", [TD3, TD2, TD1], ids=["TD3", "TD2", "TD1"])
def test_specimen_is_read_in_each_layout(text: str) -> None:
    document = parse_mrz(text, TODAY)
    assert (document.surname, document.given_names) == ("ERIKSSON", "ANNA MARIA")
    assert (document.birth_date, document.expiry) == (PartialDate(1974, 8, 12), date(2012, 4, 15))
    assert (document.sex, document.issuer, document.wrong_checks) == (Sex.FEMALE, None, ())
    assert not document.is_name_truncated


def test_optional_data_is_read() -> None:
    assert parse_mrz(TD3, TODAY).optional == "ZE184226B"
    assert parse_mrz(TD2, TODAY).optional is None


def test_visa_has_no_composite_check() -> None:
    document = parse_mrz(VISA, TODAY)
    assert (document.type, document.number, document.wrong_checks) == ("V", "L8988901C", ())
    assert document.nationality == "XXX"


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        (TD1, "TD1"),
        (TD2, "TD2"),
        (TD3, "TD3"),
        (VISA, "MRV-A"),
        (SMALL_VISA, "MRV-B"),
    ],
)
def test_layout_is_named(text: str, layout: str) -> None:
    assert parse_mrz(text, TODAY).layout == layout


def test_small_visa_keeps_its_optional_data() -> None:
    document = parse_mrz(SMALL_VISA, TODAY)
    assert (document.number, document.optional, document.wrong_checks) == ("L8988901C", "ZE184226", ())


def test_utopia_is_a_specimen() -> None:
    assert parse_mrz(TD3, TODAY).is_specimen
    assert not parse_mrz(TD3.replace("P<UTO", "P<D<<"), TODAY).is_specimen


def test_both_optional_fields_of_a_card_are_read() -> None:
    lines = TD1.split("\n")
    first, second = lines[0][:15] + "AB12<<<<<<<<<<<", lines[1][:18] + "ZZ9<<<<<<<<"
    composite = check_digit(first[5:] + second[:7] + second[8:15] + second[18:29])
    document = parse_mrz(f"{first}\n{second}{composite}\n{lines[2]}", TODAY)
    assert (document.optional, document.optional_second, document.wrong_checks) == ("AB12", "ZZ9", ())


def test_long_number_of_a_small_document_goes_on_in_the_optional_field() -> None:
    number = "D2314589073"
    line = f"D23145890<UTO7408122F120415973{check_digit(number)}<<<<"
    composite = check_digit(line[:10] + line[13:20] + line[21:])
    document = parse_mrz(f"{TD2[:36]}\n{line}{composite}", TODAY)
    assert (document.number, document.optional, document.wrong_checks) == (number, None, ())


def test_short_number_without_check_digit_takes_nothing_of_the_optional_field() -> None:
    document = parse_mrz(TD2[:37] + "D2314589<<" + TD2[47:65] + "73" + TD2[67:], TODAY)
    assert document.number == "D2314589"
    assert "number" in document.wrong_checks


def test_long_number_goes_on_in_the_optional_field() -> None:
    number = "D23145890734"
    first = f"I<D<<D23145890<734{check_digit(number)}<<<<<<<<<<<"
    second = "7408122M1204159D<<<<<<<<<<<<<"
    composite = check_digit(first[5:] + second[:7] + second[8:15] + second[18:29])
    document = parse_mrz(f"{first}\n{second}{composite}\nMUSTERMANN<<<<<<<<<<<<<<<<<<<<", TODAY)
    assert (document.number, document.wrong_checks, document.issuer) == (number, (), "DEU")
    assert (document.given_names, document.sex, document.optional) == (None, Sex.MALE, None)


@pytest.mark.parametrize(
    ("place", "field"),
    [(45, "number"), (58, "birth_date"), (66, "expiry"), (73, "optional"), (88, "composite")],
)
def test_wrong_digit_is_named(place: int, field: str) -> None:
    spoilt = TD3[:place] + ("7" if TD3[place] != "7" else "8") + TD3[place + 1 :]
    assert field in parse_mrz(spoilt, TODAY).wrong_checks


def test_unknown_birth_parts_and_endless_expiry_are_read() -> None:
    second = f"L898902C36UTO74<<<<{check_digit('74<<<<')}<<<<<<<0<<<<<<<<<<<<<<<0"
    document = parse_mrz(TD3[:45] + second, TODAY)
    assert (document.birth_date, document.expiry, document.sex) == (PartialDate(1974), None, Sex.UNSPECIFIED)
    assert document.wrong_checks == ("composite",)


def test_name_that_fills_its_field_may_be_truncated() -> None:
    name = "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"
    assert parse_mrz(f"P<UTO{name}\n{TD3[45:]}", TODAY).is_name_truncated


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "MRZ_LAYOUT"),
        (TD3[:44], "MRZ_LAYOUT"),
        (TD3 + "<", "MRZ_LAYOUT"),
        (TD3.replace("ANNA", "ÄNNA"), "MRZ_CHARACTER"),
        (TD3.replace("7408122", "7413122"), "BIRTH_DATE_IMPOSSIBLE"),
        (TD3.replace("1204159", "1213159"), "DOCUMENT_DATE_IMPOSSIBLE"),
    ],
)
def test_what_is_no_zone_is_refused(text: str, fault: str) -> None:
    with pytest.raises(MalformedMessage) as caught:
        parse_mrz(text, TODAY)
    assert caught.value.fault_code == fault


@given(st.lists(st.text("ABC0123456789< ", min_size=28, max_size=46), max_size=4))
def test_no_text_crashes_the_reader(lines: list[str]) -> None:
    with contextlib.suppress(MalformedMessage):
        parse_mrz("\n".join(lines), TODAY)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<", min_size=44, max_size=44))
def test_no_second_line_crashes_the_reader(line: str) -> None:
    with contextlib.suppress(MalformedMessage):
        parse_mrz(f"{TD3[:44]}\n{line}", TODAY)
