"""What one person sends alone carries nothing that no second person saw."""

from typing import Any

import pytest

from tests.integration.sharing.test_exchange_types import a_correction, content, sent_notice, shown
from tests.integration.sharing.two_states import TwoStates, a_letter

SMUGGLED = "The traveller asked for asylum and stays with an uncle in Townsville."
AT = "2026-06-01T08:00:00+00:00"


async def sent(both: TwoStates, draft: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = await both.xaa.did("POST", "/v1/exchange/messages", "LIAISON", body=draft)
    await both.xaa.deliver()
    return message


async def test_nobodys_own_words_leave_in_what_one_person_sends(both: TwoStates) -> None:
    notice_id = await sent_notice(both.xaa, both.xbb)
    recall = {
        "target_message_id": notice_id,
        "kind": "RESTRICT",
        "reason_code": "INACCURATE",
        "urgent": False,
        "onward_instructions": SMUGGLED,
    }
    drafts = [
        await a_correction(both, notice_id, onward_instructions=SMUGGLED) | {"statement": SMUGGLED},
        a_letter("RECALL", both.xbb.authority, recall, statement=SMUGGLED),
        a_letter("RECALL", both.xbb.authority, recall | {"kind": "ERASE"}, statement=SMUGGLED),
        a_letter("SUSPEND", both.xbb.authority, a_suspension("AUTHORITY", "XAA-PIU-01"), statement=SMUGGLED),
    ]
    for draft in drafts:
        message = await sent(both, draft)
        there = await shown(both.xbb, message["message_id"])
        told = await content(both.xbb, message["message_id"])
        assert SMUGGLED not in str(there) + str(told), draft["type"]
        kept = await both.xaa.did("GET", f"/v1/exchange/messages/{message['message_id']}", "LIAISON")
        assert kept["statement"] == SMUGGLED, "it stays in our own ledger"


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("ACK", {"acknowledged_at": AT, "desk": SMUGGLED}),
        ("DONE", {"erased_at": AT, "onward_recipients_done": [SMUGGLED]}),
    ],
)
async def test_nobody_says_by_hand_that_something_was_received_or_done(
    both: TwoStates, kind: str, payload: dict[str, Any]
) -> None:
    """Whoever asked for an erasure would take it for carried out."""
    notice_id = await sent_notice(both.xbb, both.xaa)
    about = {"target_message_id": notice_id} if kind == "DONE" else {}
    draft = a_letter(kind, both.xbb.authority, payload | about, in_reply_to=notice_id)
    answer = await both.xaa.ask("POST", "/v1/exchange/messages", "LIAISON", body=draft)
    assert (answer.status_code, "alone" in answer.text) == (409, True)


def a_suspension(what: str, named: str) -> dict[str, Any]:
    return {"object": what, "object_id": named, "reason_code": "REVIEW", "at": AT}


@pytest.mark.parametrize(
    ("what", "named"),
    [
        ("AGREEMENT", SMUGGLED),
        ("AGREEMENT", "XAA-XCC-2025"),
        ("AUTHORITY", SMUGGLED),
        ("KEY", SMUGGLED),
        ("KEY", f"XAA-PIU-01.{SMUGGLED}"),
    ],
)
async def test_suspension_names_nothing_that_its_recipient_does_not_know(
    both: TwoStates, what: str, named: str
) -> None:
    draft = a_letter("SUSPEND", both.xbb.authority, a_suspension(what, named))
    answer = await both.xaa.ask("POST", "/v1/exchange/messages", "LIAISON", body=draft)
    assert (answer.status_code, "suspends neither" in answer.text) == (409, True)


@pytest.mark.parametrize("which", ["signing", "sealing"])
async def test_key_of_ours_can_be_suspended_by_one_person(both: TwoStates, which: str) -> None:
    keys = both.xaa.sharing.keys
    kid = keys.sender().kid if which == "signing" else next(iter(keys.sealing))
    draft = a_letter("SUSPEND", both.xbb.authority, a_suspension("KEY", kid))
    answer = await both.xaa.ask("POST", "/v1/exchange/messages", "LIAISON", body=draft)
    assert answer.status_code == 201, answer.text
