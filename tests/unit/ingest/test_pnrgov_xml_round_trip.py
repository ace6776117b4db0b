"""What our generator writes in XML our reader reads back equal."""

from dataclasses import replace
from datetime import date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.local.synthetic.pnrgov_xml import pnrgov_xml
from services.ingest.formats.registry import read_messages
from shared.travel.flight import Flight, Leg
from shared.travel.message import Change, ParsedMessage
from shared.travel.partial_date import PartialDate
from shared.travel.reservation import ItineraryLeg, Payment, Reservation, ReservationTraveller
from shared.travel.reservation_parts import (
    BagTag,
    BookingOffice,
    CheckedBags,
    CheckIn,
    Contact,
    ContactKind,
    ExcessBaggage,
    Fare,
    FrequentFlyer,
    Locator,
    Price,
    SeatData,
    ServiceItem,
    Tax,
    TicketDetail,
    WhereSent,
)
from shared.travel.traveller import Address, Sex, TravelDocument
from tests.unit.ingest.samples import RECEIVED_AT

DEPARTURE = datetime.fromisoformat("2027-11-14T05:30")
FLIGHT = Flight("XA", "418", None, (Leg("DXB", "ATH", DEPARTURE, None),))
CARRIERS = st.sampled_from(["XA", "XB", "1A"])
STATES = st.sampled_from(["GRC", "GHA", "IND", "ARE"])
AIRPORTS = st.sampled_from(["DXB", "ATH", "ZRH"])
NAMES = st.sampled_from(["OSEI", "PAPADAKI", "O'NEIL", "VAN DER BERG", "A+B:C?", "ÆØÅ", "LI"])
AMOUNTS = st.decimals(0, 9_999, places=2).map(str)
CURRENCIES = st.sampled_from(["AED", "EUR"])
MOMENTS = st.datetimes(datetime.fromisoformat("2027-01-01"), datetime.fromisoformat("2027-12-31")).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
DAYS = st.dates(date(2028, 1, 1), date(2037, 12, 31))
CODES = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=6, max_size=6)
OFFICES = st.builds(
    BookingOffice,
    system=CARRIERS,
    agency_number=st.none() | st.integers(10_000_000, 99_999_999).map(str),
    office=st.none() | st.just("DXBXX2145"),
    place=st.none() | AIRPORTS,
    company=st.none() | CARRIERS,
    kind=st.sampled_from([None, "T", "A"]),
    country=st.sampled_from([None, "AE"]),
    currency=st.none() | CURRENCIES,
    agent=st.none() | st.just("GT77"),
    party=st.none() | st.just("9C"),
)
ADDRESSES = st.builds(
    Address,
    st.just("14 ODOS ERMOU"),
    st.none() | st.just("ATHINA"),
    st.none() | st.just("ATTIKI"),
    st.none() | st.just("10563"),
    st.none() | STATES,
)
CONTACTS = st.builds(
    Contact,
    kind=st.just(ContactKind.UNKNOWN),
    phone=st.none() | st.integers(10**9, 10**12).map(str),
    address=ADDRESSES,
    purpose=st.just("700"),
)
TICKETS = st.builds(
    TicketDetail,
    number=st.integers(10**12, 10**13 - 1).map(str),
    type=st.sampled_from([None, "T"]),
    issued_at=st.none() | MOMENTS,
    prices=st.lists(st.builds(Price, st.just("T"), AMOUNTS, CURRENCIES), max_size=1).map(tuple),
    taxes=st.lists(
        st.builds(Tax, code=st.sampled_from(["AE", "YQ"]), amount=AMOUNTS, currency=CURRENCIES), max_size=2
    ).map(tuple),
    deadline=st.none() | MOMENTS,
    price_indicators=st.sampled_from([(), ("NR",)]),
)
LEGS = st.builds(
    ItineraryLeg,
    carrier=st.just("QZ"),
    operating_carrier=st.just("XA"),
    number=st.integers(1, 9_999).map(str),
    origin=AIRPORTS,
    destination=AIRPORTS,
    departure=MOMENTS,
    arrival=st.none() | MOMENTS,
    booking_class=st.sampled_from([None, "K"]),
    status=st.sampled_from([None, "HK"]),
    party_size=st.none() | st.integers(1, 9),
    operating_number=st.just("418"),
    operating_class=st.sampled_from([None, "B"]),
    equipment=st.sampled_from([None, "32N"]),
    locators=st.lists(st.builds(Locator, CODES, CARRIERS), max_size=1).map(tuple),
)


@st.composite
def travellers(draw: st.DrawFn, reference: str) -> ReservationTraveller:
    """A person with a passport, perhaps a visa, bags, tickets and a check-in on the first leg."""
    passport = draw(st.builds(TravelDocument, st.just("P"), CODES, STATES, st.none() | DAYS))
    visa = draw(st.none() | st.builds(TravelDocument, st.just("V"), CODES, STATES, st.none(), DAYS))
    tags = (BagTag(carrier="XA", number="0999118204", count=draw(st.integers(1, 3)), destination="ATH"),)
    is_checked_in = draw(st.booleans())
    check_in = CheckIn(leg=0, at=draw(MOMENTS), sequence="041", seat="12A", cabin="Y")
    return ReservationTraveller(
        reference=reference,
        surname=draw(NAMES),
        given_names=draw(st.none() | NAMES),
        kind=draw(st.sampled_from([None, "ADULT", "CHILD"])),
        birth_date=PartialDate.of(draw(st.dates(date(1920, 1, 1), date(2026, 1, 1)))),
        sex=draw(st.sampled_from([Sex.FEMALE, Sex.MALE])),
        nationality=draw(STATES),
        documents=tuple(each for each in (passport, visa) if each is not None),
        has_infant=draw(st.sampled_from([None, True])),
        unique_id=draw(st.none() | CODES),
        memberships=(FrequentFlyer("XA", draw(CODES), draw(st.sampled_from([None, "GOLD"]))),),
        fares=(Fare(traveller_type="A", basis="KLRT6M"),),
        ticket_details=(draw(TICKETS),),
        check_ins=(check_in,) if is_checked_in else (),
        bags=(CheckedBags(leg=0, weight_kg=34, pool="HP", tags=tags),) if is_checked_in else (),
        excess_baggage=(ExcessBaggage(currency="EUR", rate=draw(AMOUNTS), number="1", unit="P"),),
    )


@st.composite
def reservations(draw: st.DrawFn) -> Reservation:
    """A reservation that says what XML has a place for."""
    locators = draw(
        st.lists(
            st.builds(Locator, CODES, CARRIERS), min_size=1, max_size=3, unique_by=lambda each: each.locator
        )
    )
    locators[0] = replace(locators[0], created_at=draw(MOMENTS))
    people = tuple(draw(travellers(str(place))) for place in range(1, draw(st.integers(1, 3)) + 1))
    seat = ServiceItem(
        code="SEAT",
        status="HK",
        number=1,
        carrier="XA",
        board="DXB",
        off="ATH",
        data=(SeatData(value="12A", traveller_reference="1"),),
        leg=0,
        where=WhereSent.LEG,
    )
    paid = Payment("CC", "411111XXXXXX1111", draw(AMOUNTS), None, "VI", "0929", "3")
    payment = replace(paid, ticket=people[0].ticket_details[0].number, traveller_reference="1")
    return Reservation(
        locator=locators[0].locator,
        carrier=locators[0].owner,
        other_locators=tuple(each.locator for each in locators[1:]),
        booked_at=locators[0].created_at,
        locators=tuple(locators),
        travellers=people,
        itinerary=tuple(draw(st.lists(LEGS, min_size=1, max_size=3))),
        payments=(payment,),
        changed_at=draw(st.none() | MOMENTS),
        ticketed_at=draw(st.none() | MOMENTS),
        booked_by=draw(st.none() | OFFICES),
        contacts=(draw(CONTACTS),),
        excess_baggage=(ExcessBaggage(currency="EUR", rate="50.00", number="23", unit="700"),),
        services=(seat,),
    )


def said(reservation: Reservation) -> Reservation:
    """A reservation without what its reader concludes: lists for print, and services that are documents."""
    return replace(
        reservation,
        travellers=tuple(
            replace(each, seats=(), tickets=(), frequent_flyer=(), bag_tags=(), name_sent=None)
            for each in reservation.travellers
        ),
        services=tuple(each for each in reservation.services if each.code == "SEAT"),
        phones=(),
        addresses=(),
        agency=None,
        is_withdrawn=False,
        party_size=None,
    )


def read(*sent: Reservation, **facts: bool) -> ParsedMessage:
    body = pnrgov_xml(FLIGHT, sent, sender="XA", reference="T1", **facts)
    (message,) = read_messages(body, "application/xml", RECEIVED_AT)
    return message


@given(st.lists(reservations(), max_size=3))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_written_reservations_read_back_equal(sent: list[Reservation]) -> None:
    message = read(*sent)
    assert [said(each).as_record() for each in message.reservations] == [
        said(each).as_record() for each in sent
    ]
    assert message.flight == FLIGHT


@given(reservations())
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_lists_for_print_hold_what_the_details_say(sent: Reservation) -> None:
    (reservation,) = read(sent).reservations
    for named, traveller in zip(sent.travellers, reservation.travellers, strict=True):
        assert traveller.tickets == tuple(each.number for each in named.ticket_details)
        assert traveller.bag_tags == tuple(
            number for bags in named.bags for tag in bags.tags for number in tag.numbers
        )
    assert reservation.agency == (None if sent.booked_by is None else sent.booked_by.name)


def test_header_says_what_the_push_is() -> None:
    assert (read().change, read().is_test, read().transaction_reference) == (Change.NEW, False, "T1")
    assert (read(is_update=True).change, read(is_test=True).is_test) == (Change.CHANGE, True)
