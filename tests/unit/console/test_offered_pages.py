"""What a page offers opens: for each role, each page of its navigation, what it asks, and each of its links.

The role table that the services are tested against says who may; the page has to know it before the person
clicks.
"""

import csv
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from services.console.navigation import PAGES
from shared.security.roles import STAFF, Role
from tests.unit.console import world as worlds
from tests.unit.console.test_pages import signed_in
from tests.unit.console.world import World, a_world, problem

TABLE: Final = Path(__file__).parents[2] / "security" / "role_route_table.csv"
_LINK: Final = re.compile(r'\shref="(/[^"]*)"')
#: The service behind each name of the world.
_HOSTS: Final = {f"{name}.test": name for name in ("ingest", "screening", "sharing")} | {
    "127.0.0.1": "console"
}


class Answers(dict[tuple[str, str], Any]):
    """The world's answers; to what it has none for, the service is away and says so."""

    is_missed = False

    def __missing__(self, _: tuple[str, str]) -> httpx.Response:
        self.is_missed = True
        return problem(503, "NO_ANSWER", "The service is away.")


@cache
def rows(service: str) -> list[tuple[str, re.Pattern[str], dict[str, str]]]:
    """Method, pattern of the path, and marks; paths without places first, as routers have them."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        found = [row for row in csv.DictReader(stream) if row["service"] == service]
    found.sort(key=lambda row: row["path"].count("{"))
    return [
        (row["method"], re.compile(re.sub(r"\{[^}]*:path\}", ".+", _placed(row["path"]))), row)
        for row in found
    ]


def _placed(path: str) -> str:
    return re.sub(r"\{[^}:]*\}", "[^/]+", path)


def opens(service: str, method: str, path: str, role: Role) -> bool:
    """Whether the table lets a role ask this."""
    marks = next((row for m, pattern, row in rows(service) if m == method and pattern.fullmatch(path)), None)
    assert marks is not None, f"{service} has no {method} {path}"
    return marks[role.value] == "x"


def _name(role: Role) -> str:
    return role.value.lower().replace("_", "-")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(worlds, "PEOPLE", {_name(role): [role.value] for role in STAFF})
    made = a_world(tmp_path)
    made.services.answers = Answers(made.services.answers)
    return made


def asked(world: World) -> Iterator[tuple[str, str, str]]:
    """Service, method and path of what the services were asked."""
    for request in world.services.asked:
        yield _HOSTS[request.url.host], request.method, request.url.path


@pytest.mark.parametrize("role", sorted(STAFF))
async def test_every_page_that_a_role_is_offered_opens_with_all_its_links(world: World, role: Role) -> None:
    browser = await signed_in(world, _name(role))
    offered = {link.partition("?")[0] for link in _LINK.findall((await browser.get("/")).text)}
    wrong: list[str] = []
    for page in PAGES:
        if page.path not in offered:
            continue
        world.services.asked.clear()
        answers = world.services.answers = Answers(world.services.answers)
        answer = await browser.get(page.path)
        if answer.status_code != 200 and not answers.is_missed:
            wrong.append(f"{page.path}: {answer.status_code}")
        wrong += [f"{page.path} asks {ask}" for ask in asked(world) if not opens(*ask, role)]
        links = {unescape(link).partition("?")[0].partition("#")[0] for link in _LINK.findall(answer.text)}
        wrong += [
            f"{page.path} links {link}" for link in sorted(links) if not opens("console", "GET", link, role)
        ]
    assert wrong == []
