"""What ingest answers about incidents and the accounts that they froze. All is invented."""

from typing import Any

PATH = "/v1/incidents"
INCIDENT = "01930000-0000-7000-8000-0000000000f2"
FREEZE = "01930000-0000-7000-8000-0000000000f3"
APPROVAL = "01930000-0000-7000-8000-0000000000f4"
SUMMARY = "A counterpart's answer was filed with another case and read by an officer not on it."


def incident(**changes: Any) -> dict[str, Any]:
    """One that was found an hour ago, told to nobody."""
    return {
        "incident_id": INCIDENT,
        "kind": "WRONG_RECIPIENT",
        "found_at": "2026-06-14T07:00:00Z",
        "persons": 1,
        "data_classes": ["API"],
        "summary": SUMMARY,
        "opened_by": "supervisor",
        "reports": {"NO_PARTNERS": "2026-06-14T07:30:00Z"},
        "due": {"CONTAINED": "2026-06-14T08:00:00Z", "PARTNERS": "2026-06-15T07:00:00Z"},
        "late": ["CONTAINED"],
        "missing": ["DPO", "AUTHORITY"],
        "frozen": [],
        **changes,
    }


def misuse() -> dict[str, Any]:
    """One that froze two accounts; the release of one is proposed."""
    freeze = {"freeze_id": FREEZE, "account": "verifier-1", "frozen_at": "2026-06-14T07:00:00Z"}
    release = {"approval_id": APPROVAL, "version": 1, "proposer": "supervisor"}
    frozen = [freeze, {**freeze, "account": "analyst-7", "release": release}]
    return incident(kind="MISUSE", frozen=frozen)


def incident_answers() -> dict[tuple[str, str], Any]:
    """An open one, a closed one and a misuse, and what their forms are answered with."""
    closed = incident(closed_at="2026-06-14T07:50:00Z", lessons="Answers are filed by their message.")
    return {
        ("GET", PATH): {"incidents": [incident(), closed, misuse()]},
        ("POST", PATH): incident(),
        ("POST", f"{PATH}/{INCIDENT}/reports"): incident(),
        ("POST", f"{PATH}/{INCIDENT}/freezes"): incident(),
        ("POST", f"{PATH}/freezes/{FREEZE}/release"): None,
        ("POST", f"{PATH}/releases/{APPROVAL}"): None,
        ("POST", f"{PATH}/{INCIDENT}/closing"): None,
    }
