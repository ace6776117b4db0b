"""One flight under many names, one traveller across messages, and what was reported before."""

import pytest

from services.ingest.intake.observed import WITHDRAWN_KIND
from shared.contracts import TravellersObservedV1, TravellersWithdrawnV1
from tests.integration.ingest.conftest import Ingest
from tests.integration.ingest.test_receive import only_first, with_change, with_reference


async def flights(ingest: Ingest) -> int:
    return len(await ingest.rows("SELECT 1 FROM flight"))


@pytest.mark.parametrize(
    ("sent", "becomes"),
    [
        (b"TDT+20+XA418+++XA", b"TDT+20+XA0418+++XA"),
        (b"TDT+20+XA418+++XA", b"TDT+20+XA418A+++XA"),
        (b"2711140530", b"2711140130"),
        (b"2711140530", b"2711140640"),
    ],
    ids=["leading zero", "operational suffix", "UTC taken for local", "delayed"],
)
async def test_another_spelling_is_the_same_flight(
    ingest: Ingest, paxlst_a: bytes, sent: bytes, becomes: bytes
) -> None:
    await ingest.submit(paxlst_a)
    assert sent in paxlst_a
    answer = await ingest.submit(with_reference(paxlst_a.replace(sent, becomes), "OTHER"))
    assert answer.status_code == 202, answer.text
    assert await flights(ingest) == 1
    assert len(await ingest.rows("SELECT 1 FROM traveller")) == 3


@pytest.mark.parametrize(
    ("sent", "becomes"),
    [
        (b"TDT+20+XA418+++XA", b"TDT+20+XA419+++XA"),
        (b"2711140530", b"2711150530"),
        (b"LOC+125+DXB", b"LOC+125+AUH"),
    ],
    ids=["number", "day", "origin"],
)
async def test_what_differs_is_another_flight(
    ingest: Ingest, paxlst_a: bytes, sent: bytes, becomes: bytes
) -> None:
    await ingest.submit(paxlst_a)
    assert sent in paxlst_a
    await ingest.submit(with_reference(paxlst_a.replace(sent, becomes), "OTHER"))
    assert await flights(ingest) == 2


async def test_time_sent_in_utc_by_mistake_does_not_move_the_flight(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a)
    await ingest.submit(with_reference(paxlst_a.replace(b"2711140530", b"2711140130"), "OTHER"))
    (row,) = await ingest.rows("SELECT legs FROM flight")
    assert row.legs[0]["departure"] == "2027-11-14T05:30"


async def test_corrected_name_and_new_passport_keep_the_traveller_and_the_report_before(
    ingest: Ingest, paxlst_a: bytes
) -> None:
    first = (await ingest.submit(paxlst_a)).json()
    changed = paxlst_a.replace(b"AT3312087", b"AT9999999").replace(b"PAPADAKI", b"PAPADAKIS")
    second = (await ingest.submit(with_change(with_reference(changed, "CHANGED"), "CP"))).json()
    assert len(await ingest.rows("SELECT 1 FROM traveller")) == 3
    reports = await ingest.rows(
        "SELECT r.message_id, r.superseded_by, r.record FROM traveller_report r WHERE r.record IS NOT NULL"
    )
    (report,) = reports
    assert (str(report.message_id), str(report.superseded_by)) == (first["id"], second["id"])
    assert (report.record["surname"], report.record["documents"][0]["number"]) == ("PAPADAKI", "AT3312087")
    # The others were reported again too: who said so and when is kept, without a second copy of the record.
    assert len(await ingest.rows("SELECT 1 FROM traveller_report WHERE record IS NULL")) == 2


async def test_only_what_changed_is_screened_again(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a)
    await ingest.screen()
    changed = with_reference(paxlst_a.replace(b"AT3312087", b"AT9999999"), "OTHER")
    receipt = (await ingest.submit(changed)).json()
    assert (receipt["screened"], receipt["screened_at"]) == (2, None)
    assert await ingest.screen() == 1
    batch = TravellersObservedV1.model_validate(ingest.screening.delivered[-1].body)
    assert [each.traveller["surname"] for each in batch.travellers] == ["PAPADAKI"]


@pytest.mark.parametrize(
    ("function", "change", "reason"),
    [("745", "XR", "CANCELLED"), ("745", "RP", "CANCELLED"), ("266", "CLNB", "NOT_ON_BOARD")],
)
async def test_screening_learns_who_is_off_the_flight(
    ingest: Ingest, paxlst_a: bytes, function: str, change: str, reason: str
) -> None:
    await ingest.submit(paxlst_a)
    await ingest.screen()
    message = with_reference(only_first(paxlst_a), "OFF")
    await ingest.submit(with_change(message, change, function))
    await ingest.submit(with_change(message.replace(b"OFF", b"OFF2"), change, function))
    (told,) = await ingest.rows(f"SELECT body FROM outbox WHERE kind = '{WITHDRAWN_KIND}'")
    withdrawn = TravellersWithdrawnV1.model_validate(told.body)
    (off,) = await ingest.rows("SELECT traveller_id FROM traveller WHERE status NOT IN ('REPORTED')")
    assert (withdrawn.reason, withdrawn.travellers) == (reason, [off.traveller_id])


@pytest.mark.parametrize("back", [("745", "CP"), ("266", "CLOB")])
async def test_somebody_back_on_the_flight_is_screened_as_a_new_traveller(
    ingest: Ingest, paxlst_a: bytes, back: tuple[str, str]
) -> None:
    await ingest.submit(paxlst_a)
    await ingest.screen()
    await ingest.submit(with_change(with_reference(only_first(paxlst_a), "OFF"), "XR"))
    await ingest.screen()
    function, change = back
    await ingest.submit(with_change(with_reference(only_first(paxlst_a), "BACK"), change, function))
    assert await ingest.screen() == 1
    rows = await ingest.rows(
        "SELECT traveller_id, status, followed_by, record FROM traveller"
        " WHERE record ->> 'surname' = 'PAPADAKI' ORDER BY followed_by NULLS LAST"
    )
    assert rows[0].followed_by == rows[1].traveller_id
    assert [row.status for row in rows] == ["CANCELLED", "ON_BOARD" if change == "CLOB" else "REPORTED"]
    assert rows[1].record["documents"][0]["number"] == "AT3312087"


async def test_unreported_person_not_on_board_is_kept_and_not_screened(
    ingest: Ingest, paxlst_a: bytes
) -> None:
    answer = await ingest.submit(with_change(only_first(paxlst_a), "CLNB", "266"))
    assert [fault["code"] for fault in answer.json()["faults"]] == ["TRAVELLER_NOT_REPORTED_BEFORE"]
    assert [row.status for row in await ingest.rows("SELECT status FROM traveller")] == ["NOT_ON_BOARD"]
    assert await ingest.screen() == 0


async def test_cancelled_flight_takes_everybody_off(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a)
    await ingest.screen()
    head = paxlst_a[: paxlst_a.index(b"NAD+FL")] + paxlst_a[paxlst_a.index(b"CNT+42") :]
    await ingest.submit(with_change(with_reference(head, "OFF"), "XF", "266"))
    (told,) = await ingest.rows(f"SELECT body FROM outbox WHERE kind = '{WITHDRAWN_KIND}'")
    withdrawn = TravellersWithdrawnV1.model_validate(told.body)
    assert (withdrawn.reason, len(withdrawn.travellers)) == ("FLIGHT_CANCELLED", 3)
    assert {row.status for row in await ingest.rows("SELECT status FROM traveller")} == {"CANCELLED"}
    await ingest.submit(with_reference(paxlst_a, "AGAIN"))
    assert [row.status for row in await ingest.rows("SELECT status FROM flight")] == ["EXPECTED"]
    await ingest.screen()
    assert len(await ingest.rows("SELECT 1 FROM traveller WHERE status = 'REPORTED'")) == 3


async def test_changed_flight_is_told_for_everybody_on_it(ingest: Ingest, paxlst_a: bytes) -> None:
    receipt = (await ingest.submit(paxlst_a)).json()
    await ingest.screen()
    head = paxlst_a[: paxlst_a.index(b"NAD+FL")] + paxlst_a[paxlst_a.index(b"CNT+42") :]
    changed = with_change(with_reference(head, "NEWTIME"), "CF", "266").replace(b"XA418", b"XA9418")
    changed = changed.replace(b"2711140530", b"2711141130")
    # The exchange keeps its common access reference, by which the flight is known under its new number.
    changed = changed.replace(b"XA9418/", b"XA418/")
    answer = await ingest.submit(changed)
    assert answer.status_code == 202, answer.text
    assert await flights(ingest) == 1
    assert await ingest.screen() == 1
    batch = TravellersObservedV1.model_validate(ingest.screening.delivered[-1].body)
    assert (len(batch.travellers), batch.flight.number) == (3, "9418")
    assert str(batch.flight.legs[0].departure) == "2027-11-14 11:30:00"
    after = await ingest.get(f"/v1/receipts/{receipt['id']}", ingest.issuer.carrier_token("XA"))
    assert after.json()["screened"] == 3
