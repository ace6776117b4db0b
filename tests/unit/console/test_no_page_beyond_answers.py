"""No order of pages shows anybody more than the services answered to that very request.

The console decides nothing and keeps nothing. Behind it stand services that answer by the role × route table
and mark each name for the one answer that it stands in; everybody opens every page, mixed in a fixed order. A
name that somebody else, or an earlier page, was answered with is known by its mark.
"""

import base64
import csv
import json
import re
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import pytest

from services.console.clients.service import ServiceClient
from tests.unit.console.world import (
    CANARY,
    FLIGHT,
    HIT,
    NOTICE,
    ORDER,
    PEOPLE,
    RECEIPT,
    SHARE,
    VERSION,
    Browser,
    FakeServices,
    World,
    a_world,
    problem,
)

TABLE: Final = Path(__file__).parents[2] / "security" / "role_route_table.csv"
WHICH: Final = {
    "hit_id": HIT,
    "share_id": SHARE,
    "notice_id": NOTICE,
    "flight_id": FLIGHT,
    "version_id": VERSION,
    "receipt_id": RECEIPT,
}
#: The names of the invented people, in capitals too; `\w*` is the mark.
NAME: Final = re.compile(rf"({CANARY}|Zephyrine|Quilfether|Hadi|Esempio)\w*", re.IGNORECASE)


def table() -> list[dict[str, str]]:
    """Every route of every service, and which roles it opens to."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def names_in(text: str) -> set[str]:
    """The names in a text, each with its mark."""
    return {found[0].casefold() for found in NAME.finditer(text)}


def pages_of(roles: list[str]) -> list[str]:
    """Every page of the console that these roles open, some person's or case's where it is of one."""
    templates = (
        row["path"]
        for row in table()
        if (row["service"], row["method"]) == ("console", "GET") and row["permission"] != "PUBLIC"
        if any(row[role] == "x" for role in roles) and not row["path"].startswith("/v1/")
    )
    return [
        re.sub(r"\{(\w+)[^}]*\}", lambda found: WHICH.get(found[1], ORDER), template)
        for template in templates
    ]


class Marking(FakeServices):
    """Services that answer whom the table lets in, with names that no other answer has."""

    def __init__(self) -> None:
        super().__init__()
        self._number = count(1)
        self._opens = [
            (row["service"], row["method"], re.compile(re.sub(r"\{[^}]+\}", "[^/]+", row["path"])), row)
            for row in table()
        ]
        self.given: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One answer; its names end in its number."""
        if not self._is_open(request):
            return problem(403, "NOT_PERMITTED", "Not for your roles.")
        try:
            answer = super().__call__(request)
        except KeyError:
            return problem(404, "UNKNOWN", "There is none.")
        number = next(self._number)
        text = NAME.sub(lambda found: f"{found[0]}{number}x", answer.text)
        self.given.update(names_in(text))
        return httpx.Response(answer.status_code, text=text, headers={"Content-Type": "application/json"})

    def _is_open(self, request: httpx.Request) -> bool:
        claims = request.headers["Authorization"].split(".")[1]
        roles = json.loads(base64.urlsafe_b64decode(f"{claims}=="))["roles"]
        service = request.url.host.removesuffix(".test")
        return any(
            row["permission"] == "PUBLIC" or any(row[role] == "x" for role in roles)
            for name, method, path, row in self._opens
            if (name, method) == (service, request.method) and path.fullmatch(request.url.path)
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A console in front of services that mark what they answer."""
    return a_world(tmp_path, services=Marking())


async def walk(world: World, steps: list[tuple[str, str]]) -> tuple[int, set[str], set[str]]:
    """How many names pages showed; those of no answer to their page; the pages that a browser may keep."""
    services = world.services
    assert isinstance(services, Marking)
    browsers = {person: Browser(world) for person, _ in steps}
    for person, browser in browsers.items():
        await browser.sign_in(person)
    shown, foreign, kept = 0, set(), set()
    for person, path in steps:
        services.given.clear()
        page = await browsers[person].get(path)
        names = names_in(page.text)
        shown += len(names)
        foreign |= names - services.given
        kept |= set() if page.headers["cache-control"] == "no-store" else {path}
    return shown, foreign, kept


async def test_no_order_of_pages_shows_more_than_their_answers(world: World) -> None:
    steps = [(person, path) for person, roles in PEOPLE.items() for path in pages_of(roles)]
    Random(7).shuffle(steps)
    shown, foreign, kept = await walk(world, steps)
    assert shown > 0
    assert (foreign, kept) == (set(), set())


async def test_name_that_the_console_kept_would_be_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: dict[str, httpx.Response] = {}
    fetch = ServiceClient.fetch

    async def remembering(client: ServiceClient, method: str, path: str, **more: Any) -> httpx.Response:
        if path not in answers:
            answers[path] = await fetch(client, method, path, **more)
        return answers[path]

    monkeypatch.setattr(ServiceClient, "fetch", remembering)
    _, foreign, _ = await walk(world, [("front-line", "/cards")] * 2)
    assert foreign
