"""Tables of SG-01 to SG-05: purpose, law, necessity, collection, sensitive data."""

from tests.unit.policy.table import EARLIER, LATER, NOW, REMOVED, STATEMENT, Branch, branch

_SHARE_STATEMENT = {
    "action": "share.send",
    "purpose.code": "TERR_TRAVEL",
    "purpose.statement": STATEMENT,
    "purpose.alternatives_considered": "The other channel has no desk before landing.",
    "object.scope": "person",
    "context.author": "u1",
    "context.approver": "u2",
    "context.period_days": 90,
    "context.case_open": True,
    "context.expires": LATER,
    "now": NOW,
}
_STANDING_ORDER = {
    "action": "screen.run",
    "purpose.statement": STATEMENT,
    "purpose.alternatives_considered": "Fewer routes would leave the known transit unwatched.",
    "object.scope": "route",
    "context.author": "u1",
    "context.approver": "u2",
    "context.period_days": 60,
    "context.expires": LATER,
    "now": NOW,
}
_SENSITIVE_USE = {
    "purpose.code": "VITAL_INTEREST",
    "context.emergency_id": "E-1",
    "context.persons": 1,
    "context.emergency_used": False,
}

BRANCHES: tuple[Branch, ...] = (
    branch(
        "SG-01",
        "a record is read for a case",
        {"action": "record.read", "purpose.code": "TERR_DETECT", "purpose.case_id": "C-1"},
        refused={
            "another purpose": ({"purpose.code": "CUSTOMS"}, "PURPOSE_NOT_ALLOWED"),
            "purpose null": ({"purpose.code": None}, "PURPOSE_NOT_ALLOWED"),
            "no case": ({"purpose.case_id": None}, "NO_CASE"),
            "blank case": ({"purpose.case_id": "  "}, "NO_CASE"),
            "no case for redress": ({"purpose.code": "REDRESS", "purpose.case_id": ""}, "NO_CASE"),
            "vital interest undeclared": ({"purpose.code": "VITAL_INTEREST"}, "PURPOSE_NOT_ALLOWED"),
            "emergency id empty": (
                {"purpose.code": "VITAL_INTEREST", "context.emergency_id": ""},
                "PURPOSE_NOT_ALLOWED",
            ),
        },
        permitted={
            "oversight needs no case": {"purpose.code": "OVERSIGHT", "purpose.case_id": REMOVED},
            "child protection": {"purpose.code": "CHILD_PROTECTION", "purpose.case_id": REMOVED},
            "subject rights": {"purpose.code": "SUBJECT_RIGHTS"},
            "redress": {"purpose.code": "REDRESS"},
            "declared emergency": {
                "purpose.code": "VITAL_INTEREST",
                "context.emergency_id": "E-1",
                "purpose.case_id": REMOVED,
            },
        },
    ),
    branch(
        "SG-01",
        "a run needs no case",
        {"action": "screen.run", "purpose.code": "TERR_PREVENT"},
        refused={
            "oversight does not screen": ({"purpose.code": "OVERSIGHT"}, "PURPOSE_NOT_ALLOWED"),
            "operational purpose does not lift": (
                {"action": "oversight.lift_suspension"},
                "PURPOSE_NOT_ALLOWED",
            ),
            "operational purpose does not redress": ({"action": "redress.decide"}, "PURPOSE_NOT_ALLOWED"),
        },
        permitted={
            "declaring an emergency": {"action": "emergency.declare", "purpose.code": "VITAL_INTEREST"},
            "oversight suspends": {"action": "oversight.suspend", "purpose.code": "OVERSIGHT"},
            "a person's answer": {"action": "subject.answer", "purpose.code": "SUBJECT_RIGHTS"},
            "redress clears": {"action": "cleared.add", "purpose.code": "REDRESS"},
        },
    ),
    branch(
        "SG-01",
        "an entry on terrorism is used",
        {"action": "screen.use_entry", "purpose.code": "TERR_TRAVEL", "object.purpose_tag": "TERRORISM"},
        refused={
            "embargo entry": ({"object.purpose_tag": "NON_PROLIFERATION"}, "ENTRY_NOT_TERRORISM"),
            "untagged entry": ({"object.purpose_tag": None}, "ENTRY_NOT_TERRORISM"),
        },
        permitted={"activation": {"action": "wl.activate"}},
    ),
    branch(
        "SG-02",
        "a published law in force",
        {
            "action": "screen.run",
            "actor.authority": "XAA-PIU-01",
            "object.data_class": "API",
            "context.legal_row.valid_from": "2026-06-01T10:00:00Z",
            "context.legal_row.valid_to": "2026-06-01T10:00:01Z",
            "context.legal_row.instrument_ref": "Act 12 s. 4",
            "context.legal_row.public_url": "https://law.example/12",
            "now": NOW,
        },
        refused={
            "no row": ({"context.legal_row": None}, "NO_ROW"),
            "not begun": ({"context.legal_row.valid_from": LATER}, "NO_LEGAL_BASIS_IN_FORCE"),
            "never begun": ({"context.legal_row.valid_from": None}, "NO_LEGAL_BASIS_IN_FORCE"),
            "ended at this instant": ({"context.legal_row.valid_to": NOW}, "NO_LEGAL_BASIS_IN_FORCE"),
            "without end": ({"context.legal_row.valid_to": None}, "NO_LEGAL_BASIS_IN_FORCE"),
            "unnamed": ({"context.legal_row.instrument_ref": ""}, "NOT_PUBLISHED"),
            "unpublished": ({"context.legal_row.public_url": None}, "NOT_PUBLISHED"),
            "no authority": ({"actor.authority": ""}, "NO_LEGAL_BASIS_IN_FORCE"),
            "unknown data class": ({"object.data_class": "GOSSIP"}, "NO_LEGAL_BASIS_IN_FORCE"),
        },
    ),
    branch(
        "SG-03",
        "a share with its statement",
        _SHARE_STATEMENT,
        refused={
            "39 characters": ({"purpose.statement": "x" * 39 + "   "}, "STATEMENT_INSUFFICIENT"),
            "no statement": ({"purpose.statement": None}, "STATEMENT_INSUFFICIENT"),
            "unknown scope": ({"object.scope": "country"}, "STATEMENT_INSUFFICIENT"),
            "no alternatives": ({"purpose.alternatives_considered": " "}, "STATEMENT_INSUFFICIENT"),
            "no author": ({"context.author": None}, "STATEMENT_INSUFFICIENT"),
            "no approver": ({"context.approver": ""}, "STATEMENT_INSUFFICIENT"),
            "approves their own": ({"context.approver": "u1"}, "STATEMENT_INSUFFICIENT"),
            "91 days": ({"context.period_days": 91}, "STATEMENT_INSUFFICIENT"),
            "expired now": ({"context.expires": NOW}, "EXPIRED"),
            "no end": ({"context.expires": None}, "EXPIRED"),
            "case closed": ({"context.case_open": False}, "CASE_CLOSED"),
            "copied for a sixth subject": ({"context.copy_subjects": 6}, "COPIED"),
        },
        permitted={
            "40 characters": {"purpose.statement": "  " + "é" * 40},
            "copied for a fifth": {"context.copy_subjects": 5},
            "from the queue": {"context.copy_subjects": None},
            "no case for children": {
                "purpose.code": "CHILD_PROTECTION",
                "context.case_open": REMOVED,
            },
        },
    ),
    branch(
        "SG-03",
        "a run under a standing order",
        _STANDING_ORDER,
        refused={
            "approves their own": ({"context.approver": "u1"}, "STATEMENT_INSUFFICIENT"),
            "expired": ({"context.expires": EARLIER}, "EXPIRED"),
            "too long": ({"context.period_days": None}, "STATEMENT_INSUFFICIENT"),
        },
        permitted={
            "one person needs no approver": {
                "object.scope": "person",
                "context.author": REMOVED,
                "context.approver": REMOVED,
                "context.period_days": REMOVED,
                "context.expires": REMOVED,
                "purpose.alternatives_considered": REMOVED,
                "now": REMOVED,
            }
        },
    ),
    branch(
        "SG-03",
        "a hit is confirmed under a standing order",
        {**_STANDING_ORDER, "action": "hit.transition", "object.to": "CONFIRMED"},
        refused={
            "too short": ({"purpose.statement": "needed"}, "STATEMENT_INSUFFICIENT"),
            "unknown scope": ({"object.scope": "all"}, "STATEMENT_INSUFFICIENT"),
            "approves their own": ({"context.approver": "u1"}, "STATEMENT_INSUFFICIENT"),
            "expired": ({"context.expires": EARLIER}, "EXPIRED"),
            "copied": ({"context.copy_subjects": 6}, "COPIED"),
        },
        permitted={"another state asks nothing": {"object.to": "IN_REVIEW", "purpose": {}}},
    ),
    branch(
        "SG-04",
        "a message of the profile",
        {
            "action": "ingest.accept",
            "object.data_class": "API",
            "object.element_names": ["surname"],
            "context.allowed_elements": ["surname", "nationality"],
            "context.route_in_force": True,
            "context.push_count": 5,
            "context.push_max": 5,
        },
        refused={
            "route not in force": ({"context.route_in_force": False}, "ROUTE_NOT_IN_FORCE"),
            "route unknown": ({"context.route_in_force": None}, "ROUTE_NOT_IN_FORCE"),
            "another data class": ({"object.data_class": "HIT"}, "ROUTE_NOT_IN_FORCE"),
            "a sixth push": ({"context.push_count": 6}, "PUSHES_OVER_SCHEDULE"),
            "no schedule": ({"context.push_max": None}, "PUSHES_OVER_SCHEDULE"),
            "a pull": ({"context.pull": True}, "PULL"),
        },
        permitted={
            "a push said to be one": {"context.pull": None},
            "elements to drop": {"object.element_names": ["surname", "religion"]},
        },
    ),
    branch(
        "SG-05",
        "no sensitive field",
        {"action": "screen.run", "object.fields": ["surname"], "object.tags": []},
        refused={
            "tagged": ({"object.tags": ["SENSITIVE"]}, "SENSITIVE_FIELD"),
            "named": ({"object.fields": ["surname", "ssr_meal"]}, "SENSITIVE_FIELD"),
            "emergency used before": (
                {**_SENSITIVE_USE, "object.tags": ["SENSITIVE"], "context.emergency_used": True},
                "SENSITIVE_FIELD",
            ),
            "emergency of unknown use": (
                {**_SENSITIVE_USE, "object.tags": ["SENSITIVE"], "context.emergency_used": None},
                "SENSITIVE_FIELD",
            ),
            "two persons": (
                {**_SENSITIVE_USE, "object.tags": ["SENSITIVE"], "context.persons": 2},
                "SENSITIVE_FIELD",
            ),
            "emergency undeclared": (
                {**_SENSITIVE_USE, "object.tags": ["SENSITIVE"], "context.emergency_id": ""},
                "SENSITIVE_FIELD",
            ),
        },
        permitted={
            "the one use for one life": {**_SENSITIVE_USE, "object.fields": ["health"]},
            "no tags at all": {"object.tags": None},
        },
    ),
)
