"""Each deviation that pnrgov.md names, by its name."""

from datetime import datetime
from pathlib import Path

import pytest

from services.ingest.formats.registry import read_messages
from shared.travel.message import Severity
from shared.travel.reservation_parts import WhereSent
from tests.unit.ingest.pnrgov.samples import (
    LEG,
    RCI,
    RECEIVED_AT,
    TIF,
    codes,
    message,
    reservation,
    traveller,
)

EXAMPLE = Path(__file__).parents[3] / "data" / "messages" / "pnrgov-a.edi"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_rci_missing() -> None:
    read = message(f"SRC'{TIF}{LEG}")
    (pnr,) = read.reservations
    assert (pnr.locator, pnr.travellers[0].surname) == (None, "OSEI")
    assert codes(read) == ["LOCATOR_MISSING"]


def test_ift_directly_under_tkt() -> None:
    pnr = reservation(TIF, "TKT+9992400100200:T:1'IFT+4:15:0+DXB XA ATH 100.00'MON+T:100.00:AED'", LEG)
    assert [(each.kind, each.where) for each in pnr.remarks] == [("FARE_CALCULATION", WhereSent.TRAVELLER)]
    assert pnr.travellers[0].ticket_details[0].prices[0].amount == "100.00"


def test_lts_inside_gr_5() -> None:
    pnr = reservation(TIF, LEG, "LTS+0/O/28/OSI YY CTCM 306945550100'DAT+2:141127:0102'TRI++041:::1'")
    assert (pnr.phones, pnr.travellers[0].check_ins[0].sequence) == (("306945550100",), "041")


def test_gr_2_after_gr_5() -> None:
    pnr = reservation(LEG, "DAT'TRI++041:::1'", TIF, "FTI+XA:774'TIF+OSEI+AMAMRS:A:2'", LEG)
    assert [each.given_names for each in pnr.travellers] == ["KOFI", "AMA"]
    assert pnr.travellers[0].frequent_flyer == ("XA774",)
    assert [each.sequence for each in pnr.travellers[0].check_ins] == ["041"]


def test_gr_2_after_gr_5_of_another_than_the_check_in() -> None:
    pnr = reservation(TIF, LEG, "DAT'TRI++041:::1'TIF+OSEI+AMAMRS:A:2'")
    assert [each.given_names for each in pnr.travellers] == ["KOFI", "AMA"]


@pytest.mark.parametrize("trailer", ["UNT+50'", "UNT+336+1'", "UNT'"])
def test_unt_count_off(trailer: str) -> None:
    text = EXAMPLE.read_text().replace("UNT+88+1'", trailer)
    (read,) = read_messages(text.encode(), "", RECEIVED_AT)
    assert [len(each.travellers) for each in read.reservations] == [2, 2]
    assert {fault.severity for fault in read.faults} == {Severity.WARNING}


def test_blanks_after_terminators_and_before_tvl() -> None:
    text = EXAMPLE.read_text().replace("'\n", "'  ").replace("TVL+", "  TVL+")
    (read,) = read_messages(text.encode(), "", RECEIVED_AT)
    assert ([len(each.itinerary) for each in read.reservations], read.faults) == ([2, 3], ())


def test_typographic_apostrophe() -> None:
    text = EXAMPLE.read_text().removeprefix("UNA:+.? '\n").replace("'", "’")
    (read,) = read_messages(text.encode(), "", RECEIVED_AT)
    first, _ = read.reservations
    assert first.travellers[0].unique_id == "00A1B2C3D4E5F601"


def test_lines_broken_inside_names() -> None:
    pnr = reservation(
        "ADD++700:1 ROAD:CHARLOT TE:NC::US:28202'",
        "TIF+PAPADAKI+ELENIMRS:A:1'TIF+OSEI+KOFIMR:A:2'",
        LEG,
        "DAT'TRI++041'TIF+PAPA DAKI+ELE NIMRS:A'SSD+12A++++Y'",
    )
    assert pnr.addresses[0].city == "CHARLOT TE"
    assert pnr.travellers[0].seats == ("12A",)


def test_tvl_with_the_arrival_s_time_in_the_place_of_its_date() -> None:
    read = message("", flight="TVL+141127:1220:1505+DXB+ATH+XA+418'", count="EQN+0'")
    assert read.flight is not None
    assert read.flight.legs[0].arrival == at("2027-11-14T15:05")


def test_tvl_with_an_arrival_without_date() -> None:
    pnr = reservation(TIF, "TVL+141127:0915::1230+DXB+ATH+XA+418:K'")
    assert pnr.itinerary[0].arrival == at("2027-11-14T12:30")


def test_rci_time_with_six_digits() -> None:
    (pnr,) = message(f"SRC'RCI+XA:Q7KD2M::010927:181348'{TIF}{LEG}").reservations
    assert pnr.booked_at == at("2027-09-01T18:13:48")
    assert pnr.as_json()["booked_at"] == "2027-09-01T18:13"


def test_ift_without_composite() -> None:
    pnr = reservation("IFT+CTCE X//Y.COM'", TIF, LEG)
    assert pnr.emails == ("X@Y.COM",)


@pytest.mark.parametrize("reference", ["1.1", "400123456789"])
def test_traveller_reference_is_text(reference: str) -> None:
    pnr = reservation(f"SSR+SEAT:HK:1:XA+12A::{reference}'TIF+OSEI+KOFIMR:A:{reference}'", LEG)
    assert (pnr.travellers[0].reference, pnr.travellers[0].seats) == (reference, ("12A",))


@pytest.mark.parametrize("fti", ["FTI+XA:774:::ELITE'", "FTI+XA:774:::::ELITE'"])
def test_fti_level_in_the_fifth_or_seventh_component(fti: str) -> None:
    assert [each.level for each in traveller(fti).memberships] == ["ELITE"]


def test_dat_of_check_in_empty() -> None:
    read = traveller(LEG, "DAT'ORG+XA++++A'TRI++041:::1'")
    assert [(each.at, each.sequence) for each in read.check_ins] == [(None, "041")]


def test_check_in_told_in_free_text() -> None:
    read = traveller(LEG, "DAT+3:L FT WW D014357 12AUG121423Z 1D5723'TRI++041:::1'")
    assert read.check_ins[0].at == at("2012-08-12T14:23")


@pytest.mark.parametrize("text", ["L FT", "L FT WW D0 12AUGX", "L FT WW D0 32AUG121423Z"])
def test_check_in_told_in_free_text_without_an_instant(text: str) -> None:
    assert traveller(LEG, f"DAT+3:{text}'TRI++041:::1'").check_ins[0].at is None


def test_dat_and_org_once_then_several_tri() -> None:
    pnr = reservation(
        TIF, "TIF+OSEI+AMAMRS:A:2'", LEG, "DAT+2:141127:0102'ORG+XA++++A'TRI++041:::1'TRI++SIN-042:::2'"
    )
    facts = [(each.check_ins[0].at, each.check_ins[0].sequence) for each in pnr.travellers]
    assert facts == [(at("2027-11-14T01:02"), "041"), (at("2027-11-14T01:02"), "042")]
    assert pnr.travellers[1].check_ins[0].place == "SIN"


def test_seat_padded_with_a_zero() -> None:
    read = traveller("SSR+SEAT:HK:1:XA+11D::1'", LEG, "DAT'TRI++041:::1'SSD+011D++++Y'")
    assert read.seats == ("11D",)


@pytest.mark.parametrize("places", ["+++MP:0741234123456", "++++MP:0741234123456"])
def test_bag_pool_in_the_third_or_fourth_element(places: str) -> None:
    read = traveller(LEG, f"DAT'TRI++041:::1'TBD{places}'")
    assert [(each.pool, each.pool_identity) for each in read.bags] == [("MP", "0741234123456")]


def test_bag_count_nonsense_is_capped() -> None:
    pnr = message(f"{RCI}{TIF}{LEG}DAT'TRI++041:::1'TBD++1:20:700+++618:407490:722356:MSP'")
    tags = pnr.reservations[0].travellers[0].bag_tags
    assert (len(tags), tags[0], tags[-1]) == (99, "618407490", "618407588")
    assert codes(pnr) == ["BAG_COUNT_CAPPED"]


def test_tax_code_with_a_digit_behind_it() -> None:
    read = traveller("TKT+9992400100200:T:1'TXD++3.10:::AY6+8.50:::YQ'")
    assert [(each.code, each.amount) for each in read.ticket_details[0].taxes] == [
        ("AY", "3.10"),
        ("YQ", "8.50"),
    ]


def test_fare_amount_as_text() -> None:
    read = traveller("TKT+9992400100200:T:1'MON+T:BT+B:IT'")
    assert [each.amount for each in read.ticket_details[0].prices] == ["BT", "IT"]


def test_several_forms_of_payment() -> None:
    pnr = reservation(TIF, "TKT+9992400100200'FOP+MS+CC:::MA:XXXXXXXX0338:0219'FOP+CA::10.00'", LEG)
    assert [(each.form, each.card) for each in pnr.payments] == [
        ("MS", None),
        ("CC", "XXXXXXXX0338"),
        ("CA", None),
    ]


def test_ticketless() -> None:
    read = traveller("TKT+:1'")
    assert (read.tickets, [each.type for each in read.ticket_details]) == ((), ["1"])


@pytest.mark.parametrize(("code", "kind"), [("3", "HOTEL"), ("8", "HOTEL"), ("2", "CAR"), ("17", "OTHER")])
def test_business_function_of_other_services(code: str, kind: str) -> None:
    pnr = reservation(TIF, LEG, f"MSG+{code}'TVL+141127:1500:161127+ZRH:SEEBLICK++HH+Q1:DBL'RPI+1+HK'")
    (other,) = pnr.other_services
    assert (other.kind, other.code, other.party_size, other.status) == (kind, code, 1, "HK")


@pytest.mark.parametrize("open_or_not", ["OPEN", "ARNK"])
def test_open_and_arnk_have_neither_date_nor_places(open_or_not: str) -> None:
    first = "TVL+141127:0530:141127:0905+DXB+ATH+QZ:XA+6418:K'"
    pnr = reservation(TIF, first, f"TVL+++++{open_or_not}'", LEG)
    assert [each.number for each in pnr.itinerary] == ["6418", open_or_not, "418"]


def test_code_share_by_a_second_tvl() -> None:
    pnr = reservation(TIF, "TVL+141127:0530:141127:0905+DXB+ATH+QZ:XA+6418:K'TVL+++++418:M'RPI+1+HK'")
    (leg,) = pnr.itinerary
    assert (leg.number, leg.operating_number, leg.operating_class, leg.status) == ("6418", "418", "M", "HK")


def test_code_share_by_tra() -> None:
    pnr = reservation(TIF, "TVL+141127:0530:141127:0905+DXB+ATH+QZ+6418:K'TRA+XA+0418:M'")
    (leg,) = pnr.itinerary
    assert (leg.operating_carrier, leg.operating_number, leg.operating_class) == ("XA", "418", "M")


def test_bare_tvl_without_an_operating_carrier_before_it_is_a_leg() -> None:
    assert len(reservation(TIF, LEG, "TVL+++++972:M'").itinerary) == 2


@pytest.mark.parametrize("release", ["10", "11", "13", "21"])
def test_version_does_not_change_the_meaning(release: str) -> None:
    read = message(RCI + TIF + LEG, kind=f"PNRGOV:{release}:1:IA")
    assert (read.version, len(read.reservations[0].travellers), read.faults) == (f"{release}:1", 1, ())


def test_add_with_the_kind_of_contact_first() -> None:
    pnr = reservation("ADD++E:X//Y.COM'ADD++M:306945550100'ADD++H::::::302105550144'", TIF, LEG)
    assert (pnr.emails, pnr.phones) == (("X@Y.COM",), ("306945550100", "302105550144"))


def test_part_of_a_push_is_not_counted_against_all_parts() -> None:
    read = message(RCI + TIF + LEG, count="EQN+98'", part="02")
    assert (read.part, read.is_last_part, read.reservations_stated, read.faults) == (2, False, 98, ())
