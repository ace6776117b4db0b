"""Special services (SSR): the allowed facts are taken out of their texts, the rest is for the filter."""

from collections.abc import Callable
from dataclasses import dataclass, replace

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
from shared.travel.traveller import Place, TravelDocument

DEAD_STATUSES = frozenset(["HX", "UC", "UN", "NO", "XX", "XK", "XL", "XR"])
_SEAT_CODES = frozenset(["SEAT", "RQST", "NSST", "NSSA", "NSSW", "NSSB", "SMST", "SMSA", "SMSW", "SMSB"])
_TEXT_AT = 8
_NUMBER_DIGITS = 3


def read_service(
    segment: Segment, where: WhereSent, traveller_reference: str | None = None, leg: int | None = None
) -> tuple[ServiceItem, str] | None:
    """One SSR as sent, and its text apart; `None` where it has no code."""
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
    service = ServiceItem(
        code=code,
        status=segment.get(0, 1).upper() or None,
        number=int(number) if number.isdecimal() and len(number) <= _NUMBER_DIGITS else None,
        carrier=segment.get(0, 3).upper() or None,
        board=segment.get(0, 6).upper() or None,
        off=segment.get(0, 7).upper() or None,
        data=data,
        traveller_reference=traveller_reference,
        leg=leg,
        where=where,
    )
    return service, text


@dataclass(slots=True, repr=False)
class _Told:
    """One service while its text is read: whom it is about, or `None` where that cannot be told."""

    draft: PnrDraft
    segment: Segment
    service: ServiceItem
    text: str
    traveller: TravellerDraft | None

    @property
    def reference(self) -> str | None:
        return None if self.traveller is None else self.traveller.reference

    def warn(self, code: str) -> None:
        self.draft.warn(code, self.segment, self.traveller)

    def has_traveller(self) -> bool:
        """Whether the facts have somebody to go to; a warning where they have not."""
        if self.traveller is None:
            self.warn("TRAVELLER_UNKNOWN")
        return self.traveller is not None


def take_service(
    draft: PnrDraft,
    segment: Segment,
    where: WhereSent,
    traveller: TravellerDraft | None = None,
    leg: int | None = None,
) -> None:
    """Read one SSR into the PNR: its facts go to whom they concern, its code and rest to `services`."""
    read = read_service(segment, where, None if traveller is None else traveller.reference, leg)
    if read is None:
        draft.warn("SERVICE_CODE_MISSING", segment)
        return
    service, text = read
    take = _HANDLERS.get(service.code)
    if take is not None and service.status not in DEAD_STATUSES:
        told = _Told(draft, segment, service, text, _concerned(draft, service, text, traveller))
        text = "" if take(told) else text
    draft.services.append(replace(service, text=text) if text else service)


def _concerned(
    draft: PnrDraft, service: ServiceItem, text: str, traveller: TravellerDraft | None
) -> TravellerDraft | None:
    """Whom a service is about: whose group it stands in, whom it refers to, the only one, whom it names."""
    if traveller is not None:
        return traveller
    for data in service.data:
        if data.traveller_reference:
            return draft.referred(data.traveller_reference)
    return draft.only() or _named_at_end(draft, text)


def _named_at_end(draft: PnrDraft, text: str) -> TravellerDraft | None:
    owner = service_texts.read_owner(text)
    return None if owner is None else draft.named(owner[0], given_without_title(owner[1]))


# Each of these takes the facts out of a service's text; whether nothing of it is left for the filter.


def _take_docs(told: _Told) -> bool:
    stated = service_texts.read_docs(told.text, told.draft.today)
    if stated is None:
        return False
    given = given_without_title(stated.given_names or "")
    if stated.is_infant and (told.traveller is None or told.traveller.kind != INFANT):
        told.traveller = told.draft.infant(stated.surname, given)
    told.traveller = told.traveller or told.draft.named(stated.surname, given)
    for problem in stated.problems:
        told.warn(problem)
    traveller = told.traveller
    if not told.has_traveller() or traveller is None:
        return False
    traveller.confirm_name(stated.given_names)
    traveller.birth_date = traveller.birth_date or stated.birth_date
    traveller.sex = stated.sex or traveller.sex
    traveller.nationality = traveller.nationality or stated.nationality
    _add_document(told, traveller, stated.document)
    return True


def _add_document(told: _Told, traveller: TravellerDraft, document: TravelDocument | None) -> None:
    if document is not None and not traveller.add_document(document):
        told.warn("MAX_DOCUMENTS")


def _take_doco(told: _Told) -> bool:
    stated = service_texts.read_doco(told.text)
    if stated is None:
        return False
    if stated.is_infant:
        told.traveller = told.draft.infant(None, None)
    for problem in stated.problems:
        told.warn(problem)
    traveller = told.traveller
    if not told.has_traveller() or traveller is None:
        return False
    traveller.birth_place = traveller.birth_place or stated.birth_place
    if stated.kind == "R":
        traveller.redress_number = stated.number
    elif stated.kind == "K":
        traveller.known_traveller_number = stated.number
    _add_document(told, traveller, stated.document)
    return True


def _take_doca(told: _Told) -> bool:
    stated = service_texts.read_doca(told.text)
    if stated is None:
        return False
    kind, address, is_infant = stated
    if is_infant:
        told.traveller = told.draft.infant(None, None)
    traveller = told.traveller
    if not told.has_traveller() or traveller is None:
        return False
    if kind == "D":
        traveller.destination = address
    elif kind == "R":
        traveller.residence = address
    elif kind == "B":
        traveller.birth_place = traveller.birth_place or Place(address.city, address.country)
    return True


def _take_phone(told: _Told) -> bool:
    phone = service_texts.read_phone(told.text)
    if phone is None:
        told.warn("CONTACT_UNREADABLE")
        return False
    kind = _CONTACT_KINDS[told.service.code]
    told.draft.contacts.append(Contact(kind=kind, phone=phone, traveller_reference=told.reference))
    return True


def _take_email(told: _Told) -> bool:
    email = service_texts.read_email(told.text)
    if email is None:
        told.warn("CONTACT_UNREADABLE")
        return False
    contact = Contact(kind=ContactKind.EMAIL, email=email, traveller_reference=told.reference)
    told.draft.contacts.append(contact)
    return True


def _take_emergency(told: _Told) -> bool:
    name, phone = service_texts.read_emergency(told.text)
    if phone is None:
        return False
    contact = Contact(kind=ContactKind.EMERGENCY, name=name, phone=phone, traveller_reference=told.reference)
    if told.traveller is None:
        told.draft.contacts.append(contact)
    else:
        told.traveller.contacts.append(contact)
    return True


def _take_frequent_flyer(told: _Told) -> bool:
    membership = service_texts.read_frequent_flyer(told.text, told.service.carrier or "")
    traveller = told.traveller
    if membership is None or not told.has_traveller() or traveller is None:
        return False
    traveller.once().add_membership(membership)
    return True


def _take_seats(told: _Told) -> bool:
    for data in told.service.data:
        traveller = told.traveller
        if data.traveller_reference:
            traveller = told.draft.referred(data.traveller_reference)
            if traveller is None:
                told.draft.warn("TRAVELLER_UNKNOWN", told.segment)
        if data.value and traveller is not None:
            traveller.once().add_seat(data.value)
    return not told.text


def _take_ticket(told: _Told) -> bool:
    found = service_texts.read_ticket(told.text)
    if found is None:
        return False
    number, is_infant = found
    if is_infant:
        told.traveller = told.draft.infant(None, None)
    traveller = told.traveller
    if not told.has_traveller() or traveller is None:
        return False
    traveller.once().add_ticket(TicketDetail(number=number))
    return True


def _take_infant(told: _Told) -> bool:
    stated = service_texts.read_infant(told.text, told.draft.today)
    if stated is None:
        return False
    if told.traveller is not None and told.traveller.kind != INFANT:
        told.traveller.has_infant = True
    told.traveller = told.draft.infant(stated.surname, given_without_title(stated.given_names or ""))
    infant = told.traveller
    if not told.has_traveller() or infant is None:
        return False
    infant.birth_date = infant.birth_date or stated.birth_date
    return True


def _take_child(told: _Told) -> bool:
    born = service_texts.read_birth(told.text, told.draft.today)
    if told.traveller is not None:
        _mark_as_child(told.traveller)
        told.traveller.birth_date = told.traveller.birth_date or born
    return born is not None


def _mark_as_child(traveller: TravellerDraft) -> None:
    """Some senders write every name as an adult's, and tell of a child by its services alone."""
    if traveller.kind != INFANT:
        traveller.kind = CHILD


def _take_minor(told: _Told) -> bool:
    if told.traveller is not None:
        _mark_as_child(told.traveller)
        told.traveller.is_minor_alone = True
        told.traveller.minor_age = service_texts.read_age(told.text)
    # The text may name languages and guardians, which the filter may keep of a minor alone.
    return False


def _take_limit(told: _Told) -> bool:
    limit = service_texts.read_limit(told.text, is_limit=told.service.code in _LIMIT_CODES)
    if limit is not None:
        told.draft.ticket_limits.append(limit)
    return False


_CONTACT_KINDS = {
    "CTCM": ContactKind.MOBILE,
    "CTCH": ContactKind.HOME,
    "CTCB": ContactKind.BUSINESS,
    "CTCF": ContactKind.FAX,
}
_LIMIT_CODES = frozenset(["ADTK", "ADPI", "TKTL"])
_HANDLERS: dict[str, Callable[[_Told], bool]] = {
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
