"""One notice's whole way through two States and on to a third, with its correction and its recall."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.sharing.store.registers import Register
from tests.conftest import OpenDatabase
from tests.fakes import FixedClock
from tests.integration.screening.lists import HADI, MISALI, a_traveller
from tests.integration.sharing.two_states import a_letter
from tests.system.exchange.states import (
    World,
    a_place,
    a_third,
    agree,
    eventually,
    keys_of,
    running,
)
from tests.unit.sharing.samples import NOW, a_country_risk
from tests.unit.sharing.signed_policy import a_signed_policy

pytestmark = pytest.mark.system

TRAVELLER = a_traveller(residence="XCC")


@pytest.fixture
async def world(database: OpenDatabase, tmp_path: Path) -> AsyncIterator[World]:
    clock = FixedClock(NOW)
    policy = await asyncio.to_thread(a_signed_policy, tmp_path, clock)
    async with AsyncExitStack() as opened:
        places = {
            name: a_place(
                name, tmp_path, {each: database(each) for each in ("sharing", "screening")}, clock, policy
            )
            for name in ("XAA", "XBB")
        }
        xcc, xcc_keys = a_third(opened, tmp_path, places["XBB"])
        xaa = await opened.enter_async_context(running(opened, places["XAA"]))
        xbb = await opened.enter_async_context(running(opened, places["XBB"]))
        for state, other in ((xaa, places["XBB"]), (xbb, places["XAA"])):
            await agree(state.sharing, other.name, f"{other.address('sharing')}/v1/exchange", keys_of(other))
            await state.screening.put_in_force()
        await agree(xbb.sharing, "XCC", xcc.address, xcc_keys)
        # XAA consents to what XBB tells XCC, so it knows how safe it is there (SG-34).
        await xaa.sharing.put(Register.COUNTRY_RISK, "XCC", a_country_risk("XCC").as_json())
        # The person is on XAA's list alone; XBB looks because XAA tells it.
        await xaa.screening.load([HADI, MISALI])
        await xbb.screening.load([MISALI])
        yield World(xaa, xbb, xcc, clock)


async def test_notice_goes_on_with_consent_and_its_correction_and_recall_reach_everyone(world: World) -> None:
    xaa, xbb, xcc = world.xaa, world.xbb, world.xcc
    traveller_id = uuid4()
    notice_id = await told_by_xaa(world)
    await xbb.screening.deliver(xbb.screening.batch([TRAVELLER], ids=[traveller_id], hours=2.9))
    hit_id = await xbb.hit_on(f"NOTICE:XAA-PIU-01:{notice_id}", "POSSIBLE_MATCH")
    await xbb.confirm(hit_id)
    await answered_by_xbb(world, notice_id)
    await passed_on_to_xcc(world, notice_id, hit_id)

    # XAA corrects: what XBB made of the notice closes, XCC is asked to erase, and only then XAA hears DONE.
    correction = a_correction(notice_id)
    corrected = await xaa.sharing.did("POST", "/v1/exchange/messages", "LIAISON", body=correction)
    await xbb.hit_on(f"NOTICE:XAA-PIU-01:{notice_id}", "CLOSED")
    await xcc.has("onward_instructions")
    recall = await xbb.message("RECALL", "OUT")
    assert (await xaa.becomes(corrected["message_id"], "DELIVERED"))["done_at"] is None
    await xcc.says_done(recall)
    await xaa.becomes(corrected["message_id"], "DONE")

    # The corrected notice is compared anew; when XAA takes it back, nothing of it is left to use.
    await xbb.screening.deliver(xbb.screening.batch([TRAVELLER], ids=[traveller_id], hours=2.5))
    anew = f"NOTICE:XAA-PIU-01:{corrected['message_id']}"
    await xbb.hit_on(anew, "POSSIBLE_MATCH")
    body = {"reason_code": "MISTAKEN_IDENTITY"}
    await xaa.sharing.did("POST", f"/v1/notices/{notice_id}/recall", "LIAISON", body=body)
    await xbb.hit_on(anew, "CLOSED")
    taken_back = await xaa.message("RECALL", "OUT")
    await xaa.becomes(taken_back["message_id"], "DONE")
    kept = await xbb.screening.rows("SELECT entry, evidence, compared_name FROM hit")
    kept += await xbb.screening.rows("SELECT source, body FROM notice_from_abroad")
    assert "NAMUDHAJI" not in str([tuple(row) for row in kept])


async def told_by_xaa(world: World) -> str:
    """XAA confirms a hit and tells XBB, whose screening has the notice then; its message id."""
    await world.xaa.screening.deliver(world.xaa.screening.batch([TRAVELLER]))
    hit_id = await world.xaa.hit_on("DEMO:", "POSSIBLE_MATCH")
    await world.xaa.confirm(hit_id)
    await world.xaa.share(hit_id, "XBB-PIU-01")
    notice = await world.xbb.message("NOTIFY")
    await world.xaa.notice_becomes(notice["message_id"], "DELIVERED")

    async def is_waiting() -> bool:
        return bool(await world.xbb.screening.rows("SELECT 1 FROM notice_from_abroad"))

    await eventually(is_waiting)
    return str(notice["message_id"])


async def answered_by_xbb(world: World, notice_id: str) -> None:
    """A person at XBB has seen it, and two say what became of it."""
    path = f"/v1/exchange/messages/{notice_id}/acknowledgement"
    await world.xbb.sharing.did("POST", path, "LIAISON")
    await world.xaa.notice_becomes(notice_id, "SEEN")
    feedback = {"message_ref": notice_id, "same_person": "YES", "measure_class": "SECONDARY_INSPECTION"}
    draft = a_letter("FEEDBACK", "XAA-PIU-01", feedback, in_reply_to=notice_id)
    await world.xbb.let_go(draft, finding="YES", individual_risk=False)
    await world.xaa.notice_becomes(notice_id, "FEEDBACK")


async def passed_on_to_xcc(world: World, notice_id: str, hit_id: str) -> None:
    """It is XAA's information: XCC is told only once XAA consents."""
    held = await world.xbb.share(hit_id, "XCC-PIU-01")
    refused = next(each for each in held["recipients"] if each["authority_id"] == "XCC-PIU-01")
    assert "SG-33.NO_ONWARD_CONSENT" in refused["reasons"]
    terms = {"names": "XCC", "data_classes": ["HIT"], "purposes": ["TERR_TRAVEL"]}
    request = {
        **terms,
        "target_message_id": notice_id,
        "use": "ONWARD",
        "grounds": "The person lives in XCC.",
        "until": "2026-06-08",
    }
    asked = await world.xbb.let_go(a_letter("CONSENT_REQUEST", "XAA-PIU-01", request))
    await world.xaa.message("CONSENT_REQUEST")
    consent = {
        **terms,
        "request_id": asked["message_id"],
        "target_message_id": notice_id,
        "granted": True,
        "expires": "2026-06-08",
    }
    await world.xaa.let_go(a_letter("CONSENT", "XBB-PIU-01", consent, in_reply_to=asked["message_id"]))
    await world.xbb.message("CONSENT")
    await world.xbb.share(hit_id, "XCC-PIU-01")
    assert (await world.xcc.has("person"))["person"]["documents"][0]["number"] == "XB4471902"


def a_correction(notice_id: str) -> dict[str, Any]:
    """The birth date was a day off."""
    payload = {
        "target_message_id": notice_id,
        "fields": ["date_of_birth"],
        "corrected": {"person": {"birth": {"kind": "EXACT", "date": "1979-05-15"}}},
        "reason_code": "INACCURATE",
        "urgent": False,
        "onward_instructions": "Correct it with everyone to whom you passed it.",
    }
    return a_letter("CORRECT", "XBB-PIU-01", payload)
