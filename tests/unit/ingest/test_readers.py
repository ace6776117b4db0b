"""Readers in processes of their own: the same answers, and what becomes of a reader that ends."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.local.benchmarks.ingest_load import manifests
from services.ingest.errors import StoreUnavailable
from services.ingest.reading.reader_process import ReaderTerms, ReadingFault
from services.ingest.reading.readers import (
    COMMAND,
    LONG_BYTES,
    READ_HERE_BYTES,
    ReaderLost,
    Readers,
    ReadHere,
    ReadingFailed,
)
from services.ingest.reading.submission import Submission, read_submission
from services.ingest.sensitive import DEFAULT_RULES

TERMS = ReaderTerms("XAA", None, DEFAULT_RULES, b"a secret of this deployment!")
NOW = datetime(2027, 11, 14, 4, 58, 7, tzinfo=UTC)

# A stand-in for a reader: says that it is ready, and does with each body what the test wants.
STAND_IN = """
import os, pickle, sys
started, way = sys.argv[1:]
def told():
    length = sys.stdin.buffer.read(8)
    return pickle.loads(sys.stdin.buffer.read(int.from_bytes(length))) if length else None
def tell(value):
    content = pickle.dumps(value)
    sys.stdout.buffer.write(len(content).to_bytes(8) + content)
    sys.stdout.buffer.flush()
with open(started, "a") as file:
    file.write("x")
told()
if way == "STILLBORN":
    sys.exit(1)
tell("READY")
while (submission := told()) is not None:
    if way == "ENDS" or (way == "ENDS_ONCE" and os.path.getsize(started) == 1):
        sys.exit(1)
    tell(sorted(os.environ) if way == "ENVIRONMENT" else submission.content_type)
"""


def readers(command: Sequence[str] = COMMAND, number: int = 1) -> Readers:
    return Readers(TERMS, ReadHere(TERMS.load()), number, command)


def stand_in(tmp_path: Path, way: str) -> tuple[str, ...]:
    return ("-c", STAND_IN, str(tmp_path / "started"), way)


def body(content_type: str = "", size: int = READ_HERE_BYTES + 1) -> Submission:
    return Submission(b"x" * size, content_type, NOW)


def starts(tmp_path: Path) -> int:
    path = tmp_path / "started"
    return path.stat().st_size if path.exists() else 0


async def asked(read: Readers, submission: Submission) -> Any:
    """What a stand-in answers, which is no message."""
    return await read(submission)


async def test_manifest_is_read_in_another_process_as_it_is_here() -> None:
    (manifest,) = manifests(1, 1, 60)
    assert len(manifest) > READ_HERE_BYTES
    submission = Submission(manifest, "application/edifact", NOW)
    read = readers()
    async with read.running():
        assert await read(submission) == read_submission(submission, TERMS.load())


async def test_small_body_is_read_here(tmp_path: Path) -> None:
    read = readers(stand_in(tmp_path, "ENDS"))
    submission = body(size=READ_HERE_BYTES)
    assert await read(submission) == read_submission(submission, TERMS.load())
    assert starts(tmp_path) == 0


async def test_long_body_does_not_hold_the_reader_of_manifests(tmp_path: Path) -> None:
    read = readers(stand_in(tmp_path, "ANSWERS"))
    async with read.running():
        assert await asked(read, body("usual")) == "usual"
        assert starts(tmp_path) == 1
        assert await asked(read, body("long", LONG_BYTES + 1)) == "long"
        assert starts(tmp_path) == 2


async def test_long_body_is_read_here_in_a_thread_where_there_are_no_readers() -> None:
    submission = body(size=LONG_BYTES + 1)
    assert await ReadHere(TERMS.load())(submission) == read_submission(submission, TERMS.load())


async def test_reader_that_ended_is_started_again_and_its_message_read(tmp_path: Path) -> None:
    read = readers(stand_in(tmp_path, "ENDS_ONCE"))
    async with read.running():
        assert await asked(read, body("first")) == "first"
        assert await asked(read, body("second")) == "second"
    assert starts(tmp_path) == 2


async def test_message_that_ends_every_reader_is_not_taken_and_tried_no_third_time(tmp_path: Path) -> None:
    read = readers(stand_in(tmp_path, "ENDS"))
    async with read.running():
        with pytest.raises(StoreUnavailable):
            await read(body())
    assert starts(tmp_path) == 2


@pytest.mark.parametrize("missing", [True, False], ids=["cannot start", "ends at its start"])
async def test_reader_that_does_not_start_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: bool
) -> None:
    if missing:
        monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-python"))
    read = readers(stand_in(tmp_path, "STILLBORN"))
    async with read.running():
        with pytest.raises(StoreUnavailable):
            await read(body())


async def test_who_goes_away_leaves_no_answer_for_the_next(tmp_path: Path) -> None:
    read = readers(stand_in(tmp_path, "ANSWERS"))
    async with read.running():
        gone = asyncio.create_task(asked(read, body("gone")))
        await asyncio.sleep(0)
        gone.cancel()
        assert await asked(read, body("next")) == "next"
    assert gone.cancelled()
    assert starts(tmp_path) == 1


async def test_bodies_that_wait_are_read_by_so_many_readers_as_there_are(tmp_path: Path) -> None:
    read = readers(stand_in(tmp_path, "ANSWERS"), number=2)
    names = [f"body {number}" for number in range(20)]
    async with read.running():
        assert await asyncio.gather(*(asked(read, body(name)) for name in names)) == names
    assert starts(tmp_path) == 2


async def test_what_is_under_way_is_read_before_the_readers_end(tmp_path: Path) -> None:
    read = readers(stand_in(tmp_path, "ANSWERS"))
    async with read.running():
        under_way = asyncio.create_task(asked(read, body("under way")))
        await asyncio.sleep(0)
    assert await under_way == "under way"


async def test_reader_is_given_nothing_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INGEST_DATABASE_URL", "postgresql://secret")
    read = readers(stand_in(tmp_path, "ENVIRONMENT"))
    async with read.running():
        names = await asked(read, body())
    # Python sets the second by itself where the first says nothing of a language.
    assert set(names) - {"LC_CTYPE"} == {"PYTHONPATH"}


def test_fault_of_a_reader_is_told_without_its_words() -> None:
    failed = ReadingFailed(ReadingFault("KeyError", "paxlst.py:12"))
    assert str(failed) == "KeyError at paxlst.py:12"
    assert not isinstance(failed, ReaderLost)
