"""Oversight of screening: a month in counts, asked of the safeguards and recorded."""

from typing import Any
from uuid import UUID

import pytest

from services.screening.oversight import forget_with_the_person
from shared.oversight.kept_inputs import INPUTS_KEPT, forget_inputs, kept_request
from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import a_traveller

PATH = "/v1/oversight/figures"
OVERSIGHT = {"Purpose-Code": "OVERSIGHT"}


def value(answer: dict[str, Any], name: str, group: str | None = None) -> Any:
    (figure,) = [each for each in answer["figures"] if (each["name"], each["group"]) == (name, group)]
    return figure["value"]


async def test_a_month_is_told_in_counts_and_small_ones_are_hidden(desk: Desk) -> None:
    await desk.confirmed()
    many = [a_traveller(surname=f"NOBODY{number}") for number in range(20)]
    await desk.deliver(desk.batch(many, journey="others"))
    answer = await desk.ask("dpo", "GET", PATH, headers=OVERSIGHT)
    assert value(answer, "travellers_screened") == 21
    assert value(answer, "confirmed") == "<10"
    assert value(answer, "precision") is None
    assert value(answer, "entries", "ACTIVE") == "<10"
    assert value(answer, "permitted", "hit.transition") == "<10"
    assert (answer["service"], answer["month"]) == ("screening", f"{desk.clock.now():%Y-%m}")


async def test_refusals_are_counted_by_the_safeguard_that_gave_them(desk: Desk) -> None:
    for _ in range(11):
        await desk.ask("supervisor", "GET", PATH, headers=OVERSIGHT, status=403)
    statement = {"Purpose-Code": "TERR_DETECT", "Purpose-Case": "no-such-case", "Purpose-Statement": "short"}
    body = {"traveller": a_traveller()}
    for _ in range(11):
        await desk.ask("verifier-1", "POST", "/v1/match", headers=statement, json=body, status=403)
    answer = await desk.ask("dpo", "GET", PATH, headers=OVERSIGHT)
    reasons = {each["group"]: each["value"] for each in answer["figures"] if each["name"] == "refused_by"}
    assert reasons, answer
    assert any(group.startswith("SG-03.") and number == 11 for group, number in reasons.items()), reasons
    assert value(answer, "requests_refused_for_the_role") == 11


async def test_another_month_has_its_own_figures(desk: Desk) -> None:
    await desk.confirmed()
    earlier = await desk.ask("dpo", "GET", f"{PATH}?month=2020-01", headers=OVERSIGHT)
    assert (earlier["month"], value(earlier, "possible_matches")) == ("2020-01", 0)
    await desk.ask("dpo", "GET", f"{PATH}?month=2020-13", headers=OVERSIGHT, status=422)


@pytest.mark.parametrize("purpose", ["TERR_DETECT", "REDRESS"])
async def test_oversight_reads_for_oversight_only(desk: Desk, purpose: str) -> None:
    refused = await desk.ask("dpo", "GET", PATH, headers={"Purpose-Code": purpose}, status=403)
    assert refused["code"] == "SG-41.LOG_READ"


async def test_each_look_is_a_decision_in_the_log(desk: Desk) -> None:
    await desk.ask("dpo", "GET", PATH, headers=OVERSIGHT)
    assert await desk.audited("oversight.read", "PERMITTED") == 1


async def the_decision(desk: Desk, action: str, outcome: str = "PERMITTED") -> str:
    """The newest record of a decision."""
    rows = await desk.rows(
        "SELECT record_id FROM audit_record WHERE action = :action AND outcome = :outcome"
        " ORDER BY record_id DESC LIMIT 1",
        action=action,
        outcome=outcome,
    )
    return str(rows[0].record_id)


async def replayed(desk: Desk, record_id: str, status: int = 200, **body: Any) -> Any:
    path = f"/v1/oversight/decisions/{record_id}/replay"
    return await desk.ask("dpo", "POST", path, headers=OVERSIGHT, status=status, **body)


async def test_the_same_inputs_and_catalogue_give_the_same_verdict(desk: Desk) -> None:
    await desk.confirmed()
    for action, outcome in (("hit.transition", "PERMITTED"), ("screen.run", "DONE")):
        answer = await replayed(desk, await the_decision(desk, action, outcome))
        assert (answer["finding"], answer["now"]["reasons"]) == ("SAME", []), answer
    body = {"traveller": a_traveller()}
    headers = {"Purpose-Code": "TERR_DETECT", "Purpose-Case": "no-such-case", "Purpose-Statement": "short"}
    await desk.ask("verifier-1", "POST", "/v1/match", headers=headers, json=body, status=403)
    refused = await replayed(desk, await the_decision(desk, "screen.run", "REFUSED"))
    assert refused["finding"] == "SAME"
    assert refused["now"]["reasons"] == refused["recorded"]["reasons"] != []
    figures = await desk.ask("dpo", "GET", PATH, headers=OVERSIGHT)
    assert (value(figures, "decisions_replayed"), value(figures, "replay_mismatches")) == ("<10", 0)


async def test_once_the_inputs_are_gone_their_hash_proves_a_copy(desk: Desk) -> None:
    await desk.confirmed()
    record_id = await the_decision(desk, "hit.transition")
    async with desk.service.ports.database.begin() as connection:
        request = await kept_request(connection, UUID(record_id))
        assert await forget_inputs(connection, desk.clock.now() - INPUTS_KEPT) == 0
        assert await forget_inputs(connection, desk.clock.now() + INPUTS_KEPT) > 0
    assert (await replayed(desk, record_id))["finding"] == "NOT_HELD"
    assert (await replayed(desk, record_id, json={"inputs": request}))["finding"] == "PROVED"
    other = {**(request or {}), "now": "2027-11-01T00:00:00+00:00"}
    assert (await replayed(desk, record_id, json={"inputs": other}))["finding"] == "NOT_THE_INPUTS"


async def test_inputs_go_with_the_data_of_their_person(desk: Desk) -> None:
    hit_id = await desk.confirmed()
    record_id = await the_decision(desk, "hit.transition")
    async with desk.service.ports.database.begin() as connection:
        assert await forget_with_the_person(connection, desk.clock.now()) == 0
    await desk.rows_written(f"UPDATE hit SET traveller = NULL WHERE hit_id = '{hit_id}'")
    async with desk.service.ports.database.begin() as connection:
        assert await forget_with_the_person(connection, desk.clock.now()) > 0
    assert (await replayed(desk, record_id))["finding"] == "NOT_HELD"


async def test_what_is_no_decision_cannot_be_asked_again(desk: Desk) -> None:
    await desk.ask("supervisor", "GET", PATH, headers=OVERSIGHT, status=403)
    refused = await replayed(desk, await the_decision(desk, "access.refuse", "REFUSED"), 409)
    assert refused["code"] == "NO_DECISION"
    assert (await replayed(desk, str(UUID(int=7)), 404))["code"] == "AUDIT_RECORD_UNKNOWN"
