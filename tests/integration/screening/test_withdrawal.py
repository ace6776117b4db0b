"""The carrier's word that somebody is off the flight: undecided hits close, verified ones stay."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import a_traveller


def withdrawal(desk: Desk, *travellers: UUID, reason: str = "NOT_ON_BOARD") -> dict[str, Any]:
    return {
        "message_id": str(uuid4()),
        "flight_id": str(uuid4()),
        "reason": reason,
        "received_at": desk.clock.now().isoformat(),
        "travellers": [str(each) for each in travellers],
    }


async def withdraw(
    desk: Desk, body: dict[str, Any], *, sender: str = "ingest", status: int = 200
) -> dict[str, Any]:
    answer = await desk.client.post(
        "/internal/v1/inbox",
        headers=desk.service_headers(sender),
        json={"message_id": body["message_id"], "kind": "TravellersWithdrawnV1", "body": body},
    )
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def states(desk: Desk) -> list[tuple[str, str | None]]:
    return [
        (row.state, row.closing_code)
        for row in await desk.rows("SELECT state, closing_code FROM hit ORDER BY hit_id")
    ]


@pytest.mark.parametrize("reason", ["CANCELLED", "NOT_ON_BOARD", "FLIGHT_CANCELLED", "RESERVATION_WITHDRAWN"])
async def test_possible_match_of_somebody_off_the_flight_closes(desk: Desk, reason: str) -> None:
    traveller_id = uuid4()
    await desk.deliver(desk.batch([a_traveller()], ids=[traveller_id]))
    await withdraw(desk, withdrawal(desk, traveller_id, reason=reason))
    assert await states(desk) == [("CLOSED", "DID_NOT_TRAVEL")]
    assert await desk.queue() == []
    (step,) = await desk.rows("SELECT source, actor, cause FROM hit_move WHERE target = 'CLOSED'")
    assert tuple(step) == ("POSSIBLE_MATCH", "ingest", "CARRIER_REPORTED")
    assert (await desk.audited("travellers.withdrawn"), await desk.audited("hit.did_not_travel")) == (1, 1)


async def test_a_reviewers_lease_ends_with_the_hit(desk: Desk) -> None:
    traveller_id = uuid4()
    await desk.deliver(desk.batch([a_traveller()], ids=[traveller_id]))
    hit_id = str((await desk.queue())[0]["hit_id"])
    await desk.lease(hit_id)
    await withdraw(desk, withdrawal(desk, traveller_id))
    assert await states(desk) == [("CLOSED", "DID_NOT_TRAVEL")]
    assert await desk.count("lease") == 0


async def test_a_confirmed_hit_stays_with_the_people_who_confirmed_it(desk: Desk) -> None:
    await desk.confirmed()
    (hit,) = await desk.rows("SELECT traveller_id FROM hit")
    await withdraw(desk, withdrawal(desk, hit.traveller_id))
    assert await states(desk) == [("CONFIRMED", None)]


async def test_the_same_word_twice_closes_once_and_gets_the_first_reply(desk: Desk) -> None:
    traveller_id = uuid4()
    await desk.deliver(desk.batch([a_traveller()], ids=[traveller_id]))
    body = withdrawal(desk, traveller_id)
    first = await withdraw(desk, body)
    desk.clock.advance(minutes=5)
    assert await withdraw(desk, body) == first
    assert await desk.audited("hit.did_not_travel") == 1


async def test_somebody_reported_again_under_a_new_identifier_is_a_new_possible_match(desk: Desk) -> None:
    first = uuid4()
    await desk.deliver(desk.batch([a_traveller()], ids=[first]))
    await withdraw(desk, withdrawal(desk, first))
    await desk.deliver(desk.batch([a_traveller()]))
    assert sorted(await states(desk)) == [("CLOSED", "DID_NOT_TRAVEL"), ("POSSIBLE_MATCH", None)]


async def test_other_travellers_are_not_touched(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    await withdraw(desk, withdrawal(desk, uuid4()))
    assert await states(desk) == [("POSSIBLE_MATCH", None)]


async def test_only_ingest_may_say_it(desk: Desk) -> None:
    refused = await withdraw(desk, withdrawal(desk, uuid4()), sender="sharing", status=422)
    assert refused["code"] == "UNREADABLE_MESSAGE"


async def test_the_envelope_and_the_message_are_one(desk: Desk) -> None:
    body = withdrawal(desk, uuid4())
    answer = await desk.client.post(
        "/internal/v1/inbox",
        headers=desk.service_headers("ingest"),
        json={"message_id": str(uuid4()), "kind": "TravellersWithdrawnV1", "body": body},
    )
    assert answer.status_code == 422
