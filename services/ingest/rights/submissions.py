"""Opens what travellers left at the door: the rights office holds the private half of the door's key."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from services.ingest.retention.errors import VaultUnreadable
from services.ingest.retention.masking import x25519_key
from services.ingest.rights.errors import OfficeKeyUnreadable, SubmissionUnreadable

MAX_FIELDS: Final = 20


class OpenOffice:
    """The rights office's private key."""

    def __init__(self, private_key: OKPKey) -> None:
        self._private_key = private_key

    @classmethod
    def load(cls, path: Path) -> "OpenOffice":
        """Read the private JWK of a file.

        Raises:
            OfficeKeyUnreadable: The file is not such a key, or holds no private half.
        """
        try:
            key = x25519_key(path)
        except VaultUnreadable:
            raise OfficeKeyUnreadable from None
        if not key.is_private:
            raise OfficeKeyUnreadable
        return cls(key)

    def open(self, sealed: str) -> Mapping[str, str]:
        """What the person wrote, by field, as the door's form names them.

        Raises:
            SubmissionUnreadable: It was sealed to another key, was changed, or is no form of the door's.
        """
        try:
            clear = jwe.decrypt_compact(sealed, self._private_key).plaintext
            written = json.loads(clear or b"")
        except (JoseError, ValueError):
            raise SubmissionUnreadable from None
        if not isinstance(written, dict) or len(written) > MAX_FIELDS:
            raise SubmissionUnreadable
        return {str(name): str(value) for name, value in written.items()}
