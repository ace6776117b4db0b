"""One traveller of a PNR (GR.2): the name, and what stands under it."""

import re

from services.ingest.formats import names
from services.ingest.formats.pnrgov.drafts import ADULT, CHILD, GROUP, INFANT, PnrDraft, TravellerDraft
from services.ingest.formats.pnrgov.grouping import Group, GroupKind
from services.ingest.formats.pnrgov.header_segments import read_addresses, read_excess
from services.ingest.formats.pnrgov.pnr_names import given_without_title
from services.ingest.formats.pnrgov.remarks import take_text
from services.ingest.formats.pnrgov.services import take_service
from services.ingest.formats.pnrgov.tickets import take_fare, take_ticket
from services.ingest.formats.separators import Segment
from shared.travel.reservation_parts import ContactKind, FrequentFlyer, WhereSent
from shared.travel.traveller import Sex

_KINDS = {
    "A": ADULT,
    "C": CHILD,
    "UM": CHILD,
    "IN": INFANT,
    "IS": INFANT,
    "IF": INFANT,
    "IM": INFANT,
    "G": GROUP,
}
_SEXES = {"IF": Sex.FEMALE, "IM": Sex.MALE, "F": Sex.FEMALE, "M": Sex.MALE}
_MINOR_ALONE = "UM"
_LEVEL = re.compile(r"[A-Z0-9]{1,12}", re.IGNORECASE)


def read_name(draft: PnrDraft, group: Group) -> TravellerDraft | None:
    """The traveller of a TIF; `None`, and a fault, where it has no name."""
    segment = group.segments[0]
    ordinal = draft.next_ordinal
    draft.next_ordinal += 1
    sent, given = segment.get(0), segment.get(1)
    kind = segment.get(1, 1).upper()
    if segment.get(0, 1).upper() == "G":
        kind = "G"
    surname, name = sent, f"{sent}:{given}" if sent and given else sent or given
    if names.is_placeholder(sent) and not (sent.upper() == "NULL" and given):
        surname = ""
    if not surname and given:
        draft.findings.warn("SURNAME_MISSING", segment, ordinal)
        surname, given = given, ""
    if not surname:
        draft.findings.reject_traveller("NAME_MISSING", segment, ordinal)
        return None
    bare = None if names.is_no_name(given) else given_without_title(given)
    reference = segment.get(1, 2) or None
    traveller = TravellerDraft(ordinal, surname, bare, _KINDS.get(kind), reference)
    traveller.name_sent = name
    if given:
        traveller.given_names_sent = given
    if kind:
        traveller.sex = _SEXES.get(kind)
        traveller.is_minor_alone = kind == _MINOR_ALONE
    if segment.get(1, 3) == "1":
        traveller.has_infant = True
    return traveller


def take_traveller(draft: PnrDraft, traveller: TravellerDraft, group: Group) -> None:
    """Read what stands under a traveller's name, in the order sent."""
    for segment in group.segments[1:]:
        _take_segment(draft, traveller, segment)
    for ticket in group.all_of(GroupKind.TICKET):
        take_ticket(draft, traveller, ticket)


def _take_segment(draft: PnrDraft, traveller: TravellerDraft, segment: Segment) -> None:
    tag = segment.tag
    if tag == "SSR":
        take_service(draft, segment, WhereSent.TRAVELLER, traveller)
    elif tag == "FTI":
        for membership in _memberships(segment):
            traveller.once().add_membership(membership)
    elif tag == "REF":
        traveller.unique_id = traveller.unique_id or segment.get(0, 1) or segment.get(0) or None
    elif tag == "FAR":
        take_fare(traveller, segment)
    elif tag == "ADD":
        traveller.guardians.extend(read_addresses(segment, ContactKind.EMERGENCY, traveller.reference))
    elif tag == "EBD":
        excess = read_excess(segment)
        traveller.excess_baggage.extend([] if excess is None else [excess])
    else:
        take_text(draft, segment, WhereSent.TRAVELLER, traveller)


def _memberships(segment: Segment) -> list[FrequentFlyer]:
    return [
        FrequentFlyer(
            segment.get(element).upper() or None, segment.get(element, 1) or None, _level(segment, element)
        )
        for element in range(len(segment.elements))
        if segment.get(element) or segment.get(element, 1)
    ]


def _level(segment: Segment, element: int) -> str | None:
    """The level stands in the fifth component, or in the seventh."""
    for component in (4, 6):
        sent = segment.get(element, component)
        if _LEVEL.fullmatch(sent):
            return sent
    return None
