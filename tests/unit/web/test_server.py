"""Ending without dropping a request."""

import gc
import resource
import signal

import pytest
import uvicorn

from shared.process import forbid_core_dumps, spare_the_collector
from shared.web.server import DrainingServer
from tests.unit.web.app import an_app


def a_server(drain_seconds: float) -> DrainingServer:
    app = an_app()
    return DrainingServer(uvicorn.Config(app, log_config=None), app, drain_seconds)


def test_first_signal_says_not_ready_and_second_closes() -> None:
    server = a_server(drain_seconds=3600)
    server.handle_exit(signal.SIGTERM, None)
    assert not server.should_exit
    server.handle_exit(signal.SIGTERM, None)
    assert server.should_exit


def test_without_a_drain_the_first_signal_closes() -> None:
    server = a_server(drain_seconds=0)
    server.handle_exit(signal.SIGTERM, None)
    assert server.should_exit


async def test_server_closes_by_itself_after_the_drain() -> None:
    server = a_server(drain_seconds=1e-9)
    server.handle_exit(signal.SIGTERM, None)
    assert await server.on_tick(1)


def test_crash_leaves_no_core_dump(monkeypatch: pytest.MonkeyPatch) -> None:
    # The limit cannot be raised again, so that the test's own process does not set it.
    asked: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda kind, limits: asked.append((kind, limits)))
    forbid_core_dumps()
    assert asked == [(resource.RLIMIT_CORE, (0, 0))]


def test_what_was_made_at_the_start_is_out_of_the_collectors_sight() -> None:
    thresholds, frozen = gc.get_threshold(), gc.get_freeze_count()
    gc.disable()
    try:
        spare_the_collector()
        assert gc.get_freeze_count() > frozen
        assert gc.get_threshold()[0] > thresholds[0]
        assert gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()
        gc.set_threshold(*thresholds)
