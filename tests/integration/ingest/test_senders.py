"""Who sends for whom, over HTTP: a ground handler, its names and its carriers."""

import httpx

from services.ingest.registers.rows import Register
from tests.integration.ingest.conftest import CARRIER_ROW, Ingest

HANDLER = {"client": "carrier-QH", "identifiers": ["XADCS", "QHDCS"], "carriers": ["XA", "XB"]}


def flown_by(paxlst: bytes, carrier: bytes) -> bytes:
    """The same list for a flight of another carrier."""
    return paxlst.replace(b"TDT+20+XA418+++XA'", b"TDT+20+%b418+++%b'" % (carrier, carrier))


async def with_handler(ingest: Ingest) -> None:
    await ingest.put_in_force("carriers", CARRIER_ROW | {"designator": "XB"})
    await ingest.put_in_force(Register.SENDERS, HANDLER)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_handler_reports_the_flights_of_its_carriers(ingest: Ingest, paxlst_a: bytes) -> None:
    assert code_of(await ingest.submit(paxlst_a, carrier="QH")) == (403, "SENDER_UNKNOWN")
    await with_handler(ingest)
    assert (await ingest.submit(paxlst_a, carrier="QH")).status_code == 202
    for_xb = flown_by(paxlst_a, b"XB")
    assert (await ingest.submit(for_xb, carrier="QH")).status_code == 202


async def test_name_in_the_envelope_that_is_not_the_senders_is_refused(
    ingest: Ingest, paxlst_a: bytes
) -> None:
    await with_handler(ingest)
    for segment in (b"UNB+UNOA:4+", b"UNG+PAXLST+"):
        body = paxlst_a.replace(segment + b"XADCS", segment + b"ZZDCS")
        answer = await ingest.submit(body, carrier="QH")
        assert code_of(answer) == (403, "SENDER_NAME_UNKNOWN")
        assert answer.json()["receipt"]["faults"][0]["code"] == "SENDER_NAME_UNKNOWN"
    assert await ingest.rows("SELECT 1 FROM traveller") == []


async def test_flight_of_a_carrier_that_it_does_not_send_for_is_refused(
    ingest: Ingest, paxlst_a: bytes
) -> None:
    await with_handler(ingest)
    answer = await ingest.submit(flown_by(paxlst_a, b"XD"), carrier="QH")
    assert code_of(answer) == (403, "WRONG_CARRIER")


async def test_both_the_handler_and_the_carrier_read_the_receipt(ingest: Ingest, paxlst_a: bytes) -> None:
    await with_handler(ingest)
    receipt = (await ingest.submit(paxlst_a, carrier="QH")).json()
    for reader, status in (("QH", 200), ("XA", 200), ("XB", 404)):
        token = ingest.issuer.carrier_token(reader)
        assert (await ingest.get(f"/v1/receipts/{receipt['id']}", token)).status_code == status


async def test_idempotency_key_is_the_accounts_own(ingest: Ingest, paxlst_a: bytes) -> None:
    await with_handler(ingest)
    first = await ingest.submit(paxlst_a, Idempotency_Key="42")
    second = await ingest.submit(flown_by(paxlst_a, b"XB"), carrier="QH", Idempotency_Key="42")
    assert (first.status_code, second.status_code) == (202, 202)
    again = await ingest.submit(paxlst_a, Idempotency_Key="42")
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
