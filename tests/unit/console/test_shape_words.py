"""A form that a service's schema refuses is told by its fields."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from services.console.shape_words import shape_in_words
from tests.unit.console.test_pages import signed_in
from tests.unit.console.world import a_world, problem

SHAPE = "The request does not have the shape that this route takes."


def refused(*faults: Any) -> dict[str, Any]:
    return {"code": "INVALID_REQUEST", "detail": SHAPE, "faults": [*faults]}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            refused({"location": "body.document_number", "fault": "string_too_short"}),
            "Please correct the form: document number is too short.",
        ),
        (
            refused(
                {"location": "body.persons.0.birth_date", "fault": "date_parsing"},
                {"location": "body.persons.1.birth_date", "fault": "date_parsing"},
                {"location": "body.states", "fault": "of_a_later_pydantic"},
            ),
            "Please correct the form: birth date is no day, states is not as it is asked for.",
        ),
        (refused({"location": "body", "fault": "value_error"}), ""),
        (refused({"location": "body.<unknown field>", "fault": "extra_forbidden"}), ""),
        (refused("no object"), ""),
        ({"code": "INVALID_REQUEST", "faults": None}, ""),
        (refused({"location": "body.name", "fault": "missing"}) | {"code": "OTHER"}, ""),
    ],
)
def test_only_a_named_field_is_told(told: dict[str, Any], words: str) -> None:
    assert shape_in_words(told) == words


async def test_officer_at_the_port_reads_what_to_correct(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    fault = {"location": "body.document_number", "fault": "string_too_short"}
    world.services.answers["POST", "/v1/front-line/look-up"] = problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "INVALID_REQUEST", SHAPE, faults=[fault]
    )
    browser = await signed_in(world, "front-line")
    page = (await browser.post("/cards/look-up", {"document_number": "12"})).text
    assert "Please correct the form: document number is too short." in page
    assert SHAPE not in page
