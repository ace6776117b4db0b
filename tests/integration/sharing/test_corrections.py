"""What the rights office decided reaches every State that was told, and tells none that a person asked."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.sharing.exchange.records import WITHDRAWN
from shared.contracts.records_corrected import CorrectionsV1, RecordChange, RecordsCorrectedV1
from shared.web.purpose import Purpose
from tests.integration.sharing.two_states import TwoStates


async def corrected(both: TwoStates, change: RecordChange, **right: str) -> dict[str, Any]:
    """XAA told XBB of somebody; then XAA's rights office decides on that person's records."""
    await both.xaa.notify()
    return await decided(both, change, **right)


async def decided(both: TwoStates, change: RecordChange, **right: str) -> dict[str, Any]:
    """XAA's rights office says something of the one person whom XAA shared."""
    sharing = both.xaa.sharing
    async with sharing.engine.connect() as connection:
        rows = await connection.exec_driver_sql("SELECT hit ->> 'traveller_id' FROM share")
        traveller_id = UUID(rows.scalar_one())
    message = RecordsCorrectedV1(
        message_id=uuid4(),
        travellers=[traveller_id],
        change=change,
        corrections=CorrectionsV1(**right),
        is_urgent=False,
        decided_at=both.clock.now(),
    )
    reply = await sharing.corrections.receive(message.message_id, message)
    assert await sharing.corrections.receive(message.message_id, message) == reply
    await both.xaa.deliver()
    return reply


async def test_a_rectification_reaches_the_recipient_with_what_is_right(both: TwoStates) -> None:
    reply = await corrected(both, RecordChange.RECTIFIED, surname="BEISPIEL", sex="F")
    assert reply["unreached"] == 0
    message = await both.xbb.one("CORRECT")
    assert (await both.xbb.one("NOTIFY"))["state"] in WITHDRAWN, "the old version cannot be used"
    purpose = Purpose("TERR_TRAVEL", message["message_id"], "I put our copy right as the sender asks.")
    path = f"/v1/exchange/messages/{message['message_id']}/content"
    payload = (await both.xbb.did("GET", path, "LIAISON", purpose=purpose))["payload"]
    assert payload["fields"] == ["names"]
    assert payload["corrected"]["person"]["names"][0]["full"].startswith("BEISPIEL")
    assert set(payload["corrected"]) == {"person"}, "nothing but what was put right"
    assert {name for name, value in payload["corrected"]["person"].items() if value} == {"names"}
    assert "RIGHTS" not in str(payload).upper()
    [share] = (await both.xaa.did("GET", "/v1/shares", "SUPERVISOR"))["shares"]
    preview = Purpose("TERR_TRAVEL", share["hit_id"], "I look at what we now hold of this person.")
    person = await both.xaa.did(
        "GET", f"/v1/shares/{share['share_id']}/person", "SUPERVISOR", purpose=preview
    )
    assert "BEISPIEL" in str(person)


async def test_what_was_not_sent_needs_no_correction(both: TwoStates) -> None:
    await corrected(both, RecordChange.RECTIFIED, sex="F")
    assert [each["type"] for each in await both.xbb.messages()] == ["NOTIFY"]


@pytest.mark.parametrize(
    ("change", "state"), [(RecordChange.ERASED, "ERASED"), (RecordChange.MISTAKEN, "ERASED")]
)
async def test_erasure_and_mistaken_identity_take_everything_back(
    both: TwoStates, change: RecordChange, state: str
) -> None:
    reply = await corrected(both, change)
    assert (await both.xbb.one("NOTIFY"))["state"] == state
    assert reply["told"] >= 1
    assert len(await both.xaa.records("notice.correct")) == reply["told"]


async def test_restriction_keeps_it_and_forbids_its_use(both: TwoStates) -> None:
    await corrected(both, RecordChange.RESTRICTED)
    assert (await both.xbb.one("NOTIFY"))["state"] == "RESTRICTED"


async def test_nobody_is_told_of_a_person_of_whom_nothing_was_sent(both: TwoStates) -> None:
    await both.xaa.notify()
    message = RecordsCorrectedV1(
        message_id=uuid4(),
        travellers=[uuid4()],
        change=RecordChange.ERASED,
        is_urgent=True,
        decided_at=both.clock.now(),
    )
    assert await both.xaa.sharing.corrections.receive(message.message_id, message) == {
        "told": 0,
        "unreached": 0,
    }


async def test_what_is_disputed_is_restricted_there_and_does_not_leave_here_until_it_is_decided(
    both: TwoStates,
) -> None:
    both.wire.is_cut = True
    await both.xaa.notify()
    both.wire.is_cut = False
    await decided(both, RecordChange.DISPUTED)
    both.clock.advance(seconds=3)
    await both.xaa.deliver()
    assert "NOTIFY" not in [each["type"] for each in await both.xbb.messages()]
    [share] = (await both.xaa.did("GET", "/v1/shares", "LEGAL"))["shares"]
    assert share["disputed_since"] is not None
    [refused] = [each for each in share["notices"] if each["authority_id"] == "XBB-PIU-01"]
    assert (refused["state"], refused["last_fault"]) == ("REFUSED", "SAFEGUARDS")
    detail = await both.xaa.did("GET", f"/v1/shares/{share['share_id']}", "LEGAL")
    assert any("SG-37.DISPUTED" in each["reasons"] for each in detail["verdicts"])


async def test_a_dispute_restricts_and_upholding_it_gives_a_version_that_can_be_used(both: TwoStates) -> None:
    await corrected(both, RecordChange.DISPUTED)
    assert (await both.xbb.one("NOTIFY"))["state"] == "RESTRICTED"
    await decided(both, RecordChange.UPHELD)
    message = await both.xbb.one("CORRECT")
    purpose = Purpose("TERR_TRAVEL", message["message_id"], "I read what stands after the dispute.")
    path = f"/v1/exchange/messages/{message['message_id']}/content"
    payload = (await both.xbb.did("GET", path, "LIAISON", purpose=purpose))["payload"]
    assert payload["corrected"]["person"]["names"]
    assert payload["corrected"]["flight"]
    [share] = (await both.xaa.did("GET", "/v1/shares", "LEGAL"))["shares"]
    assert share["disputed_since"] is None


async def test_what_was_restricted_can_still_be_taken_back(both: TwoStates) -> None:
    await corrected(both, RecordChange.DISPUTED)
    await decided(both, RecordChange.MISTAKEN)
    assert (await both.xbb.one("NOTIFY"))["state"] == "ERASED"


async def test_upholding_tells_nobody_who_was_not_asked_to_restrict(both: TwoStates) -> None:
    await corrected(both, RecordChange.UPHELD)
    assert [each["type"] for each in await both.xbb.messages()] == ["NOTIFY"]
