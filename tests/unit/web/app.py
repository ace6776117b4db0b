"""A small application with the shared skin, for the tests of shared/web."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import BaseModel, ConfigDict

from shared.clock import Clock
from shared.errors import DomainError
from shared.security.roles import Permission, Role
from shared.security.tokens import Principal, PrincipalKind, TokenRefused
from shared.web.application import service_app, service_routes
from shared.web.authentication import public, require
from shared.web.limits import limited_body
from shared.web.problems import problems, register_problems
from shared.web.purpose import Purpose, stated_purpose
from shared.web.scripted_clock import request_clock

CANARY = "Zephyrine Quillfeather"
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


class Taken(DomainError):
    code = "TAKEN"
    sentence = "Somebody else works on {hit_id}."


class Unregistered(DomainError):
    code = "UNREGISTERED"


register_problems(409, Taken)


@dataclass(frozen=True)
class Settings:
    profile: str = "local"
    issuer_url: str = "http://issuer.test"
    issuer_jwks_url: str = "http://issuer.test/jwks"
    service_keys_file: Path | None = None


class SetClock:
    def __init__(self) -> None:
        self.instant = NOW

    def now(self) -> datetime:
        return self.instant

    def forward(self, **step: float) -> None:
        self.instant += timedelta(**step)


class Sample(BaseModel):
    model_config = ConfigDict(extra="forbid")

    count: int
    words: dict[str, int] = {}


router = APIRouter()
open_router = APIRouter(dependencies=[Depends(public())])


@router.get("/documents/{number}")
async def read_document(
    number: str, asking: Annotated[Principal, Depends(require(Permission.REVIEW))]
) -> dict[str, str]:
    return {"subject": asking.subject, "number": number}


@open_router.post("/samples")
async def take_sample(sample: Sample) -> dict[str, int]:
    return {"count": sample.count}


@open_router.post("/bytes", max_body_size=10)
async def take_bytes(body: Annotated[bytes, Depends(limited_body)]) -> dict[str, int]:
    return {"size": len(body)}


@open_router.post("/default-limit")
async def take_default(body: Annotated[bytes, Depends(limited_body)]) -> dict[str, int]:
    return {"size": len(body)}


@open_router.post("/unread", max_body_size=10)
async def ignore_body() -> dict[str, bool]:
    return {"ignored": True}


@open_router.get("/taken", responses=problems(Taken))
async def taken() -> None:
    raise Taken(hit_id="h-1", receipt="r-1")


@open_router.get("/unregistered")
async def unregistered() -> None:
    raise Unregistered


@open_router.get("/boom")
async def boom() -> None:
    raise ValueError(CANARY)


@open_router.get("/purpose")
async def purpose(why: Annotated[Purpose, Depends(stated_purpose)]) -> dict[str, str | None]:
    return {"code": why.code, "case": why.case_id, "statement": why.statement}


@open_router.get("/time")
async def time(clock: Annotated[Clock, Depends(request_clock)]) -> dict[str, str]:
    return {"now": clock.now().isoformat()}


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield


def an_app(
    profile: str = "local",
    clock: Clock | None = None,
    roles: frozenset[Role] | None = None,
    metrics_token_file: Path | None = None,
) -> FastAPI:
    """The application; with `roles`, everyone who asks is `someone` with these roles, without a token."""
    app = service_app(
        title="Safeconduct sample",
        settings=Settings(profile),
        lifespan=lifespan,
        routes=service_routes([router, open_router]),
        clock=clock or SetClock(),
        metrics_token_file=metrics_token_file,
    )
    if roles is not None:

        async def someone(request: Request) -> Principal:
            if "x-nobody" in request.headers:
                raise TokenRefused(reason="nobody")
            kind = PrincipalKind.CARRIER if Role.CARRIER in roles else PrincipalKind.USER
            return Principal("someone", kind, roles)

        app.state.authenticate = someone
    return app


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sample.test")
