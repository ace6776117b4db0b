"""Asking screening before anything is erased: whatever is no clear answer is silence."""

from typing import Any
from uuid import UUID

import pytest

from services.ingest.retention.errors import ScreeningSilent
from services.ingest.retention.hit_links import KIND, AskScreening
from shared.bus.errors import DeliveryPostponed
from shared.bus.message import OutgoingMessage
from shared.contracts import HitLink
from shared.identifiers import RandomIdentifiers
from tests.fakes import FixedClock

SOMEBODY = UUID("01930000-0000-7000-8000-000000000001")


class Carrier:
    def __init__(self, reply: dict[str, Any] | None) -> None:
        self.reply = reply
        self.sent: list[OutgoingMessage] = []

    async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
        self.sent.append(message)
        if self.reply is None:
            raise DeliveryPostponed(destination=message.destination, reason="it is down")
        return self.reply


def asking(carrier: Carrier) -> AskScreening:
    return AskScreening(carrier, RandomIdentifiers(FixedClock()))


async def test_the_answer_names_whoever_carries_a_hit() -> None:
    carrier = Carrier({"links": {str(SOMEBODY): "OPEN"}, "at": "2027-11-14T05:00:00Z"})
    assert await asking(carrier)([SOMEBODY]) == {SOMEBODY: HitLink.OPEN}
    assert carrier.sent[0].kind == KIND
    assert carrier.sent[0].body["travellers"] == [str(SOMEBODY)]


@pytest.mark.parametrize("reply", [None, {}, {"screened": 1}, {"links": {str(SOMEBODY): "MAYBE"}}])
async def test_no_clear_answer_is_silence(reply: dict[str, Any] | None) -> None:
    with pytest.raises(ScreeningSilent):
        await asking(Carrier(reply))([SOMEBODY])
