"""Facts of SG-41 (log) and SG-45 (the engine itself)."""

from shared.policy.actions import ACTIONS
from shared.policy.facts.reading import (
    days_since,
    flag,
    given,
    integer,
    optional,
    optional_text,
    text,
    texts,
)
from shared.policy.facts.rule import Facts, RuleFacts

_TRANSITION: dict[tuple[str, ...], Facts] = {("hit.transition",): {"to": text("object.to")}}

SG_41 = RuleFacts(
    "SG-41",
    ACTIONS,
    {
        "log_store": text("context.log_store"),
        "chain_ok": flag("context.chain_ok", null=False),
    },
    {
        **_TRANSITION,
        ("record.read", "record.export", "oversight.read"): {
            "kind": optional_text("object.kind"),
            "roles": texts("actor.roles"),
            "purpose": text("purpose.code"),
        },
    },
)

SG_45 = RuleFacts(
    "SG-45",
    ACTIONS,
    {
        "bundle_given": given("context.bundle"),
        "signatures": integer("context.bundle.signatures", null=0),
        "tests_passed": flag("context.bundle.tests_passed", null=False),
        # Absent or null means in force; a bundle's own date is compared with now.
        "days_in_force": optional(days_since("context.bundle.effective_from", null=0), 0),
        "inputs_complete": flag("context.inputs_complete", null=False),
    },
    _TRANSITION,
)
