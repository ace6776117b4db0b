from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.audit.checkpoint import Checkpoint, CheckpointSigner
from shared.audit.sinks import FolderSink, HttpsSink, SinkConflict, SinkUnavailable, open_sinks

SIGNER = CheckpointSigner("safeconduct/XAA/ingest", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


def signed(size: int, root: bytes = bytes(32)) -> tuple[Checkpoint, str]:
    return Checkpoint(SIGNER.origin, size, root), SIGNER.sign(size, root)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*.checkpoint"))


async def test_each_checkpoint_gets_a_file_of_its_own(tmp_path: Path) -> None:
    sink = FolderSink(tmp_path / "not" / "yet" / "there")
    for size in (9, 10):
        await sink.publish(*signed(size))
    nine, ten = files(tmp_path / "not" / "yet" / "there")
    assert nine.name == "00000000000000000009.checkpoint"
    assert ten.read_text(encoding="utf-8") == signed(10)[1]
    assert nine.stat().st_mode & 0o222 == 0


async def test_same_checkpoint_again_is_harmless(tmp_path: Path) -> None:
    sink = FolderSink(tmp_path)
    for _ in range(2):
        await sink.publish(*signed(9))
    assert len(files(tmp_path)) == 1


async def test_other_checkpoint_of_the_same_size_is_a_conflict(tmp_path: Path) -> None:
    sink = FolderSink(tmp_path)
    await sink.publish(*signed(9))
    with pytest.raises(SinkConflict, match="size 9"):
        await sink.publish(*signed(9, bytes(range(32))))
    assert files(tmp_path)[0].read_text(encoding="utf-8") == signed(9)[1]


async def test_note_that_a_crash_cut_short_is_completed(tmp_path: Path) -> None:
    sink = FolderSink(tmp_path)
    await sink.publish(*signed(9))
    (file,) = files(tmp_path)
    file.unlink()
    file.write_text(signed(9)[1][:40], encoding="utf-8")
    assert await sink.newest(SIGNER.origin, SIGNER.verifier_keys()) is None
    await sink.publish(*signed(9))
    assert file.read_text(encoding="utf-8") == signed(9)[1]


async def test_newest_is_the_largest_that_our_key_signed(tmp_path: Path) -> None:
    sink = FolderSink(tmp_path)
    for size in (9, 100, 20):
        await sink.publish(*signed(size))
    place = tmp_path / "safeconduct_XAA_ingest"
    (place / "notes.txt").write_text("zzz", encoding="utf-8")
    (place / f"{200:020d}.checkpoint").write_bytes(b"\xff")
    assert await sink.newest(SIGNER.origin, SIGNER.verifier_keys()) == signed(100)[0]


async def test_folder_without_the_log_knows_nothing(tmp_path: Path) -> None:
    assert await FolderSink(tmp_path).newest(SIGNER.origin, SIGNER.verifier_keys()) is None


async def test_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(SinkUnavailable):
        await FolderSink(tmp_path / "file").publish(*signed(9))


async def publish_to(answer: Callable[[httpx.Request], httpx.Response]) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        sink = HttpsSink("https://witness.test/checkpoints", client)
        await sink.publish(*signed(9))
        assert await sink.newest(SIGNER.origin, SIGNER.verifier_keys()) is None


async def test_address_gets_the_note() -> None:
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        return httpx.Response(201)

    await publish_to(answer)
    assert seen == [signed(9)[1].encode()]


async def test_address_that_holds_another_checkpoint_is_a_conflict() -> None:
    with pytest.raises(SinkConflict):
        await publish_to(lambda _: httpx.Response(409))


@pytest.mark.parametrize("status", [301, 404, 500])
async def test_address_that_does_not_take_it_is_unavailable(status: int) -> None:
    with pytest.raises(SinkUnavailable, match=f"HTTP {status}"):
        await publish_to(lambda _: httpx.Response(status))


async def test_address_that_does_not_answer_is_unavailable() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    with pytest.raises(SinkUnavailable, match="ConnectError"):
        await publish_to(answer)


async def test_setting_names_folders_and_addresses() -> None:
    async with httpx.AsyncClient() as client:
        kinds = [type(sink) for sink in open_sinks(["folder", "https://witness.test"], client)]
    assert kinds == [FolderSink, HttpsSink]
