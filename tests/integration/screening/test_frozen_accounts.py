"""An account that an incident froze is refused in screening too, and only ingest can say so (SG-44)."""

from typing import Any
from uuid import uuid4

from tests.integration.screening.conftest import Desk


async def tell(desk: Desk, sender: str, account: str) -> Any:
    message_id = str(uuid4())
    body = {
        "message_id": message_id,
        "freeze_id": str(uuid4()),
        "account": account,
        "incident_id": str(uuid4()),
        "is_by_oversight": False,
        "frozen_at": desk.clock.now().isoformat(),
        "released_at": None,
    }
    answer = await desk.client.post(
        "/internal/v1/inbox",
        json={"message_id": message_id, "kind": "AccountFreezeV1", "body": body},
        headers=desk.service_headers(sender),
    )
    await desk.app.state.frozen_accounts.read()
    return answer.json()


async def test_a_frozen_account_is_refused_in_screening(empty_desk: Desk) -> None:
    assert (await tell(empty_desk, "sharing", "supervisor"))["code"] == "UNREADABLE_MESSAGE"
    await empty_desk.ask("supervisor", "GET", "/v1/hits")
    assert await tell(empty_desk, "ingest", "supervisor") == {"taken": True}
    refused = await empty_desk.ask("supervisor", "GET", "/v1/hits", status=403)
    assert refused["code"] == "ACCOUNT_FROZEN"
