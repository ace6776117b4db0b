"""The clocks of recalls and of notices that nobody has seen: they ring once, and stand in each message."""

from typing import Any
from uuid import uuid4

from services.sharing.exchange.overdue import CONSULAR, NOTICE, OVERDUE_NOW, SHARE
from tests.integration.sharing.two_states import TwoStates
from tests.unit.sharing.samples import a_hit


def late(kind: str, clock: str) -> float:
    """How many messages of a type are late now, as the figures say."""
    return float(OVERDUE_NOW[kind, clock]._value.get())  # noqa: SLF001 - the library has no public reader


async def rung(both: TwoStates) -> list[tuple[str, str]]:
    """What rang at XAA: type and clock."""
    records = await both.xaa.records("exchange.overdue")
    return sorted((each["facts"]["type"], each["facts"]["clock"]) for each in records)


async def recalled(both: TwoStates, **body: Any) -> str:
    """XAA recalls a notice that XBB has; the recall's id."""
    await both.xaa.notify()
    notice = await both.xbb.one("NOTIFY")
    reason = {"reason_code": "MISTAKEN_IDENTITY"} | body
    await both.xaa.did("POST", f"/v1/notices/{notice['message_id']}/recall", "LIAISON", body=reason)
    return str((await both.xaa.one("RECALL", "OUT"))["message_id"])


async def test_recall_rings_after_one_hour_four_hours_and_three_days_once_each(both: TwoStates) -> None:
    await recalled(both)
    both.clock.advance(minutes=60)
    await both.xaa.sharing.clocks.beat()
    assert await rung(both) == []
    both.clock.advance(minutes=1)
    for _ in range(2):
        await both.xaa.sharing.clocks.beat()
    assert await rung(both) == [("RECALL", "SEND")]
    assert late("RECALL", "SEND") == 1
    both.wire.is_cut = True
    await both.xaa.deliver()
    both.clock.advance(hours=3)
    await both.xaa.sharing.clocks.beat()
    assert await rung(both) == [("RECALL", "RECEIVE"), ("RECALL", "SEND")]
    clocks = {each["clock"]: each for each in (await both.xaa.one("RECALL", "OUT"))["clocks"]}
    assert {name: each["is_overdue"] for name, each in clocks.items()} == {
        "SEND": True,
        "RECEIVE": True,
        "DONE": False,
    }
    # It has left meanwhile, late: the figure falls back, what rang stays in the log.
    assert (late("RECALL", "SEND"), late("RECALL", "RECEIVE")) == (0, 1)
    both.clock.advance(hours=69)
    await both.xaa.sharing.clocks.beat()
    assert await rung(both) == [("RECALL", "DONE"), ("RECALL", "RECEIVE"), ("RECALL", "SEND")]


async def test_urgent_recall_has_a_quarter_of_an_hour_to_leave(both: TwoStates) -> None:
    await recalled(both, urgent=True)
    both.clock.advance(minutes=16)
    await both.xaa.sharing.clocks.beat()
    assert await rung(both) == [("RECALL", "SEND")]


async def test_recall_that_is_carried_out_in_time_rings_nowhere(both: TwoStates) -> None:
    await recalled(both)
    await both.xaa.deliver()
    await both.xbb.deliver()
    both.clock.advance(hours=100)
    await both.xaa.sharing.clocks.beat()
    assert await rung(both) == []


async def test_notice_that_nobody_has_seen_rings_after_four_hours(both: TwoStates) -> None:
    await both.xaa.notify()
    notice = await both.xbb.one("NOTIFY")
    assert [(each["clock"], each["is_overdue"]) for each in notice["clocks"]] == [("SEE", False)]
    both.clock.advance(hours=4, minutes=1)
    await both.xbb.sharing.clocks.beat()
    assert [each["facts"]["clock"] for each in await both.xbb.records("exchange.overdue")] == ["SEE"]
    assert late("NOTIFY", "SEE") == 1
    await both.xbb.did("POST", f"/v1/exchange/messages/{notice['message_id']}/acknowledgement", "LIAISON")
    await both.xbb.sharing.clocks.beat()
    assert late("NOTIFY", "SEE") == 0


async def test_notice_of_ours_rings_at_each_of_its_clocks_and_falls_silent_when_it_is_answered(
    both: TwoStates,
) -> None:
    both.wire.is_cut = True
    await both.xaa.notify()
    [notice] = [each for each in await notices(both) if each["clocks"]]
    assert [each["clock"] for each in notice["clocks"]] == ["SEND", "RECEIVE", "SEE", "ANSWER"]
    both.clock.advance(minutes=16)
    for _ in range(2):
        await both.xaa.sharing.clocks.beat()
    assert await rung(both) == [(NOTICE, "RECEIVE")]
    assert late(NOTICE, "RECEIVE") == 1
    both.wire.is_cut = False
    await both.xaa.deliver()
    both.clock.advance(hours=4)
    await both.xaa.sharing.clocks.beat()
    assert await rung(both) == [(NOTICE, "RECEIVE"), (NOTICE, "SEE")]
    assert (late(NOTICE, "RECEIVE"), late(NOTICE, "SEE")) == (0, 1)
    both.clock.advance(hours=69)
    await both.xaa.sharing.clocks.beat()
    assert late(NOTICE, "ANSWER") == 1
    received = await both.xbb.one("NOTIFY")
    await both.xbb.did("POST", f"/v1/exchange/messages/{received['message_id']}/acknowledgement", "LIAISON")
    await both.xbb.deliver()
    await both.xaa.sharing.clocks.beat()
    assert (late(NOTICE, "SEE"), late(NOTICE, "ANSWER")) == (0, 1)


async def test_confirmed_hit_of_which_nobody_decides_rings_after_half_an_hour(both: TwoStates) -> None:
    hit = a_hit(hit_id=uuid4(), message_id=uuid4(), confirmed_at=both.clock.now())
    await both.xaa.sharing.share_hit.receive(hit.message_id, hit)
    both.clock.advance(minutes=30)
    await both.xaa.sharing.clocks.beat()
    assert await rung(both) == []
    both.clock.advance(minutes=1)
    for _ in range(2):
        await both.xaa.sharing.clocks.beat()
    assert await rung(both) == [(SHARE, "DECIDE")]
    [share] = (await both.xaa.did("GET", "/v1/shares", "SUPERVISOR"))["shares"]
    assert [(each["clock"], each["is_overdue"]) for each in share["clocks"]] == [("DECIDE", True)]


async def test_detained_person_whom_nobody_told_rings_once_until_told(both: TwoStates) -> None:
    await both.xaa.notify()
    [share] = (await both.xaa.did("GET", "/v1/shares", "SUPERVISOR"))["shares"]
    happened = {
        "event": "DETAINED",
        "at": both.clock.now().isoformat(),
        "legal_basis": "WARRANT",
        "grounds": "Stopped under warrant W-17 by the border force; the court has seen the file.",
    }
    path = f"/v1/shares/{share['share_id']}/custody"
    custody = await both.xaa.did("POST", path, "SUPERVISOR", body=happened)
    await both.xaa.did("POST", f"/v1/custody/{custody['approval_id']}", "LEGAL", body={"version": 1})
    both.clock.advance(hours=3)
    await both.xaa.sharing.clocks.beat()
    assert (CONSULAR, "TELL") not in await rung(both)
    both.clock.advance(minutes=1)
    for _ in range(2):
        await both.xaa.sharing.clocks.beat()
    assert (await rung(both)).count((CONSULAR, "TELL")) == 1
    assert late(CONSULAR, "TELL") == 1
    await both.xaa.did("POST", f"/v1/consular/{share['share_id']}/told", "SUPERVISOR")
    await both.xaa.sharing.clocks.beat()
    assert late(CONSULAR, "TELL") == 0


async def notices(both: TwoStates) -> list[dict[str, Any]]:
    """XAA's notices as its officers see them."""
    found: list[dict[str, Any]] = (await both.xaa.did("GET", "/v1/notices", "LIAISON"))["notices"]
    return found
