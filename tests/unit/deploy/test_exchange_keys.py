"""The operator's commands for the keys of the exchange."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.local.exchange_keys import make_key, show_keys
from services.sharing.protocol.own_keys import OwnKeys, load_sealing_keys
from services.sharing.registers.entries import AuthorityKey
from shared.security.keys import KeyFile, KeyFileError
from tests.fakes import FixedClock
from tests.unit.sharing.samples import NOW, OWN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    KeyFile.create(
        tmp_path / "notice-signing.json",
        owner=OWN,
        use="notice",
        not_before=NOW - timedelta(days=330),
        not_after=NOW + timedelta(days=29),
    )
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_key_that_ends_within_the_overlap_asks_for_the_next(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show_keys(folder, NOW, as_json=True) == 1
    assert json.loads(printed(capsys))["is_covered"] is False
    make_key(folder, "signing", NOW, 365)
    printed(capsys)
    assert show_keys(folder, NOW, as_json=True) == 0
    assert len(json.loads(printed(capsys))["keys"]) == 2
    show_keys(folder, NOW - timedelta(days=300), as_json=False)


@pytest.mark.parametrize("kind", ["signing", "sealing"])
def test_new_key_prints_what_a_register_takes_and_nothing_secret(
    folder: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    begins = NOW + timedelta(days=30)
    assert make_key(folder, kind, begins, 365) == 0  # type: ignore[arg-type]
    entry = AuthorityKey.model_validate_json(printed(capsys))
    assert (entry.use, entry.kid.startswith(f"{OWN}.")) == ("sig" if kind == "signing" else "enc", True)
    assert not entry.is_current(NOW)
    assert entry.is_current(begins)
    known = (
        [OwnKeys(folder, FixedClock(begins)).sender().kid]
        if kind == "signing"
        else list(load_sealing_keys(folder))
    )
    assert entry.kid in known
    with pytest.raises(KeyFileError, match="exists already"):
        make_key(folder, kind, begins, 365)  # type: ignore[arg-type]


def test_folder_without_a_signing_key_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="no signing key"):
        show_keys(tmp_path, NOW, as_json=False)
    with pytest.raises(KeyFileError, match="names the authority"):
        make_key(tmp_path, "sealing", NOW, 90)
