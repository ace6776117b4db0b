"""The measured table of false alerts: taken as a file, shown to oversight, of nobody in particular."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.screening.conftest import Desk

GROUP = {"group": "EASTERN_ASIA", "travellers": 10_000, "alerts": 4, "per_10000": 4.0, "low_95": 1.6}
TABLE: dict[str, Any] = {
    "list": "BROAD",
    "entries": 20_000,
    "threshold": 0.06,
    "seed": 43,
    "worst_over_best": 1.8,
    "worst_over_best_low_95": 1.1,
    "fp_ratio_max": 1.2,
    "region": [GROUP | {"high_95": 10.3}],
    "sex": [],
    "age": [],
}
FILE: dict[str, Any] = {
    "measured_at": "2027-11-01T00:00:00+00:00",
    "algorithm": "safeconduct-2",
    "tables": [TABLE],
}


async def test_the_newest_measurement_is_shown_with_its_digest(desk: Desk) -> None:
    empty = await desk.ask("dpo", "GET", "/v1/fairness")
    assert (empty["tables"], empty["measured_at"]) == ([], None)
    for measured_at in ("2027-11-02T00:00:00+00:00", "2027-11-01T00:00:00+00:00"):
        content = json.dumps(FILE | {"measured_at": measured_at})
        await desk.ask("supervisor", "POST", "/v1/fairness", content=content, status=204)
    shown = await desk.ask("dpo", "GET", "/v1/fairness")
    assert shown["measured_at"].startswith("2027-11-02")
    assert shown["tables"][0]["region"][0]["per_10000"] == 4.0
    assert await desk.audited("fairness.import") == 2


@pytest.mark.parametrize(
    "change",
    [{"tables": []}, {"measured_at": "yesterday"}, {"more": 1}, {"tables": [TABLE | {"region": [GROUP]}]}],
)
async def test_another_file_is_refused(desk: Desk, change: dict[str, Any]) -> None:
    refused = await desk.ask("dpo", "POST", "/v1/fairness", content=json.dumps(FILE | change), status=422)
    assert refused["code"] == "ROW_REFUSED"


async def test_a_cell_too_small_to_hide_anybody_is_refused(desk: Desk) -> None:
    small = TABLE | {"region": [GROUP | {"high_95": 10.3, "travellers": 49}]}
    await desk.ask("dpo", "POST", "/v1/fairness", content=json.dumps(FILE | {"tables": [small]}), status=422)


async def test_who_works_on_hits_does_not_import(desk: Desk) -> None:
    await desk.ask("verifier-1", "POST", "/v1/fairness", content=json.dumps(FILE), status=403)


async def renew_matcher(desk: Desk, *, status: int) -> Any:
    """A second approval of the matcher in use."""
    proposed = await desk.ask("supervisor", "POST", "/v1/matcher-approvals", json={}, status=201)
    return await desk.approve(f"/v1/matcher-approvals/{proposed['approval_id']}", "dpo", status=status)


@pytest.mark.parametrize(("ratio", "status"), [(1.5, 200), (1.51, 403), (None, 200)])
async def test_a_matcher_that_burdens_one_region_is_not_renewed(
    desk: Desk, ratio: float | None, status: int
) -> None:
    algorithm = (await desk.ask("supervisor", "GET", "/v1/matcher-approvals"))["in_use"]["algorithm"]
    measured = FILE | {"algorithm": algorithm, "tables": [TABLE, TABLE | {"fp_ratio_max": ratio}]}
    await desk.ask("dpo", "POST", "/v1/fairness", content=json.dumps(measured), status=204)
    answer = await renew_matcher(desk, status=status)
    assert ("SG-43.BIAS_THRESHOLD" in str(answer.get("reasons"))) is (status == 403)
    assert await desk.audited("model.renew", "REFUSED") == (status == 403)


async def test_what_was_measured_of_another_matcher_says_nothing_of_this_one(desk: Desk) -> None:
    measured = FILE | {"tables": [TABLE | {"fp_ratio_max": 9.0}]}
    await desk.ask("dpo", "POST", "/v1/fairness", content=json.dumps(measured), status=204)
    await renew_matcher(desk, status=200)
    assert await desk.audited("model.renew", "PERMITTED") == 2


async def test_measurement_of_another_matcher_hides_none_of_this_one(desk: Desk) -> None:
    algorithm = (await desk.ask("supervisor", "GET", "/v1/matcher-approvals"))["in_use"]["algorithm"]
    unfair = FILE | {"algorithm": algorithm, "tables": [TABLE | {"fp_ratio_max": 9.0}]}
    for measured in (unfair, FILE | {"measured_at": "2027-11-02T00:00:00+00:00"}):
        await desk.ask("dpo", "POST", "/v1/fairness", content=json.dumps(measured), status=204)
    await renew_matcher(desk, status=403)


async def test_what_was_not_measured_yet_is_refused(desk: Desk) -> None:
    later = FILE | {"measured_at": (desk.clock.now() + timedelta(minutes=5)).isoformat()}
    refused = await desk.ask("dpo", "POST", "/v1/fairness", content=json.dumps(later), status=422)
    assert refused["code"] == "ROW_REFUSED"
