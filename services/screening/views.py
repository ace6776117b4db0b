"""What leaves over HTTP, field by field. Lists hold no personal data; a hit's state never reaches a reviewer."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.screening.confirmed import terrorism_listing
from services.screening.deadlines import review_due
from services.screening.evidence_words import (
    COMPARABLE_FIELDS,
    EvidenceLine,
    contradiction_words,
    evidence_lines,
    why_in_words,
)
from services.screening.flight_facts import crossing_leg, designator, times_of
from services.screening.front_line import Card
from services.screening.hit import HistoryStep, Hit, Review, band_of
from services.screening.reading import HitFile
from services.screening.review import Opened, comparison_of
from services.screening.store.orders import Order
from shared.contracts import FlightV1
from shared.travel import Traveller

_SECONDS_A_MINUTE = 60
#: What a reviewer sees of the traveller: what is compared, and nothing of the rest (workflow.md §2).
_SHOWN_OF_TRAVELLER = (
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


def _deadline(hit: Hit) -> datetime:
    return review_due(hit.waiting_since, times_of(hit.flight))


def _minutes_left(hit: Hit, now: datetime) -> int:
    return int((_deadline(hit) - now).total_seconds() // _SECONDS_A_MINUTE)


class QueueItemOut(Out):
    """One task; nothing tells which look it is."""

    hit_id: UUID
    hit_type: str
    deadline: datetime
    minutes_left: int
    flight: FlightOut
    why: str

    @classmethod
    def of(cls, hit: Hit, now: datetime) -> Self:
        """From a hit that waits."""
        lines = _lines(hit)
        return cls(
            hit_id=hit.hit_id,
            hit_type=hit.hit_type.value,
            deadline=_deadline(hit),
            minutes_left=_minutes_left(hit, now),
            flight=FlightOut.of(hit.flight),
            why=why_in_words([(line.kind, line.relation) for line in lines]),
        )


class ExpiredItemOut(Out):
    """A task that nobody got to, and who answers for it."""

    hit_id: UUID
    hit_type: str
    deadline: datetime
    flight: FlightOut
    state: str
    expired_at: datetime
    owner: str | None

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """From an expired hit."""
        return cls(
            hit_id=hit.hit_id,
            hit_type=hit.hit_type.value,
            deadline=_deadline(hit),
            flight=FlightOut.of(hit.flight),
            state=hit.state.value,
            expired_at=hit.since,
            owner=hit.owner,
        )


class QueueOut(Out):
    """A verifier's work, most urgent first, and what expired."""

    items: list[QueueItemOut]
    expired: list[ExpiredItemOut]


class EvidenceOut(Out):
    """One identifier, or one word of a name, side by side."""

    kind: str
    label: str
    relation: str
    traveller: str | None
    entry: str | None
    words: str


class ContradictionOut(Out):
    """A hard contradiction that has to be explained before anyone says the same person."""

    code: str
    words: str


class EntryOut(Out):
    """What a reviewer sees of the entry: identifiers, age, grade and tear-line; never the grounds."""

    names: list[dict[str, Any]]
    birth_dates: list[dict[str, Any]]
    birth_places: list[dict[str, Any]]
    nationalities: list[str]
    sex: str | None
    documents: list[dict[str, Any]]
    listed_on: date | None
    updated_on: date | None
    grade: str
    action_code: str
    tear_line: str


class HitViewOut(Out):
    """A leased hit on the page."""

    hit_id: UUID
    hit_type: str
    lease_expires_at: datetime
    deadline: datetime
    minutes_left: int
    flight: FlightOut
    traveller: dict[str, Any]
    entry: EntryOut
    evidence: list[EvidenceOut]
    band: str
    compared_fields: list[str]
    contradictions: list[ContradictionOut]
    statement: str

    @classmethod
    def of(cls, opened: Opened, now: datetime) -> Self:
        """From a hit that was taken."""
        hit = opened.hit
        lines = _lines(hit)
        words = contradiction_words(opened.comparison)
        return cls(
            hit_id=hit.hit_id,
            hit_type=hit.hit_type.value,
            lease_expires_at=opened.lease.expires_at,
            deadline=_deadline(hit),
            minutes_left=_minutes_left(hit, now),
            flight=FlightOut.of(hit.flight),
            traveller={key: (hit.traveller or {}).get(key) for key in _SHOWN_OF_TRAVELLER},
            entry=_entry(opened),
            evidence=[_evidence(line) for line in lines] + _name_evidence(hit),
            band=band_of(hit.matched.score).value,
            compared_fields=_comparable(lines),
            contradictions=[ContradictionOut(code=code, words=text) for code, text in words.items()],
            statement=opened.order.statement,
        )


class DecidedOut(Out):
    """An answer was saved; what came of it is not told."""

    recorded: bool = True
    next_hit_id: UUID | None


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
            deadline=_deadline(hit),
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
            evidence=[] if hit.traveller is None else [_evidence(line) for line in _lines(hit)],
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


def _lines(hit: Hit) -> list[EvidenceLine]:
    assert hit.traveller is not None, "an unlinked hit is never shown side by side"
    return evidence_lines(Traveller.from_json(hit.traveller), hit.entry, comparison_of(hit))


def _evidence(line: EvidenceLine) -> EvidenceOut:
    return EvidenceOut(
        kind=line.kind,
        label=line.label,
        relation=line.relation,
        traveller=line.traveller,
        entry=line.entry,
        words=line.words,
    )


def _name_evidence(hit: Hit) -> list[EvidenceOut]:
    """The matcher's own words about each word of the names."""
    return [
        EvidenceOut(
            kind=each["kind"],
            label=each["label"],
            relation=each["bearing"],
            traveller=each["traveller"],
            entry=each["entry"],
            words=each["words"],
        )
        for each in hit.matched.evidence
        if each["kind"] == "name" and each["relation"] not in ("MISSING", "LIMIT")
    ]


def _comparable(lines: list[EvidenceLine]) -> list[str]:
    """What there is on both sides to be compared, in the order of the page."""
    both = {line.kind for line in lines if line.traveller and line.entry}
    return [kind for kind in COMPARABLE_FIELDS if kind in both]


def _shown(hit: Hit) -> dict[str, Any] | None:
    if hit.traveller is None:
        return None
    return {key: hit.traveller.get(key) for key in _SHOWN_OF_TRAVELLER}


def _entry(opened: Opened) -> EntryOut:
    entry, source = opened.hit.entry, opened.source
    listing = terrorism_listing(entry)
    return EntryOut(
        names=list(entry.get("names") or ()),
        birth_dates=list(entry.get("birth_dates") or ()),
        birth_places=list(entry.get("birth_places") or ()),
        nationalities=list(entry.get("nationalities") or ()),
        sex=entry.get("sex"),
        documents=list(entry.get("documents") or ()),
        listed_on=listing.get("listed_on"),
        updated_on=listing.get("updated_on"),
        grade=f"{source.source_grade}{source.info_grade}",
        action_code=source.action_code,
        tear_line=source.tear_line,
    )
