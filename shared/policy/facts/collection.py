"""Facts of SG-04 (proportional collection) and SG-05 (sensitive data)."""

from shared.policy.facts.reading import (
    BEYOND_ANY_LIMIT,
    flag,
    integer,
    optional_flag,
    optional_integer,
    optional_text,
    text,
    texts,
)
from shared.policy.facts.rule import RuleFacts

SG_04 = RuleFacts(
    "SG-04",
    ("ingest.accept",),
    {
        "data_class": text("object.data_class"),
        "element_names": texts("object.element_names"),
        "allowed_elements": texts("context.allowed_elements"),
        "route_in_force": flag("context.route_in_force", null=False),
        "push_count": integer("context.push_count", null=BEYOND_ANY_LIMIT),
        "push_max": integer("context.push_max", null=0),
        "pull": optional_flag("context.pull"),
    },
)

SG_05 = RuleFacts(
    "SG-05",
    ("ingest.accept", "screen.run", "rule.activate", "action.order", "share.send", "record.export"),
    {
        "fields": texts("object.fields"),
        "tags": texts("object.tags"),
        "purpose": optional_text("purpose.code"),
        "emergency_id": optional_text("context.emergency_id"),
        "persons": optional_integer("context.persons", null=0),
        "emergency_used": optional_flag("context.emergency_used", null=True),
    },
)
