"""A nomination: why a person should stand on the list, who says so, until when. Values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from services.screening.hits.hit import digest_of
from shared.personal import Personal

#: A trial that stops more travellers than this sends the nomination back for more identifiers.
MOST_STOPPED = 3
_UNGRADED = "2D"


class NominationKind(StrEnum):
    """A person whom this State names, or a foreign list's row that it takes over."""

    NATIONAL = "NATIONAL"
    ADOPTION = "ADOPTION"


class NominationState(StrEnum):
    """Where a nomination stands. Source: `watchlist-governance.md` §3."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    REJECTED = "REJECTED"
    DISCARDED = "DISCARDED"
    ACTIVATED = "ACTIVATED"


#: The states in which its nominator may still change it.
OPEN = frozenset({NominationState.DRAFT, NominationState.RETURNED})
#: The states in which nobody has to decide on it any more.
DECIDED = frozenset({NominationState.ACTIVATED, NominationState.REJECTED, NominationState.DISCARDED})
#: The states in which its criteria were judged and nobody found against it.
JUDGED = frozenset({NominationState.SUBMITTED, NominationState.ACTIVATED})


@dataclass(frozen=True, slots=True, repr=False)
class Ground(Personal):
    """One ground: its kind (safeguards §4a), the words, its source and grade (`1A` to `3E`), as of when."""

    kind: str
    text: str
    source: str | None
    grade: str | None
    is_fact: bool
    as_of: date | None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read a ground as it is stored."""
        as_of = value.get("as_of")
        return cls(
            kind=value["kind"],
            text=value["text"],
            source=value.get("source"),
            grade=value.get("grade"),
            is_fact=bool(value.get("is_fact")),
            as_of=None if as_of is None else date.fromisoformat(as_of),
        )

    def as_item(self, today: date) -> dict[str, Any]:
        """`object.items[]` of SG-11."""
        grade = self.grade or _UNGRADED
        return {
            "source_grade": int(grade[0]),
            "info_grade": grade[1],
            "kind": "FACT" if self.is_fact else "ASSESSMENT",
            "age_months": None if self.as_of is None else months_between(self.as_of, today),
        }


@dataclass(frozen=True, slots=True, repr=False)
class Terms(Personal):
    """What a nomination says beside the person's identifiers; `raw` is the JSON object that is stored."""

    raw: Mapping[str, Any]

    @property
    def category(self) -> str:
        """The entry category that is asked for."""
        return str(self.raw["category"])

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """The grounds, restricted to those whose post the list is."""
        return tuple(Ground.from_json(each) for each in self.raw["grounds"])

    @property
    def review_due(self) -> date:
        """When the entry is reviewed first."""
        return date.fromisoformat(self.raw["review_due"])

    @property
    def expires(self) -> date:
        """When the entry ends."""
        return date.fromisoformat(self.raw["expires"])

    @property
    def is_single_source(self) -> bool:
        """Whether all grounds come from one source; those that name none are one."""
        return len({ground.source for ground in self.grounds}) <= 1


@dataclass(frozen=True, slots=True)
class Trial:
    """How the entry would have met past traffic: counts alone.

    `basis` says which travellers: PAST_TRAFFIC, some of each of the past days; or TRAVELLERS_HELD, those of
    the hits that screening still holds, who resembled somebody once.
    """

    basis: str
    tried: int
    stopped: int
    plainly_different: int

    @property
    def stops_too_many(self) -> bool:
        """Whether the nomination goes back for more identifiers."""
        return self.plainly_different > MOST_STOPPED


@dataclass(frozen=True, slots=True, repr=False)
class Nomination(Personal):
    """One nomination, and what was decided."""

    nomination_id: UUID
    entry_id: str
    source_id: str
    kind: NominationKind
    state: NominationState
    version: int
    entry: dict[str, Any]
    terms: Terms
    nominator: str
    nominator_manager: str | None
    drafted_at: datetime
    submitted_at: datetime | None = None
    trial: Trial | None = None
    approver: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None

    @property
    def grounds_digest(self) -> str:
        """By which the same grounds are known when they come again (SG-15)."""
        return digest_of(sorted((ground.kind, ground.text) for ground in self.terms.grounds))


def held_identifiers(body: Mapping[str, Any]) -> list[str]:
    """The identifiers that an entry holds, as SG-13 names them."""
    births = body.get("birth_dates") or ()
    places = body.get("birth_places") or ()
    found = {
        "name": bool(body.get("names")),
        "date_of_birth": any(
            each.get("kind") == "EXACT" and str(each["date"]).count("-") == len("ymd") - 1 for each in births
        ),
        "birth_year": bool(births),
        "doc_number": any(each.get("number") for each in body.get("documents") or ()),
        "place_of_birth": any(each.get("city") or each.get("country") for each in places),
        "nationality": bool(body.get("nationalities")),
    }
    return [name for name, is_held in found.items() if is_held]


def months_between(first: date, last: date) -> int:
    """Complete months between two days."""
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
