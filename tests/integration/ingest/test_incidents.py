"""Incidents: clocks from the finding, a missing report keeps one open, a late one does not (SG-44)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.ingest.conftest import Ingest

PATH = "/v1/incidents"
SUMMARY = "A counterpart's answer was filed with another case and read by an officer not on it."
LESSONS = "Answers are filed by their message, and the case is asked for once more before."


async def ask(ingest: Ingest, person: str, role: str, method: str, path: str = "", **request: Any) -> Any:
    token = ingest.issuer.token(role, subject=person, authority="XAA-PIU-01")
    headers = {"Authorization": f"Bearer {token}"}
    return await ingest.http.request(method, f"{PATH}{path}", headers=headers, **request)


async def opened(ingest: Ingest, **changes: Any) -> dict[str, Any]:
    body = {
        "kind": "WRONG_RECIPIENT",
        "found_at": ingest.clock.now().isoformat(),
        "persons": 1,
        "data_classes": ["API"],
        "is_high_risk": False,
        "summary": SUMMARY,
        **changes,
    }
    answer = await ask(ingest, "supervisor", "SUPERVISOR", "POST", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def report(ingest: Ingest, incident: dict[str, Any], *names: str, status: int = 200) -> dict[str, Any]:
    answer: Any = None
    for name in names:
        body = {"report": name, "told_at": ingest.clock.now().isoformat()}
        path = f"/{incident['incident_id']}/reports"
        answer = await ask(ingest, "legal", "LEGAL", "POST", path, json=body)
        assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def close(ingest: Ingest, incident: dict[str, Any], person: str = "dpo", role: str = "DPO") -> Any:
    path = f"/{incident['incident_id']}/closing"
    return await ask(ingest, person, role, "POST", path, json={"lessons": LESSONS})


async def test_an_incident_stays_open_until_everybody_was_told(ingest: Ingest) -> None:
    incident = await opened(ingest)
    assert incident["missing"] == ["DPO", "AUTHORITY", "PARTNERS"]
    refused = await close(ingest, incident)
    assert (refused.status_code, refused.json()["code"]) == (403, "INCIDENT_NOT_CLOSED")
    assert "DPO, AUTHORITY, PARTNERS has not been recorded" in refused.json()["detail"]
    await report(ingest, incident, "DPO", "AUTHORITY", "NO_PARTNERS")
    assert (await close(ingest, incident)).status_code == 204
    rows = await ingest.rows("SELECT outcome FROM audit_record WHERE action = 'incident.close'")
    # Both are of one instant of the test's clock, so that their identifiers say nothing of their order.
    assert sorted(row.outcome for row in rows) == ["PERMITTED", "REFUSED"]
    assert (await close(ingest, incident)).status_code == 409


@pytest.mark.parametrize("instead", ["PERSONS", "TELLING_ENDANGERS"])
async def test_persons_at_high_risk_are_told_unless_that_endangers_them(ingest: Ingest, instead: str) -> None:
    incident = await opened(ingest, is_high_risk=True)
    told = await report(ingest, incident, "DPO", "AUTHORITY", "PARTNERS")
    assert told["missing"] == ["PERSONS"]
    assert (await close(ingest, incident)).status_code == 403
    await report(ingest, incident, instead)
    assert (await close(ingest, incident)).status_code == 204


async def test_a_late_report_stands_as_late_and_keeps_nothing_open(ingest: Ingest) -> None:
    found_at = ingest.clock.now() - timedelta(hours=5)
    incident = await opened(ingest, found_at=found_at.isoformat())
    assert incident["late"] == ["CONTAINED", "DPO"]
    await report(ingest, incident, "CONTAINED", "DPO", "PARTNERS", "AUTHORITY")
    assert (await close(ingest, incident)).status_code == 204
    answer = await ask(ingest, "auditor", "AUDITOR", "GET")
    (listed,) = answer.json()["incidents"]
    assert listed["late"] == ["CONTAINED", "DPO"]
    assert listed["lessons"] == LESSONS


async def test_each_report_is_recorded_once_and_in_its_time(ingest: Ingest) -> None:
    incident = await opened(ingest)
    await report(ingest, incident, "DPO")
    await report(ingest, incident, "DPO", status=409)
    path = f"/{incident['incident_id']}/reports"
    for told_at in (ingest.clock.now() + timedelta(hours=1), ingest.clock.now() - timedelta(days=1)):
        body = {"report": "AUTHORITY", "told_at": told_at.isoformat()}
        assert (await ask(ingest, "legal", "LEGAL", "POST", path, json=body)).status_code == 409
    future = {"found_at": (ingest.clock.now() + timedelta(hours=1)).isoformat()}
    found: dict[str, Any] = {"kind": "LOSS", "persons": 0, "data_classes": ["PNR"], "is_high_risk": False}
    new = {**found, "summary": SUMMARY, **future}
    answer = await ask(ingest, "supervisor", "SUPERVISOR", "POST", json=new)
    assert answer.status_code == 409


async def test_only_the_dpo_closes_and_not_what_they_opened(ingest: Ingest) -> None:
    incident = await opened(ingest)
    assert (await close(ingest, incident, "supervisor", "SUPERVISOR")).status_code == 403
    body = {
        "kind": "MISUSE",
        "found_at": ingest.clock.now().isoformat(),
        "persons": 0,
        "data_classes": ["HIT"],
        "is_high_risk": False,
        "summary": SUMMARY,
    }
    own = (await ask(ingest, "dpo", "DPO", "POST", json=body)).json()
    refused = await close(ingest, own)
    assert (refused.status_code, refused.json()["code"]) == (409, "INCIDENT_STEP_REFUSED")
    unknown = {"incident_id": "01930000-0000-7000-8000-000000000e11"}
    assert (await close(ingest, unknown)).status_code == 404
    assert (await ask(ingest, "verifier-1", "VERIFIER", "GET")).status_code == 403
