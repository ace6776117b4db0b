import pickle
from dataclasses import FrozenInstanceError, replace
from datetime import datetime

import pytest

from shared.travel import (
    Address,
    ItineraryLeg,
    Payment,
    Reservation,
    ReservationTraveller,
    ServiceItem,
    TravelDocument,
)
from shared.travel.reservation_parts import (
    BagTag,
    BookingOffice,
    CheckedBags,
    CheckIn,
    Contact,
    ContactKind,
    Locator,
    Remark,
    WhereSent,
)

FULL = Reservation(
    locator="Q7KD2M",
    carrier="XA",
    booked_at=datetime.fromisoformat("2027-09-01T08:12"),
    locators=(Locator("Q7KD2M", "XA", created_at=datetime.fromisoformat("2027-09-01T08:12:30")),),
    travellers=(
        ReservationTraveller(
            reference="1",
            surname="PAPADAKI",
            name_sent="PAPADAKI:ELENIMRS",
            documents=(TravelDocument(None, "AT3312087"),),
            check_ins=(CheckIn(leg=0, sequence="041"),),
            bags=(CheckedBags(leg=0, pieces=2, tags=(BagTag(carrier="XA", number="118204", count=2),)),),
        ),
    ),
    itinerary=(ItineraryLeg(carrier="XA", number="418", booking_class="K"),),
    payments=(Payment("CC", "411111XXXXXX1111", payer=Contact(kind=ContactKind.PAYER, name="N P")),),
    addresses=(Address(city="ATHINA"),),
    services=(ServiceItem(code="DOCS"), ServiceItem(code="SEAT"), ServiceItem(code="DOCS")),
    remarks=(Remark(kind="OSI", text="VIP", where=WhereSent.TRAVELLER),),
)


def test_record_is_read_back_equal() -> None:
    assert Reservation.from_record(FULL.as_record()) == FULL


def test_record_holds_what_is_printed_and_more() -> None:
    printed, record = FULL.as_json(), FULL.as_record()
    assert set(printed) <= set(record)
    assert printed["travellers"][0].items() <= record["travellers"][0].items()
    assert record["itinerary"][0]["class"] == "K"
    assert "booking_class" not in record["itinerary"][0]
    assert record["locators"][0]["created_at"] == "2027-09-01T08:12:30"


def test_service_codes_stand_once_in_the_order_sent() -> None:
    assert FULL.as_json()["service_codes"] == ["DOCS", "SEAT"]
    assert Reservation.from_json(FULL.as_json()).service_codes == ("DOCS", "SEAT")


@pytest.mark.parametrize(
    ("tag", "numbers"),
    [
        (BagTag(carrier="XA", number="0999118204", count=2), ("0999118204", "0999118205")),
        (BagTag(carrier="XA", number="118204", count=None), ("XA118204",)),
        (BagTag(carrier="XA", number="X18204", count=3), ("XAX18204",)),
        (BagTag(carrier="XA"), ()),
    ],
)
def test_bag_tags_count_on_from_the_first(tag: BagTag, numbers: tuple[str, ...]) -> None:
    assert tag.numbers == numbers


@pytest.mark.parametrize(
    ("office", "name"),
    [
        (BookingOffice(agency_number="98765432", office="DXBXX2145", kind="A"), "98765432"),
        (BookingOffice(office="DXBXX2145", kind="T"), "DXBXX2145"),
        (BookingOffice(office="DXBXX2145", kind="A"), None),
    ],
)
def test_agency_is_named_by_its_number_first(office: BookingOffice, name: str | None) -> None:
    assert office.name == name


@pytest.mark.parametrize(
    ("legs", "is_one_way"),
    [
        ((), None),
        ((("DXB", "ATH"),), True),
        ((("DXB", "ATH"), ("ATH", "DXB")), False),
    ],
)
def test_one_way_is_a_journey_that_does_not_return(
    legs: tuple[tuple[str, str], ...], is_one_way: bool | None
) -> None:
    itinerary = tuple(ItineraryLeg(origin=origin, destination=end) for origin, end in legs)
    assert Reservation(locator="A", itinerary=itinerary).is_one_way is is_one_way


@pytest.mark.parametrize(
    "record",
    [
        {"locator": 3},
        {"locator": "A", "travellers": {}},
        {"locator": "A", "travellers": ["B"]},
        {"locator": "A", "booked_at": "soon"},
        {"locator": "A", "is_split": "yes"},
        {"locator": "A", "remarks": [{"kind": "OSI", "text": "A", "where": "NOWHERE"}]},
    ],
)
def test_record_of_another_shape_is_refused(record: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Reservation.from_record(record)


def test_record_without_a_required_member_is_refused() -> None:
    with pytest.raises(KeyError):
        Reservation.from_record({"locator": "A", "travellers": [{"reference": "1"}]})


def test_reservation_may_have_no_locator() -> None:
    assert Reservation.from_record({"carrier": "XA"}).locator is None


def test_nothing_of_a_reservation_is_shown_by_repr() -> None:
    shown = f"{FULL!r} {FULL.remarks[0]} {FULL.itinerary[0]!r} {FULL.payments[0]!r}"
    assert "PAPADAKI" not in shown
    assert "1111" not in shown


def test_value_of_a_few_facts_is_the_one_made_with_its_defaults() -> None:
    said = Reservation.saying({"locator": "Q7KD2M", "carrier": "XA"})
    made = Reservation(locator="Q7KD2M", carrier="XA")
    assert said == made
    assert hash(said) == hash(made)
    assert pickle.loads(pickle.dumps(said)) == made
    assert replace(said, carrier="XB") == Reservation(locator="Q7KD2M", carrier="XB")
    assert said.as_record() == made.as_record()


def test_value_of_a_few_facts_cannot_be_changed() -> None:
    said = ReservationTraveller.saying({"surname": "OSEI"})
    with pytest.raises(FrozenInstanceError):
        said.surname = "PAPADAKI"  # type: ignore[misc]
