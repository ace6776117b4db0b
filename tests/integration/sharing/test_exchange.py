"""Two States exchange: notices, receipts, feedback, recalls, and every refusal on the way in."""

import json
from typing import Any

import httpx
import pytest

from shared.contracts import HitWithdrawnV1
from shared.web.purpose import Purpose
from tests.integration.sharing.two_states import TwoStates, a_letter

PERSONAL = ("EXAMPLE", "X1234567", "1980-01-02")


def a_purpose(case: str) -> Purpose:
    return Purpose("TERR_TRAVEL", case, "I compare the notice with our travellers before landing.")


async def test_notice_is_acknowledged_seen_answered_and_recalled(both: TwoStates) -> None:
    xaa, xbb = both.xaa, both.xbb
    hit_id = await xaa.notify()
    notice = await xbb.one("NOTIFY")
    assert notice["state"] == "RECEIVED"
    ours = (await xaa.did("GET", f"/v1/notices/{notice['message_id']}", "LIAISON"))["state"]
    assert ours == "DELIVERED"
    path = f"/v1/exchange/messages/{notice['message_id']}"
    content = await xbb.did("GET", f"{path}/content", "LIAISON", purpose=a_purpose(notice["message_id"]))
    assert content["payload"]["person"]["names"][0]["full"] == "EXAMPLE TEST"
    await xbb.did("POST", f"{path}/acknowledgement", "LIAISON")
    await xbb.deliver()
    assert (await xaa.did("GET", f"/v1/notices/{notice['message_id']}", "LIAISON"))["state"] == "SEEN"
    feedback = {"message_ref": notice["message_id"], "same_person": "YES", "measure_class": "DOCUMENT_CHECK"}
    draft = a_letter("FEEDBACK", xaa.authority, feedback, in_reply_to=notice["message_id"])
    verdict = await xbb.let_go(draft, finding="YES", individual_risk=False)
    assert verdict == {"permits": True, "reasons": []}
    assert (await xaa.did("GET", f"/v1/notices/{notice['message_id']}", "LIAISON"))["state"] == "FEEDBACK"
    withdrawn = HitWithdrawnV1(
        message_id=hit_id,
        hit_id=hit_id,
        reason="MISTAKEN_IDENTITY",
        is_urgent=True,
        withdrawn_at=both.clock.now(),
    )
    await xaa.sharing.withdrawals.receive(withdrawn.message_id, withdrawn)
    await xaa.deliver()
    assert (await xbb.one("NOTIFY"))["state"] == "ERASED"
    await xbb.deliver()
    recall = await xaa.one("RECALL", "OUT")
    assert (recall["state"], recall["done_at"] is not None) == ("DONE", True)
    gone = await xbb.ask("GET", f"{path}/content", "LIAISON", purpose=a_purpose(notice["message_id"]))
    assert gone.status_code == 410
    for state in (xaa, xbb):
        shown = json.dumps([await state.messages("IN"), await state.messages("OUT")])
        assert not any(word in shown for word in PERSONAL)


async def a_message(both: TwoStates) -> httpx.Request:
    """A notice as XBB's door got it; XBB has taken it already."""
    await both.xaa.notify()
    return both.wire.seen[-1]


async def knock(both: TwoStates, request: httpx.Request, **changes: Any) -> httpx.Response:
    """The same request at XBB's door, with some headers or the body changed."""
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    headers |= {name.replace("_", "-"): value for name, value in changes.items() if name != "body"}
    headers = {name: value for name, value in headers.items() if value is not None}
    body = changes.get("body", request.content)
    return await both.xbb.client.post("/v1/exchange", content=body, headers=headers)


async def test_replayed_request_is_refused_and_changes_nothing(both: TwoStates) -> None:
    request = await a_message(both)
    answer = await knock(both, request)
    assert (answer.status_code, answer.json()) == (409, {"code": "E409"})
    assert len(await both.xbb.messages()) == 1


async def test_same_message_in_a_new_request_gets_the_same_receipt(both: TwoStates) -> None:
    both.wire.is_cut = True
    await both.xaa.notify()
    both.wire.is_cut = False
    both.clock.advance(seconds=2)
    await both.xaa.deliver()
    first, second = both.wire.seen[-2:]
    assert first.content == second.content
    assert first.headers["signature"] != second.headers["signature"]
    assert [each["type"] for each in await both.xbb.messages()] == ["NOTIFY"]


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": None},
        {"signature_input": None},
        {"content_digest": None},
        {"message_id": "01930000-0000-7000-8000-000000000001"},
        {"recipient": "XCC-PIU-01"},
        {"content_type": "text/plain"},
        {"body": b"e30.e30.e30"},
        {"body": b""},
        {"signature": "sig1=:AAAA:, sig2=:AAAA:"},
    ],
)
async def test_stripped_doubled_or_foreign_signature_is_refused(
    both: TwoStates, changes: dict[str, Any]
) -> None:
    request = await a_message(both)
    answer = await knock(both, request, **changes)
    assert (answer.status_code, answer.json()) == (401, {"code": "E401"})
    assert len(await both.xbb.records("exchange.refuse")) == 1


async def test_body_that_is_too_long_is_not_read(both: TwoStates) -> None:
    request = await a_message(both)
    answer = await knock(both, request, body=b"x" * (64 * 1024 + 1))
    assert answer.status_code == 413


@pytest.mark.parametrize(("minutes", "code"), [(6, "E410"), (-2, "E410")])
async def test_signature_that_is_over_or_from_the_future_is_refused(
    both: TwoStates, minutes: int, code: str
) -> None:
    request = await a_message(both)
    both.clock.advance(minutes=minutes)
    assert (await knock(both, request)).json() == {"code": code}


async def test_sender_that_is_suspended_or_revoked_is_refused(both: TwoStates) -> None:
    for status, code in (("SUSPENDED", "E423"), ("REVOKED", "E403")):
        await both.xbb.set_authority("XAA-PIU-01", status=status)
        await both.xaa.notify()
        # Records of one millisecond have no order.
        assert [code] in [row["reasons"] for row in await both.xbb.records("exchange.refuse")]
    assert await both.xbb.messages() == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"valid_to": "2026-06-01"}, "AGREEMENT_NOT_IN_FORCE"),
        ({"message_types": ["FEEDBACK"]}, "NOT_COVERED"),
        ({"data_classes": ["PNR"]}, "NOT_COVERED"),
        ({"purposes": ["TERR_DETECT"]}, "NOT_COVERED"),
        ({"max_retention_days": 1}, "RETENTION"),
    ],
)
async def test_message_against_our_rules_is_deleted_unread_and_refused_neutrally(
    both: TwoStates, change: dict[str, Any], reason: str
) -> None:
    await both.xbb.set_agreement(**change)
    await both.xaa.notify()
    kept = await both.xbb.one("NOTIFY")
    path = f"/v1/exchange/messages/{kept['message_id']}/content"
    read = await both.xbb.ask("GET", path, "LIAISON", purpose=a_purpose(kept["message_id"]))
    assert (kept["state"], read.status_code) == ("NOT_IN_SCOPE", 410)
    assert (await both.xbb.records("exchange.receive"))[-1]["reasons"] == [f"OWN_RULES.{reason}"]
    sent = await both.xaa.did("GET", f"/v1/notices/{kept['message_id']}", "LIAISON")
    assert (sent["state"], sent["last_fault"]) == ("REFUSED", "RECIPIENT_NOT_IN_SCOPE")


async def test_recall_that_overtakes_its_notice_keeps_it_out(both: TwoStates) -> None:
    both.wire.is_cut = True
    await both.xaa.notify()
    both.wire.is_cut = False
    notices = (await both.xaa.did("GET", "/v1/notices", "LIAISON"))["notices"]
    notice = next(each for each in notices if each["authority_id"] == "XBB-PIU-01")
    stray = both.wire.seen[-1]
    await both.xaa.did(
        "POST", f"/v1/notices/{notice['notice_id']}/recall", "LIAISON", body={"reason_code": "INACCURATE"}
    )
    await both.xaa.deliver()
    late = await knock(both, stray)
    assert late.status_code == 200
    assert (await both.xbb.one("NOTIFY"))["state"] == "NOT_IN_SCOPE"


async def test_request_is_answered_neutrally_at_its_point_of_the_clock(both: TwoStates) -> None:
    request = {
        "case_ref": "C-1",
        "offence_class": "TERRORIST_TRAVEL",
        "grounds": "A named suspect of an open case.",
        "locator": "ABC123",
        "elements": ["itinerary"],
        "period": {"from": "2026-06-01", "to": "2026-06-10"},
        "why_this_authority": "The booking begins in XBB.",
        "masked_ok": True,
    }
    draft = a_letter("PNR_REQUEST", "XBB-PIU-01", request, category="SUSPECT", claim_sign=False)
    assert (await both.xaa.let_go(draft, individual_risk=False)) == {"permits": True, "reasons": []}
    await both.xbb.sharing.clocks.beat()
    await both.xbb.deliver()
    assert await both.xaa.messages() == []
    both.clock.advance(hours=4)
    await both.xbb.sharing.clocks.beat()
    await both.xbb.deliver()
    answer = await both.xaa.one("PNR_RESPONSE")
    path = f"/v1/exchange/messages/{answer['message_id']}/content"
    content = await both.xaa.did("GET", path, "LIAISON", purpose=a_purpose("C-1"))
    assert content["payload"] == {"outcome": "NO_INFORMATION"}


async def test_feedback_leaves_only_when_two_people_find_the_same(both: TwoStates) -> None:
    await both.xaa.notify()
    notice = await both.xbb.one("NOTIFY")
    feedback = {"message_ref": notice["message_id"], "same_person": "YES", "measure_class": "NONE"}
    draft = a_letter("FEEDBACK", "XAA-PIU-01", feedback, in_reply_to=notice["message_id"])
    verdict = await both.xbb.let_go(draft, finding="NO", individual_risk=False)
    assert not verdict["permits"]
    assert (await both.xbb.one("FEEDBACK", "OUT"))["state"] == "REFUSED"
    assert await both.xaa.messages() == []


async def test_partner_that_does_not_carry_out_recalls_is_suspended(both: TwoStates) -> None:
    for _ in range(3):
        await both.xaa.notify()
    both.wire.is_cut = False
    for notice in await both.xbb.messages():
        path = f"/v1/notices/{notice['message_id']}/recall"
        await both.xaa.did("POST", path, "LIAISON", body={"reason_code": "MISTAKEN_IDENTITY"})
    await both.xaa.deliver()
    both.clock.advance(hours=73)
    await both.xaa.sharing.clocks.beat()
    entries = (await both.xaa.did("GET", "/v1/registers/authorities", "LIAISON"))["entries"]
    partner = next(each["entry"] for each in entries if each["entry"]["id"] == "XBB-PIU-01")
    assert partner["status"] == "SUSPENDED"
    assert (await both.xaa.records("register.suspend"))[-1]["reasons"] == ["SG-37.OVERDUE"]
