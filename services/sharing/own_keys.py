"""Our own keys: the one that signs now, and all to which others may still seal.

While one key replaces another both are in the folder: the newest in its life signs, and what was sealed to
the older one is still read. Counterparts hold both public halves for the overlap (sharing-protocol.md §9.4).
"""

import json
import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from services.sharing.notices import Sender
from shared.identifiers import AuthorityId
from shared.security.keys import KeyFile, KeyFileError

SIGNING_FILES: Final = "notice-signing*.json"
SEALING_FILES: Final = "notice-sealing*.json"
FIRST_SIGNING_FILE: Final = "notice-signing.json"
MAX_KEY_FILE_BYTES: Final = 4096


def load_sender(folder: Path, now: datetime) -> Sender:
    """Our authority and its key: the newest one in its life; its owner is the authority.

    Raises:
        KeyFileError: No file holds a usable key that is valid now.
    """
    found = [KeyFile.load(path) for path in sorted(folder.glob(SIGNING_FILES))]
    current = [key for key in found if key.is_valid_at(now)]
    if not current:
        key = KeyFile.load(folder / FIRST_SIGNING_FILE, valid_at=now)
        return Sender(AuthorityId(key.owner), key.kid, key.jose_key())
    key = max(current, key=lambda each: each.not_before)
    return Sender(AuthorityId(key.owner), key.kid, key.jose_key())


def load_sealing_keys(folder: Path) -> Mapping[str, ECKey | OKPKey]:
    """Our private encryption keys by key id.

    Raises:
        KeyFileError: A file is not one of ours, or readable by others.
    """
    keys: dict[str, ECKey | OKPKey] = {}
    for path in sorted(folder.glob(SEALING_FILES)):
        key = _sealing_key(path)
        keys[str(key.kid)] = key
    return keys


def _sealing_key(path: Path) -> ECKey | OKPKey:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileError(reason="others than its owner may read it", name=path.name)
        with path.open("rb") as stream:
            content: dict[str, Any] = json.loads(stream.read(MAX_KEY_FILE_BYTES))
        key: ECKey | OKPKey = (
            ECKey.import_key(content) if content["kty"] == "EC" else OKPKey.import_key(content)
        )
    except (OSError, ValueError, KeyError, TypeError, JoseError):
        raise KeyFileError(reason="it is not a key of ours", name=path.name) from None
    if not key.is_private or not key.kid:
        raise KeyFileError(reason="it is not a private key with an id", name=path.name)
    return key
