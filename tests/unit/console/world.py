"""A console with fictional services behind it: nothing but the console and the issuer is real.

The services answer from `ANSWERS`; a test replaces an answer in `services.answers` and reads what was asked
in `services.asked`. All persons are invented.
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from services.console.app import create_app
from services.console.clients.suspensions import PATH as SUSPENSIONS
from services.console.sessions import StoredSession
from services.console.settings import ConsoleSettings
from shared.clock import Clock, SystemClock
from shared.security.keys import KeyFile
from shared.security.local_issuer import LocalIssuerSettings
from shared.security.local_issuer import create_app as create_issuer
from shared.security.public_keys import IssuerKeys, StaticKeys
from shared.security.tokens import TokenVerifier
from tests.unit.console.incident_world import incident_answers
from tests.unit.console.oversight_world import oversight_answers
from tests.unit.console.protection_world import protection_answers
from tests.unit.console.rights_world import rights_answers
from tests.unit.console.watchlist_world import sources, watchlist_answers

HIT = "01930000-0000-7000-8000-0000000000a1"
OTHER_HIT = "01930000-0000-7000-8000-0000000000b2"
SHARE = "01930000-0000-7000-8000-0000000000c3"
NOTICE = "01930000-0000-7000-8000-0000000000d4"
FLIGHT = "01930000-0000-7000-8000-0000000000e5"
VERSION = "01930000-0000-7000-8000-0000000000f6"
ORDER = "01930000-0000-7000-8000-000000000107"
TRAVELLER = "01930000-0000-7000-8000-000000000118"
RECEIPT = "01930000-0000-7000-8000-000000000129"
REFUSED_RECEIPT = "01930000-0000-7000-8000-00000000013a"
CANARY = "Quillfeather"

PEOPLE: dict[str, list[str]] = {
    "verifier-1": ["VERIFIER", "ANALYST"],
    "verifier-2": ["VERIFIER", "ANALYST"],
    "supervisor": ["SUPERVISOR", "APPROVER"],
    "steward": ["LIST_STEWARD", "NOMINATOR"],
    "legal": ["LEGAL", "HUMAN_RIGHTS"],
    "front-line": ["FRONT_LINE"],
    "dpo": ["DPO"],
    "auditor": ["AUDITOR"],
    "admin": ["ADMIN"],
    "authority": ["INDEPENDENT_AUTHORITY"],
    "asylum": ["ASYLUM_OFFICER"],
    "child-specialist": ["CHILD_SPECIALIST"],
    "carrier-desk": ["CARRIER"],
}


def flight(minutes: int = 95) -> dict[str, Any]:
    """A flight that arrives in so many minutes."""
    arrival = datetime.now(UTC) + timedelta(minutes=minutes)
    return {
        "designator": "XA101",
        "origin": "XQB",
        "destination": "XQA",
        "departure": (arrival - timedelta(hours=3)).isoformat(),
        "arrival": arrival.isoformat(),
    }


def queue_item(hit_id: str, minutes: int, why: str, designator: str = "XA101") -> dict[str, Any]:
    """A task with so many minutes left."""
    return {
        "hit_id": hit_id,
        "hit_type": "PERSON",
        "deadline": (datetime.now(UTC) + timedelta(minutes=minutes, seconds=30)).isoformat(),
        "minutes_left": minutes,
        "flight": flight(minutes + 60) | {"designator": designator},
        "why": why,
    }


def hit_view() -> dict[str, Any]:
    """A comparison with something of each relation and one contradiction."""
    rows = [
        (
            "name",
            "Name",
            "AGREE",
            "Zephyrine Quillfeather",
            "Zefirin Quilfether; Зефирин Квилфезер",
            "The names agree.",
        ),
        (
            "date_of_birth",
            "Date of birth",
            "DIFFER",
            "1984-02-29",
            "1971-03-09",
            "The dates of birth differ.",
        ),
        (
            "doc_number",
            "Travel document",
            "MISSING",
            "P QF1234567 XBB",
            None,
            "A document number is missing on one side.",
        ),
        ("nationality", "Nationality", "AGREE", "XBB", "XBB; XCC", "The nationality is one of those listed."),
        (
            "place_of_birth",
            "Place of birth",
            "MISSING",
            None,
            "Townsville, XCC",
            "A city of birth is missing on one side.",
        ),
        ("sex", "Sex", "AGREE", "F", "F", "The sex is the same. This alone says little."),
        ("name", "Given name", "AGREE", "ZEPHYRINE", "ZEFIRIN", "Another spelling of the same sound."),
        ("name", "Surname", "AGREE", "QUILLFEATHER", "QUILFETHER", "One letter is missing."),
    ]
    keys = ("kind", "label", "relation", "traveller", "entry", "words")
    return {
        "hit_id": HIT,
        "hit_type": "PERSON",
        "lease_expires_at": (datetime.now(UTC) + timedelta(minutes=20)).isoformat(),
        "deadline": (datetime.now(UTC) + timedelta(minutes=35, seconds=30)).isoformat(),
        "minutes_left": 35,
        "flight": flight(),
        "traveller": {"surname": "Quillfeather", "given_names": "Zephyrine", "birth_date": "1984-02-29"},
        "entry": {
            "names": [
                {"text": "Zefirin Quilfether", "kind": "PRIMARY", "quality": "GOOD"},
                {"text": "Зефирин Квилфезер", "kind": "ORIGINAL_SCRIPT"},
                {"text": "The Feather", "kind": "ALIAS", "quality": "LOW"},
            ],
            "listed_on": "2019-05-04",
            "updated_on": "2025-11-30",
            "grade": "1B",
            "tear_line": "Verify the document. Do not detain on this alone. Call the duty desk.",
        },
        "evidence": [dict(zip(keys, row, strict=True)) for row in rows],
        "band": "STRONG",
        "compared_fields": ["name", "date_of_birth", "nationality", "sex"],
        "contradictions": [
            {"code": "BIRTH_YEAR_DIFFERS", "words": "The years of birth are more than two years apart."}
        ],
        "statement": "Travellers on flights that cross the border are compared with the list of Al-Qaida.",
    }


def card(outcome: str | None = None) -> dict[str, Any]:
    """What the front line sees of a person."""
    return {
        "hit_id": HIT,
        "name": "Zephyrine Quillfeather",
        "birth_date": "1984-02-29",
        "document": "P QF1234567 XBB",
        "action": "SECONDARY_INSPECTION",
        "tear_line": "Verify the document. Do not detain on this alone. Call the duty desk.",
        "desk_phone": "+000 555 0100",
        "flight": flight(),
        "outcome": outcome,
    }


def share() -> dict[str, Any]:
    """One share with a verdict of each kind."""
    recipients = [
        ("XAA-BORDER-01", "XAA", "NATIONAL", ["OWN_PORT"], "2396/7", "SEND", []),
        ("XBB-PIU-01", "XBB", "FOREIGN", ["ORIGIN", "NATIONALITY"], "2396/5, 2396/6, 2396/11", "SEND", []),
        (
            "XCC-PIU-01",
            "XCC",
            "FOREIGN",
            ["TRANSIT"],
            "2396/5, 2396/11",
            "HOLD",
            ["SG-30.NO_AGREEMENT_IN_FORCE"],
        ),
        (
            "XDD-PIU-01",
            "XDD",
            "FOREIGN",
            ["RESIDENCE"],
            "2396/5, 2396/11",
            "BLOCK",
            ["SG-34.REAL_RISK", "SG-38"],
        ),
    ]
    keys = ("authority_id", "state", "scope", "connections", "paragraph", "outcome", "reasons")
    return {
        "share_id": SHARE,
        "hit_id": HIT,
        "flight": {"designator": "XA101", "origin": "XQB", "destination": "XQA"},
        "created_at": "2026-06-01T12:00:00Z",
        "state": "PROPOSED",
        "individual_risk_recorded": True,
        "statement": "Both States have to decide on entry before the flight lands.",
        "alternatives_considered": "No duty desk of the national central bureau answers before landing.",
        "period_days": 7,
        "proposer": "supervisor",
        "recipients": [dict(zip(keys, row, strict=True)) for row in recipients],
        "notices": [notice()],
    }


def notice() -> dict[str, Any]:
    """One acknowledged notice."""
    return {
        "notice_id": NOTICE,
        "share_id": SHARE,
        "authority_id": "XBB-PIU-01",
        "state": "ACKNOWLEDGED",
        "tries": 2,
        "digest": "b6" * 32,
        "sent_at": "2026-06-01T12:40:00Z",
        "acknowledged_at": "2026-06-01T12:41:00Z",
        "last_fault": None,
        "event": "DETAINED",
        "clocks": [{"clock": "SEE", "due_at": "2026-06-01T16:40:00Z", "met_at": None, "is_overdue": True}],
    }


def list_version(state: str = "HELD") -> dict[str, Any]:
    """A version's report."""
    return {
        "version_id": VERSION,
        "source": "DEMO",
        "state": state,
        "generated_at": "2026-05-30T00:00:00Z",
        "imported_by": "steward",
        "imported_at": "2026-06-01T09:00:00Z",
        "sha256": "5e" * 32,
        "individuals": 312,
        "by_regime": {"Al-Qaida": 301},
        "entities_left_out": 11,
        "stored": 301,
        "faults": [],
        "delta_pct": 1.4,
        "approvers": [],
    }


def audit_records() -> dict[str, Any]:
    """Two records, one of them a refusal."""
    base = {
        "record_id": "01930000-0000-7000-8000-0000000009aa",
        "occurred_at": "2026-06-01T12:00:01.000000Z",
        "service": "screening",
        "actor": "verifier-1",
        "action": "record.read",
        "object_kind": "hit",
        "object_id": HIT,
        "subject_id": TRAVELLER,
        "outcome": "PERMITTED",
        "purpose": "TERR_TRAVEL",
        "reasons": [],
    }
    refused = base | {"actor": "supervisor", "outcome": "REFUSED", "reasons": ["SG-26.NOT_ON_CASE"]}
    return {"records": [{"position": 41, "record": base}, {"position": None, "record": refused}]}


def file_of_a_hit() -> dict[str, Any]:
    """One hit with its history."""
    view = hit_view()
    return {
        "hit": {
            "hit_id": HIT,
            "state": "CONFIRMED",
            "owner": "supervisor",
            "hit_type": "PERSON",
            "flight": flight(),
        },
        "traveller": view["traveller"],
        "entry": view["entry"],
        "evidence": view["evidence"],
        "reviews": [
            {
                "outcome": "SAME",
                "stage": "FIRST",
                "reviewer": "verifier-1",
                "seconds_open": 74,
                "was_blind": False,
                "reasons": "Name, nationality and document compared; all agree.",
                "explanations": {},
            }
        ],
        "history": [
            {
                "at": "2026-06-01T12:00:01Z",
                "source": "AWAITING_SECOND",
                "target": "CONFIRMED",
                "actor": "verifier-2",
                "cause": "REVIEW",
            }
        ],
    }


def flight_row() -> dict[str, Any]:
    """A flight in the list."""
    return {
        "id": FLIGHT,
        "carrier": "XA",
        "number": "101",
        "origin": "XQB",
        "destination": "XQA",
        "departure": "2026-06-01T10:00:00",
        "arrival": "2026-06-01T13:00:00",
        "departs_at": "2026-06-01T04:30:00Z",
        "arrives_at": "2026-06-01T10:00:00Z",
        "messages": 2,
        "travellers": 184,
        "screened": 180,
        "faults": 1,
    }


def message_row() -> dict[str, Any]:
    """A message with a fault."""
    return {
        "id": "01930000-0000-7000-8000-000000000777",
        "function": "PASSENGER_LIST",
        "status": "ACCEPTED",
        "received_at": "2026-06-01T09:30:00Z",
        "travellers": {"stated": 185, "accepted": 184, "rejected": 1},
        "faults": [
            {
                "severity": "ERROR",
                "code": "BIRTH_DATE_UNREADABLE",
                "segment": "DTM",
                "position": 412,
                "traveller": 37,
            }
        ],
    }


def standing_order(state: str = "PENDING") -> dict[str, Any]:
    """The statement under which everyone is screened."""
    is_pending = state == "PENDING"
    return {
        "order_id": ORDER,
        "state": state,
        "version": 1,
        "purpose_code": "TERR_TRAVEL",
        "statement": "Travellers who cross the border are compared with the list of Al-Qaida.",
        "alternatives_considered": "Asking carriers case by case finds nobody in time.",
        "period_days": 30,
        "author": "supervisor",
        "approver": None if is_pending else "legal",
        "expires": None if is_pending else "2026-06-14",
        "days_left": None if is_pending else 13,
        "is_ending": not is_pending,
    }


def legal_row() -> dict[str, Any]:
    """A law that backs an act."""
    return {
        "authority": "XAA-PIU-01",
        "action": "record.read",
        "data_class": "HIT",
        "purpose_code": "TERR_TRAVEL",
        "instrument_ref": "Passenger Information Act 12/2025, section 4",
        "valid_from": "2025-11-21",
        "valid_to": "2027-11-21",
    }


def registers() -> dict[tuple[str, str], Any]:
    """The registers of the three services, each with a row in force and one that waits."""
    proposal = {"approval_id": ORDER, "proposer": "supervisor", "version": 2}
    asked = {"proposed_at": "2026-06-01T12:00:00Z"}
    carrier = {"designator": "XA", "reports_for": [], "notice_confirmed": True}
    of_ingest = {"register": "carriers", "row": carrier | {"designator": "XB"}, "remove": False}
    agreement = {
        "id": "XAA-XBB-2025",
        "parties": ["XAA", "XBB"],
        "instrument": "Agreement",
        "suspended": None,
    }
    empty: dict[str, Any] = {"entries": [], "pending": []}
    return {
        ("GET", "http://ingest.test/v1/registers"): {
            "registers": {
                "carriers": [{"key": "XA", "row": carrier, "author": "supervisor", "approver": "legal"}],
                "routes": [],
                "collection-profiles": [],
                "legal-rows": [{"key": "law", "row": legal_row()}],
            },
            "pending": [{**proposal, **asked, "subject": "XB", "payload": of_ingest}],
        },
        ("GET", "http://screening.test/v1/registers"): {
            "legal_rows": [legal_row()],
            "list_sources": [{"source_id": "DEMO", "kind": "UN", "allow_list": ["Al-Qaida"]}],
            "country_risk": [],
            "proposals": [
                {**proposal, **asked, "kind": "LEGAL_ROW", "subject": "law-2", "payload": legal_row()}
            ],
        },
        ("GET", "/v1/registers/authorities"): empty,
        ("GET", "/v1/registers/agreements"): {
            "entries": [{"version": 1, "entry": agreement}],
            "pending": [
                {**proposal, "register_name": "agreements", "entry_id": "XAA-XCC-2026", "entry": agreement}
            ],
        },
        ("GET", "/v1/registers/country-risk"): empty,
        ("GET", "/v1/registers/legal-rows"): empty,
        ("GET", "/v1/registers/consular-treaties"): empty,
        ("POST", f"/v1/registers/{ORDER}/approval"): {"approval_id": ORDER},
        ("POST", f"/v1/registers/approvals/{ORDER}"): {"approval_id": ORDER},
    }


def matcher_approval() -> dict[str, Any]:
    """A matcher that waits for its second person."""
    return {
        "approval_id": ORDER,
        "state": "PENDING",
        "version": 1,
        "algorithm": "names-1",
        "threshold": 0.8,
        "proposed_by": "supervisor",
        "approved_by": None,
    }


def receipt() -> dict[str, Any]:
    """A receipt of a sheet: one traveller refused, one warning."""
    where = {"traveller": 2, "carrier_reference": "XA418-0002", "locator": None}
    return {
        "id": RECEIPT,
        "digest": "hmac-sha256:00",
        "is_test": False,
        "received_at": "2026-06-01T08:00:00.000Z",
        "kind": "MANIFEST",
        "transaction_reference": "XA418-1",
        "flight": {
            "carrier": "XA",
            "number": "418",
            "departure": "2026-06-01T11:30",
            "origin": "XQB",
            "destination": "XQA",
        },
        "status": "ACCEPTED_WITH_FAULTS",
        "travellers": {"stated": 3, "accepted": 2, "rejected": 1},
        "faults": [
            {
                "severity": "TRAVELLER_REJECTED",
                "code": "DATE_AMBIGUOUS",
                "segment": "Date of birth",
                "position": 14,
                **where,
            },
            {
                "severity": "WARNING",
                "code": "COLUMN_UNKNOWN",
                "segment": "G",
                "position": 12,
                "traveller": None,
            },
        ],
        "screened": 1,
        "screened_at": None,
    }


def refused_receipt() -> dict[str, Any]:
    """The receipt of a test that could not be read at all."""
    fault = {"severity": "MESSAGE_REJECTED", "code": "TRUNCATED", "segment": "UNZ", "position": 9}
    return receipt() | {
        "id": REFUSED_RECEIPT,
        "is_test": True,
        "kind": None,
        "flight": None,
        "transaction_reference": None,
        "status": "REJECTED",
        "travellers": {"stated": None, "accepted": 0, "rejected": 0},
        "faults": [fault],
        "screened": 0,
    }


def expected_flights() -> dict[str, Any]:
    """A flight of which nothing came, and one that is still awaited."""
    counts = {"due": 1, "awaited": 1, "missing": 1, "coverage_percent": 0.0, "in_time_percent": 0.0}
    missing = {
        "carrier": "XA",
        "number": "909",
        "origin": "XQB",
        "destination": "XQA",
        "departure": "2026-06-01T11:30",
        "arrival": "2026-06-01T15:30",
        "departs_at": "2026-06-01T09:30:00Z",
        "arrives_at": "2026-06-01T12:30:00Z",
        "basis": "SCHEDULE",
        "capacity": 180,
        "state": "MISSING",
        "alarms": [{"kind": "MISSING", "raised_at": "2026-06-01T08:30:00Z"}],
    }
    awaited = missing | {"number": "911", "basis": "LEARNED", "capacity": None, "usual": 150}
    late = missing | {
        "number": "913",
        "state": "LATE",
        "flight_id": FLIGHT,
        "travellers": 12,
        "first_report_at": "2026-06-01T09:45:00Z",
    }
    return {
        "flights": [missing, late, awaited | {"state": "EXPECTED", "has_bookings": True, "alarms": []}],
        "coverage": [{"day": "2026-06-01", "carrier": "XA", **counts}],
        "total": counts,
    }


def data_quality(*, is_own: bool = False) -> dict[str, Any]:
    """One carrier that leaves out seats, and reports a flight after its departure."""
    figures = {
        "flights": 1,
        "messages": 2,
        "travellers": 120,
        "timeliness": {
            "known": 1,
            "in_time": 0,
            "late": 1,
            "in_time_percent": 0.0,
            "first_report_minutes_before": -15,
            "last_report_minutes_before": 40,
        },
        "verified_percent": 98.3,
        "elements": {
            "birth_date": {"missing": "<10", "complete_percent": None},
            "seat": {"missing": 120, "complete_percent": 0.0},
            "sex": {"missing": 0, "complete_percent": 100.0},
        },
        "faults": {"BIRTH_DATE_IMPOSSIBLE": "<10"},
        "duplicates": 0,
        "flights_with_parts_missing": 0,
    }
    carrier = {"carrier": "XA", **figures, "rejected_messages": {"TRUNCATED": 1}, "days": []}
    caused = {"different_person": {"matches": 30, "elements": {"birth_date": 12}}}
    flight = {**figures, "flight_id": FLIGHT, "number": "913", "day": "2026-06-01"}
    return {"carriers": [carrier if is_own else carrier | caused], "flights": [flight]}


def answers() -> dict[tuple[str, str], Any]:
    """What each route of the services answers, by `(method, path)`."""
    return {
        ("GET", "/v1/receipts"): {"receipts": [receipt(), refused_receipt()]},
        ("GET", f"/v1/receipts/{RECEIPT}"): receipt(),
        ("GET", f"/v1/receipts/{REFUSED_RECEIPT}"): refused_receipt(),
        ("POST", "/v1/manifests/upload"): receipt(),
        ("GET", "/v1/manifests/template.xlsx"): httpx.Response(200, content=b"PK"),
        ("GET", "/v1/queue"): {
            "items": [
                queue_item(HIT, 12, "Name and nationality agree."),
                queue_item(OTHER_HIT, 74, "Travel document agrees.", "XA207"),
            ],
            "expired": [
                {
                    **queue_item(OTHER_HIT, -200, ""),
                    "state": "EXPIRED_UNREVIEWED",
                    "expired_at": "2026-06-01T08:00:00Z",
                    "owner": "supervisor",
                }
            ],
        },
        ("POST", f"/v1/hits/{HIT}/lease"): hit_view(),
        ("POST", f"/v1/hits/{OTHER_HIT}/lease"): hit_view() | {"hit_id": OTHER_HIT, "contradictions": []},
        ("DELETE", f"/v1/hits/{HIT}/lease"): None,
        ("POST", f"/v1/hits/{HIT}/decision"): {"recorded": True, "next_hit_id": OTHER_HIT},
        ("POST", f"/v1/hits/{OTHER_HIT}/decision"): {"recorded": True, "next_hit_id": None},
        ("GET", "/v1/hits"): {
            "hits": [
                {"hit_id": HIT, "state": "CONFIRMED", "flight": flight(), "deadline": "2026-06-01T12:00:00Z"},
                {
                    "hit_id": OTHER_HIT,
                    "state": "EXPIRED_UNREVIEWED",
                    "flight": flight(),
                    "deadline": "2026-06-01T08:00:00Z",
                    "owner": "supervisor",
                },
            ]
        },
        ("GET", f"/v1/hits/{HIT}"): file_of_a_hit(),
        ("POST", f"/v1/hits/{HIT}/orders"): {"order_id": ORDER},
        ("GET", "/v1/orders"): {
            "orders": [
                {
                    "order_id": ORDER,
                    "hit_id": HIT,
                    "kind": "SECONDARY_INSPECTION",
                    "statement": "The document has to be seen before entry is decided.",
                    "state": "DRAFT",
                    "author": "supervisor",
                }
            ]
        },
        ("POST", f"/v1/orders/{ORDER}/approval"): {"order_id": ORDER},
        ("GET", "/v1/standing-orders"): {"standing_orders": [standing_order("IN_FORCE"), standing_order()]},
        ("POST", "/v1/standing-orders"): {"approval_id": ORDER},
        ("POST", f"/v1/standing-orders/{ORDER}/approval"): {"approval_id": ORDER},
        ("GET", "/v1/matcher-approvals"): {
            "matcher_approvals": [matcher_approval()],
            "in_use": {"algorithm": "names-1", "threshold": 0.8},
        },
        ("POST", "/v1/matcher-approvals"): {"approval_id": ORDER},
        ("POST", "/v1/cases"): None,
        ("POST", f"/v1/matcher-approvals/{ORDER}/approval"): {"approval_id": ORDER},
        ("GET", "/v1/watchlist"): {
            "versions": [list_version("IN_FORCE"), list_version()],
            "matcher": {"digest": "9c" * 32, "algorithm": "names-1"},
            "notice": None,
            **sources(),
        },
        **oversight_answers(),
        **watchlist_answers(),
        ("GET", f"/v1/watchlist/versions/{VERSION}"): list_version(),
        ("GET", f"/v1/watchlist/versions/{VERSION}/delta"): {
            "base": VERSION,
            "added_count": 1,
            "changed_count": 1,
            "removed_count": 0,
            "unchanged_count": 5,
            "added": [{"entry_id": "DEMO:DEMi.031", "name": "PAOLO ESEMPIO", "entry": {}}],
            "changed": [
                {
                    "entry_id": "DEMO:DEMi.001",
                    "name": "SAMIR HADI",
                    "is_identifying": True,
                    "changes": [{"field": "nationalities", "added": ["XCC"], "removed": ["XBB"]}],
                }
            ],
            "removed": [],
        },
        ("POST", f"/v1/watchlist/versions/{VERSION}/approval"): list_version("IN_FORCE"),
        ("POST", "/v1/watchlist/imports"): list_version(),
        ("GET", "/v1/front-line/cards"): {"cards": [card()]},
        ("POST", f"/v1/front-line/cards/{HIT}/outcome"): {"recorded": True},
        ("POST", "/v1/front-line/look-up"): {"cards": [card()]},
        ("POST", "/v1/match"): {
            "matches": [
                {
                    "entry_id": "DEMO:QDx.001",
                    "band": "STRONG",
                    "names": hit_view()["entry"]["names"],
                    "evidence": [row | {"bearing": row["relation"]} for row in hit_view()["evidence"]],
                }
            ],
            "fault": None,
        },
        ("GET", "/v1/flights"): {"flights": [flight_row()]},
        ("GET", "/v1/expected-flights"): expected_flights(),
        ("POST", "/v1/expected-flights/imports"): {
            "import_id": ORDER,
            "carriers": ["XA"],
            "legs": 2,
            "not_ours": 1,
            "left_out": 0,
            "faults": [{"line": 4, "code": "FIELD_UNREADABLE", "field": "days"}],
        },
        ("GET", "/v1/expected-flights/template.csv"): httpx.Response(200, content=b"Flight,Origin\r\n"),
        ("GET", "/v1/data-quality"): data_quality(),
        ("GET", "/v1/data-quality/mine"): data_quality(is_own=True),
        ("GET", f"/v1/flights/{FLIGHT}"): flight_row() | {"messages": [message_row()]},
        **registers(),
        **rights_answers(),
        **incident_answers(),
        **protection_answers(),
        ("GET", "/v1/shares"): {"shares": [share()]},
        ("GET", f"/v1/shares/{SHARE}"): share(),
        ("GET", f"/v1/shares/{SHARE}/preview"): {
            "authority_id": "XBB-PIU-01",
            "payload": {"surname": "Quillfeather", "given_names": "Zephyrine", "flight": "XA101"},
            "fields": ["surname", "given_names", "flight"],
            "digest": "b6" * 32,
            "caveats": {},
        },
        ("POST", f"/v1/shares/{SHARE}/individual-risk"): {"share_id": SHARE},
        ("POST", f"/v1/shares/{SHARE}/proposal"): {"approval_id": ORDER, "previews": []},
        ("POST", f"/v1/shares/{SHARE}/approval"): {"state": "DECIDED", "decisions": []},
        ("GET", "/v1/notices"): {"notices": [notice()]},
        ("GET", f"/v1/notices/{NOTICE}"): notice() | {"caveats": {"C1": "Not evidence."}, "verdicts": []},
        ("GET", "/v1/audit/records"): audit_records(),
        ("GET", SUSPENSIONS): {"suspensions": []},
    }


def problem(status: int, code: str, detail: str, **facts: Any) -> httpx.Response:
    """A service's refusal."""
    return httpx.Response(status, json={"code": code, "detail": detail, "status": status, **facts})


@dataclass
class FakeServices:
    """The three services: answers by method and path, and what they were asked."""

    answers: dict[tuple[str, str], Any] = field(default_factory=answers)
    asked: list[httpx.Request] = field(default_factory=list)
    issuer_is_away: bool = False
    refreshed: dict[str, Any] | None = None
    """What an issuer gives for a refresh token in place of what the local one would."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One answer; a route that is not in `answers` is our own mistake."""
        self.asked.append(request)
        address = str(request.url.copy_with(query=None))
        by_path = (request.method, request.url.path)
        # Where two services have the same path, the answer is kept by the whole address.
        answer = self.answers[by_path if by_path in self.answers else (request.method, address)]
        if isinstance(answer, httpx.Response):
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        return httpx.Response(204) if answer is None else httpx.Response(200, json=answer)

    def body_of(self, method: str, path: str) -> Any:
        """The JSON of the last such request."""
        request = next(r for r in reversed(self.asked) if (r.method, r.url.path) == (method, path))
        return json.loads(request.content)


class MemorySessions:
    """`SessionStore` in a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[bytes, StoredSession] = {}
        self.record: list[tuple[str, str]] = []

    async def add(self, session: StoredSession) -> None:
        """Keep it."""
        self.rows[session.id_hash] = session
        self.record.append(("sign_in", session.subject))

    async def get(self, id_hash: bytes) -> StoredSession | None:
        """Find it."""
        return self.rows.get(id_hash)

    async def update(self, session: StoredSession) -> None:
        """Change it, if it is still there."""
        if session.id_hash in self.rows:
            self.rows[session.id_hash] = session

    async def remove(self, session: StoredSession) -> None:
        """Forget it."""
        if self.rows.pop(session.id_hash, None) is not None:
            self.record.append(("sign_out", session.subject))

    async def remove_unseen_since(self, instant: datetime) -> int:
        """Forget old ones."""
        old = [key for key, row in self.rows.items() if row.seen_at <= instant]
        for key in old:
            del self.rows[key]
        return len(old)


@dataclass
class World:
    """A console, its issuer, and the services behind it."""

    console: FastAPI
    issuer: FastAPI
    services: FakeServices
    sessions: MemorySessions
    console_url: str
    issuer_url: str


def a_world(
    folder: Path,
    *,
    console_port: int = 8103,
    issuer_port: int = 8104,
    clock: Clock | None = None,
    public_url: str | None = None,
    profile: str = "local",
    services: FakeServices | None = None,
    **settings: Any,
) -> World:
    """Build everything; nothing listens yet.

    Args:
        folder: Where key and people files go.
        console_port: The console's port.
        issuer_port: The issuer's port.
        clock: The time of console and issuer.
        public_url: The console's own address, where it is not that of its port.
        profile: The console's profile.
        services: Other services than those that answer everybody alike.
        settings: Further settings of the console.
    """
    clock = clock or SystemClock()
    services, sessions = services or FakeServices(), MemorySessions()
    issuer_url = f"http://127.0.0.1:{issuer_port}"
    console_url = public_url or f"http://127.0.0.1:{console_port}"
    issuer = _issuer(folder, clock, issuer_url, issuer_port, console_url)
    to_issuer = httpx.ASGITransport(issuer)

    async def route(request: httpx.Request) -> httpx.Response:
        if request.url.host != "127.0.0.1":
            return services(request)
        if services.issuer_is_away:
            raise httpx.ConnectError("away")
        if b"grant_type=refresh_token" in request.content and services.refreshed is not None:
            return httpx.Response(200, json=services.refreshed)
        answer = await to_issuer.handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

    http = httpx.AsyncClient(transport=httpx.MockTransport(route))
    made = _settings(folder, issuer_url, public_url, profile, {"port": console_port, **settings})
    console = create_app(made, clock=clock, store=sessions, http=http)
    console.state.token_verifier = TokenVerifier(
        issuer=issuer_url,
        issuer_keys=IssuerKeys(f"{issuer_url}/jwks", http, clock),
        service="console",
        service_keys=StaticKeys({"keys": []}),
        clock=clock,
    )
    return World(console, issuer, services, sessions, console_url, issuer_url)


def _issuer(folder: Path, clock: Clock, issuer_url: str, port: int, console_url: str) -> FastAPI:
    now = clock.now()
    KeyFile.create(
        folder / "issuer.json",
        owner="issuer",
        use="token",
        not_before=now - timedelta(days=1),
        not_after=now + timedelta(days=365),
    )
    people = [
        {
            "subject": name,
            "display_name": name.replace("-", " ").capitalize(),
            "roles": roles,
            **({"carrier": "XA"} if name == "carrier-desk" else {"authority": "XAA-PIU-01"}),
            **({"port": "XQA"} if name == "front-line" else {}),
        }
        for name, roles in PEOPLE.items()
    ]
    consoles = [{"client_id": "console", "redirect_uris": [f"{console_url}/callback"]}]
    (folder / "people.json").write_text(json.dumps({"people": people, "consoles": consoles}))
    return create_issuer(
        LocalIssuerSettings(
            profile="local",
            port=port,
            issuer_url=issuer_url,
            key_file=folder / "issuer.json",
            people_file=folder / "people.json",
        ),
        clock=clock,
    )


def _settings(
    folder: Path, issuer_url: str, public_url: str | None, profile: str, more: dict[str, Any]
) -> ConsoleSettings:
    key, services = folder / "session.key", folder / "services.json"
    key.write_text(secrets.token_hex(32))
    key.chmod(0o600)
    services.write_text('{"keys": []}')
    return ConsoleSettings(
        profile="local" if profile == "local" else "production",
        own_state="XAA",
        database_url=SecretStr("postgresql+asyncpg://none"),
        keys_folder=folder,
        issuer_url=issuer_url,
        issuer_jwks_url=f"{issuer_url}/jwks",
        service_keys_file=services,
        audit_checkpoint_sinks=(str(folder),),
        public_url=public_url,
        ingest_url="http://ingest.test",
        screening_url="http://screening.test",
        sharing_url="http://sharing.test",
        **more,
    )


class Browser:
    """What a browser does, without one: keeps cookies, follows the way through the issuer, sends forms."""

    def __init__(self, world: World) -> None:
        self.world = world
        transport = httpx.MockTransport(self._route)
        self.http = httpx.AsyncClient(transport=transport, base_url=world.console_url)

    async def _route(self, request: httpx.Request) -> httpx.Response:
        is_issuer = str(request.url).startswith(self.world.issuer_url)
        app = self.world.issuer if is_issuer else self.world.console
        answer = await httpx.ASGITransport(app).handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

    async def sign_in(self, person: str, to: str = "/") -> httpx.Response:
        """Sign in as a person; returns the console's page after the issuer."""
        begun = await self.http.get("/sign-in", params={"to": to})
        asked = urlsplit(begun.headers["location"])
        form = {name: values[0] for name, values in parse_qs(asked.query).items()}
        chosen = await self.http.post(f"{self.world.issuer_url}/authorize", data={**form, "person": person})
        return await self.http.get(chosen.headers["location"])

    async def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return await self.http.get(path)

    async def csrf(self) -> str:
        """The token that every form of this session carries."""
        page = (await self.http.get("/")).text
        return page.split('name="csrf" value="')[1].split('"')[0]

    async def post(
        self, path: str, fields: dict[str, Any] | None = None, *, origin: str | None = None, **more: Any
    ) -> httpx.Response:
        """Send a form as one of our own pages would."""
        data = {"csrf": await self.csrf(), **(fields or {})}
        return await self.http.post(
            path, data=data, headers={"origin": origin or self.world.console_url}, **more
        )
