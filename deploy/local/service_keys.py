"""`./run keys`: the keys of a service's tokens and of its audit log, as an operator changes them.

Source: safeguards.md SG-41 (the log's proofs); `docs/keys.md`.
"""

import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from deploy.local.machine import write_secret
from deploy.local.terminal import say
from shared.audit.log_keys import CHECKPOINT_KEYS, RETIRED_KEYS_FILE, read_retired
from shared.security.key_folder import key_files
from shared.security.keys import KeyFile, KeyFileError
from shared.security.tokens import SERVICE_KEYS

OVERLAP: Final = timedelta(days=30)
KeyUse = Literal["service-token", "audit-checkpoint"]
USES: Final[Sequence[KeyUse]] = (SERVICE_KEYS, CHECKPOINT_KEYS)


def show_service_keys(folder: Path, now: datetime) -> int:
    """List the keys of a service's folder, and the retired ones of its log.

    Returns:
        0 when something signs for each use until an overlap from now; 1 when it is time for a new key.

    Raises:
        KeyFileError: A file cannot be used.
    """
    uncovered = []
    for use in USES:
        keys = key_files(folder, use)
        for key in keys:
            say(f"{use}  {key.kid}  {key.not_before:%Y-%m-%d} to {key.not_after:%Y-%m-%d}")
        if not any(key.is_valid_at(now) for key in keys) or not any(
            key.is_valid_at(now + OVERLAP) for key in keys
        ):
            uncovered.append(use)
    say(f"{len(read_retired(list(folder.glob(RETIRED_KEYS_FILE))))} retired keys of the log verify.")
    for use in uncovered:
        say(f"Nothing signs in {OVERLAP.days} days from now: make the next one with `new FOLDER {use}`.")
    return 1 if uncovered else 0


def new_service_key(folder: Path, use: KeyUse, begins: datetime, days: int, register: Path | None) -> int:
    """Write the next key beside the old ones, and print its public half.

    Args:
        folder: A service's `keys_folder`; a key that is there names the service.
        use: What it is for.
        begins: From when it signs; aware, UTC.
        days: How long.
        register: The services' file of public keys, to which a token's key is added.

    Raises:
        KeyFileError: The folder holds no key that names the service, or one with this beginning; or the
            register cannot be read.
    """
    # Of either use: a token's key that was stolen is out of the folder before the next one is made.
    owners = {key.owner for each in USES for key in key_files(folder, each)}
    if len(owners) != 1:
        raise KeyFileError(reason="the folder has no keys that name one service", name=f"{use}.json")
    path = folder / f"{use}-{begins:%Y-%m-%d}.json"
    ends = begins + timedelta(days=days)
    key = KeyFile.create(path, owner=owners.pop(), use=use, not_before=begins, not_after=ends)
    sys.stdout.write(json.dumps(key.public_jwk(), indent=2) + "\n")
    if register is not None:
        _add(register, key.public_jwk())
    return 0


def retire_checkpoint_key(folder: Path, name: str) -> int:
    """Take a key of the log out of its folder, and keep its public half: what it signed goes on verifying.

    Raises:
        KeyFileError: There is no such key, or it is the last.
    """
    path = folder / name
    if not path.match(f"{CHECKPOINT_KEYS}*.json"):
        raise KeyFileError(reason="it is not a key of the log", name=name)
    key = KeyFile.load(path)
    if len(key_files(folder, CHECKPOINT_KEYS)) == 1:
        raise KeyFileError(reason="it is the last key of the log", name=name)
    register = folder / RETIRED_KEYS_FILE
    if not register.exists():
        write_secret(register, json.dumps({"keys": []}))
    # Its public half is on disk before the key goes; in the other order a crash would lose both.
    _add(register, key.public_jwk())
    path.unlink()
    say(f"{key.kid} signs no more; what it signed verifies.")
    return 0


def _add(register: Path, row: dict[str, Any]) -> None:
    """Add a public key to a JWKS file; running services read it at its next use."""
    try:
        rows = json.loads(register.read_text(encoding="utf-8"))["keys"]
    except (ValueError, KeyError, TypeError):
        raise KeyFileError(reason="it is not a set of public keys", name=register.name) from None
    write_secret(register, json.dumps({"keys": [*rows, row]}, indent=2))
