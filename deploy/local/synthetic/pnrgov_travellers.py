"""The travellers of a PNR as PNRGOV segments: names, documents, tickets and payments."""

from collections.abc import Iterator

from deploy.local.synthetic.pnrgov_wire import address, moment, named_day
from services.ingest.replies.segments import write_segment
from shared.travel.reservation import Payment, Reservation, ReservationTraveller
from shared.travel.reservation_parts import Contact, TicketDetail
from shared.travel.traveller import Address, TravelDocument

_KINDS = {"ADULT": "A", "CHILD": "C", "INFANT": "IN", "GROUP": "G", None: None}


def traveller_segments(reservation: Reservation, traveller: ReservationTraveller) -> Iterator[str]:
    """The segments of one traveller from TIF on, and those of the tickets and their payments."""
    kind = "UM" if traveller.minor is not None else _KINDS[traveller.kind]
    infant = "1" if traveller.has_infant else None
    names = (traveller.given_names, kind, traveller.reference, infant)
    yield write_segment("TIF", traveller.surname, names)
    for each in traveller.memberships:
        yield write_segment("FTI", (each.airline, each.number, None, None, each.level))
    if traveller.unique_id is not None:
        yield write_segment("REF", (None, traveller.unique_id))
    for fare in traveller.fares:
        yield write_segment(
            "FAR",
            fare.traveller_type,
            fare.percentage,
            fare.country,
            fare.discount,
            None,
            fare.basis,
            fare.second_basis,
        )
    guardians = () if traveller.minor is None else traveller.minor.guardians
    for contact in (*traveller.contacts, *guardians):
        yield write_segment("ADD", None, address(contact))
    yield from _document_services(traveller)
    for ticket in traveller.ticket_details:
        yield from _ticket(reservation, traveller, ticket)


def _document_services(traveller: ReservationTraveller) -> Iterator[str]:
    visas = [each for each in traveller.documents if each.type == "V"]
    others = [each for each in traveller.documents if each.type != "V"]
    has_facts = bool(traveller.birth_date or traveller.sex or traveller.nationality)
    for document in others or ([TravelDocument(None, "")] if has_facts else []):
        yield _service("DOCS", _docs(traveller, document))
    place = traveller.birth_place
    birth_place = "" if place is None else " ".join(part for part in (place.city, place.country) if part)
    for visa in visas:
        issued, state = named_day(visa.issued), visa.issuer or ""
        yield _service("DOCO", f"/{birth_place}/V/{visa.number}//{issued}/{state}")
    if traveller.redress_number is not None:
        yield _service("DOCO", f"/{birth_place}/R/{traveller.redress_number}")
    if traveller.known_traveller_number is not None:
        yield _service("DOCO", f"/{birth_place}/K/{traveller.known_traveller_number}")
    for kind, where in (("D", traveller.destination), ("R", traveller.residence)):
        if where is not None:
            yield _service("DOCA", _doca(kind, where))


def _service(code: str, text: str) -> str:
    return write_segment("SSR", (code, "HK", "1", *[None] * 5, text))


def _docs(traveller: ReservationTraveller, document: TravelDocument) -> str:
    born = None if traveller.birth_date is None else traveller.birth_date.as_date()
    sex = "" if traveller.sex is None else traveller.sex.value
    return "/".join(
        [
            "",
            document.type or "",
            document.issuer or "",
            document.number,
            traveller.nationality or "",
            named_day(born, is_long=True),
            f"{sex}I" if sex and traveller.kind == "INFANT" else sex,
            named_day(document.expiry),
            traveller.surname,
            traveller.given_names or "",
        ]
    )


def _doca(kind: str, where: Address) -> str:
    parts = (where.country, where.street, where.city, where.region, where.postal_code)
    return "/".join(["", kind, *(part or "" for part in parts)])


def _ticket(reservation: Reservation, traveller: ReservationTraveller, ticket: TicketDetail) -> Iterator[str]:
    yield write_segment("TKT", (ticket.number, ticket.type, ticket.booklets))
    if ticket.prices:
        yield write_segment("MON", *((each.kind, each.amount, each.currency) for each in ticket.prices))
    if ticket.price_indicators or ticket.deadline or ticket.carrier:
        yield write_segment(
            "PTK",
            ticket.price_indicators,
            None,
            moment(ticket.deadline),
            ticket.carrier,
            ticket.carrier_number,
            ticket.place,
        )
    if ticket.taxes:
        taxes = ((each.amount, each.country, each.currency, each.code) for each in ticket.taxes)
        yield write_segment("TXD", None, *taxes)
    if ticket.issued_at is not None:
        yield write_segment("DAT", ("710", *moment(ticket.issued_at)))
    yield from payment_segments(reservation, traveller.reference, ticket.number)


def payment_segments(reservation: Reservation, reference: str | None, ticket: str | None) -> Iterator[str]:
    """The payments of one ticket, or those of the PNR as a whole where both are absent."""
    for payment in reservation.payments:
        if (payment.traveller_reference, payment.ticket) == (reference, ticket):
            yield _payment(payment)
            if payment.payer is not None:
                yield from _payer(payment.payer)


def _payment(payment: Payment) -> str:
    return write_segment(
        "FOP",
        (payment.form, payment.indicator, payment.amount, payment.vendor, payment.card, payment.expiry),
    )


def _payer(payer: Contact) -> Iterator[str]:
    if payer.name is not None:
        street = payer.address.street if payer.address is not None else None
        yield write_segment("IFT", ("4", "43"), payer.name, street, payer.phone)
    if payer.address is not None:
        yield write_segment("ADD", None, address(payer))
