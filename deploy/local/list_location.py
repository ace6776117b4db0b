"""The bytes of a published list: a file, several that belong together, or an https address."""

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx

from deploy.local.faults import LocalFault

MAX_LIST_FILE_BYTES: Final = 256 * 1024 * 1024
DOWNLOAD_TIMEOUT_SECONDS: Final = 120.0
# OFAC publishes one list in four files; they lie beside each other under one prefix.
_MAIN: Final = "sdn.csv"
_COMPANIONS: Final = ("alt.csv", "add.csv", "sdn_comments.csv")


class ListUnreadable(LocalFault):
    """The list's file or address gave no usable bytes."""

    code = "LIST_UNREADABLE"
    sentence = "The list {location} cannot be read: {reason}."


@dataclass(frozen=True, slots=True)
class ListBytes:
    """A list's bytes, and of when they are by the file's own date (UTC), where there is one."""

    content: bytes
    dated_at: datetime | None = None


def read_location(location: str) -> ListBytes:
    """The bytes of a file, or of an https address; OFAC's `sdn.csv` with its companions, as a ZIP.

    Raises:
        ListUnreadable: Nothing there, too much, or not over https.
    """
    scheme = urlsplit(location).scheme
    if scheme == "https":
        return ListBytes(_download(location))
    if scheme == "http":
        raise ListUnreadable(location=location, reason="an address has to begin with https")
    path = Path(location)
    try:
        dated_at = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
        companions = _companions(path)
        if companions:
            return ListBytes(_zipped(location, [path, *companions]), dated_at)
        with path.open("rb") as stream:
            return ListBytes(_limited(location, stream.read), dated_at)
    except OSError as fault:
        raise ListUnreadable(location=location, reason=fault.strerror or type(fault).__name__) from None


def _companions(path: Path) -> list[Path]:
    if not path.name.lower().endswith(_MAIN):
        return []
    prefix = path.name[: -len(_MAIN)]
    found = (path.with_name(prefix + ending) for ending in _COMPANIONS)
    return [each for each in found if each.is_file()]


def _zipped(location: str, paths: Sequence[Path]) -> bytes:
    if sum(path.stat().st_size for path in paths) > MAX_LIST_FILE_BYTES:
        raise _too_long(location)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, path.name)
    return content.getvalue()


def _limited(location: str, read: Callable[[int], bytes]) -> bytes:
    content = read(MAX_LIST_FILE_BYTES + 1)
    if len(content) > MAX_LIST_FILE_BYTES:
        raise _too_long(location)
    return content


def _too_long(location: str) -> ListUnreadable:
    return ListUnreadable(location=location, reason=f"it is longer than {MAX_LIST_FILE_BYTES} bytes")


def _download(location: str) -> bytes:
    content = bytearray()
    try:
        with httpx.stream("GET", location, timeout=DOWNLOAD_TIMEOUT_SECONDS, follow_redirects=True) as answer:
            answer.raise_for_status()
            for part in answer.iter_bytes():
                content += part
                if len(content) > MAX_LIST_FILE_BYTES:
                    break
    except httpx.HTTPError as fault:
        raise ListUnreadable(location=location, reason=type(fault).__name__) from None
    return _limited(location, lambda limit: bytes(content[:limit]))
