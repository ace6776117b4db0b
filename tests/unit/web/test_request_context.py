"""What every answer carries: trace, safe headers, figures."""

from pathlib import Path

import pytest

from shared.web.request_id import current_trace_id, outgoing_traceparent, trace, trace_id_of
from tests.unit.web.app import an_app, client_of

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def test_trace_of_a_sister_service_goes_on() -> None:
    async with client_of(an_app()) as client:
        response = await client.get("/taken", headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
    assert response.headers["trace-id"] == TRACE
    assert response.json()["instance"] == TRACE


@pytest.mark.parametrize(
    "sent", [None, "", "nonsense", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"01-{TRACE}-00f067aa0ba902b7-01"]
)
def test_untrustworthy_trace_is_replaced(sent: str | None) -> None:
    made = trace_id_of(sent)
    assert len(made) == 32
    assert made not in {TRACE, "0" * 32}


def test_outgoing_request_carries_the_trace() -> None:
    with trace(TRACE):
        assert outgoing_traceparent().startswith(f"00-{TRACE}-")
    assert current_trace_id() == "0" * 32


@pytest.mark.parametrize("path", ["/health/live", "/boom", "/taken", "/nowhere"])
async def test_every_answer_has_safe_headers(path: str) -> None:
    async with client_of(an_app()) as client:
        headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["demonstration"] == "Nothing here may be acted upon."
    assert "server" not in headers


async def test_production_asks_for_https_and_claims_no_demonstration() -> None:
    async with client_of(an_app("production")) as client:
        headers = (await client.get("/health/live")).headers
    assert headers["strict-transport-security"].startswith("max-age=63072000")
    assert "demonstration" not in headers


async def test_figures_count_by_template_and_never_by_path() -> None:
    async with client_of(an_app()) as client:
        await client.get("/documents/P1234567")
        figures = (await client.get("/metrics")).text
    expected = 'route="/documents/{number}",service="sample",status="401"'
    assert expected in figures
    assert "P1234567" not in figures


@pytest.mark.parametrize(
    ("profile", "has_token", "shown", "status"),
    [
        ("local", False, None, 200),
        ("production", False, None, 401),
        ("production", False, "Bearer ", 401),
        ("production", True, None, 401),
        ("production", True, "Bearer another", 401),
        ("production", True, "Bearer of-the-figures", 200),
        ("local", True, None, 401),
    ],
)
async def test_figures_are_for_whoever_has_their_token(
    tmp_path: Path, profile: str, has_token: bool, shown: str | None, status: int
) -> None:
    """A count of a route tells whoever may ask the service anything that somebody was found."""
    file = tmp_path / "token"
    file.write_text("of-the-figures\n", encoding="utf-8")
    async with client_of(an_app(profile, metrics_token_file=file if has_token else None)) as client:
        answer = await client.get("/metrics", headers={} if shown is None else {"authorization": shown})
    assert answer.status_code == status
    assert ("safeconduct_http_requests" in answer.text) is (status == 200)


async def test_ready_only_while_all_checks_pass_and_nobody_drains() -> None:
    app = an_app()

    async def passes() -> None: ...

    async def fails() -> None:
        raise OSError("the password is hunter2")

    async with client_of(app) as client:
        app.state.readiness_checks["database"] = passes
        assert (await client.get("/health/ready")).json() == {"ready": True, "checks": {"database": True}}
        app.state.is_draining = True
        assert (await client.get("/health/ready")).status_code == 503
        app.state.is_draining = False
        app.state.readiness_checks["list"] = fails
        response = await client.get("/health/ready")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "checks": {"database": True, "list": False}}
    assert "hunter2" not in response.text
