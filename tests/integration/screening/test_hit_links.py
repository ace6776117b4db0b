"""Ingest asks who carries a hit before it erases anybody; another service may not ask."""

from uuid import UUID, uuid4

import httpx

from services.ingest.retention.hit_links import KIND
from shared.contracts import HitLinksAskedV1
from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import a_traveller


async def ask(desk: Desk, *travellers: UUID, sender: str = "ingest") -> httpx.Response:
    asked = HitLinksAskedV1(message_id=uuid4(), travellers=list(travellers))
    return await desk.client.post(
        "/internal/v1/inbox",
        headers=desk.service_headers(sender),
        json={"message_id": str(asked.message_id), "kind": KIND, "body": asked.as_json()},
    )


async def test_only_whoever_carries_a_hit_is_in_the_answer(desk: Desk) -> None:
    matched, other = uuid4(), uuid4()
    await desk.deliver(desk.batch([a_traveller()], ids=[matched]))
    answer = await ask(desk, matched, other)
    assert answer.status_code == 200, answer.text
    assert answer.json()["links"] == {str(matched): "OPEN"}


async def test_another_service_gets_no_answer(desk: Desk) -> None:
    assert (await ask(desk, uuid4(), sender="sharing")).is_client_error
