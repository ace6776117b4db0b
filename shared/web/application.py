"""How each service's application is put together: the same skin around different routers."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import httpx
from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute

from shared.accounts.errors import AccountFrozen, FrozenAccountsUnknown
from shared.clock import Clock, SystemClock
from shared.security.public_keys import IssuerKeys, ServiceKeys, StaticKeys
from shared.security.roles import ROLES_OF, Permission
from shared.security.tokens import TokenVerifier
from shared.web import health
from shared.web.authentication import NotPermitted, Public, Requirement, admit_first, bearer_principal
from shared.web.limits import DEFAULT_MAX_BODY_BYTES, BodyDeadline, RateLimiter, TooManyRequests
from shared.web.outgoing import outgoing_client
from shared.web.problems import install_problem_handlers, register_problems
from shared.web.purpose import PurposeMalformed, PurposeMissing
from shared.web.request_context import (
    DEMONSTRATION,
    SECURITY_HEADERS,
    STRICT_TRANSPORT,
    FaultResponse,
    RequestContext,
    fault_problem,
)
from shared.web.route_table import PUBLIC, guards_of, permissions_of
from shared.web.scripted_clock import ScriptedClockRefused, request_clock

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
ISSUER_CONNECT_SECONDS: Final = 2.0

register_problems(400, ScriptedClockRefused)
register_problems(403, NotPermitted, AccountFrozen)
register_problems(422, PurposeMissing, PurposeMalformed)
register_problems(429, TooManyRequests)
register_problems(503, FrozenAccountsUnknown)


class WebSettings(Protocol):
    """What the web skin reads of a service's settings."""

    @property
    def profile(self) -> str:
        """`local` or `production`."""

    @property
    def issuer_url(self) -> str:
        """The issuer of people's and carriers' tokens."""

    @property
    def issuer_jwks_url(self) -> str:
        """Where its public keys are."""

    @property
    def service_keys_file(self) -> Path | None:
        """JWKS of the services' public keys."""


@dataclass(frozen=True)
class ServiceRoutes:
    """The routes of a service as every application of it has them; they know none of these applications."""

    behind_the_skin: list[BaseRoute]
    guards: Mapping[int, Requirement | Public]


def service_routes(routers: Sequence[APIRouter]) -> ServiceRoutes:
    """Put a service's routes together: health's beside them, and what each asks before anything else.

    FastAPI reads a route's parameters and models anew wherever it is included, which is nearly all that
    building an application takes. So a service does this once, and not for each application.

    Args:
        routers: The service's routes; each names its permission.

    Raises:
        UnguardedRoute: A route names no permission.
    """
    skin = APIRouter(dependencies=[Depends(admit_first), Depends(request_clock)])
    for router in (health.router, *routers):
        skin.include_router(router, max_body_size=DEFAULT_MAX_BODY_BYTES)
    return ServiceRoutes(skin.routes, guards_of(skin.routes))


def service_app(
    *,
    title: str,
    settings: WebSettings,
    lifespan: Lifespan,
    routes: ServiceRoutes,
    clock: Clock | None = None,
    metrics_token_file: Path | None = None,
    headers: Mapping[str, str] | None = None,
    fault_response: FaultResponse = fault_problem,
) -> FastAPI:
    """Build a service's application.

    Sets on `app.state`: `settings`, `profile`, `clock`, `token_verifier`, `authenticate`, `frozen_accounts`
    (of a service that has the table), `rate_limiter`, `readiness_checks` (name → async check), `on_refusal`
    (called with each 403), `is_draining`, `metrics_token`.

    Args:
        title: Shown in OpenAPI; its last word is the service's name, such as `Safeconduct ingest`.
        settings: The service's settings.
        lifespan: What the service opens and closes.
        routes: The service's routes, of `service_routes`.
        clock: The time; the machine's when absent.
        metrics_token_file: Holds the token of whoever reads `/metrics`; without it, nobody in production.
        headers: Headers of every answer that differ from the safe ones of `request_context.py`.
        fault_response: What a fault that nobody foresaw is answered with.
    """
    service = title.rsplit(maxsplit=1)[-1].lower()
    client = outgoing_client(timeout=ISSUER_CONNECT_SECONDS)
    app = FastAPI(
        title=title,
        routes=routes.behind_the_skin,
        lifespan=_with_client(lifespan, client),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    _set_state(app, settings, service, client, clock or SystemClock())
    app.state.metrics_token = (
        None if metrics_token_file is None else metrics_token_file.read_text(encoding="utf-8").strip()
    )
    install_problem_handlers(app)
    app.add_middleware(BodyDeadline)
    app.add_middleware(
        RequestContext,
        service=service,
        headers={**_headers(settings.profile), **(headers or {})},
        fault_response=fault_response,
    )
    app.state.guards = routes.guards
    _name_permissions_in_openapi(app)
    return app


def _set_state(
    app: FastAPI, settings: WebSettings, service: str, client: httpx.AsyncClient, clock: Clock
) -> None:
    app.state.settings = settings
    app.state.profile = settings.profile
    app.state.clock = clock
    keys_file = settings.service_keys_file
    app.state.token_verifier = TokenVerifier(
        issuer=settings.issuer_url,
        issuer_keys=IssuerKeys(settings.issuer_jwks_url, client, clock),
        service=service,
        service_keys=StaticKeys({"keys": []}) if keys_file is None else ServiceKeys(keys_file, clock),
        clock=clock,
    )
    app.state.authenticate = bearer_principal
    app.state.frozen_accounts = None
    app.state.rate_limiter = RateLimiter(clock)
    app.state.readiness_checks = {}
    app.state.on_refusal = None
    app.state.is_draining = False


def _headers(profile: str) -> dict[str, str]:
    return SECURITY_HEADERS | (DEMONSTRATION if profile == "local" else STRICT_TRANSPORT)


def _with_client(lifespan: Lifespan, client: httpx.AsyncClient) -> Lifespan:
    @asynccontextmanager
    async def both(app: FastAPI) -> AsyncIterator[None]:
        async with client, lifespan(app):
            yield

    return both


def _name_permissions_in_openapi(app: FastAPI) -> None:
    """Write each operation's permission and roles into the interface document."""
    plain = app.openapi

    def with_permissions() -> dict[str, Any]:
        document = plain()
        for method, path, permission in permissions_of(app):
            operation = document["paths"].get(path, {}).get(method.lower())
            if operation is not None and permission != PUBLIC:
                operation["x-permission"] = permission
                operation["x-roles"] = sorted(role.value for role in ROLES_OF[Permission(permission)])
        return document

    # FastAPI's documented way to extend the interface document is to replace this method.
    app.openapi = with_permissions  # type: ignore[method-assign]
