"""Which of our own keys signs now, and which ones can still open what others sealed."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from joserfc.jwk import OKPKey

from services.sharing.own_keys import load_sealing_keys, load_sender
from shared.security.keys import KeyFile, KeyFileError
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
    assert load_sender(tmp_path, NOW).kid == old, "the next one waits for its day"
    assert load_sender(tmp_path, NOW + DAY).kid == new
    assert load_sender(tmp_path, NOW + DAY).authority_id == OWN


def test_nothing_signs_when_every_key_is_over(tmp_path: Path) -> None:
    signing(tmp_path, "", NOW - 300 * DAY, NOW)
    with pytest.raises(KeyFileError):
        load_sender(tmp_path, NOW)


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
