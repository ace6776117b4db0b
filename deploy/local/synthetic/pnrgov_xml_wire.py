"""Elements of PNRGOV XML that several parts share: moments, services, contacts, baggage."""

from datetime import date, datetime

from lxml import etree
from lxml.etree import _Element as Element

from shared.travel.reservation import Reservation
from shared.travel.reservation_parts import Contact, ExcessBaggage, ServiceItem, WhereSent
from shared.travel.traveller import Address


def add(parent: Element, name: str, words: str | None = None, **facts: str | None) -> Element:
    """A child element with these attributes, absent ones left out."""
    child = etree.SubElement(parent, name)
    child.text = words
    for key, value in facts.items():
        if value is not None:
            child.set(key, value)
    return child


def moment(when: datetime | None) -> str | None:
    """A date-time as ISO 8601, local without offset."""
    return None if when is None else when.isoformat(timespec="seconds")


def day(when: date | None) -> str | None:
    """A date as ISO 8601."""
    return None if when is None else when.isoformat()


def whole(number: int | None) -> str | None:
    """A whole number as text."""
    return None if number is None else str(number)


def add_services(
    parent: Element,
    reservation: Reservation,
    where: WhereSent,
    reference: str | None = None,
    leg: int | None = None,
) -> None:
    """The services of one part of a reservation, as SSR elements."""
    for item in reservation.services:
        if (item.where, item.traveller_reference, item.leg) == (where, reference, leg):
            _add_service(parent, item)


def _add_service(parent: Element, item: ServiceItem) -> None:
    service = add(
        parent,
        "SSR",
        SSRCode=item.code,
        ServiceQuantity=whole(item.number),
        Status=item.status,
        BoardPoint=item.board,
        OffPoint=item.off,
    )
    add(service, "Airline", Code=item.carrier)
    if item.text is not None:
        add(service, "Text", item.text)
    for seat in item.data:
        add(service, "SeatNumber", seat.value, RPH=seat.traveller_reference)


def add_contact(parent: Element, contact: Contact) -> None:
    """A telephone number, an e-mail address and a postal address, as ContactInfo."""
    info = add(parent, "ContactInfo", PhoneNumber=contact.phone, EmailAddress=contact.email)
    if contact.name is not None:
        info.set("Name", contact.name)
    if contact.address is not None:
        _add_address(info, contact.address)


def _add_address(info: Element, address: Address) -> None:
    parts = {
        "AddressLine": address.street,
        "CityName": address.city,
        "PostalCode": address.postal_code,
        "StateProv": address.region,
        "CountryName": address.country,
    }
    for name, words in parts.items():
        if words is not None:
            add(info, name, words)


def add_excess(parent: Element, bags: ExcessBaggage) -> None:
    """Baggage paid for, as PrepaidBag."""
    add(
        parent,
        "PrepaidBag",
        UnitOfMeasureQuantity=bags.number,
        UnitOfMeasureCode=bags.unit,
        Amount=bags.rate,
        CurrencyCode=bags.currency,
    )
