"""A Flight element as segment groups 5 to 7: times, carriers, status, services, check-in and bags."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from services.ingest.formats.pnrgov_xml.rows import Rows, local_time, utc_time
from services.ingest.formats.pnrgov_xml.service_rows import add_remarks, add_services
from services.ingest.formats.pnrgov_xml.tree import Node

_NUMBER = re.compile(r"(\d+)([A-Z]?)")
_KILOGRAMS, _POUNDS, _NO_WEIGHT = "700", "701", "702"
_UNITS: Final = {
    **dict.fromkeys(("KG", "KGS", "K", "KGM", _KILOGRAMS), _KILOGRAMS),
    **dict.fromkeys(("LB", "LBS", "L", "LBR", _POUNDS), _POUNDS),
}


def add_pushed_leg(rows: Rows, leg: Node) -> None:
    """FlightLeg, the flight that the message is about."""
    rows.add(
        leg,
        "TVL",
        (*local_time(leg.value("departuredatetime")), *local_time(leg.value("arrivaldatetime"))),
        airport_of(leg, "departureairport"),
        airport_of(leg, "arrivalairport"),
        leg.value("carriercode") or leg.first("operatingairline").value("code"),
        flight_number(leg.value("flightnumber")),
    )


def airport_of(leg: Node, name: str) -> str:
    """The airport at one end of a leg."""
    return leg.first(name).value("locationcode") or leg.first(name).text


def flight_number(text: str, booking_class: str = "") -> tuple[str, str, str]:
    """A flight's number, class and operational suffix."""
    shape = _NUMBER.fullmatch(text.upper())
    return (shape[1], booking_class, shape[2]) if shape else (text, booking_class, "")


def add_leg(rows: Rows, flight: Node, bags: Mapping[str, Sequence[Node]]) -> None:
    """One Flight.

    Args:
        rows: Gets the segments.
        flight: The element.
        bags: The bags of each traveller that were checked in on this leg, by the traveller's reference.
    """
    marketing, operating = flight.first("marketingairline"), flight.first("operatingairline")
    booking_class = flight.value("resbookdesigcode")
    own, other = marketing.value("code"), operating.value("code")
    rows.add(
        flight,
        "TVL",
        (*local_time(flight.value("departuredatetime")), *local_time(flight.value("arrivaldatetime"))),
        airport_of(flight, "departureairport"),
        airport_of(flight, "arrivalairport"),
        (own or other, other if own else ""),
        flight_number(flight.value("flightnumber") or operating.value("flightnumber"), booking_class),
    )
    if operating.value("flightnumber") and own and other:
        number = flight_number(operating.value("flightnumber"), operating.value("resbookdesigcode"))
        rows.add(operating, "TRA", other, number)
    rows.add_filled(flight, "RPI", flight.value("numberinparty"), flight.value("status"))
    rows.add_filled(flight, "APD", flight.first("equipment").value("airequiptype"))
    add_services(rows, flight)
    rows.add_filled(flight, "RCI", *(_locator(node) for node in flight.all("bookingrefid")))
    add_remarks(rows, flight)
    _add_check_ins(rows, flight, dict(bags))


def _locator(node: Node) -> tuple[str, str]:
    return node.first("companyname").value("code"), node.value("id")


def _add_check_ins(rows: Rows, flight: Node, bags: dict[str, Sequence[Node]]) -> None:
    for info in flight.all("checkininfo"):
        moment = utc_time(info.value("time", "datetime"))
        rows.add(info, "DAT", ("2", *moment) if moment[0] else "")
        rows.add_filled(info, "ORG", info.value("airlinecode"), "", "", "", "", "", info.value("agentsine"))
        for reference, traveller in _checked_in(info):
            _add_boarding(rows, info, reference, traveller, bags.pop(reference, ()))
    if bags:
        rows.add(flight, "DAT")
    for reference, tagged in bags.items():
        _add_boarding(rows, flight, reference, {}, tagged)


def _checked_in(info: Node) -> Iterator[tuple[str, Mapping[str, Node]]]:
    """The elements of each traveller in a CheckInInfo, where they stand side by side.

    They are told by their reference; one without belongs with the one before it.
    """
    found: dict[str, dict[str, Node]] = {}
    reference = info.value("rph", "surnamerefnumber")
    for node in info.all("boardingnumber", "passenger", "seatnumber"):
        reference = node.value("rph", "surnamerefnumber") or reference
        found.setdefault(reference, {})[node.name] = node
    yield from found.items()


def _add_boarding(
    rows: Rows, source: Node, reference: str, boarding: Mapping[str, Node], bags: Sequence[Node]
) -> None:
    number = boarding.get("boardingnumber", source)
    sequence = number.value("number") or number.text if number is not source else ""
    rows.add(number, "TRI", "", (sequence, "", "", reference))
    passenger, seat = boarding.get("passenger", source), boarding.get("seatnumber", source)
    if passenger is not source and passenger.value("surname"):
        rows.add(passenger, "TIF", passenger.value("surname"), (passenger.value("givenname"), "", reference))
    if seat is not source:
        place = seat.value("number", "seat") or seat.text
        rows.add_filled(seat, "SSD", place, "", "", "", seat.value("cabinclass"))
    for bag in bags:
        _add_bag(rows, bag)


def _add_bag(rows: Rows, bag: Node) -> None:
    """ExcessBaggage with a tag number, as TBD: pieces or weight, pool and tags."""
    quantity, unit = bag.value("unitofmeasurequantity"), bag.value("unitofmeasurecode").upper()
    weight = _UNITS.get(unit)
    load = ("", quantity, weight) if weight else (quantity, "", _NO_WEIGHT)
    rows.add(
        bag,
        "TBD",
        "",
        load,
        "",
        bag.value("baggagepool"),
        (
            bag.value("issuercode"),
            bag.value("serialnumber"),
            bag.value("sequencecount"),
            bag.value("bagdestination"),
        ),
    )
