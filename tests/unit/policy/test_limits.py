"""Both sides of every limit in the catalogue, on every way that leads to it."""

from typing import Any

import pytest

from shared.policy.engine import PolicyEngine
from tests.unit.policy.table import NOW, changed
from tests.unit.policy.tables import BRANCHES

_BY_NAME = {(branch.rule_id, branch.name): branch.request for branch in BRANCHES}
_NEXT = "2026-06-01T10:00:01Z"
_TOMORROW = "2026-06-02T10:00:00Z"
_MODEL, _GRANT, _MASK = "context.model.", "context.grant.", "context.reident_grant."
_AGREEMENT, _CONSENT, _PARTNER = "context.agreement.", "context.consent.", "context.partner."
_RISK, _RECIPIENT = "context.country_risk.", "context.recipient."
_ITEM = {"source_grade": 1, "info_grade": "A", "kind": "FACT", "age_months": 1}
_ORDERED = ("SG-03", "a run under a standing order")
_CONFIRMED = ("SG-03", "a hit is confirmed under a standing order")
_ACTIVATED = ("SG-14", "activation for a year")
_REIDENTIFIED = ("SG-24", "re-identification with a grant")
_DISCLOSED = ("SG-24", "a later disclosure with a grant")
_READ = ("SG-26", "a member of the open case")
_COVERED = ("SG-30", "an agreement in force")
_WITHIN = ("SG-32", "within the code")
_ONWARD = ("SG-33", "onward with consent")
_PARTNERED = ("SG-38", "a partner with safeguards")
_TWENTY = [f"R{number}" for number in range(20)]
_UNLIKE = {_CONSENT + "by": "XDD", _CONSENT + "expires": "2026-01-01"}
_SIGNED = {"by": "ORG-1", "signed": True, "code": "H3"}

_PERMITTED: tuple[tuple[tuple[str, str], dict[str, Any]], ...] = (
    (_ORDERED, {"purpose.statement": "x" * 40, "context.period_days": 90}),
    (_ORDERED, {"context.expires": _NEXT}),
    (_CONFIRMED, {"purpose.statement": "x" * 40, "context.period_days": 90}),
    (_CONFIRMED, {"context.expires": _NEXT, "context.copy_subjects": 5}),
    (("SG-03", "a share with its statement"), {"context.expires": _NEXT}),
    (("SG-07", "an approved, frozen model"), {_MODEL + "approved_on": NOW}),
    (("SG-07", "an approved, frozen model"), {_MODEL + "approved_until": _NEXT}),
    (("SG-09", "two on an order"), {"context.author": "u1"}),
    (("SG-14", "a live entry is used"), {"object.review_due": _NEXT, "object.expires": _NEXT}),
    (("SG-14", "renewal"), {"object.activated_at": "2023-06-02"}),
    (("SG-16", "a measure for a child"), {"object.subject_age": 18, "object.kind": "BOARDING_ADVICE"}),
    (("SG-16", "a share that protects the child"), {"object.subject_age": 18, "object.purpose": "ANY"}),
    (
        ("SG-16", "a share that protects the child"),
        {"context.best_interests_id": None, "context.court_order_ref": "CO-1"},
    ),
    (
        ("SG-16", "a child's listing by a court"),
        {"object.subject_age": 18, "object.category": "REASONABLY_SUSPECTED", "context": {}},
    ),
    (("SG-18", "an import"), {"object.delta_pct": -19.9999}),
    (("SG-20", "refused in part"), {"context.expires_days": 1}),
    (("SG-21", "a justified deferral"), {"context.harm.until_days": 1}),
    (("SG-22", "behind the mask with a grant"), {_MASK + "issued_at": NOW, _MASK + "expires": _NEXT}),
    (("SG-22", "behind the mask with a grant"), {_MASK + "expires": "2026-06-04T09:00:00Z"}),
    (_REIDENTIFIED, {_GRANT + "expires": _NEXT}),
    (_DISCLOSED, {_GRANT + "expires": _NEXT}),
    (_REIDENTIFIED, {"object.record_ids": _TWENTY, _GRANT + "record_ids": _TWENTY}),
    (_DISCLOSED, {"object.record_ids": _TWENTY, _GRANT + "record_ids": _TWENTY}),
    (
        _REIDENTIFIED,
        {
            "context.emergency_relaxes": ["SG-24"],
            "actor.roles": ["DPO"],
            "object.record_ids": [*_TWENTY, "R20"],
            _GRANT + "expires": "2026-01-01",
            _GRANT + "used": True,
        },
    ),
    (
        _DISCLOSED,
        {
            "context.emergency_relaxes": ["SG-24"],
            "actor.roles": ["DPO"],
            "object.record_ids": [*_TWENTY, "R20"],
            _GRANT + "expires": "2026-01-01",
            _GRANT + "used": True,
        },
    ),
    (("SG-25", "a narrow hold"), {"context.review_at": _NEXT}),
    (_READ, {"actor.training_valid_to": _NEXT}),
    (
        _READ,
        {"context.member": False, "context.duty_desk": True, "context.flight_offset_h": 24},
    ),
    (("SG-27", "a role is granted"), {"object.roles_after": ["NOMINATOR"]}),
    (
        ("SG-28", "twenty records into the case"),
        {"object.anonymised": True, "object.min_cell": 9},
    ),
    (_COVERED, {_AGREEMENT + "valid_from": NOW, _AGREEMENT + "valid_to": _NEXT}),
    (_COVERED, {"context.fallback": "2396-N-MIN"}),
    (
        _COVERED,
        {"context.fallback": "2396-N-MIN", _AGREEMENT + "valid_from": NOW, _AGREEMENT + "valid_to": _NEXT},
    ),
    (("SG-17", "a suspect is named"), {"object.named_persons": [{"category": "CONVICTED"}]}),
    (("SG-18", "an import"), {"object.source": "OFAC_SDN", "object.regime": "FTO"}),
    (_DISCLOSED, {_GRANT + "authority_type": "COURT"}),
    (
        ("SG-31", "a notice of the minimum"),
        {
            "object.message_type": "FEEDBACK",
            "object.event": "DETAINED",
            _RECIPIENT + "scope": "NATIONAL",
            "object.fields": ["measure_class"],
        },
    ),
    (("SG-32", "an item is used"), {"object.conditions": [], "context.use": "EVIDENCE"}),
    (("SG-32", "an item is used"), {"object.conditions": [], "context.use": "DETENTION"}),
    (_COVERED, {_RECIPIENT + "scope": "NATIONAL", _AGREEMENT + "suspended": True}),
    (_COVERED, {"context.emergency_relaxes": ["SG-30"], _AGREEMENT + "suspended": True}),
    (_WITHIN, {"object.original_code": "H3"}),
    (
        _WITHIN,
        {
            "object.conditions": ["originator-only"],
            "object.originator": "ORG-1",
            "context.originator_consent": _SIGNED,
        },
    ),
    (
        _WITHIN,
        {
            "object.original_code": "H4",
            "object.originator": "ORG-1",
            "context.originator_consent": _SIGNED,
        },
    ),
    (_WITHIN, {"object.conditions": ["delete-by"], "object.delete_by": _NEXT, "now": NOW}),
    (_ONWARD, {_CONSENT + "expires": _NEXT}),
    (_ONWARD, {**_UNLIKE, "object.originator_state": None}),
    (_ONWARD, {**_UNLIKE, "context.recipient_state": "XBB"}),
    (_ONWARD, {**_UNLIKE, "context.emergency_relaxes": ["SG-33"]}),
    (
        _ONWARD,
        {
            **_UNLIKE,
            _RECIPIENT + "scope": "NATIONAL",
            "context.internal_consent_required": False,
        },
    ),
    (
        ("SG-34", "a share with a State of low risk"),
        {_RECIPIENT + "scope": "NATIONAL", _RISK + "death_penalty": True, "context.individual_risk": True},
    ),
    (
        ("SG-34", "a share with a State of low risk"),
        {"object.personal_data": False, _RISK + "death_penalty": True, "context.individual_risk": True},
    ),
    (
        ("SG-34", "a share with a State of low risk"),
        {_RECIPIENT + "scope": "NATIONAL", "context.assessments": {"legal": "RISK"}, _RISK + "age_days": 900},
    ),
    (
        ("SG-34", "a share with a State of low risk"),
        {"object.personal_data": False, "context.assessments": {"legal": "RISK"}, _RISK + "age_days": 900},
    ),
    (("SG-34", "advice against boarding"), {_RISK + "age_days": 183}),
    (_PARTNERED, {_PARTNER + "expires": _NEXT, _PARTNER + "overdue_completions": 2}),
    (
        _PARTNERED,
        {
            _RECIPIENT + "scope": "NATIONAL",
            _PARTNER + "assessment": "NEGATIVE",
            _PARTNER + "retention_days": 9000,
            _PARTNER + "recall_on_time_pct": 1,
            _PARTNER + "open_misuse": 3,
            _PARTNER + "suspended": True,
        },
    ),
    (("SG-45", "a signed, tested bundle"), {"context.bundle.effective_from": NOW, "now": NOW}),
)

_REFUSED: tuple[tuple[tuple[str, str], dict[str, Any], tuple[str, ...]], ...] = (
    (_ORDERED, {"purpose.statement": "x" * 39}, ("STATEMENT_INSUFFICIENT",)),
    (_ORDERED, {"context.period_days": 91}, ("STATEMENT_INSUFFICIENT",)),
    (_ORDERED, {"context.expires": NOW}, ("EXPIRED", "STATEMENT_INSUFFICIENT")),
    (_CONFIRMED, {"purpose.statement": "x" * 39}, ("STATEMENT_INSUFFICIENT",)),
    (_CONFIRMED, {"context.period_days": 91}, ("STATEMENT_INSUFFICIENT",)),
    (_CONFIRMED, {"context.expires": NOW}, ("EXPIRED", "STATEMENT_INSUFFICIENT")),
    (
        ("SG-07", "an approved, frozen model"),
        {_MODEL + "approved_on": _NEXT, _MODEL + "approved_until": _TOMORROW},
        ("APPROVAL_NOT_VALID", "MODEL_NOT_FROZEN"),
    ),
    (
        ("SG-07", "an approved, frozen model"),
        {_MODEL + "approved_until": NOW},
        ("APPROVAL_NOT_VALID", "MODEL_NOT_FROZEN"),
    ),
    (
        ("SG-10", "name, full birth date, birthplace"),
        {
            "context.comparison.dob": "year_equal",
            "context.comparison.place_of_birth": None,
            "context.comparison.nationality": "agree",
        },
        ("IDENTIFIERS_INSUFFICIENT",),
    ),
    (
        ("SG-10", "name, full birth date, birthplace"),
        {
            "context.comparison.dob": "year_equal",
            "context.comparison.place_of_birth": None,
            "context.comparison.biometric": "agree",
        },
        ("IDENTIFIERS_INSUFFICIENT",),
    ),
    (
        ("SG-11", "a graded item"),
        {"object.items": [_ITEM, {**_ITEM, "source_grade": 4}]},
        ("UNRELIABLE_SOURCE",),
    ),
    (
        ("SG-11", "a graded item"),
        {"object.items": [_ITEM, {**_ITEM, "kind": "RUMOUR"}]},
        ("UNRELIABLE_SOURCE",),
    ),
    (
        ("SG-11", "a graded item"),
        {"object.items": [{**_ITEM, "info_grade": "E", "age_months": 0}]},
        ("UNRELIABLE_SOURCE",),
    ),
    *(
        (
            ("SG-13", "a suspicion with two grounds"),
            {"object.identifiers": ["name", "birth_year", only]},
            ("CRITERIA_NOT_MET", "IDENTIFIERS"),
        )
        for only in ("biometric", "place_of_birth", "nationality")
    ),
    (
        _ACTIVATED,
        {"object.child": True, "object.review_due": "2026-12-02"},
        ("PERIOD_TOO_LONG", "REVIEW_OVERDUE"),
    ),
    (
        _ACTIVATED,
        {"object.category": "UN_1267_LISTED", "object.review_due": "2028-06-01"},
        ("PERIOD_TOO_LONG", "REVIEW_OVERDUE"),
    ),
    (
        _ACTIVATED,
        {"object.single_source": True, "object.review_due": "2026-12-02"},
        ("PERIOD_TOO_LONG", "REVIEW_OVERDUE"),
    ),
    (
        ("SG-14", "renewal"),
        {"object.activated_at": "2023-06-01"},
        ("PERIOD_TOO_LONG", "REVIEW_OVERDUE"),
    ),
    (
        ("SG-15", "new grounds after a removal"),
        {"context.removed_months_ago": 11, "context.grounds_hash_same": True},
        ("READD_SAME_GROUNDS",),
    ),
    (
        ("SG-16", "a measure for a child"),
        {"object.subject_age": 17, "object.kind": "BOARDING_ADVICE"},
        ("CHILD_PROTECTED",),
    ),
    (
        ("SG-16", "a share that protects the child"),
        {"object.subject_age": 17, "object.purpose": "TERR_TRAVEL"},
        ("CHILD_PROTECTED",),
    ),
    (
        ("SG-16", "a share that protects the child"),
        {"object.subject_age": 17, "context.child_specialist": None},
        ("BEST_INTERESTS_MISSING", "CHILD_PROTECTED"),
    ),
    (
        ("SG-16", "a child's listing by a court"),
        {"object.subject_age": 17, "object.category": "REASONABLY_SUSPECTED"},
        ("CHILD_PROTECTED",),
    ),
    (
        ("SG-16", "a child's listing by a court"),
        {"object.subject_age": 17, "context.best_interests_id": None},
        ("BEST_INTERESTS_MISSING", "CHILD_PROTECTED"),
    ),
    *(
        (("SG-22", "a young record"), {"object.element": None, "object.data_class": of}, ("MASKED",))
        for of in ("PNR", "PNR_MASKED", "API")
    ),
    *(
        (
            ("SG-20", "refused in part"),
            {"object.result": "REFUSED", **changes},
            (code, "REFUSAL_WITHOUT_GROUND"),
        )
        for changes, code in (
            ({"object.record_ids": ["R1", "R2"]}, "BLANKET_REFUSAL"),
            ({"context.expires_days": 184}, "REFUSAL_TOO_LONG"),
            ({"context.dpo_review": None}, "NO_DPO_REVIEW"),
        )
    ),
    (
        ("SG-20", "refused in part"),
        {"object.result": "REFUSED", "object.ground": "CONVENIENCE"},
        ("REFUSAL_WITHOUT_GROUND",),
    ),
    (
        ("SG-08", "one call confirms one hit"),
        {"object.to": "CONFIRMED_DOCUMENT", "context.hit_count": 2},
        ("BULK", "NO_HUMAN_VERIFICATION"),
    ),
    (("SG-22", "behind the mask with a grant"), {_MASK + "issued_at": _NEXT}, ("MASKED",)),
    (("SG-22", "behind the mask with a grant"), {_MASK + "expires": NOW}, ("MASKED",)),
    (
        ("SG-22", "behind the mask with a grant"),
        {_MASK + "expires": "2026-06-04T09:00:01Z"},
        ("MASKED",),
    ),
    *(
        (
            branch,
            {_GRANT + "issued_at": _NEXT, _GRANT + "expires": _TOMORROW},
            ("GRANT_EXPIRED", "NO_INDEPENDENT_GRANT"),
        )
        for branch in (_REIDENTIFIED, _DISCLOSED)
    ),
    (
        _READ,
        {"context.member": False, "context.duty_desk": True, "context.flight_offset_h": 24.0001},
        ("NOT_ON_CASE",),
    ),
    (
        ("SG-27", "the glass is broken for an hour"),
        {"object.duration_h": 1.0001},
        ("BREAK_GLASS_TOO_LONG", "DUAL_CONTROL"),
    ),
    (
        ("SG-28", "twenty records into the case"),
        {"object.anonymised": True, "object.min_cell": 9, "object.rows": 21},
        ("BULK_EXPORT", "CELL_TOO_SMALL"),
    ),
    (
        ("SG-28", "twenty records into the case"),
        {"object.min_cell": 10, "object.rows": 21},
        ("BULK_EXPORT",),
    ),
    (_COVERED, {_AGREEMENT + "valid_from": _NEXT}, ("NO_AGREEMENT_IN_FORCE",)),
    (_COVERED, {_AGREEMENT + "valid_to": NOW}, ("NO_AGREEMENT_IN_FORCE",)),
    (
        _COVERED,
        {_AGREEMENT + "valid_from": _NEXT, _AGREEMENT + "purposes": []},
        ("NO_AGREEMENT_IN_FORCE",),
    ),
    (
        _COVERED,
        {_AGREEMENT + "valid_to": NOW, _AGREEMENT + "purposes": []},
        ("NO_AGREEMENT_IN_FORCE",),
    ),
    (
        _COVERED,
        {_AGREEMENT + "valid_from": NOW, _AGREEMENT + "valid_to": _NEXT, _AGREEMENT + "purposes": []},
        ("NOT_COVERED", "NO_AGREEMENT_IN_FORCE"),
    ),
    (
        _COVERED,
        {_AGREEMENT + "suspended": True},
        ("AGREEMENT_SUSPENDED", "NO_AGREEMENT_IN_FORCE"),
    ),
    *(
        (
            _COVERED,
            {"context.fallback": "2396-N-MIN", path: value},
            ("FALLBACK_INCOMPLETE", "NO_AGREEMENT_IN_FORCE"),
        )
        for path, value in (
            (_AGREEMENT + "valid_from", _NEXT),
            (_AGREEMENT + "valid_to", NOW),
            (_AGREEMENT + "purposes", []),
            (_AGREEMENT + "data_classes", []),
            (_AGREEMENT + "message_types", []),
        )
    ),
    (
        _COVERED,
        {
            "context.fallback": "2396-N-MIN",
            "context.legal_approver": "l1",
            "context.caveats": ["C1", "C2", "C3", "C4"],
            "context.agreement": None,
            "object.message_type": "FEEDBACK",
        },
        ("FALLBACK_INCOMPLETE", "NO_AGREEMENT_IN_FORCE"),
    ),
    (_COVERED, {_AGREEMENT + "data_classes": []}, ("NOT_COVERED", "NO_AGREEMENT_IN_FORCE")),
    (
        _WITHIN,
        {"object.handling_code": "H4", "context.audience_max": "H4"},
        ("HANDLING_CODE",),
    ),
    (
        _WITHIN,
        {"object.conditions": ["delete-by"], "object.delete_by": NOW, "now": NOW},
        ("CONDITION_EXCLUDES", "HANDLING_CODE"),
    ),
    (_ONWARD, {_CONSENT + "expires": NOW}, ("CONSENT_EXPIRED", "NO_ONWARD_CONSENT")),
    (
        _ONWARD,
        {_CONSENT + "by": "XDD", _RECIPIENT + "scope": "NATIONAL"},
        ("CONSENT_NOT_COVERING", "NO_ONWARD_CONSENT"),
    ),
    (
        _ONWARD,
        {_CONSENT + "expires": NOW, "context.internal_consent_required": False},
        ("CONSENT_EXPIRED", "NO_ONWARD_CONSENT"),
    ),
    (("SG-34", "advice against boarding"), {_RISK + "age_days": 184}, ("HOLD_REVIEW",)),
    (_PARTNERED, {_PARTNER + "expires": NOW}, ("ASSESSMENT", "PARTNER_SAFEGUARDS")),
    (
        _PARTNERED,
        {_PARTNER + "assessed_at": "2024-06-01T09:59:59Z"},
        ("ASSESSMENT", "PARTNER_SAFEGUARDS"),
    ),
    (
        _PARTNERED,
        {_PARTNER + "retention_days": 1827, "context.own_retention_days": 5000},
        ("PARTNER_SAFEGUARDS", "RETENTION"),
    ),
    (("SG-39", "an emergency"), {"context.relax": ["SG-09", "SG-34"]}, ("NON_DEROGABLE",)),
    (("SG-39", "an emergency"), {"context.expires_h": 24.0001}, ("NON_DEROGABLE",)),
    (("SG-40", "one to one"), {"context.group_ratio": 1.5001}, ("ALGORITHM", "BIOMETRIC_MODE")),
    (
        ("SG-42", "a setting leaves oversight alone"),
        {"object.oversight_effect": "DELAY", "object.delay_h": 24.0001},
        ("OBSTRUCTION", "ONLY_OVERSIGHT_MAY_LIFT"),
    ),
    (("SG-43", "renewal of a fair model"), {"context.candidate_ratio_max": 2.0001}, ("BIAS_THRESHOLD",)),
    (
        ("SG-45", "a signed, tested bundle"),
        {"context.bundle.effective_from": _NEXT, "now": NOW},
        ("BUNDLE", "POLICY_NOT_VERIFIED"),
    ),
)


def _id(value: object) -> str:
    return (
        " | ".join(value) if isinstance(value, tuple) else str(value).translate(str.maketrans("", "", "{}'"))
    )


@pytest.mark.parametrize(("branch", "changes"), _PERMITTED, ids=_id)
def test_this_side_of_a_limit(engine: PolicyEngine, branch: tuple[str, str], changes: dict[str, Any]) -> None:
    assert engine.judge(branch[0], changed(_BY_NAME[branch], changes)).reasons == ()


@pytest.mark.parametrize(("branch", "changes", "codes"), _REFUSED, ids=_id)
def test_that_side_of_a_limit(
    engine: PolicyEngine, branch: tuple[str, str], changes: dict[str, Any], codes: tuple[str, ...]
) -> None:
    reasons = engine.judge(branch[0], changed(_BY_NAME[branch], changes)).reasons

    assert reasons == tuple(f"{branch[0]}.{code}" for code in sorted(codes))


@pytest.mark.parametrize(
    ("changes", "obliged"),
    [
        ({"context.lookups_1h": 30}, False),
        ({"context.lookups_1h": 31}, True),
        ({"context.off_shift": True}, True),
        ({"context.off_shift": False}, False),
    ],
)
def test_many_look_ups_oblige(engine: PolicyEngine, changes: dict[str, Any], obliged: bool) -> None:
    verdict = engine.judge("SG-26", changed(_BY_NAME[_READ], changes))

    assert verdict.permits
    assert verdict.obligations == (("SG-26.ALERT_SUPERVISOR", "SG-26.STEP_UP") if obliged else ())
