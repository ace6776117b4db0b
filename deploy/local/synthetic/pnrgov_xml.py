"""PNRGOV messages in XML written from reservations, as a reservation system would push them.

Source: `spec/pnrgov.md` §13.
"""

from collections.abc import Sequence

from lxml import etree
from lxml.etree import _Element as Element

from deploy.local.synthetic.pnrgov_xml_travellers import add_passenger
from deploy.local.synthetic.pnrgov_xml_wire import add, add_contact, add_excess, add_services, moment, whole
from shared.travel.flight import Flight
from shared.travel.reservation import ItineraryLeg, Reservation, ReservationTraveller
from shared.travel.reservation_parts import BookingOffice, CheckIn, WhereSent

_REQUESTORS = {"T": "5", "A": "2"}


def pnrgov_xml(
    flight: Flight,
    reservations: Sequence[Reservation],
    *,
    sender: str,
    reference: str,
    is_update: bool = False,
    is_test: bool = False,
) -> bytes:
    """One message: a push of reservations.

    What `parse_pnrgov_xml` reads of it equals what went in, as far as XML has a place for it: no history, no
    splits and no services beside the flights.

    Args:
        flight: The flight that is pushed; its first leg is written.
        reservations: In the order to send them.
        sender: The carrier's designator.
        reference: The transaction's identifier, which the acknowledgement repeats.
        is_update: Only what changed, not all reservations.
        is_test: Whether the message is a test.
    """
    root = etree.Element("IATA_PNRGOV_NotifRQ")
    root.set("Version", "13.1")
    root.set("TransactionIdentifier", reference)
    root.set("Target", "Test" if is_test else "Production")
    if is_update:
        root.set("MessageFunction", "141")
    add(root, "Originator", AirlineCode=sender)
    leg = flight.legs[0]
    pushed = add(
        root,
        "FlightLeg",
        CarrierCode=flight.carrier,
        FlightNumber=f"{flight.number}{flight.suffix or ''}",
        DepartureDateTime=moment(leg.departure),
        ArrivalDateTime=moment(leg.arrival),
    )
    _airports(pushed, leg.origin, leg.destination)
    pnrs = add(root, "PNRs", NumberOfPnrs=str(len(reservations)))
    for reservation in reservations:
        _add_pnr(pnrs, reservation)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _airports(parent: Element, origin: str | None, destination: str | None) -> None:
    add(parent, "DepartureAirport", LocationCode=origin)
    add(parent, "ArrivalAirport", LocationCode=destination)


def _add_pnr(pnrs: Element, reservation: Reservation) -> None:
    created = reservation.locators[0].created_at if reservation.locators else None
    pnr = add(
        pnrs,
        "PNR",
        NumberOfPassengers=str(len(reservation.travellers)),
        PNR_TransDate=moment(reservation.changed_at),
        PNR_CreationDate=moment(created),
        LastTktDate=moment(reservation.ticketed_at),
    )
    for locator in reservation.locators:
        reference = add(pnr, "BookingRefID", ID=locator.locator, Type=locator.kind)
        add(reference, "CompanyName", Code=locator.owner)
    add_services(pnr, reservation, WhereSent.PNR)
    for remark in reservation.remarks:
        add(add(pnr, "OSI", Code=remark.carrier), "Text", remark.text)
    if reservation.booked_by is not None:
        _add_office(pnr, reservation.booked_by)
    for contact in reservation.contacts:
        add_contact(pnr, contact)
    for bags in reservation.excess_baggage:
        add_excess(pnr, bags)
    for traveller in reservation.travellers:
        add_passenger(pnr, reservation, traveller)
    for place, leg in enumerate(reservation.itinerary):
        _add_flight(pnr, reservation, place, leg)


def _add_office(pnr: Element, office: BookingOffice) -> None:
    source = add(
        add(pnr, "POS"),
        "Source",
        AirlineVendorID=office.system,
        PseudoCityCode=office.office,
        AirportCode=office.place,
        ISOCountry=office.country,
        ISOCurrency=office.currency,
        AgentSine=office.agent,
        AgentDutyCode=office.party,
    )
    kind = None if office.kind is None else _REQUESTORS[office.kind]
    requestor = add(source, "RequestorID", Type=kind, ID=office.agency_number)
    if office.company is not None:
        add(requestor, "CompanyName", Code=office.company)


def _add_flight(pnr: Element, reservation: Reservation, place: int, leg: ItineraryLeg) -> None:
    flight = add(
        pnr,
        "Flight",
        DepartureDateTime=moment(leg.departure),
        ArrivalDateTime=moment(leg.arrival),
        ResBookDesigCode=leg.booking_class,
        NumberInParty=whole(leg.party_size),
        Status=leg.status,
        FlightNumber=f"{leg.number or ''}{leg.suffix or ''}",
    )
    _airports(flight, leg.origin, leg.destination)
    if leg.equipment is not None:
        add(flight, "Equipment", AirEquipType=leg.equipment)
    add(flight, "MarketingAirline", Code=leg.carrier)
    if leg.operating_carrier is not None:
        add(
            flight,
            "OperatingAirline",
            Code=leg.operating_carrier,
            FlightNumber=leg.operating_number,
            ResBookDesigCode=leg.operating_class,
        )
    add_services(flight, reservation, WhereSent.LEG, None, place)
    for locator in leg.locators:
        add(add(flight, "BookingRefID", ID=locator.locator), "CompanyName", Code=locator.owner)
    for traveller in reservation.travellers:
        for check_in in traveller.check_ins:
            if check_in.leg == place:
                _add_check_in(flight, traveller, check_in)


def _add_check_in(flight: Element, traveller: ReservationTraveller, check_in: CheckIn) -> None:
    info = add(flight, "CheckInInfo", Time=moment(check_in.at))
    station = f"{check_in.place}-" if check_in.place else ""
    add(info, "BoardingNumber", Number=f"{station}{check_in.sequence or ''}", RPH=traveller.reference)
    if check_in.seat is not None or check_in.cabin is not None:
        add(info, "SeatNumber", check_in.seat, CabinClass=check_in.cabin)
