"""Oversight of ingest: coverage, what was dropped, requests of persons and retention, in counts."""

from typing import Any

from services.ingest.oversight import is_in_sample
from tests.integration.ingest.conftest import CARRIER_ROW, MESSAGES, Ingest

PATH = "/v1/oversight/figures"


async def figures(ingest: Ingest, role: str = "DPO", **headers: str) -> Any:
    token = ingest.issuer.token(role, subject=role.lower(), authority="XAA-PIU-01")
    sent = {"Authorization": f"Bearer {token}", "Purpose-Code": "OVERSIGHT"} | headers
    return await ingest.http.get(PATH, headers=sent)


async def test_a_month_of_messages_and_retention_is_told_in_counts(ingest: Ingest) -> None:
    for number in range(11):
        await ingest.submit(f"not a message {number}".encode())
    answer = await figures(ingest)
    assert answer.status_code == 200, answer.text
    told = {(each["name"], each["group"]): each["value"] for each in answer.json()["figures"]}
    assert told["messages", "REJECTED"] == 11
    assert told["holds_now", None] == 0
    assert told["flights_covered_by_api", None] is None
    assert {each["kpi"] for each in answer.json()["figures"]} >= {1, 4, 11, 12, 13, 16}


async def test_who_works_there_does_not_read_as_oversight(ingest: Ingest) -> None:
    assert (await figures(ingest, "SUPERVISOR")).status_code == 403


async def test_the_court_reads_and_its_look_is_recorded(ingest: Ingest) -> None:
    assert (await figures(ingest, "COURT")).status_code == 200
    rows = await ingest.rows("SELECT outcome FROM audit_record WHERE action = 'oversight.read'")
    assert [row.outcome for row in rows] == ["PERMITTED"]


async def replayed(ingest: Ingest, action: str) -> Any:
    rows = await ingest.rows(
        f"SELECT record_id FROM audit_record WHERE action = '{action}' ORDER BY record_id DESC LIMIT 1"
    )
    token = ingest.issuer.token("DPO", subject="dpo", authority="XAA-PIU-01")
    return await ingest.http.post(
        f"/v1/oversight/decisions/{rows[0].record_id}/replay",
        headers={"Authorization": f"Bearer {token}", "Purpose-Code": "OVERSIGHT"},
    )


async def test_a_change_of_a_register_is_judged_the_same_again(ingest: Ingest) -> None:
    await ingest.put_in_force("carriers", CARRIER_ROW)
    answer = (await replayed(ingest, "config.change")).json()
    assert (answer["finding"], answer["now"]["outcome"]) == ("SAME", "PERMITTED"), answer


async def test_a_refused_message_is_judged_the_same_again(ingest: Ingest) -> None:
    await ingest.put_in_force("carriers", CARRIER_ROW | {"notice_confirmed": False})
    await ingest.submit((MESSAGES / "paxlst-a.edi").read_bytes())
    answer = (await replayed(ingest, "ingest.accept")).json()
    assert (answer["finding"], answer["now"]["outcome"]) == ("SAME", "REFUSED"), answer


async def test_a_message_taken_in_is_held_where_its_hash_picks_it(ingest: Ingest) -> None:
    await ingest.submit((MESSAGES / "paxlst-a.edi").read_bytes())
    answer = (await replayed(ingest, "ingest.accept")).json()
    is_picked = is_in_sample(answer["inputs_hash"])
    assert answer["finding"] == ("SAME" if is_picked else "NOT_HELD"), answer
