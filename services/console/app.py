"""The console's application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import httpx
from fastapi import APIRouter, Depends, FastAPI

from services.console.authentication import own_host_only, session_principal
from services.console.faults import install_fault_pages, unforeseen_fault
from services.console.log_keeping import keep_log, open_store
from services.console.page import Console
from services.console.pages import (
    approvals,
    arrests,
    boarding,
    calendar,
    carrier,
    children,
    cleared,
    companions,
    consular,
    desk,
    desk_clocks,
    entrance,
    entries,
    expected,
    fairness,
    flights,
    front_line,
    hits,
    incidents,
    log,
    match,
    merges,
    nominations,
    oversight,
    protection,
    quality,
    queue,
    registers,
    reidentification,
    rescreening,
    retention,
    review,
    rights,
    shares,
    suspensions,
    watchlist,
    watchlist_statistics,
)
from services.console.rendering import Templates, content_security_policy
from services.console.sessions import Sessions, SessionStore
from services.console.settings import ConsoleSettings
from services.console.sign_in import SignIn
from shared.audit.refused_requests import record_refused_requests
from shared.audit.routes import audit_router
from shared.clock import Clock, SystemClock
from shared.security.public_keys import IssuerKeys, StaticKeys
from shared.security.secret_key import load_secret_key
from shared.security.tokens import TokenVerifier
from shared.web.application import Lifespan, service_app, service_routes
from shared.web.outgoing import outgoing_client

PAGES: Final = (
    approvals,
    arrests,
    boarding,
    calendar,
    carrier,
    children,
    cleared,
    companions,
    consular,
    desk,
    desk_clocks,
    entries,
    expected,
    fairness,
    flights,
    front_line,
    hits,
    incidents,
    log,
    match,
    merges,
    nominations,
    oversight,
    protection,
    quality,
    queue,
    registers,
    reidentification,
    rescreening,
    retention,
    review,
    rights,
    shares,
    suspensions,
    watchlist,
    watchlist_statistics,
)
MAX_CONNECTIONS: Final = 50
SESSION_KEY: Final = "session.key"


def _pages() -> APIRouter:
    router = APIRouter(dependencies=[Depends(own_host_only)], include_in_schema=False)
    for module in PAGES:
        router.include_router(module.router)
    router.include_router(entrance.router)
    router.include_router(entrance.open_router)
    return router


ROUTES: Final = service_routes([_pages(), audit_router()])


def create_app(
    settings: ConsoleSettings,
    *,
    clock: Clock | None = None,
    store: SessionStore | None = None,
    http: httpx.AsyncClient | None = None,
) -> FastAPI:
    """Build the console.

    Args:
        settings: The console's settings.
        clock: The time; the machine's when absent.
        store: Where sessions live; the console's database when absent.
        http: How the issuer and the services are reached; closed at the end.
    """
    clock = clock or SystemClock()
    # One pool for the issuer and all services; each request carries its own person's token.
    http = http or outgoing_client(limits=httpx.Limits(max_connections=MAX_CONNECTIONS))
    app = service_app(
        title="Safeconduct console",
        settings=settings,
        lifespan=_lifespan(http, store, clock),
        routes=ROUTES,
        clock=clock,
        metrics_token_file=settings.metrics_token_file,
        headers={
            "Content-Security-Policy": content_security_policy(_origin(settings.issuer_url)),
            # Browsers send "Origin: null" with a form when the referrer is withheld even from ourselves.
            "Referrer-Policy": "same-origin",
        },
        fault_response=unforeseen_fault,
    )
    app.state.authenticate = session_principal
    install_fault_pages(app)
    if store is not None:
        app.state.console = _console(settings, store, http, clock)
    return app


def _lifespan(http: httpx.AsyncClient, store: SessionStore | None, clock: Clock) -> Lifespan:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings: ConsoleSettings = app.state.settings
        async with http:
            if store is not None:
                yield
                return
            async with open_store(settings, clock) as opened:
                app.state.console = _console(settings, opened.sessions, http, clock)
                app.state.on_refusal = record_refused_requests(opened.engine, opened.audit)
                app.state.readiness_checks["database"] = opened.check
                async with keep_log(settings, opened, http, clock) as desk:
                    app.state.audit_desk = desk
                    yield

    return lifespan


def _console(
    settings: ConsoleSettings, store: SessionStore, http: httpx.AsyncClient, clock: Clock
) -> Console:
    sessions = Sessions(
        store,
        load_secret_key(settings.keys_folder / SESSION_KEY),
        clock,
        idle=timedelta(minutes=settings.idle_minutes),
        life=timedelta(hours=settings.session_hours),
    )
    identity_verifier = TokenVerifier(
        issuer=settings.issuer_url,
        issuer_keys=IssuerKeys(settings.issuer_jwks_url, http, clock),
        service="console",
        service_keys=StaticKeys({"keys": []}),
        clock=clock,
        audience=settings.client_id,
    )
    sign_in = SignIn(
        issuer=settings.issuer_url,
        client_id=settings.client_id,
        redirect_uri=f"{settings.own_url}/callback",
        client=http,
        identity_verifier=identity_verifier,
    )
    templates = _templates(is_demonstration=settings.profile == "local")
    return Console(settings, sessions, sign_in, http, templates, clock)


@cache
def _templates(*, is_demonstration: bool) -> Templates:
    """The templates, which are compiled once for all consoles of this process."""
    return Templates(is_demonstration=is_demonstration)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
