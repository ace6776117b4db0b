"""A key is replaced: what waits for the old one is asked again, and the old one is good until its end."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import text

from deploy.local.exchange_keys import KeyKind, make_key
from services.sharing.protocol.envelope import sealed_to, signing_kid
from services.sharing.shares.records import NoticeState
from services.sharing.store.registers import Register
from tests.integration.sharing.two_states import State, TwoStates, public_keys
from tests.integration.sharing.world import World

COUNTERPART = "XBB-PIU-01"


async def rotated(world: World) -> None:
    """The counterpart seals to a new key from now on, which two people registered."""
    key = ECKey.generate_key("P-256", private=True, auto_kid=True)
    jwk = {name: str(key.as_dict(private=False)[name]) for name in ("kty", "crv", "x", "y")}
    entry = {
        "kid": str(key.kid),
        "use": "enc",
        "alg": "ECDH-ES",
        "jwk": jwk,
        "not_before": world.clock.now().isoformat(),
        "not_after": (world.clock.now() + timedelta(days=365)).isoformat(),
    }
    held = await world.sharing.registry.entries(Register.AUTHORITY)
    (body,) = [each for _, each in held if each["id"] == COUNTERPART]
    await world.put(Register.AUTHORITY, body | {"keys": [*body["keys"], entry]})
    world.simulator.counterparts[COUNTERPART].sealing = key


async def test_notice_sealed_to_the_old_key_is_refused_and_the_next_one_is_sealed_to_the_new(
    world: World,
) -> None:
    waiting = (await world.shared())[COUNTERPART].notice_id
    await rotated(world)
    await world.deliver()
    assert (await world.notice(waiting)).state is NoticeState.REFUSED
    assert world.held(COUNTERPART) == {}
    new = (await world.shared())[COUNTERPART].notice_id
    await world.deliver()
    assert (await world.notice(new)).state is NoticeState.DELIVERED


async def test_signatures_of_the_old_key_count_until_its_end_and_not_a_moment_longer(both: TwoStates) -> None:
    end = both.clock.now() + timedelta(days=30)
    keys: list[dict[str, Any]] = [
        {**key, "not_before": key["not_before"].isoformat(), "not_after": end.isoformat()}
        for key in public_keys(both.xaa.folder, both.xaa.authority)
    ]
    await both.xbb.set_authority("XAA-PIU-01", keys=keys)
    both.clock.advance(days=29)
    await both.xaa.notify()
    assert [each["type"] for each in await both.xbb.messages()] == ["NOTIFY"]
    both.clock.advance(days=1)
    await both.xaa.notify()
    assert len(await both.xbb.messages()) == 1
    assert ["E401"] in [row["reasons"] for row in await both.xbb.records("exchange.refuse")]


async def replaced(
    holder: State, other: State, kind: KeyKind, begins: Any, output: pytest.CaptureFixture[str]
) -> str:
    """Make a key as an operator does, have the other State register it beside the old ones; its id."""
    output.readouterr()
    make_key(holder.folder, kind, begins, 365)
    entry = json.JSONDecoder().raw_decode(output.readouterr().out)[0]
    old = [
        {**key, **{name: key[name].isoformat() for name in ("not_before", "not_after")}}
        for key in public_keys(holder.folder, holder.authority)
    ]
    await other.set_authority(holder.authority, keys=[*old, entry])
    return str(entry["kid"])


async def test_new_keys_are_used_while_both_services_run(
    both: TwoStates, capsys: pytest.CaptureFixture[str]
) -> None:
    now = both.clock.now()
    signs = await replaced(both.xaa, both.xbb, "signing", now, capsys)
    opens = await replaced(both.xbb, both.xaa, "sealing", now, capsys)
    await both.xaa.notify()
    async with both.xbb.sharing.engine.connect() as connection:
        (envelope,) = (
            await connection.execute(text("SELECT envelope FROM exchange_message WHERE direction = 'IN'"))
        ).scalars()
    assert signing_kid(envelope) == signs
    body = json.loads(base64.urlsafe_b64decode(envelope.split(".")[1] + "=="))
    assert sealed_to(body["payload"]) == opens
    assert (await both.xbb.one("NOTIFY"))["state"] == "RECEIVED", "it was opened, or it would not be kept"
