"""Lost and stolen documents: a hit of another kind, confirmed by one person, leading to a check alone."""

from typing import Any

from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import a_traveller, somebody_else
from tests.integration.screening.test_watchlist_versions import import_as, register

STOLEN = {"type": "P", "number": "XD 5550001", "issuer": "XDD"}
LIST = b"number,state,kind,date,type\nXD5550001,XDD,STOLEN,2027-03-02,P\nXD7,XDD,LOST,2027-03-02,P\n"
WITHOUT_IT = b"number,state,kind,date,type\nXD7,XDD,LOST,2027-03-02,P\n"
ENTRY = "DOC:DOCUMENTS:XDD:XD5550001"


async def with_documents(desk: Desk) -> None:
    """The documents' source, and a version of it in force."""
    await register(
        desk,
        source_id="DOCUMENTS",
        reader="documents",
        allow_list=["LOST", "STOLEN"],
        tear_line="The bearer may be the one it was taken from.",
    )
    await import_as(desk, "documents", "DOCUMENTS", LIST)


async def reported_hit(desk: Desk) -> dict[str, Any]:
    await desk.deliver(desk.batch([somebody_else(1) | {"documents": [STOLEN]}, somebody_else(2)]))
    (item,) = await desk.queue()
    return item


async def test_a_reported_document_is_a_hit_of_its_own_kind_that_one_person_confirms(desk: Desk) -> None:
    await with_documents(desk)
    item = await reported_hit(desk)
    assert item["hit_type"] == "DOCUMENT"
    opened = await desk.lease(item["hit_id"])
    assert opened["entry"]["names"] == []
    assert opened["entry"]["documents"][0]["note"] == "STOLEN"
    assert opened["entry"]["tear_line"] == "The bearer may be the one it was taken from."
    desk.clock.advance(seconds=60)
    await desk.answer(item["hit_id"], "SAME", compared_fields=["doc_number"])
    assert (await desk.state(item["hit_id"]))["state"] == "CONFIRMED_DOCUMENT"
    assert await desk.queue("verifier-2") == []
    assert await desk.count("outbox") == 0


async def test_it_leads_to_a_check_of_the_document_and_nothing_else(desk: Desk) -> None:
    await with_documents(desk)
    hit_id = (await reported_hit(desk))["hit_id"]
    await desk.decide(hit_id, "SAME", compared_fields=["doc_number"])
    path = f"/v1/hits/{hit_id}/orders"
    words = {"statement": "The document is to be looked at, politely."}
    await desk.ask("supervisor", "POST", path, json={"kind": "OBSERVE", **words}, status=409)
    drafted = await desk.ask("supervisor", "POST", path, json={"kind": "DOCUMENT_CHECK", **words}, status=201)
    await desk.approve(f"/v1/orders/{drafted['order_id']}", "legal")
    assert (await desk.state(hit_id))["state"] == "ACTIONED"
    (card,) = (await desk.ask("front-line", "GET", "/v1/front-line/cards"))["cards"]
    assert (card["hit_id"], card["action"]) == (hit_id, "DOCUMENT_CHECK")


async def test_a_document_that_its_list_no_longer_holds_closes_its_hit(desk: Desk) -> None:
    await with_documents(desk)
    hit_id = (await reported_hit(desk))["hit_id"]
    desk.clock.advance(seconds=1)
    await import_as(desk, "documents", "DOCUMENTS", WITHOUT_IT, dated="2027-10-02T00:00:00Z")
    assert (await desk.state(hit_id))["state"] == "ENTRY_REMOVED"
    assert (await desk.state(hit_id))["entry_status"] == "REMOVED"


async def test_the_same_document_again_makes_no_second_hit(desk: Desk) -> None:
    await with_documents(desk)
    batch = desk.batch([somebody_else(1) | {"documents": [STOLEN]}])
    await desk.deliver(batch)
    await desk.deliver(batch | {"message_id": "00000000-0000-7000-8000-000000000001"})
    assert [row.entry_id for row in await desk.rows("SELECT entry_id FROM hit")] == [ENTRY]


async def test_a_listed_person_with_a_stolen_document_is_two_hits(desk: Desk) -> None:
    await with_documents(desk)
    await desk.deliver(desk.batch([a_traveller(documents=[STOLEN])]))
    kinds = [row.hit_type for row in await desk.rows("SELECT hit_type FROM hit ORDER BY hit_type")]
    assert kinds == ["DOCUMENT", "PERSON"]


async def test_a_number_of_another_state_is_another_document(desk: Desk) -> None:
    await with_documents(desk)
    for issuer in ("XCC", None):
        await desk.deliver(desk.batch([somebody_else(1) | {"documents": [STOLEN | {"issuer": issuer}]}]))
    assert await desk.count("hit") == 0


async def test_the_counter_looks_a_document_up(desk: Desk) -> None:
    await with_documents(desk)
    path = "/v1/front-line/look-up"
    found = await desk.ask("front-line", "POST", path, json={"document_number": "XD 555-0001"})
    assert found["cards"] == []
    (reported,) = found["documents"]
    assert (reported["kind"], reported["issuer"], reported["reported_on"]) == ("STOLEN", "XDD", "2027-03-02")
    assert reported["words"] == "This document was reported stolen."
    assert (await desk.ask("front-line", "POST", path, json={"document_number": "XD8"}))["documents"] == []
    assert await desk.audited("card.look_up") == 2
