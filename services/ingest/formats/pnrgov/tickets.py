"""Tickets and how they were paid: GR.3 and GR.4, and the fares of FAR."""

from dataclasses import replace
from typing import Any

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
    facts: dict[str, Any] = {}
    for segment in group.segments:
        if segment.tag == "IFT":
            take_text(draft, segment, WhereSent.TRAVELLER, traveller)
        else:
            facts.update(_ticket_facts(draft, segment))
    ticket = TicketDetail(**facts)
    traveller.once().add_ticket(ticket)
    for payment in group.all_of(GroupKind.PAYMENT):
        take_payment(draft, payment, traveller, ticket.number)


def _ticket_facts(draft: PnrDraft, segment: Segment) -> dict[str, Any]:
    tag, get = segment.tag, segment.get
    if tag == "TKT":
        return {"number": get(0) or None, "type": get(0, 1).upper() or None, "booklets": get(0, 2) or None}
    if tag == "MON":
        return {"prices": tuple(_prices(segment))}
    if tag == "TXD":
        return {"taxes": tuple(_taxes(segment))}
    if tag == "PTK":
        return _pricing(draft, segment)
    try:
        return {"issued_at": moment_of(segment, 0, 1)}
    except ValueError:
        draft.warn("DATE_UNREADABLE", segment)
        return {}


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


def _pricing(draft: PnrDraft, segment: Segment) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "price_indicators": tuple(each.strip().upper() for each in segment.elements[0] if each.strip())
        if segment.elements
        else (),
        "carrier": segment.get(3).upper() or None,
        "carrier_number": segment.get(4) or None,
        "place": segment.get(5).upper() or None,
    }
    try:
        facts["deadline"] = moment_of(segment, 2, 0)
    except ValueError:
        draft.warn("DATE_UNREADABLE", segment)
    return facts


def take_payment(draft: PnrDraft, group: Group, traveller: TravellerDraft | None, ticket: str | None) -> None:
    """One payment group: each form of payment in FOP, and who paid."""
    payer = _payer(draft, group, traveller)
    reference = None if traveller is None else traveller.reference
    for segment in group.segments:
        if segment.tag != "FOP":
            continue
        get = segment.get
        draft.payments.extend(
            Payment(
                form=get(element).upper() or None,
                card=get(element, 4) or None,
                amount=get(element, 2) or None,
                vendor=get(element, 3).upper() or None,
                expiry=get(element, 5) or None,
                indicator=get(element, 1) or None,
                payer=payer,
                ticket=ticket,
                traveller_reference=reference,
            )
            for element in range(len(segment.elements))
            if any(segment.elements[element])
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
