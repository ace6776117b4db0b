"""Hits on a person whom several lists name: they hold what all of them say, and follow every one of them.

A hit stands on the entry whose identifier stays; what another list says of the same person reaches it when
the matcher was built anew, in the minute after the change.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.screening.hits.life import Mover
from services.screening.ports import SERVICE, Ports
from services.screening.store.watchlist import UsedEntry
from services.screening.watchlist.consolidate import Consolidation
from services.screening.watchlist.hit_consequences import change_hits
from services.screening.watchlist.versions import identifying_digest
from services.screening.watchlist.weighing import Consequences


def with_merged(consolidation: Consolidation, entries: Mapping[str, UsedEntry]) -> dict[str, UsedEntry]:
    """The entries, those that hold more than one with everything that all of them say.

    Source: `watchlist-governance.md` §4 (merging keeps all values).
    """
    return {
        entry_id: replace(entry, **_whole(consolidation, entry_id, entry.body))
        if entry_id in consolidation.merged
        else entry
        for entry_id, entry in entries.items()
    }


async def bring_in_step(ports: Ports, consolidation: Consolidation) -> int:
    """Bring open hits to what the lists together say of their persons now; how many entries had changed.

    Their reviews start anew, as for every change of identifiers.

    Source: `workflow.md` §1 (changed data, both reviews anew); `watchlist-governance.md` §4.
    """
    stores = ports.stores
    async with ports.transaction() as connection:
        ids = await stores.hits.entries_out_of_step(connection, consolidation.merged.keys())
        if not ids:
            return 0
        changed = []
        for entry_id in ids:
            entry = await stores.watchlist.entry(connection, entry_id)
            if entry is not None and entry.is_used and entry_id in consolidation.merged:
                entry = replace(entry, **_whole(consolidation, entry_id, entry.body))
            if entry is not None and entry.is_used:
                changed.append(entry)
        mover = Mover(SERVICE, ports.clock.now(), "LISTS_TOGETHER")
        await change_hits(ports, connection, Consequences([], [], [], changed), mover)
        return len(changed)


def _whole(consolidation: Consolidation, entry_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Body and digest of an entry with what its other lists say; what only the store knows of it stays."""
    together = {**body, **consolidation.merged[entry_id].as_json()}
    return {"body": together, "digest": identifying_digest(together)}
