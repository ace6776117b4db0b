"""No order of calls lets a carrier learn what it may not, or lets be kept what may not be collected.

What two carriers are answered at once, what comes to their callbacks, their receipts, and what an officer
reads to call them: compared with an oracle in plain words (`answers.py`). A safeguard that is not asked, and
a guard of the code that is taken away, is found: each test of that kind forgets one on purpose.
"""

from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import text

from services.ingest import inbox
from services.ingest.interactive import answer as interactive
from services.ingest.interactive import callback
from services.ingest.interactive.directives import Meaning
from services.ingest.reading import people
from services.ingest.reading import submission as reading
from services.ingest.store import interactive as interactive_store
from services.ingest.store import messages, untold
from tests.integration.ingest.answers import CARRIERS, OTHERS, PEOPLE, REGISTERS, Answers
from tests.integration.ingest.carrier_system import carrier_system
from tests.integration.ingest.inside import Inside, open_inside
from tests.security.planted import FORMATS
from tests.ways_out.machine import run

#: What can be wrong with a message's collection, and the safeguard that then refuses it.
RULES = {wrong: rule_id for wrong, (rule_id, _, _) in REGISTERS.items()} | {"log does not hold": "SG-41"}
WRONG = sorted(RULES)
ACCEPTED = ("application/json", "application/edifact")


@pytest.fixture(scope="module")
def between(request: pytest.FixtureRequest) -> Iterator[tuple[Inside, Answers]]:
    """One service for the file, with two carriers and their own systems."""
    with open_inside(request) as inside:
        systems = {each: inside(inside.opened.enter_async_context(carrier_system())) for each in CARRIERS}
        answers = Answers(inside.ingest, inside.policy, systems)
        inside(answers.prepare())
        yield inside, answers


async def collected(on: Answers, wrong: str) -> frozenset[str]:
    """The safeguards against what was taken, where one thing is wrong with a message's collection."""
    await on.begin()
    if wrong == "pushed too often":
        await on.send("XA")
    await on.turn(wrong)
    sent = await on.send("XA")
    return await on.kept() | (sent.forbidden if sent.answer.is_success else frozenset())


@pytest.mark.parametrize("wrong", WRONG)
def test_nothing_is_collected_against_a_rule_and_each_that_is_forgotten_is_found(
    between: tuple[Inside, Answers], wrong: str
) -> None:
    (inside, on), rule_id = between, RULES[wrong]
    assert inside(collected(on, wrong)) == frozenset()
    with on.policy.forgetting({rule_id}):
        found = inside(collected(on, wrong))
    assert rule_id in found


async def checked_in(on: Answers, *, minutes: int | None = None, pause: int = 0) -> frozenset[str]:
    """What is wrong with a second check-in after people decided about one of three."""
    await on.begin()
    await on.send("XA")
    await on.decide(on.people["XA"][1], "ADVISE", minutes=minutes)
    on.ingest.clock.advance(minutes=pause)
    return on.wrongly_answered(await on.send("XA"))


async def called_back(on: Answers, *, sender: str = "screening", **decision: Any) -> frozenset[str]:
    """What is wrong with what comes to the carriers' systems after people let somebody board."""
    await on.begin()
    await on.send("XA")
    person = on.people["XA"][0]
    await on.decide(person, "BOARD")
    found = await on.callbacks()
    await on.decide(person, "DO_NOT_BOARD", sender=sender, **decision)
    return found | await on.callbacks()


async def others_receipt(on: Answers) -> frozenset[str]:
    """What is wrong with what XB reads of a receipt of XA's."""
    await on.begin()
    return await on.read_receipt("XB", await on.send("XA"))


async def references(on: Answers) -> frozenset[str]:
    """What is wrong with what a supervisor reads of a traveller about whom the carrier was told."""
    await on.begin()
    await on.send("XA")
    await on.decide(on.people["XA"][0], "DO_NOT_BOARD")
    found = await on.callbacks()
    return found | await on.read_references("supervisor", on.decisions[0])


async def taken(on: Answers, kind: str = "") -> frozenset[str]:
    """What is kept and may not be, of a list with addresses that no law lists or of what is planted."""
    await on.begin()
    answer = await on.plant(kind) if kind else (await on.send("XA")).answer
    assert answer.is_success
    await on.ingest.screen()
    on.ingest.screening.is_up = True
    return await on.kept()


class Endless:
    """Reads every end as one that never comes."""

    @staticmethod
    def fromisoformat(_end: str) -> datetime:
        return datetime.max.replace(tzinfo=UTC)


async def _always(*_asked: Any) -> bool:
    return True


def replaced(statement: Any, condition: str, by: str) -> Any:
    """A statement with another condition."""
    written = str(statement)
    assert condition in written
    return text(written.replace(condition, by, 1))


Scenario = Callable[[Answers], Coroutine[Any, Any, frozenset[str]]]
#: What guards besides: what the oracle says without it, where it is, how it is taken away, and what happens.
GUARDS: dict[str, tuple[str, Any, str, Callable[[Any], Any], Scenario]] = {
    "a hold is over": (
        "SG-08",
        interactive_store.Standing,
        "stands_at",
        lambda _: lambda standing, _now: standing.meaning is not Meaning.BOARD,
        partial(checked_in, minutes=5, pause=6),
    ),
    "a decision is about one person": (
        "SG-08",
        interactive,
        "_is_same_person",
        lambda _: lambda *_records: True,
        checked_in,
    ),
    "screening alone says what people decided": (
        "SG-08",
        inbox,
        "SENDER",
        lambda _: "sharing",
        partial(called_back, sender="sharing"),
    ),
    "a later decision stands": (
        "SG-08",
        interactive_store.InteractiveStore,
        "is_newest",
        lambda _: _always,
        partial(called_back, late=5),
    ),
    "nothing is told when it is over": (
        "SG-08",
        callback,
        "datetime",
        lambda _: Endless,
        partial(called_back, minutes=-1),
    ),
    "each carrier has its own callback": (
        OTHERS,
        interactive_store,
        "_CALLBACK",
        lambda statement: replaced(statement, "key = :carrier", "key = 'XB' AND :carrier <> ''"),
        called_back,
    ),
    "each carrier has its own receipts": (
        OTHERS,
        messages,
        "_GET",
        lambda statement: replaced(statement, "OR sender = :carrier", "OR :carrier <> ''"),
        others_receipt,
    ),
    "references are for who has to call": (
        "SG-26",
        untold,
        "_REFERENCES",
        lambda statement: replaced(statement, " AND c.state = ANY (:untold)", ""),
        references,
    ),
    "what no law lists is left out": (
        "SG-04",
        people,
        "keep_allowed",
        lambda _: lambda travellers, _dropped: tuple(travellers),
        taken,
    ),
    "what may never be kept is filtered": (
        "SG-05",
        reading,
        "filter_message",
        lambda _: lambda message, _rules: message,
        partial(taken, kind="PAXLST"),
    ),
}
FINDS = frozenset({*RULES.values(), *(rule_id for rule_id, *_ in GUARDS.values())} - {OTHERS})


@pytest.mark.parametrize("guard", sorted(GUARDS))
def test_each_guard_that_is_taken_away_is_found(
    between: tuple[Inside, Answers], monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    inside, on = between
    rule_id, place, name, without, scenario = GUARDS[guard]
    assert inside(scenario(on)) == frozenset()
    monkeypatch.setattr(place, name, without(getattr(place, name)))
    assert rule_id in inside(scenario(on))


class AnyOrder(RuleBasedStateMachine):
    """Two carriers, people who decide, an officer who calls, registers, the log and time, in any order."""

    def __init__(self, between: tuple[Inside, Answers]) -> None:
        super().__init__()
        self.inside, self.on = between

    @initialize()
    def begin(self) -> None:
        self.inside(self.on.begin())
        for carrier in CARRIERS:
            self.check_in(carrier, "application/json")

    @rule(carrier=st.sampled_from(CARRIERS), accept=st.sampled_from(ACCEPTED))
    def check_in(self, carrier: str, accept: str) -> None:
        self._right(self.on.wrongly_answered(self.inside(self.on.send(carrier, accept=accept))))

    @rule(carrier=st.sampled_from(CARRIERS), accept=st.sampled_from(ACCEPTED))
    def send_a_list(self, carrier: str, accept: str) -> None:
        sent = self.inside(self.on.send(carrier, path="/v1/messages", accept=accept))
        self._right(self.on.wrongly_answered(sent))

    @rule(carrier=st.sampled_from(CARRIERS), path=st.sampled_from(["/v1/interactive", "/v1/messages"]))
    def report_a_flight_of_the_other(self, carrier: str, path: str) -> None:
        other = next(each for each in CARRIERS if each != carrier)
        sent = self.inside(self.on.send(carrier, path=path, flight_of=other))
        self._right(self.on.wrongly_answered(sent))

    @rule(place=st.integers(0, 50))
    def send_again(self, place: int) -> None:
        """The first answer, word for word: nobody is told by a repeat what people decided since."""
        sent = self.on.sent[place % len(self.on.sent)]
        again = self.inside(self.on.send_again(sent))
        if not sent.answer.is_success:
            self._right(self.on.wrongly_answered(again))
        elif sent.path == "/v1/interactive":
            assert again.answer.content == sent.answer.content

    @rule(kind=st.sampled_from(sorted(FORMATS)), accept=st.sampled_from([*ACCEPTED, "application/xml"]))
    def send_what_may_not_be_kept(self, kind: str, accept: str) -> None:
        """Answered by receipt or problem, CUSRES, ACKRES, CONTRL or IATA_AcknowledgementRS."""
        self._right(self.on.signs_in(self.inside(self.on.plant(kind, accept))))

    @rule(
        place=st.integers(0, 5),
        meaning=st.sampled_from(["BOARD", "DO_NOT_BOARD", "ADVISE"]),
        minutes=st.sampled_from([None, -1, 1, 5, 10]),
        late=st.sampled_from([0, 0, 3]),
        sender=st.sampled_from(["screening", "screening", "sharing"]),
    )
    def people_decide(self, place: int, meaning: str, minutes: int | None, late: int, sender: str) -> None:
        person = [each for party in self.on.people.values() for each in party][place]
        decided = self.on.decide(person, meaning, minutes=minutes, late=late, sender=sender)
        assert not (self.inside(decided) and sender == "sharing")

    @rule(
        place=st.integers(0, 5),
        meaning=st.sampled_from(["DO_NOT_BOARD", "ADVISE"]),
        pause=st.sampled_from([1, 6]),
    )
    def somebody_checks_in_again(self, place: int, meaning: str, pause: int) -> None:
        """After people decided about them, for five minutes; or when that is over."""
        self.people_decide(place, meaning, 5, 0, "screening")
        self.time_passes(pause)
        self.check_in(CARRIERS[place // 3], "application/edifact")

    @rule()
    def changes_are_carried(self) -> None:
        self._right(self.inside(self.on.callbacks()))

    @rule(carrier=st.sampled_from(CARRIERS))
    def a_carriers_system_goes_or_comes_back(self, carrier: str) -> None:
        answers = self.on.systems[carrier].answers
        answers[:] = [] if answers else [(503, "text/plain", b"")] * 50

    @rule(carrier=st.sampled_from(CARRIERS), place=st.integers(0, 50))
    def a_carrier_reads_a_receipt(self, carrier: str, place: int) -> None:
        sent = self.on.sent[place % len(self.on.sent)]
        self._right(self.inside(self.on.read_receipt(carrier, sent)))

    @rule(person=st.sampled_from(sorted(PEOPLE)), place=st.integers(0, 50), is_told=st.booleans())
    def an_officer_calls(self, person: str, place: int, is_told: bool) -> None:
        for decision in self.on.decisions[place % (len(self.on.decisions) or 1) :][:1]:
            self._right(self.inside(self.on.read_references(person, decision)))
            if is_told:
                self.inside(self.on.note_told(person, decision))

    @rule(wrong=st.sampled_from(WRONG))
    def something_goes_wrong_or_right_again(self, wrong: str) -> None:
        self.inside(self.on.turn(wrong))

    @rule(minutes=st.integers(1, 12))
    def time_passes(self, minutes: int) -> None:
        self.on.ingest.clock.advance(minutes=minutes)

    def teardown(self) -> None:
        self._right(self.inside(self.on.last_callbacks()))
        self._right(self.inside(self.on.kept()))

    def _right(self, wrong: frozenset[str]) -> None:
        assert wrong == frozenset(), (wrong, self.on.sent[-1:], self.on.decisions)


def test_no_order_of_calls_answers_a_carrier_too_much(between: tuple[Inside, Answers]) -> None:
    run(partial(AnyOrder, between), examples=8, steps=20)
