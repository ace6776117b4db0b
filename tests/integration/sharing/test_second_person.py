"""Whoever lets a message go sees what it says, but for what they find by themselves; nobody else does."""

from typing import Any

import pytest

from services.sharing.protocol.canonical import digest_of
from services.sharing.protocol.compose import payload_octets
from services.sharing.protocol.payloads import PAYLOADS
from tests.integration.sharing import test_exchange_types
from tests.integration.sharing.test_exchange_types import (
    a_nomination,
    a_purpose,
    a_query,
    approved,
    proposed,
    sent_notice,
)
from tests.integration.sharing.two_states import State, TwoStates, a_letter

pytestmark = pytest.mark.asyncio(loop_scope="module")
both = test_exchange_types.both
LEGAL = ("LEGAL", "HUMAN_RIGHTS")


async def previewed(state: State, message: dict[str, Any], *roles: str) -> Any:
    message_id = message["message_id"]
    path = f"/v1/exchange/messages/{message_id}/preview"
    return await state.ask("GET", path, *roles, purpose=a_purpose(message_id))


async def test_second_person_sees_exactly_what_leaves_before_it_does(both: TwoStates) -> None:
    draft = a_nomination(both.xbb.authority)
    message = await proposed(both.xaa, draft)
    seen = await previewed(both.xaa, message, *LEGAL)
    assert seen.status_code == 200, seen.text
    assert seen.json()["payload"] == draft["payload"] | {
        "identifiers": draft["payload"]["identifiers"] | {"nationalities": []}
    }
    octets = payload_octets(PAYLOADS["WL_NOMINATE"].model_validate(seen.json()["payload"]))
    assert digest_of(octets) == message["payload_digest"], "the preview's bytes are those that are sealed"
    assert "EXAMPLE" not in str(message)


async def test_look_at_a_preview_is_recorded_and_needs_a_purpose(both: TwoStates) -> None:
    message = await proposed(both.xaa, a_query(both.xbb.authority))
    path = f"/v1/exchange/messages/{message['message_id']}/preview"
    without = await both.xaa.ask("GET", path, *LEGAL)
    assert (without.status_code, without.json()["code"]) == (422, "PURPOSE_MISSING")
    await previewed(both.xaa, message, *LEGAL)
    looks = [
        each for each in await both.xaa.records("item.use") if each["object_id"] == message["message_id"]
    ]
    assert [(each["actor"], each["facts"]["element"]) for each in looks] == [("legal-XAA", "preview")]


@pytest.mark.parametrize("role", ["SUPERVISOR", "DPO", "AUDITOR", "ADMIN", "VERIFIER"])
async def test_nobody_but_a_second_person_sees_a_preview(both: TwoStates, role: str) -> None:
    message = await proposed(both.xaa, a_query(both.xbb.authority))
    assert (await previewed(both.xaa, message, role)).status_code == 403


async def test_finding_is_hidden_from_whoever_has_to_find_the_same(both: TwoStates) -> None:
    notice_id = await sent_notice(both.xbb, both.xaa)
    payload = {
        "message_ref": notice_id,
        "same_person": "YES",
        "identifiers": ["document"],
        "measure_class": "DETAINED",
        "corrections": [{"field": "names", "words": "The second name is missing."}],
    }
    draft = a_letter("FEEDBACK", both.xbb.authority, payload, in_reply_to=notice_id)
    shown = (await previewed(both.xaa, await proposed(both.xaa, draft), *LEGAL)).json()["payload"]
    assert shown == {"message_ref": notice_id, "corrections": payload["corrections"]}


async def test_what_is_hidden_holds_no_words(both: TwoStates) -> None:
    notice_id = await sent_notice(both.xbb, both.xaa)
    payload = {
        "message_ref": notice_id,
        "same_person": "YES",
        "identifiers": ["an uncle in Townsville"],
        "measure_class": "NONE",
    }
    draft = a_letter("FEEDBACK", both.xbb.authority, payload, in_reply_to=notice_id)
    answer = await both.xaa.ask("POST", "/v1/exchange/proposals", "LIAISON", body=draft)
    assert (answer.status_code, "Townsville" in answer.text) == (409, False)


async def test_preview_is_gone_with_the_decision_and_of_received_messages_there_is_none(
    both: TwoStates,
) -> None:
    message = await proposed(both.xaa, a_query(both.xbb.authority))
    await approved(both.xaa, message, individual_risk=False)
    assert (await previewed(both.xaa, message, *LEGAL)).status_code == 410
    notice_id = await sent_notice(both.xbb, both.xaa)
    assert (await previewed(both.xaa, {"message_id": notice_id}, *LEGAL)).status_code == 404


async def test_preview_that_nobody_decided_on_is_gone_after_its_time(both: TwoStates) -> None:
    message = await proposed(both.xaa, a_query(both.xbb.authority))
    both.clock.advance(hours=72)
    await both.xaa.sharing.clocks.beat()
    assert (await previewed(both.xaa, message, *LEGAL)).status_code == 410
