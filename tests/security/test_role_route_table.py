"""Every route and every role: `role_route_table.csv` says who may, and each pair is tried.

The table is written by hand: a route that is new, gone, or opened to another role fails here until a person
has changed its row. `x` opens, `-` refuses; SERVICE is a sister service, NOBODY a caller without a token.
"""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from shared.observability import metrics
from shared.security.roles import Role
from shared.security.tokens import Principal, PrincipalKind, TokenRefused
from shared.web.route_table import PUBLIC, permissions_of
from tests.security.apps import SERVICES, build

TABLE = Path(__file__).with_name("role_route_table.csv")
CALLERS = [*(role.value for role in Role), "SERVICE", "NOBODY"]
IDENTIFIER = "01930000-0000-7000-8000-000000000001"


@cache
def rows() -> list[dict[str, str]]:
    """The table, row by row."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, FastAPI]]:
    """The five applications; who asks is what the header `x-caller` says.

    Their figures are empty: to write out what thousands of requests counted takes longer than the requests.
    """
    made = {service: build(service, tmp_path_factory.mktemp(service)) for service in SERVICES}
    for app in made.values():
        app.state.authenticate = _caller
        app.state.on_refusal = None
        app.state.rate_limiter = _Unlimited()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics, "exposition", bytes)
        yield made


class _Unlimited:
    def take(self, *_: Any) -> None:
        """Everyone may ask as often as this test does."""


async def _caller(request: Request) -> Principal:
    caller = request.headers["x-caller"]
    if caller == "NOBODY":
        raise TokenRefused(reason="nobody")
    if caller == "SERVICE":
        return Principal("ingest", PrincipalKind.SERVICE)
    kind = PrincipalKind.CARRIER if caller == Role.CARRIER else PrincipalKind.USER
    return Principal("someone", kind, frozenset({Role(caller)}), carrier="XA", port="XQA")


def test_table_lists_every_route_of_every_service_and_no_other(apps: dict[str, FastAPI]) -> None:
    actual = {
        (service, method, path, permission)
        for service, app in apps.items()
        for method, path, permission in permissions_of(app)
    }
    listed = {(row["service"], row["method"], row["path"], row["permission"]) for row in rows()}
    assert actual - listed == set(), "routes that the table does not have"
    assert listed - actual == set(), "rows without a route"


def test_table_has_a_mark_for_every_role() -> None:
    assert list(rows()[0]) == ["service", "method", "path", "permission", *CALLERS]
    assert {row[caller] for row in rows() for caller in CALLERS} == {"x", "-"}


def test_few_routes_are_open_to_everyone() -> None:
    """A new public route is a decision, not an accident."""
    everywhere = {"/health/live", "/health/ready", "/metrics", "/openapi.json"}
    only_here = {"/sign-in", "/callback", "/signed-out", "/static/{name:path}"}
    public = {(row["service"], row["path"]) for row in rows() if row["permission"] == PUBLIC}
    expected = {(service, path) for service in SERVICES for path in everywhere}
    # Keys to check a callback with, empty forms to fill in, and whether to fall back: nothing of anybody.
    forms = {f"/v1/manifests/template.{kind}" for kind in ("csv", "xlsx")}
    of_carriers = {"/v1/interactive/keys", "/v1/service-state", *forms}
    expected |= {("ingest", path) for path in of_carriers}
    # The counterparts' door: the signatures of the request and of its body are the way in.
    expected |= {("sharing", "/v1/exchange")}
    # Where clients of the OpenSanctions match API look whether the service lives.
    expected |= {("screening", "/healthz"), ("screening", "/readyz")}
    # The travellers' door: everybody may read the notice, leave a request and ask how far it is.
    expected |= {("door", path) for path in ("/", "/door.css", "/{language}")}
    expected |= {("door", f"/{{language}}/{form}") for form in ("requests", "status")}
    assert public == expected | {("console", path) for path in only_here}


@pytest.mark.parametrize(
    "row", rows(), ids=[f"{row['service']} {row['method']} {row['path']}" for row in rows()]
)
async def test_route_opens_to_these_roles_alone(apps: dict[str, FastAPI], row: dict[str, str]) -> None:
    wrong = []
    app = apps[row["service"]]
    # The console answers under its own name only.
    base_url = "http://127.0.0.1:8103" if row["service"] == "console" else "http://service.test"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base_url) as client:
        for caller in CALLERS:
            answer = await client.request(row["method"], _address(row["path"]), headers={"x-caller": caller})
            if _is_refused(answer) != (row[caller] == "-"):
                wrong.append(f"{caller}: {answer.status_code}")
    assert wrong == []


def _is_refused(answer: httpx.Response) -> bool:
    """Whether the door stayed shut; what happens behind an open one is other tests' matter."""
    return answer.status_code == httpx.codes.UNAUTHORIZED or (
        answer.status_code == httpx.codes.FORBIDDEN and "NOT_PERMITTED" in answer.text
    )


def _address(path: str) -> str:
    """The path with an identifier in each place."""
    parts = [IDENTIFIER if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)
