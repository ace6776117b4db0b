import asyncio
import json
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.ingest.ports import Ports
from shared.contracts import TravellersObservedV1
from shared.db.engine import create_engine
from tests.integration.ingest.conftest import LEGAL_ROW, MESSAGES, PROFILE_ROW, ROUTE_ROW, Ingest

RECEIPT_KEYS = {
    "id",
    "digest",
    "is_test",
    "received_at",
    "kind",
    "transaction_reference",
    "flight",
    "status",
    "travellers",
    "faults",
    "screened",
    "screened_at",
}


def with_reference(message: bytes, reference: str) -> bytes:
    return message.replace(b"XA0418A27111401", reference.encode())


def only_first(message: bytes) -> bytes:
    """Example A with its first traveller alone."""
    start, end = message.index(b"NAD+FL+++OSEI"), message.index(b"CNT+42")
    return message[:start] + message[end:].replace(b"UNT+64", b"UNT+30")


def with_change(message: bytes, change: str, function: str = "745") -> bytes:
    return message.replace(b"BGM+745'", f"BGM+{function}+{change}'".encode())


async def test_manifest_is_acknowledged_with_its_receipt(ingest: Ingest, paxlst_a: bytes) -> None:
    answer = await ingest.submit(paxlst_a)
    assert answer.status_code == 202, answer.text
    receipt = answer.json()
    assert answer.headers["location"] == f"/v1/receipts/{receipt['id']}"
    assert set(receipt) == RECEIPT_KEYS
    assert receipt["status"] == "ACCEPTED"
    assert receipt["travellers"] == {"stated": 3, "accepted": 3, "rejected": 0}
    assert receipt["flight"] == {
        "carrier": "XA",
        "number": "418",
        "departure": "2027-11-14T05:30",
        "origin": "DXB",
        "destination": "ATH",
    }
    assert (receipt["screened"], receipt["screened_at"]) == (0, None)
    assert receipt["received_at"] == "2027-11-14T04:58:07.000Z"


async def test_receipt_can_be_read_again(ingest: Ingest, paxlst_a: bytes) -> None:
    answer = await ingest.submit(paxlst_a)
    again = await ingest.get(answer.headers["location"], ingest.issuer.carrier_token("XA"))
    assert again.json() == answer.json()


async def test_repeated_manifest_gets_the_first_receipt(ingest: Ingest, paxlst_a: bytes) -> None:
    first = await ingest.submit(paxlst_a)
    ingest.clock.advance(minutes=5)
    second = await ingest.submit(paxlst_a)
    assert second.status_code == 200
    assert second.json() == first.json()
    assert second.headers["location"] == first.headers["location"]
    assert len(await ingest.rows("SELECT 1 FROM message")) == 1
    assert len(await ingest.rows("SELECT 1 FROM outbox")) == 1


async def test_the_same_manifest_ten_times_at_once_is_stored_once(ingest: Ingest, paxlst_a: bytes) -> None:
    answers = await asyncio.gather(*(ingest.submit(paxlst_a) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [202]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert [row.number for row in await ingest.rows("SELECT count(*) AS number FROM traveller")] == [3]


async def test_reused_reference_is_taken_with_a_warning(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a)
    answer = await ingest.submit(paxlst_a.replace(b"KOFI", b"KWAME"))
    assert answer.status_code == 202
    assert answer.json()["status"] == "ACCEPTED_WITH_FAULTS"
    assert [fault["code"] for fault in answer.json()["faults"]] == ["REFERENCE_REUSED"]


@pytest.mark.parametrize(
    ("sent", "becomes"), [(b"01:F'", b"02:F'"), (b":::1'", b":::2'")], ids=["further part", "higher revision"]
)
async def test_what_continues_a_transaction_is_no_reuse(
    ingest: Ingest, paxlst_a: bytes, sent: bytes, becomes: bytes
) -> None:
    await ingest.submit(paxlst_a)
    answer = await ingest.submit(paxlst_a.replace(sent, becomes))
    assert answer.status_code == 202
    assert answer.json()["faults"] == []


async def test_lower_revision_is_a_reuse(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a.replace(b":::1'", b":::2'"))
    answer = await ingest.submit(paxlst_a)
    assert [fault["code"] for fault in answer.json()["faults"]] == ["REFERENCE_REUSED"]


async def test_body_with_two_messages_gets_two_receipts(ingest: Ingest, paxlst_a: bytes) -> None:
    crew = (MESSAGES / "paxlst-b.edi").read_bytes()
    answer = await ingest.submit(paxlst_a + crew)
    assert answer.status_code == 202
    assert "location" not in answer.headers
    assert [receipt["travellers"]["accepted"] for receipt in answer.json()] == [3, 2]


async def test_one_unreadable_message_does_not_lose_the_other(ingest: Ingest, paxlst_a: bytes) -> None:
    answer = await ingest.submit(paxlst_a + paxlst_a.replace(b"TDT+20+XA418+++XA'", b""))
    assert answer.status_code == 202
    assert [receipt["status"] for receipt in answer.json()] == ["ACCEPTED", "REJECTED"]


async def test_unreadable_traveller_is_told_and_the_others_are_taken(ingest: Ingest, paxlst_a: bytes) -> None:
    answer = await ingest.submit(paxlst_a.replace(b"DTM+329:900711", b"DTM+329:901341"))
    receipt = answer.json()
    assert (answer.status_code, receipt["status"]) == (202, "ACCEPTED_WITH_FAULTS")
    assert receipt["travellers"] == {"stated": 3, "accepted": 2, "rejected": 1}
    assert receipt["faults"] == [
        {
            "severity": "TRAVELLER_REJECTED",
            "code": "BIRTH_DATE_IMPOSSIBLE",
            "segment": "DTM",
            "position": 31,
            "traveller": 2,
            "carrier_reference": "XA418-0002",
            "locator": "Q7KD2M",
            "element": 1,
        }
    ]


async def test_edifact_caller_gets_cusres_with_the_receipts_address(ingest: Ingest, paxlst_a: bytes) -> None:
    answer = await ingest.submit(paxlst_a, Accept="application/edifact")
    assert answer.status_code == 202
    assert answer.headers["content-type"].startswith("application/edifact")
    assert answer.headers["location"].startswith("/v1/receipts/")
    assert answer.text.count("ERC+0Z'") == 3
    repeated = await ingest.submit(paxlst_a, Accept="application/edifact")
    assert (repeated.status_code, repeated.text) == (200, answer.text)


async def test_test_message_is_answered_and_not_stored(ingest: Ingest, paxlst_a: bytes) -> None:
    answer = await ingest.submit(paxlst_a.replace(b"A++APIS'", b"A++APIS++++1'"))
    assert (answer.status_code, answer.json()["is_test"]) == (202, True)
    assert answer.json()["travellers"]["accepted"] == 3
    for table in ("traveller", "flight", "outbox"):
        assert await ingest.rows(f"SELECT 1 FROM {table}") == []


async def test_json_manifest_is_taken_like_edifact(ingest: Ingest) -> None:
    manifest = json.loads((MESSAGES / "paxlst-a.json").read_text())
    answer = await ingest.submit(json.dumps(manifest).encode(), Content_Type="application/json")
    assert answer.status_code == 202, answer.text
    assert (answer.json()["kind"], answer.json()["travellers"]["accepted"]) == ("MANIFEST", 3)


async def test_neither_the_text_nor_a_plain_hash_of_it_is_stored(ingest: Ingest, paxlst_a: bytes) -> None:
    receipt = (await ingest.submit(paxlst_a)).json()
    assert receipt["digest"].startswith("hmac-sha256:")
    (stored,) = await ingest.rows("SELECT message::text AS content FROM message")
    assert "PAPADAKI" not in stored.content
    assert "UNB+" not in stored.content


async def test_remarks_about_health_leave_no_trace(ingest: Ingest, paxlst_a: bytes) -> None:
    remark = b"GEI+4+173'FTX+AAI+++WCHR DIABETIC MEAL'"
    await ingest.submit(paxlst_a.replace(b"GEI+4+173'", remark).replace(b"UNT+64", b"UNT+66"))
    for table in ("message", "traveller", "flight", "outbox"):
        assert "DIABETIC" not in str(
            [row.content for row in await ingest.rows(f"SELECT {table}::text AS content FROM {table}")]
        )
    records = await ingest.rows("SELECT convert_from(content, 'UTF8') AS content FROM audit_record")
    assert "WCHR" not in str([row.content for row in records])
    dropped = await ingest.rows("SELECT carrier, day, class, number FROM dropped")
    assert [tuple(row) for row in dropped] == [("XA", date(2027, 11, 14), "health", 2)]


async def test_elements_outside_the_profile_are_dropped_and_only_their_names_counted(
    ingest: Ingest, paxlst_a: bytes
) -> None:
    await ingest.put_in_force(
        "collection-profiles", PROFILE_ROW | {"allowed_elements": ["surname", "given_names", "date_of_birth"]}
    )
    answer = await ingest.submit(paxlst_a)
    assert answer.status_code == 202
    (first, *_) = await ingest.rows("SELECT record FROM traveller ORDER BY record ->> 'surname' DESC")
    assert {name for name, value in first.record.items() if value not in (None, [])} == {
        "role",
        "surname",
        "given_names",
        "name_sent",
        "birth_date",
        "birth_date_sent",
    }
    counted = await ingest.rows("SELECT class AS name, number FROM dropped")
    dropped = {row.name: row.number for row in counted}
    assert (dropped["element.address"], dropped["element.doc_number"]) == (1, 3)
    (record,) = await ingest.rows(
        "SELECT convert_from(content, 'UTF8')::jsonb AS content FROM audit_record "
        "WHERE action = 'ingest.accept'"
    )
    assert "address" in record.content["facts"]["dropped_elements"]


async def test_message_outside_the_routes_is_refused_until_the_route_is_in_force(
    bare_ingest: Ingest, paxlst_a: bytes
) -> None:
    await bare_ingest.put_in_force("carriers", {"designator": "XA", "notice_confirmed": True, "push_max": 5})
    await bare_ingest.put_in_force("collection-profiles", PROFILE_ROW)
    await bare_ingest.put_in_force("legal-rows", LEGAL_ROW)
    refused = await bare_ingest.submit(paxlst_a)
    assert refused.status_code == 403
    assert refused.json()["code"] == "INGEST_REFUSED"
    assert refused.json()["receipt"]["faults"][0]["code"] == "SG-04.ROUTE_NOT_IN_FORCE"
    assert await bare_ingest.rows("SELECT 1 FROM flight") == []
    await bare_ingest.put_in_force("routes", ROUTE_ROW | {"destination": "state:GRC"})
    assert (await bare_ingest.submit(paxlst_a)).status_code == 202


async def test_without_a_law_nothing_is_collected(ingest: Ingest, paxlst_a: bytes) -> None:
    ingest.clock.advance(days=800)
    await ingest.put_in_force("routes", ROUTE_ROW | {"valid_to": "2031-01-01"})
    answer = await ingest.submit(paxlst_a)
    assert answer.status_code == 403
    assert answer.json()["fault"].startswith("SG-02")


async def test_more_pushes_than_scheduled_are_refused(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.put_in_force("carriers", {"designator": "XA", "notice_confirmed": True, "push_max": 1})
    assert (await ingest.submit(paxlst_a)).status_code == 202
    answer = await ingest.submit(with_reference(paxlst_a, "ANOTHER"))
    assert (answer.status_code, answer.json()["fault"]) == (403, "SG-04.PUSHES_OVER_SCHEDULE")


async def test_resent_traveller_keeps_its_identifier_and_the_latest_report_wins(
    ingest: Ingest, paxlst_a: bytes
) -> None:
    await ingest.submit(paxlst_a)
    before = await ingest.rows("SELECT traveller_id FROM traveller ORDER BY traveller_id")
    changed = with_change(with_reference(paxlst_a, "CHANGED"), "CP").replace(b"AT3312087", b"AT9999999")
    await ingest.submit(changed)
    assert await ingest.rows("SELECT traveller_id FROM traveller ORDER BY traveller_id") == before
    (row,) = await ingest.rows("SELECT record FROM traveller WHERE record ->> 'surname' = 'PAPADAKI'")
    assert [document["number"] for document in row.record["documents"]] == ["AT9999999"]


@pytest.mark.parametrize(
    ("function", "change", "status"),
    [
        ("745", "XR", "CANCELLED"),
        ("266", "CLNB", "NOT_ON_BOARD"),
        ("266", "CLOB", "ON_BOARD"),
    ],
)
async def test_close_out_marks_travellers_and_keeps_what_is_known(
    ingest: Ingest, paxlst_a: bytes, function: str, change: str, status: str
) -> None:
    await ingest.submit(paxlst_a)
    await ingest.screen()
    message = with_change(with_reference(only_first(paxlst_a), "CLOSE"), change, function)
    receipt = (await ingest.submit(message.replace(b"DOC+P:110:111+AT3312087'", b""))).json()
    rows = await ingest.rows("SELECT record, status FROM traveller ORDER BY record ->> 'surname'")
    assert [row.status for row in rows] == ["REPORTED", "REPORTED", status]
    assert rows[2].record["documents"][0]["number"] == "AT3312087"
    assert receipt["screened"] == receipt["travellers"]["accepted"] == 1
    assert receipt["screened_at"] is not None


async def test_somebody_on_board_whom_nobody_reported_is_taken_and_told(
    ingest: Ingest, paxlst_a: bytes
) -> None:
    answer = await ingest.submit(with_change(only_first(paxlst_a), "CLOB", "266"))
    assert [fault["code"] for fault in answer.json()["faults"]] == ["TRAVELLER_NOT_REPORTED_BEFORE"]
    assert answer.json()["faults"][0]["carrier_reference"] == "XA418-0001"
    assert [row.status for row in await ingest.rows("SELECT status FROM traveller")] == ["ON_BOARD"]
    assert await ingest.screen() == 1


async def test_somebody_taken_off_whom_nobody_reported_is_told_and_not_kept(
    ingest: Ingest, paxlst_a: bytes
) -> None:
    answer = await ingest.submit(with_change(only_first(paxlst_a), "XR"))
    assert [fault["code"] for fault in answer.json()["faults"]] == ["TRAVELLER_NOT_REPORTED_BEFORE"]
    assert await ingest.rows("SELECT 1 FROM traveller") == []


async def test_cancelled_flight_is_marked(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a)
    head = paxlst_a[: paxlst_a.index(b"NAD+FL")] + paxlst_a[paxlst_a.index(b"CNT+42") :]
    answer = await ingest.submit(with_change(with_reference(head, "OFF"), "XF", "266"))
    assert answer.status_code == 202, answer.text
    assert [row.status for row in await ingest.rows("SELECT status FROM flight")] == ["CANCELLED"]


async def test_batches_hold_at_most_200_travellers_and_screening_completes_the_receipt(
    ingest: Ingest, paxlst_a: bytes
) -> None:
    receipt = (await ingest.submit(many(paxlst_a, 401))).json()
    assert receipt["travellers"]["accepted"] == 401
    assert await ingest.screen() == 3
    batches = [TravellersObservedV1.model_validate(message.body) for message in ingest.screening.delivered]
    assert sorted(len(batch.travellers) for batch in batches) == [1, 200, 200]
    assert {batch.message_id for batch in batches} == {
        message.message_id for message in ingest.screening.delivered
    }
    assert batches[0].flight.legs[0].departure_utc is not None
    after = (await ingest.get(f"/v1/receipts/{receipt['id']}", ingest.issuer.carrier_token("XA"))).json()
    assert (after["screened"], after["screened_at"]) == (401, "2027-11-14T04:58:07.000Z")


async def test_reply_that_comes_twice_counts_once(ingest: Ingest, paxlst_a: bytes) -> None:
    receipt = (await ingest.submit(paxlst_a)).json()
    (batch,) = await ingest.rows("SELECT batch_id FROM observed_batch")
    ports: Ports = ingest.app.state.ports
    for _ in range(2):
        async with ingest.engine.begin() as connection:
            await ports.stores.messages.mark_screened(connection, batch.batch_id, ingest.clock.now())
    after = await ingest.get(f"/v1/receipts/{receipt['id']}", ingest.issuer.carrier_token("XA"))
    assert after.json()["screened"] == 3


async def test_idempotency_key_gives_the_first_receipt_and_refuses_another_body(
    ingest: Ingest, paxlst_a: bytes
) -> None:
    first = await ingest.submit(paxlst_a, Idempotency_Key="k-1")
    again = await ingest.submit(paxlst_a, Idempotency_Key="k-1")
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    other = await ingest.submit(paxlst_a.replace(b"KOFI", b"KWAME"), Idempotency_Key="k-1")
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")


async def test_when_nothing_can_be_stored_the_carrier_is_told_to_come_back(
    ingest: Ingest, paxlst_a: bytes
) -> None:
    away = create_engine("postgresql+asyncpg://nobody@127.0.0.1:9/none", application_name="tests")
    ports: Ports = ingest.app.state.ports
    ingest.app.state.ports = replace(ports, database=away)
    answer = await ingest.submit(paxlst_a)
    assert (answer.status_code, answer.json()["code"]) == (503, "STORE_UNAVAILABLE")
    assert answer.headers["retry-after"] == "2"
    await away.dispose()


async def test_message_and_its_audit_record_share_a_transaction(ingest: Ingest, paxlst_a: bytes) -> None:
    receipt = (await ingest.submit(paxlst_a)).json()
    (record,) = await ingest.rows(
        "SELECT object_id, outcome, convert_from(content, 'UTF8')::jsonb AS content FROM audit_record "
        "WHERE action = 'ingest.accept'"
    )
    assert (record.object_id, record.outcome) == (receipt["id"], "DONE")
    assert record.content["facts"]["travellers"] == 3
    assert record.content["actor"] == "carrier-XA"
    assert "PAPADAKI" not in json.dumps(record.content)
    UUID(record.content["facts"]["flight_id"])


def many(message: bytes, number: int) -> bytes:
    """Example A's flight with so many passengers like its first."""
    start, end = message.index(b"NAD+FL"), message.index(b"NAD+FL+++OSEI")
    head, person, tail = message[:start], message[start:end], message[message.index(b"CNT+42") :]
    people = b"".join(
        person.replace(b"XA418-0001", b"XA418-%04d" % each).replace(b"PAPADAKI", b"PAPADAKI" + _letters(each))
        for each in range(number)
    )
    count = head.count(b"'") - 2 + people.count(b"'") + 2 - 1
    return (
        head + people + tail.replace(b"CNT+42:3", b"CNT+42:%d" % number).replace(b"UNT+64", b"UNT+%d" % count)
    )


def _letters(number: int) -> bytes:
    return bytes(65 + int(digit) for digit in str(number))


async def test_traffic_is_counted_without_naming_anybody(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a)
    figures = (await ingest.http.get("/metrics")).text
    assert 'safeconduct_ingest_messages_total{kind="PAXLST",outcome="ACCEPTED"}' in figures
    assert "PAPADAKI" not in figures
