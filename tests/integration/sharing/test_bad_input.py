"""What is wrong is refused, recorded and explained to who may know, and nothing has changed (issue 6)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from services.sharing.exchange import routes as exchange_routes
from services.sharing.ports import Policy
from services.sharing.protocol.envelope import MAX_NOTICE_BYTES
from services.sharing.shares.records import NoticeState, ShareState
from services.sharing.shares.safeguards import Safeguards
from services.sharing.store.registers import Register
from services.sharing.store.shares import ShareStore
from shared.policy.catalogue import CATALOGUE_FOLDER
from shared.policy.errors import CatalogueFault
from shared.policy.installed import load_safeguards
from shared.policy.verdict import Verdict
from tests.conftest import OpenDatabase
from tests.fakes import FixedClock
from tests.integration.sharing.two_states import TwoStates
from tests.integration.sharing.world import LEGAL, World, settings_for
from tests.unit.sharing.samples import NOW

COUNTERPART = "XBB-PIU-01"
GIGABYTE = 1024**3
CHUNK = b"x" * 65_536


# --- on the way out ---


async def ends_at_midnight(world: World) -> datetime:
    """The agreement with the counterpart ends at the coming midnight, which is given."""
    held = await world.sharing.registry.entries(Register.AGREEMENT)
    (agreement,) = [body for _, body in held if "XBB" in body["parties"]]
    end = (world.clock.now() + timedelta(days=1)).date()
    await world.put(Register.AGREEMENT, agreement | {"valid_to": end.isoformat()})
    return datetime(end.year, end.month, end.day, tzinfo=UTC)


async def test_agreement_carries_a_share_until_the_last_second_and_none_a_second_later(world: World) -> None:
    end = await ends_at_midnight(world)
    world.clock.advance(seconds=(end - world.clock.now()).total_seconds() - 1)
    decided = (await world.shared())[COUNTERPART]
    assert decided.verdict.permits
    waiting = await world.notice(decided.notice_id)
    world.clock.advance(seconds=1)
    late = (await world.shared())[COUNTERPART]
    assert not late.verdict.permits
    assert late.notice_id is None
    assert "SG-30.NO_AGREEMENT_IN_FORCE" in late.verdict.reasons
    # What was permitted a second before and waits is asked again, and does not leave either.
    await world.deliver()
    ended = await world.notice(waiting.notice_id)
    assert (ended.state, ended.last_fault, ended.sent_at) == (NoticeState.REFUSED, "SAFEGUARDS", None)
    assert world.held(COUNTERPART) == {}
    assert "REFUSED" in await world.logged("notice.end")


class Raising:
    """A policy engine that is broken."""

    def decide_batch(self, *_: object) -> list[Verdict]:
        raise RuntimeError("the engine is broken")


async def test_engine_that_raises_lets_nothing_be_decided_or_leave(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = (await world.shared())[COUNTERPART].notice_id
    share_id = await world.receive()
    await world.propose(share_id)
    proposal = await world.proposal_of(share_id)
    before = {table: await world.count(table) for table in ("notice", "verdict", "outbox", "audit_record")}
    safeguards = Safeguards.judge_all
    monkeypatch.setattr(Safeguards, "judge_all", broken_by(safeguards))
    with pytest.raises(RuntimeError):
        await world.sharing.decide.approve(share_id, proposal, LEGAL)
    with pytest.raises(RuntimeError):
        await world.deliver()
    assert before == {table: await world.count(table) for table in before}
    async with world.engine.connect() as connection:
        assert (await ShareStore(connection).get(share_id)).state is ShareState.PROPOSED
    assert world.held(COUNTERPART) == {}
    monkeypatch.setattr(Safeguards, "judge_all", safeguards)
    world.clock.advance(minutes=2)
    await world.deliver()
    assert list(world.held(COUNTERPART)) == [str(waiting)], "it was due again when the engine was whole"


def broken_by(judge_all: Any) -> Any:
    """The same question put to an engine that raises."""

    async def judged(self: Safeguards, *arguments: Any) -> Any:
        whole = self._policy
        self._policy = cast(Policy, Raising())
        try:
            return await judge_all(self, *arguments)
        finally:
            self._policy = whole

    return judged


def test_catalogue_that_does_not_parse_stops_the_service(database: OpenDatabase, tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    folder.mkdir()
    for source in CATALOGUE_FOLDER.iterdir():
        if source.is_file():
            (folder / source.name).write_bytes(source.read_bytes())
    (folder / "SG-30.cedar").write_text('@id("SG-30.BROKEN") forbid (principal, action')
    settings = settings_for(database("sharing"), tmp_path, policy_folder=folder)
    with pytest.raises(CatalogueFault):
        load_safeguards(settings, FixedClock(NOW))


async def test_unknown_purpose_and_unknown_fields_change_nothing(both: TwoStates) -> None:
    await both.xaa.notify()
    [share] = (await both.xaa.did("GET", "/v1/shares", "SUPERVISOR"))["shares"]
    path = f"/v1/shares/{share['share_id']}/proposal"
    words = {"statement": "Why.", "alternatives_considered": "None.", "period_days": 7}
    for wrong in ({"purpose_code": "TAXES"}, {"urgent": True}):
        answer = await both.xaa.ask("POST", path, "SUPERVISOR", body=words | wrong)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "TAXES" not in answer.text
    [after] = (await both.xaa.did("GET", "/v1/shares", "SUPERVISOR"))["shares"]
    assert after == share


# --- at the door ---


async def test_gigabyte_is_refused_after_its_first_pieces(both: TwoStates) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < GIGABYTE:
            sent += len(CHUNK)
            yield CHUNK

    answer = await both.xbb.client.post("/v1/exchange", content=endless())
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert sent <= MAX_NOTICE_BYTES + 2 * len(CHUNK), "nobody reads on once it is too long"
    declared = await both.xbb.client.post(
        "/v1/exchange", content=b"x", headers={"Content-Length": str(GIGABYTE)}
    )
    assert declared.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert await both.xbb.messages() == []
    recorded = await both.xbb.records("exchange.refuse")
    assert [each["reasons"] for each in recorded] == [["TOO_LONG"], ["TOO_LONG"]]
    assert {each["object_id"] for each in recorded} == {
        each.headers["trace-id"] for each in (answer, declared)
    }


async def refusals(both: TwoStates) -> list[httpx.Response]:
    """XBB's answers to a stranger's bytes, to a signature taken off, to a replay, to a sender suspended."""
    await both.xaa.notify()
    request = both.wire.seen[-1]
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    unsigned = {name: value for name, value in headers.items() if name != "signature"}
    post = both.xbb.client.post
    found = [
        await post("/v1/exchange", content=b"e30.e30.e30", headers=headers),
        await post("/v1/exchange", content=request.content, headers=unsigned),
        await post("/v1/exchange", content=request.content, headers=headers),
    ]
    await both.xbb.set_authority("XAA-PIU-01", status="SUSPENDED")
    both.wire.is_cut = True
    await both.xaa.notify()
    request = both.wire.seen[-1]
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    return [*found, await post("/v1/exchange", content=request.content, headers=headers)]


async def test_refusals_are_alike_in_length_form_and_time_and_each_is_recorded(
    both: TwoStates, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[float] = []

    async def noted(instant: float) -> None:
        held.append(instant)

    monkeypatch.setattr(exchange_routes, "held_until", noted)
    answers = await refusals(both)
    assert [each.json()["code"] for each in answers] == ["E401", "E401", "E409", "E423"]
    assert len({len(each.content) for each in answers}) == 1
    assert len({tuple(sorted(each.headers)) for each in answers}) == 1
    assert len(held) == len(answers), "each refusal waits, and what is taken does not"
    recorded = [reason for row in await both.xbb.records("exchange.refuse") for reason in row["reasons"]]
    assert sorted(recorded) == ["E401", "E401", "E409", "E423"]
    assert len(await both.xbb.messages()) == 1
