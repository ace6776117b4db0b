"""A witness cosigns what only grew, remembers it on disk, and refuses forks and rollbacks."""

import io
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.witness.__main__ import main
from services.witness.app import create_witness
from services.witness.store import MAX_EVIDENCE, WitnessFile, WitnessFileRefused
from shared.audit.checkpoint import CheckpointSigner, note_text
from shared.audit.cosignature import cosigned_at
from shared.audit.witness_request import MAX_REQUEST_BYTES, SIZE_MEDIA_TYPE, AddCheckpoint
from tests.fakes import FixedClock
from tests.unit.witness.trees import ORIGIN, SIGNER, GrowingLog

STRANGER = CheckpointSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32)))


@pytest.fixture
def file(tmp_path: Path) -> WitnessFile:
    """A witness of one log."""
    made = WitnessFile.create(tmp_path / "witness.sqlite", "court.example/witness")
    made.add_log(SIGNER.verifier_key)
    return made


@pytest.fixture
async def client(file: WitnessFile, clock: FixedClock) -> AsyncIterator[httpx.AsyncClient]:
    """The witness over HTTP."""
    transport = httpx.ASGITransport(app=create_witness(file, clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://court.test") as opened:
        yield opened


async def submit(
    client: httpx.AsyncClient, log: GrowingLog, old: int, size: int | None = None
) -> httpx.Response:
    checkpoint, note = log.signed(size)
    proof = await log.proof(old, checkpoint.size) if old <= checkpoint.size else ()
    return await client.post("/add-checkpoint", content=AddCheckpoint(old, proof, note).body())


async def test_a_log_that_only_grows_is_cosigned_each_time(
    client: httpx.AsyncClient, file: WitnessFile, clock: FixedClock
) -> None:
    log, old = GrowingLog(), 0
    for grown in (0, 3, 0, 8, 1):
        log.grow(grown)
        answer = await submit(client, log, old)
        assert answer.status_code == 200, answer.text
        text = note_text(log.signed()[1])
        assert cosigned_at(text, answer.text.splitlines(), file.cosigner().key) == clock.now()
        old = len(log.leaves)
    latest = await client.get(f"/checkpoint/{ORIGIN}")
    assert latest.text == log.signed()[1] + answer.text


async def test_what_was_seen_outlives_the_process(
    client: httpx.AsyncClient, file: WitnessFile, tmp_path: Path
) -> None:
    log = GrowingLog(5)
    await submit(client, log, 0)
    again = WitnessFile(tmp_path / "witness.sqlite")
    with again.deciding() as decision:
        assert (decision.seen(ORIGIN).size, decision.seen(ORIGIN).root) == (5, log.root(5))


async def test_a_log_that_lost_count_is_told_where_it_stands(client: httpx.AsyncClient) -> None:
    log = GrowingLog(5)
    await submit(client, log, 0)
    log.grow(2)
    answer = await submit(client, log, 3)
    assert (answer.status_code, answer.text) == (409, "5\n")
    assert answer.headers["Content-Type"].partition(";")[0] == SIZE_MEDIA_TYPE
    assert (await submit(client, log, 5)).status_code == 200


async def test_a_fork_of_the_same_size_is_refused_and_kept_as_evidence(
    client: httpx.AsyncClient, file: WitnessFile
) -> None:
    await submit(client, GrowingLog(5), 0)
    for _ in range(2):
        assert (await submit(client, GrowingLog(5, "forged "), 5)).status_code == 409
    (kept,) = file.evidence()
    assert (kept.origin, kept.status) == (ORIGIN, 409)
    assert AddCheckpoint.parse(kept.request).note == GrowingLog(5, "forged ").signed()[1]


async def test_a_rewritten_log_that_grew_on_is_refused(client: httpx.AsyncClient, file: WitnessFile) -> None:
    await submit(client, GrowingLog(5), 0)
    rewritten = GrowingLog(9, "forged ")
    assert (await submit(client, rewritten, 0)).status_code == 409
    assert (await submit(client, rewritten, 5)).status_code == 422
    assert [each.status for each in file.evidence()] == [422]
    assert (await submit(client, GrowingLog(9), 5)).status_code == 200


async def test_a_log_that_was_set_back_is_refused(client: httpx.AsyncClient) -> None:
    log = GrowingLog(9)
    await submit(client, log, 0)
    assert (await submit(client, log, 9, size=5)).status_code == 400
    answer = await submit(client, log, 0, size=5)
    assert (answer.status_code, answer.text) == (409, "9\n")


async def test_unknown_logs_foreign_keys_and_other_bodies_are_refused(client: httpx.AsyncClient) -> None:
    other = CheckpointSigner("safeconduct/XBB/ingest", STRANGER.private).sign(1, bytes(32))
    foreign = STRANGER.sign(1, bytes(32))
    answers = [
        await client.post("/add-checkpoint", content=body)
        for body in (
            AddCheckpoint(0, (), other).body(),
            AddCheckpoint(0, (), foreign).body(),
            AddCheckpoint(0, (), "no note").body(),
            b"hello",
            b"x" * (MAX_REQUEST_BYTES + 1),
        )
    ]
    assert [each.status_code for each in answers] == [404, 403, 400, 400, 413]
    assert (await client.get("/checkpoint/nobody")).status_code == 404


def test_evidence_has_a_limit(file: WitnessFile, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "witness.sqlite")) as connection, connection:
        for number in range(MAX_EVIDENCE):
            row = (str(number), "2026-11-21", ORIGIN, 409, b"")
            connection.execute("INSERT INTO evidence VALUES (?, ?, ?, ?, ?)", row)
    with file.deciding() as decision:
        decision.keep_evidence(file.evidence()[0], "one more")
    assert len(file.evidence()) == MAX_EVIDENCE


def test_a_witness_is_never_made_twice_and_never_without_its_memory(tmp_path: Path) -> None:
    path = tmp_path / "witness.sqlite"
    made = WitnessFile.create(path, "court.example/witness")
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(WitnessFileRefused, match="never overwritten"):
        WitnessFile.create(path, "court.example/witness")
    path.unlink()
    with pytest.raises(WitnessFileRefused, match="there is none"):
        made.cosigner()


async def test_the_command_makes_a_witness_and_shows_what_it_refused(
    tmp_path: Path, clock: FixedClock
) -> None:
    path, out, err = str(tmp_path / "witness.sqlite"), io.StringIO(), io.StringIO()
    assert main([path, "init", "court.example/witness"], out, err) == 0
    assert out.getvalue().startswith("court.example/witness+")
    assert main([path, "add-log", str(SIGNER.verifier_key)], out, err) == 0
    assert main([path, "evidence"], out, err) == 0
    transport = httpx.ASGITransport(app=create_witness(WitnessFile(Path(path)), clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://court.test") as client:
        await submit(client, GrowingLog(2), 0)
        await submit(client, GrowingLog(2, "forged "), 2)
    assert main([path, "evidence"], out, err) == 1
    assert "1 refused requests are to be looked at." in out.getvalue()
    assert main([path, "init", "court.example/witness"], out, err) == 2
    assert main([path, "add-log", "nonsense"], out, err) == 2
    assert len(err.getvalue().splitlines()) == 2
    with pytest.raises(SystemExit):
        main([path, "init", "two words"], out, err)
