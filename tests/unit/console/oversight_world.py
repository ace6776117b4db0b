"""What the fictional services tell oversight; no person is in any of it."""

from typing import Any

ORIGIN = "safeconduct/XAA/"


def _figures(service: str, *rows: tuple[int, str, str | None, Any, str]) -> dict[str, Any]:
    keys = ("kpi", "name", "group", "value", "unit")
    titles = {1: "Coverage by API and PNR", 2: "Possible matches", 8: "Shares", 16: "Policy engine"}
    return {
        "service": service,
        "month": "2026-06",
        "at": "2026-06-14T08:00:00Z",
        "kpis": {str(number): titles[number] for number in sorted({row[0] for row in rows})},
        "figures": [dict(zip(keys, row, strict=True)) for row in rows],
    }


def transfer() -> dict[str, Any]:
    """A notice to another State."""
    return {
        "notice_id": "01930000-0000-7000-8000-0000000000d4",
        "share_id": "01930000-0000-7000-8000-0000000000c3",
        "authority_id": "XBB-PIU-01",
        "recipient_state": "XBB",
        "channel": "ENDPOINT",
        "state": "DELIVERED",
        "paragraphs": ["6", "11"],
        "fields": ["dob", "flight", "list_ref", "name", "nationality"],
        "payload_digest": "sha256:" + "b6" * 32,
        "agreement_id": "AGR-XBB-1",
        "created_at": "2026-06-01T12:40:00Z",
        "sent_at": "2026-06-01T12:40:05Z",
        "delivered_at": "2026-06-01T12:41:00Z",
        "tries": 1,
    }


def fairness() -> dict[str, Any]:
    """A measurement with two regions."""
    group = {"travellers": 10_000, "alerts": 4, "per_10000": 4.0, "low_95": 1.6, "high_95": 10.3}
    return {
        "measured_at": "2026-05-30T00:00:00Z",
        "algorithm": "safeconduct-2",
        "is_of_algorithm_in_use": False,
        "tables": [
            {
                "list": "BROAD",
                "entries": 20_000,
                "threshold": 0.8,
                "fp_ratio_max": 1.2,
                "worst_over_best": 1.8,
                "region": [{"group": name, **group} for name in ("EASTERN_AFRICA", "NORTHERN_EUROPE")],
            }
        ],
        "live": [],
        "least_cell": 50,
    }


def oversight_answers() -> dict[tuple[str, str], Any]:
    """Each route that the oversight page asks, by the whole address where services share a path."""
    path = "/v1/oversight/figures"
    answers: dict[tuple[str, str], Any] = {
        ("GET", f"http://ingest.test{path}"): _figures(
            "ingest",
            (1, "flights_covered_by_api", None, 97.5, "percent"),
            (16, "refused_by", "SG-04.ROUTE", 12, "count"),
        ),
        ("GET", f"http://screening.test{path}"): _figures(
            "screening",
            (2, "possible_matches", None, "<10", "count"),
            (2, "precision", None, None, "percent"),
            (16, "refused_by", "SG-03.STATEMENT_TOO_SHORT", "<10", "count"),
            (16, "refused", "record.read", 14, "count"),
        ),
        ("GET", f"http://sharing.test{path}"): _figures(
            "sharing",
            (8, "sent_abroad_by_state", "XBB", 31, "count"),
            (16, "refused_by", "SG-03.STATEMENT_TOO_SHORT", 11, "count"),
        ),
        ("GET", "/v1/oversight/transfers"): {"at": "2026-06-14T08:00:00Z", "transfers": [transfer()]},
        ("GET", "/v1/retention"): {
            "at": "2026-06-14T08:00:00Z",
            "state": {"travellers": 48_213, "masked_travellers": 0, "holds": 1},
            "figures": [],
        },
        ("GET", "/v1/reidentifications"): {"requests": [reidentification()]},
        ("GET", "/v1/fairness"): fairness(),
    }
    answers["GET", "/v1/audit/checkpoint"] = {
        "origin": f"{ORIGIN}ingest",
        "size": 1_204,
        "signed_at": "2026-06-14T07:59:59Z",
        "note": "",
        "verifier_keys": [],
    }
    return answers


def reidentification(**changes: Any) -> dict[str, Any]:
    """A request to see masked values that a court granted."""
    return {
        "request_id": "01930000-0000-7000-8000-000000000e11",
        "case_id": "C-2026-0014",
        "record_ids": ["01930000-0000-7000-8000-000000000118"],
        "fields": ["surname", "documents"],
        "first": "verifier-1",
        "first_statement": "The link to the case has to be shown to the court.",
        "asked_at": "2026-06-02T09:00:00Z",
        "second": "supervisor",
        "second_finds_need": True,
        "authority_type": "COURT",
        "signed_by": "court-1",
        "is_granted": True,
        "expires": "2026-06-03T09:00:00Z",
        "used_at": None,
        **changes,
    }
