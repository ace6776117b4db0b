"""What carriers left out of travellers who were taken for somebody else: counted, and nobody named."""

import json
from collections.abc import Mapping
from typing import Any

from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import a_traveller


async def told(desk: Desk) -> list[Mapping[str, Any]]:
    """The counts that ingest was sent."""
    await desk.sent()
    return [each.body for each in desk.carrier.delivered if each.kind == "FalseMatchesV1"]


async def test_ingest_is_told_what_a_cleared_traveller_lacked(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller(sex=None, nationality=None)]))
    (item,) = await desk.queue()
    await desk.decide(item["hit_id"], "DIFFERENT")
    assert await told(desk) == []
    desk.clock.advance(hours=30)
    await desk.beat()
    (message,) = await told(desk)
    (carrier,) = message["carriers"]
    assert (carrier["carrier"], carrier["matches"]) == ("XA", 1)
    assert {"sex", "nationality"} <= set(carrier["elements"])
    assert "birth_date" not in carrier["elements"]
    for nobody in (item["hit_id"], "NAMUDHAJI", "flight", "traveller"):
        assert nobody not in json.dumps(message)


async def test_nothing_is_told_of_a_match_that_nobody_decided(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    for _ in range(3):
        desk.clock.advance(hours=24 * 30)
        await desk.beat()
    assert await told(desk) == []
