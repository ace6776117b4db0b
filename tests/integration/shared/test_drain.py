"""A service that is told to end finishes what it has begun."""

import select
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import PIPE

import httpx

ATTEMPTS = 100
ROOT = Path(__file__).parents[3]
# Answers only after a line on standard input, so that the test decides when the request ends.
SERVICE = """
import asyncio, sys
from contextlib import asynccontextmanager
from types import SimpleNamespace
from fastapi import APIRouter, Depends
from shared.web.application import service_app, service_routes
from shared.web.authentication import public
from shared.web.server import serve

router = APIRouter(dependencies=[Depends(public())])

@router.get("/slow")
async def slow() -> dict[str, str]:
    print("begun", flush=True)
    return {"line": (await asyncio.to_thread(sys.stdin.readline)).strip()}

@asynccontextmanager
async def lifespan(app):
    yield
    print("closed", flush=True)

settings = SimpleNamespace(
    profile="local", host="127.0.0.1", port=int(sys.argv[1]), service_keys_file=None,
    issuer_url="http://issuer.test", issuer_jwks_url="http://issuer.test",
)
routes = service_routes([router])
serve(service_app(title="A sample", settings=settings, lifespan=lifespan, routes=routes), settings)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_request_under_way_is_answered_after_sigterm_and_new_ones_are_not_taken() -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-c", SERVICE, str(port)]
    # The transport tries the connection again, with growing pauses, until the service listens.
    transport = httpx.HTTPTransport(retries=8)
    with (
        subprocess.Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True) as service,
        httpx.Client(transport=transport, trust_env=False, timeout=60) as client,
        ThreadPoolExecutor(1) as thread,
    ):
        assert service.stdin is not None
        assert service.stdout is not None
        slow = thread.submit(client.get, f"{address}/slow")
        assert service.stdout.readline() == "begun\n"
        service.send_signal(signal.SIGTERM)
        wait_until_closed(port, service)
        service.stdin.write("finished\n")
        service.stdin.flush()
        answer = slow.result(timeout=60)
        assert (answer.status_code, answer.json()) == (200, {"line": "finished"})
        assert service.stdout.read() == "closed\n"
        service.wait(timeout=60)


def wait_until_closed(port: int, service: subprocess.Popen[str]) -> None:
    """Return once the port takes no connection any more, while the service still lives."""
    for _ in range(ATTEMPTS):
        assert service.poll() is None, "it ended before it answered"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
            select.select([probe], [], [], 0.1)
    raise AssertionError("it still takes new connections")
