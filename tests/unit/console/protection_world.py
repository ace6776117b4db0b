"""What fictional services tell of the desks that protect: children, companions, detained persons."""

from typing import Any

HIT = "01930000-0000-7000-8000-0000000000c0"
COMPANION = "01930000-0000-7000-8000-0000000000c1"
UNTOLD = "01930000-0000-7000-8000-00000000ca01"
TOLD = "01930000-0000-7000-8000-00000000ca02"
INFORMED = "01930000-0000-7000-8000-00000000ca03"
FLIGHT = {"designator": "XA101", "origin": "XQB", "destination": "XQA"}
WORDS = "She says that she was brought here against her will, and her own papers agree with it."


def companion(**changes: Any) -> dict[str, Any]:
    """Somebody who waits too long, referred once."""
    return {
        "companion_id": COMPANION,
        "flight": FLIGHT,
        "link": "FAMILY",
        "category": "ASSOCIATE_NOT_SUSPECT",
        "whereabouts": "waiting area B",
        "recorded_by": "front-line",
        "recorded_at": "2026-06-14T01:00:00Z",
        "due_at": "2026-06-14T05:00:00Z",
        "is_late": True,
        "referrals": [{"kind": "REFER_VICTIM", "referred_at": "2026-06-14T02:00:00Z"}],
        **changes,
    }


def assessed() -> dict[str, Any]:
    """Somebody who was assessed in time and took up the help."""
    taken_up = {"outcome": "TAKEN_UP", "outcome_at": "2026-06-14T07:00:00Z"}
    return companion(
        companion_id=COMPANION[:-1] + "2",
        whereabouts="counter 4",
        is_late=False,
        category="VICTIM",
        evidence=["INTERVIEW", "DOCUMENTS"],
        words=WORDS,
        assessed_at="2026-06-14T04:00:00Z",
        referrals=[{"kind": "REFER_VICTIM", "referred_at": "2026-06-14T02:00:00Z", **taken_up}],
    )


def child_along() -> dict[str, Any]:
    """A child beside a confirmed person."""
    return companion(
        companion_id=COMPANION[:-1] + "3",
        is_child=True,
        is_late=False,
        whereabouts="family room, with the aunt",
        referrals=[],
    )


def task(**changes: Any) -> dict[str, Any]:
    """A detained person who should have been told by now."""
    return {
        "share_id": UNTOLD,
        "detained_at": "2026-06-14T03:00:00Z",
        "due_at": "2026-06-14T06:00:00Z",
        "is_overdue": True,
        **changes,
    }


def declined() -> dict[str, Any]:
    """A detained person who wants nobody to know."""
    return task(
        share_id=TOLD,
        is_overdue=False,
        told_at="2026-06-14T04:00:00Z",
        wish="NO",
        wish_at="2026-06-14T04:10:00Z",
        asked_again_at="2026-06-15T04:10:00Z",
    )


def informed() -> dict[str, Any]:
    """A detained person whose consulate was informed."""
    return task(
        share_id=INFORMED,
        is_overdue=False,
        told_at="2026-06-14T04:00:00Z",
        wish="YES",
        picked_states=["XBB"],
        wish_at="2026-06-14T04:10:00Z",
        addressee="CONSULATE",
        post_state="XBB",
        informed_at="2026-06-14T05:00:00Z",
    )


def child_case() -> dict[str, Any]:
    """A child's possible match, seen too late."""
    return {
        "hit_id": HIT,
        "state": "POSSIBLE_MATCH",
        "age": 15,
        "flight": FLIGHT,
        "opened_at": "2026-06-14T06:00:00Z",
        "due_at": "2026-06-14T07:00:00Z",
        "seen_at": "2026-06-14T07:30:00Z",
    }


def protection_answers() -> dict[tuple[str, str], Any]:
    """What each route of these desks answers, by `(method, path)`."""
    confirmed = {"hit_id": HIT, "flight": FLIGHT, "confirmed_at": "2026-06-14T00:30:00Z"}
    clocks = [
        {"desk": "CHILDREN", "waiting": 2, "overdue": 1, "next_due_at": "2026-06-14T06:00:00Z"},
        {"desk": "COMPANIONS", "waiting": 0, "overdue": 0, "next_due_at": None},
    ]
    return {
        ("GET", "/v1/children"): {"cases": [child_case()]},
        ("POST", f"/v1/children/{HIT}/assessment"): {"assessment_id": HIT},
        ("POST", f"/v1/children/{HIT}/referral"): {"order_id": HIT},
        ("GET", "/v1/companions"): {
            "companions": [companion(), assessed(), child_along()],
            "hits": [confirmed],
        },
        ("POST", "/v1/companions"): {"companion_id": COMPANION},
        ("POST", f"/v1/companions/{COMPANION}/assessment"): None,
        ("POST", f"/v1/companions/{COMPANION}/referrals"): None,
        ("POST", f"/v1/companions/{COMPANION}/referrals/outcome"): None,
        ("GET", "/v1/desk-clocks"): {"desks": clocks},
        ("GET", "/v1/consular"): {"tasks": [informed(), declined(), task()]},
        ("POST", f"/v1/consular/{UNTOLD}/told"): task(),
        ("POST", f"/v1/consular/{UNTOLD}/wish"): task(),
        ("POST", f"/v1/consular/{UNTOLD}/notice"): task(),
    }
