"""The watched folder: taken once complete, answered beside, gone at the end, whole after a crash."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.ingest.errors import StoreUnavailable
from services.ingest.formats.sheet_template import template_csv
from services.ingest.ports import Ports
from services.ingest.replies.ackres import DEFAULT_ERRORS
from services.ingest.ways_in import drop_files
from services.ingest.ways_in.drop_folder import DropFolder
from tests.integration.ingest.conftest import MESSAGES, Ingest

MAX_BYTES = 100_000
SENDER = {"client": "carrier-XA", "carriers": ["XA"]}


class Dropped:
    """A drop folder with one account, and the loop that a test turns by hand."""

    def __init__(self, root: Path, ingest: Ingest) -> None:
        self.root = root
        self.ingest = ingest
        self.account = root / "carrier-XA"
        (self.account / "in").mkdir(parents=True)
        self.start()

    def start(self) -> None:
        """A fresh process: it remembers nothing."""
        ports: Ports = self.ingest.app.state.ports
        self.loop = DropFolder(self.root, ports, max_body_bytes=MAX_BYTES)

    def put(self, name: str, body: bytes) -> Path:
        path = self.account / "in" / name
        path.write_bytes(body)
        return path

    async def twice(self) -> int:
        return await self.loop.look() + await self.loop.look()

    def names(self, folder: str) -> list[str]:
        return sorted(path.name for path in (self.account / folder).iterdir())

    def receipt(self) -> Any:
        (name,) = [name for name in self.names("receipts") if name.endswith(".receipt.json")]
        return json.loads((self.account / "receipts" / name).read_bytes())

    async def travellers(self) -> int:
        return len(await self.ingest.rows("SELECT 1 FROM traveller"))


@pytest.fixture
async def dropped(ingest: Ingest, tmp_path: Path) -> Dropped:
    await ingest.put_in_force("senders", SENDER)
    return Dropped(tmp_path / "drop", ingest)


async def test_file_is_taken_answered_beside_and_gone(dropped: Dropped, paxlst_a: bytes) -> None:
    dropped.put("list.edi", paxlst_a)
    assert await dropped.loop.look() == 0
    assert await dropped.loop.look() == 1
    receipt = dropped.receipt()
    assert (receipt["status"], receipt["travellers"]["accepted"]) == ("ACCEPTED", 3)
    end = receipt["id"][-12:]
    assert dropped.names("receipts") == [f"list.edi.{end}.receipt.json", f"list.edi.{end}.reply.edi"]
    assert b"CUSRES" in (dropped.account / "receipts" / f"list.edi.{end}.reply.edi").read_bytes()
    assert (dropped.names("in"), dropped.names("done"), dropped.names("refused")) == (
        [],
        [f"list.edi.{end}.json"],
        [],
    )
    assert await dropped.travellers() == 3
    for path in dropped.account.rglob("*"):
        assert path.is_dir() or b"PAPADAKI" not in path.read_bytes()


async def test_file_that_grows_is_left_until_it_stands_still(dropped: Dropped, paxlst_a: bytes) -> None:
    path = dropped.put("list.edi", paxlst_a[:100])
    assert await dropped.loop.look() == 0
    path.write_bytes(paxlst_a)
    assert await dropped.loop.look() == 0
    assert await dropped.loop.look() == 1


async def test_file_renamed_from_part_is_taken_at_once_and_no_part_ever(
    dropped: Dropped, paxlst_a: bytes
) -> None:
    path = dropped.put("list.edi.part", paxlst_a)
    assert await dropped.twice() == 0
    path.rename(path.with_suffix(""))
    assert await dropped.loop.look() == 1


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("list.csv", template_csv(), "ACCEPTED"),
        ("Liste für heute.csv", template_csv(), "ACCEPTED"),
        ("list.csv", b"Name,Age\r\nRoe,3\r\n", "REJECTED"),
        ("letter.txt", b"dear authority", "REJECTED"),
        ("cut.edi", b"UNB+UNOA:4+XADCS+GRGOVAPI+271114:0410+1'UNH+1+PAXLST:D:15B:UN'", "REJECTED"),
    ],
)
async def test_any_format_is_taken_or_refused_and_never_kept(
    dropped: Dropped, name: str, body: bytes, status: str
) -> None:
    dropped.put(name, body)
    assert await dropped.twice() == 1
    answer = dropped.receipt()
    assert answer.get("receipt", answer)["status"] == status
    assert dropped.names("in") == []
    assert len(dropped.names("refused" if status == "REJECTED" else "done")) == 1
    assert all(name.isascii() and " " not in name for name in dropped.names("receipts"))


async def test_file_that_is_too_large_is_refused_unread(dropped: Dropped) -> None:
    dropped.put("big.edi", b"U" * (MAX_BYTES + 1))
    assert await dropped.twice() == 1
    assert dropped.receipt()["code"] == "PAYLOAD_TOO_LARGE"
    assert (dropped.names("in"), dropped.names("refused")) == ([], ["big.edi.too-large.json"])
    assert await dropped.ingest.rows("SELECT 1 FROM message") == []


async def test_account_that_nobody_registered_is_left_alone(dropped: Dropped, paxlst_a: bytes) -> None:
    folder = dropped.root / "carrier-XB" / "in"
    folder.mkdir(parents=True)
    (folder / "list.edi").write_bytes(paxlst_a)
    (dropped.root / "carrier-XC").symlink_to(dropped.root / "carrier-XB")
    assert await dropped.twice() == 0
    assert [path.name for path in (dropped.root / "carrier-XB").iterdir()] == ["in"]


async def test_link_in_the_folder_is_never_followed(dropped: Dropped, tmp_path: Path) -> None:
    secret = tmp_path / "secret.edi"
    secret.write_bytes(template_csv())
    (dropped.account / "in" / "list.csv").symlink_to(secret)
    assert await dropped.twice() == 0
    assert secret.exists()


def fails_once(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies at this step: everything before it happened, nothing after it."""
    real: Callable[..., Any] = getattr(drop_files, step)

    def die(*_: Any) -> None:
        monkeypatch.setattr(drop_files, step, real)
        raise KeyboardInterrupt

    monkeypatch.setattr(drop_files, step, die)


@pytest.mark.parametrize("step", ["write_whole", "delete"])
async def test_nothing_is_lost_or_doubled_when_the_process_dies_between_two_steps(
    dropped: Dropped, paxlst_a: bytes, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped.put("list.edi", paxlst_a)
    fails_once(step, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        await dropped.twice()
    assert dropped.names("in") == ["list.edi"]
    dropped.start()
    assert await dropped.twice() == 1
    assert (len(dropped.names("done")), len(dropped.names("receipts")), dropped.names("in")) == (1, 2, [])
    assert await dropped.travellers() == 3
    assert len(await dropped.ingest.rows("SELECT 1 FROM message")) == 1


async def test_file_waits_while_nothing_can_be_stored(
    dropped: Dropped, paxlst_a: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> None:
        raise StoreUnavailable(retry_after_seconds=2)

    dropped.put("list.edi", paxlst_a)
    with monkeypatch.context() as broken:
        broken.setattr(dropped.loop, "_receive", away)
        assert await dropped.twice() == 0
    assert dropped.names("in") == ["list.edi"]
    assert await dropped.loop.look() == 1


async def test_file_that_nobody_foresaw_does_not_keep_the_others_waiting(
    dropped: Dropped, paxlst_a: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped.put("a.edi", b"x")
    dropped.put("b.edi", paxlst_a)
    real = drop_files.read_whole

    def stumble(path: Path, stamp: drop_files.Stamp, limit: int) -> bytes | None:
        if path.name == "a.edi":
            raise RuntimeError
        return real(path, stamp, limit)

    monkeypatch.setattr(drop_files, "read_whole", stumble)
    assert await dropped.twice() == 1
    monkeypatch.undo()
    assert await dropped.loop.look() == 0
    dropped.ingest.clock.advance(minutes=2)
    assert await dropped.loop.look() == 1


async def test_receipts_are_forgotten_after_their_time(dropped: Dropped, paxlst_a: bytes) -> None:
    dropped.put("list.edi", paxlst_a)
    await dropped.twice()
    for folder in ("receipts", "done"):
        for path in (dropped.account / folder).iterdir():
            os.utime(path, (0, 0))
    dropped.ingest.clock.advance(hours=2)
    await dropped.loop.look()
    assert (dropped.names("receipts"), dropped.names("done")) == ([], [])


async def test_reservations_in_xml_are_answered_in_xml(dropped: Dropped) -> None:
    dropped.put("push.xml", (MESSAGES / "pnrgov-a.xml").read_bytes())
    await dropped.twice()
    (reply,) = [name for name in dropped.names("receipts") if ".reply." in name]
    assert reply.endswith(".reply.xml")
    assert b"<IATA_AcknowledgementRS" in (dropped.account / "receipts" / reply).read_bytes()


async def test_reservations_are_answered_with_the_errors_that_the_state_agreed_on(dropped: Dropped) -> None:
    ports: Ports = dropped.ingest.app.state.ports
    agreed = DEFAULT_ERRORS.with_codes({}, otherwise="999")
    dropped.loop = DropFolder(dropped.root, ports, max_body_bytes=MAX_BYTES, errors=agreed)
    # Without a law for PNR it is refused.
    dropped.put("push.edi", (MESSAGES / "pnrgov-a.edi").read_bytes())
    await dropped.twice()
    (reply,) = [name for name in dropped.names("receipts") if ".reply." in name]
    assert b"ERC+999'" in (dropped.account / "receipts" / reply).read_bytes()
