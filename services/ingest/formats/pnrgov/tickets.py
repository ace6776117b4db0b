"""Tickets and how they were paid: GR.3 and GR.4, and the fares of FAR."""

from dataclasses import replace

from services.ingest.formats.pnrgov.drafts import PnrDraft, TravellerDraft
from services.ingest.formats.pnrgov.grouping import Group, GroupKind
from services.ingest.formats.pnrgov.header_segments import read_addresses
from services.ingest.formats.pnrgov.moments import moment_of
from services.ingest.formats.pnrgov.remarks import SPONSOR, read_payer, take_text, texts_of
from services.ingest.formats.separators import Segment
from shared.travel.reservation import Payment
from shared.travel.reservation_parts import (
    Contact,
    ContactKind,
    Fare,
    Price,
    Tax,
    TicketDetail,
    WhereSent,
)

_TAX_CODE_LENGTH = 2


def take_fare(traveller: TravellerDraft, segment: Segment) -> None:
    """The fare of a traveller: FAR."""
    traveller.fares.append(
        Fare(
            traveller_type=segment.get(0) or None,
            percentage=segment.get(1) or None,
            country=segment.get(2) or None,
            discount=segment.get(3) or None,
            basis=segment.get(5) or None,
            second_basis=segment.get(6) or None,
        )
    )


def take_ticket(draft: PnrDraft, traveller: TravellerDraft, group: Group) -> None:
    """One ticket of a traveller with its price, taxes, limits and payments."""
    ticket = TicketDetail()
    for segment in group.segments:
        if segment.tag == "IFT":
            take_text(draft, segment, WhereSent.TRAVELLER, traveller)
        else:
            ticket = _with_segment(draft, ticket, segment)
    # An SSR TKNE before may have told of the same ticket; the ticket's own group says more.
    traveller.tickets = [each for each in traveller.tickets if each.number != ticket.number]
    traveller.tickets.append(ticket)
    if ticket.number is not None:
        traveller.add_ticket_number(ticket.number)
    for payment in group.all_of(GroupKind.PAYMENT):
        take_payment(draft, payment, traveller, ticket.number)


def _with_segment(draft: PnrDraft, ticket: TicketDetail, segment: Segment) -> TicketDetail:
    get = segment.get
    if segment.tag == "TKT":
        return replace(
            ticket, number=get(0) or None, type=get(0, 1).upper() or None, booklets=get(0, 2) or None
        )
    if segment.tag == "MON":
        return replace(ticket, prices=(*ticket.prices, *_prices(segment)))
    if segment.tag == "TXD":
        return replace(ticket, taxes=(*ticket.taxes, *_taxes(segment)))
    if segment.tag == "PTK":
        return _with_pricing(draft, ticket, segment)
    try:
        return replace(ticket, issued_at=moment_of(segment, 0, 1))
    except ValueError:
        draft.warn("DATE_UNREADABLE", segment)
        return ticket


def _prices(segment: Segment) -> list[Price]:
    return [
        Price(segment.get(element).upper() or None, amount, segment.get(element, 2).upper() or None)
        for element in range(len(segment.elements))
        if (amount := segment.get(element, 1))
    ]


def _taxes(segment: Segment) -> list[Tax]:
    return [
        Tax(
            code=segment.get(element, 3).upper()[:_TAX_CODE_LENGTH] or None,
            amount=segment.get(element) or None,
            country=segment.get(element, 1) or None,
            currency=segment.get(element, 2).upper() or None,
        )
        for element in range(1, len(segment.elements))
        if any(segment.elements[element])
    ]


def _with_pricing(draft: PnrDraft, ticket: TicketDetail, segment: Segment) -> TicketDetail:
    try:
        deadline = moment_of(segment, 2, 0)
    except ValueError:
        draft.warn("DATE_UNREADABLE", segment)
        deadline = None
    indicators = [each.strip().upper() for element in segment.elements[:1] for each in element]
    return replace(
        ticket,
        price_indicators=tuple(each for each in indicators if each),
        deadline=deadline,
        carrier=segment.get(3).upper() or None,
        carrier_number=segment.get(4) or None,
        place=segment.get(5).upper() or None,
    )


def take_payment(draft: PnrDraft, group: Group, traveller: TravellerDraft | None, ticket: str | None) -> None:
    """One payment group: each form of payment in FOP, and who paid."""
    payer = _payer(draft, group, traveller)
    for segment in group.segments:
        if segment.tag != "FOP":
            continue
        for element in range(len(segment.elements)):
            payment = _payment(segment, element)
            if payment is not None:
                reference = None if traveller is None else traveller.reference
                paid = replace(payment, payer=payer, ticket=ticket, traveller_reference=reference)
                draft.payments.append(paid)


def _payment(segment: Segment, element: int) -> Payment | None:
    get = segment.get
    if not any(segment.elements[element]):
        return None
    return Payment(
        form=get(element).upper() or None,
        card=get(element, 4) or None,
        amount=get(element, 2) or None,
        vendor=get(element, 3).upper() or None,
        expiry=get(element, 5) or None,
        indicator=get(element, 1) or None,
    )


def _payer(draft: PnrDraft, group: Group, traveller: TravellerDraft | None) -> Contact | None:
    payer: Contact | None = None
    reference = None if traveller is None else traveller.reference
    for segment in group.segments:
        texts = texts_of(segment) if segment.tag == "IFT" else []
        if segment.tag == "IFT" and segment.get(0, 1) == SPONSOR and texts:
            payer = read_payer(texts, None)
        elif segment.tag == "IFT":
            take_text(draft, segment, WhereSent.TRAVELLER, traveller)
        elif segment.tag == "ADD":
            addresses = read_addresses(segment, ContactKind.PAYER, reference)
            payer = _joined(payer, addresses[0]) if addresses else payer
    return payer


def _joined(payer: Contact | None, address: Contact) -> Contact:
    """The payer's address in its own segment is better structured than the one in the text."""
    if payer is None:
        return address
    return replace(
        payer,
        name=payer.name or address.name,
        phone=payer.phone or address.phone,
        email=address.email,
        address=address.address or payer.address,
        purpose=address.purpose,
    )
