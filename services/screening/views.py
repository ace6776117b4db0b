"""What leaves over HTTP, field by field. Lists hold no personal data."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.screening.deadlines import review_due
from services.screening.evidence_words import (
    EvidenceLine,
    evidence_lines,
)
from services.screening.flight_facts import crossing_leg, designator, times_of
from services.screening.front_line import Card, ReportedDocument
from services.screening.hit import HistoryStep, Hit, Review, band_of
from services.screening.leases import comparison_of
from services.screening.reading import HitFile
from services.screening.store.orders import Order
from shared.contracts import FlightV1
from shared.travel import Traveller

_SECONDS_A_MINUTE = 60
#: What a reviewer sees of the traveller: what is compared, and nothing of the rest (workflow.md §2).
SHOWN_OF_TRAVELLER = (
    "surname",
    "given_names",
    "birth_date",
    "sex",
    "nationality",
    "residence",
    "birth_place",
    "documents",
)
_SHOWN_OF_ENTRY = ("names", "birth_dates", "birth_places", "nationalities", "sex", "documents")


class Out(BaseModel):
    """Base of what leaves: frozen, and its content is never printed."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class FlightOut(Out):
    """The leg that crosses the border; times in UTC."""

    designator: str
    origin: str | None
    destination: str | None
    departure: datetime | None
    arrival: datetime | None

    @classmethod
    def of(cls, flight: FlightV1) -> Self:
        """From the contract's flight."""
        leg, times = crossing_leg(flight), times_of(flight)
        return cls(
            designator=designator(flight),
            origin=None if leg is None else leg.origin,
            destination=None if leg is None else leg.destination,
            departure=times.departure,
            arrival=times.arrival,
        )


def deadline_of(hit: Hit) -> datetime:
    """By when the review that the hit waits for has to have started."""
    return review_due(hit.waiting_since, times_of(hit.flight))


class EvidenceOut(Out):
    """One identifier, or one word of a name, side by side."""

    kind: str
    label: str
    relation: str
    traveller: str | None
    entry: str | None
    words: str


class HitRowOut(Out):
    """A hit in a list: identifiers, times and codes."""

    hit_id: UUID
    hit_type: str
    state: str
    since: datetime
    created_at: datetime
    deadline: datetime
    flight: FlightOut
    list_source: str
    owner: str | None
    outcome: str | None

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """From a hit."""
        code = hit.closing_code or hit.outcome
        return cls(
            hit_id=hit.hit_id,
            hit_type=hit.hit_type.value,
            state=hit.state.value,
            since=hit.since,
            created_at=hit.made_at,
            deadline=deadline_of(hit),
            flight=FlightOut.of(hit.flight),
            list_source=hit.source_id,
            owner=hit.owner,
            outcome=None if code is None else code.value,
        )


class HitsOut(Out):
    """A list of hits without personal data."""

    hits: list[HitRowOut]


class StepOut(Out):
    """One move of a hit."""

    at: datetime
    source: str
    target: str
    actor: str
    cause: str
    closing_code: str | None

    @classmethod
    def of(cls, step: HistoryStep) -> Self:
        """From a step of history."""
        return cls(
            at=step.at,
            source=step.source,
            target=step.target,
            actor=step.actor,
            cause=step.cause,
            closing_code=step.closing_code,
        )


class ReviewOut(Out):
    """One saved answer, for supervision and oversight."""

    stage: str
    review_round: int
    reviewer: str
    decided_at: datetime
    seconds_open: int
    outcome: str
    reasons: str
    compared_fields: list[str]
    explanations: dict[str, str]
    comparison: dict[str, Any]
    was_blind: bool

    @classmethod
    def of(cls, review: Review) -> Self:
        """From a review."""
        return cls(
            stage=review.stage.value,
            review_round=review.review_round,
            reviewer=review.reviewer,
            decided_at=review.decided_at,
            seconds_open=review.seconds_open,
            outcome=review.outcome.value,
            reasons=review.reasons,
            compared_fields=review.compared_fields,
            explanations=review.explanations,
            comparison=review.comparison,
            was_blind=review.was_blind,
        )


class OrderOut(Out):
    """An order, drafted or decided."""

    order_id: UUID
    hit_id: UUID
    kind: str
    statement: str
    state: str
    author: str
    drafted_at: datetime
    decided_by: str | None
    decided_at: datetime | None

    @classmethod
    def of(cls, order: Order) -> Self:
        """From an order."""
        return cls(
            order_id=order.order_id,
            hit_id=order.hit_id,
            kind=order.kind,
            statement=order.statement,
            state=order.state,
            author=order.author,
            drafted_at=order.drafted_at,
            decided_by=order.decided_by,
            decided_at=order.decided_at,
        )


class OrdersOut(Out):
    """A list of orders."""

    orders: list[OrderOut]


class HitFileOut(Out):
    """One hit with its history; `traveller` is null once it was unlinked."""

    hit: HitRowOut
    traveller: dict[str, Any] | None
    entry: dict[str, Any]
    entry_status: str
    evidence: list[EvidenceOut]
    band: str
    matcher: dict[str, Any]
    reviews: list[ReviewOut]
    orders: list[OrderOut]
    history: list[StepOut]

    @classmethod
    def of(cls, file: HitFile) -> Self:
        """From a hit's file."""
        hit = file.hit
        matched = hit.matched
        return cls(
            hit=HitRowOut.of(hit),
            traveller=_shown(hit),
            entry={key: hit.entry.get(key) for key in _SHOWN_OF_ENTRY},
            entry_status=file.entry_status.value,
            evidence=[] if hit.traveller is None else [evidence_out(line) for line in lines_of(hit)],
            band=band_of(matched.score).value,
            matcher={
                "digest": matched.matcher_digest,
                "algorithm": matched.algorithm,
                "threshold": matched.threshold,
            },
            reviews=[ReviewOut.of(each) for each in file.reviews],
            orders=[OrderOut.of(each) for each in file.orders],
            history=[StepOut.of(each) for each in file.steps],
        )


class CardOut(Out):
    """A card at the port; nothing else than this."""

    hit_id: UUID
    name: str
    birth_date: str | None
    document: str | None
    action: str
    tear_line: str
    desk_phone: str
    flight: str
    arrives_at: datetime | None
    outcome: str | None

    @classmethod
    def of(cls, card: Card) -> Self:
        """From a card."""
        return cls(
            hit_id=card.hit_id,
            name=card.name,
            birth_date=card.birth_date,
            document=card.document,
            action=card.action,
            tear_line=card.tear_line,
            desk_phone=card.desk_phone,
            flight=card.flight,
            arrives_at=card.arrives_at,
            outcome=card.outcome,
        )


class CardsOut(Out):
    """The cards of one port."""

    cards: list[CardOut]


class ReportedDocumentOut(Out):
    """A document that a list in force names; it says nothing of whoever carries it."""

    issuer: str
    kind: str
    reported_on: date | None
    words: str
    tear_line: str
    desk_phone: str

    @classmethod
    def of(cls, document: ReportedDocument) -> Self:
        """From what the look-up found."""
        return cls(
            issuer=document.issuer,
            kind=document.kind,
            reported_on=document.reported_on,
            words=document.words,
            tear_line=document.tear_line,
            desk_phone=document.desk_phone,
        )


class LookUpOut(CardsOut):
    """The cards of whoever holds the document, and what lists say of the document itself."""

    documents: list[ReportedDocumentOut]


def lines_of(hit: Hit) -> list[EvidenceLine]:
    """The comparison of the hit's traveller and entry in words."""
    assert hit.traveller is not None, "an unlinked hit is never shown side by side"
    return evidence_lines(Traveller.from_json(hit.traveller), hit.entry, comparison_of(hit))


def evidence_out(line: EvidenceLine) -> EvidenceOut:
    """One line as it leaves."""
    return EvidenceOut(
        kind=line.kind,
        label=line.label,
        relation=line.relation,
        traveller=line.traveller,
        entry=line.entry,
        words=line.words,
    )


def _shown(hit: Hit) -> dict[str, Any] | None:
    if hit.traveller is None:
        return None
    return {key: hit.traveller.get(key) for key in SHOWN_OF_TRAVELLER}
