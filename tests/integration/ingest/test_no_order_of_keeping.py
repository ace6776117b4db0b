"""No order of calls keeps a person longer than may be, or shows again what was masked or erased.

Clocks, hits, holds, extensions, requests of the persons themselves, grants, re-screening and time: what the
database holds and what each answer says is compared with an oracle in plain words (`keeping.py`). A safeguard
that is not asked, and a guard of the code that is taken away, is found: each test of that kind forgets one.
"""

import json
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from joserfc.jwk import OKPKey
from sqlalchemy import text

from services.ingest.retention import jobs as retention_jobs
from services.ingest.store import retention
from services.ingest.store.retention import RecordKind
from shared.contracts import HitLink
from tests.integration.ingest.accounts import PEOPLE
from tests.integration.ingest.inside import Inside, open_inside
from tests.integration.ingest.keeping import Keeping
from tests.ways_out.machine import run

SOMEBODY, PLACES = st.sampled_from(sorted(PEOPLE)), st.integers(0, 2)
#: Lists and figures of the office, and what oversight reads.
NAMELESS = (
    *("/v1/flights", "/v1/data-quality", "/v1/registers", "/v1/reidentifications", "/v1/retention"),
    *("/v1/retention/holds", "/v1/rights", "/v1/incidents", "/v1/audit/records", "/v1/oversight/figures"),
)


@pytest.fixture(scope="module")
def archive(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Inside, Keeping]]:
    """One service for the file."""
    key = tmp_path_factory.mktemp("keeping") / "vault.json"
    key.write_text(json.dumps(OKPKey.generate_key("X25519", private=True).as_dict(private=True)))
    with open_inside(request) as inside:
        keeping = Keeping(inside.ingest, inside.policy)
        keeping.prepare(key)
        yield inside, keeping


async def kept(on: Keeping, days: int, link: HitLink | None = None, **terms: int) -> frozenset[str]:
    """What is found after some days, where two people keep a record that perhaps carries a hit."""
    await on.begin()
    on.records[0].link = link
    keep = await on.propose("supervisor", [0], **terms) if terms else None
    if keep is not None:
        await on.approve("dpo", keep)
    on.ingest.clock.advance(days=days)
    await on.beat()
    return frozenset(on.found)


async def ended(on: Keeping) -> frozenset[str]:
    """What is found after a hold was ended."""
    await on.begin()
    keep = await on.propose("supervisor", [0], review_days=60)
    assert keep is not None
    await on.approve("dpo", keep)
    await on.end("head", keep)
    on.ingest.clock.advance(days=31)
    await on.beat()
    return frozenset(on.found)


async def waiting(on: Keeping) -> frozenset[str]:
    """What is found after a record was erased that screening had not taken yet."""
    await on.begin()
    on.neighbours.is_up = False
    await on.resend()
    await on.ask_rights("ERASE", on.records[0])
    await on.beat()
    return frozenset(on.found)


async def _nobody(*_asked: Any) -> list[Any]:
    return []


Scenario = Callable[[Keeping], Coroutine[Any, Any, frozenset[str]]]
#: What a safeguard forbids two people: with it forgotten, they keep what may not be kept.
KEPT: dict[str, tuple[str, Scenario]] = {
    "a hold that is reviewed too late": ("SG-25", partial(kept, days=190, review_days=200)),
    "an extension without a confirmed hit": ("SG-23", partial(kept, days=40, until_days=90)),
}
_CLEAR = "UPDATE traveller SET masked_at = :now WHERE traveller_id = ANY (CAST(:ids AS uuid[]))"
#: What guards besides: what the oracle says without it, where it is, by what it is replaced, what happens.
GUARDS: dict[str, tuple[str, Any, str, Any, Scenario]] = {
    "names are masked after half a year": (
        "SG-22",
        retention,
        "_MASK",
        {RecordKind.TRAVELLER: text(_CLEAR)},
        partial(kept, days=184, link=HitLink.CONFIRMED, until_days=400),
    ),
    "a hit keeps nobody for ever": (
        "SG-23",
        retention_jobs,
        "NON_HIT_CEILING",
        timedelta(days=400),
        partial(kept, days=184, link=HitLink.OPEN),
    ),
    "an ended hold keeps nobody": (
        "SG-25",
        retention.RetentionStore,
        "lock_due_travellers",
        _nobody,
        ended,
    ),
    "what waits for screening goes with its traveller": (
        "SG-23",
        retention,
        "_TAKE_FROM_OUTBOX",
        text("SELECT CAST(:ids AS uuid[])"),
        waiting,
    ),
}
FINDS = frozenset(rule_id for rule_id, *_ in (*KEPT.values(), *GUARDS.values()))


@pytest.mark.parametrize("wrong", sorted(KEPT))
def test_nobody_is_kept_against_a_rule_and_each_that_is_forgotten_is_found(
    archive: tuple[Inside, Keeping], wrong: str
) -> None:
    (inside, on), (rule_id, scenario) = archive, KEPT[wrong]
    assert inside(scenario(on)) == frozenset()
    with on.policy.forgetting({rule_id}):
        found = inside(scenario(on))
    assert rule_id in found


@pytest.mark.parametrize("guard", sorted(GUARDS))
def test_each_guard_that_is_taken_away_is_found(
    archive: tuple[Inside, Keeping], monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    (inside, on), (rule_id, place, name, instead, scenario) = archive, GUARDS[guard]
    assert inside(scenario(on)) == frozenset()
    monkeypatch.setattr(place, name, instead)
    assert rule_id in inside(scenario(on))


class AnyOrder(RuleBasedStateMachine):
    """Officers, hits, the persons themselves, screening that comes and goes, and time, in any order."""

    def __init__(self, archive: tuple[Inside, Keeping]) -> None:
        super().__init__()
        self.inside, self.on = archive

    @initialize()
    def begin(self) -> None:
        self.inside(self.on.begin())

    @rule(place=PLACES, link=st.sampled_from([None, *HitLink]), days=st.sampled_from([0, 20, 184]))
    def a_hit_opens_or_ends(self, place: int, link: HitLink | None, days: int) -> None:
        self.on.records[place].link = link
        self.time_passes(days)

    @rule(
        person=SOMEBODY,
        places=st.sets(PLACES, min_size=1),
        days=st.sampled_from([-1, 1, 20, 90, 183, 184, 400]),
    )
    def somebody_proposes_a_hold(self, person: str, places: set[int], days: int) -> None:
        self.inside(self.on.propose(person, sorted(places), review_days=days))

    @rule(person=SOMEBODY, place=PLACES, days=st.sampled_from([20, 90, 200, 400]))
    def somebody_proposes_an_extension(self, person: str, place: int, days: int) -> None:
        self.inside(self.on.propose(person, [place], until_days=days))

    @rule(person=SOMEBODY, place=st.integers(0, 20))
    def somebody_approves(self, person: str, place: int) -> None:
        for keep in self.on.keeps[place % (len(self.on.keeps) or 1) :][:1]:
            self.inside(self.on.approve(person, keep))

    @rule(places=st.sets(PLACES, min_size=1), days=st.sampled_from([20, 90, 183]))
    def two_people_hold_records(self, places: set[int], days: int) -> None:
        self._kept_by_two(sorted(places), review_days=days)

    @rule(place=PLACES, until_days=st.sampled_from([90, 400]), days=st.sampled_from([0, 184]))
    def two_people_keep_a_confirmed_hit(self, place: int, until_days: int, days: int) -> None:
        self.on.records[place].link = HitLink.CONFIRMED
        self._kept_by_two([place], until_days=until_days)
        self.time_passes(days)

    def _kept_by_two(self, places: list[int], **terms: int) -> None:
        keep = self.inside(self.on.propose("legal", places, **terms))
        if keep is not None:
            self.inside(self.on.approve("dpo", keep))

    @rule(person=SOMEBODY, place=st.integers(0, 20))
    def somebody_ends_a_hold(self, person: str, place: int) -> None:
        for keep in self.on.keeps[place % (len(self.on.keeps) or 1) :][:1]:
            self.inside(self.on.end(person, keep))

    @rule(place=PLACES, kind=st.sampled_from(["ERASE", "RECTIFY"]))
    def a_person_is_granted(self, place: int, kind: str) -> None:
        self.inside(self.on.ask_rights(kind, self.on.records[place]))

    @rule(place=PLACES)
    def a_court_grants_a_look(self, place: int) -> None:
        self.inside(self.on.unmask(self.on.records[place]))

    @rule()
    def screening_comes_or_goes(self) -> None:
        self.on.neighbours.is_up = not self.on.neighbours.is_up

    @rule(is_away=st.booleans())
    def screening_asks_again(self, is_away: bool) -> None:
        """And perhaps takes nothing of what it asked for."""
        self.on.neighbours.is_up = not is_away
        self.inside(self.on.resend())

    @rule(person=SOMEBODY, path=st.sampled_from(NAMELESS))
    def somebody_reads(self, person: str, path: str) -> None:
        self.inside(self.on.request(person, "GET", path, **{"Purpose-Code": "OVERSIGHT"}))

    @rule(days=st.sampled_from([1, 10, 25, 31, 90, 150, 184]))
    def time_passes(self, days: int) -> None:
        self.on.ingest.clock.advance(days=days)
        self.inside(self.on.beat())
        assert self.on.found == set(), (self.on.records, self.on.keeps)

    def teardown(self) -> None:
        self.inside(self.on.beat())
        assert self.on.found == set(), (self.on.records, self.on.keeps)


def test_no_order_of_calls_keeps_or_shows_anybody_longer(archive: tuple[Inside, Keeping]) -> None:
    run(partial(AnyOrder, archive), examples=8, steps=20)
