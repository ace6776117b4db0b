"""A list's file from where its source is registered: https, or a name under the list folder. Bytes only.

It flows into a file of our own. Nothing is followed to another host, nothing is read beyond the limit, and a
file that the publisher says is the one we have is not read again.
"""

import asyncio
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import urljoin, urlsplit

import httpx

from services.screening.watchlist.received import ReceivedFile, TooLong
from shared.errors import DomainError

MAX_REDIRECTS: Final = 3
#: The whole of one download; a publisher that drips bytes holds nothing up for ever.
DOWNLOAD_SECONDS: Final = 120.0
MAX_DIGEST_BYTES: Final = 4096
PART_BYTES: Final = 256 * 1024
LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})
_SHA256: Final = re.compile(rb"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")
_UNFINISHED: Final = (".part", ".tmp", ".crdownload")
_SENTENCES: Final[Mapping[str, str]] = {
    "CUT_OFF": "The answer ended before the file did.",
    "DIGEST_UNREADABLE": "The publisher's digest holds no SHA-256.",
    "NOT_FOUND": "No file is there.",
    "NOT_HTTPS": "The address does not begin with https.",
    "NO_LIST_FOLDER": "The service was given no folder of lists.",
    "OUTSIDE_FOLDER": "The name leads out of the folder of lists.",
    "REDIRECTED_AWAY": "The publisher sends to another host, which nobody registered.",
    "STATUS": "The publisher answers with another status than 200.",
    "TIMEOUT": "The publisher did not answer in time.",
    "TOO_LARGE": "The file is larger than a list may be.",
    "UNREACHABLE": "The publisher cannot be reached, or its certificate is not one to trust.",
}


class ListNotFetched(DomainError):
    """The file was not got; what is in force stays. `is_refused` where something came that is not wanted."""

    code: ClassVar[str] = "LIST_NOT_FETCHED"
    sentence: ClassVar[str] = "{words}"

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason=reason, status=status, words=_SENTENCES[reason])
        self.reason = reason
        self.is_refused = reason in {"TOO_LARGE", "REDIRECTED_AWAY", "OUTSIDE_FOLDER", "NOT_HTTPS"}


@dataclass(frozen=True, slots=True)
class Known:
    """What the publisher said of the file that was taken last."""

    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a look: the known file, or another one. `dated_at` is the publisher's date of it (UTC)."""

    is_known: bool
    known: Known
    dated_at: datetime | None = None


class ListFiles:
    """Gets files for the registered sources."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        folder: Path | None,
        max_bytes: int,
        spool: Path | None = None,
        allows_loopback: bool = False,
    ) -> None:
        """Prepare.

        Args:
            client: Follows no redirects and reads no proxy setting; its TLS decides whom to trust.
            folder: Where `file:` and `folder:` names are looked up.
            max_bytes: The most that is read of a file.
            spool: Where a long file lies while it is loaded; for the service's account alone.
            allows_loopback: Whether this machine's own http servers may be asked, as in tests.
        """
        self._client = client
        self._folder = folder
        self._max_bytes = max_bytes
        self._spool = spool
        self._allows_loopback = allows_loopback

    def receiving(self) -> ReceivedFile:
        """A file to be filled, and closed by whoever fills it."""
        return ReceivedFile(self._max_bytes, self._spool)

    async def get(self, location: str, known: Known, file: ReceivedFile) -> Fetched:
        """Fill a file with the one at a location, unless that is the known one.

        Raises:
            ListNotFetched: Nothing usable; the reason says why.

        Source: RFC 9110 §13 (conditional requests); SG-18.
        """
        if not location.startswith(("file:", "folder:")):
            return await self._download(location, known, file)
        return await asyncio.to_thread(self._read, location, known, file)

    async def digest(self, location: str) -> str:
        """The SHA-256 that the publisher states at a location, hexadecimal.

        Raises:
            ListNotFetched: None is there.
        """
        with ReceivedFile(MAX_DIGEST_BYTES) as file:
            await self.get(location, Known(), file)
            found = _SHA256.search(file.content())
        if found is None:
            raise ListNotFetched("DIGEST_UNREADABLE")
        return found[0].decode().lower()

    async def _download(self, address: str, known: Known, file: ReceivedFile) -> Fetched:
        headers = {"Accept-Encoding": "identity"}
        if known.etag is not None:
            headers["If-None-Match"] = known.etag
        if known.modified is not None:
            headers["If-Modified-Since"] = known.modified
        try:
            async with asyncio.timeout(DOWNLOAD_SECONDS):
                return await self._follow(address, headers, known, file)
        except TooLong:
            raise ListNotFetched("TOO_LARGE") from None
        except (TimeoutError, httpx.TimeoutException):
            raise ListNotFetched("TIMEOUT") from None
        except httpx.RemoteProtocolError:
            raise ListNotFetched("CUT_OFF") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise ListNotFetched("UNREACHABLE") from None

    async def _follow(
        self, address: str, headers: Mapping[str, str], known: Known, file: ReceivedFile
    ) -> Fetched:
        """The answer, after redirects within the host that two people registered."""
        asked = address
        for _ in range(MAX_REDIRECTS + 1):
            self._require_https(asked)
            async with self._client.stream("GET", asked, headers=headers) as answer:
                if not answer.has_redirect_location:
                    return await _answered(answer, known, file)
                target = urljoin(asked, answer.headers["Location"])
            if _origin(target) != _origin(address):
                raise ListNotFetched("REDIRECTED_AWAY")
            asked = target
        raise ListNotFetched("REDIRECTED_AWAY")

    def _require_https(self, address: str) -> None:
        parts = urlsplit(address)
        is_own_machine = self._allows_loopback and parts.hostname in LOOPBACK
        if parts.scheme != "https" and not is_own_machine:
            raise ListNotFetched("NOT_HTTPS")

    def _read(self, location: str, known: Known, file: ReceivedFile) -> Fetched:
        """A file under the list folder; runs in a thread."""
        path = self._path(location)
        try:
            with path.open("rb") as stream:
                state = os.fstat(stream.fileno())
                mark = Known(etag=f"{state.st_mtime_ns}-{state.st_size}-{path.name}")
                if mark.etag != known.etag:
                    for part in iter(partial(stream.read, PART_BYTES), b""):
                        file.take(part)
        except OSError:
            raise ListNotFetched("NOT_FOUND") from None
        except TooLong:
            raise ListNotFetched("TOO_LARGE") from None
        dated_at = datetime.fromtimestamp(state.st_mtime, tz=UTC)
        return Fetched(mark.etag == known.etag, mark, dated_at)

    def _path(self, location: str) -> Path:
        if self._folder is None:
            raise ListNotFetched("NO_LIST_FOLDER")
        kind, _, name = location.partition(":")
        root = self._folder.resolve()
        path = root / name
        if kind == "folder":
            path = _newest(path)
        resolved = path.resolve()
        if not resolved.is_relative_to(root):
            raise ListNotFetched("OUTSIDE_FOLDER")
        return resolved


def _newest(folder: Path) -> Path:
    """The newest finished file of a folder, by its date and then its name."""
    try:
        files = [
            path
            for path in folder.iterdir()
            if path.is_file() and not path.name.startswith(".") and path.suffix not in _UNFINISHED
        ]
        return max(files, key=lambda path: (path.stat().st_mtime_ns, path.name))
    except (OSError, ValueError):
        raise ListNotFetched("NOT_FOUND") from None


async def _answered(answer: httpx.Response, known: Known, file: ReceivedFile) -> Fetched:
    if answer.status_code == httpx.codes.NOT_MODIFIED:
        return Fetched(True, known)
    if answer.status_code != httpx.codes.OK:
        raise ListNotFetched("STATUS", answer.status_code)
    announced = answer.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) > file.max_bytes:
        raise ListNotFetched("TOO_LARGE")
    async for part in answer.aiter_raw():
        file.take(part)
    modified = answer.headers.get("Last-Modified")
    return Fetched(False, Known(answer.headers.get("ETag"), modified), _moment(modified))


def _moment(text: str | None) -> datetime | None:
    try:
        moment = None if text is None else parsedate_to_datetime(text)
    except ValueError:
        return None
    return None if moment is None else moment.astimezone(UTC)


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port
