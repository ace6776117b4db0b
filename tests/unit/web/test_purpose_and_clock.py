"""The two things that a request may state about itself: why, and when."""

from urllib.parse import quote

import httpx
import pytest

from shared.web.purpose import Purpose
from tests.unit.web.app import an_app, client_of


async def ask(path: str, headers: dict[str, str], profile: str = "local") -> httpx.Response:
    async with client_of(an_app(profile)) as client:
        return await client.get(path, headers=headers)


async def test_purpose_travels_through_headers_unchanged() -> None:
    purpose = Purpose("TERR_INVESTIGATE", "C-2026/14", "Müller 王 compares two journeys")
    response = await ask("/purpose", purpose.as_headers())
    assert response.json() == {
        "code": "TERR_INVESTIGATE",
        "case": "C-2026/14",
        "statement": "Müller 王 compares two journeys",
    }


async def test_absent_case_and_statement_are_missing_facts() -> None:
    response = await ask("/purpose", {"Purpose-Code": "OVERSIGHT", "Purpose-Statement": "%20"})
    assert response.json() == {"code": "OVERSIGHT", "case": None, "statement": None}


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "PURPOSE_MISSING"),
        ({"Purpose-Code": "CURIOSITY"}, "PURPOSE_MALFORMED"),
        ({"Purpose-Code": "OVERSIGHT", "Purpose-Statement": "%FF"}, "PURPOSE_MALFORMED"),
        ({"Purpose-Code": "OVERSIGHT", "Purpose-Statement": "x" * 2001}, "PURPOSE_MALFORMED"),
        ({"Purpose-Code": "OVERSIGHT", "Purpose-Case": "x" * 101}, "PURPOSE_MALFORMED"),
    ],
    ids=["absent", "unknown", "not utf-8", "long statement", "long case"],
)
async def test_purpose_that_cannot_be_taken_is_422(headers: dict[str, str], code: str) -> None:
    response = await ask("/purpose", headers)
    assert (response.status_code, response.json()["code"]) == (422, code)


async def test_longest_purpose_is_taken() -> None:
    headers = {"Purpose-Code": "REDRESS", "Purpose-Case": quote("é" * 100), "Purpose-Statement": "x" * 2000}
    assert (await ask("/purpose", headers)).status_code == 200


def test_statement_never_prints() -> None:
    assert "Quillfeather" not in repr(Purpose("REDRESS", "C-1", "Quillfeather asked"))


@pytest.mark.parametrize(("offset", "now"), [("0", "12:00:00"), ("90", "12:01:30"), ("7200", "14:00:00")])
async def test_scripted_clock_moves_the_request_forward(offset: str, now: str) -> None:
    response = await ask("/time", {"Scripted-Clock-Offset": offset})
    assert response.json()["now"] == f"2026-06-01T{now}+00:00"


@pytest.mark.parametrize("offset", ["7201", "-1", "1.5", "soon", "", "99999999999"])
async def test_other_offsets_are_400(offset: str) -> None:
    response = await ask("/time", {"Scripted-Clock-Offset": offset})
    assert (response.status_code, response.json()["code"]) == (400, "SCRIPTED_CLOCK_REFUSED")


async def test_digits_of_other_alphabets_are_no_seconds() -> None:
    async with client_of(an_app()) as client:
        response = await client.get("/time", headers=[(b"Scripted-Clock-Offset", "²".encode("latin-1"))])
    assert response.status_code == 400


@pytest.mark.parametrize("path", ["/time", "/health/live"])
async def test_production_refuses_the_scripted_clock_on_every_route(path: str) -> None:
    assert (await ask(path, {"Scripted-Clock-Offset": "60"}, "production")).status_code == 400
    assert (await ask(path, {}, "production")).status_code == 200
