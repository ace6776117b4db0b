"""Facts of SG-26 to SG-28, SG-42 and SG-44: need to know, dual control, exports, oversight, incidents."""

from collections.abc import Callable

from shared.policy.actions import HANDLING_CODES
from shared.policy.facts.reading import (
    BEYOND_ANY_LIMIT,
    MISTYPED,
    Fact,
    Json,
    Request,
    Unread,
    as_decimal,
    computed,
    days_until,
    flag,
    integer,
    look,
    optional,
    optional_flag,
    optional_given,
    optional_integer,
    optional_text,
    optional_thousandths,
    rank,
    text,
    texts,
    thousandths,
)
from shared.policy.facts.rule import RuleFacts

NO_CODE = -1
OUTSIDE_THE_CODES = 99

SG_26 = RuleFacts(
    "SG-26",
    ("record.read",),
    {
        "roles": texts("actor.roles"),
        "days_until_training_ends": days_until("actor.training_valid_to"),
        "purpose": text("purpose.code"),
        "case_id": text("purpose.case_id"),
        "purpose_age_h_thousandths": thousandths("context.purpose_age_h", null=BEYOND_ANY_LIMIT),
        "case_open": flag("context.case_open", null=False),
        "member": flag("context.member", null=False),
        "duty_desk": optional_flag("context.duty_desk"),
        "flight_offset_h_thousandths": optional_thousandths("context.flight_offset_h", null=BEYOND_ANY_LIMIT),
        "handling_rank": optional(
            rank("object.handling_code", HANDLING_CODES, null=NO_CODE, other=OUTSIDE_THE_CODES), NO_CODE
        ),
        "clearance_rank": rank("actor.clearance", HANDLING_CODES, null=NO_CODE, other=NO_CODE),
        "element": optional_text("object.element"),
        "search_given": optional_given("context.search"),
        "search_keys": texts("context.search.keys"),
        "search_wildcard_only": flag("context.search.wildcard_only", null=True),
        "search_target": text("context.search.target"),
        "lookups_1h": optional_integer("context.lookups_1h", null=0),
        "off_shift": optional_flag("context.off_shift"),
    },
)

SG_27 = RuleFacts(
    "SG-27",
    ("config.change",),
    {
        "kind": text("object.kind"),
        "author": text("context.author"),
        "approver": text("context.approver"),
        "author_role": text("context.author_role"),
        "approver_role": text("context.approver_role"),
        "grantee": text("object.grantee"),
        "roles_after": texts("object.roles_after"),
        "duration_h_thousandths": thousandths("object.duration_h", null=BEYOND_ANY_LIMIT),
    },
)

SG_28 = RuleFacts(
    "SG-28",
    ("record.export",),
    {
        "rows": integer("object.rows", null=BEYOND_ANY_LIMIT),
        "anonymised": flag("object.anonymised", null=False),
        "destination": text("object.destination"),
        "min_cell": optional_integer("object.min_cell", null=0),
        "court_order_ref": optional_text("context.court_order_ref"),
    },
)

SG_42 = RuleFacts(
    "SG-42",
    (
        "oversight.read",
        "oversight.suspend",
        "oversight.lift_suspension",
        "hit.transition",
        "action.order",
        "share.send",
        "wl.activate",
        "config.change",
    ),
    {},
    {
        (
            "oversight.read",
            "oversight.suspend",
            "oversight.lift_suspension",
            "hit.transition",
            "action.order",
            "share.send",
            "wl.activate",
        ): {"roles": texts("actor.roles")},
        ("oversight.read", "oversight.suspend"): {"kind": text("object.kind")},
        ("oversight.read",): {
            "purpose": text("purpose.code"),
            "reason": optional_text("context.reason"),
        },
        ("oversight.lift_suspension",): {"suspended_by": text("object.suspended_by")},
        ("config.change",): {
            "oversight_effect": optional_text("object.oversight_effect"),
            "delay_h_thousandths": thousandths("object.delay_h", null=BEYOND_ANY_LIMIT),
        },
    },
)


def _reported(path: str, *, words: tuple[str, ...] = ()) -> Fact:
    """Whether a report was made: hours of 0 or more, or one of the words that count as made."""
    find: Callable[[Request], Json] = look(path)

    def read(request: Request) -> bool | Unread:
        hours = find(request)
        if hours is None or isinstance(hours, Unread):
            return hours or False
        if isinstance(hours, str):
            return hours in words or MISTYPED
        number = as_decimal(hours)
        return MISTYPED if isinstance(number, Unread) or number < 0 else True

    return computed("Bool", read)


SG_44 = RuleFacts(
    "SG-44",
    ("incident.close",),
    {
        "dpo_told": _reported("context.dpo_told_h"),
        "authority_told": _reported("context.authority_told_h"),
        "partners_told": _reported("context.partners_told_h", words=("NONE_CONCERNED",)),
        "persons_told": flag("context.persons_told", null=False),
        "high_risk": optional_flag("context.high_risk"),
        "telling_endangers": optional_flag("context.telling_endangers"),
    },
)
