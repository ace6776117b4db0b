"""No order of calls opens what a person wrote at the door, or keeps an account in that an incident froze.

The door's forms and its status, the office behind it, persons who are to be told, incidents and the accounts
that they freeze: compared with oracles in plain words (`rights_desk.py`, `accounts.py`). A safeguard that is
not asked, and a guard of the code that is taken away, is found: each test of that kind forgets one.
"""

import json
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from joserfc.jwk import OKPKey
from sqlalchemy import text

from services.door import mailbox
from services.door.app import create_app
from services.door.settings import DoorSettings
from services.ingest.store import rights
from services.ingest.store.rights import SUBMISSION_KEPT
from shared.accounts.frozen_accounts import FrozenAccounts
from shared.security.tokens import Principal
from tests.integration.ingest.accounts import PEOPLE
from tests.integration.ingest.inside import Inside, open_inside
from tests.integration.ingest.rights_desk import RightsDesk
from tests.ways_out.machine import run

SOMEBODY = st.sampled_from(sorted(PEOPLE))
ANSWERING = st.sampled_from(["legal", "rights officer", "supervisor"])
REPORTS = ("DPO", "AUTHORITY", "PARTNERS", "NO_PARTNERS", "PERSONS", "CONTAINED")
#: Lists that tell how far requests and incidents are, and nothing that anybody wrote.
NAMELESS = ("/v1/rights", "/v1/incidents", "/v1/audit/records", "/v1/audit/export", "/v1/oversight/figures")


class Unlimited:
    """Everyone may ask at the door as often as a machine does."""

    def take(self, *_: Any) -> None:
        """One more."""


@pytest.fixture(scope="module")
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Inside, RightsDesk]]:
    """One service for the file, with the door in front of it."""
    folder, keys = tmp_path_factory.mktemp("door"), tmp_path_factory.mktemp("keys")
    key = OKPKey.generate_key("X25519", private=True)
    for name, is_private in (("office.json", True), ("rights.json", False)):
        (keys / name).write_text(json.dumps(key.as_dict(private=is_private)))
    with open_inside(request) as inside:
        settings = DoorSettings(profile="local", port=0, folder=folder, rights_key_file=keys / "rights.json")
        door = create_app(settings, clock=inside.ingest.clock)
        door.state.rate_limiter = Unlimited()
        client = httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://door.test")
        inside(inside.opened.enter_async_context(client))
        rights_desk = RightsDesk(inside.ingest, inside.policy, client, folder)
        rights_desk.prepare(keys / "office.json")
        yield inside, rights_desk


async def put_off(on: RightsDesk, *, is_harmful: bool, days: int) -> frozenset[str]:
    """What is found when two people put a notification off."""
    on.renew()
    deferral = await on.propose_deferral("legal", is_harmful=is_harmful, days=days)
    assert deferral is not None
    await on.agree("dpo", deferral)
    return frozenset(on.found)


async def closed(on: RightsDesk, *reports: str, is_high_risk: bool = False) -> frozenset[str]:
    """What is found when the data-protection officer closes an incident after these reports."""
    on.renew()
    incident = await on.open_incident("supervisor", "analyst", is_high_risk=is_high_risk)
    assert incident is not None
    for each in reports:
        await on.report("legal", incident, each)
    await on.close("dpo", incident)
    return frozenset(on.found)


async def frozen(on: RightsDesk, named: str) -> frozenset[str]:
    """What is found when somebody reads whose account an incident named."""
    on.renew()
    await on.open_incident("supervisor", named)
    await on.request(named, "GET", "/v1/rights")
    return frozenset(on.found)


async def asked(on: RightsDesk) -> frozenset[str]:
    """What is found when somebody asks at the door with another one's secret."""
    on.renew()
    first, second = await on.write("ACCESS"), await on.write("REDRESS")
    await on.ask_status(first.number, first.secret)
    await on.ask_status(first.number, second.secret)
    return frozenset(on.found)


async def forgotten(on: RightsDesk) -> frozenset[str]:
    """What is found half a year after an answer."""
    on.renew()
    written = await on.write("REDRESS")
    await on.take_in()
    await on.answer("legal", written)
    assert written.decided_at is not None
    on.ingest.clock.advance(days=SUBMISSION_KEPT.days + 1)
    await on.look()
    return frozenset(on.found)


Scenario = Callable[[RightsDesk], Coroutine[Any, Any, frozenset[str]]]
#: What a safeguard forbids: with it forgotten, it is done.
DONE: dict[str, tuple[str, Scenario]] = {
    "told later without harm": ("SG-21", partial(put_off, is_harmful=False, days=90)),
    "told much later": ("SG-21", partial(put_off, is_harmful=True, days=181)),
    "closed before everybody was told": ("SG-44", lambda on: closed(on, "DPO", "NO_PARTNERS")),
    "closed before those at risk were told": (
        "SG-44",
        lambda on: closed(on, "DPO", "NO_PARTNERS", "AUTHORITY", is_high_risk=True),
    ),
}


def _by_name_alone(accounts: FrozenAccounts, principal: Principal) -> bool:
    return principal.subject in accounts._by_oversight  # noqa: SLF001


_NEVER = "CAST(:before AS timestamptz) IS NULL AND CAST(:limit AS integer) = 0"
#: What guards besides: what the oracle says without it, where it is, by what it is replaced, what happens.
GUARDS: dict[str, tuple[str, Any, str, Any, Scenario]] = {
    "a secret opens its own request": (
        "SG-20",
        mailbox,
        "hmac",
        SimpleNamespace(compare_digest=lambda *_: True),
        asked,
    ),
    "what was written is forgotten": (
        "SG-23",
        rights,
        "_FORGET",
        text(f"UPDATE rights_request SET submission = NULL WHERE {_NEVER}"),
        forgotten,
    ),
    "a frozen account is kept out": (
        "SG-44",
        FrozenAccounts,
        "holds",
        lambda *_: False,
        partial(frozen, named="legal"),
    ),
    "the unit keeps no oversight out": (
        "SG-42",
        FrozenAccounts,
        "holds",
        _by_name_alone,
        partial(frozen, named="auditor"),
    ),
}
FINDS = frozenset(rule_id for rule_id, *_ in (*DONE.values(), *GUARDS.values()))


@pytest.mark.parametrize("wrong", sorted(DONE))
def test_nothing_is_done_against_a_rule_and_each_that_is_forgotten_is_found(
    desk: tuple[Inside, RightsDesk], wrong: str
) -> None:
    (inside, on), (rule_id, scenario) = desk, DONE[wrong]
    assert inside(scenario(on)) == frozenset()
    with on.policy.forgetting({rule_id}):
        found = inside(scenario(on))
    assert rule_id in found


@pytest.mark.parametrize("guard", sorted(GUARDS))
def test_each_guard_that_is_taken_away_is_found(
    desk: tuple[Inside, RightsDesk], monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    (inside, on), (rule_id, place, name, instead, scenario) = desk, GUARDS[guard]
    assert inside(scenario(on)) == frozenset()
    monkeypatch.setattr(place, name, instead)
    assert rule_id in inside(scenario(on))


class AnyOrder(RuleBasedStateMachine):
    """Persons at the door, the office behind it, incidents, frozen accounts and time, in any order."""

    def __init__(self, desk: tuple[Inside, RightsDesk]) -> None:
        super().__init__()
        self.inside, self.on = desk

    @initialize()
    def begin(self) -> None:
        self.on.renew()
        self.somebody_writes("ACCESS")

    @rule(kind=st.sampled_from(["ACCESS", "RECTIFY", "ERASE", "RESTRICT", "REDRESS"]))
    def somebody_writes(self, kind: str) -> None:
        self.inside(self.on.write(kind))

    @rule(one=st.integers(0, 9), other=st.integers(0, 9), is_cut=st.booleans())
    def somebody_asks_at_the_door(self, one: int, other: int, is_cut: bool) -> None:
        written = self.on.written
        secret = written[other % len(written)].secret
        self.inside(self.on.ask_status(written[one % len(written)].number, secret[: -1 if is_cut else None]))

    @rule()
    def the_office_takes_in(self) -> None:
        self.inside(self.on.take_in())

    @rule(person=SOMEBODY, place=st.integers(0, 9))
    def somebody_opens(self, person: str, place: int) -> None:
        self.inside(self.on.open(person, self.on.written[place % len(self.on.written)]))

    @rule(person=ANSWERING, place=st.integers(0, 9), days=st.sampled_from([0, 184]))
    def somebody_answers(self, person: str, place: int, days: int) -> None:
        self.inside(self.on.take_in())
        self.inside(self.on.answer(person, self.on.written[place % len(self.on.written)]))
        self.time_passes(days)

    @rule(person=SOMEBODY, path=st.sampled_from(NAMELESS))
    def somebody_reads(self, person: str, path: str) -> None:
        answer = self.inside(self.on.request(person, "GET", path, **{"Purpose-Code": "OVERSIGHT"}))
        assert not any(each.mark in answer.text for each in self.on.written)

    @rule(person=SOMEBODY, second=SOMEBODY, is_harmful=st.booleans(), days=st.sampled_from([1, 180, 181]))
    def somebody_is_told_later(self, person: str, second: str, is_harmful: bool, days: int) -> None:
        deferral = self.inside(self.on.propose_deferral(person, is_harmful=is_harmful, days=days))
        if deferral is not None:
            self.inside(self.on.agree(second, deferral))

    @rule(person=SOMEBODY, named=SOMEBODY, is_high_risk=st.booleans())
    def an_incident_freezes_somebody(self, person: str, named: str, is_high_risk: bool) -> None:
        """And whoever it names asks for something at once."""
        self.inside(self.on.open_incident(person, named, is_high_risk=is_high_risk))
        self.inside(self.on.request(named, "GET", "/v1/incidents"))

    @rule(person=SOMEBODY, place=st.integers(0, 9), reports=st.sets(st.sampled_from(REPORTS)))
    def somebody_reports_and_closes(self, person: str, place: int, reports: set[str]) -> None:
        for incident in self.on.incidents[place % (len(self.on.incidents) or 1) :][:1]:
            for each in sorted(reports):
                self.inside(self.on.report("legal", incident, each))
            self.inside(self.on.close(person, incident))

    @rule(first=SOMEBODY, second=SOMEBODY, place=st.integers(0, 9))
    def two_release_an_account(self, first: str, second: str, place: int) -> None:
        for freeze in self.on.frozen[place % (len(self.on.frozen) or 1) :][:1]:
            self.inside(self.on.release(first, second, freeze))

    @rule(days=st.sampled_from([1, 30, 90, 184]))
    def time_passes(self, days: int) -> None:
        self.on.ingest.clock.advance(days=days)
        self.inside(self.on.look())
        assert self.on.found == set()

    def teardown(self) -> None:
        self.inside(self.on.look())
        assert self.on.found == set()


def test_no_order_of_calls_opens_what_was_written_or_a_frozen_account(
    desk: tuple[Inside, RightsDesk],
) -> None:
    run(partial(AnyOrder, desk), examples=8, steps=20)
