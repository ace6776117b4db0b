"""Each segment as the specification shows it, letter for letter."""

from datetime import datetime

from services.ingest.formats.registry import read_messages
from shared.travel.flight import Leg
from shared.travel.reservation_parts import (
    BookingOffice,
    ExcessBaggage,
    Fare,
    FrequentFlyer,
    Price,
    Tax,
)
from shared.travel.traveller import Address
from tests.unit.ingest.pnrgov.samples import LEG, RECEIVED_AT, TIF, message, reservation, traveller


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_unh_with_a_push_hour_in_its_access_reference() -> None:
    body = (
        "UNB+IATA:1+EK+GRGOVPNR+250829:1435+REF1'UNH+1+PNRGOV:13:1:IA+EK0160/250829/1435/24+01:F'MSG+:22'"
        "ORG+EK:DXB'TVL+290825:1435+DXB+ATH+EK+160'EQN+0'UNT+6+1'UNZ+1+REF1'"
    )
    (read,) = read_messages(body.encode(), "", RECEIVED_AT)
    assert (read.access_reference, read.part, read.is_last_part, read.faults) == (
        "EK0160/250829/1435/24",
        1,
        True,
        (),
    )


def test_org_of_a_hosted_airline() -> None:
    pnr = reservation("ORG+1A:MUC+32393340:SINSQ08AA+NCE+SQ:NCE+A+SG+ELPD+CFDE59+9C'", TIF, LEG)
    assert pnr.booked_by == BookingOffice(
        system="1A",
        system_place="MUC",
        agency_number="32393340",
        office="SINSQ08AA",
        place="NCE",
        company="SQ",
        company_place="NCE",
        kind="A",
        country="SG",
        agent="ELPD",
        line="CFDE59",
        party="9C",
    )
    assert pnr.agency == "32393340"


def test_tvl_of_the_pushed_flight() -> None:
    flight = message("", flight="TVL+010410:2235:020410:1200+ATL+AMS+DL:KL+9362:K'", count="EQN+98'").flight
    assert flight is not None
    assert (flight.carrier, flight.number) == ("DL", "9362")
    assert flight.legs == (Leg("ATL", "AMS", at("2010-04-01T22:35"), at("2010-04-02T12:00")),)


def test_rci_of_two_systems() -> None:
    (pnr,) = message(f"SRC'RCI+1A:2LS6KP::200513:0439+KE:EDP2RW'{TIF}{LEG}").reservations
    assert (pnr.carrier, pnr.locator, pnr.other_locators) == ("1A", "2LS6KP", ("EDP2RW",))
    assert pnr.as_json()["booked_at"] == "2013-05-20T04:39"


def test_add_with_a_state_and_a_telephone() -> None:
    pnr = reservation("ADD++700:4532 WILSON STREET:PHILADELPHIA:PA::US:34288:2155550144'", TIF, LEG)
    assert pnr.addresses == (Address("4532 WILSON STREET", "PHILADELPHIA", "PA", "34288", "USA"),)
    assert pnr.phones == ("2155550144",)


def test_ebd_of_one_piece() -> None:
    (excess,) = reservation("EBD+USD:50.00+1::N'", TIF, LEG).excess_baggage
    assert excess == ExcessBaggage(currency="USD", rate="50.00", number="1", unit="N")


def test_fti_with_a_level() -> None:
    read = traveller("FTI+DL:1234567890:::ELITE'FTI+SQ:314655277:::::G'")
    assert read.memberships == (
        FrequentFlyer("DL", "1234567890", "ELITE"),
        FrequentFlyer("SQ", "314655277", "G"),
    )
    assert read.frequent_flyer == ("DL1234567890", "SQ314655277")


def test_ref_and_far() -> None:
    read = traveller("REF+:4928506894'FAR+N+++++MIL24'FAR+A+32++++SFLY+SFLY'")
    assert read.unique_id == "4928506894"
    assert read.fares == (
        Fare(traveller_type="N", basis="MIL24"),
        Fare(traveller_type="A", percentage="32", basis="SFLY", second_basis="SFLY"),
    )


def test_ticket_group() -> None:
    read = traveller(
        "TKT+0062230534212:T:2'MON+B:2888.00:GBP+T:2957.94:GBP'PTK+NR++150610:2200+DL+006+ATL'",
        "TXD++3.10:::AY6+8.50:::YQ'",
    )
    (ticket,) = read.ticket_details
    assert (ticket.number, ticket.type, ticket.booklets) == ("0062230534212", "T", "2")
    assert ticket.prices == (Price("B", "2888.00", "GBP"), Price("T", "2957.94", "GBP"))
    assert (ticket.deadline, ticket.carrier, ticket.place) == (at("2010-06-15T22:00"), "DL", "ATL")
    assert ticket.taxes == (Tax(code="AY", amount="3.10"), Tax(code="YQ", amount="8.50"))


def test_fop_with_a_card() -> None:
    pnr = reservation(TIF, "TKT+0062230534212'FOP+CC::416.00:AX:373212341234123:1211'", LEG)
    (payment,) = pnr.payments
    assert (payment.form, payment.amount, payment.vendor, payment.expiry) == ("CC", "416.00", "AX", "1211")
    assert payment.card == "373212341234123"
    assert "373212341234123" not in f"{pnr!r}{payment}"


def test_check_in_group() -> None:
    pnr = reservation(
        "TIF+OSEI+KOFIMR:A:2'", LEG, "DAT+2:270918:1333'ORG+SQ++++A'TRI++SIN-168:::2'SSD+24A++++Y'"
    )
    (check_in,) = pnr.travellers[0].check_ins
    assert (check_in.at, check_in.sequence, check_in.place) == (at("2018-09-27T13:33"), "168", "SIN")
    assert (check_in.seat, check_in.cabin) == ("24A", "Y")


def test_tbd_of_a_pool_s_head() -> None:
    (bags,) = traveller(LEG, "DAT'TRI++1:::1'TBD++3:84:700++HP+KL:4074902824:3:MSP'").bags
    assert (bags.pieces, bags.weight_kg, bags.pool) == (3, 84, "HP")
    assert bags.tags[0].numbers == ("4074902824", "4074902825", "4074902826")
    assert bags.tags[0].destination == "MSP"


def test_eqn_and_rci_of_a_split() -> None:
    (split,) = reservation(TIF, LEG, "EQN+1'RCI+DL:ABCDEF'").splits
    assert (split.count, split.locators[0].owner, split.locators[0].locator) == (1, "DL", "ABCDEF")


def test_hotel_with_its_name_in_the_place() -> None:
    (hotel,) = reservation(
        TIF, LEG, "MSG+8'TVL+121210:1500:151210+YVR:VANCOUVER ARMS++VN+67576:ROH'"
    ).other_services
    assert (hotel.place, hotel.place_name, hotel.reference, hotel.product) == (
        "YVR",
        "VANCOUVER ARMS",
        "67576",
        "ROH",
    )


def test_abi_of_a_history_transaction() -> None:
    (item,) = reservation(TIF, LEG, "ABI+4+05FD28:GS+ATL++DL'SAC+++A'SSR+SEAT:HK'").history
    assert item.office == BookingOffice(kind="4", agent="05FD28", party="GS", place="ATL", company="DL")


def test_cancellation_of_a_pnr() -> None:
    read = message("SRC'RCI+XA:Q7KD2M'ORG'", function="MSG+:141'")
    assert [(each.locator, each.is_cancelled) for each in read.reservations] == [("Q7KD2M", True)]


def test_seats_in_the_text_of_a_seat_service() -> None:
    (service,) = reservation(TIF, LEG, "SSR+NSST:HK:2:XA:::DXB:ATH:.03BN03AN'").services
    assert [each.value for each in service.data] == ["03B", "03A"]
