"""One PNR while it is read: what is known so far of it and of each traveller.

A draft holds what was said and nothing else: most PNRs are near-empty, and to make and look through thirty
members of each cost most of reading them. What was said stands in the draft's dictionary, by the members of
the value that it becomes; what only helps to read it has slots.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar

from services.ingest.formats.people import MAX_DOCUMENTS
from services.ingest.formats.pnrgov.findings import Findings
from services.ingest.formats.separators import Segment
from shared.travel.partial_date import PartialDate
from shared.travel.reservation import ItineraryLeg, Payment, ReservationTraveller
from shared.travel.reservation_parts import (
    BookingOffice,
    CheckedBags,
    CheckIn,
    Contact,
    ContactKind,
    ExcessBaggage,
    Fare,
    FrequentFlyer,
    Remark,
    ServiceItem,
    TicketDetail,
    TicketLimit,
    UnaccompaniedMinor,
)
from shared.travel.traveller import Address, Place, Sex, TravelDocument

ADULT, CHILD, INFANT, GROUP = "ADULT", "CHILD", "INFANT", "GROUP"
MAX_BAG_TAGS = 999
Item = TypeVar("Item")


class Draft:
    """What was said so far of something; `lists` names the members that are lists as yet."""

    __slots__ = ("__dict__", "lists")
    lists: tuple[str, ...]

    def facts(self) -> dict[str, Any]:
        """What was said, by its members, lists as tuples. The draft is given away with it."""
        facts = vars(self)
        for name in self.lists:
            facts[name] = tuple(facts[name])
        return facts


class Listed(Generic[Item]):
    """A list of a draft, made when it is first asked for."""

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, draft: Draft, _owner: type) -> list[Item]:
        # From now on the draft's own attribute stands before this one.
        made: list[Item] = []
        vars(draft)[self._name] = made
        draft.lists = (*draft.lists, self._name)
        return made


class TravellerDraft(Draft):
    """What was read of one traveller so far; attributes are named as the traveller's members.

    `ordinal` is the traveller's place in the message, 0 of an infant that no TIF names.
    """

    __slots__ = (
        "confirmed_given_names",
        "given_names_sent",
        "is_minor_alone",
        "kept_once",
        "minor_age",
        "ordinal",
    )

    has_infant: bool | None = None
    unique_id: str | None = None
    birth_date: PartialDate | None = None
    sex: Sex | None = None
    nationality: str | None = None
    birth_place: Place | None = None
    residence: Address | None = None
    destination: Address | None = None
    redress_number: str | None = None
    known_traveller_number: str | None = None
    documents = Listed[TravelDocument]()
    contacts = Listed[Contact]()
    fares = Listed[Fare]()
    check_ins = Listed[CheckIn]()
    bags = Listed[CheckedBags]()
    excess_baggage = Listed[ExcessBaggage]()
    guardians = Listed[Contact]()

    def __init__(
        self, ordinal: int, surname: str, given_names: str | None, kind: str | None, reference: str | None
    ) -> None:
        self.lists = ()
        self.ordinal = ordinal
        self.given_names_sent: str | None = None
        self.confirmed_given_names: str | None = None
        self.minor_age: int | None = None
        self.is_minor_alone = False
        self.kept_once: KeptOnce | None = None
        self.name_sent: str | None = None
        self.surname = surname
        self.given_names = given_names
        self.kind = kind
        self.reference = reference

    @property
    def name_key(self) -> str:
        """What names of the traveller are compared by."""
        return name_key(self.surname, self.given_names)

    def confirm_name(self, given_names: str | None) -> None:
        """Put back what was taken for a title and is none: a document spells the given names with it."""
        sent = self.given_names_sent
        if sent and given_names and name_key("", sent) == name_key("", given_names):
            self.confirmed_given_names = sent

    def add_document(self, document: TravelDocument) -> bool:
        """Keep a document once; whether there was room for it."""
        if any((each.type, each.number) == (document.type, document.number) for each in self.documents):
            return True
        if len(self.documents) >= MAX_DOCUMENTS:
            return False
        self.documents.append(document)
        return True

    def once(self) -> "KeptOnce":
        """What is said of the traveller again and again, and kept once."""
        self.kept_once = self.kept_once or KeptOnce()
        return self.kept_once

    def add_bags(self, bags: CheckedBags) -> None:
        """Keep bags, and their tags for the printed list."""
        self.bags.append(bags)
        for tag in bags.tags:
            self.once().add_bag_tags(tag.numbers)

    def build(self) -> ReservationTraveller:
        """The traveller as read."""
        facts = self.facts()
        guardians = facts.pop("guardians", ())
        if self.confirmed_given_names is not None:
            facts["given_names"] = self.confirmed_given_names
        if self.kept_once is not None:
            facts |= self.kept_once.said()
        if self.is_minor_alone:
            facts["minor"] = UnaccompaniedMinor(age=self.minor_age, guardians=guardians)
        elif guardians:
            facts["contacts"] = (*facts.get("contacts", ()), *guardians)
        return ReservationTraveller.saying(facts)


class KeptOnce:
    """Seats, tickets, memberships and bag tags of a traveller: several segments tell the same ones."""

    def __init__(self) -> None:
        self._memberships: dict[tuple[str | None, str | None], FrequentFlyer] = {}
        self._tickets: dict[str, TicketDetail] = {}
        self._ticketless: list[TicketDetail] = []
        self._seats: dict[str, str] = {}
        self._bag_tags: dict[str, None] = {}

    def add_seat(self, seat: str) -> None:
        """Keep a seat once: `011D` and `11D` are the same."""
        self._seats.setdefault(seat.lstrip("0"), seat)

    def add_membership(self, membership: FrequentFlyer) -> None:
        """Keep a membership once; the one that tells its level first."""
        key = (membership.airline, membership.number)
        if self._memberships.setdefault(key, membership).level is None:
            self._memberships[key] = membership

    def add_ticket(self, ticket: TicketDetail) -> None:
        """Keep a ticket once; what is told of the same number later says more."""
        if ticket.number is None:
            self._ticketless.append(ticket)
        elif ticket != TicketDetail(number=ticket.number) or ticket.number not in self._tickets:
            self._tickets[ticket.number] = ticket

    def add_bag_tags(self, numbers: Iterable[str]) -> None:
        """Keep the tags of a row of bags, while there are fewer than `MAX_BAG_TAGS`."""
        if len(self._bag_tags) < MAX_BAG_TAGS:
            self._bag_tags.update(dict.fromkeys(numbers))

    def said(self) -> dict[str, Any]:
        """All of it, by the traveller's members."""
        memberships = tuple(self._memberships.values())
        printed = (f"{each.airline or ''}{each.number}" for each in memberships if each.number)
        return {
            "tickets": tuple(self._tickets),
            "ticket_details": (*self._tickets.values(), *self._ticketless),
            "memberships": memberships,
            "frequent_flyer": tuple(dict.fromkeys(printed)),
            "seats": tuple(self._seats.values()),
            "bag_tags": tuple(self._bag_tags)[:MAX_BAG_TAGS],
        }


class PnrDraft(Draft):
    """What was read of one PNR so far, and how its parts find the traveller they mean.

    Attributes are named as the reservation's members.
    """

    __slots__ = (
        "_by_name",
        "_by_reference",
        "_has_listed_infant",
        "_infants",
        "findings",
        "next_ordinal",
        "today",
        "travellers",
    )

    changed_at: datetime | None = None
    ticketed_at: datetime | None = None
    booked_by: BookingOffice | None = None
    services = Listed[ServiceItem]()
    remarks = Listed[Remark]()
    contacts = Listed[Contact]()
    ticket_limits = Listed[TicketLimit]()
    payments = Listed[Payment]()
    excess_baggage = Listed[ExcessBaggage]()
    check_ins = Listed[CheckIn]()
    bags = Listed[CheckedBags]()

    def __init__(self, today: date, first_ordinal: int) -> None:
        self.lists = ("itinerary",)
        self.today = today
        self.findings = Findings()
        self.travellers: list[TravellerDraft] = []
        self.itinerary: list[ItineraryLeg] = []
        self.next_ordinal = first_ordinal
        self._by_reference: dict[str, TravellerDraft] = {}
        self._by_name: dict[str, TravellerDraft] | None = None
        self._infants: list[TravellerDraft] = []
        self._has_listed_infant = False

    def add_traveller(self, traveller: TravellerDraft) -> None:
        """Add a traveller; the first of a reference and of a name is the one that is found by it."""
        self.travellers.append(traveller)
        if traveller.kind == INFANT:
            self._infants.append(traveller)
            self._has_listed_infant = self._has_listed_infant or bool(traveller.ordinal)
        if traveller.reference:
            self._by_reference.setdefault(traveller.reference, traveller)
        if self._by_name is not None:
            self._by_name.setdefault(traveller.name_key, traveller)

    def referred(self, reference: str) -> TravellerDraft | None:
        """The traveller of a reference."""
        return self._by_reference.get(reference)

    def named(self, surname: str | None, given_names: str | None) -> TravellerDraft | None:
        """The traveller of a name, blanks and case aside."""
        if surname is None:
            return None
        if self._by_name is None:
            # Most PNRs ask for nobody by name; the first of a name is the one that is found.
            self._by_name = {each.name_key: each for each in reversed(self.travellers)}
        return self._by_name.get(name_key(surname, given_names))

    def only(self) -> TravellerDraft | None:
        """The traveller of a PNR that has but one, so that what names nobody means them."""
        return self.travellers[0] if len(self.travellers) == 1 else None

    def infant(self, surname: str | None, given_names: str | None) -> TravellerDraft | None:
        """The infant of a name; one that no TIF names joins the reservation where no other infant does."""
        named = self.named(surname, given_names)
        if named is not None and named.kind == INFANT:
            return named
        if surname is None or self._has_listed_infant:
            return self._infants[0] if len(self._infants) == 1 else None
        made = TravellerDraft(0, surname, given_names, INFANT, None)
        self.add_traveller(made)
        return made

    def said(self) -> dict[str, Any]:
        """What was said, by the reservation's members."""
        facts = self.facts()
        facts["travellers"] = tuple([each.build() for each in self.travellers])
        if "contacts" in facts:
            facts |= _printed(facts["contacts"])
        if self.booked_by is not None:
            facts["agency"] = self.booked_by.name
        return facts

    def warn(self, code: str, segment: Segment, traveller: TravellerDraft | None = None) -> None:
        """Note a fault that costs nobody anything."""
        self.findings.warn(code, segment, traveller.ordinal or None if traveller else None)


_OF_OTHERS: Final = frozenset([ContactKind.AGENCY, ContactKind.PAYER, ContactKind.EMERGENCY])


def _printed(contacts: tuple[Contact, ...]) -> dict[str, Any]:
    """Telephone numbers, e-mail and postal addresses of the travellers themselves, each once."""
    own = [each for each in contacts if each.kind not in _OF_OTHERS]
    return {
        "phones": tuple(dict.fromkeys(each.phone for each in own if each.phone)),
        "emails": tuple(dict.fromkeys(each.email for each in own if each.email)),
        "addresses": tuple(dict.fromkeys(each.address for each in own if each.address)),
    }


def name_key(surname: str, given_names: str | None) -> str:
    """A name without blanks and case: lines break inside names, and converters make blanks of the breaks."""
    return "".join(f"{surname}/{given_names or ''}".upper().split())
