"""Our own keys: the one that signs now, and all to which others may still seal.

While one key replaces another both are in the folder: the newest in its life signs, and what was sealed to
the older one is still read. Counterparts hold both public halves for the overlap (sharing-protocol.md §9.4).
The folder is looked at each time (`shared/security/key_folder.py`): a key comes and goes without a restart.
"""

import json
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from services.sharing.protocol.sender import Sender
from shared.clock import Clock
from shared.identifiers import AuthorityId
from shared.security.key_folder import KeyRing, ReadAgain
from shared.security.keys import KeyFileError

SIGNING_KEYS: Final = "notice-signing"
SEALING_FILES: Final = "notice-sealing*.json"
MAX_KEY_FILE_BYTES: Final = 4096


class OwnKeys:
    """Our authority and its keys, as the folder has them now.

    Raises:
        KeyFileError: A file is not one of ours, or none holds a key that signs now.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._signing = KeyRing(folder, SIGNING_KEYS, clock)
        self.authority_id = AuthorityId(self._signing.owner)
        #: Our private encryption keys by key id.
        self.sealing: Mapping[str, ECKey | OKPKey] = _SealingKeys(folder)

    def sender(self) -> Sender:
        """Our authority and the newest of its keys that is in its life.

        Raises:
            KeyFileError: None is.
        """
        key = self._signing.current()
        return Sender(self.authority_id, key.kid, key.jose_key())


class _SealingKeys(Mapping[str, ECKey | OKPKey]):
    """The folder's keys that open, at each look as they are then."""

    def __init__(self, folder: Path) -> None:
        self._files = ReadAgain(folder, SEALING_FILES, _read_sealing_keys)

    def __getitem__(self, kid: str) -> ECKey | OKPKey:
        return self._files.content()[kid]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files.content())

    def __len__(self) -> int:
        return len(self._files.content())


def load_sealing_keys(folder: Path) -> Mapping[str, ECKey | OKPKey]:
    """Our private encryption keys by key id, as they are now.

    Raises:
        KeyFileError: A file is not one of ours, or readable by others.
    """
    return _read_sealing_keys(sorted(folder.glob(SEALING_FILES)))


def _read_sealing_keys(paths: Sequence[Path]) -> Mapping[str, ECKey | OKPKey]:
    keys = [_sealing_key(path) for path in paths]
    return {str(key.kid): key for key in keys}


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
