"""Who may open a route."""

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends
from fastapi.staticfiles import StaticFiles

from shared.security.roles import Permission, Role
from shared.security.tokens import Principal
from shared.web.application import service_app, service_routes
from shared.web.authentication import public, require
from shared.web.route_table import UnguardedRoute, permissions_of
from tests.unit.web.app import Settings, an_app, client_of, lifespan

VERIFIER = frozenset({Role.VERIFIER})


async def test_without_a_token_the_answer_is_401_and_says_how() -> None:
    async with client_of(an_app()) as client:
        response = await client.get("/documents/1")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["code"] == "TOKEN_REFUSED"


@pytest.mark.parametrize("header", ["Basic eHh4", "Bearer", "Bearer  ", "Bearer x.y.z", "bearer nonsense"])
async def test_header_that_is_no_token_is_401(header: str) -> None:
    async with client_of(an_app()) as client:
        response = await client.get("/documents/1", headers={"authorization": header})
    assert response.status_code == 401


async def test_permitted_caller_is_handed_to_the_route() -> None:
    async with client_of(an_app(roles=VERIFIER)) as client:
        response = await client.get("/documents/1")
    assert response.json() == {"subject": "someone", "number": "1"}


async def test_other_roles_are_403_and_the_service_is_told() -> None:
    app = an_app(roles=frozenset({Role.DPO}))
    told: list[tuple[str, Permission, str]] = []

    async def remember(principal: Principal, permission: Permission, template: str) -> None:
        told.append((principal.subject, permission, template))

    app.state.on_refusal = remember
    async with client_of(app) as client:
        response = await client.get("/documents/P123")
    assert (response.status_code, response.json()["permission"]) == (403, "REVIEW")
    assert told == [("someone", Permission.REVIEW, "/documents/{number}")]


def test_route_table_lists_every_route_with_its_permission() -> None:
    rows = permissions_of(an_app())
    assert ("GET", "/documents/{number}", "REVIEW") in rows
    assert ("GET", "/health/live", "PUBLIC") in rows
    assert len(rows) == 14


def build(*routers: APIRouter) -> None:
    service_app(title="sample", settings=Settings(), lifespan=lifespan, routes=service_routes(routers))


def test_route_without_a_permission_stops_the_start() -> None:
    router = APIRouter()

    @router.get("/open")
    async def unguarded() -> None: ...

    with pytest.raises(UnguardedRoute, match="/open"):
        build(router)


def test_route_with_two_permissions_stops_the_start() -> None:
    router = APIRouter(dependencies=[Depends(public())])

    @router.get("/both")
    async def both(_: Annotated[Principal, Depends(require(Permission.REVIEW))]) -> None: ...

    with pytest.raises(UnguardedRoute, match="2 permissions"):
        build(router)


def test_mounted_application_stops_the_start() -> None:
    router = APIRouter()
    router.mount("/static", StaticFiles(directory=".", check_dir=False))
    with pytest.raises(UnguardedRoute, match="/static"):
        build(router)


def test_nested_routers_are_seen() -> None:
    outer, inner = APIRouter(prefix="/outer"), APIRouter(prefix="/inner")

    @inner.get("/leaf")
    async def leaf() -> None: ...

    outer.include_router(inner)
    with pytest.raises(UnguardedRoute, match="/outer/inner/leaf"):
        build(outer)


async def test_permission_is_asked_before_anything_else_of_the_route() -> None:
    asked: list[str] = []

    def curious() -> None:
        asked.append("curious")
        raise RuntimeError

    router = APIRouter()

    @router.get("/early")
    async def early(
        _: Annotated[None, Depends(curious)], __: Annotated[Principal, Depends(require(Permission.REVIEW))]
    ) -> None: ...

    app = service_app(title="sample", settings=Settings(), lifespan=lifespan, routes=service_routes([router]))
    async with client_of(app) as client:
        response = await client.get("/early")
    assert (response.status_code, asked) == (401, [])


async def test_interface_document_names_permission_and_roles() -> None:
    async with client_of(an_app()) as client:
        document = (await client.get("/openapi.json")).json()
    operation = document["paths"]["/documents/{number}"]["get"]
    assert operation["x-permission"] == "REVIEW"
    assert operation["x-roles"] == ["VERIFIER"]
    assert operation["security"] == [{"HTTPBearer": []}]
    assert document["paths"]["/taken"]["get"]["responses"]["409"]["description"] == "TAKEN"
