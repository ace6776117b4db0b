"""The operator's commands for the keys of a service's tokens and of its audit log."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.local.service_keys import USES, new_service_key, retire_checkpoint_key, show_service_keys
from shared.audit.log_keys import RETIRED_KEYS_FILE
from shared.security.key_folder import key_files
from shared.security.keys import KeyFile, KeyFileError
from tests.fakes import START

DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ingest's keys, which end in 29 days."""
    for use in USES:
        path = tmp_path / f"{use}.json"
        KeyFile.create(path, owner="ingest", use=use, not_before=START - DAY, not_after=START + 29 * DAY)
    return tmp_path


def test_each_use_asks_for_a_next_key_until_it_has_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show_service_keys(folder, START) == 1
    assert capsys.readouterr().err.count("Nothing signs in 30 days") == 2
    for use in USES:
        assert new_service_key(folder, use, START + 20 * DAY, 365, None) == 0
    capsys.readouterr()
    assert show_service_keys(folder, START) == 0
    assert "0 retired keys" in capsys.readouterr().err


def test_new_key_is_the_services_and_only_its_public_half_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    register = folder / "service-keys.json"
    register.write_text('{"keys": [{"kid": "sharing.1"}]}', encoding="utf-8")
    new_service_key(folder, "service-token", START + 20 * DAY, 365, register)
    (new,) = (key for key in key_files(folder, "service-token") if key.not_before > START)
    assert new.owner == "ingest"
    assert json.loads(capsys.readouterr().out) == new.public_jwk()
    assert json.loads(register.read_text())["keys"] == [{"kid": "sharing.1"}, new.public_jwk()]
    with pytest.raises(KeyFileError, match="exists already"):
        new_service_key(folder, "service-token", START + 20 * DAY, 365, register)


def test_lost_key_is_replaced_though_none_of_its_use_is_left(folder: Path) -> None:
    (folder / "service-token.json").unlink()
    new_service_key(folder, "service-token", START, 365, None)
    assert [key.owner for key in key_files(folder, "service-token")] == ["ingest"]


def test_register_that_cannot_be_read_is_told_in_a_sentence(folder: Path) -> None:
    register = folder / "service-keys.json"
    register.write_text("[]", encoding="utf-8")
    with pytest.raises(KeyFileError, match="not a set of public keys"):
        new_service_key(folder, "service-token", START, 365, register)


def test_folder_without_a_key_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="name one service"):
        new_service_key(tmp_path, "audit-checkpoint", START, 365, None)


def test_retired_keys_public_half_stays(folder: Path) -> None:
    old = KeyFile.load(folder / "audit-checkpoint.json")
    with pytest.raises(KeyFileError, match="the last key of the log"):
        retire_checkpoint_key(folder, "audit-checkpoint.json")
    for number in (1, 2):
        new_service_key(folder, "audit-checkpoint", START + number * DAY, 365, None)
    retire_checkpoint_key(folder, "audit-checkpoint.json")
    retire_checkpoint_key(folder, f"audit-checkpoint-{START + DAY:%Y-%m-%d}.json")
    kept = json.loads((folder / RETIRED_KEYS_FILE).read_text())["keys"]
    assert kept[0] == old.public_jwk()
    assert len(kept) == 2
    assert len(key_files(folder, "audit-checkpoint")) == 1


@pytest.mark.parametrize("name", ["service-token.json", "audit-checkpoint-absent.json"])
def test_what_is_no_key_of_the_log_is_not_retired(folder: Path, name: str) -> None:
    with pytest.raises(KeyFileError):
        retire_checkpoint_key(folder, name)
    assert (folder / "service-token.json").exists()
