"""Facts of SG-29 to SG-33, SG-37 and SG-38: to whom, on what ground, which fields, on what terms."""

from shared.policy.actions import HANDLING_CODES
from shared.policy.facts.access import NO_CODE, OUTSIDE_THE_CODES
from shared.policy.facts.reading import (
    BEYOND_ANY_LIMIT,
    MISTYPED,
    Request,
    Unread,
    as_text,
    as_texts,
    computed,
    days_begun_since,
    days_since,
    days_until,
    flag,
    given,
    integer,
    list_given,
    look,
    optional,
    optional_flag,
    optional_given,
    optional_integer,
    optional_text,
    optional_texts,
    rank,
    text,
    texts,
    thousandths,
)
from shared.policy.facts.rule import RuleFacts

SG_29 = RuleFacts(
    "SG-29",
    ("share.send",),
    {
        "purpose": text("purpose.code"),
        "status": text("context.recipient.status"),
        "verified_days_ago": integer("context.recipient.verified_days_ago", null=BEYOND_ANY_LIMIT),
        "functions": texts("context.recipient.functions"),
        "key_current": flag("context.recipient.key_current", null=False),
        "kind": text("context.recipient.kind"),
        "names_recipient": optional_flag("context.agreement.names_recipient"),
    },
)

_SCOPE = optional_text("context.recipient.scope", null="FOREIGN")

SG_30 = RuleFacts(
    "SG-30",
    ("share.send",),
    {
        "scope": _SCOPE,
        "data_class": text("object.data_class"),
        "message_type": text("object.message_type"),
        "purpose": text("purpose.code"),
        "agreement_given": given("context.agreement"),
        "days_since_valid_from": days_since("context.agreement.valid_from"),
        "days_until_valid_to": days_until("context.agreement.valid_to"),
        "suspended": flag("context.agreement.suspended", null=True),
        "purposes": texts("context.agreement.purposes"),
        "data_classes": texts("context.agreement.data_classes"),
        "message_types": texts("context.agreement.message_types"),
        "fallback": optional_text("context.fallback"),
        "legal_approver": optional_text("context.legal_approver"),
        "caveats": optional_texts("context.caveats"),
        "emergency_relaxes": optional_texts("context.emergency_relaxes"),
    },
)

_fields = texts("object.fields")
_find_extra_fields = look("context.extra_fields")
_author = optional_text("context.author")
_second_reviewer = optional_text("context.second_reviewer")


def _extra_reasons(request: Request) -> dict[str, str] | Unread:
    """The reason of each field outside the minimum; none where nothing is given."""
    extra = _find_extra_fields(request)
    if extra is None or isinstance(extra, Unread):
        return MISTYPED if extra is MISTYPED else {}
    if not isinstance(extra, dict):
        return MISTYPED
    reasons = {}
    for name, reason in extra.items():
        reason_read = "" if reason is None else as_text(reason)
        if isinstance(reason_read, Unread):
            return MISTYPED
        reasons[name] = reason_read
    return reasons


def _unexplained_fields(request: Request) -> list[str] | Unread:
    """The fields sent, less those that have a reason of their own which a second person confirmed."""
    fields, reasons = _fields.read(request), _extra_reasons(request)
    author, second = _author.read(request), _second_reviewer.read(request)
    if not isinstance(fields, list) or isinstance(reasons, Unread):
        return MISTYPED
    if isinstance(author, Unread) or isinstance(second, Unread):
        return MISTYPED
    if not author or not second or author == second:
        return fields
    return [name for name in fields if not reasons.get(name)]


SG_31 = RuleFacts(
    "SG-31",
    ("share.send",),
    {
        "message_type": text("object.message_type"),
        "event": optional_text("object.event"),
        "scope": _SCOPE,
        "fields": _fields,
        "unexplained_fields": computed("Set<String>", _unexplained_fields),
        "requested_fields": texts("object.requested_fields"),
        "agreement_names_fields": list_given("context.agreement_fields"),
        "agreement_fields": optional_texts("context.agreement_fields"),
        "court_order_ref": optional_text("context.court_order_ref"),
    },
)

_find_part_codes = look("object.part_codes")


def _strictest_part_rank(request: Request) -> int | Unread:
    """The rank of the strictest code among the parts; -1 where there are none."""
    found = _find_part_codes(request)
    if found is None or isinstance(found, Unread):
        return MISTYPED if found is MISTYPED else NO_CODE
    codes = as_texts(found)
    if isinstance(codes, Unread):
        return codes
    ranks = [HANDLING_CODES.index(code) if code in HANDLING_CODES else OUTSIDE_THE_CODES for code in codes]
    return max(ranks, default=NO_CODE)


SG_32 = RuleFacts(
    "SG-32",
    ("share.send", "item.use", "record.read", "record.export", "wl.activate"),
    {
        "handling_rank": rank(
            "object.handling_code", HANDLING_CODES, null=OUTSIDE_THE_CODES, other=OUTSIDE_THE_CODES
        ),
        "audience_rank": rank("context.audience_max", HANDLING_CODES, null=NO_CODE, other=NO_CODE),
        "conditions": texts("object.conditions"),
        "strictest_part_rank": computed("Long", _strictest_part_rank),
        "original_rank": optional(
            rank("object.original_code", HANDLING_CODES, null=NO_CODE, other=OUTSIDE_THE_CODES), NO_CODE
        ),
        "original_conditions": optional_texts("object.original_conditions"),
        "consent_given": optional_given("context.originator_consent"),
        "consent_by": text("context.originator_consent.by"),
        "consent_signed": flag("context.originator_consent.signed", null=False),
        "consent_rank": rank(
            "context.originator_consent.code",
            HANDLING_CODES,
            null=OUTSIDE_THE_CODES,
            other=OUTSIDE_THE_CODES,
        ),
        "originator": text("object.originator"),
        "days_until_delete": days_until("object.delete_by"),
    },
    {
        ("item.use",): {
            "use": text("context.use"),
            "originator_contacted": optional_flag("context.originator_contacted"),
        }
    },
)

SG_33 = RuleFacts(
    "SG-33",
    ("share.send",),
    {
        "originator_state": text("object.originator_state"),
        "recipient_state": text("context.recipient_state"),
        "scope": _SCOPE,
        "internal_consent_required": optional_flag("context.internal_consent_required", null=True),
        "consent_given": optional_given("context.consent"),
        "consent_by": text("context.consent.by"),
        "consent_names": text("context.consent.names"),
        "consent_data_classes": texts("context.consent.data_classes"),
        "consent_purposes": texts("context.consent.purposes"),
        "days_until_consent_ends": days_until("context.consent.expires"),
        "consent_valid": flag("context.consent.valid", null=False),
        "data_class": text("object.data_class"),
        "purpose": text("purpose.code"),
        "emergency_relaxes": optional_texts("context.emergency_relaxes"),
    },
)

SG_37 = RuleFacts(
    "SG-37",
    ("share.send", "item.use"),
    {"disputed": optional_flag("object.disputed")},
    {
        ("share.send",): {
            "ledger_row": flag("context.ledger_row", null=False),
            "recipient_recall_endpoint": flag("context.recipient_recall_endpoint", null=False),
            "recalled": optional_flag("object.recalled"),
        },
        # The same name with another reading: an item in use must be known not to be recalled.
        ("item.use",): {"recalled": flag("object.recalled", null=True)},
    },
)

SG_38 = RuleFacts(
    "SG-38",
    ("share.send",),
    {
        "scope": _SCOPE,
        "partner_given": given("context.partner"),
        "assessment": text("context.partner.assessment", null="NEGATIVE"),
        "days_until_expiry": days_until("context.partner.expires"),
        "days_since_assessment": optional(days_begun_since("context.partner.assessed_at", null=0), 0),
        "retention_days": integer("context.partner.retention_days", null=BEYOND_ANY_LIMIT),
        "own_retention_days": optional_integer("context.own_retention_days", null=1826),
        # 95 percent or more: rounding toward zero keeps "at least" exact. Null: no recall was due.
        "recall_on_time_thousandths": thousandths(
            "context.partner.recall_on_time_pct", null=100_000, toward_zero=True
        ),
        "overdue_completions": optional_integer("context.partner.overdue_completions", null=0),
        "open_misuse": integer("context.partner.open_misuse", null=BEYOND_ANY_LIMIT),
        "suspended": optional_flag("context.partner.suspended"),
    },
)
