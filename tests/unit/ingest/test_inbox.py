"""What screening sends is taken as its kind's contract, from screening alone, under its own identifier."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.ingest.inbox import UnreadableMessage, read_as
from shared.bus.message import Received
from shared.contracts.rescreening import ResendWantedV1

MESSAGE, OTHER = UUID(int=1), UUID(int=2)
BODY = {
    "message_id": str(MESSAGE),
    "rescreening_id": str(UUID(int=3)),
    "generation": 4,
    "travellers": [str(UUID(int=5))],
}
SENT = Received(MESSAGE, "ResendWantedV1", BODY, "screening")


def test_message_of_screening_is_read() -> None:
    assert read_as(ResendWantedV1, SENT).travellers == [UUID(int=5)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"sender": "sharing"},
        {"message_id": OTHER},
        {"body": {**BODY, "generation": "EXAMPLE"}},
        {"body": {**BODY, "more": 1}},
    ],
    ids=["another service's", "another identifier", "another shape", "a field more"],
)
def test_anything_else_is_refused_without_its_content(wrong: dict[str, Any]) -> None:
    with pytest.raises(UnreadableMessage) as refusal:
        read_as(ResendWantedV1, replace(SENT, **wrong))
    assert refusal.value.__cause__ is None
    assert "EXAMPLE" not in str(refusal.value)
