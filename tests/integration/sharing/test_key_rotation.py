"""A key is replaced: what waits for the old one is asked again, and the old one is good until its end."""

from datetime import timedelta
from typing import Any

from joserfc.jwk import ECKey

from services.sharing.share_records import NoticeState
from services.sharing.store.registers import Register
from tests.integration.sharing.two_states import TwoStates, public_keys
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
