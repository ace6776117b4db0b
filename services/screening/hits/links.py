"""The use case: which travellers are linked to a hit, for ingest, which erases everybody else."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text

from services.screening.hits.states import ClosingCode, HitState
from services.screening.ports import Ports
from shared.contracts.hit_links import HitLink, HitLinksV1

_HITS = text("""
SELECT traveller_id, state, closing_code FROM hit
WHERE traveller_id = ANY (CAST(:travellers AS uuid[])) ORDER BY traveller_id, hit_id
""")
_CONFIRMED: Final = frozenset(
    {HitState.CONFIRMED, HitState.CONFIRMED_DOCUMENT, HitState.ACTIONED, HitState.FEEDBACK}
)
_OVER: Final = frozenset(
    {HitState.NOT_A_MATCH, HitState.SUPPRESSED, HitState.RECALLED, HitState.ENTRY_REMOVED}
)
_SAME_PERSON: Final = frozenset({ClosingCode.SAME_PERSON_ACTION, ClosingCode.SAME_PERSON_NO_ACTION})
_ORDER: Final = (HitLink.NOT_A_MATCH, HitLink.OPEN, HitLink.CONFIRMED)


class HitLinks:
    """Looks travellers up among the hits."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def __call__(self, travellers: Sequence[UUID]) -> HitLinksV1:
        """The strongest link of each; whoever has no hit is not in the answer.

        Source: safeguards.md SG-23.
        """
        links: dict[UUID, HitLink] = {}
        async with self._ports.database.connect() as connection:
            rows = await connection.execute(_HITS, {"travellers": list(travellers)})
            for row in rows:
                closing_code = None if row.closing_code is None else ClosingCode(row.closing_code)
                link = link_of(HitState(row.state), closing_code)
                known = links.get(row.traveller_id, link)
                links[row.traveller_id] = max(known, link, key=_ORDER.index)
        return HitLinksV1(links=links, at=self._ports.clock.now())


def link_of(state: HitState, closing_code: ClosingCode | None) -> HitLink:
    """What a hit's state says of its traveller; closed as the same person is still confirmed."""
    if state in _CONFIRMED or closing_code in _SAME_PERSON:
        return HitLink.CONFIRMED
    if state in _OVER or state is HitState.CLOSED:
        return HitLink.NOT_A_MATCH
    return HitLink.OPEN
