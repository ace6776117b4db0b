"""Free texts (IFT, LTS): contacts and ticket limits are taken out; the rest is a remark for the filter."""

import re
from itertools import pairwise

from services.ingest.formats.pnrgov import service_texts
from services.ingest.formats.pnrgov.drafts import PnrDraft, TravellerDraft
from services.ingest.formats.separators import Segment
from shared.travel.reservation_parts import Contact, ContactKind, Remark, WhereSent
from shared.travel.traveller import Address

OSI, LTS, FARE_CALCULATION = "OSI", "LTS", "FARE_CALCULATION"
SPONSOR = "43"
_KINDS = {"28": OSI, "15": FARE_CALCULATION}
_CONTACT_KINDS = {
    "T": ContactKind.AGENCY,
    "B": ContactKind.BUSINESS,
    "H": ContactKind.HOME,
    "M": ContactKind.MOBILE,
    "P": ContactKind.UNKNOWN,
    "F": ContactKind.FAX,
    "E": ContactKind.EMAIL,
    "A": ContactKind.ADDRESS,
}
# IFT's own kinds of contact, where the text is nothing else.
_TYPED_CONTACTS = {
    "2": ContactKind.ADDRESS,
    "3": ContactKind.BUSINESS,
    "4": ContactKind.HOME,
    "5": ContactKind.UNKNOWN,
}
_CONTACT_MARK = re.compile(r"\bCTC([TBHMPFEA])\b|/AP([ME])\b[ -]?", re.IGNORECASE)


def texts_of(segment: Segment) -> list[str]:
    """The texts of an IFT: all elements after the first composite, empty ones kept in their places."""
    found = [":".join(element).strip() for element in segment.elements[1:]]
    return found if any(found) else []


def take_text(
    draft: PnrDraft, segment: Segment, where: WhereSent, traveller: TravellerDraft | None = None
) -> None:
    """Read one IFT that stands outside a payment."""
    kind = segment.get(0, 1)
    texts = texts_of(segment)
    reference = None if traveller is None else traveller.reference
    if kind == SPONSOR and texts:
        draft.contacts.append(read_payer(texts, reference))
        return
    if not texts and not segment.get(0).isdecimal():
        # Some senders leave the composite out and begin with the text.
        texts = [text for text in (segment.get(0),) if text]
        kind = "28"
    text = " ".join(text for text in texts if text)
    if not text:
        return
    if where is not WhereSent.HISTORY:
        typed = _TYPED_CONTACTS.get(kind)
        if typed is not None and _add_contact(draft, typed, text, reference):
            return
        _take_facts(draft, text, reference)
    carrier = segment.get(0, 3).upper() or None
    name = _KINDS.get(kind, f"IFT {segment.get(0)}:{kind}")
    draft.remarks.append(
        Remark(kind=name, text=text, carrier=carrier, traveller_reference=reference, where=where)
    )


def take_history_line(draft: PnrDraft, segment: Segment) -> None:
    """Read one LTS: a line of unstructured history."""
    text = " ".join(":".join(element).strip() for element in segment.elements).strip()
    if text:
        _take_facts(draft, text, None)
        draft.remarks.append(Remark(kind=LTS, text=text, where=WhereSent.HISTORY))


def read_payer(texts: list[str], reference: str | None) -> Contact:
    """The name, address and telephone number of who pays, each its own text: IFT 4:43."""
    name, street, *rest = (*texts, "")
    phone = next((found for found in map(service_texts.read_phone, rest) if found), None)
    return Contact(
        kind=ContactKind.PAYER,
        name=name or None,
        phone=phone,
        address=Address(street=street) if street else None,
        traveller_reference=reference,
    )


def _take_facts(draft: PnrDraft, text: str, reference: str | None) -> None:
    """Take the contacts and the ticket limit out of a text."""
    marks = list(_CONTACT_MARK.finditer(text))
    for mark, following in pairwise([*marks, None]):
        assert mark is not None
        kind = _CONTACT_KINDS[(mark[1] or mark[2]).upper()]
        end = len(text) if following is None else following.start()
        _add_contact(draft, kind, text[mark.end() : end].strip(" /"), reference)
    limit = None if marks else service_texts.read_limit(text, is_limit=False)
    if limit is not None:
        draft.ticket_limits.append(limit)


def _add_contact(draft: PnrDraft, kind: ContactKind, text: str, reference: str | None) -> bool:
    if kind is ContactKind.ADDRESS:
        contact = Contact(kind=kind, address=Address(street=text), traveller_reference=reference)
    elif kind is ContactKind.EMAIL:
        email = service_texts.read_email(text.partition(" ")[0])
        contact = Contact(kind=kind, email=email, traveller_reference=reference)
    else:
        phone = service_texts.read_phone(text)
        contact = Contact(kind=kind, phone=phone, traveller_reference=reference)
    if not (text and (contact.address or contact.email or contact.phone)):
        return False
    draft.contacts.append(contact)
    return True
