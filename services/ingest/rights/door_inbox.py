"""Takes what travellers left at the door into the rights register, and tells the door what is answered.

The door keeps each request as a sealed file; the register keeps it once, by its number.
"""

import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from services.ingest.ports import SERVICE, Ports
from services.ingest.rights.letter import LANGUAGES
from services.ingest.rights.office import RightsOffice
from services.ingest.store.rights import SUBMISSION_KEPT
from shared.beating import keep_beating
from shared.observability.logging import get_logger
from shared.security.tokens import Principal, PrincipalKind

BEAT_SECONDS: Final = 30.0
KINDS: Final = frozenset({"ACCESS", "RECTIFY", "ERASE", "RESTRICT", "REDRESS"})
_OURSELVES: Final = Principal(SERVICE, PrincipalKind.SERVICE)


class DoorInbox:
    """The folder that the door writes, read again and again; several workers may read it.

    Args:
        ports: The outside.
        folder: The door's; `submitted` is its own, `answered` is ours.
    """

    def __init__(self, ports: Ports, folder: Path) -> None:
        self._office = RightsOffice(ports)
        self._now = ports.clock.now
        self._submitted = folder / "submitted"
        self._answered = folder / "answered"

    async def run(self, stop: asyncio.Event) -> None:
        """Beat until told to stop; outlives a database or a folder that is away."""
        await keep_beating(
            self.beat,
            stop,
            every_seconds=BEAT_SECONDS,
            failed="door_inbox_failed",
            faults=(ValueError, KeyError),
        )

    async def beat(self) -> int:
        """Take in what is new, mark what is answered, drop what is over; how many were taken."""
        found = sorted(self._submitted.glob("*.json")) if self._submitted.is_dir() else []
        known = await self._office.known([path.stem for path in found])
        taken = 0
        for path in found:
            if path.stem not in known:
                taken += await self._take(path)
        self._answered.mkdir(mode=0o700, exist_ok=True)
        over = self._now() - SUBMISSION_KEPT
        for path in found:
            decided_at = known.get(path.stem)
            if decided_at is not None:
                self._tell(path, is_over=decided_at < over)
        return taken

    async def _take(self, path: Path) -> int:
        """Register one request; a file that cannot be read keeps no other one waiting."""
        try:
            asked = _asked(path)
        except (OSError, ValueError, KeyError, TypeError) as fault:
            get_logger().error("submission_unreadable", error=type(fault).__name__)
            return 0
        await self._office.register(_OURSELVES, asked)
        return 1

    def _tell(self, path: Path, *, is_over: bool) -> None:
        """Leave the mark by which the door says that the letter is on its way; in the end leave nothing."""
        mark = self._answered / path.name
        if is_over:
            path.unlink(missing_ok=True)
            mark.unlink(missing_ok=True)
        elif not mark.exists():
            mark.write_text("{}", encoding="utf-8")


def _asked(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if content["number"] != path.stem or content["kind"] not in KINDS or content["language"] not in LANGUAGES:
        raise ValueError
    kept = {name: content[name] for name in ("number", "kind", "language", "is_urgent", "submission")}
    return kept | {"channel": "WEB", "received_at": datetime.fromisoformat(content["received_at"])}
