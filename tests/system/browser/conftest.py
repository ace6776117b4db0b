"""Chromium, and a console with its issuer on real ports; the services behind it are fictional."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.unit.console.world import World, a_world

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_SECONDS = 60.0
"""How long a page or a server may take on a busy machine."""

SignIn = Callable[[str], Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium; without one these tests are skipped, but never in CI.

    No wider than a module: while Playwright runs, its event loop does too, and every asynchronous test fails.
    """
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing, and CI must not pass over the browser tests")
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, headless=True)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A console and its issuer, listening on free loopback ports."""
    with ExitStack() as stack:
        console_socket, issuer_socket = (stack.enter_context(listening()) for _ in range(2))
        made = a_world(
            tmp_path_factory.mktemp("world"),
            console_port=console_socket.getsockname()[1],
            issuer_port=issuer_socket.getsockname()[1],
        )
        stack.enter_context(served(made.console, console_socket))
        stack.enter_context(served(made.issuer, issuer_socket))
        yield made


@pytest.fixture
def context(chromium: Browser, world: World) -> Iterator[BrowserContext]:
    """A fresh profile whose every request and console message is watched."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    faults: list[str] = []
    own = (world.console_url, world.issuer_url)
    context.on("request", lambda request: None if request.url.startswith(own) else faults.append(request.url))
    context.on("console", lambda message: faults.extend(_told(message)))
    context.on("weberror", lambda error: faults.append(str(error.error)))
    yield context
    context.close()
    assert faults == [], "a page loads from elsewhere, breaks its policy, or throws"


@pytest.fixture
def sign_in(context: BrowserContext, world: World) -> SignIn:
    """Sign in through the issuer's page, as a person does; gives the console's first page."""

    def through_the_issuer(person: str) -> Page:
        page = context.new_page()
        page.goto(f"{world.console_url}/")
        page.locator(f"button[value='{person}']").click()
        page.wait_for_url(f"{world.console_url}/")
        return page

    return through_the_issuer


def _told(message: ConsoleMessage) -> list[str]:
    """What a page complains of; a refused request is an answer, which the test itself reads."""
    is_refusal = message.text.startswith("Failed to load resource: the server responded")
    return [message.text] if message.type == "error" and not is_refusal else []


@contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@contextmanager
def served(app: FastAPI, listening: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not server.started:
        assert time.monotonic() < deadline, "the server does not start"
        thread.join(0.01)
    yield
    server.should_exit = True
    thread.join()


def screenshots_folder() -> Path | None:
    """Where screenshots go when somebody asks for them; they are never part of the tree."""
    folder = os.environ.get("SAFECONDUCT_SCREENSHOTS")
    return None if folder is None else Path(folder)
