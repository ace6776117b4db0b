"""No order of calls gets a message out of the running service past a safeguard.

The service decides and sends on a real database; what is on the wire is compared with an oracle in plain
words (`outside.py`). A safeguard that is not asked is found: each test of that kind forgets one on purpose.
"""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.sharing.exchange import sending as exchange_sending
from services.sharing.protocol.own_keys import load_sealing_keys
from services.sharing.vault import Protection
from shared.security.roles import Role
from shared.security.tokens import Principal
from tests.conftest import SignedPolicy, Templates
from tests.fakes import FixedClock
from tests.integration.sharing.outside import COVERED, Departure, Outside
from tests.integration.sharing.outside_faults import EMERGENCIES_SUSPENDED, FAULTS, OF_A_REVIEW
from tests.integration.sharing.outside_letters import (
    CONSENT,
    COUNTERPART,
    EMERGENCY,
    FEEDBACK,
    KINDS,
    NOTICE,
    PNR,
    QUERY,
    SILENT,
    STANDING,
    WITHDRAWING,
    Ground,
    Subject,
)
from tests.integration.sharing.outside_oracle import PERSONS_RULES
from tests.integration.sharing.world import IN_FORCE, LEGAL, LIAISON, SUPERVISOR, a_person, open_world
from tests.unit.sharing.samples import NOW
from tests.ways_out.forgetful import Forgetful
from tests.ways_out.machine import run
from tests.ways_out.stepping import Stepping

#: What is known of a person from the beginning, with the safeguard that then protects them.
PERSONS: dict[str, dict[str, Any]] = {
    "an adult suspect": {},
    "a child": {"birth_date": "2012-01-02", "against": {"SG-16"}},
    "no suspect": {"entry": {"category": "ASSOCIATED"}, "against": {"SG-17"}},
    "a refugee's passport": {
        "document": {"type": "PR", "issuer": "XCC"},
        "against": {"SG-35"},
    },
    "known from another State": {"told_by": "XCC-PIU-01", "against": {"SG-33"}},
}
#: What happens to one person, beside what goes wrong in the world.
FINDINGS = {"at risk": "SG-34", "a refugee": "SG-35", "disputed": "SG-37"}
#: What is left undone of a message's steps.
OFFICE = "somebody who oversees nobody"
STEPS = {"the same finding": "SG-09", "a grant": "SG-24", OFFICE: "SG-42"}
TAKEN_BACK = "taken back"
#: What forbids that two people of one post put a treaty in force.
ONE_POST = frozenset({"SG-27"})
COUNSEL, SECOND_COUNSEL = a_person("counsel", Role.LEGAL), a_person("counsel-2", Role.LEGAL)
COLLEAGUE = a_person("colleague", Role.LIAISON)
OVERSEER = a_person("overseer", Role.LEGAL, Role.HUMAN_RIGHTS, Role.DPO)
OFFICERS = {
    "legal": LEGAL,
    "liaison": LIAISON,
    "colleague": COLLEAGUE,
    "supervisor": SUPERVISOR,
    "overseer": OVERSEER,
}
#: The order of a court that lets a child be told of, where a legal officer has seen it (SG-16).
ORDER = "Court 2 Gs 14/26"
#: Each fault is tried on these; on the others one fault of each safeguard.
TRIED_WHOLLY = (NOTICE,)


@dataclass(frozen=True)
class Running(Stepping):
    """The world, and the safeguards that can be told to forget."""

    outside: Outside
    policy: Forgetful


@pytest.fixture(scope="module")
def running(
    database_templates: Templates,
    in_force: Path,
    signed_policy: SignedPolicy,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    """One world for the file: each test begins with everything right."""
    clock = FixedClock(NOW)
    policy = Forgetful(signed_policy.engine(clock))
    folder = copytree(in_force, tmp_path_factory.mktemp("order"), dirs_exist_ok=True)
    with database_templates.lending() as database, asyncio.Runner() as runner:
        opened = AsyncExitStack()
        opening = open_world(database("sharing", like=IN_FORCE), folder, policy, clock)
        world = runner.run(opened.enter_async_context(opening))
        (own_key,) = load_sealing_keys(folder).values()
        try:
            yield Running(runner, Outside(world, own_key), policy)
        finally:
            runner.run(opened.aclose())


async def change(outside: Outside, subject: Subject, finding: str, *, is_so: bool) -> None:
    """Find something of a person, or that it is not so."""
    if finding == "at risk":
        await outside.assess(subject, has_risk=is_so)
    elif finding == "a refugee":
        await outside.find(subject, Protection.REFUGEE if is_so else Protection.NONE)
    else:
        await outside.dispute(subject, is_over=not is_so)


async def departures(
    outside: Outside, kind: str, wrong: str, when: str, *, is_silent: bool = False
) -> list[Departure]:
    """What leaves when something goes wrong at some moment of a message's way."""
    await outside.begin()
    theirs = {"told_by": COUNTERPART} if kind in (FEEDBACK, "CONSENT_REQUEST") else {}
    subject = await outside.meet(**theirs | PERSONS.get(wrong, {}))
    ground = await outside.ground(kind, subject)
    outside.left.clear()

    async def goes_wrong() -> None:
        if wrong in FAULTS:
            await outside.turn(wrong)
        elif wrong in FINDINGS:
            await change(outside, subject, wrong, is_so=True)
        elif wrong == TAKEN_BACK:
            await outside.take_back(ground)

    if when == "before":
        await goes_wrong()
    approver = OVERSEER if wrong == OFFICE else LEGAL
    await outside.let_go(kind, ground, without=wrong, is_silent=is_silent, approver=approver)
    if when == "after approval":
        await goes_wrong()
    await outside.deliver()
    return [each for each in outside.left if each.type == kind]


def concerned(kind: str) -> list[str]:
    """What forbids a message of this type when it is wrong."""
    faults = [name for name, fault in FAULTS.items() if kind in fault.alike]
    if kind == EMERGENCY:
        faults = [name for name in faults if FAULTS[name].rules != {"SG-30"}]
    if kind not in TRIED_WHOLLY:
        faults = list({FAULTS[name].rules: name for name in faults}.values())
    of_somebody = [*FINDINGS, *(name for name in PERSONS if PERSONS[name] and kind != CONSENT)]
    return [*faults, *(name for name in of_somebody if rules_of(name) <= PERSONS_RULES[kind])]


def rules_of(wrong: str) -> frozenset[str]:
    """The safeguards that forbid a message because of this."""
    if wrong in FAULTS:
        return FAULTS[wrong].rules
    of_it = {**FINDINGS, **STEPS, TAKEN_BACK: "SG-37"}.get(wrong)
    return frozenset({of_it}) if of_it else frozenset(PERSONS[wrong]["against"])


def stopped_at(wrong: str) -> str:
    """The moment up to which something still stops a message when it goes wrong."""
    is_of_writing = wrong in FAULTS and FAULTS[wrong].forbids_writing
    return "before" if is_of_writing else "after approval"


def found(running: Running, kind: str, wrong: str, *, is_silent: bool = False) -> bool:
    """Whether the oracle finds what leaves once the safeguards are forgotten that this breaks."""
    # What may not be told is left out of what is written later.
    when = "after approval" if wrong in FAULTS and FAULTS[wrong].word else "before"
    with running.policy.forgetting(rules_of(wrong)):
        leaked = running(departures(running.outside, kind, wrong, when, is_silent=is_silent))
    return [each.forbidden_by >= rules_of(wrong) for each in leaked] == [True]


#: Whatever goes wrong with a message, by its type, and what is left undone of its way.
TRIED = {kind: concerned(kind) for kind in COVERED if kind not in (*WITHDRAWING, *STANDING)}
LEFT_UNDONE = (
    (PNR, "a grant"),
    (FEEDBACK, "the same finding"),
    ("IDENTITY_ANSWER", "the same finding"),
    (NOTICE, OFFICE),
    (QUERY, OFFICE),
)
FINDS = frozenset().union(
    *(rules_of(wrong) for tried in TRIED.values() for wrong in tried),
    *(rules_of(wrong) for _, wrong in LEFT_UNDONE),
    ONE_POST,
)


@pytest.mark.parametrize("kind", COVERED)
def test_what_nothing_forbids_leaves(running: Running, kind: str) -> None:
    right = running(departures(running.outside, kind, "", "never"))
    assert right == [Departure(kind, frozenset())]


@pytest.mark.parametrize("kind", TRIED)
def test_nothing_leaves_once_something_forbids_it_and_each_safeguard_that_is_forgotten_is_found(
    running: Running, kind: str
) -> None:
    for wrong in TRIED[kind]:
        assert running(departures(running.outside, kind, wrong, stopped_at(wrong))) == [], wrong
        assert found(running, kind, wrong), wrong


@pytest.mark.parametrize("kind", SILENT)
def test_drafter_who_names_no_hit_hides_nothing_that_is_known_of_the_person(
    running: Running, kind: str
) -> None:
    outside = running.outside
    right = running(departures(outside, kind, "", "never", is_silent=True))
    assert right == [Departure(kind, frozenset())]
    for wrong in (*FINDINGS, *(name for name in PERSONS if PERSONS[name])):
        left = running(departures(outside, kind, wrong, "after approval", is_silent=True))
        assert left == [], wrong
        assert found(running, kind, wrong, is_silent=True), wrong


@pytest.mark.parametrize(("kind", "wrong"), LEFT_UNDONE)
def test_nothing_leaves_without_a_step_of_its_way(running: Running, kind: str, wrong: str) -> None:
    assert running(departures(running.outside, kind, wrong, "before")) == []
    assert found(running, kind, wrong)


@pytest.mark.parametrize("kind", [FEEDBACK, CONSENT])
@pytest.mark.parametrize("when", ["before", "after approval"])
def test_nothing_more_is_told_of_a_notice_that_was_taken_back(running: Running, kind: str, when: str) -> None:
    assert running(departures(running.outside, kind, TAKEN_BACK, when)) == []


async def ordered(outside: Outside, kind: str, approver: Principal) -> list[Departure]:
    """What leaves of a child when the first person names a court's order, by who lets it go."""
    await outside.begin()
    ground = await outside.ground(kind, await outside.meet(**PERSONS["a child"]))
    outside.left.clear()
    await outside.assess(ground.subject, has_risk=False)
    await outside.let_go(kind, ground, order=ORDER, approver=approver)
    await outside.deliver()
    return [each for each in outside.left if each.type == kind]


@pytest.mark.parametrize("kind", [NOTICE, QUERY, PNR])
def test_child_is_told_of_by_a_courts_order_that_a_legal_officer_has_seen(
    running: Running, kind: str
) -> None:
    assert running(ordered(running.outside, kind, LEGAL)) == [Departure(kind, frozenset())]
    assert running(ordered(running.outside, kind, COLLEAGUE)) == []


@pytest.mark.parametrize("kind", sorted(OF_A_REVIEW))
def test_what_the_agreement_does_not_name_is_left_out(running: Running, kind: str) -> None:
    told = running(departures(running.outside, kind, "agreement names fewer fields", "before"))
    assert told == [Departure(kind, frozenset())]


def test_emergency_relaxes_nothing_while_oversight_suspends_emergencies(running: Running) -> None:
    async def declared_before() -> list[Departure]:
        outside = running.outside
        await outside.begin()
        ground = Ground(await outside.meet())
        await outside.turn("agreement over")
        assert await outside.let_go(EMERGENCY, ground)
        await outside.turn(EMERGENCIES_SUSPENDED)
        await outside.deliver()
        return outside.left

    assert running(declared_before()) == []


async def one_post(outside: Outside) -> list[Departure]:
    """What leaves under a treaty that two legal officers put in force."""
    await outside.begin()
    ground = Ground(await outside.meet())
    await outside.change_treaty(COUNSEL, SECOND_COUNSEL)
    await outside.let_go(NOTICE, ground)
    await outside.deliver()
    return outside.left


def test_treaty_is_put_in_force_by_two_posts_and_a_forgotten_division_is_found(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = running.outside.world.sharing.registry
    rules = vars(vars(registry)["_approvals"])["_rules"]
    assert not running(running.outside.change_treaty(COUNSEL, SECOND_COUNSEL))
    monkeypatch.setitem(rules, "AGREEMENT", replace(rules["AGREEMENT"], different_roles=False))
    assert not running(running.outside.change_treaty(COUNSEL, SECOND_COUNSEL)), "SG-27 refuses it by itself"
    with running.policy.forgetting(ONE_POST):
        leaked = running(one_post(running.outside))
    assert leaked == [Departure(NOTICE, ONE_POST)]


async def withdrawals(outside: Outside, kind: str, way: str) -> list[Departure]:
    """What leaves when one person withdraws what was never sent, twice, or corrects beyond it."""
    await outside.begin()
    subject = await outside.meet()
    ground = await outside.ground(kind, subject) if way != "never sent" else Ground(subject)
    outside.left.clear()
    if way == "after a recall":
        await outside.let_go("RECALL", ground)
        await outside.deliver()
    await outside.write(kind, ground, is_beyond=way == "beyond what was sent")
    await outside.deliver()
    return [each for each in outside.left if each.type == kind]


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        *((kind, "never sent") for kind in WITHDRAWING),
        ("CORRECT", "beyond what was sent"),
        ("CORRECT", "after a recall"),
    ],
)
def test_one_person_tells_nobody_more_and_a_forgotten_look_is_found(
    running: Running, monkeypatch: pytest.MonkeyPatch, kind: str, way: str
) -> None:
    assert running(withdrawals(running.outside, kind, way)) == []

    async def looked_at_by_nobody(*_: object) -> None:
        return

    monkeypatch.setattr(exchange_sending, "require_was_sent", looked_at_by_nobody)
    leaked = running(withdrawals(running.outside, kind, way))
    assert [bool(each.forbidden_by) for each in leaked] == [True]


class AnyOrder(RuleBasedStateMachine):
    """Officers, the DPO, screening, the registers, the court and time, in any order."""

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
        self.running(self.outside.meet(told_by=COUNTERPART))

    @rule(name=st.sampled_from(sorted(FAULTS)))
    def something_turns(self, name: str) -> None:
        self.running(self.outside.turn(name))

    @rule()
    def everything_is_mended(self) -> None:
        for name in list(self.outside.oracle.wrong):
            self.running(self.outside.turn(name))

    @rule(which=st.integers(0, 2), finding=st.sampled_from(sorted(FINDINGS)), is_so=st.booleans())
    def somebody_finds(self, which: int, finding: str, is_so: bool) -> None:
        self.running(change(self.outside, self.outside.subjects[which], finding, is_so=is_so))

    @rule(which=st.integers(0, 2), order=st.sampled_from([None, ORDER]))
    def somebody_proposes(self, which: int, order: str | None) -> None:
        self.running(self.outside.propose(self.outside.subjects[which], order))

    @rule(which=st.integers(0, 2), by=st.sampled_from(sorted(OFFICERS)))
    def somebody_approves(self, which: int, by: str) -> None:
        """Also again, and also whoever proposed it."""
        self.running(self.outside.approve(self.outside.subjects[which], OFFICERS[by]))

    @rule(
        which=st.integers(0, 2),
        kind=st.sampled_from(sorted(KINDS)),
        is_beyond=st.booleans(),
        is_silent=st.booleans(),
        order=st.sampled_from([None, ORDER]),
    )
    def somebody_writes(
        self, which: int, kind: str, is_beyond: bool, is_silent: bool, order: str | None
    ) -> None:
        """Also an answer to nothing, a withdrawal of what never left, and naming no hit."""
        ground = self.running(self.outside.ground(kind, self.outside.subjects[which]))
        how = {"is_beyond": is_beyond and kind == "CORRECT", "is_silent": is_silent and kind in SILENT}
        message_id = self.running(self.outside.write(kind, ground, order=order, **how))
        self.waiting += [] if message_id is None else [message_id]

    @rule()
    def a_court_grants_the_newest(self) -> None:
        if self.waiting:
            self.running(self.outside.grant(self.waiting[-1]))

    @rule(by=st.sampled_from(sorted(OFFICERS)), agrees=st.booleans())
    def the_newest_is_let_go(self, by: str, agrees: bool) -> None:
        """Also twice, and also by whoever wrote it."""
        if self.waiting:
            self.running(self.outside.sign(self.waiting[-1], OFFICERS[by], agrees=agrees))

    @rule(which=st.integers(0, 2), kind=st.sampled_from([NOTICE, QUERY, FEEDBACK, PNR, CONSENT]))
    def a_message_goes_its_way(self, which: int, kind: str) -> None:
        subject = self.outside.subjects[which]
        ground = self.running(self.outside.ground(kind, subject))
        self.running(self.outside.let_go(kind, ground))

    @rule(second=st.sampled_from([SECOND_COUNSEL, SUPERVISOR]))
    def two_people_change_the_treaty(self, second: Principal) -> None:
        """Also two of one post."""
        self.running(self.outside.change_treaty(COUNSEL, second))

    @rule()
    def what_was_sent_is_taken_back(self) -> None:
        """Our own notice, or the one of theirs that feedback answers."""
        for message in list(self.outside.oracle.written.values())[-1:]:
            self.running(self.outside.take_back(message.ground))

    @rule(minutes=st.integers(1, 900))
    def time_passes(self, minutes: int) -> None:
        self.outside.world.clock.advance(minutes=minutes)
        self.running(self.outside.world.sharing.clocks.beat())

    @rule()
    def the_courier_goes(self) -> None:
        self.running(self.outside.deliver())

    @invariant()
    def nothing_left_that_a_safeguard_forbids(self) -> None:
        for departure in self.outside.left:
            assert not departure.forbidden_by, departure


def test_no_order_of_calls_gets_anything_out(running: Running) -> None:
    run(partial(AnyOrder, running), examples=12, steps=20)
