"""A test message of any kind is read, checked and answered; nobody in it is stored, screened or told of."""

import json

import httpx
import pytest

from services.ingest.formats.sheet_template import template_csv, template_workbook
from services.ingest.ways_in.upload_routes import XLSX_TYPE
from tests.integration.ingest.conftest import LEGAL_ROW, MESSAGES, PROFILE_ROW, Ingest


def of(name: str) -> bytes:
    return (MESSAGES / name).read_bytes()


def marked(name: str) -> bytes:
    """The message with UNB 0035 = 1: eleven elements, of which the sample has fewer."""
    start, unb, rest = of(name).partition(b"UNB+")
    header, end, messages = rest.partition(b"'")
    return start + unb + header + b"+" * (10 - header.count(b"+")) + b"1" + end + messages


def as_manifest(**members: object) -> bytes:
    return json.dumps(json.loads(of("paxlst-a.json")) | {"kind": "MANIFEST", **members}).encode()


EDIFACT = "application/edifact"
# What says by itself that it is a test.
MARKED = {
    "passengers": (marked("paxlst-a.edi"), EDIFACT),
    "crew": (marked("paxlst-b.edi"), EDIFACT),
    "bookings": (marked("pnrgov-a.edi"), EDIFACT),
    "bookings in XML": (
        of("pnrgov-a.xml").replace(b'Target="Production"', b'Target="Test"'),
        "application/xml",
    ),
    "manifest": (as_manifest(is_test=True), "application/json"),
    "sheet": (template_csv().replace(b"Test,no", b"Test,yes"), "text/csv"),
}
# What does not, and is uploaded with the tick.
UNMARKED = {
    "passengers": (of("paxlst-a.edi"), EDIFACT),
    "crew": (of("paxlst-b.edi"), EDIFACT),
    "bookings": (of("pnrgov-a.edi"), EDIFACT),
    "bookings in XML": (of("pnrgov-a.xml"), "application/xml"),
    "manifest": (as_manifest(), "application/json"),
    "CSV": (template_csv(), "text/csv"),
    "workbook": (template_workbook(), XLSX_TYPE),
}


@pytest.fixture
async def state(ingest: Ingest) -> Ingest:
    """A State that may collect bookings too."""
    await ingest.put_in_force("legal-rows", LEGAL_ROW | {"data_class": "PNR"})
    await ingest.put_in_force("collection-profiles", PROFILE_ROW | {"data_class": "PNR"})
    return ingest


async def filled_tables(ingest: Ingest) -> dict[str, int]:
    """How many rows each table has, without the receipts and the log, which a test leaves too."""
    tables = await ingest.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    counts = {}
    for (name,) in tables:
        if name not in {"message", "alembic_version"} and not name.startswith("audit"):
            ((count,),) = await ingest.rows(f"SELECT count(*) FROM {name}")
            counts[name] = count
    return counts


async def post(ingest: Ingest, path: str, body: bytes, content_type: str) -> httpx.Response:
    token = ingest.issuer.carrier_token("XA")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}
    return await ingest.http.post(path, content=body, headers=headers)


def assert_taken_as_a_test(answer: httpx.Response) -> None:
    assert answer.status_code == 202, answer.text
    receipt = answer.json()
    assert receipt["is_test"] is True
    assert receipt["status"] != "REJECTED"


@pytest.mark.parametrize(("body", "content_type"), MARKED.values(), ids=MARKED)
async def test_message_that_says_that_it_is_a_test_leaves_nothing_but_its_receipt(
    state: Ingest, body: bytes, content_type: str
) -> None:
    before = await filled_tables(state)
    assert_taken_as_a_test(await post(state, "/v1/messages", body, content_type))
    assert await filled_tables(state) == before
    assert await state.rows("SELECT 1 FROM message WHERE NOT is_test OR flight_id IS NOT NULL") == []


@pytest.mark.parametrize(("body", "content_type"), UNMARKED.values(), ids=UNMARKED)
async def test_upload_with_the_tick_is_a_test_whatever_the_file_says(
    state: Ingest, body: bytes, content_type: str
) -> None:
    before = await filled_tables(state)
    assert_taken_as_a_test(await post(state, "/v1/manifests/upload?is_test=true", body, content_type))
    assert await filled_tables(state) == before
    real = await post(state, "/v1/messages", body, content_type)
    assert (real.status_code, real.json()["is_test"]) == (202, False), real.text
    assert await filled_tables(state) != before


async def test_test_of_a_check_in_is_answered_and_screens_nobody(state: Ingest) -> None:
    before = await filled_tables(state)
    answer = await post(state, "/v1/interactive", marked("paxlst-a.edi"), EDIFACT)
    assert answer.status_code in {200, 202}, answer.text
    assert b"CUSRES" in answer.content
    assert await filled_tables(state) == before
    assert state.screening.delivered == []
