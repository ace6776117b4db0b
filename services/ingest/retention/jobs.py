"""The use case: mask at `mask_at`, erase at `erase_at`, end holds that nobody reviewed. It runs by itself.

Each batch is one short transaction over rows that no other worker holds: the jobs may be stopped anywhere,
started again, and run beside each other and beside messages that come in.
"""

import asyncio
import hashlib
import hmac
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.ports import SERVICE, Ports
from services.ingest.retention.clock import NON_HIT_CEILING
from services.ingest.retention.errors import ScreeningSilent
from services.ingest.retention.masking import DataKey, Vault
from services.ingest.store.retention import (
    ClearRecord,
    DueTraveller,
    RecordKind,
    RetentionStore,
    SealedValue,
)
from shared.audit.record import Outcome
from shared.beating import keep_beating
from shared.contracts.hit_links import HitLink
from shared.policy.verdict import Verdict

BEAT_SECONDS: Final = 60.0
MASK_BATCH: Final = 2000
ERASE_BATCH: Final = 1000
#: After so long screening is asked again about a traveller who is kept for a hit.
ASK_AGAIN: Final = timedelta(hours=6)
#: A key is destroyed when it closes nothing; one that was made a moment ago may still be about to.
KEY_REST: Final = timedelta(hours=1)
PURPOSE: Final = "TERR_PREVENT"
KEEPING_LINKS: Final = frozenset({HitLink.OPEN, HitLink.CONFIRMED})

AskHitLinks = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, HitLink]]]


@dataclass(frozen=True, slots=True)
class Beat:
    """What one beat did: records masked, erased, kept for a hit; holds that lapsed; keys destroyed."""

    masked: int
    erased: int
    kept: int
    lapsed_holds: int
    destroyed_keys: int


class RetentionJobs:
    """Carries out what the retention clocks say.

    Args:
        ports: The outside.
        ask_hit_links: Asks screening who is linked to a hit; raises `ScreeningSilent`.
        vault: Where masked values go. Without one they are erased instead, which no grant can undo.
        store: The tables.
    """

    def __init__(
        self,
        ports: Ports,
        ask_hit_links: AskHitLinks,
        vault: Vault | None,
        store: RetentionStore | None = None,
    ) -> None:
        self._ports = ports
        self._ask = ask_hit_links
        self._vault = vault
        self._store = store or RetentionStore()

    async def run(self, stop: asyncio.Event) -> None:
        """Beat again and again until told to stop; outlives a database, or a screening, that is away."""
        await keep_beating(
            self.beat, stop, every_seconds=BEAT_SECONDS, failed="retention_failed", faults=(ScreeningSilent,)
        )

    async def beat(self) -> Beat:
        """Do everything that is due now. What needs no answer of screening is done first."""
        lapsed = await self._until_none(self._lapse_holds)
        masked = await self.mask_due()
        keys = await self._until_none(self._destroy_keys)
        erased, kept = await self.erase_due()
        return Beat(masked, erased, kept, lapsed, keys)

    async def mask_due(self) -> int:
        """Mask every record whose time has come; how many.

        Source: safeguards.md SG-22.
        """
        travellers = await self._until_none(partial(self._mask, RecordKind.TRAVELLER))
        return travellers + await self._until_none(partial(self._mask, RecordKind.RESERVATION))

    async def erase_due(self) -> tuple[int, int]:
        """Erase every record whose time is over; how many, and how many are kept for a hit.

        Raises:
            ScreeningSilent: Screening gave no answer; travellers wait, because one of them may carry a hit.

        Source: safeguards.md SG-23, SG-25.
        """
        erased = kept = 0
        while batch := await self._erase_travellers():
            erased, kept = erased + batch[0], kept + batch[1]
        return erased + await self._until_none(self._erase_reservations), kept

    async def _mask(self, kind: RecordKind) -> int:
        now = self._ports.clock.now()
        async with self._ports.database.begin() as connection:
            records = await self._store.lock_to_mask(connection, kind, now, MASK_BATCH)
            if not records:
                return 0
            ids = [record.record_id for record in records]
            verdict = self._judged("record.mask", now)
            await self._record(
                connection, "record.mask", kind, ids, verdict, {"is_sealed": bool(self._vault)}
            )
            if not verdict.permits:
                return 0
            if self._vault is not None:
                await self._seal(connection, kind, records, self._vault, now)
            await self._store.mask(connection, kind, ids, now)
            await self._store.count(connection, now.date(), "MASKED", kind, "DUE", len(ids))
            return len(ids)

    async def _seal(
        self,
        connection: AsyncConnection,
        kind: RecordKind,
        records: Sequence[ClearRecord],
        vault: Vault,
        now: datetime,
    ) -> None:
        """Close the records under a key of each day of receipt."""
        keys: dict[date, tuple[UUID, DataKey]] = {}
        for day in sorted({record.day for record in records}):
            keys[day] = (self._ports.identifiers.new(), vault.new_key())
            await self._store.add_key(connection, keys[day][0], day, keys[day][1].sealed, now)
        values = [
            SealedValue(record.record_id, key_id, key.close(record.record_id, record.text))
            for record in records
            for key_id, key in (keys[record.day],)
        ]
        await self._store.add_values(connection, kind, values)

    async def _erase_travellers(self) -> tuple[int, int] | None:
        """One batch: how many were erased and kept, or `None` when nobody is due."""
        now = self._ports.clock.now()
        asked_before = now - ASK_AGAIN
        async with self._ports.database.connect() as connection:
            due = await self._store.due_travellers(connection, now, asked_before, ERASE_BATCH)
        if not due:
            return None
        links = await self._ask(due)
        async with self._ports.database.begin() as connection:
            locked = await self._store.lock_due_travellers(connection, due, now, asked_before)
            if not locked:
                # Another worker has them all: it goes on with the rest, too.
                return None
            kept = {
                each.traveller_id: links[each.traveller_id] for each in locked if _is_kept(each, links, now)
            }
            gone = [each for each in locked if each.traveller_id not in kept]
            ids = [each.traveller_id for each in gone]
            verdict = self._judged("record.erase", now)
            if not verdict.permits:
                await self._record(connection, "record.erase", RecordKind.TRAVELLER, ids, verdict, {})
                return None
            await self._store.keep(connection, kept, now)
            if ids:
                await self._count_erased(connection, gone, links, now)
                await self._record(connection, "record.erase", RecordKind.TRAVELLER, ids, verdict, {})
                await self._store.erase(connection, RecordKind.TRAVELLER, ids)
        return len(ids), len(kept)

    async def _count_erased(
        self,
        connection: AsyncConnection,
        gone: Sequence[DueTraveller],
        links: Mapping[UUID, HitLink],
        now: datetime,
    ) -> None:
        reasons = Counter(str(links.get(each.traveller_id, "NO_HIT")) for each in gone)
        for reason, number in sorted(reasons.items()):
            await self._store.count(connection, now.date(), "ERASED", RecordKind.TRAVELLER, reason, number)

    async def _erase_reservations(self) -> int:
        now = self._ports.clock.now()
        kind = RecordKind.RESERVATION
        async with self._ports.database.begin() as connection:
            ids = await self._store.lock_due_reservations(connection, now, ERASE_BATCH)
            if not ids:
                return 0
            verdict = self._judged("record.erase", now)
            await self._record(connection, "record.erase", kind, ids, verdict, {})
            if not verdict.permits:
                return 0
            await self._store.erase(connection, kind, ids)
            await self._store.count(connection, now.date(), "ERASED", kind, "DUE", len(ids))
            return len(ids)

    async def _destroy_keys(self) -> int:
        now = self._ports.clock.now()
        async with self._ports.database.begin() as connection:
            keys = await self._store.destroy_keys(connection, now, now - KEY_REST, ERASE_BATCH)
            if keys:
                await self._append(
                    connection,
                    "masking_key.destroy",
                    "KEYS",
                    certificate(self._ports, keys),
                    {"count": len(keys)},
                )
            return len(keys)

    async def _lapse_holds(self) -> int:
        now = self._ports.clock.now()
        async with self._ports.database.begin() as connection:
            lapsed = await self._store.lapse_holds(connection, now, ERASE_BATCH)
            for hold_id, _ in lapsed:
                await self._append(
                    connection, "retention.hold_lapsed", "HOLD", str(hold_id), {"cause": "NOT_REVIEWED"}
                )
            return len(lapsed)

    def _judged(self, action: str, now: datetime) -> Verdict:
        """Ask the safeguards, once for a batch."""
        return self._ports.safeguards.decide(
            {
                "action": action,
                "actor": {"id": SERVICE, "roles": [], "authority": self._ports.authority},
                "purpose": {"code": PURPOSE, "case_id": None, "statement": None},
                "object": {},
                "context": {"log_store": "UP", "chain_ok": self._ports.is_chain_ok()},
                "now": now.isoformat(),
            }
        )

    async def _record(  # noqa: PLR0917
        self,
        connection: AsyncConnection,
        action: str,
        kind: RecordKind,
        ids: Collection[UUID],
        verdict: Verdict,
        facts: Mapping[str, Any],
    ) -> None:
        await self._ports.audit.append(
            connection,
            actor=SERVICE,
            action=action,
            object_kind=kind.value,
            object_id=certificate(self._ports, ids),
            outcome=Outcome.DONE if verdict.permits else Outcome.REFUSED,
            purpose=PURPOSE,
            policy=verdict.policy_version,
            reasons=verdict.reasons,
            facts={"count": len(ids), "inputs_hash": verdict.inputs_hash, **facts},
        )

    async def _append(
        self, connection: AsyncConnection, action: str, kind: str, object_id: str, facts: Mapping[str, Any]
    ) -> None:
        await self._ports.audit.append(
            connection, actor=SERVICE, action=action, object_kind=kind, object_id=object_id, facts=dict(facts)
        )

    async def _until_none(self, batch: Callable[[], Awaitable[int]]) -> int:
        total = 0
        while number := await batch():
            total += number
            # Messages that come in are served between two batches.
            await asyncio.sleep(0)
        return total


def certificate(ports: Ports, ids: Collection[UUID]) -> str:
    """What proves that exactly these records were in a batch, to whoever knows their identifiers.

    A keyed hash over the sorted identifiers: it stays in the log when the records are gone, and tells nobody
    without the deployment's key whether somebody was among them.
    """
    text = b"erasure certificate" + b"".join(sorted(each.bytes for each in ids))
    return "hmac-sha256:" + hmac.digest(ports.keys.secret, text, hashlib.sha256).hex()


def _is_kept(traveller: DueTraveller, links: Mapping[UUID, HitLink], now: datetime) -> bool:
    """Whether a hit keeps a traveller for now: until day 183, after which people decide (SG-23)."""
    is_early = now < traveller.first_reported_at + NON_HIT_CEILING
    return is_early and links.get(traveller.traveller_id) in KEEPING_LINKS
