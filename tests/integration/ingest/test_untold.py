"""Decisions about boarding that no machine can tell the carrier: on a list, called once, in the log."""

from typing import Any

import httpx

from tests.integration.ingest.conftest import Ingest
from tests.integration.ingest.test_callback import decide, traveller_ids
from tests.integration.ingest.test_interactive import check_in


async def ask(ingest: Ingest, method: str, path: str, role: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {ingest.issuer.token(role, subject=role.lower())}"}
    return await ingest.http.request(method, f"/v1/directive-changes{path}", headers=headers)


async def listed(ingest: Ingest) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await ask(ingest, "GET", "", "LEGAL")).json()["changes"]
    return rows


async def test_whom_somebody_must_call_is_called_once(ingest: Ingest, paxlst_a: bytes) -> None:
    ingest.screening.is_up = True
    await check_in(ingest, paxlst_a)
    await decide(ingest, (await traveller_ids(ingest))[0])
    [change] = await listed(ingest)
    assert (change["state"], change["carrier"]) == ("NO_CALLBACK", "XA")
    [(surname,)] = await ingest.rows(
        "SELECT record ->> 'surname' FROM traveller ORDER BY traveller_id LIMIT 1"
    )
    assert surname not in str(change)
    path = f"/{change['message_id']}"
    assert (await ask(ingest, "POST", f"{path}/references", "LEGAL")).status_code == 403
    references = (await ask(ingest, "POST", f"{path}/references", "SUPERVISOR")).json()
    assert set(references) == {"locator", "carrier_reference"}
    assert (await ask(ingest, "POST", f"{path}/told", "SUPERVISOR")).status_code == 204
    assert [each["state"] for each in await listed(ingest)] == ["ACKNOWLEDGED"]
    again = await ask(ingest, "POST", f"{path}/told", "SUPERVISOR")
    assert (again.status_code, again.json()["code"]) == (404, "DIRECTIVE_CHANGE_UNKNOWN")
    references = await ask(ingest, "POST", f"{path}/references", "SUPERVISOR")
    assert (references.status_code, references.json()["code"]) == (404, "DIRECTIVE_CHANGE_UNKNOWN")
    rows = await ingest.rows(
        "SELECT action, actor FROM audit_record WHERE action IN ('directive.read', 'directive.told')"
        " ORDER BY action"
    )
    assert [tuple(row) for row in rows] == [
        ("directive.read", "supervisor"),
        ("directive.told", "supervisor"),
    ]
