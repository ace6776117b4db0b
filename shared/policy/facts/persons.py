"""Facts of SG-16, SG-17 and SG-19 to SG-21: children, those beside, redress, rights, notification."""

from shared.policy.facts.reading import (
    BEYOND_ANY_LIMIT,
    MISTYPED,
    Request,
    Unread,
    as_records,
    as_text,
    computed,
    counted,
    flag,
    integer,
    look,
    optional_flag,
    optional_integer,
    optional_text,
    text,
    texts,
)
from shared.policy.facts.rule import RuleFacts

_find_age = look("object.subject_age")
_find_named = look("object.named_persons")


def _age_known(request: Request) -> bool | Unread:
    age = _find_age(request)
    return age if isinstance(age, Unread) else age is not None


SG_16 = RuleFacts(
    "SG-16",
    ("wl.activate", "wl.renew", "share.send", "action.order"),
    {
        "age_known": computed("Bool", _age_known),
        "age": integer("object.subject_age", null=0),
        "minor_evidence": flag("object.minor_evidence", null=True),
    },
    {
        ("wl.activate", "wl.renew"): {
            "category": text("object.category"),
            "review_months": optional_integer("context.review_months", null=BEYOND_ANY_LIMIT),
        },
        ("share.send",): {
            "purpose": text("object.purpose"),
            "court_order_ref": optional_text("context.court_order_ref"),
        },
        ("wl.activate", "wl.renew", "share.send"): {
            "best_interests_id": optional_text("context.best_interests_id"),
            "child_specialist": optional_text("context.child_specialist"),
        },
        ("action.order",): {"kind": text("object.kind")},
    },
)


def _categories_named(request: Request) -> list[str] | Unread:
    """The categories of the persons who are named for another reason than to protect them."""
    persons = as_records(_find_named(request))
    if isinstance(persons, Unread):
        return persons
    categories = set()
    for person in persons:
        category, protective = person.get("category", MISTYPED), person.get("protective")
        category_read = "" if category is None else as_text(category)
        if isinstance(category_read, Unread) or not isinstance(protective, bool | None):
            return MISTYPED
        if not protective:
            categories.add(category_read)
    return sorted(categories)


SG_17 = RuleFacts(
    "SG-17",
    ("share.send", "wl.nominate", "wl.activate", "wl.renew", "action.order"),
    {},
    {
        ("share.send",): {
            "categories_named": computed("Set<String>", _categories_named),
            "co_traveller_count": integer("object.co_traveller_count", null=-1),
        },
        ("wl.nominate", "wl.activate", "wl.renew", "action.order"): {
            "person_category": text("object.person_category")
        },
        ("action.order",): {"kind": text("object.kind")},
    },
)

SG_19 = RuleFacts(
    "SG-19",
    ("redress.decide",),
    {
        "outcome": text("object.outcome"),
        "reasons": text("object.reasons"),
        "handler": text("context.handler"),
        "original_reviewers": texts("context.original_reviewers"),
        "countersigned_by": optional_text("context.countersigned_by"),
        "appeal_body": optional_text("context.appeal_body"),
        "day": integer("context.day", null=BEYOND_ANY_LIMIT),
        "extended": optional_flag("context.extended"),
        "urgent": optional_flag("context.urgent"),
    },
)

SG_20 = RuleFacts(
    "SG-20",
    ("subject.answer",),
    {
        "type": text("object.type"),
        "result": text("object.result"),
        "identity_verified": flag("context.identity_verified", null=False),
        "ground": text("object.ground"),
        "record_count": counted("object.record_ids"),
        "dpo_review": text("context.dpo_review"),
        "expires_days": integer("context.expires_days", null=BEYOND_ANY_LIMIT),
    },
)

SG_21 = RuleFacts(
    "SG-21",
    ("ingest.accept", "notify.defer"),
    {},
    {
        ("ingest.accept",): {
            "carrier_notice_confirmed": flag("context.carrier_notice_confirmed", null=False)
        },
        ("notify.defer",): {
            "would_jeopardise": flag("context.harm.would_jeopardise", null=False),
            "would_endanger": optional_flag("context.harm.would_endanger"),
            "reason": text("context.harm.reason"),
            "until_days": integer("context.harm.until_days", null=BEYOND_ANY_LIMIT),
            "decided_by": text("context.harm.decided_by"),
            "second": text("context.harm.second"),
        },
    },
)
