"""From a possible match to a decision: leases, two people, the second blind."""

from datetime import timedelta

import pytest

from tests.integration.screening.conftest import Desk, running
from tests.integration.screening.lists import a_traveller

VAGUE = {"birth_date": "1979", "documents": []}


async def a_hit(desk: Desk, **facts: object) -> str:
    await desk.deliver(desk.batch([a_traveller(**facts)]))
    return str((await desk.queue())[0]["hit_id"])


async def test_two_people_confirm_a_hit_and_sharing_is_told_once(desk: Desk) -> None:
    hit_id = await a_hit(desk)
    await desk.decide(hit_id, "SAME")
    assert (await desk.state(hit_id))["state"] == "AWAITING_SECOND"
    await desk.decide(hit_id, "SAME", "verifier-2")
    state = await desk.state(hit_id)
    assert (state["state"], state["entry_status"], state["is_open"]) == ("CONFIRMED", "ACTIVE", True)
    assert state["reviews"] | {"seconds_open": 60} == {
        "first": "verifier-1",
        "second": "verifier-2",
        "second_blind": True,
        "same_outcome": True,
        "reports_to_first": False,
        "role": "VERIFIER",
        "seconds_open": 60,
        "compared_fields": ["name", "date_of_birth", "doc_number"],
        "reasons_given": True,
        "after_last_change": True,
    }
    assert state["standing_order"]["author"] == "supervisor"
    told = [*desk.carrier.delivered, *await desk.rows("SELECT kind, body FROM outbox")]
    assert [message.kind for message in told] == ["HitConfirmedV1"]
    assert told[0].body["entry"]["list_reference"] == "DEMi.001"
    assert "verifier" not in str(told[0].body)


async def test_the_view_shows_both_sides_in_words_and_neither_state_nor_score(desk: Desk) -> None:
    hit_id = await a_hit(desk, birth_date="1979-05-15", nationality="XDD")
    view = await desk.lease(hit_id)
    relations = {line["kind"]: line["relation"] for line in reversed(view["evidence"])}
    assert relations["name"] == "AGREE"
    assert relations["date_of_birth"] == "DIFFER"
    assert relations["nationality"] == "DIFFER"
    assert relations["doc_number"] == "AGREE"
    assert all(line["words"] for line in view["evidence"])
    assert view["band"] in {"STRONG", "MEDIUM", "WEAK"}
    assert view["entry"]["tear_line"].startswith("Verify")
    assert {"state", "score", "stage", "first"}.isdisjoint(view)
    assert "grounds" not in view["entry"]


async def test_a_second_review_looks_like_a_first_one(desk: Desk) -> None:
    hit_id = await a_hit(desk)
    first_item = (await desk.queue("verifier-2"))[0]
    first_view = await desk.lease(hit_id)
    desk.clock.advance(seconds=60)
    await desk.answer(hit_id, "SAME")
    second_item = (await desk.queue("verifier-2"))[0]
    second_view = await desk.lease(hit_id, "verifier-2")
    assert first_item.keys() == second_item.keys()
    assert first_view.keys() == second_view.keys()
    assert first_view["evidence"] == second_view["evidence"]


async def test_the_first_reviewer_and_whoever_reports_to_them_is_never_the_second(desk: Desk) -> None:
    hit_id = await a_hit(desk)
    await desk.decide(hit_id, "SAME")
    for person in ("verifier-1", "below-1"):
        assert await desk.queue(person) == []
        refused = await desk.lease(hit_id, person, status=409)
        assert refused["code"] == "HIT_NOT_OPEN_FOR_REVIEW"
    assert [item["hit_id"] for item in await desk.queue("verifier-2")] == [hit_id]


async def test_a_leased_hit_is_nobody_elses_for_twenty_minutes(desk: Desk) -> None:
    hit_id = await a_hit(desk)
    await desk.lease(hit_id)
    assert await desk.queue("verifier-2") == []
    refused = await desk.lease(hit_id, "verifier-2", status=409)
    assert refused["code"] == "LEASE_HELD_BY_ANOTHER"
    desk.clock.advance(minutes=19)
    await desk.lease(hit_id)
    desk.clock.advance(minutes=19)
    await desk.lease(hit_id, "verifier-2", status=409)
    desk.clock.advance(minutes=1)
    await desk.lease(hit_id, "verifier-2")
    refused = await desk.answer(hit_id, "SAME", status=409)
    assert refused["code"] == "LEASE_NOT_HELD"


async def test_a_hit_handed_back_is_in_the_queue_again(desk: Desk) -> None:
    hit_id = await a_hit(desk)
    await desk.lease(hit_id)
    await desk.ask("verifier-1", "DELETE", f"/v1/hits/{hit_id}/lease", status=204)
    assert (await desk.state(hit_id))["state"] == "POSSIBLE_MATCH"
    assert [item["hit_id"] for item in await desk.queue("verifier-2")] == [hit_id]


@pytest.mark.parametrize(("seconds", "status"), [(29, 409), (30, 200)])
async def test_a_decision_needs_thirty_seconds_of_open_page(desk: Desk, seconds: int, status: int) -> None:
    hit_id = await a_hit(desk)
    answer = await desk.decide(hit_id, "SAME", seconds=seconds, status=status)
    if status == 409:
        assert answer["code"] == "DECIDED_TOO_QUICKLY"
        assert "30 seconds" in answer["detail"]
        assert await desk.count("review") == 0
        assert await desk.audited("review.decide", "REFUSED") == 1
    else:
        assert answer == {"recorded": True, "next_hit_id": None}


async def test_the_time_is_measured_here_and_a_renewal_does_not_start_it_anew(desk: Desk) -> None:
    hit_id = await a_hit(desk)
    await desk.lease(hit_id)
    desk.clock.advance(seconds=20)
    await desk.lease(hit_id)
    desk.clock.advance(seconds=10)
    await desk.answer(hit_id, "SAME")
    assert (await desk.rows("SELECT seconds_open FROM review"))[0][0] == 30


async def test_the_scripted_clock_lets_a_review_take_a_minute_without_waiting(desk: Desk) -> None:
    hit_id = await a_hit(desk)
    await desk.lease(hit_id)
    body = {"outcome": "SAME", "reasons": "Document and name agree.", "compared_fields": ["doc_number"]}
    await desk.ask(
        "verifier-1",
        "POST",
        f"/v1/hits/{hit_id}/decision",
        json=body,
        headers={"Scripted-Clock-Offset": "90"},
    )
    assert (await desk.rows("SELECT seconds_open FROM review"))[0][0] == 90


async def test_too_few_identifiers_become_inconclusive_and_the_reviewer_is_not_told(desk: Desk) -> None:
    hit_id = await a_hit(desk, **VAGUE)
    answer = await desk.decide(hit_id, "SAME", compared_fields=["name"])
    assert answer == {"recorded": True, "next_hit_id": None}
    assert (await desk.state(hit_id))["state"] == "INCONCLUSIVE"


async def test_a_contradiction_blocks_until_it_is_explained(desk: Desk) -> None:
    hit_id = await a_hit(desk, sex="F")
    view = await desk.lease(hit_id)
    assert [each["code"] for each in view["contradictions"]] == ["SEX_DIFFERS"]
    words = {"SEX_DIFFERS": "The manifest's sex was typed by hand; the passport says M."}
    await desk.decide(hit_id, "SAME", explanations=words)
    assert (await desk.state(hit_id))["state"] == "AWAITING_SECOND"
    await desk.decide(hit_id, "SAME", "verifier-2")
    assert (await desk.state(hit_id))["state"] == "INCONCLUSIVE"


async def test_disagreement_is_inconclusive(desk: Desk) -> None:
    hit_id = await a_hit(desk)
    await desk.decide(hit_id, "SAME")
    await desk.decide(hit_id, "DIFFERENT", "verifier-2")
    assert (await desk.state(hit_id))["state"] == "INCONCLUSIVE"


async def test_one_in_twenty_cleared_hits_is_looked_at_by_a_second_person(desk: Desk) -> None:
    desk.draws.value = 0.049
    hit_id = await a_hit(desk)
    await desk.decide(hit_id, "DIFFERENT")
    assert (await desk.state(hit_id))["state"] == "AWAITING_SECOND"
    await desk.decide(hit_id, "DIFFERENT", "verifier-2")
    assert (await desk.state(hit_id))["state"] == "NOT_A_MATCH"


async def test_whoever_has_read_the_history_cannot_confirm_blind(desk: Desk) -> None:
    hit_id = await a_hit(desk)
    await desk.decide(hit_id, "SAME")
    purpose = {
        "Purpose-Code": "TERR_TRAVEL",
        "Purpose-Case": hit_id,
        "Purpose-Statement": "The%20supervisor%20looks%20into%20the%20age%20of%20this%20task%20today.",
    }
    await desk.ask("supervisor", "GET", f"/v1/hits/{hit_id}", headers=purpose)
    await desk.rows_written("INSERT INTO history_reader SELECT hit_id, 'verifier-2', now() FROM hit")
    await desk.lease(hit_id, "verifier-2")
    desk.clock.advance(seconds=60)
    refused = await desk.answer(hit_id, "SAME", "verifier-2", status=403)
    assert "SG-09.NOT_BLIND" in refused["reasons"]
    assert (await desk.state(hit_id))["state"] == "AWAITING_SECOND"
    assert await desk.count("review") == 1
    assert await desk.audited("hit.transition", "REFUSED") == 1


async def test_pnr_alone_confirms_nobody(desk: Desk) -> None:
    await desk.deliver(desk.batch([a_traveller()], data_class="PNR"))
    hit_id = (await desk.queue())[0]["hit_id"]
    await desk.decide(hit_id, "SAME")
    assert (await desk.state(hit_id))["state"] == "INCONCLUSIVE"


async def test_somebody_not_cleared_for_the_entry_reads_nothing(desk: Desk) -> None:
    hit_id = await a_hit(desk)
    low = desk.issuer.token(
        "VERIFIER",
        subject="verifier-1",
        authority="XAA-PIU-01",
        clearance="H0",
        training_valid_to=(desk.clock.now() + timedelta(days=200)).date().isoformat(),
    )
    answer = await desk.client.post(f"/v1/hits/{hit_id}/lease", headers={"Authorization": f"Bearer {low}"})
    assert answer.status_code == 403
    assert "SG-32.HANDLING_CODE" in answer.json()["reasons"]
    assert "NAMUDHAJI" not in answer.text
    assert await desk.count("lease") == 0
    assert await desk.audited("record.read", "REFUSED") == 1


async def test_untrained_people_read_nothing(desk: Desk) -> None:
    hit_id = await a_hit(desk)
    headers = desk.headers("verifier-1")
    expired = desk.issuer.token(
        "VERIFIER",
        subject="verifier-1",
        authority="XAA-PIU-01",
        clearance="H3",
        training_valid_to=desk.clock.now().date().isoformat(),
    )
    answer = await desk.client.post(
        f"/v1/hits/{hit_id}/lease", headers={**headers, "Authorization": f"Bearer {expired}"}
    )
    assert answer.status_code == 403
    assert "SG-26.TRAINING_EXPIRED" in answer.json()["reasons"]
    assert "training is missing or out of date" in answer.json()["detail"]
    assert "NAMUDHAJI" not in answer.text
    assert (await desk.state(hit_id))["state"] == "POSSIBLE_MATCH"
    assert await desk.count("lease") == 0
    assert await desk.audited("record.read", "REFUSED") == 1


async def test_new_identifiers_start_both_reviews_anew(desk: Desk) -> None:
    batch = desk.batch([a_traveller()])
    await desk.deliver(batch)
    hit_id = (await desk.queue())[0]["hit_id"]
    await desk.decide(hit_id, "SAME")
    await desk.decide(hit_id, "SAME", "verifier-2")
    await desk.deliver(_again(desk, batch, a_traveller(birth_date="1979-05-24")))
    state = await desk.state(hit_id)
    assert (state["state"], state["reviews"]) == ("POSSIBLE_MATCH", None)
    assert [item["hit_id"] for item in await desk.queue("verifier-1")] == [hit_id]


async def test_a_reviewer_whose_page_is_stale_has_to_look_again(desk: Desk) -> None:
    batch = desk.batch([a_traveller()])
    await desk.deliver(batch)
    hit_id = (await desk.queue())[0]["hit_id"]
    await desk.lease(hit_id)
    desk.clock.advance(seconds=40)
    await desk.deliver(_again(desk, batch, a_traveller(nationality="XDD")))
    refused = await desk.answer(hit_id, "SAME", status=409)
    assert refused["code"] == "HIT_DATA_CHANGED"
    await desk.lease(hit_id)
    desk.clock.advance(seconds=10)
    refused = await desk.answer(hit_id, "SAME", status=409)
    assert refused["code"] == "DECIDED_TOO_QUICKLY"


async def test_a_new_seat_opens_nothing_anew(desk: Desk) -> None:
    batch = desk.batch([a_traveller(seat="12A")])
    await desk.deliver(batch)
    hit_id = (await desk.queue())[0]["hit_id"]
    await desk.decide(hit_id, "SAME")
    await desk.deliver(_again(desk, batch, a_traveller(seat="14C")))
    assert (await desk.state(hit_id))["state"] == "AWAITING_SECOND"
    stored = (await desk.rows("SELECT traveller ->> 'seat' FROM hit"))[0][0]
    assert stored == "14C"


async def test_lists_of_hits_hold_no_personal_data(desk: Desk) -> None:
    hit_id = await a_hit(desk)
    listed = await desk.ask("supervisor", "GET", "/v1/hits", params={"state": "POSSIBLE_MATCH"})
    assert [row["hit_id"] for row in listed["hits"]] == [hit_id]
    shown = str([listed, await desk.ask("verifier-1", "GET", "/v1/queue")])
    for personal in ("NAMUDHAJI", "1979-05", "XB4471902"):
        assert personal not in shown


async def test_a_hit_opens_outside_the_queue_only_for_its_own_case(desk: Desk) -> None:
    hit_id = await a_hit(desk)
    await desk.decide(hit_id, "SAME")
    statement = "Looking%20into%20the%20time%20that%20this%20review%20has%20taken%20so%20far."
    purpose = {"Purpose-Code": "TERR_TRAVEL", "Purpose-Case": "C-1", "Purpose-Statement": statement}
    refused = await desk.ask("supervisor", "GET", f"/v1/hits/{hit_id}", headers=purpose, status=403)
    assert "SG-26.NOT_ON_CASE" in refused["reasons"]
    await desk.ask("supervisor", "GET", f"/v1/hits/{hit_id}", status=422)
    purpose["Purpose-Case"] = hit_id
    file = await desk.ask("supervisor", "GET", f"/v1/hits/{hit_id}", headers=purpose)
    assert [step["target"] for step in file["history"]] == [
        "POSSIBLE_MATCH",
        "IN_REVIEW",
        "AWAITING_SECOND",
    ]
    assert file["reviews"][0]["reviewer"] == "verifier-1"


async def test_a_restart_keeps_the_list_the_leases_and_the_hits(desk: Desk) -> None:
    hit_id = await a_hit(desk)
    await desk.lease(hit_id)
    service = desk.service
    digest = service.current.matcher.digest if service.current.matcher else None
    safeguards = service.ports.safeguards
    async with running(service.settings, safeguards, desk.issuer, desk.clock) as other:
        matcher = other.service.current.matcher
        assert matcher is not None
        assert matcher.digest == digest
        desk.clock.advance(seconds=40)
        await other.answer(hit_id, "SAME")
        assert (await other.state(hit_id))["state"] == "AWAITING_SECOND"


def _again(desk: Desk, batch: dict[str, object], traveller: dict[str, object]) -> dict[str, object]:
    """A later report of the same traveller on the same flight."""
    travellers = batch["travellers"]
    assert isinstance(travellers, list)
    first = travellers[0]
    later = desk.batch([traveller])
    return {
        **later,
        "flight": batch["flight"],
        "travellers": [{**first, "traveller": traveller}],
    }
