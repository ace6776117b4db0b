"""Looks at hits outside the queue: the list without persons, one hit's history, its state for sharing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.acting import Actor, Stated
from services.screening.errors import NotFound
from services.screening.hits.hit import HistoryStep, Hit, Review
from services.screening.hits.states import HitState
from services.screening.ports import Ports
from services.screening.protection.children import best_interests
from services.screening.registers.rows import ListSource
from services.screening.review.verification import as_contract, verification_of
from services.screening.store.orders import Order
from services.screening.store.watchlist import WatchlistStore
from services.screening.watchlist.versions import EntryStatus
from shared.contracts import HitStateV1
from shared.security.roles import Role
from shared.security.tokens import Principal
from shared.web.purpose import Purpose


@dataclass(frozen=True, slots=True)
class HitFile:
    """One hit with everything that happened to it."""

    hit: Hit
    source: ListSource
    entry_status: EntryStatus
    reviews: list[Review]
    orders: list[Order]
    steps: list[HistoryStep]


class Reading:
    """Reads hits for supervisors, oversight and sharing."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def listed(self, state: HitState | None, limit: int) -> list[Hit]:
        """The newest hits; what leaves of them holds no personal data."""
        async with self._ports.database.connect() as connection:
            return await self._ports.stores.hits.listed(connection, state=state, limit=limit)

    async def one(self, hit_id: UUID, principal: Principal, purpose: Purpose) -> HitFile:
        """One hit with its history. Whoever reads it is no blind reviewer of it any more.

        Raises:
            NotFound: No such hit.
            RefusedByPolicy: The safeguards do not let this person read it for this purpose.

        Source: SG-26; SG-09 (blind); SG-42.
        """
        async with self._ports.transaction() as connection:
            stores = self._ports.stores
            hit = await stores.hits.get(connection, hit_id)
            if hit is None:
                raise NotFound(kind="hit")
            now = self._ports.clock.now()
            source = await stores.registers.source(connection, hit.source_id)
            assert source is not None, "a hit's source is registered: the tables say so"
            await self._permit(connection, hit, source, principal, purpose)
            await stores.reviews.note_history_read(connection, hit_id, principal.subject, now)
            return HitFile(
                hit=hit,
                source=source,
                entry_status=await entry_status(connection, stores.watchlist, hit.entry_id, now),
                reviews=await stores.reviews.reviews(connection, hit_id),
                orders=await stores.orders.of_hit(connection, hit_id),
                steps=await stores.hits.steps(connection, hit_id),
            )

    async def _permit(
        self,
        connection: AsyncConnection,
        hit: Hit,
        source: ListSource,
        principal: Principal,
        purpose: Purpose,
    ) -> None:
        registers = self._ports.stores.registers
        now = self._ports.clock.now()
        row = await registers.legal_row(
            connection,
            authority=principal.authority,
            action="record.read",
            data_class="HIT",
            purpose_code=purpose.code,
            now=now,
        )
        is_own_case = purpose.case_id == str(hit.hit_id)
        request = policy_requests.record_read(
            actor=Actor.of(principal),
            purpose=Stated(purpose.code, purpose.case_id, purpose.statement),
            legal_row=row,
            source=source,
            data_class="HIT",
            is_case_open=is_own_case and hit.is_open,
            # A supervisor is assigned to every hit of the queue: it escalates to that post (workflow.md §7).
            is_member=is_own_case and Role.SUPERVISOR in principal.roles,
            purpose_age_h=0,
            now=now,
            copy_subjects=None,
        )
        record = self._ports.require(
            request,
            object_kind="hit",
            object_id=str(hit.hit_id),
            subject_id=str(hit.traveller_id),
            facts={"screen": "history"},
        )
        await self._ports.audit.append_many(connection, [record])

    async def state(self, hit_id: UUID) -> HitStateV1:
        """The hit's present state, which sharing asks at each evaluation and retry.

        Raises:
            NotFound: No such hit.

        Source: design.md §2 (no answer refuses); SG-08, SG-09, SG-03.
        """
        async with self._ports.transaction() as connection:
            stores = self._ports.stores
            now = self._ports.clock.now()
            hit = await stores.hits.get(connection, hit_id)
            if hit is None:
                raise NotFound(kind="hit")
            reviews = await stores.reviews.reviews(connection, hit_id)
            orders = await stores.orders.of_hit(connection, hit_id)
            standing = await stores.registers.standing_order(connection, now)
            await self._ports.audit.append(
                connection,
                actor="sharing",
                action="hit.state",
                object_kind="hit",
                object_id=str(hit_id),
                facts={"state": hit.state.value},
            )
            return HitStateV1(
                hit_id=hit_id,
                hit_type=hit.hit_type.value,
                state=hit.state.value,
                is_open=hit.is_open,
                reviews=as_contract(verification_of(hit, reviews)),
                entry_status=(await entry_status(connection, stores.watchlist, hit.entry_id, now)).value,
                ordered_action=ordered_action(orders),
                standing_order=None if standing is None else standing.as_contract(),
                best_interests=await best_interests(connection, hit_id),
            )


def ordered_action(orders: list[Order]) -> str | None:
    """The measure that was ordered last, if any."""
    approved = [order.kind for order in orders if order.state == "APPROVED"]
    return approved[-1] if approved else None


async def entry_status(
    connection: AsyncConnection, store: WatchlistStore, entry_id: str, now: datetime
) -> EntryStatus:
    """The entry's present status; one that is not known any more counts as removed."""
    statuses = await store.statuses(connection, [entry_id], now.date())
    return statuses.get(entry_id, EntryStatus.REMOVED)
