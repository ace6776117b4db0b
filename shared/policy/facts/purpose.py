"""Facts of SG-01 (purpose), SG-02 (law) and SG-03 (necessity)."""

from shared.policy.actions import ACTIONS
from shared.policy.facts.reading import (
    BEYOND_ANY_LIMIT,
    Request,
    Unread,
    as_text,
    computed,
    days_since,
    days_until,
    flag,
    given,
    integer,
    look,
    optional_integer,
    optional_text,
    text,
)
from shared.policy.facts.rule import RuleFacts

SG_01 = RuleFacts(
    "SG-01",
    ACTIONS,
    {"purpose": text("purpose.code")},
    {
        (
            "record.read",
            "record.export",
            "share.send",
            "action.order",
            "reident.execute",
            "biometric.compare",
        ): {"case_id": text("purpose.case_id")},
        ("record.read", "share.send", "reident.execute"): {
            "emergency_id": optional_text("context.emergency_id")
        },
        ("wl.activate", "screen.use_entry"): {"purpose_tag": text("object.purpose_tag")},
    },
)

SG_02 = RuleFacts(
    "SG-02",
    ("ingest.accept", "screen.run", "share.send", "record.read", "record.export"),
    {
        "authority": text("actor.authority"),
        "data_class": text("object.data_class"),
        "row_given": given("context.legal_row"),
        "days_since_valid_from": days_since("context.legal_row.valid_from"),
        "days_until_valid_to": days_until("context.legal_row.valid_to"),
        "instrument_ref": text("context.legal_row.instrument_ref"),
        "public_url": text("context.legal_row.public_url"),
    },
)

_find_statement = look("purpose.statement")


def _statement_length(request: Request) -> int | Unread:
    """Unicode code points of the statement without outer white space; null is 0."""
    found = _find_statement(request)
    if found is None or isinstance(found, Unread):
        return found or 0
    statement = as_text(found)
    return statement if isinstance(statement, Unread) else len(statement.strip())


SG_03 = RuleFacts(
    "SG-03",
    (
        "screen.run",
        "rule.activate",
        "hit.transition",
        "action.order",
        "share.send",
        "record.read",
        "record.export",
    ),
    {
        "purpose": text("purpose.code"),
        "statement_length": computed("Long", _statement_length),
        "scope": text("object.scope"),
        "copy_subjects": optional_integer("context.copy_subjects", null=0),
        "alternatives_considered": text("purpose.alternatives_considered"),
        "author": text("context.author"),
        "approver": text("context.approver"),
        "period_days": integer("context.period_days", null=BEYOND_ANY_LIMIT),
        "days_until_expiry": days_until("context.expires"),
    },
    {
        ("hit.transition",): {"to": text("object.to")},
        ("action.order", "share.send", "record.read", "record.export"): {
            "case_open": flag("context.case_open", null=False)
        },
    },
)
