"""No order of calls has travellers compared with somebody who may not be on the list, or tells of them.

A person is nominated, decided on, suspended, renewed, removed and cleared in any order; whether travellers
are compared with her then, and what the Committee's draft tells, is held against an oracle in plain words
(`listings.py`). A safeguard that is not asked is found: each test of that kind forgets one on purpose.
"""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from services.screening.store import watchlist
from services.screening.store.cleared import ClearedStore
from shared.approval.approvals import Approval, Approvals, ApprovalState
from tests.integration.screening.conftest import PEOPLE, SOURCE
from tests.integration.screening.inside import open_inside
from tests.integration.screening.listings import Listings, measured
from tests.integration.screening.listings_faults import ACCOUNTS, WORLD, WRONGS
from tests.integration.screening.lists import HADI, MISALI
from tests.ways_out.machine import run

RIGHT = "another person"


@pytest.fixture(scope="module")
def listings(request: pytest.FixtureRequest) -> Iterator[Listings]:
    """One service for the file: each test begins with everything right."""
    with open_inside(request) as inside, pytest.MonkeyPatch.context() as patch:
        opened = Listings(inside)
        patch.setattr(inside.desk.service.ports.safeguards, "_is_chain_ok", lambda: opened.is_chain_whole)
        inside(inside.desk.load([HADI, MISALI]))
        yield opened


async def compared(listings: Listings, wrong: str) -> tuple[bool, frozenset[str]]:
    """Whether travellers are compared with somebody when one thing is wrong; what the oracle says of it."""
    await listings.begin()
    if wrong == REMOVED:
        await listings.nominate()
        await listings.decide(RIGHT)
        await listings.begin(is_same_grounds=True)
    is_at_screening = wrong in WORLD and "activation" not in WORLD[wrong].forbids
    if wrong in WORLD and not is_at_screening:
        await listings.turn(wrong)
    await listings.nominate(wrong if wrong in WRONGS else "")
    await listings.decide(wrong if wrong in ACCOUNTS else RIGHT)
    if is_at_screening:
        await listings.turn(wrong)
    elif wrong == OVERDUE:
        await listings.fall_due()
    elif wrong == CLEARED:
        await listings.clear("supervisor", "legal")
    return await listings.is_compared(), listings.forbidden()


REMOVED, OVERDUE, CLEARED = (
    "removed on the same grounds",
    "overdue before a clock beat",
    "cleared by two people",
)
#: What is wrong, and the safeguards that have to be forgotten before travellers are compared all the same.
FORGOTTEN: dict[str, frozenset[str]] = {
    **{name: frozenset({wrong.rule}) for name, wrong in WRONGS.items()},
    **{name: frozenset({around.rule}) for name, around in WORLD.items()},
    **{name: ACCOUNTS[name].against for name in ("somebody below the nominator", "whoever oversees")},
    REMOVED: frozenset({"SG-15"}),
}


def test_travellers_are_compared_with_whom_nothing_forbids(listings: Listings) -> None:
    assert listings.inside(compared(listings, "")) == (True, frozenset())


@pytest.mark.parametrize("wrong", FORGOTTEN)
def test_nobody_is_compared_whom_something_forbids_and_each_safeguard_that_is_forgotten_is_found(
    listings: Listings, wrong: str
) -> None:
    is_compared, forbidden = listings.inside(compared(listings, wrong))
    assert (is_compared, forbidden if listings.facts.entry_id else FORGOTTEN[wrong]) == (
        False,
        FORGOTTEN[wrong],
    )
    with listings.inside.policy.forgetting(FORGOTTEN[wrong]):
        is_compared, forbidden = listings.inside(compared(listings, wrong))
    assert is_compared
    assert forbidden == FORGOTTEN[wrong]


@pytest.mark.parametrize("by", ["the nominator", "somebody without the post"])
def test_nobody_is_compared_whom_one_person_listed(listings: Listings, by: str) -> None:
    """The table refuses the nominator's own decision too, whatever the safeguards say."""
    assert listings.inside(compared(listings, by)) == (False, frozenset())
    assert listings.facts.entry_id == ""


async def nobody_is_cleared(*_: object) -> dict[Any, Any]:
    return {}


#: What no engine judges: the statement or look-up that keeps somebody away, and what it is when forgotten.
BESIDE: dict[str, tuple[Any, str, Any, str]] = {
    OVERDUE: (watchlist, "_IN_DATE", "CAST(:today AS date) IS NOT NULL", "SG-14"),
    CLEARED: (ClearedStore, "look_up", nobody_is_cleared, "SG-12"),
}


@pytest.mark.parametrize("wrong", BESIDE)
def test_what_keeps_somebody_away_beside_the_safeguards_is_found_when_it_is_forgotten(
    listings: Listings, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    owner, name, nothing, rule_id = BESIDE[wrong]
    assert listings.inside(compared(listings, wrong)) == (False, frozenset({rule_id}))
    monkeypatch.setattr(owner, name, nothing)
    assert listings.inside(compared(listings, wrong)) == (True, frozenset({rule_id}))


async def drafted(listings: Listings, wrong: str) -> tuple[bool, frozenset[str]]:
    """Whether somebody is drafted for the Committee when one thing is wrong; what the oracle says of it."""
    await listings.begin()
    await listings.nominate(wrong if wrong in WRONGS else "")
    if wrong in WORLD:
        await listings.turn(wrong)
    return (
        await listings.is_drafted_for_the_committee("supervisor"),
        listings.forbidden_to_the_committee("supervisor"),
    )


#: What keeps a draft for the Committee back.
DRAFTS = {"kinship": "SG-13", "a list kept to its publisher": "SG-32", "the log does not hold": "SG-41"}


def test_nobody_is_drafted_for_the_committee_whom_something_forbids_and_what_is_forgotten_is_found(
    listings: Listings,
) -> None:
    assert listings.inside(drafted(listings, "")) == (True, frozenset())
    for wrong, rule_id in DRAFTS.items():
        assert listings.inside(drafted(listings, wrong)) == (False, frozenset({rule_id})), wrong
    for wrong, rule_id in DRAFTS.items():
        # Nobody here is cleared for what is its publisher's alone.
        also = {"SG-26"} if rule_id == "SG-32" else set()
        with listings.inside.policy.forgetting({rule_id, *also}):
            assert listings.inside(drafted(listings, wrong)) == (True, frozenset({rule_id})), wrong


async def approved_matcher(listings: Listings, ratio: float) -> bool:
    """Whether a matcher with such a burden on one region is approved; another one was measured since."""
    await listings.begin()
    desk = listings.desk
    algorithm = (await desk.ask("supervisor", "GET", "/v1/matcher-approvals"))["in_use"]["algorithm"]
    for each in (measured(f"{algorithm}-{ratio}", ratio), measured("another", 1.0)):
        await desk.ask("dpo", "POST", "/v1/fairness", content=json.dumps(each), status=204)
    body = {"algorithm": f"{algorithm}-{ratio}"}
    proposed = await desk.ask("supervisor", "POST", "/v1/matcher-approvals", json=body, status=201)
    path = f"/v1/matcher-approvals/{proposed['approval_id']}/approval"
    return (await listings.ask("dpo", "POST", path, {})).status_code == 200


def test_matcher_that_burdens_one_region_is_not_approved_and_a_forgotten_limit_is_found(
    listings: Listings,
) -> None:
    assert listings.inside(approved_matcher(listings, 1.5))
    assert not listings.inside(approved_matcher(listings, 1.6))
    with listings.inside.policy.forgetting({"SG-43"}):
        was_approved = listings.inside(approved_matcher(listings, 1.6))
    assert was_approved


async def changed_source(listings: Listings, second: str) -> bool:
    """Whether what the port reads of a list is changed by the legal officer and somebody."""
    await listings.begin()
    body = {"register": "list-sources", "row": SOURCE | {"tear_line": f"Call the desk. {uuid4()}"}}
    proposed = await listings.desk.ask("legal", "POST", "/v1/registers", json=body, status=201)
    path = f"/v1/registers/{proposed['approval_id']}/approval"
    return (await listings.ask(second, "POST", path, {})).status_code == 200


async def approve_for_anybody(  # noqa: PLR0917 - as the machinery is called
    self: Approvals, connection: Any, approval_id: Any, person: str, role: str, expected_version: int
) -> Approval:
    """The two-person machinery without its own look at who approves, which comes before the safeguards'."""
    state = ApprovalState.APPROVED
    return await self._decide(
        connection,
        await self.get(connection, approval_id),
        state,
        person=person,
        role=role,
        expected_version=expected_version,
    )


def test_register_is_changed_by_two_offices_and_a_forgotten_second_one_is_found(
    listings: Listings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert listings.inside(changed_source(listings, "supervisor"))
    assert not listings.inside(changed_source(listings, "another legal officer"))
    monkeypatch.setattr(Approvals, "approve", approve_for_anybody)
    assert not listings.inside(changed_source(listings, "another legal officer")), "SG-27 by itself"
    with listings.inside.policy.forgetting(ACCOUNTS["another legal officer"].against):
        was_changed = listings.inside(changed_source(listings, "another legal officer"))
    assert was_changed


FINDS = frozenset({"SG-27", "SG-43", *DRAFTS.values(), *(rule_id for *_, rule_id in BESIDE.values())}).union(
    *FORGOTTEN.values()
)
OFFICERS = st.sampled_from(["steward", "supervisor", "legal", "dpo"])


class AnyOrder(RuleBasedStateMachine):
    """Nominators, approvers, reviewers, stewards, the registers and time, in any order."""

    def __init__(self, listings: Listings) -> None:
        super().__init__()
        self.listings = listings

    def act(self, step: Any) -> Any:
        return self.listings.inside(step)

    @initialize()
    def begin(self) -> None:
        self.act(self.listings.begin())
        self.act(self.listings.nominate())

    @rule(wrong=st.sampled_from(["", *WRONGS]))
    def somebody_nominates(self, wrong: str) -> None:
        """Also while the nomination of before still waits."""
        self.act(self.listings.nominate(wrong))

    @rule(by=st.sampled_from(sorted(ACCOUNTS)))
    def somebody_decides(self, by: str) -> None:
        """Also twice, and also whoever nominated."""
        self.act(self.listings.decide(by))

    @rule(name=st.sampled_from(sorted(WORLD)))
    def something_turns(self, name: str) -> None:
        self.act(self.listings.turn(name))

    @rule()
    def everything_is_mended(self) -> None:
        for name in sorted(self.listings.facts.wrong):
            self.act(self.listings.turn(name))

    @rule(first=OFFICERS, second=OFFICERS)
    def the_entry_is_renewed(self, first: str, second: str) -> None:
        """Also by whoever nominated, and also by one person alone."""
        self.act(self.listings.renew(first, second))

    @rule(first=OFFICERS, second=OFFICERS)
    def whoever_travels_so_is_cleared(self, first: str, second: str) -> None:
        self.act(self.listings.clear(first, second))

    @rule(step=st.sampled_from(["suspend", "remove", "fall_due"]))
    def the_entry_leaves(self, step: str) -> None:
        self.act(getattr(self.listings, step)())

    @rule()
    def the_clocks_beat(self) -> None:
        self.act(self.listings.desk.beat())

    @rule()
    def somebody_travels(self) -> None:
        if self.act(self.listings.is_compared()):
            assert not self.listings.forbidden()

    @rule(person=st.sampled_from(sorted(PEOPLE)))
    def somebody_drafts_for_the_committee(self, person: str) -> None:
        if self.act(self.listings.is_drafted_for_the_committee(person)):
            assert not self.listings.forbidden_to_the_committee(person)


def test_no_order_of_calls_has_anybody_compared_who_may_not_be(listings: Listings) -> None:
    run(partial(AnyOrder, listings), examples=8, steps=15)
