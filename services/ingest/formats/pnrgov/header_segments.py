"""Segments that stand in several groups and mean the same in each: RCI, ORG, ADD, EBD."""

from services.ingest.formats.pnrgov.findings import Findings
from services.ingest.formats.pnrgov.moments import moment_of
from services.ingest.formats.pnrgov.service_texts import read_email, read_phone
from services.ingest.formats.separators import Segment
from shared.travel.reservation_parts import (
    BookingOffice,
    Contact,
    ContactKind,
    ExcessBaggage,
    Locator,
)
from shared.travel.states import normalise_state
from shared.travel.traveller import Address

# The first component of ADD in release 11.1: what kind of contact follows.
_EMAIL_PURPOSE = "E"
_PHONE_PURPOSES = {"M": ContactKind.MOBILE, "H": ContactKind.HOME, "O": ContactKind.BUSINESS}


def read_locators(segment: Segment, findings: Findings) -> list[Locator]:
    """The record locators of an RCI; a creation that cannot be read is left out with a warning."""
    locators: list[Locator] = []
    for element in range(len(segment.elements)):
        locator = segment.get(element, 1).upper()
        if not locator:
            continue
        try:
            created_at = moment_of(segment, element, 3)
        except ValueError:
            findings.warn("DATE_UNREADABLE", segment)
            created_at = None
        owner, kind = segment.get(element).upper() or None, segment.get(element, 2).upper() or None
        locators.append(Locator(locator, owner, kind, created_at))
    return locators


def is_empty(segment: Segment) -> bool:
    """Whether a segment has nothing but its tag."""
    return not any(component.strip() for element in segment.elements for component in element)


def read_office(segment: Segment) -> BookingOffice | None:
    """The originator of an ORG; `None` where the segment is empty.

    Source: PNRGOV guide, ORG; `spec/pnrgov.md` §3.
    """
    if is_empty(segment):
        return None
    get = segment.get
    return BookingOffice(
        system=get(0) or None,
        system_place=get(0, 1) or None,
        agency_number=get(1) or None,
        office=get(1, 1) or None,
        second_office=get(1, 2) or None,
        place=get(2) or None,
        company=get(3) or None,
        company_place=get(3, 1) or None,
        kind=get(4).upper() or None,
        country=get(5) or None,
        currency=get(5, 1) or None,
        language=get(5, 2) or None,
        agent=get(6) or None,
        line=get(7) or None,
        party=get(8) or None,
    )


def read_addresses(segment: Segment, kind: ContactKind, traveller_reference: str | None) -> list[Contact]:
    """The contacts of an ADD: one for each composite that says something."""
    found: list[Contact] = []
    for element in range(len(segment.elements)):
        contact = _read_address(segment, element, kind, traveller_reference)
        if contact is not None:
            found.append(contact)
    return found


def _read_address(
    segment: Segment, element: int, kind: ContactKind, traveller_reference: str | None
) -> Contact | None:
    purpose, *parts = [segment.get(element, component) for component in range(8)]
    street, city, region, name, country, postal_code, free_text = parts
    filled = [part for part in parts if part]
    upper = purpose.upper()
    is_bare = len(filled) == 1
    if is_bare and (upper in _PHONE_PURPOSES or upper == _EMAIL_PURPOSE):
        street, city, region, name, country, postal_code, free_text = (*[""] * 6, filled[0])
        kind = _PHONE_PURPOSES.get(upper, ContactKind.EMAIL)
    phone, email = _phone_or_email(free_text)
    state = normalise_state(country) if country else None
    address = Address(street or None, city or None, region or None, postal_code or None, state)
    has_address = address != Address()
    if not (has_address or phone or email or name):
        return None
    return Contact(
        kind=kind,
        name=name or None,
        phone=phone,
        email=email,
        address=address if has_address else None,
        purpose=purpose or None,
        traveller_reference=traveller_reference,
    )


def _phone_or_email(text: str) -> tuple[str | None, str | None]:
    email = read_email(text)
    if email is not None:
        return None, email
    return read_phone(text), None


def read_excess(segment: Segment) -> ExcessBaggage | None:
    """Excess baggage of an EBD; `None` where the segment is empty."""
    if is_empty(segment):
        return None
    return ExcessBaggage(
        currency=segment.get(0) or None,
        rate=segment.get(0, 1) or None,
        number=segment.get(1) or None,
        measure=segment.get(1, 1) or None,
        unit=segment.get(1, 2) or None,
    )
