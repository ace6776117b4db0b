"""Oversight of screening: a month in counts, asked of the safeguards and recorded."""

from typing import Any

import pytest

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
