"""The use case of a sheet of nominations: each row a draft of the person who sends it, and no more.

The same reference is the same nomination: a sheet that comes again changes one's own open drafts and makes
none twice. What waits for a second person, or was listed before, is told and left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.errors import ListRefused
from services.screening.ports import Ports
from services.screening.watchlist.nominating import Proposed, entry_body
from services.screening.watchlist.nomination import (
    OPEN,
    Nomination,
    NominationKind,
    NominationState,
    Terms,
)
from services.screening.watchlist.nomination_record import keep_nomination
from services.screening.watchlist.sources.national_sheet import NationalRow, SheetFault
from shared.security.tokens import Principal

_REFERENCE = "Reference"


@dataclass(frozen=True, slots=True)
class DraftedRow:
    """A row that is a draft now: new, changed, or as it was."""

    row: int
    reference: str
    nomination_id: UUID
    outcome: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """What a sheet made, and which of its rows it could not."""

    rows: tuple[DraftedRow, ...]
    faults: tuple[SheetFault, ...]


class DraftSheet:
    """Makes drafts of a sheet's rows."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def __call__(self, source_id: str, rows: Sequence[NationalRow], principal: Principal) -> Drafted:
        """Draft every row that may be drafted; nobody is compared with any of them.

        Raises:
            ListRefused: The source is not a national one of the register.

        Source: `watchlist-governance.md` §6.7 (a sheet goes into DRAFT alone), §3.
        """
        stores = self._ports.stores
        drafted: list[DraftedRow] = []
        faults: list[SheetFault] = []
        async with self._ports.transaction() as connection:
            await stores.versions.lock_source(connection, source_id)
            source = await stores.registers.source(connection, source_id)
            if source is None or source.kind != "NATIONAL":
                raise ListRefused("NOT_A_NATIONAL_SOURCE")
            ids = {row.reference: f"{source_id}:{row.reference}" for row in rows}
            listed = await stores.watchlist.statuses(connection, ids.values(), self._ports.clock.now().date())
            earlier = await stores.nominations.newest_of_entries(connection, ids.values())
            for row in rows:
                entry_id = ids[row.reference]
                standing = earlier.get(entry_id)
                code = "REFERENCE_IN_USE" if entry_id in listed else _obstacle(standing, principal)
                if code is not None:
                    faults.append(SheetFault(row.number, _REFERENCE, code))
                else:
                    drafted.append(await self._draft(connection, (source_id, row), standing, principal))
        return Drafted(tuple(drafted), tuple(faults))

    async def _draft(
        self,
        connection: AsyncConnection,
        wanted: tuple[str, NationalRow],
        standing: Nomination | None,
        principal: Principal,
    ) -> DraftedRow:
        source_id, row = wanted
        entry_id = f"{source_id}:{row.reference}"
        body = entry_body(entry_id, Proposed(source_id, row.entry, row.terms))
        is_open = standing is not None and standing.state in OPEN
        if standing is not None and is_open:
            if (standing.entry, dict(standing.terms.raw)) == (body, row.terms):
                return DraftedRow(row.number, row.reference, standing.nomination_id, "UNCHANGED")
            nomination = replace(
                standing,
                state=NominationState.DRAFT,
                version=standing.version + 1,
                entry=body,
                terms=Terms(row.terms),
            )
        else:
            nomination = Nomination(
                nomination_id=self._ports.identifiers.new(),
                entry_id=entry_id,
                source_id=source_id,
                kind=NominationKind.NATIONAL,
                state=NominationState.DRAFT,
                version=1,
                entry=body,
                terms=Terms(row.terms),
                nominator=principal.subject,
                nominator_manager=principal.manager,
                drafted_at=self._ports.clock.now(),
            )
        facts = {"by_sheet": True}
        await keep_nomination(self._ports, connection, nomination, principal, action="wl.draft", facts=facts)
        outcome = "CHANGED" if is_open else "NEW"
        return DraftedRow(row.number, row.reference, nomination.nomination_id, outcome)


def _obstacle(standing: Nomination | None, principal: Principal) -> str | None:
    """Why a reference cannot be drafted by this person now."""
    if standing is None:
        return None
    if standing.state is NominationState.SUBMITTED:
        return "NOMINATION_WAITS"
    if standing.state in OPEN and standing.nominator != principal.subject:
        return "NOMINATION_OF_ANOTHER"
    return None
