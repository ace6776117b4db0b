"""Gate passes and master crew lists are answered; nobody of them is stored, screened or sent on."""

import pytest

from tests.integration.ingest.conftest import MESSAGES, Ingest

EXAMPLE_A = (MESSAGES / "paxlst-a.edi").read_bytes()
FLIGHT = EXAMPLE_A[EXAMPLE_A.index(b"TDT+20") : EXAMPLE_A.index(b"NAD+FL")]
GATE_PASS = EXAMPLE_A.replace(b"BGM+745'", b"BGM+655'").replace(FLIGHT, b"TDT+20+XA418'LOC+91+XQA'\n")
MASTER_CREW = EXAMPLE_A.replace(b"BGM+745'", b"BGM+336+G'").replace(
    FLIGHT, b"TDT+20+XAMCL'LOC+188+XQA'DTM+554:2711140530:201'\n"
)
LISTS = {"gate pass": (GATE_PASS, "GATE_PASS"), "master crew list": (MASTER_CREW, "MASTER_CREW_LIST")}


@pytest.mark.parametrize(("body", "function"), LISTS.values(), ids=LISTS)
async def test_list_without_a_flight_is_taken_and_its_people_are_not_kept(
    ingest: Ingest, body: bytes, function: str
) -> None:
    answer = await ingest.submit(body)
    receipt = answer.json()
    assert (answer.status_code, receipt["status"]) == (202, "ACCEPTED_WITH_FAULTS")
    assert receipt["travellers"] == {"stated": 3, "accepted": 0, "rejected": 0}
    assert (receipt["screened"], receipt["screened_at"]) == (0, receipt["received_at"])
    assert [fault["code"] for fault in receipt["faults"]][-1] == f"{function}_NOT_KEPT"
    for table in ("traveller", "flight", "outbox", "observed_batch"):
        assert await ingest.rows(f"SELECT 1 FROM {table}") == []
    (row,) = await ingest.rows("SELECT message::text AS content FROM message")
    assert "PAPADAKI" not in row.content
    (record,) = await ingest.rows("SELECT content FROM audit_record WHERE action = 'ingest.accept'")
    assert b'"travellers_not_kept":3' in record.content
    assert function.encode() in record.content


async def test_list_without_a_flight_is_acknowledged_by_cusres_without_a_directive(ingest: Ingest) -> None:
    answer = await ingest.submit(MASTER_CREW, Accept="application/edifact")
    assert answer.status_code == 202
    assert "BGM+312'" in answer.text
    assert "ERC" not in answer.text


async def test_list_without_a_flight_sent_again_gets_the_first_receipt(ingest: Ingest) -> None:
    first, again = await ingest.submit(GATE_PASS), await ingest.submit(GATE_PASS)
    assert (again.status_code, again.json()) == (200, first.json())


async def test_key_of_a_list_is_not_reused_for_another(ingest: Ingest) -> None:
    await ingest.submit(GATE_PASS, Idempotency_Key="K1")
    answer = await ingest.submit(MASTER_CREW, Idempotency_Key="K1")
    assert (answer.status_code, answer.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")


async def test_list_of_another_carriers_crew_is_refused(ingest: Ingest) -> None:
    answer = await ingest.submit(MASTER_CREW.replace(b"XAMCL", b"XBMCL"))
    assert (answer.status_code, answer.json()["code"]) == (403, "WRONG_CARRIER")


async def test_unreadable_person_of_a_list_is_no_fault_of_its_receipt(ingest: Ingest) -> None:
    answer = await ingest.submit(GATE_PASS.replace(b"DTM+329:900711", b"DTM+329:901341"))
    assert [fault["code"] for fault in answer.json()["faults"]] == ["COUNT_MISMATCH", "GATE_PASS_NOT_KEPT"]
