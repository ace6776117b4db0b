"""Tables of SG-29 to SG-38: recipients, agreements, fields, people at risk, recall."""

from tests.unit.policy.table import EARLIER, LATER, NOW, REMOVED, Branch, Permitted, Refused, branch

_RECIPIENT = "context.recipient."
_AGREEMENT = "context.agreement."
_CONSENT = "context.consent."
_ORIGINATOR = "context.originator_consent."
_PARTNER = "context.partner."
_RISK = "context.country_risk."
_SIGNED = {"by": "ORG-1", "signed": True, "code": "H1"}
_FALLBACK = {
    "context.agreement": None,
    "context.fallback": "2396-N-MIN",
    "context.legal_approver": "l1",
    "context.caveats": ["C1", "C2", "C3", "C4"],
}
_CLEAR = {"legal": "CLEAR", "human_rights": "CLEAR"}
_RISK_CASES: Refused = {
    "high": ({_RISK + "level": "HIGH"}, "HUMAN_RIGHTS_RISK"),
    "stale high": ({_RISK + "level": "HIGH", _RISK + "age_days": 900}, "HUMAN_RIGHTS_RISK"),
    "individual": ({"context.individual_risk": True}, "INDIVIDUAL_RISK"),
    "a finding of risk": (
        {"context.assessments": {"legal": "CLEAR", "human_rights": "RISK"}},
        "HUMAN_RIGHTS_RISK",
    ),
    "death penalty": ({_RISK + "death_penalty": True}, "DEATH_PENALTY"),
    "death penalty unknown": ({_RISK + "death_penalty": None}, "DEATH_PENALTY"),
    "assurance not verified": (
        {_RISK + "death_penalty": True, "context.assurance": {"binding": True, "verified": False}},
        "DEATH_PENALTY",
    ),
    "not assessed": ({"context.country_risk": None}, "DEATH_PENALTY"),
    "not assessed, but assured": (
        {"context.country_risk": None, "context.assurance": {"binding": True, "verified": True}},
        "HOLD_REVIEW",
    ),
    "medium": ({_RISK + "level": "MEDIUM"}, "HOLD_REVIEW"),
    "some other level": ({_RISK + "level": "FINE"}, "HOLD_REVIEW"),
    "184 days old": ({_RISK + "age_days": 184}, "HOLD_REVIEW"),
    "age unknown": ({_RISK + "age_days": None}, "HOLD_REVIEW"),
    "individual risk not looked for": ({"context.individual_risk": None}, "HOLD_REVIEW"),
    "one finding only": (
        {_RISK + "level": "MEDIUM", "context.assessments": {"legal": "CLEAR"}},
        "HOLD_REVIEW",
    ),
}
_RISK_PERMITTED: Permitted = {
    "medium, both clear": {_RISK + "level": "MEDIUM", "context.assessments": _CLEAR},
    "verified assurance": {
        _RISK + "death_penalty": True,
        "context.assurance": {"binding": True, "verified": True},
    },
}
_PROTECTED = {
    "object.subject_protection": "APPLICANT",
    "context.recipient_state": "XBB",
    "context.feared_states": ["XDD"],
    "context.nationality": ["XDD"],
    "context.former_residence": [],
    "context.channel": "CLOSED",
}

BRANCHES: tuple[Branch, ...] = (
    branch(
        "SG-29",
        "a designated authority",
        {
            "action": "share.send",
            "purpose.code": "TERR_TRAVEL",
            _RECIPIENT + "status": "ACTIVE",
            _RECIPIENT + "verified_days_ago": 365,
            _RECIPIENT + "functions": ["TERR_TRAVEL"],
            _RECIPIENT + "key_current": True,
            _RECIPIENT + "kind": "PIU",
        },
        refused={
            "pending": ({_RECIPIENT + "status": "PENDING"}, "NOT_ACTIVE"),
            "not in the registry": ({"context.recipient": None}, "RECIPIENT_NOT_DESIGNATED"),
            "verified 366 days ago": ({_RECIPIENT + "verified_days_ago": 366}, "VERIFICATION_OLD"),
            "never verified": ({_RECIPIENT + "verified_days_ago": None}, "VERIFICATION_OLD"),
            "old key": ({_RECIPIENT + "key_current": None}, "KEY_NOT_CURRENT"),
            "another purpose": ({_RECIPIENT + "functions": ["TERR_DETECT"]}, "PURPOSE_NOT_COVERED"),
            "unknown kind": ({_RECIPIENT + "kind": "CLUB"}, "RECIPIENT_NOT_DESIGNATED"),
            "soldiers": ({_RECIPIENT + "kind": "MILITARY"}, "BODY_NOT_NAMED"),
        },
        permitted={"soldiers named": {_RECIPIENT + "kind": "MILITARY", _AGREEMENT + "names_recipient": True}},
    ),
    branch(
        "SG-30",
        "an agreement in force",
        {
            "action": "share.send",
            "object.data_class": "HIT",
            "object.message_type": "NOTIFY",
            "purpose.code": "TERR_TRAVEL",
            _AGREEMENT + "valid_from": NOW,
            _AGREEMENT + "valid_to": LATER,
            _AGREEMENT + "suspended": False,
            _AGREEMENT + "purposes": ["TERR_TRAVEL"],
            _AGREEMENT + "data_classes": ["HIT"],
            _AGREEMENT + "message_types": ["NOTIFY"],
            "now": NOW,
        },
        refused={
            "none": ({"context.agreement": None}, "NO_AGREEMENT_IN_FORCE"),
            "not begun": ({_AGREEMENT + "valid_from": LATER}, "NO_AGREEMENT_IN_FORCE"),
            "ended": ({_AGREEMENT + "valid_to": EARLIER}, "NO_AGREEMENT_IN_FORCE"),
            "suspended": ({_AGREEMENT + "suspended": True}, "AGREEMENT_SUSPENDED"),
            "unknown whether suspended": ({_AGREEMENT + "suspended": None}, "AGREEMENT_SUSPENDED"),
            "another purpose": ({_AGREEMENT + "purposes": []}, "NOT_COVERED"),
            "another class": ({"object.data_class": "PNR"}, "NOT_COVERED"),
            "another message": ({"object.message_type": "FEEDBACK"}, "NOT_COVERED"),
            "no legal officer": ({**_FALLBACK, "context.legal_approver": None}, "FALLBACK_INCOMPLETE"),
            "three caveats": (
                {**_FALLBACK, "context.caveats": ["C1", "C2", "C3"]},
                "FALLBACK_INCOMPLETE",
            ),
            "fallback for PNR": ({**_FALLBACK, "object.data_class": "PNR"}, "FALLBACK_INCOMPLETE"),
            "another fallback": ({**_FALLBACK, "context.fallback": "BECAUSE"}, "FALLBACK_INCOMPLETE"),
            "fallback beside a suspension": (
                {
                    **_FALLBACK,
                    "context.agreement": {
                        "valid_from": EARLIER,
                        "valid_to": LATER,
                        "suspended": True,
                        "purposes": [],
                        "data_classes": [],
                        "message_types": [],
                    },
                },
                "AGREEMENT_SUSPENDED",
            ),
            "scope of another type": ({_RECIPIENT + "scope": 7}, "FACT_MISSING"),
        },
        permitted={
            "the resolution's minimum": _FALLBACK,
            "an emergency": {"context.agreement": None, "context.emergency_relaxes": ["SG-30"]},
            "at home": {"context.agreement": None, _RECIPIENT + "scope": "NATIONAL"},
        },
    ),
    branch(
        "SG-31",
        "a notice of the minimum",
        {
            "action": "share.send",
            "object.message_type": "NOTIFY",
            "object.fields": ["names", "contact", "tear_line"],
        },
        refused={
            "another type": ({"object.message_type": "GOSSIP"}, "FIELDS_NOT_MINIMUM"),
            "an extra field": ({"object.fields": ["names", "locator"]}, "EXTRA_WITHOUT_REASON"),
            "an extra field, one person": (
                {
                    "object.fields": ["names", "locator"],
                    "context.extra_fields": {"locator": "to find the booking"},
                    "context.author": "u1",
                    "context.second_reviewer": "u1",
                },
                "EXTRA_WITHOUT_REASON",
            ),
            "an extra field, no reason": (
                {
                    "object.fields": ["names", "locator"],
                    "context.extra_fields": {"locator": None},
                    "context.author": "u1",
                    "context.second_reviewer": "u2",
                },
                "EXTRA_WITHOUT_REASON",
            ),
            "never, whatever the reason": (
                {
                    "object.fields": ["scores"],
                    "context.extra_fields": {"scores": "useful"},
                    "context.author": "u1",
                    "context.second_reviewer": "u2",
                },
                "NEVER_SHARED",
            ),
            "payment": ({"object.fields": ["payment"]}, "NEVER_SHARED"),
            "not in the agreement": ({"context.agreement_fields": ["names"]}, "FIELDS_NOT_MINIMUM"),
            "the agreement names nothing": ({"context.agreement_fields": []}, "FIELDS_NOT_MINIMUM"),
            "detention without saying so": ({"object.fields": ["place_type"]}, "EXTRA_WITHOUT_REASON"),
            "detained, to another State": (
                {"object.event": "DETAINED", "object.fields": ["consular_status"]},
                "EXTRA_WITHOUT_REASON",
            ),
            "detained, at home, more": (
                {
                    "object.event": "DETAINED",
                    _RECIPIENT + "scope": "NATIONAL",
                    "object.fields": ["address"],
                },
                "EXTRA_WITHOUT_REASON",
            ),
            "extra fields of another type": ({"context.extra_fields": ["locator"]}, "FACT_MISSING"),
            "reason of another type": ({"context.extra_fields": {"locator": 7}}, "FACT_MISSING"),
            "extra fields in something else": ({"context": "none"}, "FACT_MISSING"),
            "author of another type": ({"context.author": 7}, "FACT_MISSING"),
        },
        permitted={
            "nothing": {"object.fields": None},
            "extra fields null": {"context.extra_fields": None},
            "a reasoned extra field": {
                "object.fields": ["names", "locator"],
                "context.extra_fields": {"locator": "to find the booking"},
                "context.author": "u1",
                "context.second_reviewer": "u2",
            },
            "the agreement does not narrow": {"context.agreement_fields": None},
            "detained": {"object.event": "DETAINED", "object.fields": ["names", "place_type"]},
            "detained, at home": {
                "object.event": "DETAINED",
                _RECIPIENT + "scope": "NATIONAL",
                "object.fields": ["consular_status"],
            },
            "feedback": {"object.message_type": "FEEDBACK", "object.fields": ["same_person"]},
            "nomination": {"object.message_type": "WL_NOMINATE", "object.fields": ["grade"]},
            "acknowledgement": {"object.message_type": "ACK", "object.fields": []},
        },
    ),
    branch(
        "SG-31",
        "an answer to a request",
        {
            "action": "share.send",
            "object.message_type": "PNR_RESPONSE",
            "object.fields": ["names", "itinerary"],
            "object.requested_fields": ["names", "itinerary", "contact"],
        },
        refused={
            "not asked for": ({"object.fields": ["names", "agency"]}, "NOT_ASKED_FOR"),
            "contact without order": ({"object.fields": ["contact"]}, "NEVER_SHARED"),
            "feedback's field": ({"object.fields": ["measure_class"]}, "EXTRA_WITHOUT_REASON"),
            "identity answered beyond": (
                {"object.message_type": "IDENTITY_ANSWER", "object.fields": ["agency"]},
                "NOT_ASKED_FOR",
            ),
            "grade in a feedback": (
                {"object.message_type": "FEEDBACK", "object.fields": ["grade"]},
                "EXTRA_WITHOUT_REASON",
            ),
            "names in a nomination": (
                {"object.message_type": "WL_NOMINATE", "object.fields": ["names"]},
                "EXTRA_WITHOUT_REASON",
            ),
        },
        permitted={
            "contact under order": {"object.fields": ["contact"], "context.court_order_ref": "CO-1"},
            "payment under order": {
                "object.fields": ["payment"],
                "object.requested_fields": ["payment"],
                "context.court_order_ref": "CO-1",
            },
        },
    ),
    branch(
        "SG-32",
        "within the code",
        {
            "action": "share.send",
            "object.handling_code": "H3",
            "object.conditions": ["no-onward"],
            "context.audience_max": "H3",
        },
        refused={
            "above the audience": ({"object.handling_code": "H4"}, "HANDLING_CODE"),
            "unknown code": ({"object.handling_code": "SECRET"}, "HANDLING_CODE"),
            "code null": ({"object.handling_code": None}, "HANDLING_CODE"),
            "audience null": ({"context.audience_max": None}, "HANDLING_CODE"),
            "unknown condition": ({"object.conditions": ["no-fun"]}, "HANDLING_CODE"),
            "originator only": ({"object.conditions": ["originator-only"]}, "HANDLING_CODE"),
            "originator only, unsigned": (
                {
                    "object.conditions": ["originator-only"],
                    "object.originator": "ORG-1",
                    "context.originator_consent": {**_SIGNED, "signed": False},
                },
                "HANDLING_CODE",
            ),
            "consent of another": (
                {
                    "object.conditions": ["originator-only"],
                    "object.originator": "ORG-2",
                    "context.originator_consent": _SIGNED,
                },
                "HANDLING_CODE",
            ),
            "consent of nobody": (
                {
                    "object.conditions": ["originator-only"],
                    "object.originator": None,
                    "context.originator_consent": {**_SIGNED, "by": None},
                },
                "HANDLING_CODE",
            ),
            "below its parts": ({"object.part_codes": ["H1", "H4"]}, "CODE_LOWERED"),
            "a part of unknown code": ({"object.part_codes": ["X"]}, "CODE_LOWERED"),
            "parts of another type": ({"object.part_codes": [7]}, "FACT_MISSING"),
            "parts of no list": ({"object.part_codes": "H1"}, "FACT_MISSING"),
            "lowered": ({"object.original_code": "H4"}, "CODE_LOWERED"),
            "lowered below the consent": (
                {
                    "object.handling_code": "H0",
                    "object.original_code": "H2",
                    "object.originator": "ORG-1",
                    "context.originator_consent": _SIGNED,
                },
                "CODE_LOWERED",
            ),
            "consent without originator": (
                {
                    "object.original_code": "H4",
                    "context.originator_consent": _SIGNED,
                },
                "FACT_MISSING",
            ),
            "condition dropped": ({"object.original_conditions": ["no-evidence"]}, "CONDITION_DROPPED"),
            "to be deleted": (
                {"object.conditions": ["delete-by"], "object.delete_by": EARLIER, "now": NOW},
                "CONDITION_EXCLUDES",
            ),
            "to be deleted when?": (
                {"object.conditions": ["delete-by"], "object.delete_by": None, "now": NOW},
                "CONDITION_EXCLUDES",
            ),
        },
        permitted={
            "as strict as its parts": {"object.part_codes": ["H1", "H3"]},
            "of no parts": {"object.part_codes": []},
            "parts null": {"object.part_codes": None},
            "lowered with consent": {
                "object.original_code": "H4",
                "object.originator": "ORG-1",
                "context.originator_consent": _SIGNED,
            },
            "originator consents": {
                "object.handling_code": "H4",
                "context.audience_max": "H4",
                "object.conditions": ["originator-only"],
                "object.originator": "ORG-1",
                "context.originator_consent": _SIGNED,
            },
            "not yet to be deleted": {
                "object.conditions": ["delete-by"],
                "object.delete_by": LATER,
                "now": NOW,
            },
        },
    ),
    branch(
        "SG-32",
        "an item is used",
        {
            "action": "item.use",
            "object.handling_code": "H1",
            "object.conditions": ["no-detention", "no-evidence", "contact-before-action"],
            "context.audience_max": "H1",
            "context.use": "READ",
        },
        refused={
            "to detain": ({"context.use": "DETENTION"}, "CONDITION_EXCLUDES"),
            "as evidence": ({"context.use": "EVIDENCE"}, "CONDITION_EXCLUDES"),
            "to act": ({"context.use": "ACTION"}, "CONDITION_EXCLUDES"),
            "for something else": ({"context.use": "FUN"}, "HANDLING_CODE"),
        },
        permitted={"to act, after contact": {"context.use": "ACTION", "context.originator_contacted": True}},
    ),
    branch(
        "SG-33",
        "onward with consent",
        {
            "action": "share.send",
            "purpose.code": "TERR_TRAVEL",
            "object.originator_state": "XBB",
            "object.data_class": "HIT",
            "context.recipient_state": "XCC",
            _CONSENT + "by": "XBB",
            _CONSENT + "names": "XCC",
            _CONSENT + "data_classes": ["HIT"],
            _CONSENT + "purposes": ["TERR_TRAVEL"],
            _CONSENT + "expires": LATER,
            _CONSENT + "valid": True,
            "now": NOW,
        },
        refused={
            "silence": ({"context.consent": None}, "NO_ONWARD_CONSENT"),
            "withdrawn": ({_CONSENT + "valid": False}, "NO_ONWARD_CONSENT"),
            "by another": ({_CONSENT + "by": "XDD"}, "CONSENT_NOT_COVERING"),
            "for another": ({_CONSENT + "names": "XDD"}, "CONSENT_NOT_COVERING"),
            "for other data": ({_CONSENT + "data_classes": ["PNR"]}, "CONSENT_NOT_COVERING"),
            "for another purpose": ({_CONSENT + "purposes": []}, "CONSENT_NOT_COVERING"),
            "expired": ({_CONSENT + "expires": EARLIER}, "CONSENT_EXPIRED"),
            "at home, consent required": (
                {_RECIPIENT + "scope": "NATIONAL", "context.consent": None},
                "NO_ONWARD_CONSENT",
            ),
        },
        permitted={
            "our own data": {"object.originator_state": None, "context.consent": REMOVED},
            "back to the originator": {"context.recipient_state": "XBB", "context.consent": None},
            "at home, not required": {
                _RECIPIENT + "scope": "NATIONAL",
                "context.internal_consent_required": False,
                "context.consent": None,
            },
            "an emergency": {"context.consent": None, "context.emergency_relaxes": ["SG-33"]},
        },
    ),
    branch(
        "SG-34",
        "a share with a State of low risk",
        {
            "action": "share.send",
            _RISK + "level": "LOW",
            _RISK + "age_days": 183,
            _RISK + "death_penalty": False,
            "context.individual_risk": False,
        },
        refused=_RISK_CASES,
        permitted={
            **_RISK_PERMITTED,
            "at home": {_RECIPIENT + "scope": "NATIONAL", _RISK + "level": "HIGH"},
            "no personal data": {"object.personal_data": False, _RISK + "level": "HIGH"},
        },
    ),
    branch(
        "SG-34",
        "advice against boarding",
        {
            "action": "action.order",
            "object.kind": "BOARDING_ADVICE",
            _RISK + "level": "LOW",
            _RISK + "age_days": 0,
            _RISK + "death_penalty": False,
            "context.individual_risk": False,
        },
        refused=_RISK_CASES,
        permitted={**_RISK_PERMITTED, "another order": {"object.kind": "OBSERVE", "context": {}}},
    ),
    branch(
        "SG-35",
        "nobody who needs protection",
        {
            "action": "share.send",
            "object.subject_protection": "NONE",
            "context.recipient_state": "XBB",
            "context.feared_states": [],
        },
        refused={
            "unknown, with a sign": (
                {"object.subject_protection": None, "context.claim_sign": True},
                "HOLD_REVIEW",
            ),
            "unknown, sign unknown": (
                {"object.subject_protection": "ODD", "context.claim_sign": None},
                "HOLD_REVIEW",
            ),
            "unknown, nobody looked for a sign": ({"object.subject_protection": "UNKNOWN"}, "FACT_MISSING"),
        },
        permitted={
            "unknown, no sign": {"object.subject_protection": "UNKNOWN", "context.claim_sign": False},
            "unknown, at home": {
                "object.subject_protection": "UNKNOWN",
                _RECIPIENT + "scope": "NATIONAL",
            },
        },
    ),
    branch(
        "SG-35",
        "an applicant, to a third State",
        {"action": "consular.notify", **_PROTECTED},
        refused={
            "to the State feared": ({"context.recipient_state": "XDD"}, "PROTECTED_PERSON"),
            "to the own State": ({"context.nationality": ["XBB"]}, "PROTECTED_PERSON"),
            "to the former State": ({"context.former_residence": ["XBB"]}, "PROTECTED_PERSON"),
            "over a broadcast": ({"context.channel": None}, "PROTECTED_PERSON"),
            "with the route": ({"object.fields": ["route"]}, "PROTECTED_PERSON"),
            "with the route, at home": (
                {"object.fields": ["route"], _RECIPIENT + "scope": "NATIONAL"},
                "PROTECTED_PERSON",
            ),
        },
        permitted={
            "to no State": {"context.recipient_state": None},
            "the asylum authority": {
                "object.fields": ["asylum_facts"],
                "context.recipient_is_asylum_authority": True,
            },
            "nationality null": {"context.nationality": None},
        },
    ),
    branch(
        "SG-36",
        "the person wants it",
        {
            "action": "consular.notify",
            "context.told_at": "2026-06-01T09:00:00Z",
            "context.person_wish": "YES",
            "context.protection": "NONE",
        },
        refused={
            "not told": ({"context.told_at": None}, "PERSON_NOT_ASKED"),
            "not asked": ({"context.person_wish": None}, "PERSON_NOT_ASKED"),
            "said something": ({"context.person_wish": "MAYBE"}, "PERSON_NOT_ASKED"),
            "declined": ({"context.person_wish": "NO"}, "DECLINED"),
            "protected": ({"context.protection": "REFUGEE"}, "PERSON_NOT_ASKED"),
            "protected, treaty or not": (
                {
                    "context.protection": "REFUGEE",
                    "context.mandatory_treaty": True,
                    "context.person_wish": "NO",
                    "object.addressee": "UNHCR",
                },
                "PERSON_NOT_ASKED",
            ),
            "a sign of a claim": (
                {"context.protection": "UNKNOWN", "context.claim_sign": True},
                "HOLD_REVIEW",
            ),
            "to somebody else": ({"object.addressee": "NEWSPAPER"}, "PERSON_NOT_ASKED"),
            "another post": (
                {"context.picked_states": ["XBB"], "object.post_state": "XDD"},
                "POST_NOT_PICKED",
            ),
            "with the grounds": ({"object.fields": ["identity", "grounds"]}, "NOTICE_CONTENT"),
            "told at some time": ({"context.told_at": "today"}, "FACT_MISSING"),
            "status of another type": ({"context.protection": 7}, "FACT_MISSING"),
        },
        permitted={
            "treaty": {"context.person_wish": "NO", "context.mandatory_treaty": True},
            "UNHCR for a refugee": {"context.protection": "REFUGEE", "object.addressee": "UNHCR"},
            "no sign of a claim": {"context.protection": None, "context.claim_sign": False},
            "the post picked": {"context.picked_states": ["XBB"], "object.post_state": "XBB"},
            "no more than this": {"object.fields": ["identity", "place", "time", "contact"]},
        },
    ),
    branch(
        "SG-37",
        "a share that can be recalled",
        {
            "action": "share.send",
            "context.ledger_row": True,
            "context.recipient_recall_endpoint": True,
        },
        refused={
            "no row": ({"context.ledger_row": None}, "NOT_RECALLABLE"),
            "no endpoint": ({"context.recipient_recall_endpoint": False}, "NOT_RECALLABLE"),
            "recalled": ({"object.recalled": True}, "RECALLED"),
            "disputed": ({"object.disputed": True}, "DISPUTED"),
        },
    ),
    branch(
        "SG-37",
        "an item not recalled",
        {"action": "item.use", "object.recalled": False},
        refused={
            "recalled": ({"object.recalled": True, "object.recall_processed": True}, "RECALLED"),
            "unknown": ({"object.recalled": None}, "RECALLED"),
            "disputed": ({"object.disputed": True}, "DISPUTED"),
        },
    ),
    branch(
        "SG-38",
        "a partner with safeguards",
        {
            "action": "share.send",
            _PARTNER + "assessment": "POSITIVE",
            _PARTNER + "expires": LATER,
            _PARTNER + "retention_days": 1826,
            _PARTNER + "recall_on_time_pct": 95,
            _PARTNER + "open_misuse": 0,
            "now": NOW,
        },
        refused={
            "not assessed": ({"context.partner": None}, "ASSESSMENT"),
            "negative": ({_PARTNER + "assessment": None}, "ASSESSMENT"),
            "expired": ({_PARTNER + "expires": EARLIER}, "ASSESSMENT"),
            "two years and a day": ({_PARTNER + "assessed_at": "2024-05-31"}, "ASSESSMENT"),
            "keeps longer": ({_PARTNER + "retention_days": 1827}, "RETENTION"),
            "keeps for ever": ({_PARTNER + "retention_days": None}, "RETENTION"),
            "keeps longer than we": ({"context.own_retention_days": 365}, "RETENTION"),
            "recalls late": ({_PARTNER + "recall_on_time_pct": 94.9999}, "RECALL_SLA"),
            "three overdue": ({_PARTNER + "overdue_completions": 3}, "RECALL_SLA"),
            "misuse": ({_PARTNER + "open_misuse": 1}, "MISUSE"),
            "misuse unknown": ({_PARTNER + "open_misuse": None}, "MISUSE"),
            "suspended": ({_PARTNER + "suspended": True}, "SUSPENDED"),
        },
        permitted={
            "assessed two years ago": {_PARTNER + "assessed_at": "2024-06-02"},
            "no recall was due": {_PARTNER + "recall_on_time_pct": None},
            "we keep longer": {"context.own_retention_days": 5000},
            "at home": {"context.partner": None, _RECIPIENT + "scope": "NATIONAL"},
        },
    ),
)
