"""The door's application: a notice, two forms, no session, no cookie, no script, nothing to sign in to."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI
from joserfc.jwk import OKPKey

from services.door.mailbox import Mailbox
from services.door.routes import router
from services.door.settings import DoorSettings
from shared.clock import Clock, SystemClock
from shared.web.application import service_app, service_routes

ROUTES: Final = service_routes([router])
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


def create_app(settings: DoorSettings, *, clock: Clock | None = None) -> FastAPI:
    """Build the door. It has one key, which closes, and a folder; no database and no neighbour."""
    key = OKPKey.import_key(json.loads(settings.rights_key_file.read_text(encoding="utf-8")))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield

    app = service_app(
        title="Safeconduct door",
        settings=settings,
        lifespan=lifespan,
        routes=ROUTES,
        clock=clock or SystemClock(),
        metrics_token_file=settings.metrics_token_file,
        headers=HEADERS,
    )
    app.state.mailbox = Mailbox(settings.folder, key)
    return app
