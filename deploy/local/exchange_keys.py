"""`./run exchange keys` and `new-key`: the keys of the exchange as an operator rotates them.

Source: sharing-protocol.md §9.4 (rotation within 12 months, 30 days of overlap); `docs/exchange/keys.md`.
"""

import json
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from joserfc.jwk import OKPKey

from deploy.local.terminal import say
from services.sharing.protocol.own_keys import SIGNING_KEYS, load_sealing_keys
from shared.security.key_folder import key_files
from shared.security.keys import KeyFile, KeyFileError

OVERLAP: Final = timedelta(days=30)
MAX_LIFE: Final = timedelta(days=365)
KeyKind = Literal["signing", "sealing"]


def show_keys(folder: Path, now: datetime, *, as_json: bool) -> int:
    """List the keys of a folder with their public halves, as a counterpart registers them.

    Args:
        folder: The `keys_folder` of sharing.
        now: The present instant.
        as_json: One JSON object: `keys`, and `is_covered`.

    Returns:
        0 when the key that signs is good for the time of an overlap; 1 when it is time for a new one.

    Raises:
        KeyFileError: A file cannot be used, or there is none.
    """
    signing = key_files(folder, SIGNING_KEYS)
    if not signing:
        raise KeyFileError(reason="there is no signing key", name=f"{SIGNING_KEYS}.json")
    sealing = load_sealing_keys(folder)
    is_covered = any(key.is_valid_at(now) and key.is_valid_at(now + OVERLAP) for key in signing)
    entries = [_signing_entry(key) for key in signing]
    entries += [_sealing_entry(kid, key.as_dict(private=False)) for kid, key in sorted(sealing.items())]
    if as_json:
        sys.stdout.write(json.dumps({"keys": entries, "is_covered": is_covered}) + "\n")
    else:
        for key in signing:
            say(f"signs   {key.kid}  {key.not_before:%Y-%m-%d} to {key.not_after:%Y-%m-%d}")
        for kid in sorted(sealing):
            say(f"unseals {kid}  while its file is there")
        if not is_covered:
            say(f"No key signs in {OVERLAP.days} days from now: make the next one with `new-key signing`.")
    return 0 if is_covered else 1


def make_key(folder: Path, kind: KeyKind, begins: datetime, days: int) -> int:
    """Write a new key beside the old ones, and print what counterparts register of it.

    Args:
        folder: The `keys_folder` of sharing; its signing key names the authority.
        kind: What it is for.
        begins: From when it signs, or others seal to it; aware, UTC.
        days: How long, at most a year.

    Raises:
        KeyFileError: The folder has no signing key, or a key with this beginning.
    """
    owners = [key.owner for key in key_files(folder, SIGNING_KEYS)]
    if not owners:
        raise KeyFileError(
            reason="there is no signing key, which names the authority", name=f"{SIGNING_KEYS}.json"
        )
    ends = begins + min(timedelta(days=days), MAX_LIFE)
    path = folder / f"notice-{kind}-{begins:%Y-%m-%d}.json"
    if kind == "signing":
        key = KeyFile.create(path, owner=owners[0], use="notice", not_before=begins, not_after=ends)
        entry = _signing_entry(key)
    else:
        entry = _new_sealing_key(path, owners[0]) | _life(begins, ends)
    sys.stdout.write(json.dumps(entry, indent=2) + "\n")
    say(f"Two people at each counterpart register this before {begins:%Y-%m-%d}, when it is used by itself.")
    return 0


def _new_sealing_key(path: Path, owner: str) -> dict[str, Any]:
    key = OKPKey.generate_key("X25519", private=True, auto_kid=True)
    content = key.as_dict(private=True)
    content["kid"] = f"{owner}.{content['kid']}"
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise KeyFileError(reason="it exists already", name=path.name) from None
    path.write_text(json.dumps(content), encoding="utf-8")
    return _sealing_entry(str(content["kid"]), content)


def _signing_entry(key: KeyFile) -> dict[str, Any]:
    jwk = {name: str(key.public_jwk()[name]) for name in ("kty", "crv", "x")}
    return {"kid": key.kid, "use": "sig", "alg": "EdDSA", "jwk": jwk} | _life(key.not_before, key.not_after)


def _sealing_entry(kid: str, key: Mapping[str, Any]) -> dict[str, Any]:
    jwk = {name: str(key[name]) for name in ("kty", "crv", "x", "y") if name in key}
    return {"kid": kid, "use": "enc", "alg": "ECDH-ES", "jwk": jwk}


def _life(begins: datetime, ends: datetime) -> dict[str, str]:
    return {"not_before": begins.isoformat(), "not_after": ends.isoformat()}
