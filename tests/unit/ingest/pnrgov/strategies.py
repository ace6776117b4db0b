"""Reservations as a sender may hold them, in the form in which our reader gives them back."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from hypothesis import strategies as st

from services.ingest.formats.pnrgov.pnr_names import given_without_title
from shared.travel.flight import Flight, Leg
from shared.travel.partial_date import PartialDate
from shared.travel.reservation import (
    HistoryItem,
    ItineraryLeg,
    Payment,
    Reservation,
    ReservationTraveller,
)
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
    HistoryAction,
    HistoryKind,
    Locator,
    OtherService,
    OtherServiceKind,
    Price,
    SeatData,
    ServiceItem,
    Split,
    Tax,
    TicketDetail,
    WhereSent,
)
from shared.travel.traveller import Address, Place, Sex, TravelDocument

FLIGHT = Flight(
    "XA",
    "418",
    None,
    (Leg("DXB", "ATH", datetime.fromisoformat("2027-11-14T05:30"), None),),
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
words = st.text(_LETTERS, min_size=3, max_size=9)
codes = st.text(_LETTERS + "0123456789", min_size=1, max_size=9)
# Released characters are data, and must come back.
texts = st.text(_LETTERS + " ?+:'.-", min_size=1, max_size=20).map(str.strip).filter(bool)
carriers = st.sampled_from(["XA", "QZ", "1A", "9W"])
airports = st.sampled_from(["DXB", "ATH", "BOM", "ZRH"])
states = st.sampled_from(["GRC", "GHA", "IND", "DEU"])
numbers = st.integers(1, 9_999).map(str)
digits = st.integers(10**12, 10**13 - 1).map(str)
amounts = st.sampled_from(["10.00", "1622.00", "IT"])
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(  # noqa: DTZ001 - local times.
    lambda moment: moment.replace(microsecond=0, second=0)
)
phones = st.integers(10**8, 10**14).map(str)
names = words.filter(
    lambda name: given_without_title(name) == name and name not in {"NULL", "FNU", "LNU", "XXX"}
)


def maybe(strategy: Any) -> Any:
    return st.none() | strategy


locators = st.builds(Locator, codes, carriers, maybe(st.just("C")), maybe(moments))
offices = st.builds(
    BookingOffice,
    system=carriers,
    system_place=maybe(airports),
    agency_number=maybe(st.just("98765432")),
    office=maybe(codes),
    second_office=maybe(codes),
    place=maybe(airports),
    company=maybe(carriers),
    kind=maybe(st.sampled_from(["A", "T", "N"])),
    country=maybe(st.just("AE")),
    currency=maybe(st.just("AED")),
    language=maybe(st.just("EN")),
    agent=maybe(codes),
    line=maybe(codes),
    party=maybe(codes),
)
addresses = st.builds(Address, texts, maybe(texts), maybe(words), maybe(codes), maybe(states))
contacts_of_first = st.builds(
    Contact, kind=st.just(ContactKind.MOBILE), phone=phones, traveller_reference=st.just("1")
) | st.builds(
    Contact,
    kind=st.just(ContactKind.EMAIL),
    email=st.sampled_from(["ELENI_P@MAIL.EXAMPLE", "A-B@MAIL.EXAMPLE"]),
    traveller_reference=st.just("1"),
)
expiries = st.just(date(2031, 5, 18))
excesses = st.lists(
    st.builds(
        ExcessBaggage, currency=st.just("USD"), rate=amounts, number=maybe(numbers), unit=maybe(st.just("N"))
    ),
    max_size=2,
).map(tuple)
guardians = st.lists(
    st.builds(
        Contact,
        kind=st.just(ContactKind.EMERGENCY),
        name=maybe(words),
        phone=maybe(phones),
        address=addresses,
        purpose=st.just("701"),
    ),
    max_size=2,
)
tickets = st.builds(
    TicketDetail,
    number=digits,
    type=maybe(st.just("T")),
    booklets=maybe(st.just("1")),
    issued_at=maybe(moments),
    prices=st.lists(st.builds(Price, st.sampled_from("BT"), amounts, st.just("AED")), max_size=2).map(tuple),
    taxes=st.lists(
        st.builds(Tax, code=st.just("YQ"), amount=amounts, country=maybe(st.just("AE"))), max_size=2
    ).map(tuple),
    price_indicators=st.sampled_from([(), ("NR",), ("NR", "NE")]),
    deadline=maybe(moments),
    carrier=maybe(carriers),
)
legs = st.builds(
    ItineraryLeg,
    carrier=carriers,
    operating_carrier=maybe(carriers),
    number=numbers,
    origin=airports,
    destination=airports,
    departure=moments,
    arrival=maybe(moments),
    booking_class=maybe(st.just("K")),
    status=st.sampled_from(["HK", "HL", "TK"]),
    suffix=maybe(st.just("A")),
    party_size=st.integers(1, 99),
    equipment=maybe(st.just("32N")),
    locators=st.lists(locators, max_size=1).map(tuple),
)
others = st.builds(
    OtherService,
    kind=st.just(OtherServiceKind.HOTEL),
    code=st.just("8"),
    place=airports,
    place_name=maybe(texts),
    starts_at=moments,
    ends_at=maybe(moments),
    vendor=maybe(carriers),
    reference=maybe(codes),
    party_size=st.integers(1, 9),
    status=maybe(st.just("HK")),
)
bag_tags = st.builds(
    BagTag, carrier=carriers, number=st.integers(10**5, 10**6 - 200).map(str), count=maybe(st.integers(1, 99))
)


@st.composite
def travellers(draw: Any, reference: str, leg_count: int) -> ReservationTraveller:
    surname, given = draw(names), draw(names)
    birth = draw(maybe(st.dates(date(1930, 1, 1), date(2027, 1, 1))))
    passports = draw(
        st.lists(
            st.builds(
                TravelDocument, st.sampled_from(["P", "PD", "I"]), codes, states, st.just(date(2031, 5, 18))
            ),
            max_size=2,
            unique_by=lambda each: (each.type, each.number),
        )
    )
    visas = draw(st.lists(st.builds(TravelDocument, st.just("V"), codes, states), max_size=1))
    people = draw(guardians)
    memberships = draw(
        st.lists(
            st.builds(FrequentFlyer, carriers, codes, maybe(st.just("GOLD"))),
            max_size=2,
            unique_by=lambda each: (each.airline, each.number),
        )
    )
    details = draw(st.lists(tickets, max_size=2, unique_by=lambda each: each.number))
    check_ins, bags = _checked_in(draw, leg_count)
    seats = {each.seat.lstrip("0"): each.seat for each in reversed(check_ins) if each.seat}
    ordered = dict.fromkeys(each.seat.lstrip("0") for each in check_ins if each.seat)
    return ReservationTraveller(
        reference=reference,
        surname=surname,
        given_names=given,
        kind=draw(st.sampled_from(["ADULT", "CHILD", "INFANT"])),
        birth_date=None if birth is None else PartialDate.of(birth),
        sex=draw(maybe(st.sampled_from([Sex.FEMALE, Sex.MALE]))),
        nationality=draw(maybe(states)),
        documents=(*passports, *visas),
        tickets=tuple(each.number or "" for each in details),
        frequent_flyer=tuple(f"{each.airline}{each.number}" for each in memberships),
        seats=tuple(seats[each] for each in ordered),
        bag_tags=tuple(dict.fromkeys(number for each in bags for tag in each.tags for number in tag.numbers)),
        name_sent=f"{surname}:{given}",
        has_infant=draw(maybe(st.just(True))),
        unique_id=draw(maybe(codes)),
        birth_place=Place("ACCRA", "GHA") if visas else None,
        residence=draw(maybe(st.just(Address("S", "C", None, "1", "GRC")))),
        contacts=tuple(replace(each, traveller_reference=reference) for each in people),
        memberships=tuple(memberships),
        fares=tuple(draw(st.lists(st.builds(Fare, traveller_type=st.just("A"), basis=codes), max_size=1))),
        ticket_details=tuple(details),
        check_ins=tuple(check_ins),
        bags=tuple(bags),
        excess_baggage=draw(excesses),
    )


def _checked_in(draw: Any, leg_count: int) -> tuple[list[CheckIn], list[CheckedBags]]:
    check_ins, bags = [], []
    for leg in range(leg_count):
        if not draw(st.booleans()):
            continue
        check_ins.append(
            CheckIn(
                leg=leg,
                at=draw(maybe(moments)),
                sequence=draw(numbers),
                place=draw(maybe(st.just("SIN"))),
                seat=draw(maybe(st.sampled_from(["12A", "012A", "31F"]))),
                cabin=draw(maybe(st.just("Y"))),
                agent=draw(maybe(offices)),
            )
        )
        if draw(st.booleans()):
            tags = tuple(draw(st.lists(bag_tags, max_size=2)))
            pool = draw(maybe(st.just("HP")))
            bags.append(
                CheckedBags(leg=leg, pieces=2, weight_kg=draw(st.integers(1, 99)), pool=pool, tags=tags)
            )
    return check_ins, bags


@st.composite
def reservations(draw: Any) -> Reservation:
    own = draw(st.lists(locators, min_size=1, max_size=2, unique_by=lambda each: each.locator))
    pushed = ItineraryLeg(
        carrier="XA",
        number="418",
        origin="DXB",
        destination="ATH",
        departure=FLIGHT.legs[0].departure,
        status="HK",
        party_size=draw(st.integers(1, 9)),
    )
    itinerary = (pushed, *draw(st.lists(legs, max_size=2)))
    count = draw(st.integers(1, 3))
    people = [draw(travellers(str(place), len(itinerary))) for place in range(1, count + 1)]
    contacts = draw(st.lists(contacts_of_first, max_size=3))
    office = draw(offices)
    splits = tuple(draw(st.lists(st.builds(Split, st.tuples(locators), st.integers(1, 9)), max_size=1)))
    return Reservation(
        locator=own[0].locator,
        carrier=own[0].owner,
        other_locators=tuple(each.locator for each in own[1:]),
        booked_at=own[0].created_at,
        is_split=bool(splits),
        travellers=tuple(people),
        itinerary=itinerary,
        phones=tuple(dict.fromkeys(each.phone for each in contacts if each.phone)),
        emails=tuple(dict.fromkeys(each.email for each in contacts if each.email)),
        payments=_payments(draw, people),
        agency=office.name,
        changed_at=draw(maybe(moments)),
        ticketed_at=draw(maybe(moments)),
        party_size=pushed.party_size,
        locators=tuple(own),
        splits=splits,
        booked_by=office,
        contacts=tuple(contacts),
        excess_baggage=draw(excesses),
        other_services=tuple(draw(st.lists(others, max_size=1))),
        history=tuple(draw(st.lists(_history(), max_size=2))),
        services=tuple(draw(st.lists(services, max_size=3))),
    )


services = st.builds(
    ServiceItem,
    code=st.sampled_from(["KSML", "WCHR", "CKIN", "BIKE"]),
    status=st.just("HK"),
    number=maybe(st.integers(1, 9)),
    carrier=maybe(carriers),
    text=maybe(texts),
    board=maybe(airports),
    off=maybe(airports),
    data=st.sampled_from([(), (SeatData(value="12A", traveller_reference="1"),)]),
    where=st.just(WhereSent.PNR),
)


def _payments(draw: Any, people: list[ReservationTraveller]) -> tuple[Payment, ...]:
    found: list[Payment] = []
    owners = [(None, None), *((each.reference, ticket) for each in people for ticket in each.tickets)]
    for reference, ticket in owners:
        if draw(st.booleans()):
            payer = draw(maybe(st.just(Contact(kind=ContactKind.PAYER, name="N P", phone="302105550144"))))
            card = draw(maybe(st.just("411111XXXXXX1111")))
            found.append(
                Payment("CC", card, draw(amounts), None, "VI", "0929", None, payer, ticket, reference)
            )
    return tuple(found)


def _history() -> st.SearchStrategy[HistoryItem]:
    by = BookingOffice(agent="XA0412", party="SU", place="DXB", company="XA", kind="4")
    action = st.sampled_from(HistoryAction)
    common = {"at": maybe(moments), "action": action, "office": st.just(by)}
    return st.one_of(
        st.builds(HistoryItem, kind=st.just(HistoryKind.NAME), surname=names, given_names=names, **common),
        st.builds(HistoryItem, kind=st.just(HistoryKind.LOCATOR), locators=st.tuples(locators), **common),
        st.builds(
            HistoryItem,
            kind=st.just(HistoryKind.FLIGHT),
            leg=legs.map(lambda leg: replace(leg, equipment=None, locators=())),
            **common,
        ),
        st.builds(
            HistoryItem,
            kind=st.just(HistoryKind.BAGGAGE),
            bags=st.just(CheckedBags(pieces=1, weight_kg=20, pool="NP")),
            **common,
        ),
    )
