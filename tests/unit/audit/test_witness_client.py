"""Our side of a witness: cosignatures are kept, forks and rollbacks raise the alarm, a lie stops nothing."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.witness.app import create_witness
from services.witness.store import WitnessFile
from shared.audit.checkpoint import CheckpointRefused, note_text
from shared.audit.cosignature import Cosigner
from shared.audit.sinks import SinkUnavailable
from shared.audit.witness import (
    WitnessConflict,
    WitnessRefused,
    WitnessSink,
    is_witness,
    last_cosigned,
    witness_key_of,
)
from shared.audit.witness_request import SIZE_MEDIA_TYPE
from tests.fakes import FixedClock
from tests.unit.witness.trees import ORIGIN, SIGNER, GrowingLog

COURT = Cosigner("court.example/witness", Ed25519PrivateKey.from_private_bytes(bytes(31) + b"w"))
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def file(tmp_path: Path) -> WitnessFile:
    made = WitnessFile.create(tmp_path / "witness.sqlite", "court.example/witness")
    made.add_log(SIGNER.verifier_key)
    return made


@pytest.fixture
async def client(file: WitnessFile, clock: FixedClock) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_witness(file, clock))
    async with httpx.AsyncClient(transport=transport) as opened:
        yield opened


def sink_of(file: WitnessFile, client: httpx.AsyncClient, log: GrowingLog, folder: Path) -> WitnessSink:
    return WitnessSink("http://court.test/", file.cosigner().key, client, log, [folder])


async def test_each_checkpoint_is_cosigned_and_kept_with_the_cosignature(
    file: WitnessFile, client: httpx.AsyncClient, tmp_path: Path, clock: FixedClock
) -> None:
    log, key = GrowingLog(), file.cosigner().key
    sink = sink_of(file, client, log, tmp_path / "kept")
    for grown in (0, 3, 6):
        log.grow(grown)
        await sink.publish(*log.signed())
    assert last_cosigned(tmp_path / "kept", ORIGIN, key) == (9, clock.now())
    assert await sink.newest(SIGNER.origin, SIGNER.verifier_keys()) is None


async def test_after_a_restart_the_witness_says_where_it_stands(
    file: WitnessFile, client: httpx.AsyncClient, tmp_path: Path, clock: FixedClock
) -> None:
    log = GrowingLog(4)
    await sink_of(file, client, log, tmp_path / "kept").publish(*log.signed())
    log.grow(3)
    await sink_of(file, client, log, tmp_path / "kept").publish(*log.signed())
    assert last_cosigned(tmp_path / "kept", ORIGIN, file.cosigner().key) == (7, clock.now())


async def test_a_fork_and_a_rollback_raise_the_alarm(
    file: WitnessFile, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    log = GrowingLog(6)
    await sink_of(file, client, log, tmp_path).publish(*log.signed())
    for other in (GrowingLog(4), GrowingLog(6, "forged "), GrowingLog(9, "forged ")):
        with pytest.raises(WitnessConflict) as caught:
            await sink_of(file, client, other, tmp_path).publish(*other.signed())
        assert caught.value.code == "AUDIT_WITNESS_CONFLICT"
    assert isinstance(caught.value, SinkUnavailable), "an outsider's word stops nothing"


async def test_another_process_of_ours_that_was_quicker_is_no_alarm(
    file: WitnessFile, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    log = GrowingLog(6)
    await sink_of(file, client, log, tmp_path).publish(*log.signed())
    slower = sink_of(file, client, log, tmp_path)
    for _ in range(2):
        await slower.publish(*log.signed(4))
    log.grow(1)
    await slower.publish(*log.signed())


async def asked(answer: Answer, folder: Path, log: GrowingLog | None = None) -> None:
    tree = log or GrowingLog(5)
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        sink = WitnessSink("https://court.test", COURT.key, client, tree, [folder])
        await sink.publish(*tree.signed())


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_witness_that_does_not_cosign_is_told_apart_from_one_that_is_away(
    status: int, tmp_path: Path
) -> None:
    with pytest.raises(WitnessRefused, match=f"HTTP {status}"):
        await asked(lambda _: httpx.Response(status), tmp_path)
    with pytest.raises(SinkUnavailable, match="HTTP 503") as caught:
        await asked(lambda _: httpx.Response(503), tmp_path)
    assert caught.value.code == "AUDIT_SINK_UNAVAILABLE"


async def test_a_witness_that_cannot_be_reached_is_asked_again_later(tmp_path: Path) -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(SinkUnavailable, match="ConnectError"):
        await asked(away, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 20_000,
        Cosigner("other.example", COURT.private).cosign("another", FixedClock().now()),
        COURT.cosign("another text\n", FixedClock().now()),
    ],
)
async def test_an_answer_without_its_cosignature_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(WitnessRefused):
        await asked(lambda _: httpx.Response(200, text=text), tmp_path)
    assert last_cosigned(tmp_path, ORIGIN, COURT.key) is None


async def test_a_refusal_without_a_size_is_an_alarm(tmp_path: Path) -> None:
    with pytest.raises(WitnessConflict, match="another root"):
        await asked(lambda _: httpx.Response(409, text="Conflict"), tmp_path)


async def test_a_witness_whose_size_never_settles_is_asked_again_later(tmp_path: Path) -> None:
    sizes = iter((1, 2, 3))

    def moving(_: httpx.Request) -> httpx.Response:
        return httpx.Response(409, text=f"{next(sizes)}\n", headers={"Content-Type": SIZE_MEDIA_TYPE})

    with pytest.raises(SinkUnavailable, match="quicker"):
        await asked(moving, tmp_path)


async def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("", encoding="utf-8")
    log = GrowingLog(5)
    line = COURT.cosign(note_text(log.signed()[1]), FixedClock().now())
    with pytest.raises(SinkUnavailable):
        await asked(lambda _: httpx.Response(200, text=line), in_the_way, log)


def test_an_address_with_a_key_behind_it_is_a_witness() -> None:
    assert is_witness(f"https://court.test/w#{COURT.key}")
    assert witness_key_of(f"https://court.test/w#{COURT.key}") == COURT.key
    assert not is_witness("https://sink.test/notes")
    assert not is_witness("folder#1")
    with pytest.raises(CheckpointRefused):
        witness_key_of("https://court.test/w#nonsense")


def test_what_a_folder_holds_is_verified_before_it_counts(tmp_path: Path) -> None:
    log, key, now = GrowingLog(9), COURT.key, FixedClock().now()
    place = tmp_path / ORIGIN.replace("/", "_")
    place.mkdir()

    def keep(size: int, content: str | bytes) -> None:
        written = content if isinstance(content, bytes) else content.encode()
        (place / f"{size:020d}.{key.key_id.hex()}.checkpoint").write_bytes(written)

    def cosigned(size: int) -> str:
        note = log.signed(size)[1]
        return note + COURT.cosign(note_text(note), now)

    assert last_cosigned(tmp_path, ORIGIN, key) is None
    keep(9, b"\xff")
    keep(8, log.signed(8)[1])
    keep(7, cosigned(6).replace("\n6\n", "\n7\n"))
    assert last_cosigned(tmp_path, ORIGIN, key) is None
    keep(5, cosigned(5))
    assert last_cosigned(tmp_path, ORIGIN, key) == (5, now)
