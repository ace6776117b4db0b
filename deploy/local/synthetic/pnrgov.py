"""PNRGOV messages written from reservations, as a reservation system would push them.

Source: IATA PADIS EDIFACT Implementation Guide PNRGOV; `spec/pnrgov.md` §2 to §8.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from deploy.local.synthetic.pnrgov_travellers import payment_segments, traveller_segments
from deploy.local.synthetic.pnrgov_wire import address, day, moment, office, service
from services.ingest.replies.segments import ADVICE, Element, write_segment
from shared.travel.flight import Flight
from shared.travel.reservation import HistoryItem, ItineraryLeg, Reservation, ReservationTraveller
from shared.travel.reservation_parts import (
    BookingOffice,
    CheckedBags,
    CheckIn,
    Contact,
    ContactKind,
    ExcessBaggage,
    HistoryAction,
    HistoryKind,
    Locator,
    OtherService,
    OtherServiceKind,
    WhereSent,
)

_CONTACT_CODES = {
    ContactKind.MOBILE: "CTCM",
    ContactKind.HOME: "CTCH",
    ContactKind.BUSINESS: "CTCB",
    ContactKind.FAX: "CTCF",
    ContactKind.EMAIL: "CTCE",
}
_OTHER_CODES = {OtherServiceKind.HOTEL: "8", OtherServiceKind.CAR: "2", OtherServiceKind.OTHER: "5"}


def pnrgov(
    flight: Flight,
    reservations: Sequence[Reservation],
    *,
    sender: str,
    recipient: str,
    reference: str,
    prepared_at: datetime,
    is_update: bool = False,
    part: int = 1,
    is_last_part: bool = True,
    stated: int | None = None,
) -> bytes:
    """One interchange with one message: a push of reservations.

    What `parse_pnrgov` reads of it, but for texts, equals what went in, where the printed lists of each
    reservation (telephone numbers, seats, bag tags, tickets) hold what its details say.

    Args:
        flight: The flight that is pushed; its first leg is written.
        reservations: In the order to send them.
        sender: The carrier's address in UNB.
        recipient: The State's.
        reference: The control reference of the interchange.
        prepared_at: When the message was made, UTC.
        is_update: Only what changed (141), not all reservations (22).
        part: Which part of a message in parts this is, from 1.
        is_last_part: Whether it is the last.
        stated: How many reservations all parts have; those given where left out.
    """
    letter = "F" if is_last_part else "C" if part == 1 else None
    access = f"{prepared_at:%d%m%y/%H%M}/{flight.carrier}/{flight.number}"
    message = [
        write_segment("UNH", "1", ("PNRGOV", "13", "1", "IA"), access, (f"{part:02}", letter)),
        write_segment("MSG", (None, "141" if is_update else "22")),
        write_segment("ORG", (flight.carrier, flight.legs[0].origin)),
        _pushed_flight(flight),
        write_segment("EQN", str(len(reservations) if stated is None else stated)),
    ]
    for reservation in reservations:
        message.extend(pnr_segments(reservation))
    message.append(write_segment("UNT", str(len(message) + 1), "1"))
    stamp = (f"{prepared_at:%y%m%d}", f"{prepared_at:%H%M}")
    header = write_segment("UNB", ("IATA", "1"), sender, recipient, stamp, reference)
    segments = [header, *message, write_segment("UNZ", "1", reference)]
    return (ADVICE + "\n" + "\n".join(segments) + "\n").encode("ascii")


def pnr_segments(reservation: Reservation) -> Iterator[str]:
    """The segments of one PNR, from SRC on."""
    yield write_segment("SRC")
    if reservation.locators:
        yield write_segment("RCI", *(_locator(each) for each in reservation.locators))
    if reservation.is_cancelled:
        yield write_segment("ORG")
        return
    yield from _services(reservation, WhereSent.PNR)
    yield from _dates(reservation)
    if reservation.booked_by is not None:
        yield write_segment("ORG", *office(reservation.booked_by))
    yield from _contacts(reservation.contacts)
    yield from _excess(reservation.excess_baggage)
    yield from payment_segments(reservation, None, None)
    for traveller in reservation.travellers:
        yield from traveller_segments(reservation, traveller)
        yield from _services(reservation, WhereSent.TRAVELLER, traveller.reference)
        yield from _excess(traveller.excess_baggage)
    for place, leg in enumerate(reservation.itinerary):
        yield from _leg(reservation, place, leg)
    for split in reservation.splits:
        yield write_segment("EQN", None if split.count is None else str(split.count))
        yield write_segment("RCI", *(_locator(each) for each in split.locators))
    for other in reservation.other_services:
        yield from _other_service(other)
    for item in reservation.history:
        yield from _history_item(item)
    for remark in reservation.remarks:
        yield write_segment("LTS", remark.text)


def _pushed_flight(flight: Flight) -> str:
    leg = flight.legs[0]
    return write_segment(
        "TVL",
        (*moment(leg.departure), *moment(leg.arrival)),
        leg.origin,
        leg.destination,
        flight.carrier,
        (flight.number, None, flight.suffix),
    )


def _locator(locator: Locator) -> tuple[str | None, ...]:
    return (locator.owner, locator.locator, locator.kind, *moment(locator.created_at))


def _dates(reservation: Reservation) -> Iterator[str]:
    dates: list[Element] = []
    if reservation.changed_at is not None:
        dates.append(("700", *moment(reservation.changed_at)))
    if reservation.ticketed_at is not None:
        dates.append(("710", *moment(reservation.ticketed_at)))
    if dates:
        yield write_segment("DAT", *dates)


def _services(
    reservation: Reservation, where: WhereSent, reference: str | None = None, leg: int | None = None
) -> Iterator[str]:
    for item in reservation.services:
        if (item.where, item.traveller_reference, item.leg) == (where, reference, leg):
            yield service(item)


def _contacts(contacts: Sequence[Contact]) -> Iterator[str]:
    for contact in contacts:
        code = _CONTACT_CODES.get(contact.kind)
        data = [(None, None, contact.traveller_reference)] if contact.traveller_reference else []
        if contact.kind is ContactKind.EMAIL and contact.email:
            text = contact.email.replace("-", "./").replace("_", "..").replace("@", "//")
            yield write_segment("SSR", ("CTCE", "HK", "1", *[None] * 5, f"/{text}"), *data)
        elif code is not None and contact.phone:
            yield write_segment("SSR", (code, "HK", "1", *[None] * 5, f"/{contact.phone}"), *data)
        else:
            yield write_segment("ADD", None, address(contact))


def _excess(excess: Sequence[ExcessBaggage]) -> Iterator[str]:
    for each in excess:
        yield write_segment("EBD", (each.currency, each.rate), (each.number, each.measure, each.unit))


def _leg(reservation: Reservation, place: int, leg: ItineraryLeg) -> Iterator[str]:
    yield _flight_segment(leg)
    if leg.operating_number is not None:
        yield write_segment("TRA", leg.operating_carrier, (leg.operating_number, leg.operating_class))
    if leg.party_size is not None or leg.status is not None:
        yield write_segment("RPI", None if leg.party_size is None else str(leg.party_size), leg.status)
    if leg.equipment is not None:
        yield write_segment("APD", leg.equipment)
    yield from _services(reservation, WhereSent.LEG, None, place)
    if leg.locators:
        yield write_segment("RCI", *(_locator(each) for each in leg.locators))
    for traveller in reservation.travellers:
        for check_in in traveller.check_ins:
            if check_in.leg == place:
                yield from _check_in(traveller, check_in)


def _flight_segment(leg: ItineraryLeg) -> str:
    return write_segment(
        "TVL",
        (*moment(leg.departure), *moment(leg.arrival)),
        leg.origin,
        leg.destination,
        (leg.carrier, leg.operating_carrier),
        (leg.number, leg.booking_class, leg.suffix),
    )


def _check_in(traveller: ReservationTraveller, check_in: CheckIn) -> Iterator[str]:
    yield write_segment("DAT", ("2", *moment(check_in.at)) if check_in.at is not None else None)
    if check_in.agent is not None:
        yield write_segment("ORG", *office(check_in.agent))
    station = f"{check_in.place}-" if check_in.place else ""
    sequence = f"{station}{check_in.sequence or ''}"
    yield write_segment("TRI", None, (sequence, None, None, traveller.reference))
    if check_in.seat is not None or check_in.cabin is not None:
        yield write_segment("SSD", check_in.seat, None, None, None, check_in.cabin)
    for bags in traveller.bags:
        if bags.leg == check_in.leg:
            yield bag_segment(bags)


def bag_segment(bags: CheckedBags) -> str:
    """The TBD of bags: pieces and kilograms, pool, tags."""
    pieces = None if bags.pieces is None else str(bags.pieces)
    weight = (None, None) if bags.weight_kg is None else (str(bags.weight_kg), "700")
    tags = [
        (each.carrier, each.number, None if each.count is None else str(each.count), each.destination)
        for each in bags.tags
    ]
    return write_segment("TBD", bags.status, (pieces, *weight), None, (bags.pool, bags.pool_identity), *tags)


def _other_service(other: OtherService) -> Iterator[str]:
    yield write_segment("MSG", other.code or _OTHER_CODES[other.kind])
    ends = (day(other.ends_at), f"{other.ends_at:%H%M}") if other.ends_at else (None, None)
    yield write_segment(
        "TVL",
        (*moment(other.starts_at), *ends),
        (other.place, other.place_name),
        other.second_place,
        other.vendor,
        (other.reference, other.product),
    )
    if other.party_size is not None:
        yield write_segment("RPI", str(other.party_size), other.status)


def _history_item(item: HistoryItem) -> Iterator[str]:
    by = item.office or BookingOffice()
    yield write_segment("ABI", by.kind, (by.agent, by.party), by.place, None, by.company)
    if item.at is not None:
        yield write_segment("DAT", ("T", *moment(item.at)))
    yield write_segment("SAC", None, None, "A" if item.action is HistoryAction.ADDED else "X")
    if item.leg is not None:
        yield _flight_segment(item.leg)
        yield write_segment("RPI", str(item.leg.party_size or 1), item.leg.status)
    elif item.kind is HistoryKind.NAME:
        yield write_segment("TIF", item.surname, item.given_names)
    elif item.bags is not None:
        yield bag_segment(item.bags)
    else:
        yield write_segment("RCI", *(_locator(each) for each in item.locators))
