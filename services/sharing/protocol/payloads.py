"""What the messages of `ctx-1.0` carry inside their seal: a model for each type. Pure.

Unknown fields are refused.

Source: sharing-protocol.md §3 to §5.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from services.sharing.protocol.payload_parts import (
    DataClass,
    Day,
    Document,
    FlightNotice,
    Part,
    Person,
    PersonName,
    Refusal,
    State,
    Text,
    WithdrawalReason,
    Words,
)
from services.sharing.registers.entries import HandlingCode, PurposeCode

#: Statistics tell of no group smaller than this (SG-28).
SMALLEST_CELL: Final = 10
MAX_PNR_PERIOD_DAYS: Final = 30
MAX_EMERGENCY_PERSONS: Final = 3


class Notify(Part):
    """NOTIFY: nothing beyond N-MIN (and, for a detained person, N-DET) fits into it.

    Source: sharing-protocol.md §4 and §5.
    """

    event: Literal["DEPARTURE", "TRANSIT", "ARRIVAL", "ATTEMPT", "DETAINED", "EXPELLED"] | None = None
    observed_at: AwareDatetime | None = None
    person: Person | None = None
    flight: FlightNotice | None = None
    list_ref: Text | None = None
    category: Text | None = None
    action_here: Text | None = None
    tear_line: Annotated[str, Field(max_length=500)] | None = None
    contact: Text | None = None
    place_type: Text | None = None
    legal_basis_class: Text | None = None
    consular_status: Literal["TOLD", "WISH_NO", "WISH_YES"] | None = None

    @model_validator(mode="after")
    def _tells_of_detention_only_when_detained(self) -> Self:
        told = self.place_type or self.legal_basis_class or self.consular_status
        if told and self.event != "DETAINED":
            raise ValueError("the place, the basis and the consulate of a detention belong to DETAINED")
        return self


class HumanReceipt(Part):
    """ACK: a person at the recipient's desk has seen the message; the technical receipt is not a message."""

    acknowledged_at: AwareDatetime
    desk: Text


class Done(Part):
    """DONE: a correction, recall or removal is carried out here and by everyone onward (SG-37)."""

    target_message_id: UUID
    erased_at: AwareDatetime
    residual_until: date | None = None
    onward_recipients_done: Annotated[tuple[Text, ...], Field(max_length=64)] = ()


class FieldCorrection(Part):
    """A field that the recipient found wrong, by its name in SG-31."""

    field: Text
    words: Words


class Feedback(Part):
    """FEEDBACK (F-MIN): the same person or not, what decided it, the measure, what was wrong."""

    message_ref: UUID
    same_person: Literal["YES", "NO", "UNKNOWN"]
    identifiers: Annotated[tuple[Text, ...], Field(max_length=16)] = ()
    measure_class: Literal[
        "NONE", "DOCUMENT_CHECK", "SECONDARY_INSPECTION", "ENTRY_REFUSED", "DETAINED", "ARRESTED", "OTHER"
    ]
    corrections: Annotated[tuple[FieldCorrection, ...], Field(max_length=16)] = ()


class Recall(Part):
    """RECALL: erase or restrict a message and everything derived from it."""

    target_message_id: UUID
    kind: Literal["ERASE", "RESTRICT"]
    reason_code: WithdrawalReason
    urgent: bool
    onward_instructions: Words


class Correct(Part):
    """CORRECT: the named fields of a message, as they are right; the old version cannot be used."""

    target_message_id: UUID
    kind: Literal["RECTIFY"] = "RECTIFY"
    fields: Annotated[tuple[Text, ...], Field(min_length=1, max_length=16)]
    corrected: Notify
    reason_code: WithdrawalReason
    urgent: bool
    onward_instructions: Words


class Period(Part):
    """Days, both included."""

    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]

    @model_validator(mode="after")
    def _is_short(self) -> Self:
        if not 0 <= (self.last - self.first).days <= MAX_PNR_PERIOD_DAYS:
            raise ValueError(f"a period is at most {MAX_PNR_PERIOD_DAYS} days long")
        return self


PnrElement = Literal[
    "names", "document", "itinerary", "ticketing_date", "agency", "locator", "contact", "payment"
]
#: Elements that only a prosecutor's or a court's order opens (sharing-protocol.md §4, R-PNR).
UNDER_ORDER: Final = frozenset({"contact", "payment"})


class PnrRequest(Part):
    """PNR_REQUEST: one person or booking, one case, and the elements that the case needs."""

    case_ref: Text
    offence_class: Text
    grounds: Words
    person: Person | None = None
    locator: Text | None = None
    elements: Annotated[tuple[PnrElement, ...], Field(min_length=1, max_length=8)]
    period: Period
    why_this_authority: Words
    urgency_reason: Words | None = None
    masked_ok: bool
    court_ref: Text | None = None

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if UNDER_ORDER.intersection(self.elements) and self.court_ref is None:
            raise ValueError("contact and payment are asked for under an order, which 'court_ref' names")
        return self

    @property
    def is_pattern(self) -> bool:
        """Whether it asks for everybody on a route, of a nationality, of a card: out of scope."""
        return self.locator is None and (self.person is None or not self.person.is_named)


class PnrElements(Part):
    """R-PNR: the elements that can be answered with."""

    names: Annotated[tuple[PersonName, ...], Field(max_length=8)] | None = None
    document: Annotated[tuple[Document, ...], Field(max_length=16)] | None = None
    itinerary: Annotated[tuple[FlightNotice, ...], Field(max_length=32)] | None = None
    ticketing_date: Day | None = None
    agency: Text | None = None
    locator: Text | None = None
    contact: Words | None = None
    payment: Words | None = None


class PnrResponse(Part):
    """PNR_RESPONSE: data, a part of it, or one of the three neutral words."""

    outcome: Literal["DATA", "PARTLY"] | Refusal
    channel: Text | None = None
    elements: PnrElements | None = None

    @model_validator(mode="after")
    def _answers_or_refuses(self) -> Self:
        if (self.elements is not None) is not (self.outcome in {"DATA", "PARTLY"}):
            raise ValueError("elements come with data, and with nothing else")
        return self


class IdentityQuery(Part):
    """IDENTITY_QUERY: whether this document or person is the one that the recipient nominated."""

    entry_ref: Text
    case_ref: Text
    grounds: Words
    person: Person


class IdentityAnswer(Part):
    """IDENTITY_ANSWER: same, different or unknown with the identifiers that decided, or a neutral word."""

    outcome: Literal["SAME", "DIFFERENT", "UNKNOWN"] | Refusal
    channel: Text | None = None
    identifiers: Annotated[tuple[Text, ...], Field(max_length=16)] = ()


class ConsentRequest(Part):
    """CONSENT_REQUEST: onward transfer, use as evidence, or a lower handling code (SG-33, SG-32)."""

    target_message_id: UUID
    use: Literal["ONWARD", "EVIDENCE", "LOWER_CODE"]
    names: State | None = None
    data_classes: Annotated[tuple[DataClass, ...], Field(min_length=1, max_length=8)]
    purposes: Annotated[tuple[PurposeCode, ...], Field(min_length=1, max_length=4)]
    code: HandlingCode | None = None
    grounds: Words
    until: date


class Consent(Part):
    """CONSENT: given for exactly what it names, or refused; silence is refusal."""

    request_id: UUID
    target_message_id: UUID
    granted: bool
    names: State | None = None
    data_classes: Annotated[tuple[DataClass, ...], Field(max_length=8)] = ()
    purposes: Annotated[tuple[PurposeCode, ...], Field(max_length=4)] = ()
    code: HandlingCode | None = None
    expires: date | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.granted and self.expires is None:
            raise ValueError("a consent has an end")
        return self


class Emergency(Part):
    """EMERGENCY: a notice under a declaration of SG-39, with what it relaxes and until when."""

    threat: Words
    why_normal_way_fails: Words
    declared_by_role: Literal["SUPERVISOR", "DUTY_SUPERVISOR"]
    declared_at: AwareDatetime
    relaxes: Annotated[
        tuple[Literal["SG-05", "SG-09", "SG-24", "SG-30", "SG-33"], ...], Field(min_length=1, max_length=5)
    ]
    expires_at: AwareDatetime
    review_due: AwareDatetime
    notices: Annotated[tuple[Notify, ...], Field(min_length=1, max_length=MAX_EMERGENCY_PERSONS)]


class ReviewResult(Part):
    """REVIEW_RESULT: what the independent review made of an emergency disclosure."""

    emergency_message_id: UUID
    justified: bool
    reviewed_at: AwareDatetime
    reviewer_body: Text


class Suspension(Part):
    """SUSPEND and RESUME: an agreement, a key or an authority (SG-38, SG-42)."""

    object: Literal["AGREEMENT", "KEY", "AUTHORITY"]
    object_id: Text
    reason_code: Literal["MISUSE", "OVERDUE", "KEY_COMPROMISED", "OVERSIGHT", "REVIEW", "SETTLED"]
    at: AwareDatetime


class WatchlistNomination(Part):
    """WL_NOMINATE (W-MIN): a listing is offered, with grounds that may be released."""

    entry_ref: Text
    identifiers: Person
    category: Text
    grounds_summary: Words
    grade: Annotated[str, Field(pattern=r"^[1-4][A-F]$")]
    review_date: date
    handling_code: HandlingCode
    tear_line: Words


class WatchlistRemoval(Part):
    """WL_REMOVE: a listing that was offered is withdrawn."""

    target_message_id: UUID
    entry_ref: Text
    reason_code: WithdrawalReason


class WatchlistDecision(Part):
    """WL_DECISION: whether the offered listing was adopted; no reason, since it would tell of other lists."""

    target_message_id: UUID
    adopted: bool


class Cell(Part):
    """One figure of a pattern; groups under `SMALLEST_CELL` are not told."""

    pattern: Text
    count: Annotated[int, Field(ge=SMALLEST_CELL)]


class Statistics(Part):
    """STATS: patterns, no persons (2396 paragraph 22)."""

    period: Period
    cells: Annotated[tuple[Cell, ...], Field(min_length=1, max_length=500)]


PAYLOADS: Final[Mapping[str, type[Part]]] = {
    "NOTIFY": Notify,
    "PNR_REQUEST": PnrRequest,
    "PNR_RESPONSE": PnrResponse,
    "IDENTITY_QUERY": IdentityQuery,
    "IDENTITY_ANSWER": IdentityAnswer,
    "WL_NOMINATE": WatchlistNomination,
    "WL_REMOVE": WatchlistRemoval,
    "WL_DECISION": WatchlistDecision,
    "CORRECT": Correct,
    "RECALL": Recall,
    "ACK": HumanReceipt,
    "DONE": Done,
    "FEEDBACK": Feedback,
    "CONSENT_REQUEST": ConsentRequest,
    "CONSENT": Consent,
    "EMERGENCY": Emergency,
    "REVIEW_RESULT": ReviewResult,
    "SUSPEND": Suspension,
    "RESUME": Suspension,
    "STATS": Statistics,
}
"""Every message type of sharing-protocol.md §3 with what its seal holds."""
