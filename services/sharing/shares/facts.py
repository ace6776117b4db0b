"""The facts of one `share.send`, gathered by name for the safeguards. Pure.

The inputs of SG-35 are not here: the protection vault alone has them (`vault.py`).

Source: safeguards.md, the *Facts* lines of the rules that judge `share.send`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from services.sharing.protocol.caveats import CAVEATS
from services.sharing.protocol.envelope import FALLBACK
from services.sharing.registers.entries import Agreement, Authority, CountryRisk, LegalRow, Scope
from services.sharing.registers.facts import (
    agreed_fields,
    agreement_facts,
    country_risk_facts,
    recipient_facts,
)
from services.sharing.shares.minimum_sets import Payload
from services.sharing.shares.onward_facts import Onward, onward_context
from services.sharing.shares.recipients import Candidate
from shared.contracts import BestInterestsV1, HitConfirmedV1, HitStateV1, ReviewFactsV1
from shared.travel import PartialDate

DATA_CLASS: Final = "HIT"
MESSAGE_TYPE: Final = "NOTIFY"
ACTION: Final = "share.send"
ONWARD_CONDITION: Final = "no-onward"
OWN_RETENTION_DAYS: Final = 1826
# An entry that was suspended, removed or has expired counts as recalled (SG-15, SG-37): nothing rests on it.
USABLE_ENTRIES: Final = frozenset({"ACTIVE", "UNDER_REVIEW"})
UNKNOWN_AUTHORITY_STATUS: Final = "NONE"
# The entry's category → the person's (safeguards.md §4a); any other is no suspect, whom SG-17 protects.
_PERSON_CATEGORY: Final[Mapping[str, str]] = {
    "UN_1267_LISTED": "SUSPECT",
    "CONVICTED": "CONVICTED",
    "CHARGED_OR_WARRANT": "SUSPECT",
    "REASONABLY_SUSPECTED": "SUSPECT",
}


@dataclass(frozen=True, slots=True)
class Basis:
    """Who wants the share, why, and for how long; kept with the notice and asked again at each try.

    `legal_approver` is set where the legal officer found that the resolution owes this notification (SG-30);
    `court_order_ref` is the order that covers a child, seen by a legal officer (SG-16).
    """

    purpose_code: str
    statement: str
    alternatives_considered: str
    author: str
    approver: str | None
    approver_roles: tuple[str, ...]
    period_days: int
    expires: date
    legal_approver: str | None = None
    court_order_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the human-rights officer recorded for the hit before recipients were decided (SG-34)."""

    individual_risk: bool
    legal: str | None = None
    human_rights: str | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the registers and screening say at this moment about one candidate."""

    authority: Authority | None
    agreement: Agreement | None
    country_risk: CountryRisk | None
    legal_row: LegalRow | None
    hit_state: HitStateV1
    own_authority: str
    key_is_current: bool
    ledger_row: bool
    log_is_up: bool
    chain_is_whole: bool
    onward: Onward | None = None


@dataclass(frozen=True, slots=True)
class ShareRequest:
    """Everything that one evaluation rests on."""

    hit: HitConfirmedV1
    candidate: Candidate
    payload: Payload
    event: str
    basis: Basis
    assessment: Assessment | None
    surroundings: Surroundings
    is_disputed: bool = False


def share_facts(request: ShareRequest, now: datetime) -> dict[str, Any]:
    """The engine's request for one candidate: `action`, `actor`, `purpose`, `object`, `context`, `now`."""
    basis = request.basis
    return {
        "action": ACTION,
        "actor": {
            "id": basis.approver,
            "roles": list(basis.approver_roles),
            "authority": request.surroundings.own_authority,
        },
        "purpose": {
            "code": basis.purpose_code,
            "case_id": str(request.hit.hit_id),
            "statement": basis.statement,
            "alternatives_considered": basis.alternatives_considered,
        },
        "object": _object(request, now),
        "context": _context(request, now),
        "now": _instant(now),
    }


def is_fallback_open(request: ShareRequest) -> bool:
    """Whether the minimum notification of SG-30 could still carry this share.

    Not where an agreement is suspended: that blocks the fallback too.
    """
    agreement = request.surroundings.agreement
    return request.candidate.is_owed and (agreement is None or agreement.suspended is None)


def conditions_of(hit: HitConfirmedV1) -> tuple[str, ...]:
    """The originator's conditions and, by the standing caveat C3, no onward transfer."""
    return tuple(sorted({*hit.entry.conditions, ONWARD_CONDITION}))


def category_of(hit: HitConfirmedV1) -> str | None:
    """The person's category by the entry's (safeguards.md §4a); `None` counts as no suspect (SG-17)."""
    return _PERSON_CATEGORY.get(hit.entry.category)


def age_of(hit: HitConfirmedV1, now: datetime) -> int | None:
    """Whole years at `now`, the fewest that any birth date sent or listed allows; `None` if none is known.

    The youngest reading counts, because the rule protects whoever may be a child (SG-16).
    """
    sent = hit.traveller.get("birth_date")
    births = [sent] if sent else [_latest_birth(each) for each in hit.entry.birth_dates]
    ages = [_fewest_years(PartialDate.parse(text), now.date()) for text in births if text]
    return min(ages, default=None)


def _object(request: ShareRequest, now: datetime) -> dict[str, Any]:
    hit, onward = request.hit, request.surroundings.onward
    return {
        "data_class": DATA_CLASS,
        "message_type": MESSAGE_TYPE,
        "event": request.event,
        "scope": "person",
        "personal_data": True,
        "fields": list(request.payload.fields),
        "tags": [],
        "purpose": request.basis.purpose_code,
        "hit_state": request.surroundings.hit_state.state,
        "items": [item.as_json() for item in hit.entry.items],
        "subject_age": age_of(hit, now),
        # Read only where no birth date is known; nothing else that we hold of a hit speaks of an age (SG-16).
        "minor_evidence": False,
        "named_persons": [{"category": category_of(hit)}],
        # The minimum sets hold nothing about co-travellers, not even their number (SG-17).
        "co_traveller_count": 0,
        "handling_code": hit.entry.handling_code,
        "original_code": onward.handling_code if onward else hit.entry.handling_code,
        "conditions": list(conditions_of(hit)),
        "original_conditions": list(onward.conditions if onward else hit.entry.conditions),
        # A hit on a notice from abroad is that State's information; null = our own (SG-33).
        "originator_state": onward.originator_state if onward else None,
        "recalled": request.surroundings.hit_state.entry_status not in USABLE_ENTRIES
        or (onward is not None and onward.is_withdrawn),
        # What the person disputes waits until it is decided (SG-20, SG-37).
        "disputed": request.is_disputed,
    }


def _context(request: ShareRequest, now: datetime) -> dict[str, Any]:
    around = request.surroundings
    basis = request.basis
    authority = around.authority
    is_fallback = basis.legal_approver is not None and request.candidate.scope is Scope.FOREIGN
    return {
        **review_facts(around.hit_state.reviews),
        "author": basis.author,
        "approver": basis.approver,
        "period_days": basis.period_days,
        "expires": basis.expires.isoformat(),
        "case_open": around.hit_state.is_open,
        "grounds": _grounds(request.hit),
        **_best_interests(around.hit_state.best_interests),
        "court_order_ref": basis.court_order_ref,
        "legal_row": around.legal_row.as_facts() if around.legal_row else None,
        "recipient": _recipient(request, now),
        "recipient_state": request.candidate.state,
        "recipient_recall_endpoint": _is_recallable(authority),
        "audience_max": authority.handling_max if authority else None,
        "agreement": agreement_facts(around.agreement, authority),
        "agreement_fields": agreed_fields(around.agreement, MESSAGE_TYPE),
        "fallback": FALLBACK if is_fallback else None,
        "legal_approver": basis.legal_approver if is_fallback else None,
        "caveats": list(CAVEATS),
        "country_risk": country_risk_facts(around.country_risk, now),
        "individual_risk": request.assessment.individual_risk if request.assessment else None,
        "assessments": _assessments(request.assessment),
        "assurance": _assurance(around.agreement),
        "partner": _partner(authority),
        "own_retention_days": OWN_RETENTION_DAYS,
        "ledger_row": around.ledger_row,
        "log_store": "UP" if around.log_is_up else "DOWN",
        "chain_ok": around.chain_is_whole,
        **onward_context(around.onward),
    }


def _best_interests(found: BestInterestsV1 | None) -> dict[str, Any]:
    """The specialist's finding as SG-16 reads it: an approval is one that lets somebody be told."""
    return {
        "best_interests_id": str(found.assessment_id) if found else None,
        "child_specialist": found.found_by if found and found.allows_share else None,
    }


def review_facts(reviews: ReviewFactsV1 | None) -> dict[str, Any]:
    """The two reviews of a hit as SG-08 and SG-09 read them; without any, nobody verified it."""
    if reviews is None:
        return {
            "human_verification": None,
            "first": None,
            "second": None,
            "second_blind": False,
            "same_outcome": False,
            "reports_to_first": False,
        }
    return {
        "human_verification": {
            "reviewer": reviews.second or reviews.first,
            "role": reviews.role,
            "seconds_open": reviews.seconds_open,
            "compared_fields": list(reviews.compared_fields),
            # The reasons stay in screening: they describe the person; the rule asks whether there are any.
            "reasons": "recorded" if reviews.reasons_given else "",
            "after_last_change": reviews.after_last_change,
        },
        "first": reviews.first,
        "second": reviews.second,
        "second_blind": reviews.second_blind,
        "same_outcome": reviews.same_outcome,
        "reports_to_first": reviews.reports_to_first,
    }


def _recipient(request: ShareRequest, now: datetime) -> dict[str, Any]:
    authority = request.surroundings.authority
    if authority is None:
        return {
            "scope": request.candidate.scope.value,
            "status": UNKNOWN_AUTHORITY_STATUS,
            "verified_days_ago": None,
            "functions": [],
            "key_current": False,
            "kind": "PIU",
        }
    return recipient_facts(authority, now, key_is_current=request.surroundings.key_is_current)


def _is_recallable(authority: Authority | None) -> bool:
    """Our own pages show a recall by themselves; everyone else needs an endpoint for it."""
    return authority is not None and (authority.reads_our_pages or bool(authority.recall_endpoint))


def _assessments(assessment: Assessment | None) -> dict[str, str]:
    recorded = {
        "legal": assessment.legal if assessment else None,
        "human_rights": assessment.human_rights if assessment else None,
    }
    return {name: finding for name, finding in recorded.items() if finding is not None}


def _assurance(agreement: Agreement | None) -> dict[str, bool] | None:
    if agreement is None or not agreement.death_penalty_assurance:
        return None
    return {"binding": True, "verified": agreement.death_penalty_assurance_verified}


def _partner(authority: Authority | None) -> dict[str, Any] | None:
    if authority is None or authority.safeguards is None:
        return None
    return authority.safeguards.as_json()


def _grounds(hit: HitConfirmedV1) -> list[str]:
    """The grounds of the decision: the entry, and what the reviewers compared."""
    return ["watchlist_entry", *sorted(set(hit.verification.compared_fields))]


def _latest_birth(listed: Mapping[str, Any]) -> str | None:
    """The latest birth that a listed date allows: a date, or a year (of a span the last one)."""
    found = listed.get("date") or listed.get("to_year") or listed.get("year")
    return None if found is None else str(found)


def _fewest_years(birth: PartialDate, today: date) -> int:
    month, day = birth.month or 12, birth.day or 31
    had_birthday = (today.month, today.day) >= (month, day)
    return today.year - birth.year - (0 if had_birthday else 1)


def _instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
