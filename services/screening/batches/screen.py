"""The use case: a batch of travellers in, possible matches stored, a count out.

Matching runs in a thread, so that reviews and health checks are answered meanwhile. Everything that a batch
stores stands in one transaction with its audit records and the inbox row that makes a repeat harmless.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.batches.changes import Changes, DecideChanges, Situation, hit_records
from services.screening.batches.match import Found, Matching, match_batch, read_travellers
from services.screening.batches.permit import AskPermit
from services.screening.boarding.holds import BoardingHolds
from services.screening.cleared.recognition import REVIEW_WITHIN, keys_of
from services.screening.errors import ListNotYetBuilt, NoListInForce, NoStandingOrder
from services.screening.hits.hit import Hit
from services.screening.hits.life import Step
from services.screening.ports import Ports
from services.screening.protection.children import open_cases
from services.screening.registers.rows import StandingOrder
from services.screening.store.cleared import ClearedStore
from services.screening.store.suspensions import SuspendedStore
from services.screening.suspended import without_suspended
from services.screening.watchlist.current_matcher import CurrentMatcher
from services.screening.watchlist.merged_hits import with_merged
from shared.bus.inbox import Inbox
from shared.contracts import TravellersObservedV1, TravellersScreenedV1
from shared.contracts.rescreening import TravellersToRescreenV1
from shared.identifiers import HitId

Join = Callable[[AsyncConnection, TravellersObservedV1], Awaitable[list[Found]]]
"""Finds travellers beside the matcher: by another State's notice about this flight, or by a document."""


class ScreenTravellers:
    """Screens the batches that ingest sends."""

    def __init__(
        self, ports: Ports, current: CurrentMatcher, joins: Sequence[Join], hold_minutes: int = 0
    ) -> None:
        self._ports = ports
        self._joins = tuple(joins)
        self._current = current
        self._hold_minutes = hold_minutes
        self._cleared = ClearedStore()
        self._ask_permit = AskPermit(ports)
        self._decide = DecideChanges(ports)

    async def __call__(self, batch: TravellersObservedV1) -> TravellersScreenedV1:
        """Screen a batch of up to 200 travellers of one flight; a repeat gets the first reply.

        Raises:
            NoListInForce: No list is in force, or its index is not built yet.
            ListNotYetBuilt: The batch is to meet a changed list that this worker has not yet.
            NoStandingOrder: Nobody ordered screening.
            ScreeningRefused: A safeguard does not permit it now.
            UnreadableTraveller: A traveller's record is not ours.

        Source: house-style.md, steps 5 and 6; SG-01, 02, 03, 05, 07, 12, 14, 18; `workflow.md` §1.
        """
        matcher = self._current.matcher
        if matcher is None:
            raise NoListInForce
        if isinstance(batch, TravellersToRescreenV1) and self._current.generation < batch.generation:
            raise ListNotYetBuilt
        travellers = read_travellers(batch.travellers)
        async with self._current.one_batch:
            matching = await asyncio.to_thread(match_batch, matcher, batch.travellers, travellers)
        async with self._ports.transaction() as connection:
            stored = await Inbox.begin(connection, batch.message_id, type(batch).__name__)
            if stored is not None:
                return TravellersScreenedV1.model_validate(stored)
            for join in self._joins:
                matching = replace(matching, found=[*matching.found, *await join(connection, batch)])
            matching = without_suspended(matching, await SuspendedStore().rules(connection))
            return await self._store(connection, batch, matching)

    async def _store(
        self, connection: AsyncConnection, batch: TravellersObservedV1, matching: Matching
    ) -> TravellersScreenedV1:
        now = self._ports.clock.now()
        stores = self._ports.stores
        order = await stores.registers.standing_order(connection, now)
        if order is None:
            raise NoStandingOrder
        run, record = await self._ask_permit(connection, batch, matching, order, now)
        situation = await self._situation(connection, batch, matching, order, now)
        changes = self._decide(situation, matching)
        made = await self._store_changes(connection, changes, situation)
        await stores.watchlist.add_run(connection, run)
        fresh = [hit for hit in changes.new if hit.hit_id in made]
        held = await BoardingHolds(self._ports, self._hold_minutes).consider(connection, fresh, order, now)
        await self._ports.audit.append_many(
            connection, [record, *hit_records(self._ports, changes, made, situation), *held]
        )
        reply = TravellersScreenedV1(
            screened=len(batch.travellers) - matching.unscreenable,
            unscreenable=matching.unscreenable,
            screened_at=now,
        )
        await Inbox.finish(connection, batch.message_id, reply.as_json())
        return reply

    async def _situation(
        self,
        connection: AsyncConnection,
        batch: TravellersObservedV1,
        matching: Matching,
        order: StandingOrder,
        now: datetime,
    ) -> Situation:
        stores = self._ports.stores
        used = await stores.watchlist.used_entries(
            connection, {found.entry_id for found in matching.found}, now.date()
        )
        entries = with_merged(self._current.consolidation, used)
        existing = await stores.hits.lock_of_travellers(
            connection, [each.traveller_id for each in batch.travellers]
        )
        keys = {each.journey_key for each in batch.travellers}
        pairs = await stores.reviews.suppressed(connection, keys, now)
        cleared = await self._cleared.look_up(connection, _pairs_with_keys(matching), now.date())
        return Situation(batch, order, entries, existing, pairs, cleared, now)

    async def _store_changes(
        self, connection: AsyncConnection, changes: Changes, situation: Situation
    ) -> set[HitId]:
        """Store the hits with their history; which of the new ones were made here and not by a repeat."""
        stores = self._ports.stores
        made = await stores.hits.add(connection, changes.new)
        await stores.hits.save(connection, changes.changed)
        await stores.hits.add_steps(
            connection,
            [step for step in changes.steps if step[0] in made or _is_known(step, situation.existing)],
        )
        await stores.reviews.suppress(connection, changes.suppressed)
        fresh = [hit for hit in changes.new if hit.hit_id in made]
        await open_cases(self._ports, connection, [*fresh, *changes.changed], situation.now)
        await self._note_cleared(connection, changes, made, situation.now)
        return made

    async def _note_cleared(
        self, connection: AsyncConnection, changes: Changes, made: set[HitId], now: datetime
    ) -> None:
        """Count what the register kept away, and ask for the looks that changed entries need."""
        counted = [clearance.cleared_id for hit_id, clearance in changes.cleared if hit_id in made]
        await self._cleared.count(connection, counted)
        for hit_id, clearance in changes.held:
            if hit_id in made:
                await self._cleared.hold(connection, hit_id, clearance, now + REVIEW_WITHIN)


def _pairs_with_keys(matching: Matching) -> dict[tuple[UUID, str], frozenset[str]]:
    """Each match's traveller and entry, with what the register of cleared travellers may know them by."""
    return {
        (found.observed.traveller_id, found.entry_id): keys_of(found.observed.traveller)
        for found in matching.found
    }


def _is_known(step: Step, existing: Sequence[Hit]) -> bool:
    return any(hit.hit_id == step[0] for hit in existing)
