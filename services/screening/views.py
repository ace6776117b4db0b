"""What leaves over HTTP, field by field. Lists hold no personal data."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict

from services.screening.flight_facts import crossing_leg, designator, times_of
from services.screening.hits.deadlines import review_due
from services.screening.hits.hit import Hit, band_of
from services.screening.hits.reading import HitFile
from services.screening.review.evidence_words import (
    EvidenceLine,
    evidence_lines,
)
from services.screening.review.leases import comparison_of
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


class Copied(Out):
    """What leaves of a value under the names that its members have."""

    @classmethod
    def of(cls, value: object) -> Self:
        """From the value."""
        return cls.model_validate(value, from_attributes=True)


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


class EvidenceOut(Copied):
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


class HitStepOut(Copied):
    """One move of a hit."""

    at: datetime
    source: str
    target: str
    actor: str
    cause: str
    closing_code: str | None


class ReviewOut(Copied):
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


class OrderOut(Copied):
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
    history: list[HitStepOut]

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
            evidence=[] if hit.traveller is None else [EvidenceOut.of(line) for line in lines_of(hit)],
            band=band_of(matched.score).value,
            matcher={
                "digest": matched.matcher_digest,
                "algorithm": matched.algorithm,
                "threshold": matched.threshold,
            },
            reviews=[ReviewOut.of(each) for each in file.reviews],
            orders=[OrderOut.of(each) for each in file.orders],
            history=[HitStepOut.of(each) for each in file.steps],
        )


class CardOut(Copied):
    """A card at the port; nothing else than this."""

    hit_id: UUID
    name: str
    birth_date: str | None
    document: str | None
    action: str
    tear_line: str
    desk_phone: str
    flight: Annotated[FlightOut, BeforeValidator(FlightOut.of)]
    outcome: str | None


class CardsOut(Out):
    """The cards of one port."""

    cards: list[CardOut]


class ReportedDocumentOut(Copied):
    """A document that a list in force names; it says nothing of whoever carries it."""

    issuer: str
    kind: str
    reported_on: date | None
    words: str
    tear_line: str
    desk_phone: str


class LookUpOut(CardsOut):
    """The cards of whoever holds the document, and what lists say of the document itself."""

    documents: list[ReportedDocumentOut]


def lines_of(hit: Hit) -> list[EvidenceLine]:
    """The comparison of the hit's traveller and entry in words."""
    assert hit.traveller is not None, "an unlinked hit is never shown side by side"
    return evidence_lines(Traveller.from_json(hit.traveller), hit.entry, comparison_of(hit))


def _shown(hit: Hit) -> dict[str, Any] | None:
    if hit.traveller is None:
        return None
    return {key: hit.traveller.get(key) for key in SHOWN_OF_TRAVELLER}
