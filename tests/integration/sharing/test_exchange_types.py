"""Two States exchange every message type, and each is refused where it must be."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from services.sharing.exchange import sending as exchange_sending
from services.sharing.store.registers import Register
from shared.web.purpose import Purpose
from tests.conftest import Templates
from tests.fakes import FixedClock
from tests.integration.sharing.outside_letters import emergency
from tests.integration.sharing.two_states import Neighbours, State, TwoStates, a_letter
from tests.unit.sharing.samples import NOW, a_country_risk, a_hit

# One pair of States for the whole file: each test looks at its own messages and undoes what it changes.
pytestmark = pytest.mark.asyncio(loop_scope="module")

PERSON: dict[str, Any] = {
    "names": [{"full": "EXAMPLE TEST", "script": "Latn", "source": "DOCUMENT"}],
    "birth": {"kind": "EXACT", "date": "1980-01-02"},
    "documents": [{"type": "PASSPORT", "number": "X1234567", "issuer": "XBB"}],
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(
    database_templates: Templates, neighbours: Neighbours, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[TwoStates]:
    folder = tmp_path_factory.mktemp("types")
    with database_templates.lending() as database:
        async with neighbours.opened(database, folder, FixedClock(NOW)) as opened:
            yield opened


async def proposed(state: State, draft: dict[str, Any]) -> dict[str, Any]:
    """A message that waits for its second person."""
    answer: dict[str, Any] = await state.did("POST", "/v1/exchange/proposals", "LIAISON", body=draft)
    return dict(answer["message"])


async def let_go(state: State, draft: dict[str, Any], **second: Any) -> dict[str, Any]:
    """A message that two people let go and that was delivered."""
    message = await proposed(state, draft)
    verdict = await approved(state, message, **second)
    assert verdict == {"permits": True, "reasons": []}
    await state.deliver()
    return await shown(state, message["message_id"])


async def approved(state: State, message: dict[str, Any], **second: Any) -> dict[str, Any]:
    path = f"/v1/exchange/messages/{message['message_id']}/approval"
    verdict: dict[str, Any] = await state.did("POST", path, "LEGAL", "HUMAN_RIGHTS", body=second)
    return verdict


async def shown(state: State, message_id: str) -> dict[str, Any]:
    found = await state.did("GET", f"/v1/exchange/messages/{message_id}", "LIAISON")
    return dict(found["message"])


async def answers(state: State, message_id: str) -> list[dict[str, Any]]:
    """What came here in answer to a message."""
    found = await state.did("GET", f"/v1/exchange/messages/{message_id}", "LIAISON")
    return [each for each in found["replies"] if each["direction"] == "IN"]


async def content(state: State, message_id: str) -> dict[str, Any]:
    purpose = a_purpose(message_id)
    path = f"/v1/exchange/messages/{message_id}/content"
    found = await state.did("GET", path, "LIAISON", purpose=purpose)
    return dict(found["payload"])


async def sent_notice(state: State, other: State, **person: Any) -> str:
    """A notice of one State that has reached the other; its message id."""
    before = {each["message_id"] for each in await other.messages()}
    await state.notify(**person)
    return next(
        str(each["message_id"])
        for each in await other.messages()
        if each["type"] == "NOTIFY" and each["message_id"] not in before
    )


def a_purpose(case: str) -> Purpose:
    return Purpose("TERR_TRAVEL", case, "I compare what was sent with what we hold of the case.")


def told_screening(state: State, kind: str, notice_id: str) -> list[dict[str, Any]]:
    """What screening of a State was told of a notice."""
    return [
        dict(each.body)
        for each in state.carrier.taken
        if each.kind == kind and each.body["notice_id"] == notice_id
    ]


async def a_correction(both: TwoStates, notice_id: str, **changes: Any) -> dict[str, Any]:
    right = {"person": {**PERSON, "birth": {"kind": "EXACT", "date": "1981-02-03"}}}
    payload = {
        "target_message_id": notice_id,
        "fields": ["date_of_birth"],
        "corrected": right,
        "reason_code": "INACCURATE",
        "urgent": False,
        "onward_instructions": "Correct it with everyone to whom you passed it.",
    }
    return a_letter("CORRECT", both.xbb.authority, payload | changes)


async def test_correction_replaces_the_notice_and_is_said_to_be_done(both: TwoStates) -> None:
    notice_id = await sent_notice(both.xaa, both.xbb)
    draft = await a_correction(both, notice_id)
    correction = await both.xaa.did("POST", "/v1/exchange/messages", "LIAISON", body=draft)
    await both.xaa.deliver()
    assert (await shown(both.xbb, notice_id))["state"] == "RESTRICTED"
    await both.xbb.sent()
    assert len(told_screening(both.xbb, "NoticeWithdrawnV1", notice_id)) == 1
    right = told_screening(both.xbb, "NoticeReceivedV1", correction["message_id"])
    # What was not corrected stays as the notice said it.
    assert [each["person"]["birth_date"] for each in right] == ["1981-02-03"]
    assert right[0]["flight"]["designator"] == "XA101"
    await both.xbb.deliver()
    assert (await shown(both.xaa, correction["message_id"]))["state"] == "DONE"


async def test_correction_of_what_another_sent_changes_nothing(
    both: TwoStates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own desk refuses to write it; a counterpart's need not."""

    async def looked_at_by_nobody(*_: object) -> None:
        return

    monkeypatch.setattr(exchange_sending, "require_was_sent", looked_at_by_nobody)
    notice_id = await sent_notice(both.xbb, both.xaa)
    draft = await a_correction(both, notice_id)
    await both.xaa.did("POST", "/v1/exchange/messages", "LIAISON", body=draft)
    await both.xaa.deliver()
    assert (await shown(both.xaa, notice_id))["state"] == "RECEIVED"


async def test_recall_of_a_corrected_notice_takes_the_correction_too(both: TwoStates) -> None:
    notice_id = await sent_notice(both.xaa, both.xbb)
    draft = await a_correction(both, notice_id)
    correction = await both.xaa.did("POST", "/v1/exchange/messages", "LIAISON", body=draft)
    await both.xaa.deliver()
    body = {"reason_code": "MISTAKEN_IDENTITY"}
    await both.xaa.did("POST", f"/v1/notices/{notice_id}/recall", "LIAISON", body=body)
    await both.xaa.deliver()
    states = [(await shown(both.xbb, each))["state"] for each in (notice_id, correction["message_id"])]
    assert states == ["ERASED", "ERASED"]
    await both.xbb.sent()
    assert len(told_screening(both.xbb, "NoticeWithdrawnV1", correction["message_id"])) == 1


def a_query(recipient: str) -> dict[str, Any]:
    payload = {
        "entry_ref": "N-17",
        "case_ref": "C-2",
        "grounds": "The person whom you nominated may be at our border.",
        "person": PERSON,
    }
    return a_letter("IDENTITY_QUERY", recipient, payload, category="SUSPECT", claim_sign=False)


async def test_identity_query_is_answered_at_its_point_of_the_clock(both: TwoStates) -> None:
    query = await let_go(both.xaa, a_query(both.xbb.authority), individual_risk=False)
    payload = {"outcome": "SAME", "identifiers": ["document"]}
    draft = a_letter(
        "IDENTITY_ANSWER",
        both.xaa.authority,
        payload,
        in_reply_to=query["message_id"],
        category="SUSPECT",
        claim_sign=False,
    )
    message = await proposed(both.xbb, draft)
    assert (await approved(both.xbb, message, finding="SAME", individual_risk=False))["permits"]
    await both.xbb.deliver()
    assert await answers(both.xaa, query["message_id"]) == []
    both.clock.advance(hours=4)
    await both.xbb.deliver()
    answer = (await answers(both.xaa, query["message_id"]))[0]
    assert await content(both.xaa, answer["message_id"]) == payload


async def test_identity_answer_leaves_only_when_two_people_find_the_same(both: TwoStates) -> None:
    query = await let_go(both.xaa, a_query(both.xbb.authority), individual_risk=False)
    draft = a_letter(
        "IDENTITY_ANSWER",
        both.xaa.authority,
        {"outcome": "SAME", "identifiers": ["document"]},
        in_reply_to=query["message_id"],
        category="SUSPECT",
        claim_sign=False,
    )
    message = await proposed(both.xbb, draft)
    verdict = await approved(both.xbb, message, finding="DIFFERENT", individual_risk=False)
    assert "SG-09.OUTCOMES_DIFFER" in verdict["reasons"]


def a_pnr_request(recipient: str) -> dict[str, Any]:
    payload = {
        "case_ref": "C-1",
        "offence_class": "TERRORIST_TRAVEL",
        "grounds": "A named suspect of an open case.",
        "locator": "ABC123",
        "elements": ["itinerary", "agency"],
        "period": {"from": "2026-06-01", "to": "2026-06-10"},
        "why_this_authority": "The booking begins in XBB.",
        "masked_ok": True,
    }
    return a_letter("PNR_REQUEST", recipient, payload, category="SUSPECT", claim_sign=False)


def a_pnr_answer(recipient: str, request_id: str) -> dict[str, Any]:
    payload = {"outcome": "PARTLY", "elements": {"agency": "AGENCY 7"}}
    return a_letter(
        "PNR_RESPONSE",
        recipient,
        payload,
        in_reply_to=request_id,
        category="SUSPECT",
        claim_sign=False,
        record_ids=["R-1"],
    )


async def test_pnr_is_told_only_under_a_grant_of_an_independent_authority(both: TwoStates) -> None:
    request = await let_go(both.xaa, a_pnr_request(both.xbb.authority), individual_risk=False)
    draft = a_pnr_answer(both.xaa.authority, request["message_id"])
    refused = await approved(both.xbb, await proposed(both.xbb, draft), individual_risk=False)
    assert "SG-24.NO_INDEPENDENT_GRANT" in refused["reasons"]
    message = await proposed(both.xbb, draft)
    path = f"/v1/exchange/messages/{message['message_id']}/grant"
    by_an_officer = await both.xbb.ask("POST", path, "LIAISON", body={"hours": 24})
    assert by_an_officer.status_code == 403
    await both.xbb.did("POST", path, "COURT", body={"hours": 24})
    assert await approved(both.xbb, message, individual_risk=False) == {"permits": True, "reasons": []}
    both.clock.advance(hours=4)
    await both.xbb.deliver()
    answer = (await answers(both.xaa, request["message_id"]))[0]
    told = await content(both.xaa, answer["message_id"])
    assert told == {"outcome": "PARTLY", "elements": {"agency": "AGENCY 7"}}


async def test_pnr_that_nobody_asked_for_is_not_told(both: TwoStates) -> None:
    request = await let_go(both.xaa, a_pnr_request(both.xbb.authority), individual_risk=False)
    draft = a_pnr_answer(both.xaa.authority, request["message_id"])
    draft["payload"] = {"outcome": "PARTLY", "elements": {"locator": "ABC123"}}
    message = await proposed(both.xbb, draft)
    await both.xbb.did(
        "POST", f"/v1/exchange/messages/{message['message_id']}/grant", "COURT", body={"hours": 24}
    )
    verdict = await approved(both.xbb, message, individual_risk=False)
    assert "SG-31.NOT_ASKED_FOR" in verdict["reasons"]


async def test_consent_lets_a_received_notice_go_on_and_its_recall_reaches_there(both: TwoStates) -> None:
    notice_id = await sent_notice(both.xbb, both.xaa)
    async with third_state(both):
        refused = await approved(
            both.xaa, await proposed(both.xaa, an_onward_query(notice_id)), individual_risk=False
        )
        assert "SG-33.NO_ONWARD_CONSENT" in refused["reasons"]
        await consent(both, notice_id)
        passed_on = await proposed(both.xaa, an_onward_query(notice_id))
        assert await approved(both.xaa, passed_on, individual_risk=False) == {
            "permits": True,
            "reasons": [],
        }
        await both.xaa.deliver()
        body = {"reason_code": "MISTAKEN_IDENTITY"}
        await both.xbb.did("POST", f"/v1/notices/{notice_id}/recall", "LIAISON", body=body)
        await both.xbb.deliver()
        recall = next(
            each
            for each in await both.xaa.messages("OUT")
            if each["type"] == "RECALL" and each["target_id"] == passed_on["message_id"]
        )
        assert recall["authority_id"] == "XCC-PIU-01"
        asking = next(
            each
            for each in await both.xbb.messages("OUT")
            if each["type"] == "RECALL" and each["target_id"] == notice_id
        )
        # XCC has not said that it is done, so XAA has not either.
        assert asking["done_at"] is None


async def test_consent_that_is_refused_or_not_asked_for_permits_nothing(both: TwoStates) -> None:
    notice_id = await sent_notice(both.xbb, both.xaa)
    async with third_state(both):
        await consent(both, notice_id, granted=False)
        verdict = await approved(
            both.xaa, await proposed(both.xaa, an_onward_query(notice_id)), individual_risk=False
        )
    assert "SG-33.NO_ONWARD_CONSENT" in verdict["reasons"]


def an_onward_query(notice_id: str) -> dict[str, Any]:
    """XAA asks XCC about the person of XBB's notice: information of XBB's goes on."""
    return a_query("XCC-PIU-01") | {"derived_from": notice_id}


class third_state:  # noqa: N801 - read as a phrase where it is used
    """XCC is known to XAA and listens, for as long as a test needs it; XBB knows how safe it is there."""

    def __init__(self, both: TwoStates) -> None:
        self._both = both

    async def __aenter__(self) -> None:
        await self._both.xaa.know("XCC-PIU-01", like="XBB-PIU-01", endpoint="https://xcc.example/v1/exchange")
        await self._both.xbb.put(Register.COUNTRY_RISK, "XCC", a_country_risk("XCC").as_json())

    async def __aexit__(self, *_: object) -> None:
        await self._both.xaa.set_authority("XCC-PIU-01", status="REVOKED")


async def consent(both: TwoStates, notice_id: str, *, granted: bool = True) -> None:
    """XAA asks XBB whether it may tell XCC, and XBB answers."""
    until = (both.clock.now() + timedelta(days=3)).date().isoformat()
    request = {
        "target_message_id": notice_id,
        "use": "ONWARD",
        "names": "XCC",
        "data_classes": ["HIT", "WL_ENTRY"],
        "purposes": ["TERR_TRAVEL"],
        "grounds": "The person goes on to XCC.",
        "until": until,
    }
    asked = await let_go(both.xaa, a_letter("CONSENT_REQUEST", both.xbb.authority, request))
    answer: dict[str, Any] = {
        "request_id": asked["message_id"],
        "target_message_id": notice_id,
        "granted": granted,
    }
    if granted:
        answer |= {name: request[name] for name in ("names", "data_classes", "purposes")} | {"expires": until}
    draft = a_letter("CONSENT", both.xaa.authority, answer, in_reply_to=asked["message_id"])
    await let_go(both.xbb, draft)


def an_emergency(both: TwoStates, **changes: Any) -> dict[str, Any]:
    return emergency(both.clock.now()) | changes


async def declared(state: State, other: State, payload: dict[str, Any], hit_id: UUID) -> Any:
    """A supervisor declares an emergency to the other State; XAA's may not again after an unjust one."""
    draft = a_letter("EMERGENCY", other.authority, payload, hit_id=str(hit_id))
    return await state.ask("POST", "/v1/exchange/proposals", "SUPERVISOR", body=draft)


async def test_emergency_goes_without_agreement_and_an_unjust_one_is_taken_back(both: TwoStates) -> None:
    hit_id = await both.xaa.notify()
    answer = await declared(both.xaa, both.xbb, an_emergency(both), hit_id)
    assert answer.status_code == 201, answer.text
    message = answer.json()["message"]
    await both.xaa.set_agreement(message_types=["NOTIFY", "REVIEW_RESULT"])
    try:
        assert await approved(both.xaa, message, individual_risk=False) == {"permits": True, "reasons": []}
        await both.xaa.deliver()
        received = await shown(both.xbb, message["message_id"])
        assert (received["state"], received["urgency"]) == ("RECEIVED", "IMMEDIATE_THREAT")
        await both.xbb.did(
            "POST", f"/v1/exchange/messages/{message['message_id']}/acknowledgement", "LIAISON"
        )
        await both.xbb.deliver()
        assert (await shown(both.xaa, message["message_id"]))["seen_at"] is not None
        result = {
            "emergency_message_id": message["message_id"],
            "justified": False,
            "reviewed_at": both.clock.now().isoformat(),
            "reviewer_body": "Independent authority of XAA",
        }
        draft = a_letter("REVIEW_RESULT", both.xbb.authority, result, in_reply_to=message["message_id"])
        await let_go(both.xaa, draft)
        assert (await shown(both.xbb, message["message_id"]))["state"] == "ERASED"
        again = await declared(both.xaa, both.xbb, an_emergency(both), hit_id)
        assert (again.status_code, "SG-39" in again.text) == (403, True)
    finally:
        await both.xaa.restore_agreement()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"declared_by_role": "DUTY_SUPERVISOR"}, "has the post that it names"),
        ({"relaxes": ["SG-35"]}, "'relaxes.0'"),
        ({"notices": [{"person": PERSON}]}, "nobody types it"),
    ],
)
async def test_emergency_that_goes_too_far_is_not_declared(
    both: TwoStates, changes: dict[str, Any], why: str
) -> None:
    answer = await declared(both.xaa, both.xbb, an_emergency(both, **changes), await both.xaa.notify())
    assert answer.status_code == 409
    assert why in answer.json()["detail"]


async def test_emergency_tells_of_the_hit_that_it_names_and_of_nobody_else(both: TwoStates) -> None:
    unknown = await declared(both.xbb, both.xaa, an_emergency(both), uuid4())
    assert (unknown.status_code, "one confirmed hit" in unknown.json()["detail"]) == (409, True)
    hit_id = await both.xbb.notify()
    message = (await declared(both.xbb, both.xaa, an_emergency(both), hit_id)).json()["message"]
    assert await approved(both.xbb, message, individual_risk=False) == {"permits": True, "reasons": []}
    await both.xbb.deliver()
    path = f"/v1/exchange/messages/{message['message_id']}/content"
    told = await both.xaa.did("GET", path, "LIAISON", purpose=a_purpose(message["message_id"]))
    (notice,) = told["payload"]["notices"]
    assert notice["person"]["names"][0]["full"] == "EXAMPLE TEST"
    assert notice["person"]["documents"][0]["number"] == "X1234567"
    assert notice["flight"]["no"] == "XA101"


async def confirmed(state: State, **entry: Any) -> UUID:
    """A confirmed hit of the State, of whom nobody is told yet."""
    hit = a_hit(hit_id=uuid4(), message_id=uuid4(), entry=entry)
    await state.sharing.share_hit.receive(hit.message_id, hit)
    return hit.hit_id


async def test_letter_is_under_the_strictest_code_of_what_it_tells_with_every_condition(
    both: TwoStates,
) -> None:
    hit_id = await confirmed(both.xbb, handling_code="H3", conditions=["no-evidence"])
    message = (await declared(both.xbb, both.xaa, an_emergency(both), hit_id)).json()["message"]
    assert message["handling"]["code"] == "H3"
    assert message["handling"]["conditions"] == ["no-evidence", "no-onward"]
    query = await proposed(both.xaa, a_query(both.xbb.authority))
    assert (query["handling"]["code"], query["handling"]["conditions"]) == ("H2", ["no-onward"])


async def test_nobody_writes_by_hand_that_there_is_nothing(both: TwoStates) -> None:
    """The clock says so, also of what may not be told: a second hand would let the two be told apart."""
    query = await let_go(both.xbb, a_query(both.xaa.authority), individual_risk=False)
    answer = a_letter(
        "IDENTITY_ANSWER",
        both.xbb.authority,
        {"outcome": "NO_INFORMATION"},
        in_reply_to=query["message_id"],
    )
    refused = await both.xaa.ask("POST", "/v1/exchange/proposals", "LIAISON", body=answer)
    assert (refused.status_code, "by the clock" in refused.text) == (409, True)


async def test_answer_that_tells_nothing_is_under_the_code_of_every_refusal(both: TwoStates) -> None:
    hit_id = await confirmed(both.xaa, handling_code="H3")
    query = await let_go(both.xbb, a_query(both.xaa.authority), individual_risk=False)
    answer = a_letter(
        "IDENTITY_ANSWER",
        both.xbb.authority,
        {"outcome": "NOT_IN_SCOPE"},
        in_reply_to=query["message_id"],
        hit_id=str(hit_id),
    )
    assert (await proposed(both.xaa, answer))["handling"]["code"] == "H2"


async def test_emergency_longer_than_a_day_is_refused_and_the_refusal_recorded(both: TwoStates) -> None:
    hit_id = await both.xbb.notify()
    late = (both.clock.now() + timedelta(hours=25)).isoformat()
    draft = a_letter(
        "EMERGENCY",
        both.xaa.authority,
        an_emergency(both, expires_at=late),
        hit_id=str(hit_id),
        category="SUSPECT",
        claim_sign=False,
    )
    answer = await both.xbb.ask("POST", "/v1/exchange/proposals", "SUPERVISOR", body=draft)
    assert answer.status_code == 403
    recorded = await both.xbb.records("emergency.declare")
    assert "SG-39.NON_DEROGABLE" in {reason for each in recorded for reason in each["reasons"]}


async def test_suspension_stops_an_agreement_at_once_and_two_people_ask_to_resume(both: TwoStates) -> None:
    at = both.clock.now().isoformat()
    payload = {"object": "AGREEMENT", "object_id": "XAA-XBB-2025", "reason_code": "REVIEW", "at": at}
    suspension = a_letter("SUSPEND", both.xbb.authority, payload)
    await both.xaa.did("POST", "/v1/exchange/messages", "LIAISON", body=suspension)
    await both.xaa.deliver()
    try:
        query = await proposed(both.xbb, a_query(both.xaa.authority))
        verdict = await approved(both.xbb, query, individual_risk=False)
        assert "SG-30.AGREEMENT_SUSPENDED" in verdict["reasons"]
        resume = a_letter("RESUME", both.xbb.authority, payload | {"reason_code": "SETTLED"})
        by_one = await both.xaa.ask("POST", "/v1/exchange/messages", "LIAISON", body=resume)
        assert by_one.status_code == 409
        sent = await let_go(both.xaa, resume)
        # That they ask to resume is a task: only our own two people lift what stands in our register.
        assert (await shown(both.xbb, sent["message_id"]))["state"] == "RECEIVED"
        verdict = await approved(both.xbb, await proposed(both.xbb, a_query(both.xaa.authority)))
        assert "SG-30.AGREEMENT_SUSPENDED" in verdict["reasons"]
    finally:
        await both.xbb.restore_agreement()


async def test_agreement_of_others_cannot_be_suspended(
    both: TwoStates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own desk refuses to write it; a counterpart's need not."""

    async def looked_at_by_nobody(*_: object, **__: object) -> None:
        return

    monkeypatch.setattr(exchange_sending, "require_known", looked_at_by_nobody)
    payload = {
        "object": "AGREEMENT",
        "object_id": "XCC-XDD-2025",
        "reason_code": "REVIEW",
        "at": both.clock.now().isoformat(),
    }
    await both.xbb.did(
        "POST", "/v1/exchange/messages", "LIAISON", body=a_letter("SUSPEND", both.xaa.authority, payload)
    )
    await both.xbb.deliver()
    query = await let_go(both.xaa, a_query(both.xbb.authority), individual_risk=False)
    assert query["state"] == "DELIVERED"


def a_nomination(recipient: str, **changes: Any) -> dict[str, Any]:
    payload = {
        "entry_ref": "XAA-N-9",
        "identifiers": PERSON,
        "category": "REASONABLY_SUSPECTED",
        "grounds_summary": "Travelled to a conflict area and was trained there.",
        "grade": "1A",
        "review_date": "2026-11-01",
        "handling_code": "H2",
        "tear_line": "Verify the document. Call the duty desk before any measure.",
    }
    return a_letter("WL_NOMINATE", recipient, payload | changes, category="SUSPECT", claim_sign=False)


async def test_nomination_is_decided_and_withdrawn(both: TwoStates) -> None:
    offered = await let_go(both.xaa, a_nomination(both.xbb.authority), individual_risk=False)
    decision = {"target_message_id": offered["message_id"], "adopted": False}
    draft = a_letter("WL_DECISION", both.xaa.authority, decision, in_reply_to=offered["message_id"])
    await let_go(both.xbb, draft)
    answer = (await answers(both.xaa, offered["message_id"]))[0]
    assert (await content(both.xaa, answer["message_id"]))["adopted"] is False
    removal = {
        "target_message_id": offered["message_id"],
        "entry_ref": "XAA-N-9",
        "reason_code": "DELISTED",
    }
    draft = a_letter("WL_REMOVE", both.xbb.authority, removal)
    removed = await both.xaa.did("POST", "/v1/exchange/messages", "LIAISON", body=draft)
    await both.xaa.deliver()
    assert (await shown(both.xbb, offered["message_id"]))["state"] == "ERASED"
    await both.xbb.deliver()
    assert (await shown(both.xaa, removed["message_id"]))["state"] == "DONE"


async def test_child_is_nominated_to_nobody(both: TwoStates) -> None:
    child = {**PERSON, "birth": {"kind": "EXACT", "date": "2012-01-02"}}
    message = await proposed(both.xaa, a_nomination(both.xbb.authority, identifiers=child))
    verdict = await approved(both.xaa, message, individual_risk=False)
    assert not verdict["permits"]
    assert any(reason.startswith("SG-16") for reason in verdict["reasons"])


async def test_statistics_tell_of_patterns_and_of_no_small_group(both: TwoStates) -> None:
    payload: dict[str, Any] = {
        "period": {"from": "2026-05-01", "to": "2026-05-31"},
        "cells": [{"pattern": "Broken journeys through two States", "count": 14}],
    }
    sent = await let_go(both.xaa, a_letter("STATS", both.xbb.authority, payload))
    assert await content(both.xbb, sent["message_id"]) == payload
    payload["cells"][0]["count"] = 9
    small = await both.xaa.ask(
        "POST", "/v1/exchange/proposals", "LIAISON", body=a_letter("STATS", both.xbb.authority, payload)
    )
    assert small.status_code == 409
