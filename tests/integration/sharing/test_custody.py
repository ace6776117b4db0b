"""Arrest, detention and expulsion come from people: two of them, and then paragraph 3 names who is told."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.sharing.custody.changes import Happened
from services.sharing.errors import StepOutOfOrder
from services.sharing.protocol.envelope import Envelope, kept_envelope, open_payload
from services.sharing.shares.records import Notice, NoticeState
from shared.approval.errors import ApprovalRoleRefused, SamePerson
from shared.contracts import HitWithdrawnV1
from shared.security.roles import Role
from tests.integration.sharing.world import World, a_person
from tests.unit.sharing.samples import NOW

COUNTERPART = "XBB-PIU-01"
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


def told(world: World, notice: Notice) -> tuple[Envelope, dict[str, Any]]:
    """A notice as its recipient reads it."""
    counterpart = world.simulator.counterparts[notice.authority_id]
    envelope = kept_envelope(notice.envelope or "")
    return envelope, open_payload(envelope, counterpart.sealing).as_json()


async def confirm(world: World, share_id: UUID, **more: object) -> None:
    proposal = await world.sharing.custody.propose(share_id, detained(world, **more), SUPERVISOR)
    await world.sharing.custody.decide(proposal.approval_id, LEGAL, expected_version=1, reject=False)


async def test_whoever_had_the_first_notice_hears_of_the_arrest_in_the_same_thread(world: World) -> None:
    share_id = await world.receive()
    await world.propose(share_id)
    first = await world.notice((await world.decide(share_id))[COUNTERPART].notice_id)
    await world.deliver()

    await confirm(world, share_id, place_type="AIRPORT", consular_status="WISH_NO")
    await world.propose(share_id)
    decided = await world.decide(share_id)
    second = await world.notice(decided[COUNTERPART].notice_id)
    await world.deliver()

    assert world.held(COUNTERPART) == {str(first.notice_id): 1, str(second.notice_id): 1}
    envelope, payload = told(world, second)
    assert (envelope.thread_id, envelope.min_set) == (first.notice_id, "N-DET")
    assert "SCR-2396/3" in envelope.legal_ref
    assert payload["event"] == "DETAINED"
    assert (payload["place_type"], payload["legal_basis_class"]) == ("AIRPORT", "WARRANT")
    assert "consular_status" not in payload, "what the person wishes stays in our own State"
    assert told(world, first)[1]["event"] != "DETAINED"
    assert GROUNDS not in str(payload)


async def test_bodies_of_our_own_state_hear_of_the_consulate(world: World) -> None:
    share_id = await world.receive()
    await confirm(world, share_id, consular_status="TOLD")
    previews = {each.candidate.key: each.payload for each in await world.propose(share_id)}
    national = [each for key, each in previews.items() if key.startswith("XAA")]
    assert national
    assert all(each.content["consular_status"] == "TOLD" for each in national)
    assert "consular_status" not in previews[COUNTERPART].fields


async def test_the_same_event_needs_no_second_notice(world: World) -> None:
    share_id = await world.receive()
    for _ in range(2):
        await confirm(world, share_id)
        if _ == 0:
            await world.propose(share_id)
            await world.decide(share_id)
    with pytest.raises(StepOutOfOrder, match="everyone concerned has been told"):
        await world.propose(share_id)


async def test_a_recall_takes_back_both_notices(world: World) -> None:
    share_id = await world.receive()
    await world.propose(share_id)
    notices = [(await world.decide(share_id))[COUNTERPART].notice_id]
    await confirm(world, share_id)
    await world.propose(share_id)
    notices.append((await world.decide(share_id))[COUNTERPART].notice_id)
    await world.deliver()
    hit_id = (await world.sharing.share_hit.preview(share_id, COUNTERPART))[0].hit.hit_id
    withdrawn = HitWithdrawnV1(
        message_id=uuid4(), hit_id=hit_id, reason="MISTAKEN_IDENTITY", is_urgent=True, withdrawn_at=NOW
    )
    await world.sharing.withdrawals.receive(withdrawn.message_id, withdrawn)
    assert {(await world.notice(each)).state for each in notices} == {NoticeState.RECALLED}
