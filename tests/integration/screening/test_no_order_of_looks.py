"""No order of calls shows a person through the running screening service to whom it may not.

Whoever asks, on whichever way, what the answer tells is compared with an oracle in plain words (`looks.py`).
A safeguard that is not asked is found: each test of that kind forgets one on purpose.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import text

from services.screening.hits import orders
from services.screening.protection import companions
from services.screening.review import leases
from services.screening.store import front_line
from services.screening.store.suspensions import not_suspended
from tests.integration.screening.advices import (
    ADVICE,
    FINDINGS,
    advice,
    advise,
    grow_young,
    is_no_suspect,
    is_told_to_the_carrier,
    make_lawful,
    once_more,
)
from tests.integration.screening.conftest import PEOPLE
from tests.integration.screening.desks import (
    CARING,
    assess,
    finding_told_to_sharing,
    forbids_a_child,
    inspect,
    meet,
    refer,
    tells_the_child,
    told_of_companions,
)
from tests.integration.screening.inside import open_inside
from tests.integration.screening.lists import HADI, MISALI
from tests.integration.screening.looks import DOCUMENT, NAME, WAYS, Looks
from tests.integration.screening.looks_faults import FAULTS, FILES, PORTS, STATED, Asker
from tests.ways_out.machine import run
from tests.ways_out.packing import betraying, packed
from tests.ways_out.stepping import Stepping

UNTRAINED, UNCLEARED, ANOTHER_PURPOSE = "not trained", "not cleared", "for another purpose"
#: What is wrong with who asks, and the safeguards whose words then forbid the look (no law is for such a
#: purpose).
OF_THE_ASKER = {
    UNTRAINED: frozenset({"SG-26"}),
    UNCLEARED: frozenset({"SG-26", "SG-32"}),
    ANOTHER_PURPOSE: frozenset({"SG-01", "SG-02"}),
}
#: A closed case is no case of anybody's either, and nobody here is cleared for what is its publisher's alone.
ALSO = dict.fromkeys(("case closed", "list kept to its publisher"), frozenset({"SG-26"}))


NAMELESS = (
    *("/v1/hits", "/v1/orders", "/v1/boarding-directives", "/v1/cleared", "/v1/children", "/v1/companions"),
    *("/v1/queue", "/v1/fairness", "/v1/registers", "/v1/matcher-approvals", "/v1/standing-orders"),
    *("/v1/watchlist", "/v1/watchlist/imports", "/v1/watchlist/reviews", "/v1/watchlist/statistics"),
    *("/v1/watchlist/sources", "/v1/watchlist/merge-proposals", "/v1/oversight/figures"),
    *("/v1/oversight/suspensions", "/v1/audit/records", "/v1/audit/export", "/v1/desk-clocks"),
)
"""What is read by states, clocks and identifiers: nobody learns there who anybody is."""


@dataclass(frozen=True)
class Running(Stepping):
    """The service, and what is looked at in it."""

    looks: Looks


@pytest.fixture(scope="module")
def inside(request: pytest.FixtureRequest) -> Iterator[Running]:
    """One service for the file: each test begins with everything right."""
    with open_inside(request) as opened, pytest.MonkeyPatch.context() as patch:
        looks = Looks(opened.desk, opened.owner, opened.policy)
        patch.setattr(opened.desk.service.ports.safeguards, "_is_chain_ok", lambda: looks.is_chain_whole)
        opened(opened.desk.load([HADI, MISALI]))
        opened(make_lawful(looks))
        yield Running(opened.runner, looks)


async def names_told_in(looks: Looks, path: str, asker: Asker) -> list[str]:
    """What of the person stands in a list that has no names."""
    answer = await looks.request(asker, "GET", path, headers={"Purpose-Code": "OVERSIGHT"})
    return [name for name in (NAME, DOCUMENT) if name in answer.text]


def pack_of(inside: Running, person: str) -> dict[str, str]:
    """The evidence pack that somebody makes; nothing where they may not."""
    looks = inside.looks

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        told = {"Purpose-Code": request.headers["purpose-code"]}
        return inside(looks.request(Asker(person), "GET", path, headers=told))

    return packed("screening", answer, token="whoever asks", now=looks.desk.clock.now())


def test_pack_tells_of_nobody(inside: Running) -> None:
    inside(inside.looks.begin())
    inside(inside.looks.confirm())
    files = pack_of(inside, "dpo")
    assert {"data/figures-screening.json", "data/watchlist.json", "logs/screening.ndjson"} <= set(files)
    assert betraying(files, NAME, DOCUMENT) == []
    assert pack_of(inside, "verifier-1") == {}, "a pack is oversight's"


async def look(looks: Looks, way: str) -> tuple[bool, frozenset[str]]:
    """Whether the one who may is told, when nothing is wrong; and what the oracle says of it."""
    await looks.begin(is_matched=way in PORTS | FILES)
    if way in PORTS:
        await looks.confirm()
        await looks.release()
    return await looks.told(way, WAYS[way].right), looks.forbidden(way, WAYS[way].right)


def asks_wrongly(right: Asker, wrong: str) -> Asker:
    """The one who may, of whom something is wrong if that is it."""
    purpose = "VITAL_INTEREST" if wrong == ANOTHER_PURPOSE else right.purpose
    return Asker(right.person, wrong != UNTRAINED, wrong != UNCLEARED, purpose)


def rules_of(wrong: str) -> frozenset[str]:
    """The safeguards that have to be forgotten before somebody is told all the same."""
    return OF_THE_ASKER.get(wrong) or frozenset({FAULTS[wrong].rule}) | ALSO.get(wrong, frozenset())


@pytest.mark.parametrize("way", sorted(WAYS))
def test_each_way_tells_whom_it_may_and_each_safeguard_that_is_forgotten_is_found(
    inside: Running, way: str
) -> None:
    looks = inside.looks
    assert inside(look(looks, way)) == (True, frozenset())
    of_the_asker = [each for each in OF_THE_ASKER if each != ANOTHER_PURPOSE or way in STATED]
    for wrong in [*of_the_asker, *(name for name in FAULTS if way in FAULTS[name].ways)]:
        asker = asks_wrongly(WAYS[way].right, wrong)
        if wrong in FAULTS:
            inside(looks.turn(wrong))
        assert not inside(looks.told(way, asker)), wrong
        assert looks.forbidden(way, asker), wrong
        if wrong not in NOT_OF_THE_ENGINE:
            with looks.policy.forgetting(rules_of(wrong)):
                assert inside(looks.told(way, asker)), wrong
        if wrong in FAULTS:
            inside(looks.turn(wrong))


#: What the statement guards that reads the rows, and an order without which there is nothing to judge by.
NOT_OF_THE_ENGINE = {"oversight suspends the entry", "standing order over"}
FINDS = frozenset({"SG-08", "SG-09", "SG-10", "SG-44", *ADVICE.values()} - {""}).union(
    *(rules_of(wrong) for wrong in {*OF_THE_ASKER, *FAULTS} - NOT_OF_THE_ENGINE)
)
#: Conditions of the statement that reads cards: without it, who sees what before it may be.
CONDITIONS = {
    "AND national_release.hit_id IS NOT NULL": "before a national notice",
    "hit.state IN ('CONFIRMED', 'ACTIONED', 'FEEDBACK')\n            AND ": "after it was taken back",
    "(hit.destination = :port OR hit.origin = :port)\n      AND ": "at another port",
    f"AND {not_suspended('hit')}": "while oversight suspends the entry",
}


async def card(looks: Looks, when: str) -> tuple[bool, frozenset[str]]:
    """Whether a port is told at a moment or a place at which it may not be."""
    await looks.begin()
    await looks.confirm()
    if when != "before a national notice":
        await looks.release()
    if when == "after it was taken back":
        await looks.tap("DIFFERENT_PERSON")
    if when == "while oversight suspends the entry":
        await looks.turn("oversight suspends the entry")
    asker = Asker("other-port" if when == "at another port" else "front-line")
    return await looks.told("cards", asker), looks.forbidden("cards", asker)


@pytest.mark.parametrize("condition", sorted(CONDITIONS))
def test_condition_of_a_card_that_is_forgotten_is_found(
    inside: Running, monkeypatch: pytest.MonkeyPatch, condition: str
) -> None:
    when = CONDITIONS[condition]
    assert inside(card(inside.looks, when))[0] is False
    written = str(vars(front_line)["_CARDS"])
    assert condition in written
    monkeypatch.setattr(front_line, "_CARDS", text(written.replace(condition, "", 1)))
    is_told, forbidden = inside(card(inside.looks, when))
    assert is_told
    assert forbidden


@pytest.mark.parametrize("way", ["cards", "match"])
def test_frozen_account_is_told_nothing_and_a_forgotten_freeze_is_found(
    inside: Running, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    looks, right = inside.looks, WAYS[way].right
    assert inside(look(looks, way))[0]
    inside(looks.freeze(right.person))
    assert not inside(looks.told(way, right))
    monkeypatch.setattr(looks.desk.app.state.frozen_accounts, "holds", lambda _: False)
    assert inside(looks.told(way, right))
    assert looks.forbidden(way, right) >= {"SG-44"}


async def handed_on(looks: Looks, first: str, second: str, *, is_told_little: bool = False) -> bool:
    """Whether sharing is told of a person whom these two compared, the second seeing no look of the first."""
    await looks.begin(is_told_little=is_told_little)
    await looks.decide(first, 60)
    await looks.decide(second, 60)
    return await looks.is_told_to_sharing()


@pytest.mark.parametrize("second", ["verifier-1", "below-1"])
def test_second_reviewer_who_depends_on_the_first_is_found_where_nobody_asks(
    inside: Running, monkeypatch: pytest.MonkeyPatch, second: str
) -> None:
    assert inside(handed_on(inside.looks, "verifier-1", "verifier-2"))
    assert inside.looks.is_confirmed
    assert not inside(handed_on(inside.looks, "verifier-1", second))
    monkeypatch.setattr(leases, "may_review_second", lambda *_: True)
    assert not inside(handed_on(inside.looks, "verifier-1", second)), "SG-09 refuses it by itself"
    with inside.looks.policy.forgetting({"SG-09"}):
        was_told = inside(handed_on(inside.looks, "verifier-1", second))
    assert was_told
    assert not inside.looks.is_confirmed


def test_person_of_whom_too_little_is_known_is_found_where_nobody_asks(inside: Running) -> None:
    two = partial(handed_on, inside.looks, "verifier-1", "verifier-2", is_told_little=True)
    assert not inside(two())
    with inside.looks.policy.forgetting({"SG-10"}):
        was_told = inside(two())
    assert was_told
    assert not inside.looks.is_confirmed


def test_advice_on_what_nobody_confirmed_is_found_where_nobody_asks(
    inside: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "_require_possible", lambda *_: None)
    assert not inside(advice(inside.looks, "nobody confirmed"))[0], "the safeguards refuse it by themselves"
    with inside.looks.policy.forgetting({"SG-08", "SG-09"}):
        is_told, forbidden = inside(advice(inside.looks, "nobody confirmed"))
    assert is_told
    assert forbidden == {"SG-08"}


@pytest.mark.parametrize("wrong", sorted(ADVICE))
def test_carrier_is_told_what_may_be_and_each_safeguard_that_is_forgotten_is_found(
    inside: Running, wrong: str
) -> None:
    is_told, forbidden = inside(advice(inside.looks, wrong))
    assert (is_told, bool(forbidden)) == (False, True)
    if ADVICE[wrong]:
        with inside.looks.policy.forgetting({ADVICE[wrong]}):
            is_told, forbidden = inside(once_more(inside.looks, wrong))
        assert is_told
        assert ADVICE[wrong] in forbidden


def test_carrier_is_told_once_nothing_forbids_it(inside: Running) -> None:
    assert inside(advice(inside.looks)) == (True, frozenset())


@pytest.mark.parametrize("is_child", [True, False])
def test_whoever_was_met_is_told_to_those_who_care_and_a_forgotten_division_is_found(
    inside: Running, monkeypatch: pytest.MonkeyPatch, is_child: bool
) -> None:
    looks = inside.looks
    inside(looks.begin())
    inside(looks.confirm())
    inside(meet(looks, is_child=is_child))
    right, other = ("child-specialist", "legal") if is_child else ("legal", "child-specialist")
    assert inside(told_of_companions(looks, Asker(right))) == [is_child]
    assert inside(told_of_companions(looks, Asker(other))) == []
    monkeypatch.setattr(companions, "_cared_for", lambda _: [True, False])
    assert inside(told_of_companions(looks, Asker(other))) == [is_child]
    assert CARING[is_child] not in Asker(other).roles


@pytest.mark.parametrize(("kind", "finding"), [("SECONDARY_INSPECTION", False), ("OBSERVE", True)])
def test_child_is_inspected_where_a_specialist_finds_it_does_no_harm_and_a_forgotten_look_is_found(
    inside: Running, monkeypatch: pytest.MonkeyPatch, kind: str, finding: bool
) -> None:
    looks = inside.looks
    inside(looks.begin())
    inside(looks.confirm())
    inside(grow_young(looks))
    assert inside(assess(looks, Asker("child-specialist"), allows=finding))
    assert not inside(inspect(looks, kind))
    monkeypatch.setattr(orders, "require_best_interests", nobody_looks)
    assert inside(inspect(looks, kind))
    assert forbids_a_child(looks, kind) == {"SG-16"}


async def nobody_looks(*_: object) -> None:
    """Nobody asks what is in the child's best interests."""


class AnyOrder(RuleBasedStateMachine):
    """Officers, the port, oversight, the registers and time, in any order; everybody asks on every way."""

    def __init__(self, inside: Running) -> None:
        super().__init__()
        self.inside = inside
        self.looks = inside.looks

    @initialize(is_told_little=st.sampled_from([False, False, True]))
    def begin(self, is_told_little: bool) -> None:
        self.inside(self.looks.begin(is_told_little=is_told_little))

    @rule(name=st.sampled_from(sorted(FAULTS)))
    def something_turns(self, name: str) -> None:
        self.inside(self.looks.turn(name))

    @rule()
    def everything_is_mended(self) -> None:
        for name in sorted(self.looks.facts.wrong):
            self.inside(self.looks.turn(name))

    @rule(
        person=st.sampled_from(["verifier-1", "verifier-2", "below-1"]), seconds=st.sampled_from([5, 60, 90])
    )
    def somebody_decides(self, person: str, seconds: float) -> None:
        """Also twice the same person, also too quickly."""
        self.inside(self.looks.decide(person, seconds))

    @rule()
    def two_people_confirm(self) -> None:
        self.inside(self.looks.confirm())

    @rule()
    def sharing_releases(self) -> None:
        """Also before anybody confirmed anything."""
        self.inside(self.looks.release())

    @rule(outcome=st.sampled_from(["SAME_PERSON_ACTION", "DIFFERENT_PERSON", "DID_NOT_TRAVEL"]))
    def the_port_taps(self, outcome: str) -> None:
        self.inside(self.looks.tap(outcome))

    @rule(person=st.sampled_from(["dpo", "auditor", "authority", "supervisor", "front-line"]))
    def somebody_makes_an_evidence_pack(self, person: str) -> None:
        assert betraying(pack_of(self.inside, person), NAME, DOCUMENT) == []

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.looks.desk.clock.advance(hours=hours)

    @rule(person=st.sampled_from(sorted(PEOPLE)), is_trained=st.booleans(), is_cleared=st.booleans())
    def somebody_asks_on_every_way(self, person: str, is_trained: bool, is_cleared: bool) -> None:
        self._ask(Asker(person, is_trained, is_cleared))

    @rule(way=st.sampled_from(sorted(WAYS)))
    def the_one_who_may_asks(self, way: str) -> None:
        self._ask(WAYS[way].right)

    @rule(person=st.sampled_from(sorted(PEOPLE)))
    def somebody_reads_what_names_nobody(self, person: str) -> None:
        for path in NAMELESS:
            assert self.inside(names_told_in(self.looks, path, Asker(person))) == [], path

    @rule()
    def sharing_knows_a_confirmed_person_alone(self) -> None:
        if self.inside(self.looks.is_told_to_sharing()):
            assert self.looks.is_confirmed

    @rule(
        finding=st.sampled_from(sorted(FINDINGS)),
        approver=st.sampled_from(["legal", "supervisor", "dpo", "overseer"]),
    )
    def somebody_advises_against_boarding(self, finding: str, approver: str) -> None:
        """Also on what nobody confirmed, and also let go by whoever drafted it."""
        was_told = self.inside(is_told_to_the_carrier(self.looks))
        forbidden = self.inside(advise(self.looks, finding, Asker(approver)))
        if not was_told and self.inside(is_told_to_the_carrier(self.looks)):
            assert not forbidden
            assert approver == "legal"

    @rule(is_child=st.booleans())
    def somebody_is_met_beside_the_person(self, is_child: bool) -> None:
        self.inside(meet(self.looks, is_child=is_child))

    @rule(person=st.sampled_from(sorted(PEOPLE)))
    def somebody_reads_who_was_met(self, person: str) -> None:
        asker = Asker(person)
        for is_child in self.inside(told_of_companions(self.looks, asker)):
            assert CARING[is_child] in asker.roles

    @rule(is_child=st.booleans())
    def the_person_is_a_child_or_no_suspect(self, is_child: bool) -> None:
        self.inside((grow_young if is_child else is_no_suspect)(self.looks))

    @rule(person=st.sampled_from(["child-specialist", *sorted(PEOPLE)]), allows=st.booleans())
    def somebody_works_for_the_child(self, person: str, allows: bool) -> None:
        asker = Asker(person)
        for step in (tells_the_child, partial(assess, allows=allows), refer):
            if self.inside(step(self.looks, asker)):
                assert "CHILD_SPECIALIST" in asker.roles
        assert self.inside(finding_told_to_sharing(self.looks)) is self.looks.facts.finding

    @rule(kind=st.sampled_from(["SECONDARY_INSPECTION", "OBSERVE"]))
    def two_people_order_a_measure(self, kind: str) -> None:
        if self.inside(inspect(self.looks, kind)):
            assert not forbids_a_child(self.looks, kind)

    @rule(person=st.sampled_from(["verifier-1", "supervisor", "front-line", "steward"]))
    def an_account_is_frozen_or_released(self, person: str) -> None:
        self.inside(self.looks.freeze(person))

    def _ask(self, asker: Asker) -> None:
        for way in WAYS:
            if self.inside(self.looks.told(way, asker)):
                assert not self.looks.forbidden(way, asker), (way, asker)


def test_no_order_of_calls_shows_anybody(inside: Running) -> None:
    run(partial(AnyOrder, inside), examples=8, steps=15)
