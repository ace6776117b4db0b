"""Entries of the list, asked as one person: found, read, reviewed, merged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from services.console.clients.service import MAX_SHORT_ROWS, ServiceClient
from services.console.seen.entries import (
    DueEntry,
    EntryLife,
    EntryView,
    FoundEntries,
    Merges,
    Pair,
    Proposal,
)

_ENTRIES = "/v1/watchlist/entries"


@dataclass(frozen=True, slots=True)
class Entries:
    """Who stands on the lists, and what people do about it."""

    client: ServiceClient

    async def search(self, words: str, after: str | None = None) -> FoundEntries:
        """Entries by a part of a name in any script, an identifier or a document's number."""
        body = {"words": words, "after": after}
        return self.client.read(FoundEntries, await self.client.ask("POST", f"{_ENTRIES}/search", body=body))

    async def entry(self, entry_id: str) -> EntryView:
        """One person with who says each value."""
        return self.client.read(EntryView, await self.client.ask("GET", _path(entry_id)))

    async def life(self, entry_id: str) -> EntryLife:
        """How an entry stands, and what was done about it."""
        return self.client.read(EntryLife, await self.client.ask("GET", f"{_path(entry_id)}/life"))

    async def releasable(self, entry_id: str) -> dict[str, Any]:
        """What a counterpart may be told of an entry."""
        answer = await self.client.ask("GET", f"{_path(entry_id)}/releasable")
        return answer if isinstance(answer, dict) else {}

    async def act(self, entry_id: str, step: str, body: Mapping[str, Any]) -> None:
        """One step of an entry's life: `renewal`, `suspension` or `removal`."""
        await self.client.ask("POST", f"{_path(entry_id)}/{step}", body=body)

    async def due(self, days: int) -> list[DueEntry]:
        """Entries whose review or end comes within so many days, the next first."""
        answer = await self.client.ask("GET", "/v1/watchlist/reviews", query={"days": days})
        return self.client.read_all(DueEntry, answer, "due", MAX_SHORT_ROWS)

    async def renewals(self) -> list[Proposal]:
        """Reviewers' findings that wait for a second person."""
        answer = await self.client.ask("GET", "/v1/watchlist/renewals")
        return self.client.read_all(Proposal, answer, "renewals")

    async def answer_renewal(self, approval_id: str, *, agrees: bool) -> None:
        """Renew as the second person, or let the entry lapse."""
        step = "approval" if agrees else "rejection"
        await self.client.ask("POST", f"/v1/watchlist/renewals/{approval_id}/{step}")

    async def pairs(self) -> list[Pair]:
        """Pairs that may be one person and about which nobody decided."""
        answer = await self.client.ask("GET", "/v1/watchlist/merge-proposals")
        return self.client.read_all(Pair, answer, "proposals", MAX_SHORT_ROWS)

    async def merges(self) -> Merges:
        """Merges that wait for a second person, and decisions that stand."""
        return self.client.read(Merges, await self.client.ask("GET", "/v1/watchlist/merges"))

    async def propose_merge(self, pair: Pair) -> None:
        """Say as the steward that two entries are one person."""
        body = {"entry_id": pair.entry_id, "other_id": pair.other_id, "key": pair.key}
        await self.client.ask("POST", "/v1/watchlist/merges", body=body)

    async def tell_apart(self, pair: Pair) -> None:
        """Say that two entries are two persons."""
        body = {"entry_id": pair.entry_id, "other_id": pair.other_id}
        await self.client.ask("POST", "/v1/watchlist/merges/different", body=body)

    async def answer_merge(self, approval_id: str, *, agrees: bool) -> None:
        """Confirm a merge as the second person, or do not."""
        step = "approval" if agrees else "rejection"
        await self.client.ask("POST", f"/v1/watchlist/merges/{approval_id}/{step}")

    async def undo_merge(self, decision_id: str) -> None:
        """Take a decision about a pair back."""
        await self.client.ask("POST", f"/v1/watchlist/merges/{decision_id}/undoing")


def _path(entry_id: str) -> str:
    return f"{_ENTRIES}/{quote(entry_id, safe='')}"
