"""What oversight may suspend in screening, and what follows: the index is built anew, nobody is held for it.

Source: safeguards.md SG-42 (takes effect at once), SG-43 (exact matching continues); SG-08.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.batches.match import Found, Matching
from services.screening.store.suspensions import SOURCE_RULES, Rule, SuspendedStore
from services.screening.store.watchlist import WatchlistStore
from shared.oversight.suspensions import Suspension, SuspensionKind

#: Pieces about a name that say how likely it is, and not that it was written otherwise.
_OF_EQUAL_NAMES: Final = frozenset({"EQUAL", "COMMON_AGAIN", "LIMIT", "SHARED", "LOW_QUALITY"})


class ScreeningSubjects:
    """Entries, lists and the service's own rules; partners are sharing's."""

    async def is_known(self, connection: AsyncConnection, kind: SuspensionKind, object_id: str) -> bool:
        """Whether there is such an entry, list or rule."""
        if kind is SuspensionKind.ENTRY:
            return await SuspendedStore().is_entry(connection, object_id)
        if kind is not SuspensionKind.RULE:
            return False
        if object_id.startswith(SOURCE_RULES):
            return await SuspendedStore().is_source(connection, object_id.removeprefix(SOURCE_RULES))
        return object_id in set(Rule)

    async def changed(self, connection: AsyncConnection, suspension: Suspension) -> None:
        """Have every worker build its index anew where the entries in use are others now."""
        if suspension.kind is SuspensionKind.ENTRY:
            await WatchlistStore().next_generation(connection, changed=[suspension.object_id])
        elif suspension.object_id.startswith(SOURCE_RULES):
            await WatchlistStore().next_generation(connection)


def without_suspended(matching: Matching, rules: Iterable[str]) -> Matching:
    """What is left of a batch's matches while oversight suspended comparing names that differ."""
    if Rule.MATCHER not in rules:
        return matching
    return replace(matching, found=[found for found in matching.found if _is_exact(found)])


def is_exact(evidence: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a match rests on an equal document, or on names that are written alike."""
    pieces = [(piece.get("kind"), piece.get("relation")) for piece in evidence]
    names = {relation for kind, relation in pieces if kind == "name"}
    return ("document", "EQUAL") in pieces or ("EQUAL" in names and names <= _OF_EQUAL_NAMES)


def _is_exact(found: Found) -> bool:
    return is_exact(found.matched.evidence)
