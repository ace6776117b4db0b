"""A service whose database is away is alive and not ready."""

from pathlib import Path

import httpx
import pytest

from tests.security.apps import build


# Screening reads its list at the start; without a database it ends, and its supervisor starts it again.
@pytest.mark.parametrize("service", ["ingest", "sharing"])
async def test_without_its_database_a_service_is_alive_and_not_ready(tmp_path: Path, service: str) -> None:
    app = build(service, tmp_path)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service.test") as http,
    ):
        assert (await http.get("/health/live")).status_code == 200
        answer = await http.get("/health/ready")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert answer.json()["checks"]["database"] is False
