"""What the filter drops is found nowhere: not in the database or its files, logs, answers, figures, dumps."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.local.postgres import EmbeddedPostgres
from services.ingest.reading import submission as reading
from services.ingest.reading.elements import KNOWN_ELEMENTS
from services.ingest.reading.reader_process import ReaderTerms, framed
from services.ingest.reading.submission import Submission
from services.ingest.sensitive import DEFAULT_RULES
from shared.observability.logging import configure_logging
from tests.integration.ingest.conftest import LEGAL_ROW, PROFILE_ROW, Ingest
from tests.security.planted import FORMATS, SEAT_FOR_DISABLED, Planting

ROOT = Path(__file__).parents[3]
PURPOSE = {"purpose-code": "OVERSIGHT", "purpose-statement": "canary"}
READ_TABLES = r"""SELECT format('SELECT each::text FROM %I.%I AS each', schemaname, tablename) FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') \gexec"""
LIST_DATABASES = "SELECT datname FROM pg_database WHERE datallowconn AND datname <> 'template1' ORDER BY 1"
TAKEN = sorted(set(FORMATS) - {"REFUSED"})


@dataclass
class Search:
    """Everything that was said, and where else to look."""

    ingest: Ingest
    postgres: EmbeddedPostgres
    folder: Path
    said: list[str] = field(default_factory=list)

    async def submit(self, plantings: dict[str, Planting]) -> dict[str, int]:
        """Post each format's planted message; gives the statuses."""
        statuses: dict[str, int] = {}
        for name, plant in plantings.items():
            content_type, write = FORMATS[name]
            for accept in ("application/json", "application/edifact"):
                answer = await self.ingest.submit(write(plant), Content_Type=content_type, Accept=accept)
                self.said.append(f"{answer.text} {answer.headers}")
                statuses[name] = answer.status_code
        return statuses

    async def places(self, written: str) -> list[tuple[str, str]]:
        """Each place where a text may have come to lie, by its name."""
        receipts = await self.ingest.rows("SELECT message_id FROM message ORDER BY received_at")
        auditor = self.ingest.issuer.token("AUDITOR")
        asked = [f"/v1/receipts/{row.message_id}" for row in receipts]
        answers = [
            await self.ingest.http.get(path, headers={"Authorization": f"Bearer {auditor}", **PURPOSE})
            for path in (*asked, "/v1/audit/export", "/metrics", "/v1/flights")
        ]
        assert [answer.status_code for answer in answers[: len(asked) + 2]] == [200] * (len(asked) + 2)
        queued = json.dumps([message.body for message in self.ingest.screening.delivered], default=str)
        return [
            ("answers", "".join(self.said)),
            ("receipts, export, metrics", "".join(answer.text for answer in answers)),
            ("queue", queued),
            ("log", written),
            *(await asyncio.to_thread(self.tables)),
        ]

    def tables(self) -> list[tuple[str, str]]:
        """Every row of every table of every database, as text."""
        databases = self.postgres.run_sql("postgres", LIST_DATABASES).split()
        return [(database, self.postgres.run_sql(database, READ_TABLES)) for database in databases]

    def files(self) -> Iterator[Path]:
        """Every file of the cluster (tables, WAL, temporary files, log) and of the service's data folder."""
        # What is still in memory goes to the files first.
        self.postgres.run_sql("postgres", "CHECKPOINT")
        cluster = Path(self.postgres.run_sql("postgres", "SHOW data_directory").strip())
        for folder in (cluster, self.postgres.log.parent, self.folder):
            yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.fixture
def plantings(request: pytest.FixtureRequest) -> dict[str, Planting]:
    """A planting for each format, unlike those of every other test."""
    letters = re.sub("[^A-Z]", "", request.node.name.upper())[-12:]
    return {name: Planting(f"{name}{letters}") for name in FORMATS}


@pytest.fixture
async def search(ingest: Ingest, postgres: EmbeddedPostgres, tmp_path: Path) -> Search:
    """The service with API and PNR in force, logging everything."""
    profile = PROFILE_ROW | {"data_class": "PNR", "allowed_elements": sorted(KNOWN_ELEMENTS)}
    await ingest.put_in_force("collection-profiles", profile)
    await ingest.put_in_force("legal-rows", LEGAL_ROW | {"data_class": "PNR"})
    configure_logging("ingest", "debug")
    return Search(ingest, postgres, tmp_path)


def dropped_of(plantings: dict[str, Planting]) -> list[str]:
    return [sign for plant in plantings.values() for sign in plant.dropped if sign != SEAT_FOR_DISABLED]


def found_in_texts(places: list[tuple[str, str]], signs: list[str]) -> set[tuple[str, str]]:
    """Place and sign of everything found, written as text or in hexadecimal digits."""
    sought = {**{sign: sign for sign in signs}, **{sign.encode().hex(): sign for sign in signs}}
    pattern = re.compile("|".join(map(re.escape, sought)))
    return {(place, sought[found]) for place, text in places for found in pattern.findall(text)}


def found_in_files(files: Iterator[Path], signs: list[str]) -> set[str]:
    pattern = re.compile(b"|".join(re.escape(sign.encode()) for sign in signs))
    return {found.decode() for path in files for found in pattern.findall(path.read_bytes())}


async def test_nothing_dropped_is_found_anywhere(
    search: Search, plantings: dict[str, Planting], capfd: pytest.CaptureFixture[str]
) -> None:
    statuses = await search.submit(plantings)
    assert statuses == dict.fromkeys(TAKEN, 202) | {"REFUSED": 400}
    await search.ingest.screen()
    captured = capfd.readouterr()
    places = await search.places(captured.out + captured.err)
    dropped = dropped_of(plantings)
    assert found_in_texts(places, [*dropped, f'"{SEAT_FOR_DISABLED}"']) == set()
    assert found_in_files(search.files(), dropped) == set()
    # The search sees what may be kept: every taken message's surname, in a table and in the cluster's files.
    lawful = [plantings[name].lawful for name in TAKEN]
    assert {sign for _, sign in found_in_texts(places, lawful)} == set(lawful)
    assert found_in_files(search.files(), lawful) == set(lawful)
    wal = (path for path in search.files() if path.parent.name == "pg_wal")
    assert found_in_files(wal, lawful) == set(lawful)


async def test_search_finds_what_a_filter_switched_off_leaves(
    search: Search,
    plantings: dict[str, Planting],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(reading, "filter_message", lambda message, _rules: message)
    await search.submit(plantings)
    await search.ingest.screen()
    captured = capfd.readouterr()
    places = await search.places(captured.out + captured.err)
    found = {sign for _, sign in found_in_texts(places, dropped_of(plantings))}
    assert {plantings[name].titled for name in TAKEN} <= found
    assert {plantings[name].card for name in TAKEN if name != "PAXLST"} <= found
    assert plantings["PAXLST"].titled in found_in_files(search.files(), dropped_of(plantings))


async def test_nothing_dropped_is_found_after_the_store_failed(
    search: Search, plantings: dict[str, Planting], capfd: pytest.CaptureFixture[str]
) -> None:
    (database,) = [str(row[0]) for row in await search.ingest.rows("SELECT current_database()")]
    await asyncio.to_thread(
        search.postgres.run_sql, database, "ALTER TABLE traveller RENAME TO traveller_elsewhere"
    )
    statuses = await search.submit({name: plantings[name] for name in TAKEN})
    assert set(statuses.values()) == {503}
    captured = capfd.readouterr()
    assert "message_not_stored" in captured.out + captured.err
    places = [("log", captured.out + captured.err), ("answers", "".join(search.said)), *search.tables()]
    dropped = dropped_of(plantings)
    signs = [*dropped, *(plant.lawful for plant in plantings.values())]
    assert found_in_texts(places, signs) == set()
    assert found_in_files(search.files(), dropped) == set()


CRASH = """
import faulthandler, os, sys
from datetime import UTC, datetime
from services.ingest.formats.registry import read_messages
from services.ingest.sensitive import filter_message
from shared.observability.logging import configure_logging, get_logger
from shared.process import forbid_core_dumps
from tests.security.planted import FORMATS, Planting

forbid_core_dumps()
faulthandler.enable()
configure_logging("ingest", "debug")
name, way = sys.argv[1:]
content_type, write = FORMATS[name]
messages = read_messages(write(Planting(name)), content_type, datetime(2027, 11, 14, tzinfo=UTC))
kept = [filter_message(message) for message in messages]
try:
    raise ValueError(messages, kept)
except ValueError as fault:
    get_logger().error("message_not_stored", exc_info=fault)
    print(messages, kept, *messages, fault, file=sys.stderr)
    if way == "abort":
        os.abort()
    raise
"""


@pytest.mark.parametrize("way", ["raise", "abort"])
@pytest.mark.parametrize("name", TAKEN)
def test_crash_of_the_process_tells_nothing(name: str, way: str, tmp_path: Path) -> None:
    environment: dict[str, Any] = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    died = subprocess.run(
        [sys.executable, "-c", CRASH, name, way],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert died.returncode != 0
    told = died.stdout + died.stderr
    assert "<personal>" in told
    assert ("Fatal Python error: Aborted" in told) == (way == "abort")
    plant = Planting(name)
    assert [sign for sign in (*plant.dropped, plant.lawful) if sign in told] == []
    assert list(tmp_path.iterdir()) == []


READER = """
import faulthandler, os, sys
from services.ingest.reading import reader_process
from services.ingest.reading.submission import read_submission

way = sys.argv[1]

def fail(submission, terms):
    read = read_submission(submission, terms)
    if way == "abort":
        faulthandler.enable()
        os.abort()
    if way == "raise":
        raise ValueError(submission, read)
    raise SystemExit(repr([submission, read]))

reader_process.read_submission = fail
reader_process.main()
"""


@pytest.mark.parametrize("way", ["raise", "abort", "exit"])
def test_crash_of_a_reader_tells_nothing(way: str, tmp_path: Path) -> None:
    content_type, write = FORMATS["PNRGOV"]
    plant = Planting("PNRGOV")
    body = write(plant)
    terms = ReaderTerms("XAA", None, DEFAULT_RULES, b"a secret of this deployment!")
    submission = Submission(body, content_type, datetime(2027, 11, 14, tzinfo=UTC))
    died = subprocess.run(
        [sys.executable, "-c", READER, way],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        input=framed(terms) + framed(submission),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (died.returncode == 0) == (way == "raise")
    told = died.stdout + died.stderr
    assert (b"ValueError" in died.stdout) == (way == "raise")
    assert (b"Fatal Python error: Aborted" in died.stderr) == (way == "abort")
    assert (b"<personal>" in died.stderr) == (way == "exit")
    assert [sign for sign in (*plant.dropped, plant.lawful) if sign.encode() in told] == []
    assert list(tmp_path.iterdir()) == []
