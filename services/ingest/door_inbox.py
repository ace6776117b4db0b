"""Takes what travellers left at the door into the rights register, and tells the door what is answered.

The door keeps each request as a sealed file; the register keeps it once, by its number.
"""

import asyncio
import contextlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from services.ingest.ports import SERVICE, Ports
from services.ingest.rights import RightsOffice
from shared.db.faults import DATABASE_FAULTS
from shared.observability.logging import get_logger
from shared.security.tokens import Principal, PrincipalKind

BEAT_SECONDS: Final = 30.0
_OURSELVES: Final = Principal(SERVICE, PrincipalKind.SERVICE)


class DoorInbox:
    """The folder that the door writes, read again and again; several workers may read it.

    Args:
        ports: The outside.
        folder: The door's; `submitted` is its own, `answered` is ours.
    """

    def __init__(self, ports: Ports, folder: Path) -> None:
        self._office = RightsOffice(ports)
        self._submitted = folder / "submitted"
        self._answered = folder / "answered"

    async def run(self, stop: asyncio.Event) -> None:
        """Beat until told to stop; outlives a database or a folder that is away."""
        while not stop.is_set():
            try:
                await self.beat()
            except (*DATABASE_FAULTS, OSError, ValueError, KeyError) as fault:
                get_logger().error("door_inbox_failed", error=type(fault).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await stop.wait()

    async def beat(self) -> int:
        """Take in what is new, and mark what is answered; how many were taken."""
        requests = {each.number: each for each in (await self._office.read())["requests"]}
        found = sorted(self._submitted.glob("*.json")) if self._submitted.is_dir() else []
        new = [path for path in found if path.stem not in requests]
        for path in new:
            await self._office.register(_OURSELVES, _asked(path))
        self._answered.mkdir(mode=0o700, exist_ok=True)
        for path in found:
            request = requests.get(path.stem)
            if request is not None and request.decided_at is not None:
                (self._answered / path.name).write_text("{}", encoding="utf-8")
        return len(new)


def _asked(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    kept = {name: content[name] for name in ("number", "kind", "language", "is_urgent", "submission")}
    return kept | {"channel": "WEB", "received_at": datetime.fromisoformat(content["received_at"])}
