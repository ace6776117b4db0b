"""Screening asks for the travellers of a window, and for some of them again."""

from typing import Any
from uuid import uuid4

from services.ingest.retention.jobs import RetentionJobs
from shared.contracts.rescreening import WindowTravellersV1
from tests.integration.ingest.conftest import Ingest
from tests.integration.ingest.test_retention import Screening


async def ask(ingest: Ingest, kind: str, *, sender: str = "screening", **facts: Any) -> Any:
    body = {"message_id": str(uuid4()), "rescreening_id": str(uuid4()), **facts}
    token = ingest.issuer.service_token(sender, audience="ingest")
    return await ingest.http.post(
        "/internal/v1/inbox",
        headers={"Authorization": f"Bearer {token}"},
        json={"message_id": body["message_id"], "kind": kind, "body": body},
    )


async def page(ingest: Ingest, **facts: Any) -> dict[str, Any]:
    days = {"first_day": "2000-01-01", "last_day": "2100-01-01"}
    answer = await ask(ingest, "WindowPageWantedV1", **{**days, **facts})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_page_gives_the_matched_facts_of_those_who_travel(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a)
    found = await page(ingest)
    travellers = WindowTravellersV1.model_validate(found["travellers"])
    assert found["place"] is None
    assert len(travellers) == 3
    for place, row in enumerate(await ingest.rows("SELECT record FROM traveller ORDER BY traveller_id")):
        sent = travellers.facts(place)
        assert sent == {name: row.record[name] for name in sent}
        assert {"surname", "birth_date", "documents"} <= sent.keys()


async def test_days_outside_the_window_are_left_out(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a)
    assert (await page(ingest, last_day="2001-01-01"))["travellers"]["traveller_id"] == []
    since = "2100-01-01T00:00:00+00:00"
    assert (await page(ingest, reported_since=since))["travellers"]["surname"] == []


async def test_whoever_is_wanted_again_is_on_the_way_once(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a)
    wanted = (await page(ingest))["travellers"]["traveller_id"][:2]
    answer = await ask(ingest, "ResendWantedV1", generation=7, travellers=[*wanted, str(uuid4())])
    assert answer.json() == {"resent": 2}
    (row,) = await ingest.rows("SELECT body FROM outbox WHERE kind = 'TravellersToRescreenV1'")
    assert [each["traveller_id"] for each in row.body["travellers"]] == sorted(wanted)
    assert row.body["generation"] == 7
    (first,) = await ingest.rows("SELECT body FROM outbox WHERE kind = 'TravellersObservedV1'")
    keys = {each["traveller_id"]: each["journey_key"] for each in first.body["travellers"]}
    assert all(each["journey_key"] == keys[each["traveller_id"]] for each in row.body["travellers"])


async def test_whoever_is_masked_is_compared_with_no_new_list(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a)
    wanted = (await page(ingest))["travellers"]["traveller_id"]
    async with ingest.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE traveller SET erase_at = mask_at + interval '100 days'")
    ingest.clock.advance(days=183)
    assert await RetentionJobs(ingest.app.state.ports, Screening(), None).mask_due() == 3
    assert (await page(ingest))["travellers"]["traveller_id"] == []
    answer = await ask(ingest, "ResendWantedV1", generation=7, travellers=wanted)
    assert (answer.status_code, answer.json()) == (200, {"resent": 0})


async def test_only_screening_may_ask(ingest: Ingest) -> None:
    answer = await ask(ingest, "ResendWantedV1", sender="sharing", generation=1, travellers=[])
    assert (answer.status_code, answer.json()["code"]) == (422, "UNREADABLE_MESSAGE")
