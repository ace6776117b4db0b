"""What PostgreSQL's own words become: one sentence that a person can act on."""

from pathlib import Path

import pytest

from deploy.local import postgres_state
from deploy.local.children import last_line, open_log
from deploy.local.faults import DatabaseFailed, DiskFull, PortTaken
from deploy.local.postgres_identity import unprivileged_user
from deploy.local.postgres_state import check_room, explain_failure, says_ready


@pytest.mark.parametrize(
    ("tail", "fault"),
    [
        ("FATAL: could not write lock file: No space left on device", DiskFull),
        ("LOG: could not bind IPv4 address: Address already in use", PortTaken),
        ("2026 FATAL:  data directory has wrong ownership", DatabaseFailed),
        ("", DatabaseFailed),
    ],
)
def test_each_failure_has_its_sentence(tmp_path: Path, tail: str, fault: type[Exception]) -> None:
    told = explain_failure(tail, "start", tmp_path, 8106, tmp_path / "log")
    assert isinstance(told, fault)
    assert "\n" not in str(told)


def test_fatal_line_is_passed_on(tmp_path: Path) -> None:
    tail = "LOG:  starting\nFATAL:  data directory has wrong ownership\nLOG:  shut down\n"
    told = explain_failure(tail, "start", tmp_path, 8106, tmp_path / "log")
    assert "data directory has wrong ownership" in str(told)


def test_disk_without_room_is_refused_beforehand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_room(tmp_path)
    monkeypatch.setattr(postgres_state, "MINIMUM_FREE_MEBIBYTES", 2**40)
    with pytest.raises(DiskFull, match="too little room"):
        check_room(tmp_path)


@pytest.mark.parametrize(
    ("lines", "is_ready"),
    [
        (["1", "/d", "0", "8106", "", "127.0.0.1", "x", "ready   "], True),
        (["1", "/d", "0", "8107", "", "127.0.0.1", "x", "ready   "], False),
        (["1", "/d", "0", "8106", "", "127.0.0.1", "x", "starting"], False),
        (["1", "/d", "0", "8106"], False),
    ],
)
def test_readiness_is_read_from_the_lock_file(tmp_path: Path, lines: list[str], is_ready: bool) -> None:
    lock = tmp_path / "postmaster.pid"
    lock.write_text("\n".join(lines) + "\n")
    assert says_ready(lock, 8106) is is_ready


def test_server_without_lock_file_is_not_ready(tmp_path: Path) -> None:
    assert says_ready(tmp_path / "none", 8106) is False


def test_log_that_grew_too_long_is_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.children.MAX_LOG_BYTES", 3)
    log = tmp_path / "deep" / "ingest.jsonl"
    for text in ("1234", "5"):
        with open_log(log) as descriptor:
            Path(f"/proc/self/fd/{descriptor}").write_text(text)
    assert (log.read_text(), (log.parent / "ingest.jsonl.old").read_text()) == ("5", "1234")
    assert log.stat().st_mode & 0o777 == 0o600


def test_last_words_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert last_line(log) == "it said nothing"
    log.write_text("first\nlast words\n\n")
    assert last_line(log) == "last words"


def test_unprivileged_user_is_not_root() -> None:
    assert unprivileged_user().pw_uid != 0
