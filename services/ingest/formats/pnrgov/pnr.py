"""One PNR: from its segments to a reservation, and the faults met in it."""

from collections.abc import Sequence
from typing import Any

from services.ingest.formats.pnrgov.check_in import take_check_in
from services.ingest.formats.pnrgov.drafts import GROUP, PnrDraft, TravellerDraft
from services.ingest.formats.pnrgov.grouping import PNR_UPDATED, Group, GroupKind, group_pnr
from services.ingest.formats.pnrgov.header_segments import (
    is_empty,
    read_addresses,
    read_excess,
    read_locators,
    read_office,
)
from services.ingest.formats.pnrgov.history import history_items
from services.ingest.formats.pnrgov.itinerary import leg_of, leg_on_flight, other_services
from services.ingest.formats.pnrgov.moments import moment_of
from services.ingest.formats.pnrgov.remarks import take_history_line, take_text
from services.ingest.formats.pnrgov.services import take_service
from services.ingest.formats.pnrgov.tickets import take_payment
from services.ingest.formats.pnrgov.traveller_group import read_name, take_traveller
from services.ingest.formats.separators import Segment
from shared.travel.flight import Flight
from shared.travel.reservation import Reservation
from shared.travel.reservation_parts import ContactKind, Locator, Split, WhereSent

# GR.2 repeats at most so often.
MAX_TRAVELLERS_A_PNR = 999
_TICKETED = "710"
_SPLIT_DIGITS = 3
# What GR.1 itself may say, beside SRC, which opens it, and RCI, which is read first.
_SAID_OF_PNR = frozenset(["SSR", "IFT", "LTS", "DAT", "ORG", "ADD", "EBD"])
_SELDOM = frozenset([GroupKind.SPLIT, GroupKind.HISTORY, GroupKind.OTHER_SERVICE])
_PNR_TAGS = frozenset(
    [
        "RCI",
        "SSR",
        "DAT",
        "IFT",
        "ORG",
        "ADD",
        "EBD",
        "LTS",
        "TIF",
        "FTI",
        "REF",
        "FAR",
        "TKT",
        "MON",
        "PTK",
        "TXD",
        "FOP",
        "TVL",
        "TRA",
        "RPI",
        "APD",
        "TRI",
        "SSD",
        "TBD",
        "EQN",
        "MSG",
        "ABI",
        "SAC",
    ]
)


class TooManyNames(Exception):
    """A PNR names more travellers than the guide allows."""


def read_pnr(segments: Sequence[Segment], flight: Flight, draft: PnrDraft) -> Reservation:
    """Read one PNR.

    Args:
        segments: From SRC to the last before the next SRC, at least one.
        flight: The flight that the message is about.
        draft: A fresh one; what was met on the way, and the next traveller's ordinal, stand in it afterwards.

    Raises:
        TooManyNames: There are more than `MAX_TRAVELLERS_A_PNR`.
    """
    group, misplaced = group_pnr(segments)
    if len(group.all_of(GroupKind.TRAVELLER)) > MAX_TRAVELLERS_A_PNR:
        raise TooManyNames
    reading = _PnrReading(draft, group, segments[0])
    reading.read()
    for segment in misplaced:
        if segment.tag in _PNR_TAGS:
            draft.warn("SEGMENT_MISPLACED", segment)
    return reading.reservation(flight)


class _PnrReading:
    """One walk over the groups of a PNR."""

    def __init__(self, draft: PnrDraft, group: Group, opening: Segment) -> None:
        self.draft = draft
        self._group = group
        self._opening = opening
        self._locators: list[Locator] = []
        self._empty_office: Segment | None = None

    def read(self) -> None:
        """Read everything: names first, because services and check-ins refer to them."""
        draft, group = self.draft, self._group
        self._read_locators()
        named = self._read_names()
        for segment in group.segments:
            if segment.tag in _SAID_OF_PNR:
                self._take(segment)
        for payment in group.all_of(GroupKind.PAYMENT):
            take_payment(draft, payment, None, None)
        for traveller, each in named:
            take_traveller(draft, traveller, each)
        if GroupKind.LEG in group.groups:
            self._take_legs()

    def _read_locators(self) -> None:
        findings = self.draft.findings
        for segment in self._group.segments:
            if segment.tag == "RCI":
                self._locators.extend(read_locators(segment, findings))
        if self._locators:
            findings.locator = self._locators[0].locator
        else:
            findings.warn("LOCATOR_MISSING", self._opening)

    def _read_names(self) -> list[tuple[TravellerDraft, Group]]:
        """Each traveller who has a name, with the group that names them."""
        named: list[tuple[TravellerDraft, Group]] = []
        for group in self._group.all_of(GroupKind.TRAVELLER):
            traveller = read_name(self.draft, group)
            if traveller is not None:
                self.draft.add_traveller(traveller)
                named.append((traveller, group))
        return named

    def _take(self, segment: Segment) -> None:
        tag, draft = segment.tag, self.draft
        if tag == "SSR":
            take_service(draft, segment, WhereSent.PNR)
        elif tag == "IFT":
            take_text(draft, segment, WhereSent.PNR)
        elif tag == "LTS":
            take_history_line(draft, segment)
        elif tag == "DAT":
            self._take_dates(segment)
        elif tag == "ORG":
            self._take_office(segment)
        elif tag == "ADD":
            for contact in read_addresses(segment, ContactKind.UNKNOWN, None):
                draft.contacts.append(contact)
        else:
            excess = read_excess(segment)
            draft.excess_baggage.extend([] if excess is None else [excess])

    def _take_dates(self, segment: Segment) -> None:
        for element in range(len(segment.elements)):
            qualifier = segment.get(element)
            try:
                moment = moment_of(segment, element, 1)
            except ValueError:
                self.draft.warn("DATE_UNREADABLE", segment)
                continue
            if qualifier == PNR_UPDATED:
                self.draft.changed_at = moment
            elif qualifier == _TICKETED:
                self.draft.ticketed_at = moment

    def _take_office(self, segment: Segment) -> None:
        if is_empty(segment):
            self._empty_office = segment
        elif self.draft.booked_by is None:
            self.draft.booked_by = read_office(segment)

    def _take_legs(self) -> None:
        draft = self.draft
        for place, group in enumerate(self._group.all_of(GroupKind.LEG)):
            draft.itinerary.append(leg_of(draft, group))
            for segment in group.segments:
                if segment.tag == "SSR":
                    take_service(draft, segment, WhereSent.LEG, leg=place)
                elif segment.tag == "IFT":
                    take_text(draft, segment, WhereSent.LEG)
            for check_in in group.all_of(GroupKind.CHECK_IN):
                take_check_in(draft, check_in, place)

    def reservation(self, flight: Flight) -> Reservation:
        """The reservation, once everything was read."""
        draft, group = self.draft, self._group
        pushed = leg_on_flight(flight, draft.itinerary) if draft.itinerary else None
        is_cancelled = self._is_cancelled(pushed)
        party_size = self._party_size(pushed)
        # First, because history puts its services into the draft.
        seldom = {} if _SELDOM.isdisjoint(group.groups) else self._seldom_said()
        facts = draft.said()
        facts["locator"] = None
        facts["is_cancelled"] = is_cancelled
        facts["is_withdrawn"] = pushed is None and not is_cancelled and bool(draft.travellers)
        facts["party_size"] = party_size
        if seldom:
            facts |= seldom
        if self._locators:
            facts |= _known_by(self._locators)
        return Reservation.saying(facts)

    def _seldom_said(self) -> dict[str, Any]:
        """What the groups say that few PNRs have: splits, history, what is booked beside the flights."""
        draft, group = self.draft, self._group
        splits = tuple(self._split(each) for each in group.all_of(GroupKind.SPLIT))
        history = [item for each in group.all_of(GroupKind.HISTORY) for item in history_items(draft, each)]
        others = group.all_of(GroupKind.OTHER_SERVICE)
        return {
            "is_split": bool(splits),
            "splits": splits,
            "history": tuple(history),
            "other_services": tuple(item for each in others for item in other_services(draft, each)),
        }

    def _is_cancelled(self, pushed: int | None) -> bool:
        """An empty ORG withdraws the PNR, unless the PNR itself still holds the flight."""
        if self._empty_office is None or self.draft.booked_by is not None:
            return False
        if pushed is not None:
            self.draft.warn("CANCELLATION_CONTRADICTED", self._empty_office)
        return pushed is None

    def _party_size(self, pushed: int | None) -> int | None:
        legs = self.draft.itinerary if pushed is None else [self.draft.itinerary[pushed]]
        for leg in legs:
            if leg.party_size is not None:
                return leg.party_size
        return len([each for each in self.draft.travellers if each.kind != GROUP]) or None

    def _split(self, group: Group) -> Split:
        count: int | None = None
        locators: list[Locator] = []
        for segment in group.segments:
            if segment.tag == "RCI":
                locators.extend(read_locators(segment, self.draft.findings))
            elif segment.get(0).isdecimal() and len(segment.get(0)) <= _SPLIT_DIGITS:
                count = int(segment.get(0))
        return Split(tuple(locators), count)


def _known_by(locators: Sequence[Locator]) -> dict[str, Any]:
    """What the RCI of a PNR say of it; the first locator is the sender's own."""
    own = locators[0]
    others = dict.fromkeys(each.locator for each in locators[1:] if each.locator != own.locator)
    return {
        "locator": own.locator or None,
        "carrier": own.owner,
        "booked_at": own.created_at,
        "other_locators": tuple(others),
        "locators": tuple(locators),
    }
