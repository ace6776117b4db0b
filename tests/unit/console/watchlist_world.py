"""What screening answers to watchlist staff, in the shape of its interface. All persons are invented."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

ENTRY = "UN_DEMO:QDx.017"
OTHER_ENTRY = "NATIONAL:N-204"
NOMINATION = "01930000-0000-7000-8000-000000000a01"
OWN_NOMINATION = "01930000-0000-7000-8000-000000000a02"
RENEWAL = "01930000-0000-7000-8000-000000000a03"
MERGE = "01930000-0000-7000-8000-000000000a04"
DECISION = "01930000-0000-7000-8000-000000000a05"
CLEARANCE = "01930000-0000-7000-8000-000000000a06"
CLEARED = "01930000-0000-7000-8000-000000000a07"
LIST_VERSION = "01930000-0000-7000-8000-0000000000f6"
NAME = "Zefirin Quilfether"
ARABIC = "زيفيرين كويلفذر"
FINDING = "The court file and both reports were read again; the conduct is not disputed."


def _day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def _said(entry_id: str, **more: Any) -> dict[str, Any]:
    source, _, reference = entry_id.partition(":")
    listed = {"entry_id": entry_id, "source": source, "reference": reference}
    file = {
        "version_id": LIST_VERSION,
        "sha256": "5e" * 32,
        "file_date": "2026-10-31",
        "nomination_id": None,
    }
    return {**listed, **file, **more}


def entry_line(entry_id: str = ENTRY, status: str = "ACTIVE") -> dict[str, Any]:
    """An entry on one line."""
    return {
        "entry_id": entry_id,
        "source": entry_id.partition(":")[0],
        "name": NAME,
        "status": status,
        "review_due": _day(24),
        "expires": _day(900),
        "is_used": status == "ACTIVE",
    }


def entry(entry_id: str = ENTRY) -> dict[str, Any]:
    """One person of two sources: several births and nationalities, two scripts, one conflict."""
    un = _said(ENTRY)
    own = _said(OTHER_ENTRY, version_id=None, sha256=None, nomination_id=NOMINATION)
    values: list[tuple[str, Any, list[dict[str, Any]]]] = [
        ("names", {"text": NAME, "kind": "PRIMARY", "quality": "UNKNOWN"}, [un, own]),
        ("names", {"text": ARABIC, "kind": "ORIGINAL_SCRIPT", "quality": "UNKNOWN"}, [un]),
        ("names", {"text": "The Feather", "kind": "ALIAS", "quality": "LOW"}, [un]),
        ("birth_dates", {"kind": "EXACT", "date": "1971-03-09"}, [un]),
        ("birth_dates", {"kind": "BETWEEN", "from_year": 1969, "to_year": 1972}, [own]),
        ("birth_places", {"city": "Townsville", "country": "XCC"}, [un]),
        ("nationalities", "XBB", [un, own]),
        ("nationalities", "XCC", [un]),
        ("documents", {"number": "QF1234567", "type": "P", "issuer": "XBB", "note": "cancelled"}, [un]),
        ("sex", "M", [un]),
        ("sex", "F", [own]),
        ("category", "UN_1267_LISTED", [un]),
    ]
    return {
        "entry_id": entry_id,
        "merged_from": [],
        "listings": [entry_line(entry_id)],
        "values": [{"field": field, "value": value, "said_by": said} for field, value, said in values],
        "conflicts": ["sex"],
        "grounds": ["Fought abroad in a story that nobody believes."],
        "refusals": [],
    }


def other_entry() -> dict[str, Any]:
    """An entry that shares a document and little else with the first one."""
    first = entry(OTHER_ENTRY)
    shared = [each for each in first["values"] if each["field"] in {"documents", "sex"}]
    name = {"text": "Zephyr Quill", "kind": "PRIMARY", "quality": "GOOD"}
    values = [{"field": "names", "value": name, "said_by": [_said(OTHER_ENTRY)]}, *shared]
    return first | {
        "values": values,
        "conflicts": [],
        "listings": [entry_line(OTHER_ENTRY) | {"name": name["text"]}],
    }


def renewal(proposer: str = "rev-1") -> dict[str, Any]:
    """A finding that waits for a second person."""
    return {
        "approval_id": RENEWAL,
        "kind": "ENTRY_RENEWAL",
        "subject": ENTRY,
        "state": "PENDING",
        "version": 1,
        "payload": {"finding": FINDING, "review_due": _day(200)},
        "proposer": proposer,
        "proposer_role": "REVIEWER",
        "proposed_at": "2026-06-01T09:00:00Z",
    }


def life(entry_id: str = ENTRY, **facts: Any) -> dict[str, Any]:
    """How an entry stands, and what was done."""
    usual = {
        "entry_id": entry_id,
        "source": entry_id.partition(":")[0],
        "status": "ACTIVE",
        "status_since": "2026-05-01T09:00:00Z",
        "activated_at": "2025-05-01T09:00:00Z",
        "review_due": _day(24),
        "expires": _day(900),
        "removed_at": None,
        "is_used": True,
        "category": "UN_1267_LISTED",
        "grade": "1B",
        "handling_code": "H1",
        "conditions": ["no-onward"],
        "action_code": "SECONDARY",
        "tear_line": "Verify the document. Do not detain on this alone. Call the duty desk.",
        "nominator": "analyst-7",
        "approver": "supervisor",
        "nomination_id": NOMINATION,
        "renewals": [],
        "steps": [
            {
                "at": "2026-05-01T09:00:00Z",
                "actor": "steward",
                "action": "wl.suspend",
                "outcome": "DONE",
                "reasons": [],
                "facts": {"reason": "DISPUTED", "list_source": "UN_DEMO"},
            }
        ],
    }
    return usual | facts


def nomination(state: str = "SUBMITTED", **facts: Any) -> dict[str, Any]:
    """A nomination with a trial that stops somebody else too."""
    usual = {
        "nomination_id": NOMINATION,
        "entry_id": f"NATIONAL:{NOMINATION}",
        "source_id": "NATIONAL",
        "kind": "NATIONAL",
        "state": state,
        "version": 2,
        "entry": {
            "names": [
                {"text": NAME, "kind": "PRIMARY", "quality": "GOOD", "note": "as in the passport"},
                {"text": ARABIC, "kind": "ORIGINAL_SCRIPT", "quality": "UNKNOWN"},
            ],
            "birth_dates": [{"kind": "EXACT", "date": "1971-03-09"}, {"kind": "YEAR", "year": 1970}],
            "birth_places": [{"city": "Townsville", "country": "XCC"}],
            "nationalities": ["XBB", "XCC"],
            "sex": "M",
            "documents": [{"number": "QF1234567", "type": "P", "issuer": "XBB"}],
            "addresses": [{"city": "Elsewhere", "country": "XBB"}],
        },
        "terms": {
            "category": "REASONABLY_SUSPECTED",
            "grounds": [
                {
                    "kind": "CONDUCT",
                    "text": "Bought tickets to the front in a story.",
                    "source": "S1",
                    "grade": "1A",
                    "is_fact": True,
                    "as_of": "2026-01-01",
                },
                {
                    "kind": "CONDUCT",
                    "text": "Met recruiters in a story.",
                    "source": "S2",
                    "grade": "2B",
                    "is_fact": False,
                    "as_of": None,
                },
            ],
            "offence_link": "Penal Code section 141a: travel to join a listed group",
            "summary": "Named for travel in a story.",
            "tear_line": "Verify the document. Call the duty desk. Do not detain on this alone.",
            "review_due": _day(170),
            "expires": _day(900),
        },
        "nominator": "analyst-7",
        "drafted_at": "2026-05-30T09:00:00Z",
        "submitted_at": None if state == "DRAFT" else "2026-06-01T09:00:00Z",
        "trial": None
        if state == "DRAFT"
        else {
            "basis": "TRAVELLERS_HELD",
            "tried": 1204,
            "stopped": 6,
            "plainly_different": 5,
            "stops_too_many": True,
        },
        "approver": None,
        "decided_at": None,
        "reason": None,
    }
    return usual | facts


def own_draft() -> dict[str, Any]:
    """A draft of the steward's, who sees the recommendation."""
    draft = nomination("DRAFT", nomination_id=OWN_NOMINATION, nominator="steward")
    draft["terms"]["recommendation"] = "List for half a year."
    return draft


def _line(nomination: dict[str, Any]) -> dict[str, Any]:
    members = ("nomination_id", "source_id", "kind", "state", "nominator", "drafted_at", "submitted_at")
    return {member: nomination[member] for member in members} | {"category": nomination["terms"]["category"]}


def fairness() -> dict[str, Any]:
    """A measurement with one table."""
    regions = [("HORN_OF_AFRICA", 31, 6.2), ("SLAVIC", 22, 4.4), ("WEST_EUROPE", 13, 2.6)]
    groups = [
        {
            "group": name,
            "travellers": 50_000,
            "alerts": alerts,
            "per_10000": rate,
            "low_95": rate * 0.7,
            "high_95": rate * 1.4,
        }
        for name, alerts, rate in regions
    ]
    table = {
        "list": "UN_TERRORISM",
        "entries": 252,
        "threshold": 0.83,
        "seed": 7,
        "worst_over_best": 2.38,
        "worst_over_best_low_95": 1.31,
        "fp_ratio_max": 1.3,
        "region": groups,
        "sex": groups[:2],
        "age": groups[1:],
    }
    return {
        "measured_at": "2026-05-20T09:00:00Z",
        "algorithm": "names-1",
        "sha256": "7a" * 32,
        "is_of_algorithm_in_use": False,
        "tables": [table],
        "imported_by": "supervisor",
        "live": [{"month": "2026-05", "hits": 310, "different_person": 295}],
        "least_cell": 50,
    }


def cleared() -> dict[str, Any]:
    """A record, a look that is due, and a proposal."""
    record = {
        "cleared_id": CLEARED,
        "entry_id": ENTRY,
        "by_redress_number": True,
        "by_document": False,
        "evidence": "REDRESS-2026-0117",
        "valid_to": _day(20),
        "is_to_renew": True,
        "author": "supervisor",
        "approver": "legal",
        "cleared_at": "2026-01-10T09:00:00Z",
        "suppressed": 4,
    }
    proposal = {
        "approval_id": CLEARANCE,
        "kind": "CLEARED_PERSON",
        "subject": ENTRY,
        "state": "PENDING",
        "version": 1,
        "payload": {
            "evidence": "REDRESS-2026-0140",
            "redress_key": "00",
            "document_key": None,
            "valid_days": 730,
        },
        "proposer": "supervisor",
        "proposer_role": "SUPERVISOR",
        "proposed_at": "2026-06-01T09:00:00Z",
    }
    look = {"cleared_id": CLEARED, "entry_id": ENTRY, "due_at": "2026-06-01T13:00:00Z"}
    return {"cleared": [record], "looks": [look], "proposals": [proposal]}


def sources() -> dict[str, Any]:
    """Two sources, one of them never loaded; the newest passes of a changed list."""
    source = {
        "source_id": "DEMO",
        "publisher": "The demonstration's own list",
        "kind": "NATIONAL",
        "reader": "un",
        "allow_list": ["Al-Qaida"],
        "handling_code": "H1",
        "conditions": [],
        "action_code": "SECONDARY",
        "tear_line": "Verify the document.",
        "desk_phone": "+000 555 0100",
        "grade": "1B",
    }
    running = {
        "rescreening_id": MERGE,
        "made_at": "2026-06-01T11:00:00Z",
        "state": "RUNNING",
        "entries": 3,
        "compared": 12_000,
        "sent_again": 2,
        "day_reached": date(2026, 6, 1).isoformat(),
        "last_day": date(2026, 6, 5).isoformat(),
        "finished_at": None,
    }
    done = running | {"rescreening_id": CLEARED, "state": "DONE", "finished_at": "2026-05-30T11:04:00Z"}
    never = source | {"source_id": "NATIONAL", "publisher": "This State's own nominations"}
    return {"sources": [source, never], "rescreenings": [running, done]}


def source_states() -> dict[str, Any]:
    """A source that alarms, one that is fetched well, and one whose entries are nominated."""
    usual = {
        "source_id": "UN_DEMO",
        "publisher": "A fictional list of the United Nations",
        "kind": "UN",
        "reader": "un",
        "location": "https://lists.example/un.xml",
        "verify": "TLS",
        "fetch_minutes": 60,
        "fresh_for_hours": 192,
        "version_id": LIST_VERSION,
        "generated_at": (datetime.now(UTC) - timedelta(days=1, hours=3)).isoformat(),
        "good_at": "2026-06-01T11:00:00Z",
        "is_stale": False,
        "tried_at": "2026-06-01T11:00:00Z",
        "result": "UNCHANGED",
        "failures": 0,
        "fault": None,
        "due_at": "2026-06-01T12:00:00Z",
        "alarm": None,
        "alarm_since": None,
    }
    rings = usual | {
        "source_id": "XBB_LIST",
        "publisher": "A neighbour's list",
        "kind": "PARTNER",
        "generated_at": (datetime.now(UTC) - timedelta(days=11)).isoformat(),
        "is_stale": True,
        "result": "REFUSED",
        "fault": {
            "code": "NOT_XML",
            "sentence": "The list cannot be read.",
            "element": "html",
            "line": 1,
            "status": None,
        },
        "alarm": "REFUSED",
        "alarm_since": "2026-05-30T11:00:00Z",
    }
    never = {"location": None, "version_id": None, "generated_at": None, "result": None, "due_at": None}
    own = {"source_id": "NATIONAL", "publisher": "This State's own nominations", "kind": "NATIONAL"}
    by_hand = {"source_id": "DEMO", "publisher": "The demonstration's own list", "kind": "NATIONAL"}
    return {"sources": [usual | by_hand | {"location": None}, usual, usual | own | never, rings]}


def committee_draft() -> dict[str, Any]:
    """The parts of a listing proposal."""
    return {
        "form": "Draft of a listing proposal",
        "A_identifiers": {
            "names": [NAME],
            "original_script": [ARABIC],
            "aliases": [{"text": "The Feather", "quality": "LOW"}],
            "birth_dates": [{"kind": "APPROXIMATE", "year": 1971}],
            "birth_places": [],
            "nationalities": ["XBB", "XCC"],
            "sex": "M",
            "documents": [],
            "addresses": [],
        },
        "B_basis_for_listing": {"category": "CONVICTED", "offence": "Penal Code section 141a"},
        "C_statement_of_case": [
            {"kind": "COURT", "text": "Convicted in a story.", "stated_as": "fact", "as_of": "2026-01-01"}
        ],
        "D_releasable_summary": None,
        "E_to_be_completed_by_the_mission": ["May the Committee publish the statement of case?"],
    }


def watchlist_answers() -> dict[tuple[str, str], Any]:
    """Each route of the watchlist's people."""
    entries = "/v1/watchlist/entries"
    merge = {"entry_id": ENTRY, "other_id": OTHER_ENTRY, "key": "DOCUMENT"}
    merge_proposal = renewal("steward") | {"approval_id": MERGE, "subject": ENTRY, "payload": merge}
    decision = {"decision_id": DECISION, "is_same": False, "author": "steward", "approver": None}
    own = f"/v1/nominations/{OWN_NOMINATION}"
    return {
        ("GET", f"/v1/watchlist/versions/{LIST_VERSION}/file"): {
            "version_id": LIST_VERSION,
            "source": "UN_SC",
            "sha256": "ab" * 32,
            "file_bytes": 2_031_616,
            "is_held": True,
            "let_go_at": None,
        },
        ("POST", f"{entries}/search"): {"entries": [entry_line(), entry_line(OTHER_ENTRY, "SUSPENDED")]},
        ("GET", f"{entries}/{ENTRY}"): entry(),
        ("GET", f"{entries}/{ENTRY}/life"): life(renewals=[renewal()]),
        ("GET", f"{entries}/{OTHER_ENTRY}"): other_entry(),
        ("GET", f"{entries}/{OTHER_ENTRY}/life"): life(OTHER_ENTRY),
        ("GET", f"{entries}/{ENTRY}/releasable"): {
            "identifiers": {
                "names": [{"text": NAME, "quality": "GOOD"}],
                "birth_dates": [{"kind": "EXACT", "date": "1971-03-09"}],
                "birth_places": [{"city": "Townsville", "country": "XCC"}],
                "nationalities": ["XBB", "XCC"],
                "sex": "M",
                "documents": [{"number": "QF1234567", "type": "P", "issuer": "XBB"}],
            },
            "category": "UN_1267_LISTED",
            "grounds_summary": None,
            "grade": "1B",
            "review_date": _day(24),
            "handling_code": "H1",
            "tear_line": "Verify the document.",
        },
        ("POST", f"{entries}/{OTHER_ENTRY}/renewal"): renewal(),
        ("POST", f"{entries}/{ENTRY}/suspension"): None,
        ("POST", f"{entries}/{ENTRY}/removal"): None,
        ("GET", "/v1/watchlist/reviews"): {
            "until": _day(60),
            "due": [
                {
                    "entry_id": ENTRY,
                    "source": "UN_DEMO",
                    "status": "UNDER_REVIEW",
                    "review_due": _day(24),
                    "expires": _day(900),
                },
                {
                    "entry_id": OTHER_ENTRY,
                    "source": "NATIONAL",
                    "status": "SUSPENDED",
                    "review_due": _day(-3),
                    "expires": _day(400),
                },
            ],
        },
        ("GET", "/v1/watchlist/renewals"): {"renewals": [renewal()]},
        ("POST", f"/v1/watchlist/renewals/{RENEWAL}/approval"): {},
        ("POST", f"/v1/watchlist/renewals/{RENEWAL}/rejection"): {},
        ("GET", "/v1/watchlist/statistics"): {
            "by_status": {"UN_DEMO": {"ACTIVE": 240, "SUSPENDED": 12}, "NATIONAL": {"SUBMITTED": 1}},
            "never_matched": [ENTRY, OTHER_ENTRY],
            "often_wrong": [{"entry_id": ENTRY, "hits": 40, "not_a_match": 39}],
        },
        ("GET", "/v1/watchlist/merge-proposals"): {
            "proposals": [merge, {"entry_id": ENTRY, "other_id": "DEMO:D-1", "key": "NAME_AND_BIRTH_DATE"}]
        },
        ("GET", "/v1/watchlist/merges"): {
            "pending": [merge_proposal],
            "decisions": [merge | decision | {"key": "TOLD_APART", "at": "2026-06-01T09:00:00Z"}],
        },
        ("POST", "/v1/watchlist/merges"): merge_proposal,
        ("POST", "/v1/watchlist/merges/different"): {"decision_id": DECISION},
        ("POST", f"/v1/watchlist/merges/{MERGE}/approval"): {"decision_id": DECISION},
        ("POST", f"/v1/watchlist/merges/{MERGE}/rejection"): {},
        ("POST", f"/v1/watchlist/merges/{DECISION}/undoing"): None,
        ("POST", f"/v1/watchlist/versions/{LIST_VERSION}/return"): {"is_done": False},
        ("GET", "/v1/watchlist/sources"): source_states(),
        ("POST", "/v1/watchlist/sources/UN_DEMO/fetch"): source_states()["sources"][1],
        ("GET", "/v1/nominations"): {"nominations": [_line(nomination()), _line(own_draft())]},
        ("POST", "/v1/nominations"): own_draft(),
        ("GET", f"/v1/nominations/{NOMINATION}"): nomination(),
        ("POST", f"/v1/nominations/{NOMINATION}/decision"): nomination("RETURNED"),
        ("GET", f"/v1/nominations/{NOMINATION}/committee-draft"): committee_draft(),
        ("GET", own): own_draft(),
        ("PUT", own): own_draft(),
        ("POST", f"{own}/submission"): own_draft(),
        ("GET", "/v1/nominations/template"): httpx.Response(200, content=b"Reference,Family name\r\n"),
        ("POST", "/v1/nominations/sheet"): {
            "source_id": "NATIONAL",
            "sha256": "00",
            "drafted_count": 1,
            "drafted": [{"row": 2, "reference": "N-1", "nomination_id": OWN_NOMINATION, "outcome": "NEW"}],
            "faults_count": 1,
            "faults": [{"row": 3, "column": "Date of birth", "code": "X", "sentence": "Write 1980-01-02."}],
        },
        ("GET", "/v1/fairness"): fairness(),
        ("POST", "/v1/fairness"): None,
        ("GET", "/v1/cleared"): cleared(),
        ("POST", "/v1/cleared"): cleared()["proposals"][0],
        ("POST", f"/v1/cleared/{CLEARANCE}/approval"): cleared()["proposals"][0],
        ("POST", f"/v1/cleared/{CLEARED}/review"): None,
        ("POST", f"/v1/cleared/{CLEARED}/ending"): None,
    }
