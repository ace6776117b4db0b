"""The questions that screening asks the safeguards, each built from what the catalogue's *Facts* lines name.

Pure: the facts are gathered before. A fact that is not known is `None`, which the safeguards evaluate; none
is left out, because a missing one refuses.

Source: safeguards catalogue §1 (request object), §4a, §5 (stages screening, review, watchlist, access).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.screening.acting import Actor, Stated, Verification
from services.screening.hits.states import HitState, HitType
from services.screening.registers.rows import LegalRow, ListSource, MatcherApproval, StandingOrder
from services.screening.review.comparison import Comparison

Request = dict[str, Any]

#: What matching reads of a traveller; nothing else is handed to it.
SCREENED_FIELDS = (
    "surname",
    "given_names",
    "date_of_birth",
    "sex",
    "nationality",
    "place_of_birth",
    "documents",
)
_CONVICTED = frozenset({"CONVICTED"})
_SUSPECTED = frozenset({"UN_1267_LISTED", "CHARGED_OR_WARRANT", "REASONABLY_SUSPECTED"})


@dataclass(frozen=True, slots=True)
class Act:
    """What every question names: the action, who acts, why, and when."""

    action: str
    actor: Actor
    purpose: Stated
    now: datetime


def build_request(act: Act, object_facts: Mapping[str, Any], context: Mapping[str, Any]) -> Request:
    """The request object of the catalogue §1; the log's own facts are stamped by `WithLog`."""
    return {
        "action": act.action,
        "actor": act.actor.as_facts(),
        "purpose": act.purpose.as_facts(),
        "object": dict(object_facts),
        "context": dict(context),
        "now": act.now.isoformat(),
    }


def _order_facts(order: StandingOrder) -> dict[str, Any]:
    return {
        "author": order.author,
        "approver": order.approver,
        "period_days": order.period_days,
        "expires": order.expires.isoformat(),
    }


def screen_run(
    *,
    actor: Actor,
    order: StandingOrder,
    approval: MatcherApproval | None,
    threshold: float,
    has_explanations: bool,
    legal_row: LegalRow | None,
    data_class: str,
    now: datetime,
) -> Request:
    """May this batch of a received manifest be screened? Source: SG-01, 02, 03, 05, 07, 41, 43, 45."""
    return build_request(
        Act("screen.run", actor, Stated.under(order, None), now),
        {"scope": "route", "data_class": data_class, "fields": list(SCREENED_FIELDS), "tags": []},
        {
            "legal_row": None if legal_row is None else legal_row.as_facts(),
            "model": _model_facts(approval, threshold, has_explanations),
            "copy_subjects": None,
            **_order_facts(order),
        },
    )


def query_run(
    *,
    actor: Actor,
    purpose: Stated,
    approval: MatcherApproval | None,
    threshold: float,
    has_explanations: bool,
    legal_row: LegalRow | None,
    copy_subjects: int,
    is_case_open: bool,
    now: datetime,
) -> Request:
    """May one person be compared with the list, as the asker states? Source: §5, ad hoc matching."""
    return build_request(
        Act("screen.run", actor, purpose, now),
        {"scope": "person", "data_class": "API", "fields": list(SCREENED_FIELDS), "tags": []},
        {
            "legal_row": None if legal_row is None else legal_row.as_facts(),
            "model": _model_facts(approval, threshold, has_explanations),
            "copy_subjects": copy_subjects,
            "case_open": is_case_open,
        },
    )


def _model_facts(
    approval: MatcherApproval | None, threshold: float, has_explanations: bool
) -> dict[str, Any] | None:
    if approval is None:
        return None
    return {
        "version": approval.algorithm,
        "training_mode": "frozen",
        "approved_on": approval.approved_on.isoformat(),
        "approved_until": approval.approved_until.isoformat(),
        "thresholds_match": approval.threshold == threshold,
        "explanations": has_explanations,
    }


def record_read(
    *,
    actor: Actor,
    purpose: Stated,
    legal_row: LegalRow | None,
    source: ListSource | None,
    data_class: str,
    is_case_open: bool,
    is_member: bool,
    purpose_age_h: float,
    now: datetime,
    element: str | None = None,
    duty_desk: bool | None = None,
    flight_offset_h: float | None = None,
    search: Mapping[str, Any] | None = None,
    copy_subjects: int | None = None,
) -> Request:
    """May this person look at this hit or entry? Source: SG-01, 02, 03, 26, 32, 41, 43, 45."""
    return build_request(
        Act("record.read", actor, purpose, now),
        {
            "scope": "person",
            "data_class": data_class,
            "element": element,
            "handling_code": None if source is None else source.handling_code,
            "conditions": [] if source is None else list(source.conditions),
        },
        {
            "legal_row": None if legal_row is None else legal_row.as_facts(),
            "case_open": is_case_open,
            "member": is_member,
            "purpose_age_h": purpose_age_h,
            "duty_desk": duty_desk,
            "flight_offset_h": flight_offset_h,
            "search": None if search is None else dict(search),
            "copy_subjects": copy_subjects,
            "audience_max": actor.clearance,
        },
    )


def hit_transition(
    *,
    actor: Actor,
    order: StandingOrder,
    hit_id: str,
    hit_type: HitType,
    target: HitState,
    verification: Verification | None,
    comparison: Comparison | None,
    explained: Iterable[str],
    now: datetime,
) -> Request:
    """May the hit come into this state? Source: SG-01, 03, 08, 09, 10, 41, 42, 45."""
    reviews = _NO_REVIEWS if verification is None else verification.as_context()
    return build_request(
        Act("hit.transition", actor, Stated.under(order, hit_id), now),
        {"to": target.value, "hit_type": hit_type.value, "scope": "person"},
        {
            "comparison": None if comparison is None else comparison.as_facts(explained),
            "hit_count": 1,
            "case_open": True,
            "copy_subjects": None,
            **_order_facts(order),
            **reviews,
        },
    )


_NO_REVIEWS: dict[str, Any] = {
    "first": None,
    "second": None,
    "second_blind": False,
    "same_outcome": False,
    "reports_to_first": False,
    "human_verification": None,
}


def action_order(
    *,
    actor: Actor,
    purpose: Stated,
    kind: str,
    hit_state: HitState,
    verification: Verification | None,
    author: str,
    items: Sequence[Mapping[str, Any]],
    person: str | None,
    age: int | None,
    is_listed_as_child: bool,
    is_case_open: bool,
    now: datetime,
    compared_fields: Sequence[str] = (),
    grounds: Sequence[str] = (),
    boarding: Mapping[str, Any] | None = None,
) -> Request:
    """May this measure be ordered? Source: SG-01, 03, 05, 06, 08, 09, 11, 16, 17, 34, 41, 42, 45.

    `person` is the category of the person whom it concerns (SG-17); `grounds` are given where it does not
    rest on a listing. `boarding` holds what SG-34 reads about an advice against boarding (country risk,
    individual risk, assessments) or SG-08 about a hold; other measures are not judged by them.
    """
    reviews = _NO_REVIEWS if verification is None else verification.as_context()
    return build_request(
        Act("action.order", actor, purpose, now),
        {
            "kind": kind,
            "hit_state": hit_state.value,
            "scope": "person",
            "fields": list(compared_fields),
            "tags": [],
            "items": [dict(item) for item in items],
            "subject_age": age,
            # Read only where the traveller's birth date is not known (SG-16).
            "minor_evidence": is_listed_as_child,
            "person_category": person,
        },
        {
            "grounds": list(grounds or ("watchlist_listing", *compared_fields)),
            "case_open": is_case_open,
            "copy_subjects": None,
            "country_risk": None,
            "individual_risk": None,
            "author": author,
            **reviews,
            **(boarding or {}),
        },
    )


def person_category(category: str | None) -> str | None:
    """The person category of SG-17 that an entry's category stands for; an unknown one refuses."""
    if category in _CONVICTED:
        return "CONVICTED"
    return "SUSPECT" if category in _SUSPECTED else None


def cleared_lookup(
    *,
    actor: Actor,
    order: StandingOrder,
    has_entry_changed: bool,
    now: datetime,
    re_review: str | None = None,
) -> Request:
    """May a clearance, of this journey or of the person, keep the candidate away from officers.

    `re_review` is what the look after a change of the entry's identifiers found. Source: SG-12.
    """
    return build_request(
        Act("cleared.lookup", actor, Stated.under(order, None), now),
        {},
        {"use": "SUPPRESS_CANDIDATE", "entry_version_changed": has_entry_changed, "re_review": re_review},
    )


def cleared_add(*, actor: Actor, purpose: Stated, now: datetime) -> Request:
    """May this person be put on the list of cleared travellers? Source: SG-01, SG-12, SG-41, SG-45."""
    return build_request(Act("cleared.add", actor, purpose, now), {}, {})


def config_change(
    *,
    actor: Actor,
    purpose: Stated,
    kind: str,
    author: str,
    author_role: str,
    approver: str,
    approver_role: str,
    now: datetime,
) -> Request:
    """May this change take effect? Two persons in different roles. Source: SG-27, 41, 42, 45."""
    return build_request(
        Act("config.change", actor, purpose, now),
        {"kind": kind},
        {
            "author": author,
            "author_role": author_role,
            "approver": approver,
            "approver_role": approver_role,
        },
    )


def model_renew(*, actor: Actor, purpose: Stated, highest_ratio: float | None, now: datetime) -> Request:
    """May this matcher be approved, given its measured false alerts by region? Source: SG-43, 41, 45.

    `highest_ratio` is the worst region's rate over all tables, to the overall rate; `None` where nothing was
    measured of this algorithm, or no region had enough.
    """
    figures = {"fp_ratio_max": highest_ratio, "candidate_ratio_max": None, "confirmed_rate_differs": None}
    return build_request(Act("model.renew", actor, purpose, now), {"kind": "MATCHER"}, figures)
