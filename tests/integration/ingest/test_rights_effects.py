"""What a granted answer changes here, what screening sees anew, and what sharing is told."""

import json
import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.records_corrected import RecordsCorrectedV1
from tests.integration.ingest.conftest import Ingest
from tests.integration.ingest.test_retention import travellers
from tests.integration.ingest.test_rights import Office


async def waiting(ingest: Ingest, kind: str) -> list[dict[str, Any]]:
    rows = await ingest.rows(f"SELECT body FROM outbox WHERE kind = '{kind}' ORDER BY outbox_id")
    return [row[0] if isinstance(row[0], dict) else json.loads(row[0]) for row in rows]


async def identified(office: Office, kind: str, traveller_id: UUID) -> str:
    request_id = await office.registered(kind)
    identity = {"record_ids": [str(traveller_id)]}
    assert (await office.post(f"requests/{request_id}/identity", "LEGAL", identity)).status_code == 204
    return request_id


async def test_a_granted_rectification_puts_the_record_right_and_tells_everyone(
    ingest: Ingest, paxlst_a: bytes
) -> None:
    office = Office(ingest)
    await ingest.submit(paxlst_a)
    await ingest.screen()
    one, *_ = await travellers(ingest)
    request_id = await identified(office, "RECTIFY", one)
    right = {"surname": "BERICHTIGT", "birth_date": "1971-02-03", "document_number": "Q7654321"}
    answer = await office.answer(request_id, "GRANTED", corrections=right)
    assert answer.status_code == 200, answer.text
    [(record,)] = await ingest.rows(f"SELECT record FROM traveller WHERE traveller_id = '{one}'")
    assert (record["surname"], record["birth_date"]) == ("BERICHTIGT", "1971-02-03")
    assert record["documents"][0]["number"] == "Q7654321"
    [(before,)] = await ingest.rows(f"SELECT record FROM traveller_report WHERE traveller_id = '{one}'")
    assert before["surname"] != "BERICHTIGT", "what stood before is in the history"
    [again] = await waiting(ingest, "TravellersObservedV1")
    assert [each["traveller"]["surname"] for each in again["travellers"]] == ["BERICHTIGT"]
    [disputed, told] = await waiting(ingest, "RecordsCorrectedV1")
    assert disputed["change"] == "DISPUTED"
    message = RecordsCorrectedV1.model_validate(told)
    assert (message.travellers, message.change.value) == ([one], "RECTIFIED")
    assert message.corrections.model_dump(exclude_none=True) == right
    await ingest.submit(paxlst_a, idempotency_key="sent-again")
    [(record,)] = await ingest.rows(f"SELECT record FROM traveller WHERE traveller_id = '{one}'")
    assert record["surname"] == "BERICHTIGT", "the same wrong report again changes nothing"


@pytest.mark.parametrize(
    ("kind", "result", "change"),
    [
        ("ERASE", "GRANTED", "ERASED"),
        ("RESTRICT", "GRANTED", "RESTRICTED"),
        ("REDRESS", "CLEARED", "MISTAKEN"),
    ],
)
async def test_every_answer_in_the_persons_favour_reaches_sharing(
    ingest: Ingest, paxlst_a: bytes, kind: str, result: str, change: str
) -> None:
    office = Office(ingest)
    await ingest.submit(paxlst_a)
    one, *_ = await travellers(ingest)
    request_id = await identified(office, kind, one)
    assert (await office.answer(request_id, result)).status_code == 200
    *_, told = await waiting(ingest, "RecordsCorrectedV1")
    assert (told["travellers"], told["change"]) == ([str(one)], change)
    assert request_id not in json.dumps(told), "nobody abroad learns that a person asked"


@pytest.mark.parametrize(
    ("kind", "result", "role", "more"),
    [
        (
            "RECTIFY",
            "REFUSED",
            "DPO",
            {"ground": "SOURCE_PROTECTION", "record_ids": [str(uuid4())], "expires_days": 90},
        ),
        ("REDRESS", "UPHELD", "INDEPENDENT_AUTHORITY", {"appeal_body": "Supreme Court of XAA"}),
    ],
)
async def test_what_is_disputed_is_held_back_until_it_is_decided(
    ingest: Ingest, paxlst_a: bytes, *, kind: str, result: str, role: str, more: dict[str, Any]
) -> None:
    office = Office(ingest)
    await ingest.submit(paxlst_a)
    one, *_ = await travellers(ingest)
    request_id = await identified(office, kind, one)
    [told] = await waiting(ingest, "RecordsCorrectedV1")
    assert (told["travellers"], told["change"]) == ([str(one)], "DISPUTED")
    proposed = await office.answer(request_id, result, **more)
    assert len(await waiting(ingest, "RecordsCorrectedV1")) == 1, "a second person has not agreed yet"
    approved = await office.approve(proposed, role)
    assert approved.status_code == 200, approved.text
    changes = [each["change"] for each in await waiting(ingest, "RecordsCorrectedV1")]
    assert changes == ["DISPUTED", "UPHELD"]


async def test_access_and_what_concerns_no_record_tell_nobody(ingest: Ingest, paxlst_a: bytes) -> None:
    office = Office(ingest)
    await ingest.submit(paxlst_a)
    one, *_ = await travellers(ingest)
    assert (await office.answer(await identified(office, "ACCESS", one), "GRANTED")).status_code == 200
    assert (await office.answer(await office.registered("REDRESS"), "CLEARED")).status_code == 200
    assert await waiting(ingest, "RecordsCorrectedV1") == []


@pytest.mark.parametrize(
    ("kind", "result", "right"),
    [
        ("RECTIFY", "GRANTED", None),
        ("RECTIFY", "GRANTED", {}),
        ("ERASE", "GRANTED", {"surname": "X"}),
        ("REDRESS", "CLEARED", {"surname": "X"}),
    ],
)
async def test_a_correction_goes_with_a_rectification_and_with_nothing_else(
    bare_ingest: Ingest, kind: str, result: str, right: dict[str, str] | None
) -> None:
    office = Office(bare_ingest)
    request_id = await office.registered(kind)
    await office.post(f"requests/{request_id}/identity", "LEGAL", {"record_ids": []})
    answer = await office.answer(request_id, result, corrections=right)
    assert (answer.status_code, answer.json()["code"]) == (422, "CORRECTION_MISSING")
    assert (await office.read())["requests"][0]["decided_at"] is None


@pytest.mark.parametrize("day", ["1971-02-30", "1971-13", "71"])
async def test_a_day_that_does_not_exist_is_no_correction(bare_ingest: Ingest, day: str) -> None:
    office = Office(bare_ingest)
    request_id = await office.registered("RECTIFY")
    answer = await office.answer(request_id, "GRANTED", corrections={"birth_date": day})
    assert answer.status_code == 422
    # A whole word: the trace's random number may hold the two digits by chance.
    assert not re.search(rf"\b{day}\b", answer.text)
