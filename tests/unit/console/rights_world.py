"""What the services answer to the rights office, retention, the duty desk and boarding. All is invented."""

from datetime import UTC, datetime, timedelta
from typing import Any

REQUEST = "01930000-0000-7000-8000-000000000b01"
OTHER_REQUEST = "01930000-0000-7000-8000-000000000b02"
REFUSAL = "01930000-0000-7000-8000-000000000b03"
DEFERRAL = "01930000-0000-7000-8000-000000000b0d"
TASK = "01930000-0000-7000-8000-000000000b04"
HOLD = "01930000-0000-7000-8000-000000000b05"
HOLD_PROPOSAL = "01930000-0000-7000-8000-000000000b06"
RECORD = "01930000-0000-7000-8000-000000000b07"
ASKED = "01930000-0000-7000-8000-000000000b08"
GRANTED = "01930000-0000-7000-8000-000000000b09"
RECEIVED = "01930000-0000-7000-8000-000000000b0a"
PROPOSED = "01930000-0000-7000-8000-000000000b0b"
CHANGE = "01930000-0000-7000-8000-000000000b0c"
CUSTODY = "01930000-0000-7000-8000-000000000b0f"
ADVICE = "01930000-0000-7000-8000-000000000b0e"
DIGEST = "7d" * 32
LETTER = "Your request 2345-6789-ABCD was answered. We can neither confirm nor deny that we hold the data."
ARABIC = "تلقينا طلبكم. يمكنكم أيضا اللجوء إلى الهيئة المستقلة."


def at(**away: float) -> str:
    """So far from now."""
    return (datetime.now(UTC) + timedelta(**away)).isoformat()


def request(**more: Any) -> dict[str, Any]:
    """A request at the door, not yet answered."""
    return {
        "request_id": REQUEST,
        "number": "2345-6789-ABCD",
        "kind": "RECTIFY",
        "channel": "WEB",
        "language": "ar",
        "is_urgent": False,
        "received_at": at(days=-3),
        "due_at": at(days=27),
        "is_extended": False,
        "is_identified": False,
        "is_overdue": False,
        "is_sealed": True,
        "decided_by": None,
        "record_ids": [],
        **more,
    }


def refusal() -> dict[str, Any]:
    """A refusal that waits for the data-protection officer."""
    payload = {
        "result": "REFUSED",
        "reasons": "The record stands in an investigation that is not over.",
        "ground": "ONGOING_INVESTIGATION",
        "record_ids": [RECORD],
        "expires_days": 90,
        "corrections": None,
    }
    return {
        "approval_id": REFUSAL,
        "kind": "rights.refusal",
        "subject": REQUEST,
        "payload": payload,
        "version": 3,
        "proposer": "legal",
        "proposed_at": at(hours=-2),
    }


def deferral() -> dict[str, Any]:
    """Telling somebody later, which waits for its second person."""
    harm = {"would_jeopardise": True, "would_endanger": False, "reason": "A search is planned."}
    return refusal() | {
        "approval_id": DEFERRAL,
        "kind": "rights.deferral",
        "subject": TASK,
        "payload": harm | {"until_days": 30},
    }


def letter(language: str = "en") -> dict[str, Any]:
    """A letter in a language."""
    is_arabic = language == "ar"
    return {
        "language": language,
        "direction": "rtl" if is_arabic else "ltr",
        "letter": ARABIC if is_arabic else LETTER,
        "sha256": DIGEST,
    }


def retention() -> dict[str, Any]:
    """Numbers of everything, something overdue among them, and two runs."""
    figure = {"day": "2026-06-01", "act": "ERASED", "kind": "TRAVELLER", "reason": "NO_HIT", "number": 412}
    run = {
        "at": at(hours=-1),
        "action": "record.mask",
        "kind": "TRAVELLER",
        "certificate": f"hmac-sha256:{'3c' * 32}",
        "outcome": "DONE",
        "number": 500,
        "position": 1234,
    }
    return {
        "at": at(),
        "state": {
            "travellers": 180000,
            "reservations": 2100,
            "masked_travellers": 40000,
            "overdue_mask_travellers": 12,
            "overdue_mask_reservations": 0,
            "overdue_erase_travellers": 0,
            "kept_for_hits": 3,
            "holds": 1,
            "extensions": 0,
        },
        "figures": [figure, figure | {"act": "MASKED", "number": 1, "reason": "DUE"}],
        "runs": [run, run | {"action": "record.erase", "position": None}],
    }


def holds() -> dict[str, Any]:
    """A hold in force, one that ended, and one that waits."""
    hold = {
        "hold_id": HOLD,
        "case_id": "C-2026-0014",
        "ordered_by": "COURT",
        "order_ref": "HC-77/26",
        "review_at": "2026-12-01",
        "record_ids": [RECORD],
        "proposed_by": "legal",
        "approved_by": "dpo",
        "ended_at": None,
    }
    ended = hold | {"hold_id": REQUEST, "ended_at": at(days=-1), "end_cause": "CASE_CLOSED"}
    payload = {"record_ids": [RECORD], "case_id": "C-2026-0015", "ordered_by": "PROSECUTOR"}
    proposal = refusal() | {
        "approval_id": HOLD_PROPOSAL,
        "kind": "retention.hold",
        "subject": "C-2026-0015",
        "payload": payload,
        "version": 1,
    }
    return {"holds": [hold, ended], "pending": [proposal]}


def reidentifications() -> dict[str, Any]:
    """One that waits for a second person, one for the authority, one that is granted."""
    asked = {
        "request_id": ASKED,
        "case_id": "C-2026-0014",
        "record_ids": [RECORD],
        "fields": ["names", "document"],
        "first": "supervisor",
        "first_statement": "",
        "asked_at": at(hours=-5),
        "second": None,
        "second_finds_need": None,
        "authority_type": None,
        "signed_by": None,
        "is_granted": None,
        "expires": None,
        "used_at": None,
    }
    found = asked | {"request_id": REQUEST, "second": "verifier-2", "second_finds_need": True}
    granted = found | {
        "request_id": GRANTED,
        "first": "verifier-1",
        "first_statement": "The witness named a seat, and the case needs the person in it.",
        "authority_type": "INDEPENDENT_ADMIN",
        "signed_by": "authority",
        "is_granted": True,
        "expires": at(hours=20),
    }
    return {"requests": [asked, found, granted]}


def message(**more: Any) -> dict[str, Any]:
    """A notice of another State's, not yet seen by a person."""
    return {
        "message_id": RECEIVED,
        "direction": "IN",
        "type": "NOTIFY",
        "authority_id": "XBB-PIU-01",
        "state": "RECEIVED",
        "purpose": "TERR_TRAVEL",
        "necessity": "The flight lands at 14:00, and our own check is not complete.",
        "urgency": "BEFORE_LANDING",
        "handling": {"code": "H2", "conditions": ["no-onward"], "caveats": ["C2"]},
        "caveats": {"C2": "This is a notice of identity, not proof of guilt and not a request to detain."},
        "digest": f"sha256:{'ab' * 32}",
        "created_at": "2026-06-01T10:05:00Z",
        "retention_until": "2026-09-01",
        "clocks": [
            {"clock": "SEE", "due_at": at(hours=3), "met_at": None, "is_overdue": False},
            {"clock": "RECEIVE", "due_at": at(hours=-2), "met_at": at(hours=-3), "is_overdue": False},
        ],
        **more,
    }


def feedback() -> dict[str, Any]:
    """Our feedback, which a second person has to let go."""
    late = {"clock": "SEND", "due_at": at(hours=-1), "met_at": None, "is_overdue": True}
    return message(message_id=PROPOSED, direction="OUT", type="FEEDBACK", state="PROPOSED", clocks=[late])


def boarding() -> dict[tuple[str, str], Any]:
    """An advice that stands, one taken back, and a carrier that has to be called."""
    directive = {
        "directive_id": ADVICE,
        "kind": "BOARDING_ADVICE",
        "hit_id": RECORD,
        "order_id": ADVICE,
        "legal_row_id": RECORD,
        "since": at(hours=-1),
        "ends_at": at(hours=5),
        "released_at": None,
    }
    back = directive | {
        "released_at": at(minutes=-5),
        "release_cause": "DOCUMENT_CHECKED",
        "released_by": "legal",
    }
    change = {
        "message_id": CHANGE,
        "directive_id": ADVICE,
        "meaning": "DO_NOT_BOARD",
        "decided_at": at(minutes=-20),
        "ends_at": None,
        "state": "NO_CALLBACK",
        "state_since": at(minutes=-20),
        "carrier": "XA",
        "number": "418",
        "departure_date": "2026-06-01",
    }
    told = change | {"message_id": ADVICE, "state": "ACKNOWLEDGED", "meaning": "BOARD"}
    return {
        ("GET", "/v1/boarding-directives"): {"directives": [directive, back]},
        ("GET", "/v1/directive-changes"): {"changes": [change, told]},
        ("POST", f"/v1/directive-changes/{CHANGE}/references"): {
            "locator": "QF3LOC",
            "carrier_reference": "XA418-0002",
        },
        ("POST", f"/v1/directive-changes/{CHANGE}/told"): None,
        ("POST", f"/v1/orders/{ADVICE}/assessment"): None,
        ("POST", f"/v1/orders/{ADVICE}/release"): None,
    }


def arrests() -> dict[tuple[str, str], Any]:
    """A detention that waits for its second person, and what follows from it."""
    payload = {
        "event": "DETAINED",
        "at": "2026-06-01T10:05:00+00:00",
        "legal_basis": "WARRANT",
        "grounds": "Stopped under warrant W-17; the court has seen the file and both reports.",
    }
    custody = {
        "approval_id": CUSTODY,
        "share_id": RECORD,
        "payload": payload,
        "state": "PENDING",
        "version": 1,
        "proposer": "supervisor",
        "proposed_at": at(minutes=-10),
    }
    told = {"authority_id": "XBB-PIU-01", "state": "XBB", "scope": "FOREIGN", "paragraphs": ["3", "5"]}
    return {
        ("GET", "/v1/custody"): {"pending": [custody]},
        ("POST", "/v1/shares/01930000-0000-7000-8000-0000000000c3/custody"): custody,
        ("POST", f"/v1/custody/{CUSTODY}"): {"custody": custody, "recipients": [told]},
    }


def rights_answers() -> dict[tuple[str, str], Any]:
    """By method and path."""
    urgent = request(
        request_id=OTHER_REQUEST,
        number="WXYZ-2345-6789",
        kind="REDRESS",
        is_urgent=True,
        is_overdue=True,
        is_identified=True,
        due_at=at(hours=-3),
        language="en",
        channel="IN_PERSON",
    )
    answered = request(
        request_id=RECORD, number="ABCD-EFGH-JKLM", kind="ACCESS", result="GRANTED", decided_at=at(days=-1)
    )
    task = {"task_id": TASK, "cause": "REIDENTIFIED", "made_at": at(days=-1), "due_at": at(days=29)}
    path = f"/v1/rights/requests/{REQUEST}"
    desk = "/v1/exchange/messages"
    return {
        ("GET", "/v1/rights"): {
            "requests": [urgent, request(), answered],
            "notifications": [task],
            "pending": [refusal(), deferral()],
        },
        ("POST", "/v1/rights/requests"): {"number": "2345-6789-ABCD", "due_at": at(days=30)},
        ("GET", path): request(),
        ("GET", f"{path}/letter"): letter("ar"),
        ("POST", f"{path}/opening"): {
            "written": {
                "name": "Zephyrine Quillfeather",
                "reach": "Poste restante",
                "statement": "It is\nwrong.",
            }
        },
        ("POST", f"{path}/identity"): None,
        ("POST", f"{path}/extension"): None,
        ("POST", f"{path}/preview"): letter("ar"),
        ("POST", f"{path}/answer"): {"pending": None},
        ("GET", f"/v1/rights/approvals/{REFUSAL}/letter"): letter(),
        ("GET", f"/v1/rights/approvals/{DEFERRAL}/letter"): letter(),
        ("POST", f"/v1/rights/approvals/{REFUSAL}"): refusal(),
        ("GET", "/v1/rights/notifications/letter"): letter(),
        ("POST", f"/v1/rights/notifications/{TASK}/sent"): None,
        ("POST", f"/v1/rights/notifications/{TASK}/deferral"): deferral(),
        ("GET", "/v1/retention"): retention(),
        ("GET", "/v1/retention/holds"): holds(),
        ("POST", "/v1/retention/holds"): {},
        ("POST", "/v1/retention/extensions"): {},
        ("POST", f"/v1/retention/approvals/{HOLD_PROPOSAL}"): {},
        ("POST", f"/v1/retention/holds/{HOLD}/end"): None,
        ("GET", "/v1/reidentifications"): reidentifications(),
        ("POST", "/v1/reidentifications"): {"request_id": ASKED},
        ("POST", f"/v1/reidentifications/{ASKED}/finding"): None,
        ("POST", f"/v1/reidentifications/{REQUEST}/grant"): None,
        ("POST", f"/v1/reidentifications/{GRANTED}/use"): {
            "records": {RECORD: {"surname": "Quillfeather", "documents": [{"number": "QF1234567"}]}}
        },
        ("GET", desk): {"messages": [message(), feedback()]},
        ("GET", f"{desk}/{RECEIVED}"): {"message": message(), "replies": [feedback()]},
        ("GET", f"{desk}/{PROPOSED}"): {"message": feedback(), "replies": []},
        ("GET", f"{desk}/{RECEIVED}/content"): {
            "message": message(),
            "payload": {"event": "DEPARTURE", "person": {"names": [{"full": "QUILLFEATHER ZEPHYRINE"}]}},
        },
        ("GET", f"{desk}/{PROPOSED}/preview"): {
            "message": feedback(),
            "payload": {"message_ref": RECEIVED, "corrections": [{"field": "names", "words": "QUILFEDER"}]},
        },
        ("POST", f"{desk}/{RECEIVED}/acknowledgement"): message(state="SEEN"),
        ("POST", "/v1/exchange/proposals"): {"message": feedback(), "approval_id": RECORD},
        ("POST", f"{desk}/{PROPOSED}/approval"): {"permits": False, "reasons": ["SG-34.REAL_RISK"]},
        **boarding(),
        **arrests(),
        ("POST", "/v1/vault"): {"finding_id": RECORD},
    }
