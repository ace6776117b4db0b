"""Screening → sharing: a hit that two people confirmed, and its present state when sharing asks again."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.contract import Contract, PersonalContract
from shared.contracts.travellers_observed import FlightV1


class GradedItemV1(Contract):
    """One intelligence item behind the entry (SG-11)."""

    source_grade: int | None
    info_grade: str | None
    kind: str
    age_months: int
    revalidated: bool = False


class EntryFactsV1(PersonalContract):
    """What sharing needs of the watchlist entry.

    `names` are `{"text", "kind", "quality"}`; `list_reference` is the source's own (`QDi.000`);
    `category` as in safeguards §4a; `handling_code` H0 to H4.
    """

    entry_id: str
    source: str
    list_reference: str
    programme: str
    category: str
    names: list[dict[str, Any]]
    birth_dates: list[dict[str, Any]]
    nationalities: list[str]
    action_code: str
    tear_line: str
    handling_code: str
    conditions: list[str]
    items: list[GradedItemV1]


class VerificationV1(Contract):
    """How the identity was verified; no reviewer's name is here."""

    level: str
    compared_fields: list[str]
    verified_at: datetime


class HitConfirmedV1(PersonalContract):
    """A confirmed hit: identity verified by two persons, still not guilt (workflow.md §1)."""

    message_id: UUID
    hit_id: UUID
    hit_type: str
    confirmed_at: datetime
    traveller_id: UUID
    traveller: dict[str, Any]
    flight: FlightV1
    entry: EntryFactsV1
    verification: VerificationV1


class ReviewFactsV1(Contract):
    """The two reviews of a hit as SG-08 and SG-09 read them; `role` is the role held when deciding."""

    first: str
    second: str | None
    second_blind: bool
    same_outcome: bool
    reports_to_first: bool
    role: str
    seconds_open: int
    compared_fields: list[str]
    reasons_given: bool
    after_last_change: bool


class StandingOrderFactsV1(Contract):
    """The standing order in force at this moment (SG-03)."""

    order_id: UUID
    purpose_code: str
    statement: str
    alternatives_considered: str
    author: str
    approver: str
    period_days: int
    expires: date


class BestInterestsV1(Contract):
    """The child-protection specialist's newest finding about a child (SG-16): a verdict, no words."""

    assessment_id: UUID
    allows_share: bool
    found_by: str
    found_at: datetime


class HitStateV1(Contract):
    """The hit's present state, asked at each evaluation and retry; no answer refuses.

    `best_interests` is null where the hit is about an adult, or no specialist has found anything yet.
    """

    hit_id: UUID
    hit_type: str
    state: str
    is_open: bool
    reviews: ReviewFactsV1 | None
    entry_status: str
    ordered_action: str | None
    standing_order: StandingOrderFactsV1 | None
    best_interests: BestInterestsV1 | None = None
