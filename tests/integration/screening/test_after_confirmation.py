"""Orders, the front line, questions, clocks."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import a_traveller, somebody_else, without

STATEMENT = "Confirmed by two officers; the document has to be inspected before entry."
QUESTION = {
    "Purpose-Code": "TERR_TRAVEL",
    "Purpose-Case": "C-2027-0014",
    "Purpose-Statement": "A%20colleague%20at%20the%20port%20asks%20whether%20this%20person%20is%20listed.",
}
TD3 = "P<XBBNAMUDHAJI<<SAMIR<HADI<<<<<<<<<<<<<<<<<<XB44719023XBB7905148M2903013<<<<<<<<<<<<<<06"


async def draft(desk: Desk, hit_id: str, kind: str, *, status: int = 201) -> Any:
    body = {"kind": kind, "statement": STATEMENT}
    return await desk.ask("supervisor", "POST", f"/v1/hits/{hit_id}/orders", json=body, status=status)


async def test_an_order_of_two_people_moves_the_hit_to_actioned(desk: Desk) -> None:
    hit_id = await desk.confirmed()
    order = await draft(desk, hit_id, "SECONDARY_INSPECTION")
    assert (await desk.state(hit_id))["state"] == "CONFIRMED"
    approved = await desk.approve(f"/v1/orders/{order['order_id']}", "legal")
    assert (approved["state"], approved["decided_by"]) == ("APPROVED", "legal")
    state = await desk.state(hit_id)
    assert (state["state"], state["ordered_action"]) == ("ACTIONED", "SECONDARY_INSPECTION")
    await desk.approve(f"/v1/orders/{order['order_id']}", "legal", status=409)


async def test_nobody_approves_without_the_post_and_a_rejection_leaves_the_hit(desk: Desk) -> None:
    hit_id = await desk.confirmed()
    order = await draft(desk, hit_id, "SECONDARY_INSPECTION")
    await desk.approve(f"/v1/orders/{order['order_id']}", "supervisor", status=403)
    path = f"/v1/orders/{order['order_id']}/approval"
    rejected = await desk.ask("legal", "POST", path, json={"approve": False})
    assert rejected["state"] == "REJECTED"
    assert (await desk.state(hit_id))["state"] == "CONFIRMED"


@pytest.mark.parametrize("kind", ["CONTACT_NOMINATOR", "REFER_CHILD"])
async def test_what_protects_or_asks_leaves_the_state_as_it_is(desk: Desk, kind: str) -> None:
    hit_id = await desk.confirmed()
    order = await draft(desk, hit_id, kind)
    await desk.approve(f"/v1/orders/{order['order_id']}", "legal")
    assert (await desk.state(hit_id))["state"] == "CONFIRMED"


async def test_nothing_is_ordered_on_a_possible_match(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    hit_id = (await desk.queue())[0]["hit_id"]
    refused = await draft(desk, hit_id, "SECONDARY_INSPECTION", status=409)
    assert refused["code"] == "ORDER_NOT_POSSIBLE"
    assert await desk.count("hit_order") == 0


async def test_the_port_sees_a_card_only_after_the_national_release(desk: Desk) -> None:
    hit_id = await desk.confirmed()
    assert (await desk.ask("front-line", "GET", "/v1/front-line/cards"))["cards"] == []
    await desk.release(hit_id)
    cards = (await desk.ask("front-line", "GET", "/v1/front-line/cards"))["cards"]
    assert [card["hit_id"] for card in cards] == [hit_id]
    assert set(cards[0]) == {
        "hit_id",
        "name",
        "birth_date",
        "document",
        "action",
        "tear_line",
        "desk_phone",
        "flight",
        "outcome",
    }
    leg = cards[0]["flight"]
    assert (leg["designator"], leg["origin"], leg["destination"]) == ("XA418", "XQB", "XQA")
    assert None not in (leg["departure"], leg["arrival"])
    assert cards[0]["name"] == "SAMIR HADI NAMUDHAJI"
    assert (await desk.ask("other-port", "GET", "/v1/front-line/cards"))["cards"] == []
    assert await desk.audited("record.read", "PERMITTED") >= 3


async def test_a_card_is_gone_when_its_flight_is_long_past(desk: Desk) -> None:
    hit_id = await desk.confirmed()
    await desk.release(hit_id)
    desk.clock.advance(hours=30)
    assert (await desk.ask("front-line", "GET", "/v1/front-line/cards"))["cards"] == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"document_number": "xb 447-1902"}, 1),
        ({"document_number": "XB4471903"}, 0),
        ({"mrz": TD3}, 1),
    ],
)
async def test_the_counter_looks_a_document_up(desk: Desk, asked: dict[str, str], found: int) -> None:
    await desk.release(await desk.confirmed())
    cards = (await desk.ask("front-line", "POST", "/v1/front-line/look-up", json=asked))["cards"]
    assert len(cards) == found
    assert await desk.audited("card.look_up") == 1


async def test_a_misread_zone_is_told_so_without_quoting_it(desk: Desk) -> None:
    refused = await desk.ask(
        "front-line",
        "POST",
        "/v1/front-line/look-up",
        json={"mrz": TD3.replace("XB4471902", "XB4471901")},
        status=422,
    )
    assert refused["code"] == "MALFORMED_MRZ"
    assert "4471901" not in str(refused)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("SAME_PERSON_ACTION", "FEEDBACK"),
        ("SAME_PERSON_NO_ACTION", "FEEDBACK"),
        ("DIFFERENT_PERSON", "RECALLED"),
        ("DID_NOT_TRAVEL", "CLOSED"),
    ],
)
async def test_the_outcome_at_the_port(desk: Desk, outcome: str, state: str) -> None:
    hit_id = await desk.confirmed()
    await desk.release(hit_id)
    path = f"/v1/front-line/cards/{hit_id}/outcome"
    await desk.ask("front-line", "POST", path, json={"outcome": outcome}, status=204)
    assert (await desk.state(hit_id))["state"] == state
    second = 409 if state == "FEEDBACK" else 404
    await desk.ask("front-line", "POST", path, json={"outcome": outcome}, status=second)


async def test_another_ports_officer_taps_nothing(desk: Desk) -> None:
    hit_id = await desk.confirmed()
    await desk.release(hit_id)
    path = f"/v1/front-line/cards/{hit_id}/outcome"
    await desk.ask("other-port", "POST", path, json={"outcome": "DIFFERENT_PERSON"}, status=404)
    assert (await desk.state(hit_id))["state"] == "CONFIRMED"


async def test_a_question_needs_an_open_case_of_the_asker(desk: Desk) -> None:
    body = {"traveller": without(a_traveller(), "role")}
    refused = await desk.ask("verifier-1", "POST", "/v1/match", json=body, headers=QUESTION, status=403)
    assert refused["code"] == "REFUSED_BY_SAFEGUARD"
    case = {"case_id": "C-2027-0014", "members": ["verifier-1"]}
    await desk.ask("supervisor", "POST", "/v1/cases", json=case, status=204)
    answer = await desk.ask("verifier-1", "POST", "/v1/match", json=body, headers=QUESTION)
    assert [match["entry_id"] for match in answer["matches"]] == ["DEMO:DEMi.001"]
    assert all(piece["words"] for piece in answer["matches"][0]["evidence"])
    assert answer["fault"] is None
    await desk.ask("verifier-2", "POST", "/v1/match", json=body, headers=QUESTION, status=403)
    await desk.ask("supervisor", "POST", "/v1/cases/C-2027-0014/closing", status=204)
    await desk.ask("verifier-1", "POST", "/v1/match", json=body, headers=QUESTION, status=403)
    assert await desk.count("hit") == 0


async def test_one_statement_does_not_serve_for_a_sixth_person(desk: Desk) -> None:
    case = {"case_id": "C-2027-0014", "members": ["verifier-1"]}
    await desk.ask("supervisor", "POST", "/v1/cases", json=case, status=204)
    for number in range(6):
        answer = await desk.ask(
            "verifier-1",
            "POST",
            "/v1/match",
            json={"traveller": somebody_else(number)},
            headers=QUESTION,
            status=200 if number < 5 else 403,
        )
    assert "SG-03.COPIED" in answer["reasons"]


async def test_a_question_without_a_purpose_is_not_answered(desk: Desk) -> None:
    await desk.ask("verifier-1", "POST", "/v1/match", json={"traveller": a_traveller()}, status=422)


async def test_what_nobody_reviewed_expires_with_an_owner_and_closes(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    hit_id = (await desk.queue())[0]["hit_id"]
    desk.clock.advance(hours=29, seconds=-1)
    await desk.beat()
    assert (await desk.state(hit_id))["state"] == "POSSIBLE_MATCH"
    desk.clock.advance(seconds=1)
    await desk.beat()
    queue = await desk.ask("verifier-1", "GET", "/v1/queue")
    assert queue["items"] == []
    assert [(each["hit_id"], each["owner"]) for each in queue["expired"]] == [(hit_id, "supervisor")]
    desk.clock.advance(hours=72)
    await desk.beat()
    closed = await desk.rows("SELECT state, closing_code FROM hit")
    assert [tuple(row) for row in closed] == [("CLOSED", "INSUFFICIENT_DATA")]


async def test_an_abandoned_lease_gives_the_hit_back(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    hit_id = (await desk.queue())[0]["hit_id"]
    await desk.lease(hit_id)
    desk.clock.advance(minutes=10)
    await desk.lease(hit_id)
    desk.clock.advance(minutes=19)
    await desk.beat()
    assert (await desk.state(hit_id))["state"] == "IN_REVIEW"
    desk.clock.advance(minutes=1)
    await desk.beat()
    assert (await desk.state(hit_id))["state"] == "POSSIBLE_MATCH"
    assert await desk.count("lease") == 0


async def test_whoever_was_cleared_is_unlinked_a_day_after_the_journey(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    hit_id = (await desk.queue())[0]["hit_id"]
    await desk.decide(hit_id, "DIFFERENT")
    desk.clock.advance(hours=30)
    await desk.beat()
    hit = (await desk.rows("SELECT state, closing_code, traveller, journey_key, evidence::text FROM hit"))[0]
    assert (hit.state, hit.closing_code, hit.traveller, hit.journey_key) == (
        "CLOSED",
        "DIFFERENT_PERSON",
        None,
        "",
    )
    assert "1979-05-14" not in hit.evidence.replace('"entry": "1979-05-14"', "")
    assert [row.reasons for row in await desk.rows("SELECT reasons FROM review")] == [""]
    assert await desk.count("suppression") == 0


async def test_beating_twice_does_nothing_twice(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    desk.clock.advance(hours=30)
    assert (await desk.beat())["moved_hits"] == 1
    assert (await desk.beat())["moved_hits"] == 0


async def test_a_hit_made_after_the_arrival_waits_a_day_of_its_own(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()], hours=-40))
    hit_id = (await desk.queue())[0]["hit_id"]
    desk.clock.advance(hours=23)
    await desk.beat()
    assert (await desk.state(hit_id))["state"] == "POSSIBLE_MATCH"


async def test_the_queue_begins_with_the_next_departure(desk: Desk) -> None:
    for hours in (30, 2, 9):
        await desk.deliver(desk.batch([a_traveller()], hours=hours, journey=f"journey-{hours}"))
    items = await desk.queue()
    departures = [item["flight"]["departure"] for item in items]
    assert departures == sorted(departures)
    assert [item["minutes_left"] for item in items] == [15, 120, 120]


async def test_production_runs_no_clock_by_hand(desk: Desk) -> None:
    service = desk.service
    production = service.settings.model_copy(update={"profile": "production"})
    desk.app.state.screening = replace(service, settings=production)
    await desk.ask("admin", "POST", "/v1/tick", status=403)


async def test_an_unknown_hit_is_not_found_for_anyone(desk: Desk) -> None:
    await desk.lease(str(uuid4()), status=404)


async def test_registers_need_two_people_in_different_roles(empty_desk: Desk) -> None:
    body = {
        "purpose_code": "TERR_TRAVEL",
        "statement": "Manifests of flights into XAA are compared with the list.",
        "alternatives_considered": "Checks at the counter alone.",
        "period_days": 30,
    }
    drafted = await empty_desk.ask("supervisor", "POST", "/v1/standing-orders", json=body, status=201)
    shown = await empty_desk.ask("legal", "GET", "/v1/standing-orders")
    assert [each["state"] for each in shown["standing_orders"]] == ["PENDING"]
    assert "wait unscreened" in shown["notice"]
    path = f"/v1/standing-orders/{drafted['approval_id']}"
    await empty_desk.approve(path, "supervisor", status=403)
    await empty_desk.approve(path, "legal")
    shown = await empty_desk.ask("legal", "GET", "/v1/standing-orders")
    order = shown["standing_orders"][0]
    expires = (empty_desk.clock.now() + timedelta(days=30)).date().isoformat()
    assert (order["state"], order["expires"], order["is_ending"]) == ("IN_FORCE", expires, True)
    assert shown["notice"] is None
    await empty_desk.approve(path, "legal", status=409)


async def test_a_refused_door_is_recorded(desk: Desk) -> None:
    await desk.ask("front-line", "GET", "/v1/queue", status=403)
    assert await desk.audited("access.refuse", "REFUSED") == 1


async def test_a_document_hit_needs_one_verifier_and_supports_a_document_check_alone(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()]))
    await desk.rows_written("UPDATE hit SET hit_type = 'DOCUMENT'")
    hit_id = (await desk.queue())[0]["hit_id"]
    await desk.decide(hit_id, "SAME", compared_fields=["doc_number"])
    assert (await desk.state(hit_id))["state"] == "CONFIRMED_DOCUMENT"
    assert await desk.count("outbox") == 0
    assert desk.carrier.delivered == []
    await draft(desk, hit_id, "SECONDARY_INSPECTION", status=409)
    assert (await desk.ask("front-line", "GET", "/v1/front-line/cards"))["cards"] == []
    order = await draft(desk, hit_id, "DOCUMENT_CHECK")
    await desk.approve(f"/v1/orders/{order['order_id']}", "legal")
    assert (await desk.state(hit_id))["state"] == "ACTIONED"
    cards = (await desk.ask("front-line", "GET", "/v1/front-line/cards"))["cards"]
    assert [card["action"] for card in cards] == ["DOCUMENT_CHECK"]


async def test_a_document_with_another_number_confirms_nothing(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller(documents=[{"number": "A1", "issuer": "XBB"}])]))
    await desk.rows_written("UPDATE hit SET hit_type = 'DOCUMENT'")
    hit_id = (await desk.queue())[0]["hit_id"]
    await desk.decide(hit_id, "SAME", compared_fields=["doc_number"])
    assert (await desk.state(hit_id))["state"] == "INCONCLUSIVE"
