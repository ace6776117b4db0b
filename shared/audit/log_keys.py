"""The keys of a service's log: those in its folder, which sign, and the public halves of those that did.

While one key replaces another both sign each checkpoint, so that an auditor or a witness who knows only one
of them goes on verifying. Source: C2SP signed-note (a note may hold several signatures).
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.audit.checkpoint import (
    Checkpoint,
    CheckpointSigner,
    VerifierKey,
    log_origin,
    signed_note,
)
from shared.clock import Clock
from shared.security.key_folder import KeyRing, ReadAgain, key_files
from shared.security.keys import KeyFile, KeyFileError

CHECKPOINT_KEYS: Final = "audit-checkpoint"
"""What the log's key files in a service's keys folder are called."""
RETIRED_KEYS_FILE: Final = "retired-audit-checkpoints.json"
"""Beside them, a JWKS: the public halves of keys that were taken out. Old checkpoints verify by them."""
MAX_RETIRED_BYTES: Final = 65_536


class LogKeys:
    """Signs a service's checkpoints under every key in its life, as its folder has them now.

    Args:
        folder: The service's `keys_folder`.
        own_state: Our State.
        service: The service's name.
        clock: Tells which keys are in their life.

    Raises:
        KeyFileError: A file cannot be used, or none holds a key in its life.
    """

    def __init__(self, folder: Path, own_state: str, service: str, clock: Clock) -> None:
        self.origin = log_origin(own_state, service)
        self._ring = KeyRing(folder, CHECKPOINT_KEYS, clock)
        self._retired = ReadAgain(folder, RETIRED_KEYS_FILE, read_retired)

    def verifier_keys(self) -> tuple[VerifierKey, ...]:
        """The public halves of the keys in the folder, and of the retired ones."""
        return _verifier_keys(self.origin, self._ring.held(), self._retired.content())

    def sign(self, size: int, root: bytes) -> str:
        """The signed note for a tree of `size` with this root.

        Raises:
            KeyFileError: No key is in its life.
        """
        signers = [CheckpointSigner(self.origin, key.private) for key in self._ring.in_life()]
        return signed_note(Checkpoint(self.origin, size, root), signers)


def verifier_keys_of(folder: Path, own_state: str, service: str) -> tuple[VerifierKey, ...]:
    """The keys of a service's log as its keys folder has them now; none of them need be in its life.

    Raises:
        KeyFileError: A file cannot be used.
    """
    retired = read_retired(list(folder.glob(RETIRED_KEYS_FILE)))
    return _verifier_keys(log_origin(own_state, service), key_files(folder, CHECKPOINT_KEYS), retired)


def read_retired(paths: Sequence[Path]) -> tuple[OKPKey, ...]:
    """The public halves that the file of retired keys holds; none where there is no file.

    Raises:
        KeyFileError: It is not such a file.
    """
    try:
        rows = [row for path in paths for row in json.loads(path.read_bytes()[:MAX_RETIRED_BYTES])["keys"]]
        return tuple(OKPKey.import_key({name: row[name] for name in ("kty", "crv", "x")}) for row in rows)
    except (OSError, ValueError, KeyError, TypeError, JoseError):
        raise KeyFileError(reason="it is not a set of public keys", name=RETIRED_KEYS_FILE) from None


def _verifier_keys(
    origin: str, held: Iterable[KeyFile], retired: Iterable[OKPKey]
) -> tuple[VerifierKey, ...]:
    public = [*(key.public_key for key in held), *(key.public_key for key in retired)]
    return tuple(dict.fromkeys(VerifierKey(origin, key.public_bytes_raw()) for key in public))
