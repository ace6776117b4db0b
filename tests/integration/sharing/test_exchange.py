"""Two States exchange: notices, receipts, feedback, recalls, and every refusal on the way in."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.contracts import HitWithdrawnV1
from shared.web.purpose import Purpose
from tests.conftest import OpenDatabase
from tests.fakes import FakeIssuer, FixedClock
from tests.integration.sharing.two_states import TwoStates, a_letter, two_states
from tests.unit.sharing.samples import NOW

PERSONAL = ("EXAMPLE", "X1234567", "1980-01-02")


@pytest.fixture
async def both(database: OpenDatabase, tmp_path: Path) -> AsyncIterator[TwoStates]:
    clock = FixedClock(NOW)
    folder = tmp_path / "issuer"
    folder.mkdir(mode=0o700)
    issuer = FakeIssuer(folder, clock, ("sharing",))
    databases = {name: database("sharing") for name in ("XAA", "XBB")}
    async with two_states(databases, tmp_path, clock, issuer) as opened:
        yield opened


def a_purpose(case: str) -> Purpose:
    return Purpose("TERR_TRAVEL", case, "I compare the notice with our travellers before landing.")


async def test_notice_is_acknowledged_seen_answered_and_recalled(both: TwoStates) -> None:
    xaa, xbb = both.xaa, both.xbb
    hit_id = await xaa.notify()
    notice = await xbb.one("NOTIFY")
    assert notice["state"] == "RECEIVED"
    ours = (await xaa.did("GET", f"/v1/notices/{notice['message_id']}", "LIAISON"))["state"]
    assert ours == "DELIVERED"
    path = f"/v1/exchange/messages/{notice['message_id']}"
    content = await xbb.did("GET", f"{path}/content", "LIAISON", purpose=a_purpose(notice["message_id"]))
    assert content["payload"]["person"]["names"][0]["full"] == "EXAMPLE TEST"
    await xbb.did("POST", f"{path}/acknowledgement", "LIAISON")
    await xbb.deliver()
    assert (await xaa.did("GET", f"/v1/notices/{notice['message_id']}", "LIAISON"))["state"] == "SEEN"
    feedback = {"message_ref": notice["message_id"], "same_person": "YES", "measure_class": "DOCUMENT_CHECK"}
    draft = a_letter("FEEDBACK", xaa.authority, feedback, in_reply_to=notice["message_id"])
    verdict = await xbb.let_go(draft, finding="YES", individual_risk=False)
    assert verdict == {"permits": True, "reasons": []}
    assert (await xaa.did("GET", f"/v1/notices/{notice['message_id']}", "LIAISON"))["state"] == "FEEDBACK"
    withdrawn = HitWithdrawnV1(
        message_id=hit_id,
        hit_id=hit_id,
        reason="MISTAKEN_IDENTITY",
        is_urgent=True,
        withdrawn_at=both.clock.now(),
    )
    await xaa.sharing.withdrawals.receive(withdrawn.message_id, withdrawn)
    await xaa.deliver()
    assert (await xbb.one("NOTIFY"))["state"] == "ERASED"
    await xbb.deliver()
    recall = await xaa.one("RECALL", "OUT")
    assert (recall["state"], recall["done_at"] is not None) == ("DONE", True)
    gone = await xbb.ask("GET", f"{path}/content", "LIAISON", purpose=a_purpose(notice["message_id"]))
    assert gone.status_code == 410
    for state in (xaa, xbb):
        shown = json.dumps([await state.messages("IN"), await state.messages("OUT")])
        assert not any(word in shown for word in PERSONAL)
