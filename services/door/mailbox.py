"""Sealed submissions in a folder: the door closes and cannot open; a status is told by number and secret."""

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from joserfc import jwe
from joserfc.jwk import OKPKey

USUAL: Final = timedelta(days=30)
URGENT: Final = timedelta(hours=24)
SIZE_STEP: Final = 4096
#: Groups of four signs, 20 bits each. A person copies them by hand, so none looks like another.
NUMBER_GROUPS: Final = 3
SECRET_GROUPS: Final = 6
_HEADER: Final = {"alg": "ECDH-ES", "enc": "A256GCM"}
_SIGNS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_NUMBER: Final = re.compile(rf"[{_SIGNS}]{{4}}(-[{_SIGNS}]{{4}}){{{NUMBER_GROUPS - 1}}}")


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the person is given at once, and nobody else: `secret` stands nowhere, only its digest does."""

    number: str
    secret: str
    due_at: datetime


class Mailbox:
    """The folders `submitted`, which the door writes, and `answered`, which the rights office writes.

    Args:
        folder: Holds both.
        public_key: The rights office's, X25519.
    """

    def __init__(self, folder: Path, public_key: OKPKey) -> None:
        self._submitted = folder / "submitted"
        self._answered = folder / "answered"
        self._submitted.mkdir(mode=0o700, exist_ok=True)
        self._public_key = OKPKey.import_key(public_key.as_dict(private=False))

    def submit(
        self, kind: str, language: str, written: Mapping[str, str], now: datetime, *, is_urgent: bool
    ) -> Ticket:
        """Seal what a person wrote, field by field, and keep it, durable before the number is told."""
        ticket = Ticket(_signs(NUMBER_GROUPS), _signs(SECRET_GROUPS), now + (URGENT if is_urgent else USUAL))
        content = {
            "number": ticket.number,
            "kind": kind,
            "language": language,
            "is_urgent": is_urgent,
            "received_at": now.isoformat(),
            "due_at": ticket.due_at.isoformat(),
            "secret_sha256": _digest(ticket.secret),
            "submission": jwe.encrypt_compact(_HEADER, _padded(written), self._public_key),
        }
        path = self._submitted / f"{ticket.number}.json"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        self._sync_folder()
        return ticket

    def status(self, number: str, secret: str) -> Mapping[str, Any] | None:
        """`due_at` and `is_answered` of a request; `None` for another secret as for an unknown number."""
        content = self._read(number)
        known = "" if content is None else content["secret_sha256"]
        if not hmac.compare_digest(known, _digest(_as_given(secret))) or content is None:
            return None
        is_answered = (self._answered / f"{content['number']}.json").exists()
        return {"due_at": datetime.fromisoformat(content["due_at"]), "is_answered": is_answered}

    def _sync_folder(self) -> None:
        """Let the file's name outlive a power cut, as its content does."""
        descriptor = os.open(self._submitted, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _read(self, number: str) -> dict[str, Any] | None:
        # What is asked for becomes a file's name only when it has the form of a number.
        asked = _as_given(number)
        if _NUMBER.fullmatch(asked) is None:
            return None
        try:
            text = (self._submitted / f"{asked}.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        content: dict[str, Any] = json.loads(text)
        return content


def _padded(written: Mapping[str, str]) -> bytes:
    """The fields as JSON, filled up with spaces: the size of a file tells nothing of what stands in it."""
    text = json.dumps({name: value for name, value in written.items() if value}, ensure_ascii=False).encode()
    return text.ljust(-(-len(text) // SIZE_STEP) * SIZE_STEP)


def _signs(groups: int) -> str:
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(groups))


def _as_given(typed: str) -> str:
    """What a person copied, in the form in which it was given: small letters, spaces, dots do no harm."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
