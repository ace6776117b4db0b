"""Incidents: clocks from the finding, a missing report keeps one open, accounts are frozen (SG-44)."""

from datetime import timedelta
from typing import Any

import pytest

from shared.accounts.errors import FrozenAccountsUnknown
from shared.accounts.frozen_accounts import FrozenAccounts
from shared.security.tokens import Principal, PrincipalKind
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


async def frozen(ingest: Ingest, *accounts: str, **changes: Any) -> dict[str, Any]:
    """An incident that names accounts, as the door knows them from its next reading on."""
    incident = await opened(ingest, kind="MISUSE", accounts=list(accounts), **changes)
    await ingest.app.state.frozen_accounts.read()
    return incident


async def release(ingest: Ingest, freeze: dict[str, Any]) -> dict[str, Any]:
    """What the supervisor proposes, as the second person sees it."""
    proposed = await ask(
        ingest, "supervisor", "SUPERVISOR", "POST", f"/freezes/{freeze['freeze_id']}/release"
    )
    assert proposed.status_code == 204, proposed.text
    (listed,) = (await ask(ingest, "auditor", "AUDITOR", "GET")).json()["incidents"]
    found: dict[str, Any] = next(
        each for each in listed["frozen"] if each["freeze_id"] == freeze["freeze_id"]
    )
    return found


async def decided(ingest: Ingest, freeze: dict[str, Any], person: str, role: str, **answer: Any) -> int:
    path = f"/releases/{freeze['release']['approval_id']}"
    found = await ask(ingest, person, role, "POST", path, json={"version": 1, **answer})
    await ingest.app.state.frozen_accounts.read()
    return int(found.status_code)


async def test_a_named_account_is_refused_until_two_people_release_it(ingest: Ingest) -> None:
    assert (await ask(ingest, "legal", "LEGAL", "GET")).status_code == 200
    incident = await frozen(ingest, "legal", "carrier-XA")
    refused = await ask(ingest, "legal", "LEGAL", "GET")
    assert (refused.status_code, refused.json()["code"]) == (403, "ACCOUNT_FROZEN")
    assert refused.json()["detail"].startswith("This account is frozen because of an incident.")
    assert (await ask(ingest, "legal-2", "LEGAL", "GET")).status_code == 200
    legal = next(each for each in incident["frozen"] if each["account"] == "legal")
    waiting = await release(ingest, legal)
    assert waiting["release"]["proposer"] == "supervisor"
    assert await decided(ingest, waiting, "supervisor", "LEGAL") == 403
    assert await decided(ingest, waiting, "legal", "LEGAL") == 403
    assert (await ask(ingest, "legal", "LEGAL", "GET")).status_code == 403
    assert await decided(ingest, waiting, "dpo", "DPO") == 204
    assert (await ask(ingest, "legal", "LEGAL", "GET")).status_code == 200
    rows = await ingest.rows(
        "SELECT action, object_id, outcome FROM audit_record WHERE action LIKE 'account.%' OR "
        "object_kind = 'ACCOUNT_RELEASE' OR action = 'access.refuse'"
    )
    assert sorted(map(tuple, rows)) == sorted(
        [
            ("account.freeze", "carrier-XA", "DONE"),
            ("account.freeze", "legal", "DONE"),
            ("account.release", "legal", "DONE"),
            ("config.change", waiting["release"]["approval_id"], "PERMITTED"),
            ("access.refuse", "READ_INCIDENTS", "REFUSED"),
            ("access.refuse", "READ_INCIDENTS", "REFUSED"),
            ("access.refuse", "RELEASE_ACCOUNT", "REFUSED"),
        ]
    )


async def test_each_freeze_and_release_is_told_to_the_other_services(ingest: Ingest) -> None:
    incident = await frozen(ingest, "verifier-1")
    (freeze,) = incident["frozen"]
    assert await decided(ingest, await release(ingest, freeze), "dpo", "DPO") == 204
    told = await ingest.rows(
        "SELECT destination, body ->> 'account' AS account, body ->> 'released_at' IS NULL AS is_frozen"
        " FROM outbox WHERE kind = 'AccountFreezeV1' ORDER BY outbox_id"
    )
    assert [tuple(row) for row in told] == [
        ("screening", "verifier-1", True),
        ("sharing", "verifier-1", True),
        ("screening", "verifier-1", False),
        ("sharing", "verifier-1", False),
    ]


async def test_a_second_person_may_leave_the_account_frozen(ingest: Ingest) -> None:
    (freeze,) = (await frozen(ingest, "legal"))["frozen"]
    waiting = await release(ingest, freeze)
    again = await ask(ingest, "admin", "ADMIN", "POST", f"/freezes/{freeze['freeze_id']}/release")
    assert (again.status_code, again.json()["code"]) == (409, "RELEASE_REFUSED")
    assert await decided(ingest, waiting, "dpo", "DPO", approve=False) == 204
    assert (await ask(ingest, "legal", "LEGAL", "GET")).status_code == 403
    assert await decided(ingest, await release(ingest, freeze), "dpo", "DPO") == 204
    released = await ask(ingest, "admin", "ADMIN", "POST", f"/freezes/{freeze['freeze_id']}/release")
    assert released.status_code == 409
    unknown = "/freezes/01930000-0000-7000-8000-000000000e11/release"
    assert (await ask(ingest, "admin", "ADMIN", "POST", unknown)).status_code == 404


async def test_whoever_proposed_a_release_and_is_frozen_meanwhile_releases_nobody(ingest: Ingest) -> None:
    (freeze,) = (await frozen(ingest, "legal"))["frozen"]
    waiting = await release(ingest, freeze)
    path = f"/{(await opened(ingest, kind='UNAUTHORISED_ACCESS'))['incident_id']}/freezes"
    named = await ask(ingest, "dpo", "DPO", "POST", path, json={"accounts": ["supervisor"]})
    assert [each["account"] for each in named.json()["frozen"]] == ["supervisor"]
    assert await decided(ingest, waiting, "dpo", "DPO") == 409
    assert (await ask(ingest, "legal", "LEGAL", "GET")).status_code == 403


async def test_the_unit_keeps_no_oversight_out_and_the_dpo_may(ingest: Ingest) -> None:
    await frozen(ingest, "auditor")
    assert (await ask(ingest, "auditor", "AUDITOR", "GET")).status_code == 200
    (incident,) = (await ask(ingest, "auditor", "AUDITOR", "GET")).json()["incidents"]
    path = f"/{(await opened(ingest, kind='MISUSE'))['incident_id']}/freezes"
    await ask(ingest, "dpo", "DPO", "POST", path, json={"accounts": ["auditor"]})
    await ingest.app.state.frozen_accounts.read()
    assert (await ask(ingest, "auditor", "AUDITOR", "GET")).status_code == 403
    assert incident["frozen"][0]["account"] == "auditor"


async def test_other_incidents_and_closed_ones_freeze_nobody(ingest: Ingest) -> None:
    body = {"accounts": ["legal"]}
    lost = await opened(ingest, kind="LOSS")
    refused = await ask(ingest, "dpo", "DPO", "POST", f"/{lost['incident_id']}/freezes", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "INCIDENT_STEP_REFUSED")
    misuse = await opened(ingest, kind="MISUSE")
    await report(ingest, misuse, "DPO", "AUTHORITY", "NO_PARTNERS")
    assert (await close(ingest, misuse)).status_code == 204
    late = await ask(ingest, "dpo", "DPO", "POST", f"/{misuse['incident_id']}/freezes", json=body)
    assert late.status_code == 409
    name = {"accounts": ["Jane Example"]}
    open_one = await opened(ingest, kind="MISUSE")
    named = await ask(ingest, "dpo", "DPO", "POST", f"/{open_one['incident_id']}/freezes", json=name)
    assert named.status_code == 422


async def test_a_reading_that_is_too_old_lets_nobody_in(ingest: Ingest) -> None:
    old = FrozenAccounts(ingest.engine, known_for_seconds=0)
    await old.read()
    with pytest.raises(FrozenAccountsUnknown):
        old.holds(Principal("legal", PrincipalKind.USER))
