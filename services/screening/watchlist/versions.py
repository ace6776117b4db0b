"""List versions and the entries that are in use: values, and the arithmetic of review and expiry. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.screening.hits.hit import digest_of
from services.screening.watchlist.entry_age import is_reviewed_as_child, latest_year
from services.screening.watchlist.questions import EntryTerms, NoticeFacts
from shared.personal import Personal

UN_REVIEW = timedelta(days=730)
CHILD_REVIEW = timedelta(days=183)
OTHER_REVIEW = timedelta(days=183)
LONGEST_LIFE = timedelta(days=1826)

#: The roles of the two persons who release a held import (design.md §5).
RELEASING_ROLES = ("LIST_STEWARD", "APPROVER")
TERRORISM = "TERRORISM"
#: Kinds of source whose rows are screened only once a national approver adopted them (governance §3).
ADOPTED_KINDS = frozenset({"PARTNER", "INTERPOL", "REGIONAL"})


class VersionState(StrEnum):
    """Where a version of a list stands."""

    HELD = "HELD"
    IN_FORCE = "IN_FORCE"
    SUPERSEDED = "SUPERSEDED"
    REJECTED = "REJECTED"


class EntryStatus(StrEnum):
    """Where an entry stands. A foreign list's row is SUBMITTED until it is adopted here.

    Source: `watchlist-governance.md` §3.
    """

    SUBMITTED = "SUBMITTED"
    ACTIVE = "ACTIVE"
    UNDER_REVIEW = "UNDER_REVIEW"
    SUSPENDED = "SUSPENDED"
    REMOVED = "REMOVED"
    EXPIRED = "EXPIRED"


#: The states that are screened (SG-14).
SCREENED = frozenset({EntryStatus.ACTIVE, EntryStatus.UNDER_REVIEW})


@dataclass(frozen=True, slots=True)
class Release:
    """One of the two approvals that release a held version."""

    person: str
    role: str


@dataclass(frozen=True, slots=True)
class ListVersion:
    """One file of a source, as loaded: counts and digests, no personal data.

    `base_id` is the version that its stored rows change; without one they are the whole of it.
    """

    version_id: UUID
    source_id: str
    state: VersionState
    generated_at: datetime
    sha256: str
    individuals: int
    entities_left_out: int
    by_regime: Mapping[str, int]
    stored: int
    faults: list[dict[str, Any]]
    delta_pct: float
    imported_by: str
    imported_at: datetime
    approvers: tuple[Release, ...] = ()
    in_force_since: datetime | None = None
    base_id: UUID | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ListRow(Personal):
    """One entry of a version in the JSON form of `matching-interface.md`, and its identifiers' digest."""

    entry_id: str
    digest: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class EntryRecord(Personal):
    """An entry as it stands now: which version it comes from, its status, and whether it is screened.

    `version_id` is empty for what was nominated here. `adoption` holds who nominated and approved an entry
    that needed people, and for an INTERPOL notice what was checked; it is empty for imported listings.
    """

    entry_id: str
    source_id: str
    version_id: UUID | None
    digest: str
    body: dict[str, Any]
    status: EntryStatus
    status_since: datetime
    activated_at: datetime
    review_due: date
    expires: date
    removed_at: datetime | None
    is_used: bool
    refusals: tuple[str, ...] = ()
    adoption: Mapping[str, Any] | None = None

    def terms(self) -> EntryTerms:
        """What the safeguards ask about the entry's use."""
        return EntryTerms(
            person_key=self.entry_id,
            category=self.body.get("category"),
            is_child=is_reviewed_as_child(self.body, self.status_since.date()),
            purpose_tag=purpose_tag(self.body),
            status=self.status.value,
            review_due=self.review_due,
            expires=self.expires,
            was_removed=self.removed_at is not None,
            notice=NoticeFacts.of(self.adoption),
        )


def change_in_percent(before: int, after: int, others: int = 0) -> float:
    """How much of a list changes, in percent: its length, negative when it shrinks, or more of what is in it.

    A publisher's format that drifts leaves the number of rows as it is and empties them.

    Args:
        before: How many entries it had; from nothing it is 100.
        after: How many it has.
        others: Of how many of those before it says other identifiers, or nothing any more.

    Source: SG-18 and `watchlist-governance.md` §6 (a fifth of the rows changed waits for two people).
    """
    if before == 0:
        return 100.0 if after else 0.0
    return max((after - before) * 100.0 / before, others * 100.0 / before, key=abs)


def purpose_tag(body: Mapping[str, Any]) -> str | None:
    """The purpose of an entry: TERRORISM where a listing says so, else untagged.

    Source: safeguards §4a (`terrorism: true` is the purpose tag TERRORISM).
    """
    listings = body.get("listings") or ()
    return TERRORISM if any(listing.get("terrorism") for listing in listings) else None


def review_due(body: Mapping[str, Any], today: date) -> date:
    """When an imported entry is reviewed next: each verified file that lists it moves this on.

    Source: SG-14 (24 months for a UN-listed person who is no child, else 6 for a single source or a child).
    """
    if is_reviewed_as_child(body, today):
        return today + CHILD_REVIEW
    return today + (UN_REVIEW if body.get("category") == "UN_1267_LISTED" else OTHER_REVIEW)


def terms_key(body: Mapping[str, Any]) -> str:
    """What the use of an entry depends on beside the day: entries with the same key get the same answers."""
    latest = latest_year(body)
    return f"{body.get('category') or ''}|{purpose_tag(body) or ''}|{latest or ''}"


def expires(today: date) -> date:
    """When an imported entry ends unless a later verified file lists it again. Source: SG-14."""
    return today + LONGEST_LIFE


def missing_release(version: ListVersion, person: str, roles: frozenset[str]) -> Release | None:
    """The approval that a person may add to a held version, or `None` when the two posts want others.

    Source: design.md §5: two different persons, one LIST_STEWARD and one APPROVER.
    """
    given = {release.role for release in version.approvers}
    if any(release.person == person for release in version.approvers):
        return None
    for role in RELEASING_ROLES:
        if role in roles and role not in given:
            return Release(person, role)
    return None


def is_released(version: ListVersion) -> bool:
    """Whether both posts, held by two persons, released the version."""
    return {release.role for release in version.approvers} == set(RELEASING_ROLES)


def identifying_digest(body: Mapping[str, Any]) -> str:
    """A digest of the facts that a match rests on, so that a new comment opens no review anew."""
    facts = (
        "names",
        "birth_dates",
        "birth_places",
        "nationalities",
        "sex",
        "documents",
        "category",
    )
    return digest_of({fact: body.get(fact) for fact in facts})
