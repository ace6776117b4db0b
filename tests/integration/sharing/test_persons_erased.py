"""Whom a share was about is erased five years after, and nobody before."""

import json
from datetime import timedelta

from sqlalchemy import text

from services.sharing.shares.erasing import PERSON_KEPT, erasing_persons
from services.sharing.shares.facts import Assessment
from services.sharing.store.shares import ShareStore
from shared.db.pruning import Pruner
from tests.integration.sharing.world import LEGAL, World

PERSONAL = (
    *("EXAMPLE", "X1234567", "1980-01-02", "QDi.999", "Verify document", "feared"),
    *("example test", "x1234567"),
)


async def held(world: World) -> str:
    """Everything that the service holds of shares, in the clear."""
    found = []
    async with world.engine.connect() as connection:
        for table in (
            "share",
            "individual_assessment",
            "recipient",
            "notice",
            "verdict",
            "approval",
            "inbox",
        ):
            rows = await connection.execute(text(f"SELECT to_jsonb(t) FROM {table} t"))
            found += [json.dumps(row, ensure_ascii=False) for row in rows.scalars()]
    return "\n".join(found)


def found_in(held: str) -> list[str]:
    return [each for each in PERSONAL if each in held]


async def test_person_of_a_share_is_erased_in_time_and_the_count_is_in_the_log(world: World) -> None:
    share_id = await world.receive()
    await world.propose(share_id)
    await world.decide(share_id)
    risk = Assessment(individual_risk=False)
    await world.sharing.share_hit.record_individual_risk(share_id, risk, {"torture": "feared by none"}, LEGAL)
    pruner = Pruner(world.engine, [erasing_persons(world.sharing.audit)], world.clock)
    world.clock.advance(days=PERSON_KEPT.days)
    assert await pruner.prune() == {"share_person": 0}
    assert found_in(await held(world)) == list(PERSONAL)
    world.clock.advance(seconds=1)
    assert await pruner.prune() == {"share_person": 1}
    assert found_in(await held(world)) == []
    assert await pruner.prune() == {"share_person": 0}, "once, however often"
    assert PERSON_KEPT + timedelta(days=31) == timedelta(days=1826)
    async with world.engine.connect() as connection:
        kept = await ShareStore(connection).get(share_id)
        query = text("SELECT content FROM audit_record WHERE action = 'share.erase'")
        (record,) = (await connection.execute(query)).scalars()
    assert kept.hit.traveller == {"surname": "ERASED"}
    assert json.loads(bytes(record))["facts"] == {"number": 1}
