"""One PNR while it is read: what is known so far of it and of each traveller."""

from datetime import date
from typing import Any

from services.ingest.formats.people import MAX_DOCUMENTS
from services.ingest.formats.pnrgov.findings import Findings
from services.ingest.formats.separators import Segment
from shared.travel.partial_date import PartialDate
from shared.travel.reservation import ItineraryLeg, Payment, ReservationTraveller
from shared.travel.reservation_parts import (
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


class TravellerDraft:
    """What was read of one traveller so far."""

    def __init__(
        self, ordinal: int, surname: str, given_names: str | None, kind: str | None, reference: str | None
    ) -> None:
        self.ordinal = ordinal
        self.surname = surname
        self.given_names = given_names
        self.kind = kind
        self.reference = reference
        self.given_names_sent: str | None = None
        self.name_sent: str | None = None
        self.has_infant: bool | None = None
        self.unique_id: str | None = None
        self.birth_date: PartialDate | None = None
        self.sex: Sex | None = None
        self.nationality: str | None = None
        self.birth_place: Place | None = None
        self.residence: Address | None = None
        self.destination: Address | None = None
        self.redress_number: str | None = None
        self.known_traveller_number: str | None = None
        self.minor_age: int | None = None
        self.is_minor_alone = False
        self.documents: list[TravelDocument] = []
        self.contacts: list[Contact] = []
        self.guardians: list[Contact] = []
        self.fares: list[Fare] = []
        self.check_ins: list[CheckIn] = []
        self.bags: list[CheckedBags] = []
        self.excess: list[ExcessBaggage] = []
        self._memberships: dict[tuple[str | None, str | None], FrequentFlyer] = {}
        self._tickets: dict[str, TicketDetail] = {}
        self._ticketless: list[TicketDetail] = []
        self._seats: dict[str, str] = {}
        self._bag_tags: dict[str, None] = {}

    def confirm_name(self, given_names: str | None) -> None:
        """Put back what was taken for a title and is none: a document spells the given names with it."""
        sent = self.given_names_sent
        if sent and given_names and name_key("", sent) == name_key("", given_names):
            self.given_names = sent

    def add_document(self, document: TravelDocument) -> bool:
        """Keep a document once; whether there was room for it."""
        if any((each.type, each.number) == (document.type, document.number) for each in self.documents):
            return True
        if len(self.documents) >= MAX_DOCUMENTS:
            return False
        self.documents.append(document)
        return True

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

    def add_bags(self, bags: CheckedBags) -> None:
        """Keep bags, and their tags for the printed list: at most `MAX_BAG_TAGS`."""
        self.bags.append(bags)
        for tag in bags.tags:
            if len(self._bag_tags) < MAX_BAG_TAGS:
                self._bag_tags.update(dict.fromkeys(tag.numbers))

    def build(self) -> ReservationTraveller:
        """The traveller as read."""
        memberships = dict.fromkeys(
            f"{each.airline or ''}{each.number}" for each in self._memberships.values() if each.number
        )
        minor: UnaccompaniedMinor | None = None
        if self.is_minor_alone:
            minor = UnaccompaniedMinor(age=self.minor_age, guardians=tuple(self.guardians))
        return ReservationTraveller(
            reference=self.reference,
            surname=self.surname,
            given_names=self.given_names,
            kind=self.kind,
            birth_date=self.birth_date,
            sex=self.sex,
            nationality=self.nationality,
            documents=tuple(self.documents),
            tickets=tuple(self._tickets),
            frequent_flyer=tuple(memberships),
            seats=tuple(self._seats.values()),
            bag_tags=tuple(self._bag_tags)[:MAX_BAG_TAGS],
            name_sent=self.name_sent,
            has_infant=self.has_infant,
            unique_id=self.unique_id,
            birth_place=self.birth_place,
            residence=self.residence,
            destination=self.destination,
            redress_number=self.redress_number,
            known_traveller_number=self.known_traveller_number,
            contacts=tuple(self.contacts if self.is_minor_alone else (*self.contacts, *self.guardians)),
            memberships=tuple(self._memberships.values()),
            fares=tuple(self.fares),
            ticket_details=(*self._tickets.values(), *self._ticketless),
            check_ins=tuple(self.check_ins),
            bags=tuple(self.bags),
            excess_baggage=tuple(self.excess),
            minor=minor,
        )


class PnrDraft:
    """What was read of one PNR so far, and how its parts find the traveller they mean."""

    def __init__(self, today: date, first_ordinal: int) -> None:
        self.today = today
        self.findings = Findings()
        self.travellers: list[TravellerDraft] = []
        self.legs: list[ItineraryLeg] = []
        self.services: list[ServiceItem] = []
        self.remarks: list[Remark] = []
        self.contacts: list[Contact] = []
        self.limits: list[TicketLimit] = []
        self.payments: list[Payment] = []
        self.excess: list[ExcessBaggage] = []
        self.check_ins: list[CheckIn] = []
        self.bags: list[CheckedBags] = []
        self.next_ordinal = first_ordinal
        self._phones: dict[str, None] = {}
        self._emails: dict[str, None] = {}
        self._addresses: dict[Address, None] = {}
        self._by_reference: dict[str, TravellerDraft] = {}
        self._by_name: dict[str, TravellerDraft] = {}
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
        self._by_name.setdefault(name_key(traveller.surname, traveller.given_names), traveller)

    def referred(self, reference: str) -> TravellerDraft | None:
        """The traveller of a reference."""
        return self._by_reference.get(reference)

    def named(self, surname: str | None, given_names: str | None) -> TravellerDraft | None:
        """The traveller of a name, blanks and case aside."""
        return None if surname is None else self._by_name.get(name_key(surname, given_names))

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

    def add_contact(self, contact: Contact) -> None:
        """Keep a contact; one of the travellers themselves is printed too."""
        self.contacts.append(contact)
        if contact.kind in {ContactKind.AGENCY, ContactKind.PAYER, ContactKind.EMERGENCY}:
            return
        if contact.phone:
            self._phones.setdefault(contact.phone)
        if contact.email:
            self._emails.setdefault(contact.email)
        if contact.address:
            self._addresses.setdefault(contact.address)

    def printed_contacts(self) -> dict[str, tuple[Any, ...]]:
        """Telephone numbers, e-mail and postal addresses, each once in the order sent."""
        return {
            "phones": tuple(self._phones),
            "emails": tuple(self._emails),
            "addresses": tuple(self._addresses),
        }

    def warn(self, code: str, segment: Segment, traveller: TravellerDraft | None = None) -> None:
        """Note a fault that costs nobody anything."""
        self.findings.warn(code, segment, traveller.ordinal or None if traveller else None)


def name_key(surname: str, given_names: str | None) -> str:
    """A name without blanks and case: lines break inside names, and converters make blanks of the breaks."""
    return "".join(f"{surname}/{given_names or ''}".upper().split())
