"""What a reviewer sees: the queue and a hit side by side. Neither state nor look is told."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from services.screening.hits.confirmed import tear_line_of, terrorism_listing
from services.screening.hits.hit import Hit, band_of
from services.screening.review.evidence_words import (
    COMPARABLE_FIELDS,
    EvidenceLine,
    contradiction_words,
    why_in_words,
)
from services.screening.review.leases import Opened
from services.screening.views import (
    SHOWN_OF_TRAVELLER,
    EvidenceOut,
    FlightOut,
    Out,
    deadline_of,
    lines_of,
)

_SECONDS_A_MINUTE = 60


def _minutes_left(hit: Hit, now: datetime) -> int:
    return int((deadline_of(hit) - now).total_seconds() // _SECONDS_A_MINUTE)


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
        lines = lines_of(hit)
        return cls(
            hit_id=hit.hit_id,
            hit_type=hit.hit_type.value,
            deadline=deadline_of(hit),
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
            deadline=deadline_of(hit),
            flight=FlightOut.of(hit.flight),
            state=hit.state.value,
            expired_at=hit.since,
            owner=hit.owner,
        )


class QueueOut(Out):
    """A verifier's work, most urgent first, and what expired."""

    items: list[QueueItemOut]
    expired: list[ExpiredItemOut]


class ContradictionOut(Out):
    """A hard contradiction that has to be explained before anyone says the same person."""

    code: str
    words: str


class ComparedEntryOut(Out):
    """What a reviewer sees of the entry: identifiers, age, who says it, grade, tear-line; never the grounds.

    `publisher` tells a list from a notice of another State.
    """

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
    publisher: str


class HitViewOut(Out):
    """A leased hit on the page."""

    hit_id: UUID
    hit_type: str
    lease_expires_at: datetime
    deadline: datetime
    minutes_left: int
    flight: FlightOut
    traveller: dict[str, Any]
    entry: ComparedEntryOut
    evidence: list[EvidenceOut]
    band: str
    compared_fields: list[str]
    contradictions: list[ContradictionOut]
    statement: str

    @classmethod
    def of(cls, opened: Opened, now: datetime) -> Self:
        """From a hit that was taken."""
        hit = opened.hit
        lines = lines_of(hit)
        words = contradiction_words(opened.comparison)
        return cls(
            hit_id=hit.hit_id,
            hit_type=hit.hit_type.value,
            lease_expires_at=opened.lease.expires_at,
            deadline=deadline_of(hit),
            minutes_left=_minutes_left(hit, now),
            flight=FlightOut.of(hit.flight),
            traveller={key: (hit.traveller or {}).get(key) for key in SHOWN_OF_TRAVELLER},
            entry=_entry(opened),
            evidence=[EvidenceOut.of(line) for line in lines] + _name_evidence(hit),
            band=band_of(hit.matched.score).value,
            compared_fields=_comparable(lines),
            contradictions=[ContradictionOut(code=code, words=text) for code, text in words.items()],
            statement=opened.order.statement,
        )


class DecidedOut(Out):
    """An answer was saved; what came of it is not told."""

    recorded: bool = True
    next_hit_id: UUID | None


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


def _entry(opened: Opened) -> ComparedEntryOut:
    entry, source = opened.hit.entry, opened.source
    listing = terrorism_listing(entry)
    return ComparedEntryOut(
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
        tear_line=tear_line_of(entry, source),
        publisher=source.publisher,
    )
