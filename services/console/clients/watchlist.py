"""Screening's lists: sources, versions, and what they come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from services.console.clients.service import BYTES, UPLOAD_SECONDS, ServiceClient
from services.console.errors import ServiceFault
from services.console.seen.watchlist import (
    ListFileState,
    ListStatistics,
    ListVersion,
    SourceState,
    WatchlistView,
)


@dataclass(frozen=True, slots=True)
class Watchlist:
    """The lists as a whole; who stands on them is `Entries`."""

    client: ServiceClient

    async def sources(self) -> WatchlistView:
        """Sources, versions, which is in force, the matcher, and the newest passes of a changed list."""
        return self.client.read(WatchlistView, await self.client.ask("GET", "/v1/watchlist"))

    async def source_states(self) -> list[SourceState]:
        """Every source with its freshness, its last fetch and its alarm."""
        answer = await self.client.ask("GET", "/v1/watchlist/sources")
        return self.client.read_all(SourceState, answer, "sources")

    async def fetch(self, source_id: str) -> SourceState:
        """Fetch a source's list now; what came of it."""
        answer = await self.client.ask(
            "POST", f"/v1/watchlist/sources/{quote(source_id, safe='')}/fetch", seconds=UPLOAD_SECONDS
        )
        return self.client.read(SourceState, answer)

    async def version(self, version_id: str) -> ListVersion:
        """One version's report."""
        answer = await self.client.ask("GET", f"/v1/watchlist/versions/{version_id}")
        return self.client.read(ListVersion, answer)

    async def file_state(self, version_id: str) -> ListFileState | None:
        """What is known of the file that a version was made of; nothing where it was never kept."""
        try:
            answer = await self.client.ask("GET", f"/v1/watchlist/versions/{version_id}/file")
        except ServiceFault as fault:
            if fault.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        return self.client.read(ListFileState, answer)

    async def file(self, version_id: str) -> bytes:
        """The file that a version was made of; the look is recorded."""
        path = f"/v1/watchlist/versions/{version_id}/file/content"
        answer = await self.client.fetch("GET", path, accept=BYTES, seconds=UPLOAD_SECONDS)
        return answer.content

    async def import_file(self, content: bytes, *, reader: str, source: str, sha256: str) -> ListVersion:
        """Hand a list file over; it is held until two persons approve."""
        answer = await self.client.ask(
            "POST",
            "/v1/watchlist/imports",
            content=content,
            query={"source": reader, "as": source, "sha256": sha256 or None},
            seconds=UPLOAD_SECONDS,
        )
        return self.client.read(ListVersion, answer)

    async def delta(self, version_id: str) -> dict[str, Any]:
        """What a list version adds, changes and removes."""
        answer = await self.client.ask("GET", f"/v1/watchlist/versions/{version_id}/delta")
        return answer if isinstance(answer, dict) else {}

    async def approve_version(self, version_id: str, body: Mapping[str, Any]) -> None:
        """Approve or reject a list version as one of two persons."""
        await self.client.ask("POST", f"/v1/watchlist/versions/{version_id}/approval", body=body)

    async def return_to(self, version_id: str) -> bool:
        """Go back to an earlier version; whether it is done, which takes a second person's word."""
        answer = await self.client.ask("POST", f"/v1/watchlist/versions/{version_id}/return")
        return isinstance(answer, dict) and bool(answer.get("is_done"))

    async def statistics(self) -> ListStatistics:
        """Entries by source and status, those never matched, and those mostly somebody else."""
        return self.client.read(ListStatistics, await self.client.ask("GET", "/v1/watchlist/statistics"))
