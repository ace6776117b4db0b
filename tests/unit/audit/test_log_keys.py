"""The keys of a log: which sign, and which verify."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from shared.audit.checkpoint import open_checkpoint
from shared.audit.log_keys import CHECKPOINT_KEYS, RETIRED_KEYS_FILE, LogKeys, verifier_keys_of
from shared.security.keys import KeyFile, KeyFileError
from tests.fakes import START, FixedClock

ROOT = bytes(32)


def a_key(folder: Path, name: str = "", *, days: int = 1) -> KeyFile:
    life = {"not_before": START, "not_after": START + timedelta(days=days)}
    return KeyFile.create(
        folder / f"{CHECKPOINT_KEYS}{name}.json", owner="ingest", use=CHECKPOINT_KEYS, **life
    )


def test_each_key_in_its_life_signs_and_each_verifies_alone(tmp_path: Path) -> None:
    a_key(tmp_path)
    a_key(tmp_path, "-2", days=2)
    clock = FixedClock()
    keys = LogKeys(tmp_path, "XAA", "ingest", clock)
    note = keys.sign(7, ROOT)
    assert [open_checkpoint(note, [key]).size for key in keys.verifier_keys()] == [7, 7]
    clock.advance(days=1)
    assert keys.sign(7, ROOT).count("\n— ") == 1
    clock.advance(days=1)
    with pytest.raises(KeyFileError, match="no key is in its life"):
        keys.sign(7, ROOT)
    assert verifier_keys_of(tmp_path, "XAA", "ingest") == keys.verifier_keys()


def test_retired_key_verifies_once_however_often_it_is_named(tmp_path: Path) -> None:
    old, current = a_key(tmp_path), a_key(tmp_path, "-2")
    keys = LogKeys(tmp_path, "XAA", "ingest", FixedClock())
    before = set(keys.verifier_keys())
    rows = [old.public_jwk(), old.public_jwk(), current.public_jwk()]
    (tmp_path / RETIRED_KEYS_FILE).write_text(json.dumps({"keys": rows}), encoding="utf-8")
    (tmp_path / f"{CHECKPOINT_KEYS}.json").unlink()
    assert len(keys.verifier_keys()) == 2
    assert set(keys.verifier_keys()) == set(verifier_keys_of(tmp_path, "XAA", "ingest")) == before


@pytest.mark.parametrize(
    "content", ["", "[]", '{"keys": [{}]}', '{"keys": [{"kty": "OKP", "crv": "Ed25519"}]}']
)
def test_file_of_retired_keys_that_cannot_be_read_stops_the_service(tmp_path: Path, content: str) -> None:
    a_key(tmp_path)
    (tmp_path / RETIRED_KEYS_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(KeyFileError, match="not a set of public keys"):
        LogKeys(tmp_path, "XAA", "ingest", FixedClock())
