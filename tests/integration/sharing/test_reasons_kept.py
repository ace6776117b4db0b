"""Whoever asks why a message was refused finds the codes beside it, as the log has them."""

from typing import Any

from tests.integration.sharing.test_exchange_types import a_query, approved, proposed, shown
from tests.integration.sharing.two_states import State, TwoStates


async def kept(state: State, message_id: str) -> list[str]:
    """The reasons beside a message, as every reader of the exchange sees them."""
    found = await state.did("GET", f"/v1/exchange/messages/{message_id}", "AUDITOR")
    return list(found["message"]["reasons"])


async def recorded(state: State, action: str, message_id: str) -> list[str]:
    records = [each for each in await state.records(action) if each["object_id"] == message_id]
    return [str(reason) for reason in records[-1]["reasons"]]


async def a_permitted_query(both: TwoStates) -> dict[str, Any]:
    query = await proposed(both.xaa, a_query(both.xbb.authority))
    assert (await approved(both.xaa, query, individual_risk=False))["permits"]
    return query


async def test_message_that_we_may_not_hold_keeps_why(both: TwoStates) -> None:
    await both.xbb.set_agreement(message_types=["NOTIFY"])
    query = await a_permitted_query(both)
    await both.xaa.deliver()
    there = await shown(both.xbb, query["message_id"])
    assert (there["state"], there["reasons"]) == ("NOT_IN_SCOPE", ["OWN_RULES.NOT_COVERED"])
    assert await recorded(both.xbb, "exchange.receive", query["message_id"]) == there["reasons"]
    assert "OWN_RULES" not in str(await shown(both.xaa, query["message_id"])), "the sender learns no reason"


async def test_message_that_no_safeguard_lets_go_keeps_why(both: TwoStates) -> None:
    query = await proposed(both.xaa, a_query(both.xbb.authority) | {"category": "ASSOCIATE_NOT_SUSPECT"})
    verdict = await approved(both.xaa, query, individual_risk=False)
    assert not verdict["permits"]
    assert await kept(both.xaa, query["message_id"]) == verdict["reasons"]
    assert await recorded(both.xaa, "share.send", query["message_id"]) == verdict["reasons"]


async def test_message_that_is_stopped_on_its_way_keeps_why(both: TwoStates) -> None:
    query = await a_permitted_query(both)
    assert await kept(both.xaa, query["message_id"]) == []
    await both.xaa.set_agreement(valid_to="2026-06-01")
    await both.xaa.deliver()
    reasons = await kept(both.xaa, query["message_id"])
    assert any(each.startswith("SG-30.") for each in reasons)
    assert await recorded(both.xaa, "exchange.end", query["message_id"]) == reasons
