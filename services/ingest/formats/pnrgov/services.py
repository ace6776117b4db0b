"""Special services (SSR): the allowed facts are taken out of their texts, the rest is for the filter."""

from collections.abc import Callable
from dataclasses import replace

from services.ingest.formats.pnrgov import service_texts
from services.ingest.formats.pnrgov.drafts import CHILD, INFANT, PnrDraft, TravellerDraft
from services.ingest.formats.pnrgov.pnr_names import given_without_title
from services.ingest.formats.separators import Segment
from shared.travel.reservation_parts import (
    Contact,
    ContactKind,
    SeatData,
    ServiceItem,
    TicketDetail,
    WhereSent,
)

DEAD_STATUSES = frozenset(["HX", "UC", "UN", "NO", "XX", "XK", "XL", "XR"])
_SEAT_CODES = frozenset(["SEAT", "RQST", "NSST", "NSSA", "NSSW", "NSSB", "SMST", "SMSA", "SMSW", "SMSB"])
_TEXT_AT = 8
_NUMBER_DIGITS = 3


def read_service(segment: Segment, where: WhereSent, leg: int | None = None) -> ServiceItem | None:
    """One SSR as sent; `None` where it has no code."""
    code = segment.get(0).upper()
    if not code:
        return None
    text = "".join(segment.elements[0][_TEXT_AT:]).strip()
    number = segment.get(0, 2)
    data = tuple(
        SeatData(
            value=segment.get(element).upper() or None,
            unit=segment.get(element, 1) or None,
            traveller_reference=segment.get(element, 2) or None,
            characteristic=segment.get(element, 3) or None,
        )
        for element in range(1, len(segment.elements))
        if any(segment.elements[element])
    )
    if code in _SEAT_CODES and not any(each.value for each in data):
        seats = service_texts.read_text_seats(text)
        data = (*data, *(SeatData(value=seat) for seat in seats))
        text = "" if seats else text
    return ServiceItem(
        code=code,
        status=segment.get(0, 1).upper() or None,
        number=int(number) if number.isdecimal() and len(number) <= _NUMBER_DIGITS else None,
        carrier=segment.get(0, 3).upper() or None,
        text=text or None,
        board=segment.get(0, 6).upper() or None,
        off=segment.get(0, 7).upper() or None,
        data=data,
        leg=leg,
        where=where,
    )


def take_service(
    draft: PnrDraft,
    segment: Segment,
    where: WhereSent,
    traveller: TravellerDraft | None = None,
    leg: int | None = None,
) -> None:
    """Read one SSR into the PNR: its facts go to whom they concern, its code and rest to `services`."""
    service = read_service(segment, where, leg)
    if service is None:
        draft.warn("SERVICE_CODE_MISSING", segment)
        return
    if traveller is not None:
        service = replace(service, traveller_reference=traveller.reference)
    take = _HANDLERS.get(service.code)
    is_dead = (service.status or "") in DEAD_STATUSES
    if (
        take is not None
        and not is_dead
        and take(draft, segment, service, _concerned(draft, service, traveller))
    ):
        service = replace(service, text=None)
    draft.services.append(service)


def _concerned(
    draft: PnrDraft, service: ServiceItem, traveller: TravellerDraft | None
) -> TravellerDraft | None:
    """Whom a service is about: whose group it stands in, whom it refers to, or the PNR's only traveller."""
    if traveller is not None:
        return traveller
    for data in service.data:
        if data.traveller_reference:
            return draft.referred(data.traveller_reference)
    return draft.only()


def _take_docs(
    draft: PnrDraft, segment: Segment, service: ServiceItem, traveller: TravellerDraft | None
) -> bool:
    stated = service_texts.read_docs(service.text or "", draft.today)
    if stated is None:
        return False
    given = given_without_title(stated.given_names or "")
    if stated.is_infant and (traveller is None or traveller.kind != INFANT):
        traveller = draft.infant(stated.surname, given)
    traveller = traveller or draft.named(stated.surname, given)
    for problem in stated.problems:
        draft.warn(problem, segment, traveller)
    if traveller is None:
        draft.warn("TRAVELLER_UNKNOWN", segment)
        return True
    traveller.confirm_name(stated.given_names)
    traveller.birth_date = traveller.birth_date or stated.birth_date
    traveller.sex = stated.sex or traveller.sex
    traveller.nationality = traveller.nationality or stated.nationality
    if stated.document is not None and not traveller.add_document(stated.document):
        draft.warn("MAX_DOCUMENTS", segment, traveller)
    return True


def _take_doco(
    draft: PnrDraft, segment: Segment, service: ServiceItem, traveller: TravellerDraft | None
) -> bool:
    stated = service_texts.read_doco(service.text or "")
    if stated is None:
        return False
    if stated.is_infant:
        traveller = draft.infant(None, None)
    for problem in stated.problems:
        draft.warn(problem, segment, traveller)
    if traveller is None:
        draft.warn("TRAVELLER_UNKNOWN", segment)
        return True
    traveller.birth_place = traveller.birth_place or stated.birth_place
    if stated.kind == "R":
        traveller.redress_number = stated.number
    elif stated.kind == "K":
        traveller.known_traveller_number = stated.number
    if stated.document is not None and not traveller.add_document(stated.document):
        draft.warn("MAX_DOCUMENTS", segment, traveller)
    return True


def _take_doca(
    draft: PnrDraft, segment: Segment, service: ServiceItem, traveller: TravellerDraft | None
) -> bool:
    stated = service_texts.read_doca(service.text or "")
    if stated is None:
        return False
    kind, address, is_infant = stated
    if is_infant:
        traveller = draft.infant(None, None)
    if traveller is None:
        draft.warn("TRAVELLER_UNKNOWN", segment)
    elif kind == "D":
        traveller.destination = address
    elif kind == "R":
        traveller.residence = address
    return True


_CONTACT_KINDS = {
    "CTCM": ContactKind.MOBILE,
    "CTCH": ContactKind.HOME,
    "CTCB": ContactKind.BUSINESS,
    "CTCF": ContactKind.FAX,
}


def _take_phone(
    draft: PnrDraft, segment: Segment, service: ServiceItem, traveller: TravellerDraft | None
) -> bool:
    phone = service_texts.read_phone(service.text or "")
    if phone is None:
        draft.warn("CONTACT_UNREADABLE", segment, traveller)
        return False
    reference = None if traveller is None else traveller.reference
    draft.add_contact(Contact(kind=_CONTACT_KINDS[service.code], phone=phone, traveller_reference=reference))
    return True


def _take_email(
    draft: PnrDraft, segment: Segment, service: ServiceItem, traveller: TravellerDraft | None
) -> bool:
    email = service_texts.read_email(service.text or "")
    if email is None:
        draft.warn("CONTACT_UNREADABLE", segment, traveller)
        return False
    reference = None if traveller is None else traveller.reference
    draft.add_contact(Contact(kind=ContactKind.EMAIL, email=email, traveller_reference=reference))
    return True


def _take_emergency(
    draft: PnrDraft, _: Segment, service: ServiceItem, traveller: TravellerDraft | None
) -> bool:
    name, phone = service_texts.read_emergency(service.text or "")
    if phone is None:
        return False
    contact = Contact(
        kind=ContactKind.EMERGENCY,
        name=name,
        phone=phone,
        traveller_reference=None if traveller is None else traveller.reference,
    )
    if traveller is None:
        draft.add_contact(contact)
    else:
        traveller.contacts.append(contact)
    return True


def _take_frequent_flyer(
    draft: PnrDraft, segment: Segment, service: ServiceItem, traveller: TravellerDraft | None
) -> bool:
    membership = service_texts.read_frequent_flyer(service.text or "", service.carrier or "")
    if membership is None:
        return False
    if traveller is None:
        draft.warn("TRAVELLER_UNKNOWN", segment)
    elif membership not in traveller.memberships:
        traveller.memberships.append(membership)
    return True


def _take_seats(
    draft: PnrDraft, segment: Segment, service: ServiceItem, traveller: TravellerDraft | None
) -> bool:
    for data in service.data:
        referred = draft.referred(data.traveller_reference) if data.traveller_reference else traveller
        if data.value and referred is not None:
            referred.add_seat(data.value)
        elif data.value and data.traveller_reference:
            draft.warn("TRAVELLER_UNKNOWN", segment)
    return not service.text


def _take_ticket(
    draft: PnrDraft, segment: Segment, service: ServiceItem, traveller: TravellerDraft | None
) -> bool:
    found = service_texts.read_ticket(service.text or "")
    if found is None:
        return False
    number, is_infant = found
    if is_infant:
        traveller = draft.infant(None, None)
    if traveller is None:
        draft.warn("TRAVELLER_UNKNOWN", segment)
        return True
    traveller.add_ticket_number(number)
    if all(each.number != number for each in traveller.tickets):
        traveller.tickets.append(TicketDetail(number=number))
    return True


def _take_infant(
    draft: PnrDraft, segment: Segment, service: ServiceItem, traveller: TravellerDraft | None
) -> bool:
    stated = service_texts.read_infant(service.text or "", draft.today)
    if stated is None:
        return False
    if traveller is not None and traveller.kind != INFANT:
        traveller.has_infant = True
    infant = draft.infant(stated.surname, given_without_title(stated.given_names or ""))
    if infant is None:
        draft.warn("TRAVELLER_UNKNOWN", segment)
    else:
        infant.birth_date = infant.birth_date or stated.birth_date
    return True


def _take_child(draft: PnrDraft, _: Segment, service: ServiceItem, traveller: TravellerDraft | None) -> bool:
    if traveller is not None:
        traveller.kind = traveller.kind if traveller.kind == INFANT else CHILD
        born = service_texts.read_birth(service.text or "", draft.today)
        traveller.birth_date = traveller.birth_date or born
    return service.text is None or service_texts.read_birth(service.text, draft.today) is not None


def _take_minor(_draft: PnrDraft, _: Segment, service: ServiceItem, traveller: TravellerDraft | None) -> bool:
    if traveller is not None:
        traveller.is_minor_alone = True
        traveller.minor_age = service_texts.read_age(service.text or "")
    # The text may name languages and guardians, which the filter may keep of a minor alone.
    return False


def _take_limit(draft: PnrDraft, _: Segment, service: ServiceItem, _traveller: TravellerDraft | None) -> bool:
    limit = service_texts.read_limit(service.text or "", is_limit=service.code in _LIMIT_CODES)
    if limit is not None:
        draft.limits.append(limit)
    return False


_LIMIT_CODES = frozenset(["ADTK", "ADPI", "TKTL"])
_Handler = Callable[[PnrDraft, Segment, ServiceItem, TravellerDraft | None], bool]
_HANDLERS: dict[str, _Handler] = {
    "DOCS": _take_docs,
    "DOCO": _take_doco,
    "DOCA": _take_doca,
    **dict.fromkeys(_CONTACT_KINDS, _take_phone),
    "CTCE": _take_email,
    "PCTC": _take_emergency,
    **dict.fromkeys(("FQTV", "FQTS", "FQTR", "FQTU"), _take_frequent_flyer),
    **dict.fromkeys(_SEAT_CODES, _take_seats),
    **dict.fromkeys(("TKNE", "TKNA", "TKNM"), _take_ticket),
    "INFT": _take_infant,
    "CHLD": _take_child,
    "UMNR": _take_minor,
    **dict.fromkeys((*_LIMIT_CODES, "OTHS"), _take_limit),
}
