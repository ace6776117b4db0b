"""Facts of SG-06 (no discrimination), SG-07 (approved matching) and SG-43 (bias)."""

from shared.policy.actions import (
    ONLY_BESIDE_BEHAVIOUR,
    PROTECTED_ATTRIBUTES,
    PROXIES,
    SENSITIVE_FIELDS,
)
from shared.policy.facts.reading import (
    ABSENT,
    BEYOND_ANY_LIMIT,
    MISTYPED,
    Json,
    Request,
    Unread,
    as_records,
    as_text,
    computed,
    days_between,
    days_since,
    days_until,
    flag,
    given,
    look,
    optional_flag,
    optional_text,
    optional_texts,
    text,
    texts,
    thousandths,
)
from shared.policy.facts.rule import RuleFacts

IDENTITY_FIELDS = ("surname", "given_names", "names", "date_of_birth", "place_of_birth", "doc_number")
_NO_BEHAVIOUR = frozenset(
    (*ONLY_BESIDE_BEHAVIOUR, *PROTECTED_ATTRIBUTES, *PROXIES, *SENSITIVE_FIELDS, *IDENTITY_FIELDS)
)

_find_predicates = look("object.predicates")


def _predicates(request: Request) -> list[dict[str, Json]] | Unread:
    """The predicates, if each has a field, an operator and a value of the right type."""
    predicates = as_records(_find_predicates(request))
    if isinstance(predicates, Unread):
        return predicates
    for predicate in predicates:
        for name in ("field", "op"):
            if isinstance(as_text(predicate.get(name)), Unread):
                return MISTYPED
        value = predicate.get("value", ABSENT)
        # A comparison with one entry names that entry: anything but its id is of another type.
        is_entry = predicate["op"] == "equals_entry"
        if value is ABSENT or (is_entry and not (isinstance(value, str) and value.strip())):
            return MISTYPED
    return predicates


def _predicate_fields(request: Request) -> list[str] | Unread:
    predicates = _predicates(request)
    if isinstance(predicates, Unread):
        return predicates
    return sorted({predicate["field"] for predicate in predicates})


def _fields_without_entry(request: Request) -> list[str] | Unread:
    """Fields that are not compared with one identified entry."""
    predicates = _predicates(request)
    if isinstance(predicates, Unread):
        return predicates
    return sorted({predicate["field"] for predicate in predicates if predicate["op"] != "equals_entry"})


def _behaviours(request: Request) -> int | Unread:
    """How many different fields speak of behaviour; the same field twice counts once."""
    fields = _predicate_fields(request)
    return fields if isinstance(fields, Unread) else len(set(fields) - _NO_BEHAVIOUR - {""})


SG_06 = RuleFacts(
    "SG-06",
    ("rule.activate", "action.order", "share.send"),
    {},
    {
        ("rule.activate",): {
            "predicate_fields": computed("Set<String>", _predicate_fields),
            "fields_without_entry": computed("Set<String>", _fields_without_entry),
            "behaviours": computed("Long", _behaviours),
            "proxy_report_given": given("context.proxy_report"),
            "max_ratio_thousandths": thousandths("context.proxy_report.max_ratio", null=BEYOND_ANY_LIMIT),
            "justification": optional_text("context.proxy_report.justification"),
            "dpo_accepted": optional_flag("context.proxy_report.dpo_accepted"),
        },
        ("action.order", "share.send"): {"grounds": texts("context.grounds")},
    },
)

SG_07 = RuleFacts(
    "SG-07",
    ("screen.run",),
    {
        "model_given": given("context.model"),
        "version": text("context.model.version"),
        "training_mode": text("context.model.training_mode"),
        "days_since_approval": days_since("context.model.approved_on"),
        "days_until_approval_ends": days_until("context.model.approved_until"),
        "approved_for_days": days_between("context.model.approved_on", "context.model.approved_until"),
        "thresholds_match": flag("context.model.thresholds_match", null=False),
        "explanations": flag("context.model.explanations", null=False),
    },
)


def _own_predicate_fields(request: Request) -> list[str] | Unread:
    """The predicates' fields where a rule is activated; no predicates, no fields."""
    predicates = as_records(_find_predicates(request))
    if isinstance(predicates, Unread):
        return [] if predicates is ABSENT else MISTYPED
    fields = [as_text(predicate.get("field")) for predicate in predicates]
    return MISTYPED if MISTYPED in fields else sorted({field for field in fields if isinstance(field, str)})


SG_43 = RuleFacts(
    "SG-43",
    ("model.renew", "rule.activate", "screen.run", "record.read", "record.export"),
    {},
    {
        ("model.renew",): {
            # Null: no region with enough false positives, so nothing to be over the limit.
            "fp_ratio_thousandths": thousandths("context.fp_ratio_max", null=0),
            "candidate_ratio_thousandths": thousandths("context.candidate_ratio_max", null=0),
            "confirmed_rate_differs": optional_flag("context.confirmed_rate_differs"),
        },
        ("rule.activate",): {
            "benchmark_regions_covered": flag("context.benchmark_regions_covered", null=False),
            "predicate_fields": computed("Set<String>", _own_predicate_fields),
        },
        ("screen.run", "record.read", "record.export"): {
            "element": optional_text("object.element"),
            "fields": optional_texts("object.fields"),
            "data_class": optional_text("object.data_class"),
        },
    },
)
