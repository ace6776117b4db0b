"""The simulated counterparts behave as sharing-protocol.md §6 asks of a recipient."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.counterpart_simulator import Simulator, create_simulator, load_counterparts
from services.sharing.errors import EnvelopeRefused
from services.sharing.protocol.envelope import sign, verify_acknowledgement
from tests.fakes import FixedClock
from tests.unit.sharing.samples import NOW, SENDER_KID, SIGNING_KEY, public
from tests.unit.sharing.test_envelope import MESSAGE_ID, content, sealed_content

TARGET = "XBB-PIU-01"


@dataclass
class Asked:
    """A simulator and a client that asks it."""

    simulator: Simulator
    client: httpx.AsyncClient
    clock: FixedClock

    def notice(self, **changes: Any) -> str:
        counterpart = self.simulator.counterparts[TARGET]
        fields = sealed_content(counterpart.sealing_kid, counterpart.sealing) | changes
        return sign(fields, kid=SENDER_KID, key=SIGNING_KEY)

    async def post(self, notice: str, authority_id: str = TARGET) -> httpx.Response:
        return await self.client.post(f"/{authority_id}/v1/exchange", content=notice)

    async def tell(self, mode: str) -> None:
        await self.client.post("/control", json={"mode": mode})

    async def receipts(self) -> list[int]:
        received = (await self.client.get("/received")).json()[TARGET]
        return [each["receipts"] for each in received]


@pytest.fixture
async def asked(tmp_path: Path) -> AsyncIterator[Asked]:
    clock = FixedClock(NOW)
    counterparts = load_counterparts(tmp_path, NOW - timedelta(days=1))
    simulator = Simulator(counterparts, {SENDER_KID: public(SIGNING_KEY)}, clock=clock, slow_seconds=0)
    transport = httpx.ASGITransport(app=create_simulator(simulator))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield Asked(simulator, client, clock)


def keys_of(asked: Asked) -> dict[str, dict[str, str]]:
    return {key["kid"]: key["jwk"] for key in asked.simulator.counterparts[TARGET].public_keys()}


async def test_notice_is_acknowledged_over_its_hash(asked: Asked) -> None:
    notice = asked.notice()
    answer = await asked.post(notice)
    received = verify_acknowledgement(
        answer.text, message_id=MESSAGE_ID, notice=notice, recipient=TARGET, key_of=keys_of(asked).get
    )
    assert received.message_id == MESSAGE_ID


async def test_repeated_notice_gets_the_same_acknowledgement_and_one_effect(asked: Asked) -> None:
    notice = asked.notice()
    assert (await asked.post(notice)).text == (await asked.post(notice)).text
    assert await asked.receipts() == [2]


async def test_identifier_used_again_for_something_else_is_a_replay(asked: Asked) -> None:
    await asked.post(asked.notice())
    answer = await asked.post(asked.notice(urgency="ROUTINE"))
    assert (answer.status_code, answer.json()) == (409, {"code": "E409"})


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"surprise": 1}, 415),
        ({"recipient": "XCC-PIU-01"}, 403),
        ({"created_at": "2026-05-28T07:00:00Z", "expires_at": "2026-05-31T07:00:00Z"}, 410),
    ],
)
async def test_unacceptable_notice_is_refused_by_its_code(
    asked: Asked, changes: dict[str, Any], status: int
) -> None:
    answer = await asked.post(asked.notice(**changes))
    assert (answer.status_code, answer.json()) == (status, {"code": f"E{status}"})
    assert await asked.receipts() == []


async def test_notice_sealed_to_another_is_refused(asked: Asked) -> None:
    answer = await asked.post(sign(content(), kid=SENDER_KID, key=SIGNING_KEY))
    assert answer.status_code == 401


async def test_wrong_mode_signs_as_a_stranger(asked: Asked) -> None:
    await asked.tell("wrong")
    notice = asked.notice()
    answer = await asked.post(notice)
    with pytest.raises(EnvelopeRefused):
        verify_acknowledgement(
            answer.text, message_id=MESSAGE_ID, notice=notice, recipient=TARGET, key_of=keys_of(asked).get
        )


async def test_down_reads_nothing(asked: Asked) -> None:
    await asked.tell("down")
    assert (await asked.post(asked.notice())).status_code == 503
    assert await asked.receipts() == []


async def test_slow_still_acknowledges(asked: Asked) -> None:
    await asked.tell("slow")
    assert (await asked.post(asked.notice())).status_code == 200


async def test_stranger_and_flood_are_turned_away(asked: Asked) -> None:
    assert (await asked.post("x", "NOBODY")).status_code == 404
    assert (await asked.post("x" * 70_000)).status_code == 413
    assert (await asked.client.get("/NOBODY/public-keys")).json() == []


async def test_keys_stay_the_same_over_restarts(tmp_path: Path) -> None:
    first = load_counterparts(tmp_path, NOW)
    again = load_counterparts(tmp_path, NOW + timedelta(days=1))
    assert {name: each.public_keys() for name, each in first.items()} == {
        name: each.public_keys() for name, each in again.items()
    }
    assert not [key for each in first.values() for key in each.public_keys() if "d" in key["jwk"]]
