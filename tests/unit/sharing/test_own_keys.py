"""Which of our own keys signs now, and which ones can still open what others sealed."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from joserfc.jwk import OKPKey

from services.sharing.protocol.own_keys import OwnKeys, load_sealing_keys
from shared.security.keys import KeyFile, KeyFileError
from tests.fakes import FixedClock
from tests.unit.sharing.samples import NOW, OWN

DAY = timedelta(days=1)


def signing(folder: Path, name: str, begins: datetime, ends: datetime) -> str:
    return KeyFile.create(
        folder / f"notice-signing{name}.json", owner=OWN, use="notice", not_before=begins, not_after=ends
    ).kid


def sealing(folder: Path, name: str, *, mode: int = 0o600, content: str | None = None) -> str:
    key = OKPKey.generate_key("X25519", private=True, auto_kid=True)
    path = folder / f"notice-sealing{name}.json"
    path.touch(mode=mode)
    path.write_text(content or json.dumps(key.as_dict(private=True)), encoding="utf-8")
    return str(key.kid)


def test_newest_key_in_its_life_signs(tmp_path: Path) -> None:
    old = signing(tmp_path, "", NOW - 300 * DAY, NOW + 30 * DAY)
    new = signing(tmp_path, "-2026-06-02", NOW + DAY, NOW + 366 * DAY)
    clock = FixedClock(NOW)
    keys = OwnKeys(tmp_path, clock)
    assert keys.sender().kid == old, "the next one waits for its day"
    clock.advance(days=1)
    assert keys.sender().kid == new
    assert keys.authority_id == OWN
    clock.advance(days=365)
    with pytest.raises(KeyFileError, match="no key is in its life"):
        keys.sender()


def test_nothing_signs_when_every_key_is_over(tmp_path: Path) -> None:
    signing(tmp_path, "", NOW - 300 * DAY, NOW)
    with pytest.raises(KeyFileError):
        OwnKeys(tmp_path, FixedClock(NOW))


def test_key_that_is_written_beside_the_old_one_is_used_without_a_restart(tmp_path: Path) -> None:
    old, first = signing(tmp_path, "", NOW - 300 * DAY, NOW + 30 * DAY), sealing(tmp_path, "")
    keys = OwnKeys(tmp_path, FixedClock(NOW))
    held_by_others = keys.sealing
    new, second = signing(tmp_path, "-2026-06-01", NOW, NOW + 365 * DAY), sealing(tmp_path, "-2026-06-01")
    assert keys.sender().kid == new
    assert set(held_by_others) == {first, second}
    (tmp_path / "notice-signing-2026-06-01.json").unlink()
    assert keys.sender().kid == old, "what was stolen is taken out, and signs no more"


@pytest.mark.parametrize("content", ["", '{"kid": "XZZ-PIU-01.1"}'])
def test_key_file_that_cannot_be_used_changes_nothing_and_is_read_once_it_can(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    old, first = signing(tmp_path, "", NOW - 300 * DAY, NOW + 30 * DAY), sealing(tmp_path, "")
    keys = OwnKeys(tmp_path, FixedClock(NOW))
    second = sealing(tmp_path, "-2026-06-01")
    half_written = tmp_path / "notice-signing-2026-06-01.json"
    half_written.touch(mode=0o600)
    half_written.write_text(content, encoding="utf-8")
    assert keys.sender().kid == old
    assert set(keys.sealing) == {first, second}
    assert "keys_not_read" in capsys.readouterr().out
    half_written.unlink()
    assert keys.sender().kid != signing(tmp_path, "-2026-06-01", NOW, NOW + 365 * DAY) == keys.sender().kid


def test_key_of_another_authority_is_not_taken(tmp_path: Path) -> None:
    old = signing(tmp_path, "", NOW - 300 * DAY, NOW + 30 * DAY)
    keys = OwnKeys(tmp_path, FixedClock(NOW))
    stranger = tmp_path / "notice-signing-2026-06-01.json"
    KeyFile.create(stranger, owner="XZZ-PIU-01", use="notice", not_before=NOW, not_after=NOW + DAY)
    (tmp_path / "notice-signing.json").unlink()
    assert keys.sender().kid == old


def test_every_sealing_key_that_is_kept_opens(tmp_path: Path) -> None:
    kids = {sealing(tmp_path, ""), sealing(tmp_path, "-2026-06-02")}
    assert set(load_sealing_keys(tmp_path)) == kids


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"kty": "OKP", "crv": "X25519", "x": "AA"}'])
def test_file_that_holds_no_private_key_stops_the_service(tmp_path: Path, content: str) -> None:
    sealing(tmp_path, "", content=content or " ")
    with pytest.raises(KeyFileError):
        load_sealing_keys(tmp_path)


def test_key_that_others_may_read_stops_the_service(tmp_path: Path) -> None:
    sealing(tmp_path, "", mode=0o644)
    (tmp_path / "notice-sealing.json").chmod(0o644)
    with pytest.raises(KeyFileError, match="others than its owner"):
        load_sealing_keys(tmp_path)
