"""No order of calls gets anything past the desks of the running service: consular help, lists, the door.

Two whole services exchange over HTTP; what a post is told, a reader is shown and a counterpart is answered is
compared with an oracle in plain words (`desks.py`). A safeguard that is not asked is found: each test of that
kind forgets one on purpose.
"""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from services.sharing.exchange import desk as exchange_desk
from services.sharing.exchange import receive
from shared.accounts.frozen_accounts import FrozenAccounts
from shared.oversight import figures
from tests.conftest import SignedPolicy, Templates
from tests.fakes import FixedClock
from tests.integration.sharing.desks import OTHER, PERSONAL, PROTECTED, READERS, STATE, Desks, Post
from tests.integration.sharing.two_states import Neighbours
from tests.unit.sharing.samples import NOW
from tests.ways_out.forgetful import Forgetful
from tests.ways_out.machine import run
from tests.ways_out.packing import betraying, packed
from tests.ways_out.stepping import Stepping


@dataclass(frozen=True)
class Running(Stepping):
    """Both services, and XAA's safeguards, which can be told to forget."""

    desks: Desks
    policy: Forgetful


@pytest.fixture(scope="module")
def running(
    database_templates: Templates,
    neighbours: Neighbours,
    signed_policy: SignedPolicy,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    """One pair of States for the file; each test looks at people and messages of its own."""
    clock, folder = FixedClock(NOW), tmp_path_factory.mktemp("desks")
    policy = Forgetful(signed_policy.engine(clock))
    with database_templates.lending() as database, asyncio.Runner() as runner:
        opened = AsyncExitStack()
        opening = neighbours.opened(database, folder, clock, XAA=policy)
        both = runner.run(opened.enter_async_context(opening))
        try:
            yield Running(runner, Desks(both), policy)
        finally:
            runner.run(opened.aclose())


#: What goes wrong before a consulate is informed, and the safeguards that forbid it.
CONSULAR = {
    "not told": frozenset({"SG-36"}),
    "not asked": frozenset({"SG-36"}),
    "declined": frozenset({"SG-36"}),
    "another post picked": frozenset({"SG-36"}),
    "protected": frozenset({"SG-35", "SG-36"}),
}
FROZEN = frozenset({"SG-44"})
#: What is wrong with a sender, the look that stands against it, and the safeguard that asks for the look.
AT_THE_DOOR = {
    "sender suspended": ("sender_fault", "SG-29"),
    "agreement over": ("reason_against", "SG-30"),
}
FINDS = FROZEN.union(*CONSULAR.values(), {rule_id for _, rule_id in AT_THE_DOOR.values()})
PICKED: tuple[tuple[str, ...], ...] = ((), (STATE,), (OTHER,))
NOT_THEIRS = ("signature stripped", "signature doubled", "another's bytes", "named otherwise")


async def informed(desks: Desks, wrong: str = "") -> tuple[bool, frozenset[str]]:
    """Whether a consulate is informed when one thing is wrong, and what the oracle says of it."""
    person = await desks.detain()
    if wrong != "not told":
        await desks.tell(person)
    if wrong not in {"not told", "not asked"}:
        picked = OTHER if wrong == "another post picked" else STATE
        await desks.ask(person, "NO" if wrong == "declined" else "YES", picked)
    if wrong == "protected":
        await desks.protect(person, is_so=True)
    return await desks.inform(person, Post()), desks.forbids(person, Post())


def test_consulate_is_informed_where_the_person_wants_it(running: Running) -> None:
    assert running(informed(running.desks)) == (True, frozenset())


@pytest.mark.parametrize("wrong", CONSULAR)
def test_no_consulate_is_informed_against_a_rule_and_each_that_is_forgotten_is_found(
    running: Running, wrong: str
) -> None:
    assert running(informed(running.desks, wrong)) == (False, CONSULAR[wrong])
    with running.policy.forgetting(CONSULAR[wrong]):
        is_informed, forbidden = running(informed(running.desks, wrong))
    assert is_informed
    assert forbidden == CONSULAR[wrong]


def test_frozen_account_informs_nobody_and_a_door_that_forgets_it_is_found(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def tried(desks: Desks) -> tuple[bool, frozenset[str]]:
        person = await desks.detain()
        await desks.tell(person)
        await desks.ask(person, "YES")
        await desks.freeze(is_so=True)
        found = await desks.inform(person, Post()), desks.forbids(person, Post())
        await desks.freeze(is_so=False)
        return found

    assert running(tried(running.desks)) == (False, FROZEN)
    monkeypatch.setattr(FrozenAccounts, "holds", lambda *_: False)
    assert running(tried(running.desks)) == (True, FROZEN)


def test_lists_tell_of_nobody_and_of_no_few_and_a_count_that_is_shown_is_found(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(informed(running.desks))
    assert running(running.desks.betrayed(running.desks.office, "DPO")) == []
    monkeypatch.setattr(figures, "shown", lambda number: number)
    assert running(running.desks.betrayed(running.desks.office, "DPO")) == ["/v1/oversight/figures"]


def pack_of(running: Running, reader: str) -> dict[str, str]:
    """The evidence pack that somebody makes at these desks; nothing where they may not."""
    state = running.desks.office

    def answer(request: httpx.Request) -> httpx.Response:
        path, headers = request.url.raw_path.decode(), dict(request.headers)
        return running(state.client.request("GET", path, headers=headers))

    return packed("sharing", answer, token=state.token(reader), now=running.desks.both.clock.now())


def betrayed_by(files: dict[str, str]) -> list[str]:
    """The files that tell of somebody; the safeguards that a pack lists name protection themselves."""
    answers = {name: content for name, content in files.items() if not name.startswith("evidence.")}
    return betraying(files, *PERSONAL) + betraying(answers, *PROTECTED)


def test_pack_tells_of_nobody_and_of_no_few_and_what_does_is_found(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(informed(running.desks, "protected"))
    files = pack_of(running, "DPO")
    assert {"data/transfers.json", "logs/sharing.ndjson", "evidence.html"} <= set(files)
    assert betrayed_by(files) == []
    assert pack_of(running, "SUPERVISOR") == {}, "a pack is oversight's"
    monkeypatch.setattr(figures, "shown", lambda number: number)
    assert betraying(pack_of(running, "DPO"), *PERSONAL) == ["data/figures-sharing.json"]


async def taken_in(desks: Desks, wrong: str) -> bool:
    """Whether XBB keeps a genuine message for its people when something is wrong with its sender."""
    request, before = await desks.notify(arrives=False), await desks.kept()
    xbb = desks.both.xbb
    if wrong == "sender suspended":
        await xbb.set_authority("XAA-PIU-01", status="SUSPENDED")
    else:
        await xbb.set_agreement(valid_to="2026-06-01")
    await desks.knock(request)
    await xbb.set_authority("XAA-PIU-01", status="ACTIVE")
    await xbb.restore_agreement()
    return await desks.kept() != before


@pytest.mark.parametrize("wrong", AT_THE_DOOR)
def test_nothing_is_taken_in_against_a_rule_and_each_look_that_is_forgotten_is_found(
    running: Running, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    assert not running(taken_in(running.desks, wrong))
    monkeypatch.setattr(receive, AT_THE_DOOR[wrong][0], lambda *_: None)
    assert running(taken_in(running.desks, wrong))


async def answered(desks: Desks) -> set[tuple[str, bool]]:
    """XBB's receipts of a notice that its people have seen and that was taken back."""
    notice = await desks.notify(arrives=True)
    await desks.acknowledge()
    await desks.recall(notice)
    await desks.deliver()
    return await desks.receipts()


def test_receipts_tell_of_nobody_and_one_that_does_is_found(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert running(answered(running.desks)) == {("ACK", False), ("DONE", False)}
    monkeypatch.setattr(exchange_desk, "DESK", "EXAMPLE TEST")
    assert ("ACK", True) in running(answered(running.desks))


class AnyOrder(RuleBasedStateMachine):
    """Officers, the detained, oversight, counterparts and strangers at the door, in any order."""

    def __init__(self, running: Running) -> None:
        super().__init__()
        self.running = running
        self.desks = running.desks
        self.sizes: set[int] = set()

    @initialize()
    def begin(self) -> None:
        self.person = self.running(self.desks.detain())
        self.request = self.running(self.desks.notify(arrives=False))
        self.is_taken = False

    @rule(is_told=st.booleans(), wish=st.sampled_from(["YES", "NO"]), picked=st.sampled_from(PICKED))
    def the_officer_asks(self, is_told: bool, wish: str, picked: tuple[str, ...]) -> None:
        """Also before the person was told, and again."""
        if is_told:
            self.running(self.desks.tell(self.person))
        self.running(self.desks.ask(self.person, wish, *picked))
        self._inform()

    @rule(is_so=st.booleans())
    def the_asylum_officer_finds(self, is_so: bool) -> None:
        self.running(self.desks.protect(self.person, is_so=is_so))
        self._inform()

    @rule(is_so=st.sampled_from([False, True, False]))
    def the_account_is_frozen(self, is_so: bool) -> None:
        if is_so is not self.desks.is_frozen:
            self.running(self.desks.freeze(is_so=is_so))
        self._inform()

    @rule(is_so=st.booleans())
    def the_treaty_is_in_force(self, is_so: bool) -> None:
        self.running(self.desks.put_treaty(is_so=is_so))
        self._inform()

    def _inform(self) -> None:
        """The officer informs whomever the safeguards let; also again."""
        for post in (Post(), Post("UNHCR"), Post("PROTECTING_POWER")):
            if self.running(self.desks.inform(self.person, post)):
                assert not self.desks.forbids(self.person, post), (self.person, post)

    @rule(reader=st.sampled_from(READERS), is_ours=st.booleans())
    def somebody_reads_every_list(self, reader: str, is_ours: bool) -> None:
        state = self.desks.office if is_ours else self.desks.both.xbb
        assert self.running(self.desks.betrayed(state, reader)) == []

    @rule(reader=st.sampled_from(READERS))
    def somebody_makes_an_evidence_pack(self, reader: str) -> None:
        assert betrayed_by(pack_of(self.running, reader)) == []

    @rule(wrong=st.sampled_from(["", *NOT_THEIRS]))
    def a_message_comes(self, wrong: str) -> None:
        """Also a stranger's, and the same once more, which is a replay."""
        if wrong or self.is_taken:
            self._refused(wrong)
        else:
            self.is_taken = self.running(self.desks.knock(self.request)).is_success

    def _refused(self, wrong: str) -> None:
        """A refusal says a code, and every one is as long as any other; nothing has changed."""
        kept = self.running(self.desks.kept())
        answer = self.running(self.desks.knock(self.request, wrong))
        self.sizes.add(len(answer.content))
        assert (list(answer.json()), len(self.sizes)) == (["code"], 1), wrong
        assert self.running(self.desks.kept()) == kept

    @rule(is_seen=st.booleans(), is_taken_back=st.booleans())
    def the_couriers_go(self, is_seen: bool, is_taken_back: bool) -> None:
        """What comes back names a message of ours, and nobody."""
        if is_seen:
            self.running(self.desks.acknowledge())
        if is_taken_back:
            self.running(self.desks.recall(self.request))
        self.running(self.desks.deliver())
        assert not any(tells for _, tells in self.running(self.desks.receipts()))

    def teardown(self) -> None:
        if self.desks.is_frozen:
            self.running(self.desks.freeze(is_so=False))
        self.running(self.desks.put_treaty(is_so=False))


def test_no_order_of_calls_gets_anything_past_the_desks(running: Running) -> None:
    run(partial(AnyOrder, running), examples=5, steps=15)
