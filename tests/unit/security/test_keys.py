"""Key files: made once, read only by their owner."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from shared.security.keys import KeyFile, KeyFileError

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=90)


def a_key_file(folder: Path) -> tuple[Path, KeyFile]:
    path = folder / "key.json"
    return path, KeyFile.create(path, owner="ingest", use="service-token", not_before=START, not_after=END)


def test_created_key_reads_back_the_same(tmp_path: Path) -> None:
    path, created = a_key_file(tmp_path)
    loaded = KeyFile.load(path)
    assert (loaded.kid, loaded.use, loaded.not_before, loaded.not_after) == (
        created.kid,
        "service-token",
        START,
        END,
    )
    created.public_key.verify(loaded.sign(b"content"), b"content")


def test_key_id_opens_with_its_owner(tmp_path: Path) -> None:
    _, key = a_key_file(tmp_path)
    assert key.owner == "ingest"
    assert key.kid.startswith("ingest.")


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    path, _ = a_key_file(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path, _ = a_key_file(tmp_path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="others"):
        KeyFile.load(path)


def test_existing_key_is_never_overwritten(tmp_path: Path) -> None:
    path, _ = a_key_file(tmp_path)
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="exists"):
        a_key_file(tmp_path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        {"private": "AAAA"},
        {"private": None},
        {"not_before": "2026-01-01T00:00:00"},
        {"not_after": "later"},
        {"extra": 1},
    ],
)
def test_file_of_another_shape_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path, _ = a_key_file(tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(KeyFileError):
        KeyFile.load(path)


def test_absent_and_overlong_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be read"):
        KeyFile.load(tmp_path / "none.json")
    long = tmp_path / "long.json"
    long.write_text(" " * 4097)
    long.chmod(0o600)
    with pytest.raises(KeyFileError, match="too long"):
        KeyFile.load(long)


def test_private_part_never_prints(tmp_path: Path) -> None:
    path, key = a_key_file(tmp_path)
    assert json.loads(path.read_text())["private"] not in repr(key)
    assert "private" not in repr(key)


def test_changed_content_fails_the_signature(tmp_path: Path) -> None:
    _, key = a_key_file(tmp_path)
    with pytest.raises(InvalidSignature):
        key.public_key.verify(key.sign(b"content"), b"Content")


def test_key_is_valid_from_its_first_to_before_its_last_instant(tmp_path: Path) -> None:
    _, key = a_key_file(tmp_path)
    just_before = timedelta(microseconds=1)
    assert [key.is_valid_at(at) for at in (START - just_before, START, END - just_before, END)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("life", "words"),
    [((-2, -1), "its life is over"), ((1, 2), "its life has not begun"), ((-1, 0), "its life is over")],
)
def test_key_outside_its_life_is_refused_where_it_shall_sign(
    tmp_path: Path, life: tuple[int, int], words: str
) -> None:
    path = tmp_path / "service-token.json"
    begin, end = (START + timedelta(days=days) for days in life)
    KeyFile.create(path, owner="ingest", use="service-token", not_before=begin, not_after=end)
    with pytest.raises(KeyFileError, match=f"service-token.json.*{words}"):
        KeyFile.load(path, valid_at=START)
    assert KeyFile.load(path).owner == "ingest"
