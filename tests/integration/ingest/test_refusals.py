import random

import pytest

from tests.integration.ingest.conftest import MESSAGES, Ingest

EXAMPLE_A = (MESSAGES / "paxlst-a.edi").read_bytes()
BAD_BODIES = {
    "unknown format": (b"dear authority, please find attached", "text/plain", 400, "UNKNOWN_FORMAT"),
    "truncated interchange": (EXAMPLE_A[:-30], "application/edifact", 400, "MALFORMED_MESSAGE"),
    "unreadable flight": (
        EXAMPLE_A.replace(b"LOC+125+DXB", b"LOC+125+??"),
        "application/edifact",
        400,
        "MALFORMED_MESSAGE",
    ),
    "binary noise": (random.Random(7).randbytes(20_000), "application/edifact", 400, "UNKNOWN_FORMAT"),
    "empty body": (b"", "application/edifact", 400, "UNKNOWN_FORMAT"),
    "XML with DOCTYPE": (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        "application/xml",
        400,
        "DOCTYPE_FORBIDDEN",
    ),
    "XML of another kind": (b"<invoice/>", "application/xml", 400, "UNSUPPORTED_MESSAGE"),
    "push in XML that holds nothing": (
        b"<IATA_PNRGOV_NotifRQ/>",
        "application/xml",
        400,
        "MALFORMED_MESSAGE",
    ),
    "EDIFACT of another kind": (
        EXAMPLE_A.replace(b"PAXLST:D:15B:UN:IATA", b"BAPLIE:D:95B:UN"),
        "application/edifact",
        400,
        "UNSUPPORTED_MESSAGE",
    ),
    "push that is a list of passengers": (
        EXAMPLE_A.replace(b"PAXLST:D:15B:UN:IATA", b"PNRGOV:11:1:IA"),
        "application/edifact",
        400,
        "MALFORMED_MESSAGE",
    ),
    "JSON with unknown fields": (
        b'{"function": "PASSENGER_LIST", "flight": null, "meal": "KSML"}',
        "application/json",
        422,
        "MANIFEST_MALFORMED",
    ),
    "no JSON": (b"{", "application/json", 422, "MANIFEST_MALFORMED"),
}


@pytest.mark.parametrize(("body", "content_type", "status", "code"), BAD_BODIES.values(), ids=BAD_BODIES)
async def test_bad_body_is_refused_with_its_receipt_and_only_digest_and_faults_are_stored(
    ingest: Ingest, body: bytes, content_type: str, status: int, code: str
) -> None:
    answer = await ingest.submit(body, Content_Type=content_type)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["detail"].endswith(".")
    assert problem["receipt"]["status"] == "REJECTED"
    assert problem["receipt"]["travellers"]["accepted"] == 0
    assert problem["receipt"]["faults"][0]["severity"] == "MESSAGE_REJECTED"
    read = await ingest.get(f"/v1/receipts/{problem['receipt']['id']}", ingest.issuer.carrier_token("XA"))
    assert read.json() == problem["receipt"]
    for table in ("traveller", "flight", "outbox", "observed_batch"):
        assert await ingest.rows(f"SELECT 1 FROM {table}") == []
    (row,) = await ingest.rows("SELECT message::text AS content FROM message")
    assert "KSML" not in row.content
    assert "PAPADAKI" not in row.content


async def test_refusal_is_repeated_with_the_first_receipt(ingest: Ingest) -> None:
    first = await ingest.submit(EXAMPLE_A[:-30])
    second = await ingest.submit(EXAMPLE_A[:-30])
    assert (second.status_code, second.json()["receipt"]) == (400, first.json()["receipt"])


async def test_edifact_caller_gets_contrl_for_a_truncated_interchange(ingest: Ingest) -> None:
    answer = await ingest.submit(EXAMPLE_A[:-30], Accept="application/edifact")
    assert answer.status_code == 400
    assert "CONTRL:D:3:UN" in answer.text
    assert "UCI+XA0418271114A+XADCS+GRGOVAPI+4+13" in answer.text


async def test_edifact_caller_gets_cusres_for_an_unreadable_flight(ingest: Ingest) -> None:
    answer = await ingest.submit(EXAMPLE_A.replace(b"TDT+20+XA418+++XA'", b""), Accept="application/edifact")
    assert answer.status_code == 400
    assert "ERP+1:" in answer.text.replace("ERP+1+", "ERP+1:")
    assert "ERC+4Z'" in answer.text


async def test_refused_list_is_known_by_its_reference_and_comes_again_corrected(
    ingest: Ingest, paxlst_a: bytes
) -> None:
    refused = await ingest.submit(paxlst_a.replace(b"LOC+87+ATH'", b"LOC+87+?'"))
    assert refused.status_code == 400
    assert refused.json()["receipt"]["transaction_reference"] == "XA0418A27111401"
    corrected = await ingest.submit(paxlst_a)
    assert (corrected.status_code, corrected.json()["faults"]) == (202, [])


async def test_two_unreadable_messages_give_both_receipts(ingest: Ingest) -> None:
    broken = EXAMPLE_A.replace(b"TDT+20+XA418+++XA'", b"")
    answer = await ingest.submit(broken + broken)
    assert answer.status_code == 400
    assert len({receipt["id"] for receipt in answer.json()["receipts"]}) == 2


async def test_body_over_the_limit_is_refused_while_it_streams(ingest: Ingest) -> None:
    answer = await ingest.submit(b"A" * (10 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert await ingest.rows("SELECT 1 FROM message") == []


async def test_body_at_the_limit_is_read(ingest: Ingest) -> None:
    answer = await ingest.submit(b"A" * (10 * 1024 * 1024))
    assert (answer.status_code, answer.json()["code"]) == (400, "UNKNOWN_FORMAT")


async def test_nobody_sends_without_a_token(ingest: Ingest) -> None:
    answer = await ingest.http.post("/v1/messages", content=EXAMPLE_A)
    assert answer.status_code == 401
    assert await ingest.rows("SELECT 1 FROM message") == []


async def test_officer_may_not_send_and_the_refusal_is_recorded(ingest: Ingest) -> None:
    token = ingest.issuer.token("VERIFIER", subject="verifier-1")
    answer = await ingest.http.post(
        "/v1/messages", content=EXAMPLE_A, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 403
    (record,) = await ingest.rows(
        "SELECT actor, object_kind, object_id FROM audit_record WHERE action = 'access.refuse'"
    )
    assert tuple(record) == ("verifier-1", "PERMISSION", "SUBMIT_MESSAGE")


async def test_another_carriers_flight_is_refused(ingest: Ingest) -> None:
    answer = await ingest.submit(EXAMPLE_A.replace(b"TDT+20+XA418+++XA'", b"TDT+20+XB418+++XB'"))
    assert (answer.status_code, answer.json()["code"]) == (403, "WRONG_CARRIER")
    assert answer.json()["receipt"]["flight"]["carrier"] == "XB"
    assert await ingest.rows("SELECT 1 FROM traveller") == []


async def test_carrier_may_report_flights_that_it_is_registered_for(ingest: Ingest) -> None:
    await ingest.put_in_force(
        "carriers", {"designator": "XA", "reports_for": ["XB"], "notice_confirmed": True, "push_max": 5}
    )
    answer = await ingest.submit(EXAMPLE_A.replace(b"TDT+20+XA418+++XA'", b"TDT+20+XB418+++XB'"))
    assert answer.status_code == 202
    owner = await ingest.get(answer.headers["location"], ingest.issuer.carrier_token("XB"))
    assert owner.status_code == 200


async def test_carrier_that_is_not_registered_is_refused(ingest: Ingest) -> None:
    answer = await ingest.submit(EXAMPLE_A, carrier="XZ")
    assert (answer.status_code, answer.json()["code"]) == (403, "SENDER_UNKNOWN")


async def test_without_a_collection_profile_nothing_is_collected(bare_ingest: Ingest) -> None:
    await bare_ingest.put_in_force("carriers", {"designator": "XA", "notice_confirmed": True, "push_max": 5})
    answer = await bare_ingest.submit(EXAMPLE_A)
    assert (answer.status_code, answer.json()["fault"]) == (403, "PROFILE_NOT_IN_FORCE")


async def test_carrier_that_does_not_tell_its_passengers_is_refused(ingest: Ingest) -> None:
    await ingest.put_in_force("carriers", {"designator": "XA", "notice_confirmed": False, "push_max": 5})
    answer = await ingest.submit(EXAMPLE_A)
    assert (answer.status_code, answer.json()["fault"]) == (403, "SG-21.CARRIER_NOTICE_MISSING")


async def test_receipt_does_not_exist_for_another_carrier(ingest: Ingest) -> None:
    place = (await ingest.submit(EXAMPLE_A)).headers["location"]
    other = await ingest.get(place, ingest.issuer.carrier_token("XB"))
    unknown = await ingest.get(
        "/v1/receipts/00000000-0000-7000-8000-000000000000", ingest.issuer.carrier_token("XA")
    )
    assert other.status_code == unknown.status_code == 404
    assert other.json()["detail"] == unknown.json()["detail"]


async def test_oversight_reads_a_receipt_and_leaves_a_record(ingest: Ingest) -> None:
    place = (await ingest.submit(EXAMPLE_A)).headers["location"]
    answer = await ingest.get(place, ingest.issuer.token("AUDITOR", subject="auditor"))
    assert answer.status_code == 200
    (record,) = await ingest.rows("SELECT actor FROM audit_record WHERE action = 'receipt.read'")
    assert record.actor == "auditor"


async def test_logs_name_nobody(ingest: Ingest, capsys: pytest.CaptureFixture[str]) -> None:
    await ingest.submit(EXAMPLE_A)
    await ingest.submit(EXAMPLE_A[:-30])
    printed = capsys.readouterr()
    assert "PAPADAKI" not in printed.out + printed.err
