"""The hit and what hangs on it, as values."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.screening.flight_facts import times_of
from services.screening.hits.deadlines import HitTimes
from services.screening.hits.states import ClosingCode, HitState, HitType
from services.screening.review.rules import ReviewOutcome, Stage
from shared.contracts import FlightV1
from shared.identifiers import HitId, TravellerId
from shared.personal import Personal

#: The facts of a traveller that a match rests on; a seat or a bag may change without a new review.
IDENTIFYING_FACTS = (
    "surname",
    "given_names",
    "birth_date",
    "sex",
    "nationality",
    "birth_place",
    "documents",
    "redress_number",
)


class Band(StrEnum):
    """How strong the match is, as people see it: a band, never a number.

    Source: `workflow.md` §2.
    """

    STRONG = "STRONG"
    MEDIUM = "MEDIUM"
    WEAK = "WEAK"


_STRONG_FROM = 0.95
_MEDIUM_FROM = 0.8


def band_of(score: float) -> Band:
    """The band of a calibrated score between 0.0 and 1.0."""
    if score >= _STRONG_FROM:
        return Band.STRONG
    return Band.MEDIUM if score >= _MEDIUM_FROM else Band.WEAK


def digest_of(value: Any) -> str:
    """SHA-256 of a JSON value in one spelling: keys sorted, no white space."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def identity_digest(traveller: Mapping[str, Any]) -> str:
    """A digest of the facts that a match rests on, to tell whether a later report changed them."""
    return digest_of({fact: traveller.get(fact) for fact in IDENTIFYING_FACTS})


@dataclass(frozen=True, slots=True, repr=False)
class Matched(Personal):
    """What the matcher said when the hit was made or its data last changed.

    `evidence` is the explanation's, each piece with its `label`, `bearing` (AGREE, DIFFER, MISSING) and
    `words`; `name` is the entry's name that was compared, `None` where none was.
    """

    score: float
    evidence: list[dict[str, Any]]
    name: dict[str, Any] | None
    matcher_digest: str
    algorithm: str
    threshold: float


@dataclass(frozen=True, slots=True, repr=False)
class Hit(Personal):
    """One traveller beside one watchlist entry, with everything that its review rests on.

    `traveller` is `Traveller.as_record()`, `None` once the hit is unlinked; `entry` is the entry in the JSON
    form of `matching-interface.md`; `data_version` grows whenever identifiers of either change, and
    `review_round` whenever the reviews start anew. `reported_at` is when the latest report of the
    traveller arrived. Instants are aware and UTC.
    """

    hit_id: HitId
    traveller_id: TravellerId
    entry_id: str
    source_id: str
    hit_type: HitType
    state: HitState
    since: datetime
    made_at: datetime
    reported_at: datetime
    waiting_since: datetime
    flight: FlightV1
    data_class: str
    journey_key: str
    traveller: dict[str, Any] | None
    traveller_digest: str
    entry: dict[str, Any]
    entry_digest: str
    matched: Matched
    data_version: int = 1
    data_changed_at: datetime | None = None
    review_round: int = 1
    suppressed_until: datetime | None = None
    confirmed_at: datetime | None = None
    outcome: ClosingCode | None = None
    closing_code: ClosingCode | None = None
    owner: str | None = None

    def times(self, lease_expires_at: datetime | None = None) -> HitTimes:
        """What the clocks read of the hit."""
        return HitTimes(
            state=self.state,
            hit_type=self.hit_type,
            since=self.since,
            made_at=self.made_at,
            flight=times_of(self.flight),
            lease_expires_at=lease_expires_at,
            suppressed_until=self.suppressed_until,
            outcome=self.outcome,
        )

    @property
    def is_open(self) -> bool:
        """Whether the hit is not yet CLOSED."""
        return self.state is not HitState.CLOSED


@dataclass(frozen=True, slots=True)
class Lease:
    """A reviewer's hold on a hit; `opened_at` is when the page with the present data was opened."""

    hit_id: HitId
    holder: str
    stage: Stage
    opened_at: datetime
    expires_at: datetime
    data_version: int


@dataclass(frozen=True, slots=True, repr=False)
class Review(Personal):
    """One person's saved answer. `was_blind` is whether nothing of the other answer had been shown before."""

    review_id: UUID
    hit_id: HitId
    review_round: int
    stage: Stage
    reviewer: str
    reports_to: str | None
    role: str
    opened_at: datetime
    decided_at: datetime
    seconds_open: int
    outcome: ReviewOutcome
    reasons: str
    compared_fields: list[str]
    explanations: dict[str, str]
    comparison: dict[str, Any]
    is_sufficient: bool
    was_blind: bool
    data_version: int


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One move that a hit made, by whom and why."""

    at: datetime
    source: str
    target: str
    actor: str
    cause: str
    closing_code: str | None = None
