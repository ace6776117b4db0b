"""The oversight page: a month on one sheet, nobody in it, and one silent service does not take the page."""

from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.console.seen.oversight import Grant
from shared.audit.checkpoint import CheckpointSigner, note_text
from shared.audit.cosignature import Cosigner
from tests.unit.console.oversight_world import ORIGIN, oversight_answers, reidentification
from tests.unit.console.test_pages import signed_in
from tests.unit.console.world import CANARY, World, a_world, problem

COURT = Cosigner("court.example/witness", Ed25519PrivateKey.from_private_bytes(bytes(32)))
LOG = CheckpointSigner(f"{ORIGIN}ingest", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = a_world(tmp_path)
    made.services.answers |= oversight_answers()
    return made


async def sheet(world: World, path: str = "/oversight", person: str = "dpo") -> str:
    answer = await (await signed_in(world, person)).get(path)
    assert answer.status_code == HTTPStatus.OK, answer.text
    return answer.text


async def test_the_sheet_gathers_every_service_and_names_nobody(world: World) -> None:
    page = await sheet(world)
    for words in (
        "Flights covered by API",
        "97.5",
        "&lt;10",
        "too few to tell",
        "XBB-PIU-01",
        "AGR-XBB-1",
        "SG-03.STATEMENT_TOO_SHORT",
        "48,213",
        "Granted",
        "Eastern africa",
        "which is not the one in use",
        "1204",
    ):
        assert words in page, words
    for staff_or_person in (CANARY, "verifier-1", "court-1", "The link to the case"):
        assert staff_or_person not in page


async def test_every_look_is_for_oversight_and_names_the_month(world: World) -> None:
    await sheet(world, "/oversight?month=2026-05")
    asked = [each for each in world.services.asked if each.url.path == "/v1/oversight/figures"]
    assert len(asked) == 3
    assert {each.url.params["month"] for each in asked} == {"2026-05"}
    assert {each.headers["Purpose-Code"] for each in asked} == {"OVERSIGHT"}


async def test_a_month_that_is_none_has_no_sheet(world: World) -> None:
    browser = await signed_in(world, "dpo")
    assert (await browser.get("/oversight?month=soon")).status_code == HTTPStatus.NOT_FOUND


async def test_a_silent_service_leaves_its_part_out(world: World) -> None:
    gone = problem(503, "NO_ANSWER", "Away.")
    silent = ("http://sharing.test/v1/oversight/figures", "/v1/oversight/transfers", "/v1/retention")
    world.services.answers |= {("GET", path): gone for path in silent}
    world.services.answers |= {("GET", "/v1/reidentifications"): gone, ("GET", "/v1/fairness"): gone}
    world.services.answers |= {("GET", "/v1/audit/checkpoint"): gone}
    page = await sheet(world)
    assert "Sharing does not answer at the moment." in page
    assert "Possible matches" in page
    assert "no answer" in page


async def test_an_empty_month_says_so(world: World) -> None:
    figures = {"service": "x", "month": "2026-06", "kpis": {}, "figures": []}
    for name in ("ingest", "screening", "sharing"):
        world.services.answers["GET", f"http://{name}.test/v1/oversight/figures"] = figures
    world.services.answers["GET", "/v1/oversight/transfers"] = {"transfers": []}
    world.services.answers["GET", "/v1/reidentifications"] = {"requests": []}
    world.services.answers["GET", "/v1/fairness"] = {"tables": []}
    page = await sheet(world)
    for words in (
        "Nothing was refused",
        "Nothing went to another State",
        "Nobody asked",
        "Nothing was measured",
    ):
        assert words in page, words


async def test_transfers_come_anew_by_themselves(world: World) -> None:
    assert 'hx-get="/fragments/oversight/transfers"' in await sheet(world)
    part = await sheet(world, "/fragments/oversight/transfers")
    assert "XBB-PIU-01" in part
    assert "<html" not in part


async def test_who_works_on_hits_has_no_such_page(world: World) -> None:
    browser = await signed_in(world, "supervisor")
    assert (await browser.get("/oversight")).status_code == HTTPStatus.FORBIDDEN


async def test_the_sheet_says_how_far_each_witness_came(world: World, tmp_path: Path) -> None:
    console = world.console.state.console
    sinks = (str(tmp_path / "sink"), f"https://court.test#{COURT.key}")
    settings = console.settings.model_copy(update={"audit_checkpoint_sinks": sinks})
    world.console.state.console = replace(console, settings=settings)
    assert "nothing yet" in await sheet(world)
    note = LOG.sign(1_200, bytes(32))
    place = tmp_path / "sink" / f"{ORIGIN}ingest".replace("/", "_")
    place.mkdir(parents=True)
    cosigned = note + COURT.cosign(note_text(note), datetime(2026, 6, 14, 7, 59, tzinfo=UTC))
    name = f"{1_200:020d}.{COURT.key.key_id.hex()}.checkpoint"
    (place / name).write_text(cosigned, encoding="utf-8")
    assert "court.example/witness: 1200 records" in await sheet(world)


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({"second_finds_need": None}, "Waits for a second officer"),
        ({"second_finds_need": False, "is_granted": None}, "Not needed"),
        ({"is_granted": None}, "Waits for the court or independent authority"),
        ({"is_granted": False}, "Refused"),
        ({"used_at": "2026-06-02T10:00:00Z"}, "Granted and used"),
    ],
)
def test_a_grant_says_how_far_it_came(changes: dict[str, object], standing: str) -> None:
    assert Grant.model_validate(reidentification(**changes)).standing == standing


@pytest.mark.parametrize(
    ("name", "group", "words"),
    [
        ("permitted", "hit.transition", "Ask whether a hit may move"),
        ("sent_abroad_by_paragraph", "2396/11", "Resolution 2396, paragraph 11 (passenger information)"),
    ],
)
async def test_figure_says_in_words_what_it_is_of(world: World, name: str, group: str, words: str) -> None:
    path = ("GET", "/v1/oversight/figures")
    row = {"kpi": 16, "name": name, "group": group, "value": 12, "unit": "count"}
    world.services.answers[path] = {"service": "sharing", "month": "2026-06", "kpis": {}, "figures": [row]}
    assert f">{words}<" in await sheet(world)
