"""Our own keys: the one that signs now, and all to which others may still seal.

While one key replaces another both are in the folder: the newest in its life signs, and what was sealed to
the older one is still read. Counterparts hold both public halves for the overlap (sharing-protocol.md §9.4).
The folder is looked at again while the service runs, so that a key comes and goes without a restart.
"""

import asyncio
import contextlib
import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from services.sharing.notices import Sender
from shared.bus.wake import wait_for
from shared.clock import Clock
from shared.identifiers import AuthorityId
from shared.observability.logging import get_logger
from shared.security.keys import KeyFile, KeyFileError

SIGNING_FILES: Final = "notice-signing*.json"
SEALING_FILES: Final = "notice-sealing*.json"
FIRST_SIGNING_FILE: Final = "notice-signing.json"
MAX_KEY_FILE_BYTES: Final = 4096
LOOK_EVERY_SECONDS: Final = 5.0


class OwnKeys:
    """Our authority and its keys, as the folder has them now.

    Raises:
        KeyFileError: A file is not one of ours, or none holds a key that signs now.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._signing: list[KeyFile] = []
        self._seen = _seen(folder)
        #: Our private encryption keys by key id: one mapping, whose content follows the folder.
        self.sealing: dict[str, ECKey | OKPKey] = {}
        self.read()
        self.authority_id = self.sender().authority_id

    def sender(self) -> Sender:
        """Our authority and the newest of its keys that is in its life.

        Raises:
            KeyFileError: None is.
        """
        now = self._clock.now()
        current = [key for key in self._signing if key.is_valid_at(now)]
        if not current:
            raise KeyFileError(reason="no key is in its life", name=SIGNING_FILES)
        key = max(current, key=lambda each: each.not_before)
        return Sender(AuthorityId(key.owner), key.kid, key.jose_key())

    def read(self) -> None:
        """Read the folder anew; a file that cannot be used changes nothing.

        Raises:
            KeyFileError: A file is not one of ours, readable by others, or of another authority.
        """
        signing = [KeyFile.load(path) for path in sorted(self._folder.glob(SIGNING_FILES))]
        sealing = load_sealing_keys(self._folder)
        if len({key.owner for key in (*self._signing, *signing)}) > 1:
            raise KeyFileError(reason="keys of two authorities are in one folder", name=SIGNING_FILES)
        self._signing = signing
        self.sealing.clear()
        self.sealing.update(sealing)

    def look(self) -> None:
        """Read the folder anew if a file in it came, went or changed since it was read."""
        seen = _seen(self._folder)
        if seen == self._seen:
            return
        try:
            self.read()
        except KeyFileError as fault:
            # It may still be being written: what was read before counts, and the next look tries again.
            get_logger().error("own_keys_not_read", reason=str(fault.facts["reason"]))
            return
        self._seen = seen
        get_logger().info("own_keys_read")

    async def run(self, stop: asyncio.Event) -> None:
        """Look every few seconds until told to stop."""
        while not stop.is_set():
            self.look()
            await wait_for(stop, LOOK_EVERY_SECONDS)


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


def _seen(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Which key files are there, when each was written, and how long it is."""
    files = [*folder.glob(SIGNING_FILES), *folder.glob(SEALING_FILES)]
    found = set()
    for path in files:
        with contextlib.suppress(OSError):
            status = path.stat()
            found.add((path.name, status.st_mtime_ns, status.st_size))
    return frozenset(found)


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
