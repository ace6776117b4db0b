"""The keys of a folder as they are now, while files come and go."""

from datetime import timedelta
from pathlib import Path

import pytest

from shared.security.key_folder import KeyRing, key_files
from shared.security.keys import KeyFile, KeyFileError
from tests.fakes import START, FixedClock

DAY = timedelta(days=1)
USE = "service-token"


def a_key(folder: Path, name: str = "", *, owner: str = "ingest", begins: int = 0, ends: int = 60) -> str:
    path = folder / f"{USE}{name}.json"
    life = {"not_before": START + begins * DAY, "not_after": START + ends * DAY}
    return KeyFile.create(path, owner=owner, use=USE, **life).kid


def test_newest_key_in_its_life_signs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = a_key(tmp_path), a_key(tmp_path, "-2", begins=30, ends=90)
    clock = FixedClock()
    ring = KeyRing(tmp_path, USE, clock)
    assert ring.current().kid == old
    clock.advance(days=30)
    assert [key.kid for key in ring.in_life()] == [new, old]
    clock.advance(days=30)
    assert [key.kid for key in ring.in_life()] == [new]
    assert {key.kid for key in ring.held()} == {old, new}
    clock.advance(days=30)
    for _ in range(2):
        with pytest.raises(KeyFileError, match="no key is in its life"):
            ring.current()
    assert capsys.readouterr().out.count("no_key_signs") == 1, "a person is told once"
    last = a_key(tmp_path, "-3", begins=90, ends=91)
    assert ring.current().kid == last


def test_file_that_comes_goes_or_may_be_read_at_last_counts_at_the_next_look(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = a_key(tmp_path)
    ring = KeyRing(tmp_path, USE, FixedClock())
    new = a_key(tmp_path, "-2", begins=-1)
    path = tmp_path / f"{USE}-2.json"
    path.chmod(0o644)
    assert {key.kid for key in ring.held()} == {old}
    assert "others than its owner may read it" in capsys.readouterr().out
    path.chmod(0o600)
    assert {key.kid for key in ring.held()} == {old, new}
    path.unlink()
    assert {key.kid for key in ring.held()} == {old}


def test_link_to_a_file_that_is_not_there_yet_is_passed_over(tmp_path: Path) -> None:
    kid = a_key(tmp_path)
    (tmp_path / f"{USE}-2.json").symlink_to(tmp_path / "absent")
    assert [key.kid for key in KeyRing(tmp_path, USE, FixedClock()).held()] == [kid]


def test_key_of_another_owner_is_not_taken(tmp_path: Path) -> None:
    a_key(tmp_path)
    ring = KeyRing(tmp_path, USE, FixedClock())
    a_key(tmp_path, "-2", owner="sharing")
    (tmp_path / f"{USE}.json").unlink()
    assert ring.current().owner == ring.owner == "ingest"
    a_key(tmp_path)
    with pytest.raises(KeyFileError, match="two owners"):
        KeyRing(tmp_path, USE, FixedClock())


@pytest.mark.parametrize("life", [(-2, 0), (1, 2)], ids=["over", "not begun"])
def test_service_does_not_start_without_a_key_in_its_life(tmp_path: Path, life: tuple[int, int]) -> None:
    a_key(tmp_path, begins=life[0], ends=life[1])
    with pytest.raises(KeyFileError, match=f"{USE}.*no key is in its life"):
        KeyRing(tmp_path, USE, FixedClock())
    assert len(key_files(tmp_path, USE)) == 1


def test_service_does_not_start_without_a_key_or_a_folder(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(KeyFileError, match="no key is in its life"):
            KeyRing(folder, USE, FixedClock())
