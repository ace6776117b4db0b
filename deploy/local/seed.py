"""What a new local system needs in force before anything can be screened or shared.

Carrier, routes, laws, list sources, the standing order, the matcher's approval, counterparts: each is
proposed by one demonstration person and approved by another, over HTTP, as people do. What is in force stays.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import httpx

from deploy.local.api import Api, Declined
from deploy.local.counterpart_simulator import load_counterparts
from deploy.local.installation import OWN_AUTHORITY, WORLD
from deploy.local.layout import DataFolder
from services.ingest.reading.elements import ELEMENTS, RESERVATION_ELEMENTS
from services.sharing.demonstration import demonstration_registers
from shared.clock import Clock

YEAR: Final = timedelta(days=365)
OPERATIONAL: Final = ("TERR_PREVENT", "TERR_DETECT", "TERR_INVESTIGATE", "TERR_TRAVEL")
BORDER_AUTHORITY: Final = "XAA-BORDER-01"
LAW: Final = {
    "instrument_ref": "Passenger Information Act 12/2025, section 4",
    "public_url": "https://law.example/xaa/12-2025",
}


SENDERS: Final = (
    {"client": "carrier-XA", "identifiers": [], "carriers": ["XA"]},
    {"client": "carrier-desk", "identifiers": [], "carriers": ["XA"]},
    {"client": "handler-QH", "identifiers": ["QHDCS"], "carriers": ["XA"]},
)


@dataclass(frozen=True)
class TwoPeople:
    """Who proposes and who approves."""

    author: str
    approver: str


OFFICE: Final = TwoPeople("supervisor", "legal")
LAWYERS: Final = TwoPeople("legal", "dpo")


def seed(api: Api, folder: DataFolder, simulator_url: str, clock: Clock) -> None:
    """Put everything in force that is not.

    Args:
        api: Calls the running services.
        folder: Where the counterparts' keys are kept.
        simulator_url: Where the counterpart simulator is, or would be.
        clock: Tells the day that periods begin with.

    Raises:
        Declined: A service refused a proposal.
    """
    today = clock.now().date()
    seed_ingest(api, today)
    seed_screening(api, today)
    counterparts = load_counterparts(folder.simulator, clock.now())
    keys = {name: counterpart.public_keys() for name, counterpart in counterparts.items()}
    _seed_sharing(api, demonstration_registers(today=today, simulator_url=simulator_url, keys=keys))


def ingest_rows(today: date) -> list[tuple[str, dict[str, Any]]]:
    """The rows of ingest's registers: carrier XA may report any flight to or from XAA and beyond."""
    period = {"valid_from": str(today - YEAR), "valid_to": str(today + YEAR)}
    classes = {"API": ELEMENTS, "PNR": RESERVATION_ELEMENTS}
    profiles = [
        {"data_class": each, "allowed_elements": sorted(elements), "assessment_ref": "DPIA-2025-7"}
        for each, elements in classes.items()
    ]
    laws = [
        {
            "authority": OWN_AUTHORITY,
            "action": "ingest.accept",
            "data_class": each,
            "purpose_code": "TERR_TRAVEL",
        }
        for each in classes
    ]
    return [
        ("carriers", {"designator": "XA", "notice_confirmed": True, "push_max": 10_000}),
        *(("senders", row) for row in SENDERS),
        *(("collection-profiles", row | {"instrument_ref": LAW["instrument_ref"]}) for row in profiles),
        ("routes", {"origin": "anywhere", "destination": "anywhere", **period}),
        *(("legal-rows", row | LAW | period) for row in laws),
    ]


def screening_laws(today: date) -> list[dict[str, Any]]:
    """The laws that back screening, and the looks at what it finds."""
    acts = [
        (OWN_AUTHORITY, "screen.run", "API"),
        (OWN_AUTHORITY, "screen.run", "PNR"),
        (OWN_AUTHORITY, "record.read", "HIT"),
        (OWN_AUTHORITY, "record.read", "WL_ENTRY"),
        (BORDER_AUTHORITY, "record.read", "HIT"),
    ]
    period = {"valid_from": str(today - YEAR), "valid_to": str(today + YEAR)}
    rows = [(*act, purpose) for act in acts for purpose in OPERATIONAL]
    rows += [(OWN_AUTHORITY, "record.read", "HIT", "OVERSIGHT")]
    names = ("authority", "action", "data_class", "purpose_code")
    looks = [dict(zip(names, row, strict=True)) | LAW | period for row in rows]
    # The demonstration's law lets people advise against boarding; it allows no hold by the machine.
    orders = [
        dict(zip(names, (OWN_AUTHORITY, "action.order", "HIT", purpose), strict=True))
        | LAW
        | period
        | {"orders": ["BOARDING_ADVICE"]}
        for purpose in OPERATIONAL
    ]
    return looks + orders


def country_risks(today: date) -> list[dict[str, Any]]:
    """What a person has to fear where a flight starts: the same levels as in sharing's register."""
    levels = {"XAA": "LOW", "XBB": "LOW", "XCC": "LOW", "XDD": "HIGH"}
    return [
        {
            "state": state,
            "level": level,
            "death_penalty": level == "HIGH",
            "assessed_at": str(today),
            "sources": "The demonstration world's own reports.",
        }
        for state, level in levels.items()
    ]


def list_sources() -> list[dict[str, Any]]:
    """The demonstration's own lists, and the real ones for whoever imports their files."""
    rows: list[dict[str, Any]] = json.loads((WORLD / "list_sources.json").read_text(encoding="utf-8"))
    return rows


DEMONSTRATION_CASE: Final = "DEMO-CASE-1"
CASE_MEMBERS: Final = ("verifier-1", "verifier-2", "supervisor")
STANDING_ORDER: Final = {
    "purpose_code": "TERR_TRAVEL",
    "statement": (
        "All flights to and from XAA are compared with the list of persons under resolution 1267, to find "
        "listed persons before they travel, as resolution 2396 paragraphs 11 to 13 ask."
    ),
    "alternatives_considered": "Checks at the border alone: too late to warn the States concerned.",
    "period_days": 90,
}


def seed_ingest(api: Api, today: date) -> None:
    """Put in force what ingest alone needs: the carrier, profiles, routes and laws."""
    held = api.get(OFFICE.author, "ingest", "/v1/registers")["registers"]
    for register, row in ingest_rows(today):
        if not any(_covers(each["row"], row) for each in held[register]):
            people = LAWYERS if register == "legal-rows" else OFFICE
            _two_people(api, people, "ingest", "/v1/registers", {"register": register, "row": row})


def seed_screening(api: Api, today: date) -> None:
    """Put in force what screening alone needs: laws, list sources, the standing order, the matcher."""
    held = api.get("legal", "screening", "/v1/registers")
    for row in screening_laws(today):
        if not any(_covers(each, row) for each in held["legal_rows"]):
            body = {"register": "legal-rows", "row": row}
            _two_people(api, LAWYERS, "screening", "/v1/registers", body)
    assessed = {row["state"] for row in held["country_risk"]}
    for row in country_risks(today):
        if row["state"] not in assessed:
            body = {"register": "country-risk", "row": row}
            _two_people(api, LAWYERS, "screening", "/v1/registers", body)
    sources = {row["source_id"] for row in held["list_sources"]}
    for row in list_sources():
        if row["source_id"] not in sources:
            body = {"register": "list-sources", "row": row}
            _two_people(api, OFFICE, "screening", "/v1/registers", body)
    orders = api.get("legal", "screening", "/v1/standing-orders")["standing_orders"]
    if not _in_force(orders):
        _two_people(api, OFFICE, "screening", "/v1/standing-orders", STANDING_ORDER)
    matchers = api.get("legal", "screening", "/v1/matcher-approvals")
    if not _in_force([row for row in matchers["matcher_approvals"] if _is_of(row, matchers["in_use"])]):
        _two_people(api, OFFICE, "screening", "/v1/matcher-approvals", {})
    _open_case(api)


def _open_case(api: Api) -> None:
    """Open the case that ad hoc questions of the demonstration are asked for, unless it was opened before."""
    case = {"case_id": DEMONSTRATION_CASE, "members": list(CASE_MEMBERS)}
    try:
        api.call("supervisor", "POST", "screening", "/v1/cases", json=case)
    except Declined as refused:
        if refused.facts["status"] != httpx.codes.CONFLICT:
            raise


def _covers(held: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a row in force is the wanted one; its period may be that of an earlier start."""
    return all(held.get(name) == value for name, value in wanted.items() if not name.startswith("valid_"))


def _in_force(rows: Sequence[Mapping[str, Any]]) -> bool:
    return any(row["state"] == "IN_FORCE" for row in rows)


def _is_of(approval: Mapping[str, Any], matcher: Mapping[str, Any]) -> bool:
    """Whether an approval is of this matcher: an earlier checkout's was of another (SG-07)."""
    return all(approval[name] == matcher[name] for name in ("algorithm", "threshold"))


def _two_people(api: Api, people: TwoPeople, service: str, path: str, body: Mapping[str, Any]) -> None:
    proposed = api.post(people.author, service, path, json=body)
    api.post(people.approver, service, f"{path}/{proposed['approval_id']}/approval", json={})


def _seed_sharing(api: Api, entries: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Registers of sharing; a counterpart whose address moved since the last start is put in force anew."""
    for register in dict.fromkeys(name for name, _ in entries):
        path = f"/v1/registers/{register}"
        held = [row["entry"] for row in api.get("legal", "sharing", path)["entries"]]
        for entry in (each for name, each in entries if name == register):
            if any(_is_same(entry, other) for other in held):
                continue
            proposed = api.post("legal", "sharing", path, json=entry)
            api.post("dpo", "sharing", f"/v1/registers/approvals/{proposed['approval_id']}", json={})


def _is_same(wanted: Mapping[str, Any], held: Mapping[str, Any]) -> bool:
    """Whether the register holds this entry, at the same address; dates of an earlier start count as well."""
    key = "state" if "level" in wanted else "id"
    return wanted[key] == held[key] and wanted.get("duty_desk") == held.get("duty_desk")
