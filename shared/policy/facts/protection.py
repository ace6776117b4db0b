"""Facts of SG-34 to SG-36, SG-39 and SG-40: torture, asylum, consulates, emergencies, biometrics."""

from collections.abc import Callable

from shared.policy.facts.reading import (
    BEYOND_ANY_LIMIT,
    MISTYPED,
    Fact,
    Request,
    Unread,
    as_instant,
    as_text,
    computed,
    flag,
    given,
    integer,
    list_given,
    look,
    optional_flag,
    optional_text,
    optional_texts,
    text,
    texts,
    thousandths,
)
from shared.policy.facts.rule import RuleFacts

PROTECTION_STATUSES = ("NONE", "APPLICANT", "REFUGEE", "STATELESS", "UNKNOWN")

_SCOPE = optional_text("context.recipient.scope", null="FOREIGN")
_find_individual_risk = look("context.individual_risk")


def _individual_risk_known(request: Request) -> bool | Unread:
    """Whether a person looked for an individual risk; null means not looked for."""
    found = _find_individual_risk(request)
    return found if isinstance(found, Unread) else found is not None


SG_34 = RuleFacts(
    "SG-34",
    ("share.send", "action.order"),
    {
        "risk_given": given("context.country_risk"),
        "level": text("context.country_risk.level", null="MEDIUM"),
        "age_days": integer("context.country_risk.age_days", null=BEYOND_ANY_LIMIT),
        "death_penalty": flag("context.country_risk.death_penalty", null=True),
        "individual_risk_known": computed("Bool", _individual_risk_known),
        "individual_risk": flag("context.individual_risk", null=False),
        "legal_finding": optional_text("context.assessments.legal"),
        "human_rights_finding": optional_text("context.assessments.human_rights"),
        "assurance_binding": optional_flag("context.assurance.binding"),
        "assurance_verified": optional_flag("context.assurance.verified"),
    },
    {
        ("share.send",): {
            "scope": _SCOPE,
            "personal_data": optional_flag("object.personal_data", null=True),
        },
        ("action.order",): {"kind": text("object.kind")},
    },
)


def _protection(path: str) -> Fact:
    """A protection status; null and every other text are UNKNOWN."""
    find: Callable[[Request], object] = look(path)

    def read(request: Request) -> str | Unread:
        found = find(request)
        if isinstance(found, Unread):
            return found
        status = "UNKNOWN" if found is None else as_text(found)
        return status if isinstance(status, Unread) or status in PROTECTION_STATUSES else "UNKNOWN"

    return computed("String", read)


SG_35 = RuleFacts(
    "SG-35",
    ("share.send", "consular.notify"),
    {
        "protection": _protection("object.subject_protection"),
        "recipient_state": text("context.recipient_state"),
        "feared_states": texts("context.feared_states"),
        "claim_sign": flag("context.claim_sign", null=True),
        "nationality": texts("context.nationality"),
        "former_residence": texts("context.former_residence"),
        "channel": text("context.channel", null="BROADCAST"),
        "fields": optional_texts("object.fields"),
        "recipient_is_asylum_authority": optional_flag("context.recipient_is_asylum_authority"),
        "scope": _SCOPE,
    },
)

_find_told_at = look("context.told_at")


def _told(request: Request) -> bool | Unread:
    """Whether the person was told of the right; null means not told yet."""
    found = _find_told_at(request)
    if found is None or isinstance(found, Unread):
        return found or False
    return MISTYPED if isinstance(as_instant(found), Unread) else True


SG_36 = RuleFacts(
    "SG-36",
    ("consular.notify",),
    {
        "told": computed("Bool", _told),
        "person_wish": text("context.person_wish", null="NOT_ASKED"),
        "mandatory_treaty": optional_flag("context.mandatory_treaty"),
        "protection": _protection("context.protection"),
        "claim_sign": flag("context.claim_sign", null=True),
        "addressee": optional_text("object.addressee", null="CONSULATE"),
        "states_picked": list_given("context.picked_states"),
        "picked_states": optional_texts("context.picked_states"),
        "post_state": optional_text("object.post_state"),
        "fields": optional_texts("object.fields"),
    },
)

SG_39 = RuleFacts(
    "SG-39",
    ("emergency.declare",),
    {
        "threat_specific": flag("context.threat_specific", null=False),
        "persons": integer("context.persons", null=0),
        "declared_by_role": text("context.declared_by_role"),
        "relax": texts("context.relax"),
        "vital_interest_same_person": optional_flag("context.vital_interest_same_person"),
        "expires_h_thousandths": thousandths("context.expires_h", null=BEYOND_ANY_LIMIT),
        "emergency_use_suspended": optional_flag("context.emergency_use_suspended"),
    },
)

SG_40 = RuleFacts(
    "SG-40",
    ("biometric.compare", "share.send"),
    {},
    {
        ("biometric.compare",): {
            "mode": text("object.mode"),
            "age": integer("object.subject_age", null=-1),
            "examiner_trained": flag("context.examiner_trained", null=False),
            "group_ratio_thousandths": thousandths("context.group_ratio", null=BEYOND_ANY_LIMIT),
            "algorithm_tested_days_ago": integer("context.algorithm_tested_days_ago", null=BEYOND_ANY_LIMIT),
            "hit_state": text("context.hit_state"),
            "border_point": flag("context.border_point", null=False),
            "gallery": text("object.gallery"),
            "case_id": text("purpose.case_id"),
        },
        ("share.send",): {
            "data_class": text("object.data_class"),
            "agreement_data_classes": optional_texts("context.agreement.data_classes"),
        },
    },
)
