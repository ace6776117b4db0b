"""Tables of SG-06 to SG-10, SG-12 and SG-43: matching and review."""

from tests.unit.policy.table import EARLIER, NOW, REMOVED, Branch, Refused, branch

_VERIFIED = {
    "object.hit_state": "CONFIRMED",
    "context.human_verification.reviewer": "u7",
    "context.human_verification.role": "VERIFIER",
    "context.human_verification.seconds_open": 30,
    "context.human_verification.compared_fields": ["name"],
    "context.human_verification.reasons": "document number equal",
    "context.human_verification.after_last_change": True,
}
_UNVERIFIED: Refused = {
    "no verification": ({"context.human_verification": None}, "NO_HUMAN_VERIFICATION"),
    "possible match": ({"object.hit_state": "POSSIBLE_MATCH"}, "NOT_CONFIRMED"),
    "no reviewer": ({"context.human_verification.reviewer": ""}, "NO_HUMAN_VERIFICATION"),
    "no reasons": ({"context.human_verification.reasons": None}, "NO_HUMAN_VERIFICATION"),
    "nothing compared": ({"context.human_verification.compared_fields": []}, "NO_HUMAN_VERIFICATION"),
    "another role": ({"context.human_verification.role": "ANALYST"}, "NOT_A_VERIFIER"),
    "29 seconds": ({"context.human_verification.seconds_open": 29}, "TOO_QUICK"),
    "data changed": ({"context.human_verification.after_last_change": False}, "DATA_CHANGED"),
    "unknown whether changed": ({"context.human_verification.after_last_change": None}, "DATA_CHANGED"),
}
_HOLD = "context.boarding_hold."
_TWO = {
    "context.first": "u7",
    "context.second": "u9",
    "context.second_blind": True,
    "context.same_outcome": True,
    "context.reports_to_first": False,
}
_NOT_TWO: Refused = {
    "nobody": ({"context.first": None}, "SAME_REVIEWER"),
    "one only": ({"context.second": ""}, "NO_SECOND_REVIEWER"),
    "the same": ({"context.second": "u7"}, "SAME_REVIEWER"),
    "not blind": ({"context.second_blind": False}, "NOT_BLIND"),
    "they differ": ({"context.same_outcome": False}, "OUTCOMES_DIFFER"),
    "in the line below": ({"context.reports_to_first": True}, "REPORTS_TO_FIRST"),
    "line unknown": ({"context.reports_to_first": None}, "REPORTS_TO_FIRST"),
}
_COMPARISON = "context.comparison."
_MODEL = "context.model."

BRANCHES: tuple[Branch, ...] = (
    branch(
        "SG-06",
        "a rule on behaviour",
        {
            "action": "rule.activate",
            "object.predicates": [
                {"field": "ticket_paid_by_listed_contact", "op": "is", "value": True},
                {"field": "route_pattern", "op": "in", "value": ["RP-7"]},
                {"field": "nationality", "op": "in", "value": ["XA"]},
            ],
            "context.proxy_report.max_ratio": 1.25,
        },
        refused={
            "no predicates": ({"object.predicates": []}, "NATIONALITY_ALONE"),
            "nationality alone": (
                {"object.predicates": [{"field": "nationality", "op": "in", "value": ["XC"]}]},
                "NATIONALITY_ALONE",
            ),
            "nationality beside one behaviour twice": (
                {
                    "object.predicates": [
                        {"field": "nationality", "op": "in", "value": ["XC"]},
                        {"field": "route_pattern", "op": "in", "value": ["RP-7"]},
                        {"field": "route_pattern", "op": "in", "value": ["RP-8"]},
                    ]
                },
                "NATIONALITY_ALONE",
            ),
            "identity is no behaviour": (
                {
                    "object.predicates": [
                        {"field": "sex", "op": "is", "value": "F"},
                        {"field": "surname", "op": "is", "value": "x"},
                        {"field": "route_pattern", "op": "in", "value": ["RP-7"]},
                    ]
                },
                "NATIONALITY_ALONE",
            ),
            "a protected attribute": (
                {"object.predicates": [{"field": "religion", "op": "is", "value": "x"}]},
                "PROTECTED_ATTRIBUTE",
            ),
            "a proxy": (
                {"object.predicates": [{"field": "meal_code", "op": "is", "value": "x"}]},
                "PROXY",
            ),
            "no report": ({"context.proxy_report": None}, "RATIO_OVER_LIMIT"),
            "ratio just over": ({"context.proxy_report.max_ratio": 1.25001}, "RATIO_OVER_LIMIT"),
            "ratio unknown": ({"context.proxy_report.max_ratio": None}, "RATIO_OVER_LIMIT"),
            "justified, not accepted": (
                {"context.proxy_report.max_ratio": 2, "context.proxy_report.justification": "route"},
                "RATIO_OVER_LIMIT",
            ),
            "a predicate without value": (
                {"object.predicates": [{"field": "route_pattern", "op": "in"}]},
                "FACT_MISSING",
            ),
            "a predicate without field": ({"object.predicates": [{"op": "in", "value": 1}]}, "FACT_MISSING"),
            "compared with no entry": (
                {"object.predicates": [{"field": "sex", "op": "equals_entry", "value": ["E-1"]}]},
                "FACT_MISSING",
            ),
        },
        permitted={
            "justified and accepted": {
                "context.proxy_report.max_ratio": 2,
                "context.proxy_report.justification": "one route",
                "context.proxy_report.dpo_accepted": True,
            },
            "compared with one entry": {
                "object.predicates": [
                    {"field": "nationality", "op": "equals_entry", "value": "E-1"},
                    {"field": "surname", "op": "equals_entry", "value": "E-1"},
                ]
            },
        },
    ),
    branch(
        "SG-06",
        "a decision with grounds in conduct",
        {"action": "share.send", "context.grounds": ["nationality", "conduct"]},
        refused={
            "nationality only": ({"context.grounds": ["nationality", "religion"]}, "GROUNDS_DISCRIMINATORY"),
            "no grounds": ({"context.grounds": None}, "GROUNDS_DISCRIMINATORY"),
        },
    ),
    branch(
        "SG-07",
        "an approved, frozen model",
        {
            "action": "screen.run",
            _MODEL + "version": "2.3.1",
            _MODEL + "training_mode": "frozen",
            _MODEL + "approved_on": "2025-07-01",
            _MODEL + "approved_until": "2026-07-01",
            _MODEL + "thresholds_match": True,
            _MODEL + "explanations": True,
            "now": NOW,
        },
        refused={
            "no model": ({"context.model": None}, "MODEL_NOT_FROZEN"),
            "no version": ({_MODEL + "version": None}, "MODEL_NOT_FROZEN"),
            "learning": ({_MODEL + "training_mode": "online"}, "MODEL_NOT_FROZEN"),
            "approved tomorrow": ({_MODEL + "approved_on": "2026-06-02"}, "APPROVAL_NOT_VALID"),
            "expired": ({_MODEL + "approved_until": EARLIER}, "APPROVAL_NOT_VALID"),
            "not approved": ({_MODEL + "approved_on": None}, "APPROVAL_NOT_VALID"),
            "approved for 366 days": ({_MODEL + "approved_on": "2025-06-30"}, "APPROVAL_NOT_VALID"),
            "other thresholds": ({_MODEL + "thresholds_match": False}, "THRESHOLDS_CHANGED"),
            "bare scores": ({_MODEL + "explanations": None}, "BARE_SCORES"),
        },
    ),
    branch(
        "SG-08",
        "an order on a verified hit",
        {"action": "action.order", "object.kind": "SECONDARY_INSPECTION", **_VERIFIED},
        refused={
            **_UNVERIFIED,
            "no hit": ({"object.hit_state": None}, "NOT_CONFIRMED"),
            "unknown order": ({"object.kind": "ARREST"}, "NO_HUMAN_VERIFICATION"),
            "a document supports no inspection": (
                {"object.hit_state": "CONFIRMED_DOCUMENT"},
                "NOT_CONFIRMED",
            ),
        },
        permitted={
            "a document supports its check": {
                "object.hit_state": "CONFIRMED_DOCUMENT",
                "object.kind": "DOCUMENT_CHECK",
            }
        },
    ),
    branch(
        "SG-08",
        "a share on a verified hit",
        {"action": "share.send", **_VERIFIED},
        refused=_UNVERIFIED,
        permitted={
            "on no hit": {"object.hit_state": None, "context.human_verification": None},
            "a nomination": {"action": "wl.nominate"},
        },
    ),
    branch(
        "SG-08",
        "asking the nominator",
        {"action": "action.order", "object.kind": "CONTACT_NOMINATOR"},
        permitted={"a child is referred": {"object.kind": "REFER_CHILD"}},
    ),
    branch(
        "SG-08",
        "a boarding hold",
        {
            "action": "action.order",
            "object.kind": "BOARDING_HOLD",
            _HOLD + "law_published": True,
            _HOLD + "top_band": True,
            _HOLD + "document_equal": False,
            _HOLD + "minutes": 10,
            _HOLD + "releases_itself": True,
            _HOLD + "neutral_wording": True,
        },
        refused={
            "no law": ({_HOLD + "law_published": False}, "BOARDING_HOLD_LIMIT"),
            "no equal document, no top band": ({_HOLD + "top_band": False}, "BOARDING_HOLD_LIMIT"),
            "eleven minutes": ({_HOLD + "minutes": 11}, "BOARDING_HOLD_LIMIT"),
            "without end": ({_HOLD + "minutes": None}, "BOARDING_HOLD_LIMIT"),
            "does not release itself": ({_HOLD + "releases_itself": False}, "BOARDING_HOLD_LIMIT"),
            "words that tell": ({_HOLD + "neutral_wording": False}, "BOARDING_HOLD_LIMIT"),
        },
        permitted={"equal document": {_HOLD + "top_band": False, _HOLD + "document_equal": True}},
    ),
    branch(
        "SG-08",
        "one call confirms one hit",
        {"action": "hit.transition", "object.to": "CONFIRMED"},
        refused={"two at once": ({"context.hit_count": 2}, "BULK")},
        permitted={
            "counted as one": {"context.hit_count": 1},
            "closing many": {"object.to": "CLOSED", "context.hit_count": 7},
        },
    ),
    branch(
        "SG-09",
        "two confirm a hit",
        {"action": "hit.transition", "object.to": "CONFIRMED", **_TWO},
        refused=_NOT_TWO,
        permitted={
            "released to the queue": {"object.to": "POSSIBLE_MATCH", "context": {}},
            "the author is not asked": {"context.author": "u9"},
        },
    ),
    branch(
        "SG-09",
        "two on a share",
        {"action": "share.send", **_TWO},
        refused={**_NOT_TWO, "the second drafted it": ({"context.author": "u9"}, "SAME_REVIEWER")},
        permitted={
            "a third drafted it": {"context.author": "u1"},
            "re-identification": {"action": "reident.execute"},
            "activation": {"action": "wl.activate"},
        },
    ),
    branch(
        "SG-09",
        "two on an order",
        {"action": "action.order", "object.kind": "OBSERVE", **_TWO},
        refused={**_NOT_TWO, "the second drafted it": ({"context.author": "u9"}, "SAME_REVIEWER")},
        permitted={"a document check": {"object.kind": "DOCUMENT_CHECK", "context": {}}},
    ),
    branch(
        "SG-09",
        "one closes",
        {"action": "hit.transition", "object.to": "NOT_A_MATCH", "context.first": "u7"},
        refused={"nobody": ({"context.first": None}, "SAME_REVIEWER")},
    ),
    branch(
        "SG-09",
        "one confirms a document",
        {
            "action": "hit.transition",
            "object.to": "CONFIRMED_DOCUMENT",
            "object.hit_type": "DOCUMENT",
            "context.first": "u7",
        },
        refused={
            "a person": ({"object.hit_type": "PERSON"}, "SAME_REVIEWER"),
            "nobody": ({"context.first": ""}, "SAME_REVIEWER"),
        },
    ),
    branch(
        "SG-10",
        "name, full birth date, birthplace",
        {
            "action": "hit.transition",
            "object.to": "CONFIRMED",
            _COMPARISON + "name": "agree",
            _COMPARISON + "alias_quality": "Good",
            _COMPARISON + "dob": "full_equal",
            _COMPARISON + "place_of_birth": "agree",
            _COMPARISON + "contradictions": [],
        },
        optional=(_COMPARISON + "place_of_birth",),
        refused={
            "no comparison": ({"context.comparison": None}, "IDENTIFIERS_INSUFFICIENT"),
            "name differs": ({_COMPARISON + "name": "disagree"}, "IDENTIFIERS_INSUFFICIENT"),
            "low alias": ({_COMPARISON + "alias_quality": "Low"}, "IDENTIFIERS_INSUFFICIENT"),
            "unknown quality": ({_COMPARISON + "alias_quality": "Fine"}, "IDENTIFIERS_INSUFFICIENT"),
            "no further detail": ({_COMPARISON + "place_of_birth": REMOVED}, "IDENTIFIERS_INSUFFICIENT"),
            "birth date differs": ({_COMPARISON + "dob": "disagree"}, "IDENTIFIERS_INSUFFICIENT"),
            "birth date in other words": ({_COMPARISON + "dob": "about"}, "IDENTIFIERS_INSUFFICIENT"),
            "detail in other words": ({_COMPARISON + "doc_number": "maybe"}, "IDENTIFIERS_INSUFFICIENT"),
            "contradiction": ({_COMPARISON + "contradictions": ["sex"]}, "CONTRADICTION"),
            "year and one detail": ({_COMPARISON + "dob": "year_equal"}, "IDENTIFIERS_INSUFFICIENT"),
            "low alias with document": (
                {_COMPARISON + "alias_quality": "Low", _COMPARISON + "doc_number": "agree"},
                "IDENTIFIERS_INSUFFICIENT",
            ),
        },
        permitted={
            "document and name": {
                _COMPARISON + "doc_number": "agree",
                _COMPARISON + "dob": "missing",
                _COMPARISON + "place_of_birth": None,
            },
            "primary name, nationality": {
                _COMPARISON + "alias_quality": None,
                _COMPARISON + "place_of_birth": None,
                _COMPARISON + "nationality": "agree",
            },
            "year, birthplace, nationality": {
                _COMPARISON + "dob": "year_equal",
                _COMPARISON + "nationality": "agree",
            },
            "year, birthplace, biometric": {
                _COMPARISON + "dob": "year_equal",
                _COMPARISON + "biometric": "agree",
            },
            "year, nationality, biometric": {
                _COMPARISON + "dob": "year_equal",
                _COMPARISON + "place_of_birth": "disagree",
                _COMPARISON + "nationality": "agree",
                _COMPARISON + "biometric": "agree",
            },
            "another state": {"object.to": "INCONCLUSIVE", "context": {}},
        },
    ),
    branch(
        "SG-12",
        "a repeated mistake is suppressed",
        {
            "action": "cleared.lookup",
            "context.use": "SUPPRESS_CANDIDATE",
            "context.entry_version_changed": False,
        },
        refused={
            "another use": ({"context.use": "BUILD_PROFILE"}, "CLEARED_LIST_MISUSE"),
            "no use": ({"context.use": None}, "CLEARED_LIST_MISUSE"),
            "entry changed": ({"context.entry_version_changed": True}, "HOLD_REVIEW"),
            "unknown whether changed": ({"context.entry_version_changed": None}, "HOLD_REVIEW"),
            "no longer cleared": (
                {"context.entry_version_changed": True, "context.re_review": "NO_LONGER_CLEARED"},
                "CLEARED_LIST_MISUSE",
            ),
        },
        permitted={
            "still cleared": {"context.entry_version_changed": True, "context.re_review": "STILL_CLEARED"}
        },
    ),
    branch(
        "SG-43",
        "renewal of a fair model",
        {"action": "model.renew", "context.fp_ratio_max": 1.5, "context.candidate_ratio_max": 2},
        refused={
            "false positives": ({"context.fp_ratio_max": 1.5000001}, "BIAS_THRESHOLD"),
            "candidates": ({"context.candidate_ratio_max": 2.1}, "BIAS_THRESHOLD"),
        },
        permitted={
            "no region with enough": {"context.fp_ratio_max": None, "context.candidate_ratio_max": None},
            "confirmed rates differ too": {
                "context.candidate_ratio_max": 2.1,
                "context.confirmed_rate_differs": True,
            },
        },
    ),
    branch(
        "SG-43",
        "a rule tried on all regions",
        {"action": "rule.activate", "context.benchmark_regions_covered": True},
        refused={
            "not covered": ({"context.benchmark_regions_covered": None}, "NO_BENCHMARK"),
            "reads the region": (
                {"object.predicates": [{"field": "name_origin_region", "op": "is", "value": 1}]},
                "REGION_READ",
            ),
            "predicates of another type": ({"object.predicates": "none"}, "FACT_MISSING"),
            "field of another type": ({"object.predicates": [{"field": 7}]}, "FACT_MISSING"),
        },
        permitted={
            "other predicates": {"object.predicates": [{"field": "route_pattern", "op": "is", "value": 1}]}
        },
    ),
    branch(
        "SG-43",
        "a read without the region",
        {"action": "record.read"},
        refused={
            "as element": ({"object.element": "name_origin_region"}, "REGION_READ"),
            "as field": ({"object.fields": ["name_origin_region"]}, "REGION_READ"),
        },
        permitted={
            "statistics": {"object.fields": ["name_origin_region"], "object.data_class": "STATISTICS"}
        },
    ),
)
