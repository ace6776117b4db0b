"""What a supervisor or load balancer asks: alive, ready, figures; and the interface for developers."""

import asyncio
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import JSONResponse

from shared.observability import metrics
from shared.observability.logging import get_logger
from shared.security.tokens import TokenRefused
from shared.web.authentication import public

Check = Callable[[], Awaitable[None]]
CHECK_SECONDS: Final = 2.0

router = APIRouter(tags=["operation"], dependencies=[Depends(public())])


@router.get("/health/live")
async def live() -> dict[str, bool]:
    """The process runs and its loop turns."""
    return {"live": True}


@router.get("/health/ready")
async def ready(request: Request) -> JSONResponse:
    """Every registered check passes and we are not being shut down; 503 otherwise.

    A service adds checks to `app.state.readiness_checks`: name → an awaitable that raises when not ready.
    """
    checks: dict[str, Check] = request.app.state.readiness_checks
    names = list(checks)
    passed = await asyncio.gather(*(_passes(name, checks[name]) for name in names))
    is_ready = all(passed) and not request.app.state.is_draining
    body: dict[str, Any] = {"ready": is_ready, "checks": dict(zip(names, passed, strict=True))}
    return JSONResponse(body, status_code=200 if is_ready else 503)


@router.get("/metrics", include_in_schema=False)
async def figures(request: Request) -> Response:
    """Prometheus' text format; constants, counts and durations only.

    How often a route was asked tells a carrier or a counterpart, at the same address, that somebody was found
    or is protected (SG-35). So whoever reads has the token of the figures; without one, nobody in production.

    Raises:
        TokenRefused: The request shows another token, or none.
    """
    token: str | None = request.app.state.metrics_token
    shown = request.headers.get("authorization", "")
    is_open = token is None and request.app.state.profile == "local"
    if not is_open and not (token and compare_digest(shown.encode(), f"Bearer {token}".encode())):
        raise TokenRefused(reason="the figures have a token of their own")
    return Response(metrics.exposition(), media_type=metrics.CONTENT_TYPE)


@router.get("/openapi.json", include_in_schema=False)
async def interface(request: Request) -> JSONResponse:
    """Our interface, each operation with the permission that opens it."""
    return JSONResponse(request.app.openapi())


async def _passes(name: str, check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check()
    except Exception as error:  # noqa: BLE001 - Whatever a check meets means "not ready", never a crash.
        get_logger().warning("readiness_check_failed", check=name, exc_info=error)
        return False
    return True
