"""A file that comes in: its size and digest while it flows, no more than may be, and nothing left of it."""

import hashlib
from pathlib import Path

import pytest

from services.screening.watchlist.received import LONG_FROM_BYTES, ReceivedFile, TooLong, mapped

PART = b"0123456789abcdef" * 4096


def filled(folder: Path, size: int) -> ReceivedFile:
    received = ReceivedFile(size, folder)
    for start in range(0, size, len(PART)):
        received.take(PART[: size - start])
    return received


def test_a_short_file_stays_in_memory(tmp_path: Path) -> None:
    with filled(tmp_path, LONG_FROM_BYTES - 1) as received:
        assert not received.is_long
        assert received.size == LONG_FROM_BYTES - 1
        assert received.sha256 == hashlib.sha256(received.content()).hexdigest()
        assert list(tmp_path.iterdir()) == []


def test_a_long_file_is_mapped_from_disk_and_has_no_name(tmp_path: Path) -> None:
    with filled(tmp_path, LONG_FROM_BYTES + 5) as received:
        assert received.is_long
        content = mapped(received.descriptor())
        assert content[:] == received.piece(0, received.size)
        assert content[-5:] == received.piece(LONG_FROM_BYTES, 10)
        assert hashlib.sha256(content).hexdigest() == received.sha256
        assert list(tmp_path.iterdir()) == []


def test_a_file_is_never_longer_than_it_may_be(tmp_path: Path) -> None:
    with ReceivedFile(10, tmp_path) as received:
        received.take(b"x" * 10)
        with pytest.raises(TooLong):
            received.take(b"x")
        assert received.piece(0, 100) == b"x" * 10
