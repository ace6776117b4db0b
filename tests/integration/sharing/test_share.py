"""From a confirmed hit to notices: two people, every safeguard, one digest."""

import json
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.sharing.errors import (
    LegalFindingRequired,
    NotACandidate,
    PreviewOutdated,
    ScreeningSilent,
    StepOutOfOrder,
)
from services.sharing.shares.court_order import CourtOrder
from services.sharing.shares.decide import Decision
from services.sharing.shares.facts import Assessment
from services.sharing.shares.recipients import Outcome
from services.sharing.shares.records import Channel, NoticeState
from services.sharing.shares.share import Proposal
from services.sharing.store.registers import Register
from shared.approval.errors import SamePerson
from shared.contracts import BestInterestsV1, GradedItemV1
from tests.integration.sharing.world import LEGAL, LIAISON, SUPERVISOR, World
from tests.unit.sharing.samples import (
    NOW,
    a_country_risk,
    a_hit,
    a_hit_state,
    an_agreement,
)

ALL_STATES = {"entry": {"nationalities": ["XBB", "XCC", "XDD"]}}


async def test_send_hold_and_block_all_occur(world: World) -> None:
    decisions = await world.shared(**ALL_STATES)
    assert {key: each.verdict.outcome for key, each in decisions.items()} == {
        "XAA-BORDER-01": Outcome.SEND,
        "XAA-POLICE-01": Outcome.SEND,
        "XBB-PIU-01": Outcome.SEND,
        "XCC-PIU-01": Outcome.HOLD,
        "XDD-PIU-01": Outcome.BLOCK,
    }
    assert [each.verdict.pending for each in decisions.values()] == [()] * 5
    assert "SG-30.NO_AGREEMENT_IN_FORCE" in decisions["XCC-PIU-01"].verdict.reasons
    assert "SG-34.HUMAN_RIGHTS_RISK" in decisions["XDD-PIU-01"].verdict.reasons
    assert [decisions[key].notice_id is None for key in ("XBB-PIU-01", "XCC-PIU-01", "XDD-PIU-01")] == [
        False,
        True,
        True,
    ]


async def test_same_hit_again_makes_no_second_share(world: World) -> None:
    hit = a_hit(hit_id=uuid4())
    first = await world.sharing.share_hit.receive(uuid4(), hit)
    again = await world.sharing.share_hit.receive(uuid4(), hit)
    assert (first["is_new"], again["is_new"]) == (True, False)
    assert await world.count("share") == 1


async def test_what_no_notice_needs_is_not_stored(world: World) -> None:
    await world.receive(phones=["+00 000 111"], seat="12A")
    async with world.engine.connect() as connection:
        stored = json.dumps((await connection.execute(text("SELECT hit FROM share"))).scalar_one())
    assert not [each for each in ("+00 000 111", "12A", "phones") if each in stored]


async def test_same_message_again_gets_the_first_reply(world: World) -> None:
    message_id, hit = uuid4(), a_hit(hit_id=uuid4())
    first = await world.sharing.share_hit.receive(message_id, hit)
    assert await world.sharing.share_hit.receive(message_id, hit) == first
    assert await world.logged("share.receive") == ["DONE"]


async def test_individual_risk_comes_before_any_proposal(world: World) -> None:
    share_id = await world.receive()
    with pytest.raises(StepOutOfOrder):
        await world.sharing.share_hit.propose(share_id, Proposal("s", "a", 7), SUPERVISOR)


async def test_preview_approval_and_ledger_have_one_digest(world: World) -> None:
    share_id = await world.receive()
    proposed = {each.candidate.key: each.payload.digest for each in await world.propose(share_id)}
    _, preview = await world.sharing.share_hit.preview(share_id, "XBB-PIU-01")
    decisions = await world.decide(share_id)
    notice = await world.notice(decisions["XBB-PIU-01"].notice_id)
    await world.deliver()
    held = world.simulator.counterparts["XBB-PIU-01"].held[str(notice.notice_id)]
    assert proposed["XBB-PIU-01"] == preview.payload.digest == notice.payload_digest
    assert held.envelope["payload_hash"] == notice.payload_digest
    assert held.payload == preview.payload.content | {"person": held.payload["person"]}


async def test_nobody_approves_their_own_proposal(world: World) -> None:
    share_id = await world.receive()
    await world.sharing.share_hit.record_individual_risk(
        share_id, Assessment(individual_risk=False), {}, LEGAL
    )
    approval, _ = await world.sharing.share_hit.propose(
        share_id, Proposal("Some statement that is long enough to be one.", "none", 7), LIAISON
    )
    with pytest.raises(SamePerson):
        await world.sharing.decide.approve(share_id, approval.approval_id, LIAISON)
    assert await world.count("notice") == 0


async def test_changed_content_is_not_sent_unseen(world: World) -> None:
    share_id = await world.receive()
    await world.propose(share_id)
    world.hit_states.answer = a_hit_state(state="ACTIONED", ordered_action="SECONDARY_INSPECTION")
    with pytest.raises(PreviewOutdated):
        await world.decide(share_id)
    assert await world.count("notice") == 0


async def test_silent_screening_decides_nothing(world: World) -> None:
    share_id = await world.receive()
    await world.propose(share_id)
    world.hit_states.answer = None
    with pytest.raises(ScreeningSilent):
        await world.decide(share_id)
    assert await world.count("verdict") == 0


async def test_hit_that_is_no_longer_confirmed_is_not_shared_even_at_home(world: World) -> None:
    share_id = await world.receive()
    await world.propose(share_id)
    world.hit_states.answer = a_hit_state(state="IN_REVIEW")
    decisions = await world.decide(share_id)
    assert {each.verdict.outcome for each in decisions.values()} == {Outcome.BLOCK}
    assert await world.count("notice") == 0
    assert await world.count("outbox") == 0


async def test_legal_officers_finding_opens_the_minimum_notification(world: World) -> None:
    share_id = await world.receive(**ALL_STATES)
    await world.propose(share_id)
    decisions = await world.decide(share_id, "XCC-PIU-01")
    notice = await world.notice(decisions["XCC-PIU-01"].notice_id)
    await world.deliver()
    held = world.simulator.counterparts["XCC-PIU-01"].held[str(notice.notice_id)]
    assert (notice.agreement_id, held.envelope["fallback"]) == (None, "2396-N-MIN")
    assert held.envelope["approver_role"] == "LEGAL"


async def test_only_a_legal_officer_opens_it(world: World) -> None:
    share_id = await world.receive(**ALL_STATES)
    await world.propose(share_id)
    proposal = await world.proposal_of(share_id)
    with pytest.raises(LegalFindingRequired):
        await world.sharing.decide.approve(share_id, proposal, LIAISON, fallback=frozenset({"XCC-PIU-01"}))


async def test_held_recipient_can_be_proposed_again_and_others_are_not_told_twice(world: World) -> None:
    share_id = await world.receive(**ALL_STATES)
    await world.propose(share_id)
    await world.decide(share_id)
    previews = await world.propose(share_id, authorities=("XCC-PIU-01",))
    decisions = await world.decide(share_id, "XCC-PIU-01")
    assert [each.candidate.key for each in previews] == ["XCC-PIU-01"]
    assert decisions["XCC-PIU-01"].verdict.permits
    assert await world.count("notice") == 4


async def test_stranger_to_the_hit_cannot_be_told(world: World) -> None:
    share_id = await world.receive()
    with pytest.raises(NotACandidate):
        await world.propose(share_id, authorities=("XDD-PIU-01",))


async def test_own_state_comes_first_whoever_is_proposed(world: World) -> None:
    share_id = await world.receive()
    previews = await world.propose(share_id, authorities=("XBB-PIU-01",))
    assert [each.candidate.key for each in previews] == ["XAA-BORDER-01", "XAA-POLICE-01", "XBB-PIU-01"]


async def test_national_permit_releases_the_card_to_the_port_alone(world: World) -> None:
    decisions = await world.shared()
    port = await world.notice(decisions["XAA-BORDER-01"].notice_id)
    police = await world.notice(decisions["XAA-POLICE-01"].notice_id)
    assert (port.channel, port.state) == (Channel.PAGES, NoticeState.SENT)
    assert (police.channel, police.state) == (Channel.PAGES, NoticeState.DELIVERED)
    assert await world.count("outbox") == 1


async def test_rejection_takes_one_person_and_lets_propose_again(world: World) -> None:
    share_id = await world.receive()
    await world.propose(share_id)
    await world.sharing.decide.reject(share_id, await world.proposal_of(share_id), LEGAL)
    await world.propose(share_id)
    assert await world.count("verdict") == 0


async def test_approval_is_of_the_proposal_that_was_shown(world: World) -> None:
    """Withdrawn and made otherwise between the look and the word: nobody approves what they have not seen."""
    share_id = await world.receive(**ALL_STATES)
    await world.propose(share_id, authorities=("XBB-PIU-01",))
    shown = await world.proposal_of(share_id)
    await world.sharing.decide.reject(share_id, shown, LIAISON)
    await world.propose(share_id)
    for step in (world.sharing.decide.approve, world.sharing.decide.reject):
        with pytest.raises(StepOutOfOrder, match="another proposal"):
            await step(share_id, shown, LEGAL)
    assert await world.count("notice") == 0


async def test_preview_of_a_proposal_is_narrowed_by_the_agreement_of_its_purpose(world: World) -> None:
    """Two agreements with one State let different fields leave: who approves sees those that do."""
    narrow = an_agreement(
        id="XAA-XBB-2024", purposes=("TERR_DETECT",), min_sets={"NOTIFY": ["names", "flight", "event"]}
    )
    await world.put(Register.AGREEMENT, narrow.as_json())
    share_id = await world.receive()
    proposed = await world.propose(share_id, purpose_code="TERR_DETECT")
    digests = {each.candidate.key: each.payload.digest for each in proposed}
    _, preview = await world.sharing.share_hit.preview(share_id, "XBB-PIU-01")
    assert preview.payload.digest == digests["XBB-PIU-01"]


async def test_child_is_shared_with_nobody(world: World) -> None:
    decisions = await world.shared(birth_date="2012-03-04", **ALL_STATES)
    for decision in decisions.values():
        assert "SG-16.CHILD_PROTECTED" in decision.verdict.reasons
        assert decision.notice_id is None
    assert await world.count("notice") == 0
    assert await world.count("outbox") == 0


async def proposed_to_protect(world: World, found: BestInterestsV1 | None) -> dict[str, Decision]:
    """A child's hit, proposed to those who can protect the child; the decisions by candidate."""
    assert world.hit_states.answer is not None
    world.hit_states.answer = world.hit_states.answer.model_copy(update={"best_interests": found})
    share_id = await world.receive(birth_date="2012-03-04", **ALL_STATES)
    await world.propose(share_id, purpose_code="CHILD_PROTECTION")
    return await world.decide(share_id)


def a_finding(*, allows_share: bool) -> BestInterestsV1:
    """What the child-protection specialist found."""
    return BestInterestsV1(
        assessment_id=uuid4(), allows_share=allows_share, found_by="child-specialist", found_at=NOW
    )


async def test_child_is_told_of_at_home_where_a_specialist_found_that_it_serves_the_child(
    world: World,
) -> None:
    decisions = await proposed_to_protect(world, a_finding(allows_share=True))
    assert {key: each.verdict.outcome for key, each in decisions.items()} == {
        "XAA-BORDER-01": Outcome.SEND,
        "XAA-POLICE-01": Outcome.SEND,
    }, "no State abroad is even a candidate"


@pytest.mark.parametrize("found", [None, a_finding(allows_share=False)], ids=["none", "against"])
async def test_child_is_told_of_to_nobody_without_a_finding_for_it(
    world: World, found: BestInterestsV1 | None
) -> None:
    for decision in (await proposed_to_protect(world, found)).values():
        assert "SG-16.BEST_INTERESTS_MISSING" in decision.verdict.reasons
    assert await world.count("notice") == 0


async def test_finding_helps_no_share_for_another_purpose(world: World) -> None:
    assert world.hit_states.answer is not None
    world.hit_states.answer = world.hit_states.answer.model_copy(
        update={"best_interests": a_finding(allows_share=True)}
    )
    for decision in (await world.shared(birth_date="2012-03-04", **ALL_STATES)).values():
        assert "SG-16.CHILD_PROTECTED" in decision.verdict.reasons


async def test_child_is_told_of_under_a_court_order_that_a_legal_officer_has_seen(world: World) -> None:
    share_id = await world.receive(birth_date="2012-03-04", **ALL_STATES)
    await world.propose(share_id, court_order=CourtOrder("XAA-FC/2027/118"))
    proposal = await world.proposal_of(share_id)
    with pytest.raises(LegalFindingRequired):
        await world.sharing.decide.approve(share_id, proposal, LIAISON)
    decisions = await world.decide(share_id)
    assert decisions["XBB-PIU-01"].verdict.outcome is Outcome.SEND
    assert not [each for each in decisions.values() if "SG-16.CHILD_PROTECTED" in each.verdict.reasons]
    assert decisions["XDD-PIU-01"].verdict.outcome is Outcome.BLOCK, "an order lifts no other safeguard"
    # Asked again at the try: the order goes with the notice.
    await world.deliver()
    assert (await world.notice(decisions["XBB-PIU-01"].notice_id)).state is NoticeState.DELIVERED


async def test_another_state_cannot_be_asked_to_protect_a_child(world: World) -> None:
    share_id = await world.receive(birth_date="2012-03-04", **ALL_STATES)
    with pytest.raises(NotACandidate):
        await world.propose(share_id, purpose_code="CHILD_PROTECTION", authorities=("XBB-PIU-01",))


REFUSED_SHARES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "SG-11.UNRELIABLE_SOURCE": (
        {"items": [GradedItemV1(source_grade=3, info_grade="D", kind="FACT", age_months=3)]},
        {},
    ),
    "SG-17.NON_SUSPECT_NAMED": ({"category": "WITNESS"}, {}),
    "SG-32.HANDLING_CODE": ({"handling_code": "H4"}, {}),
    "SG-37.RECALLED": ({}, {"entry_status": "REMOVED"}),
}


@pytest.mark.parametrize(("entry", "state", "reason"), [(*v, k) for k, v in REFUSED_SHARES.items()])
async def test_unfit_share_is_refused_and_nothing_written(
    world: World, entry: dict[str, Any], state: dict[str, Any], reason: str
) -> None:
    world.hit_states.answer = a_hit_state(**state)
    decisions = await world.shared(entry=entry)
    assert reason in decisions["XBB-PIU-01"].verdict.reasons
    assert decisions["XBB-PIU-01"].notice_id is None
    await world.deliver()
    assert world.held("XBB-PIU-01") == {}


async def test_partner_without_a_current_assessment_is_told_nothing(world: World) -> None:
    held = await world.sharing.registry.entries(Register.AUTHORITY)
    (partner,) = [body for _, body in held if body["id"] == "XBB-PIU-01"]
    await world.put(
        Register.AUTHORITY, partner | {"safeguards": partner["safeguards"] | {"assessment": "NEGATIVE"}}
    )
    decisions = await world.shared()
    assert "SG-38.ASSESSMENT" in decisions["XBB-PIU-01"].verdict.reasons
    assert decisions["XBB-PIU-01"].notice_id is None


async def test_medium_risk_is_held_until_both_officers_find_none(world: World) -> None:
    await world.put(Register.COUNTRY_RISK, a_country_risk(level="MEDIUM").as_json())
    share_id = await world.receive()
    await world.propose(share_id)
    assert (await world.decide(share_id))["XBB-PIU-01"].verdict.outcome is Outcome.HOLD
    both = Assessment(individual_risk=False, legal="CLEAR", human_rights="CLEAR")
    await world.propose(share_id, assessment=both, authorities=("XBB-PIU-01",))
    assert (await world.decide(share_id))["XBB-PIU-01"].verdict.permits


async def test_every_verdict_is_stored_with_all_reasons(world: World) -> None:
    share_id = await world.receive(**ALL_STATES)
    await world.propose(share_id)
    decisions = await world.decide(share_id)
    stored = await world.stored_verdicts(share_id)
    assert {(key, tuple(reasons)) for key, _, _, reasons in stored} == {
        (key, each.verdict.reasons) for key, each in decisions.items()
    }
    assert sorted(await world.logged("share.send")) == ["PERMITTED"] * 3 + ["REFUSED"] * 2


async def test_agreement_narrows_what_leaves(world: World) -> None:
    narrow = an_agreement(
        id="XAA-XBB-2025",
        min_sets={"NOTIFY": ("names", "date_of_birth", "flight", "category")},
        valid_from=date(2025, 1, 1),
    )
    await world.put(Register.AGREEMENT, narrow.as_json())
    decisions = await world.shared()
    notice = await world.notice(decisions["XBB-PIU-01"].notice_id)
    assert notice.fields == ("category", "date_of_birth", "flight", "names")
