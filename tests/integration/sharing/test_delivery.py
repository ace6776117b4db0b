"""At-least-once delivery, exactly-once effect, and the safeguards at every try."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.sharing.delivery.courier import LEASE, NOT_AS_SHOWN
from services.sharing.protocol.sender import Sender
from services.sharing.protocol.transmit import Addressed, FileDrop, Transmitter
from services.sharing.shares import decide
from services.sharing.shares.drafting import Permitted, draft_notice
from services.sharing.shares.recipients import Outcome
from services.sharing.shares.records import Notice, NoticeState
from services.sharing.store.leasing import Tried
from services.sharing.store.notices import NoticeStore
from services.sharing.store.registers import Register
from shared.identifiers import AuthorityId, RandomIdentifiers
from shared.observability.metrics import REGISTRY
from tests.conftest import OpenDatabase, SignedPolicy
from tests.fakes import FixedClock
from tests.integration.sharing.world import IN_FORCE, LEGAL, World, open_world
from tests.unit.sharing.samples import NOW, OWN, SENDER_KID, SIGNING_KEY, a_hit_state

COUNTERPART = "XBB-PIU-01"


async def a_notice(world: World) -> UUID:
    notice_id = (await world.shared())[COUNTERPART].notice_id
    assert notice_id is not None
    return notice_id


async def outcomes(world: World, notice: Notice) -> list[str]:
    async with world.engine.connect() as connection:
        return [each.outcome for each in await NoticeStore(connection).tries(notice.notice_id)]


async def test_acknowledged_notice_is_delivered_and_kept_with_its_proof(world: World) -> None:
    notice_id = await a_notice(world)
    assert await world.deliver() == 1
    notice = await world.notice(notice_id)
    assert (notice.state, notice.tries) == (NoticeState.DELIVERED, 1)
    assert notice.acknowledgement is not None
    assert world.held(COUNTERPART) == {str(notice_id): 1}
    assert await world.deliver() == 0


async def test_counterpart_that_is_down_is_tried_again_later(world: World) -> None:
    notice_id = await a_notice(world)
    world.tell("down")
    await world.deliver()
    waiting = await world.notice(notice_id)
    world.tell("up")
    assert await world.deliver() == 0
    world.clock.advance(seconds=2)
    await world.deliver()
    assert (waiting.state, waiting.last_fault) == (NoticeState.SENT, "HTTP_503")
    assert await outcomes(world, waiting) == ["HTTP_503", "DELIVERED"]


async def test_notice_that_is_not_the_previewed_one_never_leaves_and_rings(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def altered(permitted: Permitted, sender: Sender, lifetime: timedelta, now: datetime) -> Notice:
        return replace(draft_notice(permitted, sender, lifetime, now), payload_digest=f"sha256:{0:064}")

    monkeypatch.setattr(decide, "draft_notice", altered)
    notice_id = await a_notice(world)
    before = stopped()
    assert await world.deliver() == 1
    notice = await world.notice(notice_id)
    assert (notice.state, notice.last_fault, notice.sent_at) == (NoticeState.REFUSED, NOT_AS_SHOWN, None)
    assert world.held(COUNTERPART) == {}
    assert await world.logged("notice.altered") == ["FAILED"]
    assert stopped() == before + 1
    world.clock.advance(hours=1)
    assert await world.deliver() == 0


def stopped() -> float:
    """How many messages were stopped because they are not as shown, as the figures say."""
    return float(REGISTRY.get_sample_value("safeconduct_exchange_altered_messages_total") or 0)


async def test_pauses_between_tries_double_up_to_a_quarter_of_an_hour(world: World) -> None:
    notice_id = await a_notice(world)
    world.tell("down")
    pauses = []
    for _ in range(12):
        await world.deliver()
        notice = await world.notice(notice_id)
        assert notice.next_try_at is not None
        pauses.append((notice.next_try_at - world.clock.now()).total_seconds())
        world.clock.advance(seconds=pauses[-1])
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


async def test_wrong_acknowledgement_proves_nothing(world: World) -> None:
    notice_id = await a_notice(world)
    world.tell("wrong")
    await world.deliver()
    notice = await world.notice(notice_id)
    assert (notice.state, notice.last_fault) == (NoticeState.SENT, "ACKNOWLEDGEMENT_WRONG")
    world.tell("up")
    world.clock.advance(seconds=2)
    await world.deliver()
    assert (await world.notice(notice_id)).state is NoticeState.DELIVERED
    assert world.held(COUNTERPART) == {str(notice_id): 2}


async def test_slow_counterpart_is_not_waited_for(
    database: OpenDatabase, keys: Path, signed_policy: SignedPolicy, clock: FixedClock
) -> None:
    addresses, policy = database("sharing", like=IN_FORCE), signed_policy.engine(clock)
    async with open_world(addresses, keys, policy, clock, delivery_timeout_seconds=0.2) as world:
        notice_id = await a_notice(world)
        world.tell("slow")
        await world.deliver()
        assert (await world.notice(notice_id)).last_fault == "TIMEOUT"


async def test_killed_sender_leaves_the_notice_due_with_the_same_identifier(world: World) -> None:
    notice_id = await a_notice(world)
    now = world.clock.now()
    # This is where kill -9 strikes: taken, perhaps sent, nothing written of how it went.
    async with world.engine.begin() as connection:
        await NoticeStore(connection).take_due(now=now, leased_until=now + LEASE)
    assert await world.deliver() == 0
    world.clock.advance(seconds=LEASE.total_seconds())
    await world.deliver()
    assert world.held(COUNTERPART) == {str(notice_id): 1}


async def test_killed_after_transmission_has_one_effect(world: World) -> None:
    notice_id = await a_notice(world)
    envelope = (await world.notice(notice_id)).envelope
    assert envelope is not None
    counterpart = world.simulator.counterparts[COUNTERPART]
    await world.simulator.receive(counterpart, envelope)
    await world.deliver()
    assert world.held(COUNTERPART) == {str(notice_id): 2}
    assert (await world.notice(notice_id)).state is NoticeState.DELIVERED


async def test_one_that_lost_its_lease_overwrites_nothing(world: World) -> None:
    notice_id = await a_notice(world)
    stale = await world.notice(notice_id)
    await world.deliver()
    async with world.engine.begin() as connection:
        assert not await NoticeStore(connection).update(stale, Tried("REFUSED"))
    assert (await world.notice(notice_id)).state is NoticeState.DELIVERED


async def test_suspended_agreement_stops_what_is_queued(world: World) -> None:
    notice_id = await a_notice(world)
    await world.sharing.registry.suspend(Register.AGREEMENT, "XAA-XBB-2025", "misuse", LEGAL)
    await world.deliver()
    notice = await world.notice(notice_id)
    verdicts = await world.stored_verdicts(notice.share_id)
    assert (notice.state, notice.last_fault) == (NoticeState.REFUSED, "SAFEGUARDS")
    assert world.held(COUNTERPART) == {}
    assert (COUNTERPART, "DELIVERY", Outcome.BLOCK) in [each[:3] for each in verdicts]
    assert await world.logged("notice.end") == ["REFUSED"]


async def test_agreement_that_ended_stops_a_retry(world: World) -> None:
    notice_id = await a_notice(world)
    world.tell("down")
    await world.deliver()
    world.tell("up")
    async with world.engine.connect() as connection:
        notice = await NoticeStore(connection).get(notice_id)
    body = dict((await world.sharing.registry.entries(Register.AGREEMENT))[0][1])
    assert body["id"] == notice.agreement_id
    await world.put(Register.AGREEMENT, body | {"valid_to": NOW.date().isoformat()})
    world.clock.advance(seconds=2)
    await world.deliver()
    assert (await world.notice(notice_id)).state is NoticeState.REFUSED
    assert world.held(COUNTERPART) == {}


async def test_hit_that_was_withdrawn_stops_a_retry(world: World) -> None:
    notice_id = await a_notice(world)
    world.hit_states.answer = a_hit_state(state="CLOSED", is_open=False)
    await world.deliver()
    assert (await world.notice(notice_id)).state is NoticeState.REFUSED


async def test_silent_screening_sends_nothing_and_waits(world: World) -> None:
    notice_id = await a_notice(world)
    world.hit_states.answer = None
    await world.deliver()
    notice = await world.notice(notice_id)
    assert (notice.state, notice.last_fault) == (NoticeState.APPROVED, "SCREENING_SILENT")
    assert world.held(COUNTERPART) == {}
    world.hit_states.answer = a_hit_state()
    world.clock.advance(seconds=2)
    await world.deliver()
    assert (await world.notice(notice_id)).state is NoticeState.DELIVERED


async def test_broken_log_chain_sends_nothing(world: World) -> None:
    notice_id = await a_notice(world)
    world.chain[0] = False
    await world.deliver()
    assert (await world.notice(notice_id)).state is NoticeState.REFUSED
    assert world.held(COUNTERPART) == {}


async def test_notice_expires_after_its_lifetime(world: World) -> None:
    notice_id = await a_notice(world)
    world.tell("down")
    await world.deliver()
    world.tell("up")
    world.clock.advance(hours=72)
    await world.deliver()
    assert (await world.notice(notice_id)).state is NoticeState.EXPIRED
    assert world.held(COUNTERPART) == {}


async def test_one_notices_fault_does_not_stop_the_others(world: World) -> None:
    broken, sound = await a_notice(world), await a_notice(world)
    world.simulator.counterparts[COUNTERPART].held = _Refusing(str(broken))
    stop = asyncio.Event()
    work = asyncio.create_task(world.sharing.delivery.run(stop))
    async with asyncio.timeout(30):
        while (await world.notice(sound)).state is not NoticeState.DELIVERED:
            pass
    stop.set()
    await work
    assert (await world.notice(broken)).state is NoticeState.SENT


async def test_recipient_that_finally_refuses_is_not_asked_again(world: World) -> None:
    notice_id = await a_notice(world)
    # The counterpart's clock is four days ahead, so that to it the notice is over.
    world.simulator._clock = type("Ahead", (), {"now": lambda _: NOW + timedelta(days=4)})()  # noqa: SLF001
    await world.deliver()
    notice = await world.notice(notice_id)
    assert (notice.state, notice.last_fault) == (NoticeState.REFUSED, "RECIPIENT_HTTP_410")


class _Refusing(dict[str, Any]):
    """What a counterpart holds, where looking for one message ends in a fault of its own."""

    def __init__(self, message_id: str) -> None:
        super().__init__()
        self._message_id = message_id

    def get(self, key: str, default: Any = None) -> Any:
        if key == self._message_id:
            raise RuntimeError("a fault that nobody foresaw")
        return super().get(key, default)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (httpx.Response(302, headers={"Location": "http://127.0.0.1/elsewhere"}), "HTTP_302"),
        (httpx.Response(200, content=b"x" * 20_000), "ANSWER_TOO_LONG"),
        (httpx.Response(500), "HTTP_500"),
    ],
)
async def test_transmitter_follows_nothing_and_reads_little(answer: httpx.Response, fault: str) -> None:
    asked: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return answer

    async with httpx.AsyncClient(transport=httpx.MockTransport(respond)) as client:
        transmitter = a_transmitter(client, profile="local")
        found = await transmitter.transmit(addressed("http://127.0.0.1:8105/v1/exchange"), "notice")
    assert found.fault == fault
    assert asked == ["http://127.0.0.1:8105/v1/exchange"]


async def test_transmitter_reaches_no_address_that_is_not_allowed() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        raise AssertionError("nothing is asked")

    async with httpx.AsyncClient(transport=httpx.MockTransport(respond)) as client:
        transmitter = a_transmitter(client, profile="production")
        found = await transmitter.transmit(addressed("https://169.254.169.254/v1/exchange"), "notice")
    assert found.fault == "ENDPOINT_NOT_ALLOWED"


@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.1"], ["203.0.113.9", "127.0.0.1"], ["::ffff:169.254.169.254"], ["fe80::1%eth0"], []],
)
async def test_name_that_leads_inward_is_not_reached(addresses: list[str]) -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        raise AssertionError("nothing is asked")

    async with httpx.AsyncClient(transport=httpx.MockTransport(respond)) as client:
        transmitter = a_transmitter(client, profile="production", addresses=addresses)
        found = await transmitter.transmit(addressed("https://piu.example/v1/exchange"), "notice")
    assert found.fault == "ADDRESS_NOT_ALLOWED"


async def test_name_is_resolved_once_and_the_address_is_pinned() -> None:
    asked: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=b"receipt")

    async with httpx.AsyncClient(transport=httpx.MockTransport(respond)) as client:
        transmitter = a_transmitter(client, profile="production", addresses=["8.8.8.8"])
        found = await transmitter.transmit(addressed("https://piu.example/v1/exchange"), "notice")
    request = asked[0]
    assert found.acknowledgement == "receipt"
    assert (request.url.host, request.headers["host"]) == ("8.8.8.8", "piu.example")
    assert request.extensions["sni_hostname"] == "piu.example"
    assert 'keyid="XAA-PIU-01.sig-1"' in request.headers["signature-input"]


async def test_file_drop_hands_over_once_and_takes_the_receipt_from_beside_it(tmp_path: Path) -> None:
    drop = FileDrop(tmp_path)
    to = addressed("file-drop:XBB-PIU-01")
    first = await drop.transmit(to, "sealed")
    written = tmp_path / "XBB-PIU-01" / f"{to.message_id}.jose"
    assert (first.fault, written.read_text(), written.stat().st_mode & 0o777) == (
        "HANDED_OVER",
        "sealed",
        0o600,
    )
    written.with_suffix(".ack").write_text("receipt\n")
    assert (await drop.transmit(to, "sealed")).acknowledgement == "receipt"


async def test_file_drop_writes_nowhere_else(tmp_path: Path) -> None:
    for address in ("file-drop:../out", "file-drop:a/b", "file-drop:"):
        assert (await FileDrop(tmp_path).transmit(addressed(address), "x")).fault == "ENDPOINT_NOT_ALLOWED"
    assert (await FileDrop(None).transmit(addressed("file-drop:XBB"), "x")).fault == "ENDPOINT_NOT_ALLOWED"
    assert list(tmp_path.glob("*")) == []  # noqa: ASYNC240 - a test's own folder


def addressed(endpoint: str) -> Addressed:
    return Addressed(endpoint, COUNTERPART, UUID(int=7))


def a_transmitter(
    client: httpx.AsyncClient, *, profile: str, addresses: list[str] | None = None
) -> Transmitter:
    async def resolver(_host: str, _port: int) -> list[str]:
        return addresses or []

    return Transmitter(
        client,
        sender=lambda: Sender(AuthorityId(OWN), SENDER_KID, SIGNING_KEY),
        clock=FixedClock(NOW),
        identifiers=RandomIdentifiers(FixedClock(NOW)),
        profile=profile,
        timeout_seconds=1,
        resolver=resolver,
    )
