"""Facts of SG-22 to SG-25: mask, erase, re-identify, hold."""

from shared.policy.facts.reading import (
    BEYOND_ANY_LIMIT,
    counted,
    days_since,
    days_until,
    flag,
    given,
    hours_between,
    integer,
    optional_given,
    optional_integer,
    optional_text,
    optional_texts,
    text,
    texts,
)
from shared.policy.facts.rule import RuleFacts

SG_22 = RuleFacts(
    "SG-22",
    ("record.read",),
    {
        "data_class": text("object.data_class"),
        "element": text("object.element"),
        "state": text("object.state"),
        "age_days": integer("object.age_days", null=BEYOND_ANY_LIMIT),
        "grant_given": optional_given("context.reident_grant"),
        "record_id": text("object.record_id"),
        "grant_authority": text("context.reident_grant.authority_type"),
        "grant_record_ids": texts("context.reident_grant.record_ids"),
        "grant_fields": texts("context.reident_grant.fields"),
        "days_since_grant": days_since("context.reident_grant.issued_at"),
        "days_until_grant_ends": days_until("context.reident_grant.expires"),
        "grant_hours": hours_between("context.reident_grant.issued_at", "context.reident_grant.expires"),
        "grant_used": flag("context.reident_grant.used", null=True),
        "hold_case_id": optional_text("context.hold.case_id"),
        "case_id": text("purpose.case_id"),
    },
)

SG_23 = RuleFacts(
    "SG-23",
    ("retention.extend",),
    {
        "age_days": integer("object.age_days", null=BEYOND_ANY_LIMIT),
        "hit_link": text("object.hit_link"),
        "until_age_days": optional_integer("object.until_age_days", null=1826),
        "objective_evidence_ref": text("context.objective_evidence_ref"),
        "reviewer": text("context.reviewer"),
    },
)

SG_24 = RuleFacts(
    "SG-24",
    ("reident.execute", "share.send"),
    {
        "record_ids": texts("object.record_ids"),
        "record_count": counted("object.record_ids"),
        "fields": texts("object.fields"),
        "actor": text("actor.id"),
        "roles": texts("actor.roles"),
        "grant_given": given("context.grant"),
        "grant_authority": text("context.grant.authority_type"),
        "signed_by": text("context.grant.signed_by"),
        "grant_record_ids": texts("context.grant.record_ids"),
        "grant_fields": texts("context.grant.fields"),
        "days_since_grant": days_since("context.grant.issued_at"),
        "days_until_grant_ends": days_until("context.grant.expires"),
        "grant_hours": hours_between("context.grant.issued_at", "context.grant.expires"),
        "grant_used": flag("context.grant.used", null=True),
        "emergency_relaxes": optional_texts("context.emergency_relaxes"),
    },
    {
        ("share.send",): {
            "data_class": text("object.data_class"),
            "pre_arrival": flag("object.pre_arrival", null=False),
        }
    },
)

SG_25 = RuleFacts(
    "SG-25",
    ("retention.hold",),
    {
        "record_count": counted("object.record_ids"),
        "selector": text("object.selector"),
        "case_open": flag("context.case_open", null=False),
        "ordered_by": text("context.ordered_by"),
        "days_until_review": days_until("context.review_at"),
    },
)
