"""No order of calls gets a message out of the running service past a safeguard.

The service decides and sends on a real database; what is on the wire is compared with an oracle in plain
words (`outside.py`). A safeguard that is not asked is found: each test of that kind forgets one on purpose.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services.sharing.vault import Protection
from tests.conftest import Templates
from tests.integration.sharing import world as world_module
from tests.integration.sharing.outside import (
    COVERED,
    EMERGENCY,
    FAULTS,
    NOTICE,
    QUERY,
    Departure,
    Forgetful,
    Outside,
    Subject,
)
from tests.integration.sharing.world import LEGAL, SUPERVISOR, open_world
from tests.unit.sharing.signed_policy import a_signed_policy

Given = TypeVar("Given")
#: What is known of a person from the beginning, with the safeguard that then protects them.
PERSONS: dict[str, dict[str, Any]] = {
    "an adult suspect": {},
    "a child": {"birth_date": "2012-01-02", "against": {"SG-16"}},
    "no suspect": {"entry": {"category": "ASSOCIATED"}, "against": {"SG-17"}},
    "a refugee's passport": {
        "documents": [{"type": "PR", "number": "R1", "issuer": "XCC"}],
        "against": {"SG-35"},
    },
}
#: What happens to one person, beside what goes wrong in the world.
FINDINGS = ("at risk", "a refugee", "disputed")


class Running:
    """The world, its event loop, and the safeguards that can be told to forget."""

    def __init__(self, runner: asyncio.Runner, outside: Outside, policy: Forgetful) -> None:
        self._runner = runner
        self.outside = outside
        self.policy = policy

    def __call__(self, step: Coroutine[Any, Any, Given]) -> Given:
        return self._runner.run(step)


@pytest.fixture(scope="module")
def running(database_templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One world for the file: each test begins with everything right."""
    made: list[Forgetful] = []

    def forgetful(*given: Any) -> Forgetful:
        made.append(Forgetful(a_signed_policy(*given)))
        return made[0]

    name, addresses = database_templates.clone("sharing", None)
    with pytest.MonkeyPatch.context() as patch, asyncio.Runner() as runner:
        patch.setattr(world_module, "a_signed_policy", forgetful)
        opened = AsyncExitStack()
        folder = tmp_path_factory.mktemp("order")
        opening = open_world(addresses, folder, delivery_timeout_seconds=60)
        world = runner.run(opened.enter_async_context(opening))
        try:
            yield Running(runner, Outside(world), made[0])
        finally:
            runner.run(opened.aclose())
    database_templates.postgres.run_sql("postgres", f"DROP DATABASE {name} WITH (FORCE)")


async def change(outside: Outside, subject: Subject, finding: str, *, is_so: bool) -> None:
    """Find something of a person, or that it is not so."""
    if finding == "at risk":
        await outside.assess(subject, has_risk=is_so)
    elif finding == "a refugee":
        await outside.find(subject, Protection.REFUGEE if is_so else Protection.NONE)
    else:
        await outside.dispute(subject, is_over=not is_so)


async def let_go(outside: Outside, subject: Subject, kind: str) -> bool:
    """The first two steps of a message about somebody; whether the second person's was taken."""
    if kind == NOTICE:
        await outside.assess(subject, has_risk="SG-34" in subject.against)
        await outside.propose(subject)
        return await outside.approve(subject)
    message_id = await outside.write(kind, subject)
    return message_id is not None and await outside.let_go(message_id)


async def departures(outside: Outside, kind: str, wrong: str, when: str) -> list[Departure]:
    """What leaves when something goes wrong at some moment of a message's way."""
    await outside.begin()
    subject = await outside.meet(**PERSONS.get(wrong, {}))

    async def goes_wrong() -> None:
        if wrong in FAULTS:
            await outside.turn(wrong)
        elif wrong in FINDINGS:
            await change(outside, subject, wrong, is_so=True)

    if when == "before":
        await goes_wrong()
    await let_go(outside, subject, kind)
    if when == "after approval":
        await goes_wrong()
    await outside.deliver()
    return [each for each in outside.left if each.type == kind]


def concerned(kind: str) -> list[str]:
    """What forbids a message of this type when it is wrong."""
    faults = [name for name, fault in FAULTS.items() if kind in fault.alike]
    if kind == EMERGENCY:
        faults = [name for name in faults if FAULTS[name].rules != {"SG-30"}]
    return [*faults, *FINDINGS, *(name for name in PERSONS if PERSONS[name])]


@pytest.mark.parametrize("kind", COVERED)
def test_nothing_leaves_once_something_forbids_it_and_each_safeguard_that_is_forgotten_is_found(
    running: Running, kind: str
) -> None:
    right = running(departures(running.outside, kind, "", "never"))
    assert right == [Departure(kind, frozenset())], "what nothing forbids does leave"
    for wrong in concerned(kind):
        assert running(departures(running.outside, kind, wrong, "after approval")) == [], wrong
        running.policy.forgotten = rules_of(wrong)
        leaked = running(departures(running.outside, kind, wrong, "before"))
        running.policy.forgotten = frozenset()
        assert [each.forbidden_by >= rules_of(wrong) for each in leaked] == [True], wrong


def rules_of(wrong: str) -> frozenset[str]:
    """The safeguards that forbid a message because of this."""
    of_a_finding = {"at risk": "SG-34", "a refugee": "SG-35", "disputed": "SG-37"}
    if wrong in FAULTS:
        return FAULTS[wrong].rules
    return frozenset({of_a_finding[wrong]}) if wrong in of_a_finding else frozenset(PERSONS[wrong]["against"])


class AnyOrder(RuleBasedStateMachine):
    """Officers, the DPO, screening, the registers and time, in any order."""

    def __init__(self, running: Running) -> None:
        super().__init__()
        self.running = running
        self.outside = running.outside
        self.waiting: list[Any] = []

    @initialize(who=st.sampled_from(sorted(PERSONS)))
    def begin(self, who: str) -> None:
        self.running(self.outside.begin())
        self.running(self.outside.meet(**PERSONS["an adult suspect"]))
        self.running(self.outside.meet(**PERSONS[who]))

    @rule(name=st.sampled_from(sorted(FAULTS)))
    def something_turns(self, name: str) -> None:
        self.running(self.outside.turn(name))

    @rule()
    def everything_is_mended(self) -> None:
        for name in list(self.outside.wrong):
            self.running(self.outside.turn(name))

    @rule(which=st.integers(0, 1), finding=st.sampled_from(FINDINGS), is_so=st.booleans())
    def somebody_finds(self, which: int, finding: str, is_so: bool) -> None:
        self.running(change(self.outside, self.outside.subjects[which], finding, is_so=is_so))

    @rule(which=st.integers(0, 1))
    def somebody_proposes(self, which: int) -> None:
        self.running(self.outside.propose(self.outside.subjects[which]))

    @rule(which=st.integers(0, 1), by=st.sampled_from([LEGAL, SUPERVISOR]))
    def somebody_approves(self, which: int, by: Any) -> None:
        """Also again, and also whoever proposed it."""
        self.running(self.outside.approve(self.outside.subjects[which], by))

    @rule(which=st.integers(0, 1), kind=st.sampled_from([QUERY, EMERGENCY]))
    def somebody_writes(self, which: int, kind: str) -> None:
        self.waiting.append(self.running(self.outside.write(kind, self.outside.subjects[which])))

    @rule(by=st.sampled_from([LEGAL, SUPERVISOR]))
    def the_newest_is_let_go(self, by: Any) -> None:
        """Also twice."""
        if self.waiting and self.waiting[-1] is not None:
            self.running(self.outside.let_go(self.waiting[-1], by))

    @rule(which=st.integers(0, 1))
    def a_share_goes_its_way(self, which: int) -> None:
        self.running(let_go(self.outside, self.outside.subjects[which], NOTICE))

    @rule(minutes=st.integers(1, 900))
    def time_passes(self, minutes: int) -> None:
        self.outside.world.clock.advance(minutes=minutes)

    @rule()
    def the_courier_goes(self) -> None:
        self.running(self.outside.deliver())

    @invariant()
    def nothing_left_that_a_safeguard_forbids(self) -> None:
        for departure in self.outside.left:
            assert not departure.forbidden_by, departure


def test_no_order_of_calls_gets_anything_out(running: Running) -> None:
    run_state_machine_as_test(
        partial(AnyOrder, running),  # type: ignore[arg-type]
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
