"""Facts of SG-08 to SG-10 and SG-12: people decide, two of them, on enough details, once."""

from shared.policy.facts.reading import (
    BEYOND_ANY_LIMIT,
    flag,
    given,
    integer,
    optional_integer,
    optional_text,
    text,
    texts,
)
from shared.policy.facts.rule import RuleFacts

_VERIFICATION = {
    "hit_state": text("object.hit_state", null="NONE"),
    "verification_given": given("context.human_verification"),
    "reviewer": text("context.human_verification.reviewer"),
    "role": text("context.human_verification.role"),
    "seconds_open": integer("context.human_verification.seconds_open", null=0),
    "compared_fields": texts("context.human_verification.compared_fields"),
    "reasons": text("context.human_verification.reasons"),
    "after_last_change": flag("context.human_verification.after_last_change", null=False),
}

SG_08 = RuleFacts(
    "SG-08",
    ("action.order", "share.send", "wl.nominate", "hit.transition"),
    {},
    {
        ("action.order", "share.send", "wl.nominate"): _VERIFICATION,
        ("hit.transition",): {
            "to": text("object.to"),
            "hit_count": optional_integer("context.hit_count", null=1),
        },
        ("action.order",): {
            "kind": text("object.kind"),
            "law_published": flag("context.boarding_hold.law_published", null=False),
            "top_band": flag("context.boarding_hold.top_band", null=False),
            "document_equal": flag("context.boarding_hold.document_equal", null=False),
            "minutes": integer("context.boarding_hold.minutes", null=BEYOND_ANY_LIMIT),
            "releases_itself": flag("context.boarding_hold.releases_itself", null=False),
            "neutral_wording": flag("context.boarding_hold.neutral_wording", null=False),
        },
    },
)

SG_09 = RuleFacts(
    "SG-09",
    ("hit.transition", "share.send", "action.order", "reident.execute", "wl.activate"),
    {
        "first": text("context.first"),
        "second": text("context.second"),
        "second_blind": flag("context.second_blind", null=False),
        "same_outcome": flag("context.same_outcome", null=False),
        "reports_to_first": flag("context.reports_to_first", null=True),
    },
    {
        ("hit.transition",): {"to": text("object.to"), "hit_type": text("object.hit_type")},
        ("action.order",): {"kind": text("object.kind")},
        ("share.send", "action.order", "reident.execute", "wl.activate"): {
            "author": optional_text("context.author")
        },
    },
)

SG_10 = RuleFacts(
    "SG-10",
    ("hit.transition",),
    {
        "to": text("object.to"),
        "comparison_given": given("context.comparison"),
        "name": text("context.comparison.name", null="missing"),
        "alias_quality": text("context.comparison.alias_quality", null="PRIMARY"),
        "dob": text("context.comparison.dob", null="missing"),
        "doc_number": optional_text("context.comparison.doc_number", null="missing"),
        "nationality": optional_text("context.comparison.nationality", null="missing"),
        "place_of_birth": optional_text("context.comparison.place_of_birth", null="missing"),
        "biometric": optional_text("context.comparison.biometric", null="missing"),
        "contradictions": texts("context.comparison.contradictions"),
    },
)

SG_12 = RuleFacts(
    "SG-12",
    ("cleared.lookup",),
    {
        "use": text("context.use"),
        "entry_version_changed": flag("context.entry_version_changed", null=True),
        "re_review": optional_text("context.re_review"),
    },
)
