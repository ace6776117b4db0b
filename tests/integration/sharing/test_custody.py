"""Arrest, detention and expulsion come from people: two of them, and then paragraph 3 names who is told."""

from datetime import timedelta

import pytest

from services.sharing.custody import Happened
from services.sharing.errors import StepOutOfOrder
from shared.approval.errors import ApprovalRoleRefused, SamePerson
from shared.security.roles import Role
from tests.integration.sharing.world import World, a_person

GROUNDS = "Stopped under warrant W-17 by the border force; the court has seen the file."
SUPERVISOR = a_person("supervisor", Role.SUPERVISOR)
LEGAL = a_person("legal", Role.LEGAL)


def detained(world: World, **more: object) -> Happened:
    at = world.clock.now() - timedelta(minutes=20)
    values = {"event": "DETAINED", "at": at, "legal_basis": "WARRANT", "grounds": GROUNDS, **more}
    return Happened(**values)  # type: ignore[arg-type]


async def test_what_two_confirm_brings_paragraph_3_and_a_new_look_at_the_risk(world: World) -> None:
    share_id = await world.receive()
    custody = world.sharing.custody
    proposal = await custody.propose(share_id, detained(world), SUPERVISOR)
    assert [each.approval_id for each in await custody.pending()] == [proposal.approval_id]
    _, told = await custody.decide(proposal.approval_id, LEGAL, expected_version=1, reject=False)
    abroad = {each.state: each.paragraphs for each in told if each.scope.value == "FOREIGN"}
    assert abroad
    assert all("3" in paragraphs for paragraphs in abroad.values())
    async with world.sharing.engine.connect() as connection:
        rows = await connection.exec_driver_sql(
            f"SELECT event, state FROM share WHERE share_id = '{share_id}'"
        )
        assert tuple(rows.one()) == ("DETAINED", "AWAITING_ASSESSMENT")
    assert len(await world.logged("custody.confirm")) == 1
    assert not await custody.pending()


async def test_one_person_confirms_nothing_and_a_rejection_changes_nothing(world: World) -> None:
    share_id = await world.receive()
    custody = world.sharing.custody
    both = a_person("both", Role.SUPERVISOR, Role.LEGAL)
    proposal = await custody.propose(share_id, detained(world), both)
    with pytest.raises(SamePerson):
        await custody.decide(proposal.approval_id, both, expected_version=1, reject=False)
    with pytest.raises(ApprovalRoleRefused):
        await custody.propose(share_id, detained(world), LEGAL)
    await custody.decide(proposal.approval_id, LEGAL, expected_version=1, reject=True)
    async with world.sharing.engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"SELECT event FROM share WHERE share_id = '{share_id}'")
        assert rows.scalar_one() != "DETAINED"


async def test_what_lies_in_the_future_did_not_happen(world: World) -> None:
    share_id = await world.receive()
    tomorrow = detained(world, at=world.clock.now() + timedelta(minutes=1))
    with pytest.raises(StepOutOfOrder):
        await world.sharing.custody.propose(share_id, tomorrow, SUPERVISOR)
