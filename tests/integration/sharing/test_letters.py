"""What was found of a person binds every message about them, whatever its drafter leaves out."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.sharing.shares.facts import Assessment
from services.sharing.store.notices import NoticeStore
from services.sharing.store.registers import Register
from services.sharing.store.shares import ShareStore
from services.sharing.vault import Finding, Protection
from shared.contracts import HitConfirmedV1
from shared.contracts.notice_received import entry_of_notice
from shared.identifiers import HitId
from shared.web.purpose import Purpose
from tests.integration.sharing import test_exchange_types
from tests.integration.sharing.test_exchange_types import (
    PERSON,
    a_correction,
    a_pnr_answer,
    a_pnr_request,
    a_query,
    an_emergency,
    answers,
    approved,
    content,
    declared,
    let_go,
    proposed,
    sent_notice,
    third_state,
)
from tests.integration.sharing.two_states import State, TwoStates, a_letter
from tests.integration.sharing.world import LEGAL
from tests.unit.sharing.samples import a_country_risk, a_hit, somebody_else

pytestmark = pytest.mark.asyncio(loop_scope="module")
both = test_exchange_types.both
Prepare = Callable[[State, HitConfirmedV1], Awaitable[None]]


async def a_share(state: State, *, notice: str | None = None, **changes: Any) -> HitConfirmedV1:
    """A confirmed hit of a State, which rests on a notice from XBB where one is named."""
    if notice is not None:
        changes["entry"] = {"entry_id": entry_of_notice("XBB-PIU-01", UUID(notice))}
    hit: HitConfirmedV1 = a_hit(hit_id=uuid4(), message_id=uuid4(), **somebody_else(**changes))
    await state.sharing.share_hit.receive(hit.message_id, hit)
    return hit


async def is_refugee(state: State, hit: HitConfirmedV1) -> None:
    finding = Finding(HitId(hit.hit_id), Protection.REFUGEE, feared_states=("XBB", "XCC"))
    await state.sharing.vault.record(finding, by="asylum")


async def is_at_risk(state: State, hit: HitConfirmedV1) -> None:
    async with state.sharing.engine.connect() as connection:
        share_id = await ShareStore(connection).of_hit(hit.hit_id)
    assert share_id is not None
    await state.sharing.share_hit.record_individual_risk(
        share_id, Assessment(individual_risk=True), {}, LEGAL
    )


def feedback(notice_id: str) -> dict[str, Any]:
    payload = {"message_ref": notice_id, "same_person": "YES", "measure_class": "DETAINED"}
    return a_letter("FEEDBACK", "XBB-PIU-01", payload, in_reply_to=notice_id)


@pytest.mark.parametrize("found", [is_refugee, is_at_risk])
async def test_sender_of_a_notice_does_not_learn_that_a_protected_person_is_here(
    both: TwoStates, found: Prepare
) -> None:
    # The tests of this file share their two States: what another left on its way is none of this one's.
    await both.xaa.deliver()
    notice_id = await sent_notice(both.xbb, both.xaa)
    await found(both.xaa, await a_share(both.xaa, notice=notice_id))
    message = await proposed(both.xaa, feedback(notice_id))
    verdict = await approved(both.xaa, message, finding="YES", individual_risk=False)
    assert not verdict["permits"]
    assert await both.xaa.deliver() == 0


async def test_feedback_names_no_other_notice_than_it_answers(both: TwoStates) -> None:
    """In answer to one of whom nothing is known, the number inside would tell of a protected person."""
    answered, other = await sent_notice(both.xbb, both.xaa), await sent_notice(both.xbb, both.xaa)
    await is_refugee(both.xaa, await a_share(both.xaa, notice=other))
    draft = feedback(answered)
    draft["payload"]["message_ref"] = other
    answer = await both.xaa.ask("POST", "/v1/exchange/proposals", "LIAISON", body=draft)
    assert (answer.status_code, "names another message" in answer.text) == (409, True)


@pytest.mark.parametrize(("found", "code"), [(is_refugee, "SG-35"), (is_at_risk, "SG-34")])
async def test_query_about_a_hit_is_bound_by_what_was_found_of_it(
    both: TwoStates, found: Prepare, code: str
) -> None:
    hit = await a_share(both.xaa)
    await found(both.xaa, hit)
    draft = a_query(both.xbb.authority) | {"hit_id": str(hit.hit_id)}
    verdict = await approved(both.xaa, await proposed(both.xaa, draft), individual_risk=False)
    assert any(reason.startswith(code) for reason in verdict["reasons"]), verdict


async def test_all_reasons_against_a_letter_that_rests_on_two_notices_are_told_and_logged(
    both: TwoStates,
) -> None:
    """What each notice behind it gives against it is told once, in one record that can be asked again."""
    first, second = sorted([await sent_notice(both.xbb, both.xaa), await sent_notice(both.xbb, both.xaa)])
    hit = await a_share(both.xaa, notice=second)
    draft = a_query("XCC-PIU-01") | {"derived_from": first, "hit_id": str(hit.hit_id)}
    async with third_state(both):
        message = await proposed(both.xaa, draft)
        recall = {"reason_code": "MISTAKEN_IDENTITY"}
        await both.xbb.did("POST", f"/v1/notices/{second}/recall", "LIAISON", body=recall)
        await both.xbb.deliver()
        verdict = await approved(both.xaa, message, individual_risk=False)
    assert {"SG-33.NO_ONWARD_CONSENT", "SG-37.RECALLED"} <= set(verdict["reasons"])
    assert verdict["reasons"] == sorted(set(verdict["reasons"]))
    sent = await both.xaa.records("share.send")
    (record,) = [each for each in sent if each["object_id"] == message["message_id"]]
    assert record["reasons"] == verdict["reasons"]
    path = f"/v1/oversight/decisions/{record['record_id']}/replay"
    replayed = await both.xaa.did("POST", path, "COURT", purpose=Purpose("OVERSIGHT", None))
    assert (replayed["finding"], replayed["now"]["reasons"]) == ("SAME", verdict["reasons"])
    for questions in ([], ["none"]):
        body = {"inputs": {"questions": questions}}
        other = await both.xaa.did("POST", path, "COURT", body=body, purpose=Purpose("OVERSIGHT", None))
        assert other["finding"] == "NOT_THE_INPUTS"


ORDER = {
    "reference": "XAA-FC/2027/118",
    "court": "Family Court of the capital",
    "dated": "2026-05-29",
    "scope": "Identity and place, to XBB alone.",
}


async def order_shown(state: State, message: dict[str, Any]) -> dict[str, Any] | None:
    """The court's order as whoever is to approve a message is shown it."""
    found = await state.did("GET", f"/v1/exchange/messages/{message['message_id']}", "LEGAL")
    order: dict[str, Any] | None = found["court_order"]
    return order


async def test_who_approves_a_letter_sees_the_court_order_that_lets_a_child_be_told_of(
    both: TwoStates,
) -> None:
    hit = await a_share(both.xaa, birth_date="2012-01-02")
    about_a_child = a_query(both.xbb.authority) | {"hit_id": str(hit.hit_id)}
    under_order = await proposed(both.xaa, about_a_child | {"court_order": ORDER})
    assert await order_shown(both.xaa, under_order) == ORDER
    verdict = await approved(both.xaa, under_order, individual_risk=False)
    assert not [each for each in verdict["reasons"] if each.startswith("SG-16")], "the order that was shown"
    without = await proposed(both.xaa, about_a_child)
    assert await order_shown(both.xaa, without) is None
    verdict = await approved(both.xaa, without, individual_risk=False)
    assert any(each.startswith("SG-16") for each in verdict["reasons"])


@pytest.mark.parametrize(
    ("named", "is_shown"), [("XAA-COURT-7", True), ("The order about Mr Example of 1 May", False)]
)
async def test_order_of_another_states_request_is_shown_by_its_number_and_never_in_its_words(
    both: TwoStates, named: str, is_shown: bool
) -> None:
    asked = a_pnr_request(both.xbb.authority)
    asked["payload"] |= {"court_ref": named}
    request = await let_go(both.xaa, asked, individual_risk=False)
    answer = await proposed(both.xbb, a_pnr_answer(both.xaa.authority, request["message_id"]))
    shown = {"reference": named if is_shown else None, "court": None, "dated": None, "scope": None}
    assert await order_shown(both.xbb, answer) == shown


async def test_emergency_about_a_child_is_refused_as_a_childs(both: TwoStates) -> None:
    hit = await a_share(both.xaa, birth_date="2012-01-02")
    answer = await declared(both.xaa, both.xbb, an_emergency(both), hit.hit_id)
    assert answer.status_code == 201, answer.text
    verdict = await approved(both.xaa, answer.json()["message"], individual_risk=False)
    assert any(reason.startswith("SG-16") for reason in verdict["reasons"]), verdict


async def test_answer_that_is_stopped_on_its_way_becomes_the_neutral_word(both: TwoStates) -> None:
    """Silence where an answer was approved would tell that something was found of the person meanwhile."""
    query = await let_go(both.xbb, a_query(both.xaa.authority), individual_risk=False)
    hit = await a_share(both.xaa)
    draft = a_letter(
        "IDENTITY_ANSWER",
        both.xbb.authority,
        {"outcome": "SAME", "identifiers": ["document"]},
        in_reply_to=query["message_id"],
        category="SUSPECT",
        claim_sign=False,
        hit_id=str(hit.hit_id),
    )
    message = await proposed(both.xaa, draft)
    assert (await approved(both.xaa, message, finding="SAME", individual_risk=False))["permits"]
    await is_refugee(both.xaa, hit)
    both.clock.advance(hours=4)
    await both.xaa.deliver()
    await both.xaa.sharing.clocks.beat()
    await both.xaa.deliver()
    (answer,) = await answers(both.xbb, query["message_id"])
    told = await content(both.xbb, answer["message_id"])
    assert told == {"outcome": "NO_INFORMATION", "identifiers": []}


@pytest.mark.parametrize("risk", ["HIGH", "LOW"])
async def test_consent_lets_nobody_tell_the_state_that_the_person_fears(both: TwoStates, risk: str) -> None:
    """A consent sends our information on: it is judged by where that goes."""
    await both.xaa.put(Register.COUNTRY_RISK, "XCC", a_country_risk("XCC", level=risk).as_json())
    # What is found of this person binds every later message about them.
    notice_id = await sent_notice(both.xaa, both.xbb, **somebody_else())
    if risk == "LOW":
        await is_refugee(both.xaa, await hit_of_notice(both.xaa, notice_id))
    request = {
        "target_message_id": notice_id,
        "use": "ONWARD",
        "names": "XCC",
        "data_classes": ["HIT"],
        "purposes": ["TERR_TRAVEL"],
        "grounds": "The person goes on to XCC.",
        "until": "2026-06-04",
    }
    asked = await let_go(both.xbb, a_letter("CONSENT_REQUEST", both.xaa.authority, request))
    kept = ("target_message_id", "names", "data_classes", "purposes")
    answer: dict[str, Any] = {name: request[name] for name in kept}
    answer |= {"request_id": asked["message_id"], "granted": True, "expires": "2026-06-04"}
    draft = a_letter("CONSENT", both.xbb.authority, answer, in_reply_to=asked["message_id"])
    verdict = await approved(both.xaa, await proposed(both.xaa, draft), individual_risk=False)
    assert any(reason.startswith("SG-34" if risk == "HIGH" else "SG-35") for reason in verdict["reasons"])


async def hit_of_notice(state: State, notice_id: str) -> HitConfirmedV1:
    async with state.sharing.engine.connect() as connection:
        notice = await NoticeStore(connection).get(UUID(notice_id))
        return (await ShareStore(connection).get(notice.share_id)).hit


async def test_one_persons_correction_tells_nobody_anything_new(both: TwoStates) -> None:
    notice_id = await sent_notice(both.xaa, both.xbb)
    detained = {"event": "DETAINED", "place_type": "AIRPORT", "person": PERSON}
    of_what_never_left = await a_correction(both, str(uuid4()))
    beyond_the_notice = await a_correction(both, notice_id, corrected=detained)
    for draft in (of_what_never_left, beyond_the_notice):
        answer = await both.xaa.ask("POST", "/v1/exchange/messages", "LIAISON", body=draft)
        assert answer.status_code == 409, answer.text
    await both.xaa.did(
        "POST", f"/v1/notices/{notice_id}/recall", "LIAISON", body={"reason_code": "MISTAKEN_IDENTITY"}
    )
    recalled = await a_correction(both, notice_id)
    answer = await both.xaa.ask("POST", "/v1/exchange/messages", "LIAISON", body=recalled)
    assert answer.status_code == 409, answer.text
