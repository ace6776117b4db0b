"""Hits: the queue, the comparison, lists of hits, and the front line's cards."""

from datetime import datetime
from typing import Any

from pydantic import Field

from services.console.seen.base import FlightBrief, Seen, Words


class QueueItem(Seen):
    """One task of the queue, or one that nobody got to."""

    hit_id: str
    hit_type: str = "PERSON"
    deadline: datetime | None = None
    minutes_left: int | None = None
    flight: FlightBrief = FlightBrief()
    why: Words = ""
    state: str | None = None
    expired_at: datetime | None = None
    owner: str | None = None


class Queue(Seen):
    """A verifier's work, most urgent first, and what expired."""

    items_: list[QueueItem] = Field(default=[], alias="items")
    expired: list[QueueItem] = Field(default=[])


class Evidence(Seen):
    """One identifier compared: what each side says, and how the two stand to each other."""

    kind: str = ""
    label: Words = ""
    relation: str = "MISSING"
    traveller: Words = ""
    entry: Words = ""
    words: Words = ""


class Contradiction(Seen):
    """A hard contradiction that has to be explained before anyone says "same"."""

    code: str
    words: Words = ""


class HitView(Seen):
    """What a reviewer sees of a hit; never its state nor who looked before."""

    hit_id: str
    hit_type: str = "PERSON"
    lease_expires_at: datetime | None = None
    deadline: datetime | None = None
    minutes_left: int | None = None
    flight: FlightBrief = FlightBrief()
    traveller: dict[str, Any] = Field(default={})
    entry: dict[str, Any] = Field(default={})
    evidence: list[Evidence] = Field(default=[])
    band: Words = ""
    compared_fields: list[str] = Field(default=[])
    contradictions: list[Contradiction] = Field(default=[])
    statement: Words = ""

    @property
    def identifiers(self) -> list[Evidence]:
        """One line for each kind of identifier: the first of its kind."""
        kinds = [each.kind for each in self.evidence]
        return [each for place, each in enumerate(self.evidence) if each.kind not in kinds[:place]]

    @property
    def name_words(self) -> list[Evidence]:
        """What the matcher says to single words of the names, behind the line of the whole name."""
        return [each for each in self.evidence if each.kind == "name"][1:]


class Decided(Seen):
    """The answer to a decision."""

    recorded: bool = True
    next_hit_id: str | None = None


class HitRow(Seen):
    """A hit in a list, without personal data."""

    hit_id: str
    hit_type: str = "PERSON"
    state: str = ""
    deadline: datetime | None = None
    created_at: datetime | None = None
    flight: FlightBrief = FlightBrief()
    owner: str | None = None
    outcome: str | None = None


class ReportedDocument(Seen):
    """What a list says of a document itself, and nothing of whoever carries it."""

    issuer: str = ""
    kind: str = ""
    reported_on: Words = ""
    words: str = ""
    tear_line: str = ""
    desk_phone: str = ""


class Card(Seen):
    """What the front line sees: nothing else than this."""

    hit_id: str
    name: str = ""
    birth_date: Words = ""
    document: Words = ""
    action: str = ""
    tear_line: str = ""
    desk_phone: str = ""
    flight: FlightBrief = FlightBrief()
    outcome: str | None = None


class LookedUp(Seen):
    """What a document at hand brings: cards of travellers, and reports of the document."""

    cards: list[Card]
    documents: tuple[ReportedDocument, ...] = ()
