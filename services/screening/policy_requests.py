"""The questions that screening asks the safeguards, each built from what the catalogue's *Facts* lines name.

Pure: the facts are gathered before. A fact that is not known is `None`, which the safeguards evaluate; none
is left out, because a missing one refuses.

Source: safeguards catalogue §1 (request object), §4a, §5 (stages screening, review, watchlist, access).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from services.screening.comparison import Comparison
from services.screening.registers import LegalRow, ListSource, MatcherApproval, StandingOrder
from services.screening.review_states import HitState, HitType
from shared.security.tokens import Principal

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
class Actor:
    """Who acts: a person with the claims of the token, or this service itself."""

    subject: str
    authority: str | None
    roles: tuple[str, ...] = ()
    training_valid_to: date | None = None
    clearance: str | None = None

    @classmethod
    def of(cls, principal: Principal) -> "Actor":
        """The actor behind a request."""
        return cls(
            principal.subject,
            principal.authority,
            tuple(sorted(role.value for role in principal.roles)),
            principal.training_valid_to,
            principal.clearance,
        )

    def as_facts(self) -> dict[str, Any]:
        """`actor` of a request."""
        return {
            "id": self.subject,
            "roles": list(self.roles),
            "authority": self.authority,
            "training_valid_to": None if self.training_valid_to is None else str(self.training_valid_to),
            "clearance": self.clearance,
        }


@dataclass(frozen=True, slots=True)
class Stated:
    """The purpose of an act, with the words that a person or the standing order gave for it."""

    code: str
    case_id: str | None
    statement: str | None = field(default=None, repr=False)
    alternatives_considered: str | None = field(default=None, repr=False)

    @classmethod
    def under(cls, order: StandingOrder, case_id: str | None) -> "Stated":
        """The standing order's purpose, for the work on one hit or one batch."""
        return cls(order.purpose_code, case_id, order.statement, order.alternatives_considered)

    def as_facts(self) -> dict[str, Any]:
        """`purpose` of a request."""
        return {
            "code": self.code,
            "case_id": self.case_id,
            "statement": self.statement,
            "alternatives_considered": self.alternatives_considered,
        }


@dataclass(frozen=True, slots=True)
class Verification:
    """The two reviews of a hit as SG-08 and SG-09 read them: the smaller time, the worse freshness."""

    first: str | None
    second: str | None
    second_blind: bool
    same_outcome: bool
    reports_to_first: bool
    reviewer: str
    role: str
    seconds_open: int
    compared_fields: tuple[str, ...]
    reasons: str = field(repr=False)
    after_last_change: bool = True

    def as_context(self) -> dict[str, Any]:
        """The facts of SG-08 and SG-09 in `context`."""
        return {
            "first": self.first,
            "second": self.second,
            "second_blind": self.second_blind,
            "same_outcome": self.same_outcome,
            "reports_to_first": self.reports_to_first,
            "human_verification": {
                "reviewer": self.reviewer,
                "role": self.role,
                "seconds_open": self.seconds_open,
                "compared_fields": list(self.compared_fields),
                "reasons": self.reasons,
                "after_last_change": self.after_last_change,
            },
        }


def _request(
    action: str,
    actor: Actor,
    purpose: Stated,
    now: datetime,
    object_facts: Mapping[str, Any],
    context: Mapping[str, Any],
) -> Request:
    return {
        "action": action,
        "actor": actor.as_facts(),
        "purpose": purpose.as_facts(),
        "object": dict(object_facts),
        "context": dict(context),
        "now": now.isoformat(),
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
    return _request(
        "screen.run",
        actor,
        Stated.under(order, None),
        now,
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
    """May one person be compared with the list, under the asker's own statement? Source: §5, ad hoc matching."""
    return _request(
        "screen.run",
        actor,
        purpose,
        now,
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
    return _request(
        "record.read",
        actor,
        purpose,
        now,
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
    return _request(
        "hit.transition",
        actor,
        Stated.under(order, hit_id),
        now,
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
    category: str | None,
    age: int | None,
    compared_fields: Sequence[str],
    is_case_open: bool,
    now: datetime,
) -> Request:
    """May this measure be ordered? Source: SG-01, 03, 05, 06, 08, 09, 11, 16, 17, 34, 41, 42, 45.

    Screening holds no country-risk register: null counts as MEDIUM with a possible death penalty (SG-34), so a
    boarding advice is refused here until that register reaches screening.
    """
    reviews = _NO_REVIEWS if verification is None else verification.as_context()
    return _request(
        "action.order",
        actor,
        purpose,
        now,
        {
            "kind": kind,
            "hit_state": hit_state.value,
            "scope": "person",
            "fields": list(compared_fields),
            "tags": [],
            "items": [dict(item) for item in items],
            "subject_age": age,
            "minor_evidence": False,
            "person_category": person_category(category),
        },
        {
            "grounds": ["watchlist_listing", *compared_fields],
            "case_open": is_case_open,
            "copy_subjects": None,
            "country_risk": None,
            "individual_risk": None,
            "author": author,
            **reviews,
        },
    )


def person_category(category: str | None) -> str | None:
    """The person category of SG-17 that an entry's category stands for; unknown stays unknown, and refuses."""
    if category in _CONVICTED:
        return "CONVICTED"
    return "SUSPECT" if category in _SUSPECTED else None


def cleared_lookup(*, actor: Actor, order: StandingOrder, has_entry_changed: bool, now: datetime) -> Request:
    """May a pair that was cleared on this journey keep the candidate away from officers? Source: SG-12."""
    return _request(
        "cleared.lookup",
        actor,
        Stated.under(order, None),
        now,
        {},
        {"use": "SUPPRESS_CANDIDATE", "entry_version_changed": has_entry_changed, "re_review": None},
    )


def import_list(
    *,
    actor: Actor,
    purpose: Stated,
    source_id: str,
    source: ListSource | None,
    regime: str,
    is_first: bool,
    is_hash_ok: bool,
    is_newer: bool,
    delta_pct: float,
    approvers: Sequence[str],
    now: datetime,
) -> Request:
    """May this file's rows of one regime be loaded? Source: SG-01, 18, 41, 45."""
    return _request(
        "wl.import",
        actor,
        purpose,
        now,
        {
            "source": source_id,
            "source_registered": source is not None,
            "first_import": is_first,
            "hash_ok": is_hash_ok,
            "newer": is_newer,
            "delta_pct": delta_pct,
            "regime": regime,
            "allow_list": None if source is None else list(source.allow_list),
        },
        {"approvers": list(approvers)},
    )


@dataclass(frozen=True, slots=True)
class EntryTerms:
    """What an entry's use depends on beside its identifiers."""

    person_key: str
    category: str | None
    is_child: bool
    purpose_tag: str | None
    status: str
    review_due: date
    expires: date
    was_removed: bool = False


def activate_entry(
    *, actor: Actor, purpose: Stated, source: ListSource, terms: EntryTerms, now: datetime
) -> Request:
    """May an imported listing become active? Asked of SG-01, 14, 15 and 18 alone (governance §3)."""
    return _request(
        "wl.activate",
        actor,
        purpose,
        now,
        {
            "person_key": terms.person_key,
            "purpose_tag": terms.purpose_tag,
            "category": terms.category,
            "child": terms.is_child,
            "single_source": True,
            "review_due": terms.review_due.isoformat(),
            "expires": terms.expires.isoformat(),
            "source_kind": source.kind,
        },
        {
            "removed_before": terms.was_removed,
            "same_entry": True if terms.was_removed else None,
            "removed_months_ago": 0 if terms.was_removed else None,
            "grounds_hash_same": True if terms.was_removed else None,
        },
    )


def use_entry(
    *, actor: Actor, purpose: Stated, source: ListSource, terms: EntryTerms, now: datetime
) -> Request:
    """May travellers be compared with this entry now? Source: SG-01, 14, 18, 41, 45."""
    return _request(
        "screen.use_entry",
        actor,
        purpose,
        now,
        {
            "purpose_tag": terms.purpose_tag,
            "status": terms.status,
            "review_due": terms.review_due.isoformat(),
            "expires": terms.expires.isoformat(),
            "source_kind": source.kind,
        },
        {},
    )


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
    return _request(
        "config.change",
        actor,
        purpose,
        now,
        {"kind": kind},
        {
            "author": author,
            "author_role": author_role,
            "approver": approver,
            "approver_role": approver_role,
        },
    )
