"""Serves an application until the process is told to end, without dropping a request on the way."""

import signal
import time
from types import FrameType
from typing import Final, Protocol

import uvicorn
from fastapi import FastAPI

from shared.observability.logging import get_logger
from shared.process import forbid_core_dumps, spare_the_collector

GRACEFUL_SECONDS: Final = 10
# In a cluster the load balancer needs a moment to see that we are no longer ready.
DRAIN_SECONDS: Final = {"local": 0.0, "production": 5.0}
KEEP_ALIVE_SECONDS: Final = 30
MAX_CONCURRENT: Final = 512


class ServerSettings(Protocol):
    """What the server reads of a service's settings."""

    @property
    def profile(self) -> str:
        """`local` or `production`."""

    @property
    def host(self) -> str:
        """The address to listen on."""

    @property
    def port(self) -> int:
        """The port to listen on; 0 takes a free one."""


class DrainingServer(uvicorn.Server):
    """At the first signal: not ready at once, closed after the drain; at the second: closed now."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, drain_seconds: float) -> None:
        super().__init__(config)
        self._app = app
        self._drain_seconds = drain_seconds
        self._close_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called by uvicorn in the main thread for SIGINT and SIGTERM."""
        is_first = not self._app.state.is_draining
        self._app.state.is_draining = True
        if is_first and self._drain_seconds > 0:
            self._close_at = time.monotonic() + self._drain_seconds
            get_logger().info("draining", signal=signal.Signals(sig).name, wait_seconds=self._drain_seconds)
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Called by uvicorn ten times a second; tells whether to close."""
        if self._close_at is not None and time.monotonic() >= self._close_at:
            self.should_exit = True
        return await super().on_tick(counter)


def serve(app: FastAPI, settings: ServerSettings) -> None:
    """Serve until SIGINT or SIGTERM; requests that are under way get `GRACEFUL_SECONDS` to end."""
    forbid_core_dumps()
    spare_the_collector()
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MAX_CONCURRENT,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )
    DrainingServer(config, app, DRAIN_SECONDS[settings.profile]).run()
