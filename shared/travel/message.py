"""What every reader makes of one message: a value that prints as `parsed-message.md` says, key for key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Self

from shared.personal import Personal
from shared.travel.flight import Flight
from shared.travel.reservation import Reservation
from shared.travel.traveller import Traveller

TRAVELLER_MERGED = "TRAVELLER_MERGED"
"""The code of the warning that two groups of a message were the same person."""


class MessageKind(StrEnum):
    """Which format a message came in."""

    PAXLST = "PAXLST"
    PNRGOV = "PNRGOV"
    PNRGOV_XML = "PNRGOV_XML"
    MANIFEST = "MANIFEST"


class MessageFunction(StrEnum):
    """What a message is for."""

    PASSENGER_LIST = "PASSENGER_LIST"
    CREW_LIST = "CREW_LIST"
    MASTER_CREW_LIST = "MASTER_CREW_LIST"
    GATE_PASS = "GATE_PASS"  # noqa: S105 - a list of gate passes, not a password.
    FLIGHT_STATUS = "FLIGHT_STATUS"
    PNR_PUSH = "PNR_PUSH"
    PNR_CANCELLATION = "PNR_CANCELLATION"


FUNCTIONS_WITHOUT_FLIGHT = frozenset({MessageFunction.GATE_PASS, MessageFunction.MASTER_CREW_LIST})
"""Whose people travel on no flight that the message reports: they are on no manifest."""


class Change(StrEnum):
    """How a message changes what was reported before."""

    NEW = "NEW"
    CHANGE = "CHANGE"
    CANCEL = "CANCEL"
    REDUCTION = "REDUCTION"
    CLOSE = "CLOSE"
    CLOSE_NOT_ON_BOARD = "CLOSE_NOT_ON_BOARD"
    CLOSE_ON_BOARD = "CLOSE_ON_BOARD"
    FLIGHT_CANCELLED = "FLIGHT_CANCELLED"
    FLIGHT_CHANGED = "FLIGHT_CHANGED"


class Severity(StrEnum):
    """What a fault costs: nothing, one traveller, or the whole message."""

    WARNING = "WARNING"
    TRAVELLER_REJECTED = "TRAVELLER_REJECTED"
    MESSAGE_REJECTED = "MESSAGE_REJECTED"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a message: where it stands, never what stood there.

    `segment` is the segment's tag (or the member's name in JSON), `position` counts from UNH = 1
    (UNB = 1 for the interchange's own segments), `traveller` from 1 in the order sent. The next two are the
    carrier's own references of that traveller, so that it finds the person without our naming anybody.
    `element` is the element in the segment, 1 for the first after the tag, where one element is at fault.
    """

    severity: Severity
    code: str
    segment: str | None = None
    position: int | None = None
    traveller: int | None = None
    carrier_reference: str | None = None
    locator: str | None = None
    element: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The fault object of `parsed-message.md`, and `element` where one is known."""
        shown = {
            "severity": self.severity.value,
            "code": self.code,
            "segment": self.segment,
            "position": self.position,
            "traveller": self.traveller,
        }
        return shown if self.element is None else {**shown, "element": self.element}

    def as_receipt_json(self) -> dict[str, Any]:
        """The fault object of `receipts.md`: with the carrier's own references of the traveller."""
        return {**self.as_json(), "carrier_reference": self.carrier_reference, "locator": self.locator}


@dataclass(frozen=True, slots=True)
class Counted:
    """How many travellers the sender states for the flight, and how many this message gave us."""

    travellers_stated: int | None = None
    travellers_read: int = 0

    def as_json(self) -> dict[str, Any]:
        """`{"travellers_stated", "travellers_read"}`."""
        return {"travellers_stated": self.travellers_stated, "travellers_read": self.travellers_read}


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many values of each class the sensitive-data filter removed; never which."""

    religion: int = 0
    health: int = 0
    free_text: int = 0
    ethnic_origin: int = 0
    political_opinion: int = 0
    trade_union: int = 0
    sexual_life: int = 0

    def as_json(self) -> dict[str, int]:
        """`{"religion", "health", "free_text"}`; the other classes count as free text."""
        others = self.ethnic_origin + self.political_opinion + self.trade_union + self.sexual_life
        return {"religion": self.religion, "health": self.health, "free_text": self.free_text + others}

    def as_counts(self) -> dict[str, int]:
        """Every class by itself, for a carrier's daily totals."""
        return {member.name: getattr(self, member.name) for member in fields(self)}


@dataclass(frozen=True, slots=True)
class Addresses:
    """From whom to whom an interchange or a group goes, as sent: identification, qualifier, internal address.

    What was left out at the end of a composite is left out here; a JSON manifest has neither.

    Source: ISO 9735, S002 and S003 of UNB, S006 and S007 of UNG; `spec/edifact.md` §5.
    """

    sender: tuple[str, ...] = ()
    recipient: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """As `as_json` wrote them."""
        return cls(tuple(value["sender"]), tuple(value["recipient"]))

    def as_json(self) -> dict[str, list[str]]:
        """`{"sender", "recipient"}`, each a list of components."""
        return {"sender": list(self.sender), "recipient": list(self.recipient)}


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class ParsedMessage(Personal):
    """One message of an interchange, or one posted manifest.

    A message that had to be refused keeps what could be read of its envelope, has no travellers, and carries
    a `MESSAGE_REJECTED` fault. `is_syntax_failure` says that not even its segments could be told apart, which
    is answered by CONTRL and not by CUSRES; `wants_acknowledgement` that the sender asks for a CONTRL beside
    the answer (UNB 0031). `free_texts` are remarks that no rule allows to be kept: they are
    never printed, and the sensitive-data filter empties them before anything else sees the message.
    `reservations_stated` is how many reservations the sender counts over all parts of its push. `addresses`
    are those of UNB, of which `sender` and `recipient` are the identifications alone; `group_addresses` those
    of UNG, `None` where the message came in no group.

    Source: `spec/parsed-message.md`.
    """

    kind: MessageKind
    version: str | None = None
    sender: str | None = None
    recipient: str | None = None
    addresses: Addresses = Addresses()
    group_addresses: Addresses | None = None
    interchange_reference: str | None = None
    message_reference: str | None = None
    transaction_reference: str | None = None
    revision: int | None = None
    access_reference: str | None = None
    part: int = 1
    is_last_part: bool = True
    is_test: bool = False
    function: MessageFunction | None = None
    change: Change | None = None
    flight: Flight | None = None
    travellers: Sequence[Traveller] = ()
    reservations: tuple[Reservation, ...] = ()
    counted: Counted = field(default_factory=Counted)
    dropped: Dropped = field(default_factory=Dropped)
    faults: tuple[Fault, ...] = ()
    free_texts: tuple[str, ...] = ()
    reservations_stated: int | None = None
    is_syntax_failure: bool = False
    wants_acknowledgement: bool = False

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read a posted manifest that `manifest.py` found to have the right shape.

        `counted`, `dropped` and `faults` are ignored: they are ours to find.

        Raises:
            KeyError: A required member is missing.
            ValueError: A date or a closed value is none.
        """
        function, change, flight = value.get("function"), value.get("change"), value.get("flight")
        travellers = tuple(Traveller.from_json(each) for each in value.get("travellers") or ())
        return cls(
            kind=MessageKind(value.get("kind") or MessageKind.MANIFEST),
            version=value.get("version"),
            sender=value.get("sender"),
            recipient=value.get("recipient"),
            interchange_reference=value.get("interchange_reference"),
            message_reference=value.get("message_reference"),
            transaction_reference=value.get("transaction_reference"),
            revision=value.get("revision"),
            access_reference=value.get("access_reference"),
            part=value.get("part") or 1,
            is_last_part=value.get("is_last_part") is not False,
            is_test=bool(value.get("is_test", False)),
            function=None if function is None else MessageFunction(function),
            change=None if change is None else Change(change),
            flight=None if flight is None else Flight.from_json(flight),
            travellers=travellers,
            reservations=tuple(Reservation.from_json(each) for each in value.get("reservations") or ()),
            counted=Counted(len(travellers), len(travellers)),
        )

    def as_json(self) -> dict[str, Any]:
        """The object that `./run parse` prints, key for key."""
        return {
            "kind": self.kind.value,
            "version": self.version,
            "sender": self.sender,
            "recipient": self.recipient,
            "interchange_reference": self.interchange_reference,
            "message_reference": self.message_reference,
            "transaction_reference": self.transaction_reference,
            "revision": self.revision,
            "access_reference": self.access_reference,
            "part": self.part,
            "is_last_part": self.is_last_part,
            "is_test": self.is_test,
            "function": None if self.function is None else self.function.value,
            "change": None if self.change is None else self.change.value,
            "flight": None if self.flight is None else self.flight.as_json(),
            "travellers": [traveller.as_json() for traveller in self.travellers],
            "reservations": [reservation.as_json() for reservation in self.reservations],
            "counted": self.counted.as_json(),
            "dropped": self.dropped.as_json(),
            "faults": [fault.as_json() for fault in self.faults],
        }

    @property
    def sender_names(self) -> tuple[str, ...]:
        """What the message calls its sender: in UNB, or the manifest's `sender`, and in UNG."""
        group = () if self.group_addresses is None else self.group_addresses.sender[:1]
        return tuple(name for name in (self.sender, *group) if name)

    @property
    def is_rejected(self) -> bool:
        """Whether the message as a whole was refused."""
        return any(fault.severity is Severity.MESSAGE_REJECTED for fault in self.faults)

    @property
    def rejected_travellers(self) -> tuple[Fault, ...]:
        """The fault of each traveller that could not be read, in the order sent."""
        return tuple(fault for fault in self.faults if fault.severity is Severity.TRAVELLER_REJECTED)

    @property
    def ordinals(self) -> tuple[int, ...]:
        """The place of each of `travellers` in the message, from 1; rejected and merged ones took theirs."""
        if not self.travellers:
            return ()
        left_out = {
            fault.traveller
            for fault in self.faults
            if fault.severity is Severity.TRAVELLER_REJECTED or fault.code == TRAVELLER_MERGED
        }
        last = len(self.travellers) + len(left_out)
        return tuple(each for each in range(1, last + 1) if each not in left_out)

    def rejected(self, fault: Fault) -> Self:
        """The same envelope without travellers or reservations, this fault before the others."""
        return replace(
            self,
            travellers=(),
            reservations=(),
            free_texts=(),
            counted=Counted(self.counted.travellers_stated, 0),
            faults=(fault, *self.faults),
        )
