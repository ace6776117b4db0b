"""What a changed watchlist means for the hits that are open: closed with their entry, or reviewed anew."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.hits.life import Mover, Step, moved, started_anew
from services.screening.hits.states import HitState
from services.screening.hits.withdrawn import tell_sharing
from services.screening.ports import Ports
from services.screening.watchlist.weighing import Consequences


async def change_hits(
    ports: Ports, connection: AsyncConnection, consequences: Consequences, mover: Mover
) -> None:
    """Close the open hits on removed entries; start those on changed ones anew."""
    stores = ports.stores
    changed = {entry.entry_id: entry for entry in consequences.changed}
    touched = [*consequences.removed, *changed]
    if not touched:
        return
    hits = []
    steps: list[Step] = []
    for hit in await stores.hits.lock_open_of_entries(connection, touched):
        if hit.entry_id in changed:
            entry = changed[hit.entry_id]
            if entry.digest == hit.entry_digest:
                continue
            hit = replace(  # noqa: PLW2901 - The hit as it is from here on.
                hit,
                entry=entry.body,
                entry_digest=entry.digest,
                data_version=hit.data_version + 1,
                data_changed_at=mover.at,
            )
            hit, taken = started_anew(hit, replace(mover, cause="ENTRY_CHANGED"))  # noqa: PLW2901
            steps.extend(taken)
        elif hit.state is not HitState.ENTRY_REMOVED:
            hit, step = moved(hit, HitState.ENTRY_REMOVED, mover)  # noqa: PLW2901
            steps.append(step)
        hits.append(hit)
    await stores.hits.save(connection, hits)
    await stores.hits.add_steps(connection, steps)
    await tell_sharing(connection, ports, hits)
    await stores.orders.cancel_drafts(
        connection, [hit.hit_id for hit in hits if hit.state is HitState.ENTRY_REMOVED], mover.at
    )
