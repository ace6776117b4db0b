"""The console's watchlist pages over a real screening service: what two people do, page by page."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.console.page import Console
from tests.integration.screening.conftest import (
    Desk,
    desk,
    empty_desk,
    in_force,
    safeguards,
    service_keys,
    settings,
)
from tests.integration.screening.lists import HADI, MISALI
from tests.integration.screening.test_entries import FIRST, SECOND, two_lists
from tests.unit.console.world import Browser, World, a_world

NAME = "GRETA BEISPIEL"
CYRILLIC = "Грета Байшпиль"
#: The fixtures of a running screening service, which this module borrows.
__all__ = ["desk", "empty_desk", "in_force", "safeguards", "service_keys", "settings"]
TEAR_LINE = "Verify the document. Call the duty desk. Do not detain on this alone."


def _subject(request: httpx.Request) -> str:
    content = request.headers["authorization"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)))
    return str(claims["sub"])


@pytest.fixture
async def world(desk: Desk, tmp_path: Path) -> AsyncIterator[World]:
    """A console whose screening service is real; each person comes there with their own post."""

    async def to_screening(request: httpx.Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name != "authorization"}
        answer = await desk.client.request(
            request.method,
            request.url.raw_path.decode(),
            content=request.content,
            headers=headers | desk.headers(_subject(request)),
        )
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    world = a_world(tmp_path, clock=desk.clock)
    console: Console = world.console.state.console
    async with httpx.AsyncClient(transport=httpx.MockTransport(to_screening)) as http:
        world.console.state.console = replace(console, http=http)
        yield world


async def person(world: World, name: str) -> Browser:
    browser = Browser(world)
    await browser.sign_in(name)
    return browser


def a_draft(desk: Desk) -> dict[str, Any]:
    today = desk.clock.now().date()
    return {
        "source_id": "DEMO",
        "name_text": [NAME, CYRILLIC],
        "name_kind": ["PRIMARY", "ORIGINAL_SCRIPT"],
        "name_quality": ["GOOD", "UNKNOWN"],
        "birth_when": ["1980-01-02", "1979"],
        "place_city": ["Musterstadt"],
        "place_country": ["XCC"],
        "nationalities": "XCC, XBB",
        "sex": "F",
        "document_number": ["XC77"],
        "document_type": ["P"],
        "document_issuer": ["XCC"],
        "category": "REASONABLY_SUSPECTED",
        "ground_kind": ["CONDUCT", "CONDUCT"],
        "ground_text": ["Bought tickets in a story.", "Met recruiters in a story."],
        "ground_source": ["S1", "S2"],
        "ground_grade": ["1A", "2B"],
        "ground_is_fact": ["yes", "no"],
        "ground_as_of": ["2027-01-01", ""],
        "offence_link": "Penal Code art. 141a: travel to join a listed group",
        "summary": "Named for travel in a story.",
        "tear_line": TEAR_LINE,
        "recommendation": "List for six months.",
        "review_due": (today + timedelta(days=150)).isoformat(),
        "expires": (today + timedelta(days=900)).isoformat(),
    }


async def test_person_is_nominated_changed_handed_on_and_put_on_the_list(world: World, desk: Desk) -> None:
    steward, supervisor = await person(world, "steward"), await person(world, "supervisor")
    lonely = a_draft(desk) | {"ground_text": ["Bought tickets in a story.", ""]}
    page = (await steward.post("/nominations/new", lonely)).headers["location"]
    refused = await steward.post(f"{page}/submission")
    assert refused.status_code == 403
    assert "SG-13" in refused.text
    assert (await steward.post(f"{page}/edit", a_draft(desk))).headers["location"] == page
    assert (await steward.post(f"{page}/submission")).status_code == 303
    seen = (await supervisor.get(page)).text
    assert "would have been stopped" in seen
    assert "List for six months." not in seen
    version = seen.partition('name="version" value="')[2].partition('"')[0]
    decision = {"version": version, "decision": "ACTIVATED", "reason": "Compared with the file."}
    assert (await supervisor.post(f"{page}/decision", decision)).status_code == 303
    await desk.service.current.refresh()
    decided = (await supervisor.get(page)).text
    assert "List for six months." in decided
    found = (await supervisor.post("/entries", {"sought": "байшпиль"})).headers["location"]
    assert "1 entry found" in (await supervisor.get(found)).text
    assert NAME in (await steward.get(f"{page}/committee-draft")).text


async def test_entry_shows_values_with_their_file_and_is_suspended(world: World, desk: Desk) -> None:
    steward = await person(world, "steward")
    page = (await steward.get(f"/entries/{FIRST}")).text
    for words in ("SAMIR HADI NAMUDHAJI", "Passport XB4471902 of XBB", "1979-05-14", TEAR_LINE[:20], "H1"):
        assert words in page
    assert (await steward.post(f"/entries/{FIRST}/suspension", {"reason": "DISPUTED"})).status_code == 303
    after = (await steward.get(f"/entries/{FIRST}")).text
    assert "nobody is compared with it" in after
    assert "Its accuracy is disputed" in after
    released = (await steward.get(f"/entries/{FIRST}/releasable")).text
    assert "XB4471902" in released


async def test_finding_is_answered_by_another_from_the_calendar(world: World, desk: Desk) -> None:
    soon = (desk.clock.now() + timedelta(days=20)).date().isoformat()
    await desk.rows_written(f"UPDATE watchlist_entry SET review_due = '{soon}' WHERE entry_id = '{FIRST}'")
    supervisor, legal = await person(world, "supervisor"), await person(world, "legal")
    due = (desk.clock.now() + timedelta(days=100)).date().isoformat()
    finding = {"finding": "The file was read again; the grounds hold.", "review_due": due}
    assert (await supervisor.post(f"/entries/{FIRST}/renewal", finding)).status_code == 303
    assert "found by supervisor" in (await supervisor.get("/calendar")).text
    waiting = (await legal.get("/renewals")).text
    assert "the grounds hold" in waiting
    approval = waiting.partition('action="/renewals/')[2].partition('"')[0]
    assert (await legal.post(f"/renewals/{approval}", {"answer": "agree"})).status_code == 303
    assert "No finding waits" in (await legal.get("/renewals")).text
    assert "in 20 days" not in (await supervisor.get("/calendar")).text


async def test_two_entries_become_one_person_by_two_people_and_two_again(world: World, desk: Desk) -> None:
    await two_lists(desk)
    steward, supervisor = await person(world, "steward"), await person(world, "supervisor")
    assert "Both hold the same document" in (await steward.get("/merges")).text
    compare = f"/merges/compare?one={FIRST}&other={SECOND}"
    assert "None the same" in (await steward.get(compare)).text
    word = {"entry_id": FIRST, "other_id": SECOND, "key": "DOCUMENT", "decision": "same"}
    assert (await steward.post("/merges", word)).status_code == 303
    waiting = (await supervisor.get(compare)).text
    approval = waiting.partition('action="/merges/')[2].partition("/answer")[0]
    assert (await supervisor.post(f"/merges/{approval}/answer", {"decision": "approve"})).status_code == 303
    await desk.service.current.refresh()
    assert "sources disagree about" in (await steward.get(f"/entries/{SECOND}")).text
    decided = (await steward.get("/merges")).text
    decision = decided.partition("/undoing")[0].rpartition("/")[2]
    assert (await steward.post(f"/merges/{decision}/undoing")).status_code == 303
    await desk.service.current.refresh()
    assert "sources disagree about" not in (await steward.get(f"/entries/{SECOND}")).text


async def test_counts_passes_and_the_register_are_read(world: World, desk: Desk) -> None:
    supervisor, dpo = await person(world, "supervisor"), await person(world, "dpo")
    statistics = (await dpo.get("/list-statistics")).text
    assert "DEMO" in statistics
    assert "".join(HADI.names) not in statistics
    assert MISALI.names[0] not in statistics
    assert (await dpo.get("/rescreening")).status_code == 200
    assert "Nobody has handed in a measurement" in (await dpo.get("/fairness")).text
    clearance = {
        "entry_id": FIRST,
        "evidence": "REDRESS-2027-1",
        "valid_days": "700",
        "redress_number": "R-1",
    }
    assert (await supervisor.post("/cleared", clearance)).status_code == 303
    waiting = (await dpo.get("/cleared")).text
    approval = waiting.partition('action="/cleared/')[2].partition("/approval")[0]
    decided = await dpo.post(f"/cleared/{approval}/approval", {"decision": "approve", "version": "1"})
    assert decided.status_code == 303, decided.text
    assert "REDRESS-2027-1" in (await dpo.get("/cleared")).text.partition("Register")[2]
    watchlist = (await dpo.get("/watchlist")).text
    assert "The demonstration&#39;s own list" in watchlist
