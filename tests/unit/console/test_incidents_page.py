"""Incidents in the console: clocks and what is missing are shown, three forms are sent on."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from tests.unit.console.test_pages import signed_in
from tests.unit.console.world import World, a_world

PATH = "/v1/incidents"
INCIDENT = "01930000-0000-7000-8000-0000000000f2"
SUMMARY = "A counterpart's answer was filed with another case and read by an officer not on it."


def incident(**changes: Any) -> dict[str, Any]:
    """One that was found an hour ago, told to nobody."""
    return {
        "incident_id": INCIDENT,
        "kind": "WRONG_RECIPIENT",
        "found_at": "2026-06-14T07:00:00Z",
        "persons": 1,
        "data_classes": ["API"],
        "summary": SUMMARY,
        "opened_by": "supervisor",
        "reports": {"NO_PARTNERS": "2026-06-14T07:30:00Z"},
        "due": {"CONTAINED": "2026-06-14T08:00:00Z", "PARTNERS": "2026-06-15T07:00:00Z"},
        "late": ["CONTAINED"],
        "missing": ["DPO", "AUTHORITY"],
        **changes,
    }


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = a_world(tmp_path)
    closed = incident(closed_at="2026-06-14T07:50:00Z", lessons="Answers are filed by their message.")
    made.services.answers["GET", PATH] = {"incidents": [incident(), closed]}
    made.services.answers["POST", PATH] = incident()
    made.services.answers["POST", f"{PATH}/{INCIDENT}/reports"] = incident()
    made.services.answers["POST", f"{PATH}/{INCIDENT}/closing"] = None
    return made


async def test_an_incident_says_what_is_late_and_what_is_missing(world: World) -> None:
    page = (await (await signed_in(world, "dpo")).get("/incidents")).text
    for words in (
        "late",
        "no partner is concerned",
        "Before it can be closed",
        "Close it",
        "by their message",
    ):
        assert words in page, words
    office = (await (await signed_in(world, "supervisor")).get("/incidents")).text
    assert "Close it" not in office
    assert "Write an incident down" in office


@pytest.mark.parametrize(
    ("person", "path", "form", "sent"),
    [
        (
            "supervisor",
            "/incidents",
            {
                "kind": "LOSS",
                "persons": "2",
                "data_classes": "PNR",
                "is_high_risk": "yes",
                "summary": SUMMARY,
            },
            {"kind": "LOSS", "persons": 2, "data_classes": ["PNR"], "is_high_risk": True},
        ),
        (
            "legal",
            f"/incidents/{INCIDENT}/reports",
            {"report": "DPO"},
            {"report": "DPO"},
        ),
        (
            "dpo",
            f"/incidents/{INCIDENT}/closing",
            {"lessons": SUMMARY},
            {"lessons": SUMMARY},
        ),
    ],
)
async def test_each_form_is_sent_on(
    world: World, person: str, path: str, form: dict[str, str], sent: dict[str, Any]
) -> None:
    answer = await (await signed_in(world, person)).post(path, form)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    assert world.services.body_of("POST", f"/v1{path}").items() >= sent.items()


async def test_a_number_of_persons_is_a_number(world: World) -> None:
    form = {"kind": "LOSS", "persons": "many", "summary": SUMMARY}
    answer = await (await signed_in(world, "supervisor")).post("/incidents", form)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
