"""Elements of PNRGOV that several segments share: moments, addresses, offices, services."""

from datetime import date, datetime

from iso3166 import countries_by_alpha3

from services.ingest.replies.segments import Element, write_segment
from shared.travel.reservation_parts import BookingOffice, Contact, ServiceItem
from shared.travel.traveller import Address

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def day(when: date | None) -> str | None:
    """A date as DDMMYY."""
    return None if when is None else f"{when:%d%m%y}"


def moment(when: datetime | None) -> tuple[str | None, str | None]:
    """A date as DDMMYY and a time as HHMM, or HHMMSS where there are seconds."""
    if when is None:
        return None, None
    return day(when), f"{when:%H%M%S}" if when.second else f"{when:%H%M}"


def named_day(when: date | None, *, is_long: bool = False) -> str:
    """A date as DDMMMYY, as service texts have it, or with four digits of the year; empty for none."""
    if when is None:
        return ""
    return f"{when.day:02}{_MONTHS[when.month - 1]}{when.year if is_long else when.year % 100:02}"


def country(state: str | None) -> str | None:
    """A State as the two letters of ISO 3166-1 where it has them."""
    known = countries_by_alpha3.get(state or "")
    return state if known is None else known.alpha2


def address(contact: Contact) -> tuple[str | None, ...]:
    """The C032 of an ADD."""
    where = contact.address or Address()
    return (
        contact.purpose,
        where.street,
        where.city,
        where.region,
        contact.name,
        country(where.country),
        where.postal_code,
        contact.phone,
    )


def office(by: BookingOffice) -> tuple[Element, ...]:
    """The elements of an ORG."""
    return (
        (by.system, by.system_place),
        (by.agency_number, by.office, by.second_office),
        by.place,
        (by.company, by.company_place),
        by.kind,
        (by.country, by.currency, by.language),
        by.agent,
        by.line,
        by.party,
    )


def service(item: ServiceItem) -> str:
    """An SSR as it came."""
    number = None if item.number is None else str(item.number)
    data = [(each.value, each.unit, each.traveller_reference, each.characteristic) for each in item.data]
    return write_segment(
        "SSR",
        (item.code, item.status, number, item.carrier, None, None, item.board, item.off, item.text),
        *data,
    )
