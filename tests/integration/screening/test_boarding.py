"""Advice against boarding and holds: only with a law, by people, within limits, and taken back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.screening.settings import ScreeningSettings
from shared.policy.engine import PolicyEngine
from tests.fakes import FakeIssuer, FixedClock
from tests.integration.screening.conftest import Desk, running
from tests.integration.screening.lists import HADI, MISALI, a_traveller, somebody_else

STATEMENT = "Confirmed by two officers; the law forbids this person to travel on this route."
LOOKED_INTO = "Nothing in the file or in open sources points to a risk of the person's own."


async def in_force(desk: Desk, register: str, row: dict[str, Any]) -> None:
    """Two people put a row in force."""
    body = {"register": register, "row": row}
    proposed = await desk.ask("legal", "POST", "/v1/registers", json=body, status=201)
    await desk.approve(f"/v1/registers/{proposed['approval_id']}", "dpo")


async def allow(desk: Desk, *orders: str, days: int = 500) -> None:
    """A published law that allows these orders."""
    today = desk.clock.now().date()
    row = {
        "authority": "XAA-PIU-01",
        "action": "action.order",
        "data_class": "HIT",
        "purpose_code": "TERR_TRAVEL",
        "valid_from": str(today - timedelta(days=10)),
        "valid_to": str(today + timedelta(days=days)),
        "instrument_ref": "Act 12/2025 s.7",
        "public_url": "https://law.example/12-2025",
        "orders": list(orders),
    }
    await in_force(desk, "legal-rows", row)


async def assess_state(desk: Desk, level: str = "LOW", *, death_penalty: bool = False) -> None:
    """What a person has to fear in the State where the flight starts."""
    row = {
        "state": "XBB",
        "level": level,
        "death_penalty": death_penalty,
        "assessed_at": str(desk.clock.now().date()),
        "sources": "Reports of the United Nations' treaty bodies.",
    }
    await in_force(desk, "country-risk", row)


async def drafted(desk: Desk, hit_id: str) -> str:
    """A draft of an advice."""
    body = {"kind": "BOARDING_ADVICE", "statement": STATEMENT}
    order = await desk.ask("supervisor", "POST", f"/v1/hits/{hit_id}/orders", json=body, status=201)
    return str(order["order_id"])


async def assess(desk: Desk, order_id: str, *, status: int = 204, **finding: Any) -> Any:
    """What the officers found."""
    body = {"human_rights": "CLEAR", "individual_risk": False, "words": LOOKED_INTO} | finding
    return await desk.ask("legal", "POST", f"/v1/orders/{order_id}/assessment", json=body, status=status)


async def approve(desk: Desk, order_id: str, *, status: int = 200) -> Any:
    return await desk.approve(f"/v1/orders/{order_id}", "legal", status=status)


async def told(desk: Desk) -> list[dict[str, Any]]:
    """What ingest was told, oldest first."""
    await desk.sent()
    return [dict(each.body) for each in desk.carrier.delivered if each.kind == "DirectiveChangedV1"]


@pytest.fixture
async def lawful(desk: Desk) -> Desk:
    """A State whose law allows an advice, beside a State of low risk."""
    await allow(desk, "BOARDING_ADVICE")
    await assess_state(desk)
    return desk


async def advised(desk: Desk) -> tuple[str, str]:
    """A hit with an advice in force."""
    hit_id = await desk.confirmed()
    order_id = await drafted(desk, hit_id)
    await assess(desk, order_id)
    await approve(desk, order_id)
    return hit_id, order_id


async def test_advice_of_two_people_goes_to_the_carriers_service(lawful: Desk) -> None:
    hit_id, _ = await advised(lawful)
    (change,) = await told(lawful)
    assert change["meaning"] == "DO_NOT_BOARD"
    (row,) = await lawful.rows("SELECT traveller_id FROM hit")
    assert change["traveller_id"] == str(row.traveller_id)
    assert (await lawful.state(hit_id))["state"] == "ACTIONED"


async def test_what_is_told_names_no_hit_and_no_list(lawful: Desk) -> None:
    hit_id, _ = await advised(lawful)
    (change,) = await told(lawful)
    assert set(change) == {
        "message_id",
        "directive_id",
        "traveller_id",
        "flight_id",
        "meaning",
        "decided_at",
        "ends_at",
    }
    assert hit_id not in str(change)


async def test_no_advice_without_a_law_that_allows_it(desk: Desk) -> None:
    await assess_state(desk)
    await allow(desk, "BOARDING_HOLD")
    order_id = await drafted(desk, await desk.confirmed())
    await assess(desk, order_id)
    refused = await approve(desk, order_id, status=403)
    assert refused["code"] == "BOARDING_ADVICE_NOT_ALLOWED"
    assert await told(desk) == []
    assert await desk.count("boarding_directive") == 0
    assert await desk.audited("action.order", "REFUSED") == 1


async def test_no_advice_once_the_law_has_ended(desk: Desk) -> None:
    await assess_state(desk)
    await allow(desk, "BOARDING_ADVICE", days=1)
    order_id = await drafted(desk, await desk.confirmed())
    await assess(desk, order_id)
    desk.clock.advance(days=1)
    assert (await approve(desk, order_id, status=403))["code"] == "BOARDING_ADVICE_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("level", "death_penalty", "reason"),
    [("HIGH", False, "SG-34.HUMAN_RIGHTS_RISK"), ("LOW", True, "SG-34.DEATH_PENALTY")],
)
async def test_no_advice_that_leaves_a_person_in_danger(
    desk: Desk, level: str, death_penalty: bool, reason: str
) -> None:
    await allow(desk, "BOARDING_ADVICE")
    await assess_state(desk, level, death_penalty=death_penalty)
    order_id = await drafted(desk, await desk.confirmed())
    await assess(desk, order_id, legal="CLEAR")
    assert reason in (await approve(desk, order_id, status=403))["reasons"]


async def test_no_advice_where_nobody_assessed_the_state_or_the_person(desk: Desk) -> None:
    await allow(desk, "BOARDING_ADVICE")
    order_id = await drafted(desk, await desk.confirmed())
    await assess(desk, order_id)
    assert "SG-34" in (await approve(desk, order_id, status=403))["reasons"]
    await assess_state(desk)
    other = await drafted(desk, (await desk.rows("SELECT hit_id FROM hit"))[0].hit_id)
    assert "SG-34.HOLD_REVIEW" in (await approve(desk, other, status=403))["reasons"]


async def test_two_findings_lift_a_medium_risk_and_one_does_not(desk: Desk) -> None:
    await allow(desk, "BOARDING_ADVICE")
    await assess_state(desk, "MEDIUM")
    order_id = await drafted(desk, await desk.confirmed())
    await assess(desk, order_id)
    assert "SG-34.HOLD_REVIEW" in (await approve(desk, order_id, status=403))["reasons"]
    await assess(desk, order_id, human_rights=None, individual_risk=None, legal="CLEAR")
    assert (await approve(desk, order_id))["state"] == "APPROVED"


async def test_no_advice_against_somebody_on_the_way_home(lawful: Desk) -> None:
    order_id = await drafted(lawful, await lawful.confirmed(nationality="XAA"))
    await assess(lawful, order_id)
    refused = await approve(lawful, order_id, status=403)
    assert "own country" in refused["detail"]


async def test_assessment_belongs_to_its_office_and_to_a_draft(lawful: Desk) -> None:
    _, order_id = await advised(lawful)
    assert (await assess(lawful, order_id, status=409))["code"] == "ALREADY_DECIDED"
    body = {"legal": "CLEAR", "words": LOOKED_INTO}
    path = f"/v1/orders/{order_id}/assessment"
    await lawful.ask("supervisor", "POST", path, json=body, status=403)
    await lawful.ask("legal", "POST", f"/v1/orders/{uuid4()}/assessment", json=body, status=404)
    await lawful.ask("legal", "POST", path, json={"words": LOOKED_INTO}, status=422)
    stray = {"legal": "CLEAR", "individual_risk": True, "words": LOOKED_INTO}
    await lawful.ask("legal", "POST", path, json=stray, status=422)


async def test_one_person_takes_an_advice_back(lawful: Desk) -> None:
    _, order_id = await advised(lawful)
    path = f"/v1/orders/{order_id}/release"
    await lawful.ask("supervisor", "POST", path, json={"cause": "DOCUMENT_CHECKED"}, status=204)
    assert [each["meaning"] for each in await told(lawful)] == ["DO_NOT_BOARD", "BOARD"]
    await lawful.ask("supervisor", "POST", path, json={"cause": "DOCUMENT_CHECKED"}, status=404)
    (listed,) = (await lawful.ask("legal", "GET", "/v1/boarding-directives"))["directives"]
    assert (listed["release_cause"], listed["released_by"]) == ("DOCUMENT_CHECKED", "supervisor")


async def test_advice_ends_when_its_entry_leaves_the_list(lawful: Desk) -> None:
    await advised(lawful)
    await lawful.ask(
        "steward",
        "POST",
        "/v1/watchlist/entries/DEMO:DEMi.001/removal",
        json={"reason": "REDRESS"},
        status=204,
    )
    await lawful.beat()
    assert [each["meaning"] for each in await told(lawful)] == ["DO_NOT_BOARD", "BOARD"]
    await lawful.beat()
    assert len(await told(lawful)) == 2


async def test_nobody_is_told_long_after_the_flight_left(lawful: Desk) -> None:
    _, order_id = await advised(lawful)
    lawful.clock.advance(hours=28)
    path = f"/v1/orders/{order_id}/release"
    await lawful.ask("supervisor", "POST", path, json={"cause": "OTHER"}, status=204)
    assert [each["meaning"] for each in await told(lawful)] == ["DO_NOT_BOARD"]


@pytest.fixture
async def holding(
    settings: ScreeningSettings, safeguards: PolicyEngine, issuer: FakeIssuer, clock: FixedClock
) -> AsyncIterator[Desk]:
    """A State that configures a hold of five minutes."""
    held = settings.model_copy(update={"boarding_hold_minutes": 5})
    async with running(held, safeguards, issuer, clock) as desk:
        await desk.put_in_force()
        await desk.load([HADI, MISALI])
        yield desk


async def test_hold_needs_a_law_beside_the_setting(holding: Desk) -> None:
    await holding.deliver(holding.batch([a_traveller()]))
    assert len(await holding.queue()) == 1
    assert await told(holding) == []


async def test_setting_alone_is_not_enough_and_neither_is_the_law(desk: Desk) -> None:
    await allow(desk, "BOARDING_HOLD")
    await desk.deliver(desk.batch([a_traveller()]))
    assert await told(desk) == []


async def test_equal_document_is_held_in_neutral_words_and_released_by_itself(holding: Desk) -> None:
    await allow(holding, "BOARDING_HOLD")
    await holding.deliver(holding.batch([a_traveller(), somebody_else(1)]))
    (change,) = await told(holding)
    assert (change["meaning"], change["ends_at"] is not None) == ("ADVISE", True)
    await holding.beat()
    assert len(await told(holding)) == 1
    holding.clock.advance(minutes=5)
    await holding.beat()
    assert [each["meaning"] for each in await told(holding)] == ["ADVISE", "BOARD"]
    (listed,) = (await holding.ask("legal", "GET", "/v1/boarding-directives"))["directives"]
    assert listed["release_cause"] == "ENDED_BY_ITSELF"
    assert await holding.audited("action.order", "PERMITTED") == 1


async def test_hold_comes_once_though_the_traveller_is_reported_again(holding: Desk) -> None:
    await allow(holding, "BOARDING_HOLD")
    traveller_id = uuid4()
    await holding.deliver(holding.batch([a_traveller()], ids=[traveller_id]))
    holding.clock.advance(minutes=6)
    await holding.beat()
    await holding.deliver(holding.batch([a_traveller()], ids=[traveller_id]))
    assert [each["meaning"] for each in await told(holding)] == ["ADVISE", "BOARD"]


async def test_hold_ends_with_the_first_look_that_clears_the_traveller(holding: Desk) -> None:
    await allow(holding, "BOARDING_HOLD")
    await holding.deliver(holding.batch([a_traveller()]))
    await holding.decide((await holding.queue())[0]["hit_id"], "DIFFERENT")
    await holding.beat()
    assert [each["meaning"] for each in await told(holding)] == ["ADVISE", "BOARD"]


async def test_advice_stands_when_a_hold_on_the_same_traveller_ends(holding: Desk) -> None:
    await allow(holding, "BOARDING_HOLD", "BOARDING_ADVICE")
    await assess_state(holding)
    await advised(holding)
    holding.clock.advance(minutes=6)
    await holding.beat()
    assert [each["meaning"] for each in await told(holding)] == ["ADVISE", "DO_NOT_BOARD", "DO_NOT_BOARD"]


async def test_screening_answers_the_same_whether_it_holds_or_not(holding: Desk) -> None:
    await allow(holding, "BOARDING_HOLD")
    matched = await holding.deliver(holding.batch([a_traveller()]))
    nobody = await holding.deliver(holding.batch([somebody_else(1)]))
    assert matched == nobody
