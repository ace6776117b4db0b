"""Every fault is a problem, and no problem repeats what was sent."""

from typing import Any

import httpx
import pytest

from tests.unit.web.app import CANARY, an_app, client_of

MEMBERS = {"type", "title", "status", "detail", "instance", "code"}


def check(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["code"] == code
    assert problem["type"] == f"urn:safeconduct:problem:{code.lower().replace('_', '-')}"
    assert problem["instance"] == response.headers["trace-id"]
    assert set(problem) >= MEMBERS
    return problem


async def test_domain_error_has_its_status_sentence_and_facts() -> None:
    async with client_of(an_app()) as client:
        problem = check(await client.get("/taken"), 409, "TAKEN")
    assert problem["detail"] == "Somebody else works on h-1."
    assert problem["receipt"] == "r-1"


async def test_error_without_a_status_is_our_own_fault() -> None:
    async with client_of(an_app()) as client:
        check(await client.get("/unregistered"), 500, "UNREGISTERED")


async def test_unexpected_error_tells_nothing_of_itself(capsys: pytest.CaptureFixture[str]) -> None:
    async with client_of(an_app()) as client:
        response = await client.get("/boom")
    check(response, 500, "INTERNAL_FAULT")
    logged = capsys.readouterr().out
    assert "ValueError" in logged
    assert CANARY not in response.text + logged


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"count": CANARY}, [{"location": "body.count", "fault": "int_parsing"}]),
        ({"count": 1, CANARY: 1}, [{"location": "body.<unknown field>", "fault": "extra_forbidden"}]),
        ({"count": 1, "words": {CANARY: "x"}}, [{"location": "body.words.<key>", "fault": "int_parsing"}]),
        ({}, [{"location": "body.count", "fault": "missing"}]),
    ],
    ids=["value", "unknown field", "key", "missing"],
)
async def test_wrong_shape_is_told_without_the_values_sent(
    body: dict[str, object], faults: list[dict[str, str]]
) -> None:
    async with client_of(an_app()) as client:
        response = await client.post("/samples", json=body)
    assert check(response, 422, "INVALID_REQUEST")["faults"] == faults
    assert CANARY not in response.text


async def test_broken_json_is_told_without_its_text() -> None:
    async with client_of(an_app()) as client:
        response = await client.post(
            "/samples", content=f'{{"count": {CANARY}', headers={"content-type": "application/json"}
        )
    check(response, 422, "INVALID_REQUEST")
    assert CANARY not in response.text


async def test_at_most_twenty_faults_are_told() -> None:
    async with client_of(an_app()) as client:
        response = await client.post("/samples", json={"count": 1, "words": {str(n): "x" for n in range(50)}})
    assert len(response.json()["faults"]) == 20


async def test_unknown_path_and_method_are_problems() -> None:
    async with client_of(an_app()) as client:
        response = await client.get(f"/{CANARY}")
        check(response, 404, "NOT_FOUND")
        assert CANARY not in response.text
        wrong_method = await client.put("/taken")
    check(wrong_method, 405, "METHOD_NOT_ALLOWED")
    assert wrong_method.headers["allow"] == "GET"
