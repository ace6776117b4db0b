"""The safeguards' questions about people's own entries: may one become active, may one be renewed. Pure.

Source: safeguards catalogue §4a and the *Facts* of SG-01, 09, 11, 13 to 18 and 32.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.screening.acting import Actor, Stated
from services.screening.policy_requests import Act, Request, build_request, person_category
from services.screening.registers.rows import ListSource
from services.screening.watchlist.entry_age import is_minor, youngest_age
from services.screening.watchlist.nomination import Nomination, held_identifiers, months_between
from services.screening.watchlist.versions import TERRORISM, EntryRecord


@dataclass(frozen=True, slots=True)
class Removed:
    """When this person's entry was removed here last, if ever, and whether it is the very same entry."""

    at: datetime | None = None
    is_same_entry: bool = False


def activate(
    nomination: Nomination,
    source: ListSource,
    actor: Actor,
    purpose: Stated,
    removed: Removed,
    *,
    approver: str,
    child_specialist: str | None,
    now: datetime,
    reports_to_nominator: bool = False,
) -> Request:
    """May this nomination become an entry? Source: SG-01, 09, 11, 13, 14, 15, 16, 17, 18, 32, 42.

    `child_specialist` is who approves in that post; read for a child alone.
    """
    today = now.date()
    gone_for = None if removed.at is None else months_between(removed.at.date(), today)
    return build_request(
        Act("wl.activate", actor, purpose, now),
        _named(nomination, source, today),
        {
            "nominator": nomination.nominator,
            "approver": approver,
            "review_date_set": True,
            "offence_link": nomination.terms.raw.get("offence_link"),
            "first": nomination.nominator,
            "second": approver,
            # The nominator's recommendation is shown to nobody before the decision is saved.
            "second_blind": True,
            "same_outcome": True,
            "reports_to_first": reports_to_nominator,
            "audience_max": actor.clearance,
            "removed_before": removed.at is not None,
            "same_entry": removed.is_same_entry if removed.at is not None else None,
            "removed_months_ago": gone_for,
            "grounds_hash_same": removed.at is not None,
            "best_interests_id": nomination.terms.raw.get("best_interests_id"),
            "child_specialist": child_specialist,
            "review_months": months_between(today, nomination.terms.review_due),
        },
    )


def _named(nomination: Nomination, source: ListSource, today: date) -> dict[str, Any]:
    """Who would be listed, on which grounds, until when."""
    terms = nomination.terms
    age = youngest_age(nomination.entry, today)
    grounds = [{"kind": each.kind, "grade": each.grade, "source": each.source} for each in terms.grounds]
    return {
        "person_key": nomination.entry_id,
        "purpose_tag": TERRORISM,
        "category": terms.category,
        "person_category": person_category(terms.category),
        "child": is_minor(age),
        "subject_age": age,
        "minor_evidence": False,
        "single_source": terms.is_single_source,
        "review_due": terms.review_due.isoformat(),
        "expires": terms.expires.isoformat(),
        "source_kind": source.kind,
        "notice": terms.raw.get("notice"),
        "items": [ground.as_item(today) for ground in terms.grounds],
        "grounds": grounds,
        "identifiers": held_identifiers(nomination.entry),
        "handling_code": source.handling_code,
        "conditions": list(source.conditions),
    }


def nominate(nomination: Nomination, actor: Actor, purpose: Stated, *, now: datetime) -> Request:
    """May this person be proposed at all? A nomination rests on its own grounds, never on a hit.

    Source: SG-01, 08, 17, 41, 45.
    """
    return build_request(
        Act("wl.nominate", actor, purpose, now),
        {"person_category": person_category(nomination.terms.category), "hit_state": None},
        {"human_verification": None},
    )


def renew(
    entry: EntryRecord, actor: Actor, purpose: Stated, *, reviewer: str, review_due: date, now: datetime
) -> Request:
    """May this entry stay until its next review? Source: SG-01, 14, 16, 17."""
    adoption: dict[str, Any] = dict(entry.adoption or {})
    category = entry.body.get("category")
    age = youngest_age(entry.body, now.date())
    return build_request(
        Act("wl.renew", actor, purpose, now),
        {
            "category": category,
            "person_category": person_category(category),
            "child": is_minor(age),
            "subject_age": age,
            "minor_evidence": False,
            "single_source": bool(adoption.get("is_single_source", True)),
            "review_due": review_due.isoformat(),
            "expires": entry.expires.isoformat(),
            "activated_at": entry.activated_at.date().isoformat(),
        },
        {
            "reviewer": reviewer,
            # Nobody here nominated an imported listing; its list did.
            "nominator": adoption.get("nominator", f"LIST:{entry.source_id}"),
            "grounds_still_exist": True,
            "best_interests_id": adoption.get("best_interests_id"),
            "child_specialist": adoption.get("child_specialist"),
            "review_months": months_between(now.date(), review_due),
        },
    )
