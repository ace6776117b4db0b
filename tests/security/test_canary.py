"""One invented person goes through every faulty path and is found in no log line, problem or metric.

Each route of each running service is asked wrongly, with the person in the path, the query, the headers and
the body; then everything that the process wrote and everything that it answered is searched.
"""

import csv
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from fastapi import FastAPI, Request

from services.console.sessions import Session, StoredSession, Tokens
from shared.observability.logging import configure_logging
from shared.security.roles import Role
from shared.security.tokens import Principal, PrincipalKind
from tests.conftest import OpenDatabase
from tests.security.apps import SERVICES, build
from tests.security.planted import Planting, pnrgov, pnrgov_xml
from tests.security.test_role_route_table import TABLE

CANARY = "QUILLFEATHERCANARY"
FORM_TOKEN = "form-token"
FIELDS = (
    "surname",
    "document_number",
    "mrz",
    "outcome",
    "decision",
    "reasons",
    "purpose_code",
    "purpose_case",
    "purpose_statement",
    "kind",
    "statement",
    "period_days",
    "authorities",
    "authority",
    "service",
    "about",
    "actor",
    "since",
    "until",
    "case_id",
    "members",
    "version",
)
OWN_ADDRESS = "http://127.0.0.1:8103"
IDENTIFIER = "01930000-0000-7000-8000-000000000001"
PURPOSE = {
    "purpose-code": "TERR_TRAVEL",
    "purpose-case": CANARY,
    "purpose-statement": quote(f"{CANARY} looked"),
}

PAXLST = (
    f"UNA:+.? 'UNB+UNOA:4+XADCS+XAA+260601:1200+1'UNH+1+PAXLST:D:05B:UN:IATA'BGM+745'"
    f"NAD+FL+++{CANARY}:ZEPHYRINE'DTM+329:{CANARY}'UNT+5+1'UNZ+1+1'"
)
BODIES: list[tuple[str, bytes]] = [
    ("application/json", json.dumps({CANARY: CANARY, "traveller": {"surname": CANARY}}).encode()),
    ("application/json", json.dumps([CANARY]).encode()),
    ("application/json", f'{{"surname": "{CANARY}'.encode()),
    (
        "application/json",
        json.dumps({"message_id": CANARY, "kind": CANARY, "body": {"surname": CANARY}}).encode(),
    ),
    ("application/edifact", PAXLST.encode()),
    ("application/edifact", f"UNB+{CANARY}".encode()),
    ("application/edifact", pnrgov(Planting(CANARY))),
    ("application/xml", pnrgov_xml(Planting(CANARY))),
    ("application/octet-stream", f"<CONSOLIDATED_LIST><INDIVIDUALS>{CANARY}".encode()),
    ("application/octet-stream", f'<!DOCTYPE x [<!ENTITY y "{CANARY}">]><x>&y;</x>'.encode()),
    ("application/x-www-form-urlencoded", f"surname={CANARY}&csrf={CANARY}".encode()),
    (
        "application/x-www-form-urlencoded",
        urlencode({"csrf": FORM_TOKEN, **dict.fromkeys(FIELDS, CANARY)}).encode(),
    ),
    ("multipart/form-data; boundary=b", f'--b\r\nContent-Disposition: form-data; name="{CANARY}'.encode()),
]


def paths(template: str) -> list[str]:
    """The path with a good identifier, and with the person in each place."""
    return [
        "/".join(value if part.startswith("{") else part for part in template.split("/"))
        for value in (IDENTIFIER, CANARY)
    ]


def routes(service: str) -> Iterator[tuple[str, str, str]]:
    """Method, template and a role that may, for each route that does something."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["service"] == service and not row["path"].startswith(("/health", "/metrics", "/openapi")):
                callers = [*(role.value for role in Role), "SERVICE"]
                yield row["method"], row["path"], next(name for name in callers if row[name] == "x")


async def caller(request: Request) -> Principal:
    """Whom the header names."""
    name = request.headers["x-caller"]
    now = datetime.now(UTC)
    # The console's pages expect the session that its own authentication leaves behind.
    request.state.session = Session(
        StoredSession(b"\x00" * 32, "someone", "Someone", now, now, b""), Tokens("token"), FORM_TOKEN
    )
    if name == "SERVICE":
        return Principal("ingest", PrincipalKind.SERVICE)
    kind = PrincipalKind.CARRIER if name == Role.CARRIER else PrincipalKind.USER
    return Principal(
        "someone", kind, frozenset({Role(name)}), carrier="XA", port="XQA", authority="XAA-PIU-01"
    )


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The application with its lifespan, and a client of it."""
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=OWN_ADDRESS, timeout=30) as client:
            yield client


async def ask_wrongly(client: httpx.AsyncClient, service: str) -> AsyncIterator[httpx.Response]:
    """Every route, in every wrong way."""
    for method, template, role in routes(service):
        known = {"x-caller": role, "origin": OWN_ADDRESS, **PURPOSE}
        for path in paths(template):
            yield await client.request(
                method, f"{path}?q={CANARY}&limit={CANARY}&from={CANARY}", headers=known
            )
            yield await client.request(method, path, headers=known | {"idempotency-key": CANARY})
            if method == "GET":
                continue
            for media_type, body in BODIES:
                yield await client.request(
                    method, path, content=body, headers=known | {"content-type": media_type}
                )
        yield await client.request("PATCH", f"{template}/{CANARY}", headers=known)


# A form that could not be taken is given back to the person who wrote it, so that nothing is written twice.
_WRITTEN_BY_THE_ASKER = re.compile(r"<textarea[^>]*>.*?</textarea>|<input[^>]*>", re.DOTALL)


def _told(answer: httpx.Response) -> str:
    """What an answer says, without the fields of the asker's own form in it."""
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    return _WRITTEN_BY_THE_ASKER.sub("", answer.text) if is_page else answer.text


@pytest.mark.parametrize("service", SERVICES)
async def test_person_is_found_in_no_log_problem_or_metric(
    service: str, tmp_path: Path, database: OpenDatabase, capfd: pytest.CaptureFixture[str]
) -> None:
    # The door has no database to be given.
    app = build(service, tmp_path) if service == "door" else build(service, tmp_path, database(service).url)
    app.state.authenticate = caller
    app.state.rate_limiter = _Unlimited()
    configure_logging(service, "debug")
    seen: list[str] = []
    statuses: dict[int, int] = {}
    async with running(app) as client:
        async for answer in ask_wrongly(client, service):
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
            if answer.is_error and CANARY in _told(answer) + str(answer.headers):
                seen.append(f"{answer.request.method} {answer.request.url.path}: {answer.text[:300]}")
        figures = (await client.get("/metrics")).text
    written = capfd.readouterr()
    assert sum(statuses.values()) > 20, "the table named routes"
    assert any(status >= 400 for status in statuses)
    assert seen == []
    assert CANARY not in figures
    assert [line for line in (written.out + written.err).splitlines() if CANARY in line] == []


class _Unlimited:
    def take(self, *_: Any) -> None:
        """Everyone may ask as often as this test does."""
