"""What is masked, erased, held and extended; every statement takes a batch, and passes over locked rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.retention.masking import RESERVATION_KEPT, TRAVELLER_KEPT


class RecordKind(StrEnum):
    """What a record is."""

    TRAVELLER = "TRAVELLER"
    RESERVATION = "RESERVATION"


# A record that people keep longer: a hold whose review is not due yet, an extension that has not ended.
_TODAY: Final = "CAST(CAST(:now AS timestamptz) AT TIME ZONE 'UTC' AS date)"
_KEPT_BY_PEOPLE: Final = """(
    EXISTS (SELECT 1 FROM retention_hold_record hr JOIN retention_hold h USING (hold_id)
        WHERE hr.record_id = {id} AND h.ended_at IS NULL AND h.review_at > {today})
    OR EXISTS (SELECT 1 FROM retention_extension e WHERE e.record_id = {id} AND e.until > :now))"""

_TO_MASK: Final = {
    RecordKind.TRAVELLER: text("""
SELECT traveller_id AS record_id, first_reported_at, CAST(record AS text) AS record FROM traveller
WHERE mask_at <= :now AND masked_at IS NULL ORDER BY mask_at LIMIT :limit FOR UPDATE SKIP LOCKED
"""),
    RecordKind.RESERVATION: text("""
SELECT reservation_id AS record_id, first_reported_at, CAST(record AS text) AS record FROM reservation
WHERE mask_at <= :now AND masked_at IS NULL ORDER BY mask_at LIMIT :limit FOR UPDATE SKIP LOCKED
"""),
}
_MASKED_FORM = """(SELECT coalesce(jsonb_object_agg(member.key, member.value), '{{}}')
    FROM jsonb_each({column}) AS member WHERE member.key = ANY (CAST(:kept AS text[])))"""
# What linked reports of the person is emptied with the name it was made of.
_MASK: Final = {
    RecordKind.TRAVELLER: text(f"""
WITH history AS (
    UPDATE traveller_report SET record = NULL
    WHERE traveller_id = ANY (CAST(:ids AS uuid[])) AND record IS NOT NULL
)
UPDATE traveller SET masked_at = :now, api_keys = '', pnr_keys = '', fact_digest = '',
    record = {_MASKED_FORM.format(column="record")},
    api_record = CASE WHEN api_record IS NOT NULL THEN CAST('{{}}' AS jsonb) END,
    pnr_record = CASE WHEN pnr_record IS NOT NULL THEN CAST('{{}}' AS jsonb) END
WHERE traveller_id = ANY (CAST(:ids AS uuid[]))
"""),  # noqa: S608
    RecordKind.RESERVATION: text(f"""
WITH history AS (
    DELETE FROM reservation_history WHERE reservation_id = ANY (CAST(:ids AS uuid[]))
)
UPDATE reservation SET masked_at = :now, content_digest = '', record = {_MASKED_FORM.format(column="record")}
WHERE reservation_id = ANY (CAST(:ids AS uuid[]))
"""),  # noqa: S608
}
_KEPT_MEMBERS: Final = {RecordKind.TRAVELLER: TRAVELLER_KEPT, RecordKind.RESERVATION: RESERVATION_KEPT}
_ADD_KEY = text("""
INSERT INTO masking_key (key_id, record_day, sealed_key, made_at) VALUES (:key_id, :day, :sealed_key, :now)
""")
_ADD_VALUES = text("""
INSERT INTO masked_value (record_id, record_kind, key_id, sealed)
SELECT given.record_id, :kind, given.key_id, given.sealed
FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS uuid[]), CAST(:sealed AS bytea[]))
    AS given(record_id, key_id, sealed)
""")
# Whoever carries a hit is asked about again only after a while: until then nothing can have changed much.
_DUE_TRAVELLERS = f"""
FROM traveller t WHERE t.erase_at <= :now AND (t.hit_asked_at IS NULL OR t.hit_asked_at <= :asked_before)
    AND NOT {_KEPT_BY_PEOPLE.format(id="t.traveller_id", today=_TODAY)}"""
_LOOK_DUE = text(f"SELECT t.traveller_id {_DUE_TRAVELLERS} ORDER BY t.erase_at LIMIT :limit")
_LOCK_DUE = text(f"""
SELECT t.traveller_id, t.source, t.first_reported_at {_DUE_TRAVELLERS}
    AND t.traveller_id = ANY (CAST(:ids AS uuid[]))
ORDER BY t.traveller_id FOR UPDATE SKIP LOCKED
""")
_KEEP = text("""
UPDATE traveller SET hit_asked_at = :now, hit_link = given.link
FROM unnest(CAST(:ids AS uuid[]), CAST(:links AS text[])) AS given(traveller_id, link)
WHERE traveller.traveller_id = given.traveller_id
""")
# A reservation goes with the last of its travellers.
_DUE_RESERVATIONS = text(f"""
SELECT r.reservation_id FROM reservation r WHERE r.erase_at <= :now
    AND NOT EXISTS (SELECT 1 FROM reservation_traveller rt WHERE rt.reservation_id = r.reservation_id)
    AND NOT {_KEPT_BY_PEOPLE.format(id="r.reservation_id", today=_TODAY)}
ORDER BY r.erase_at LIMIT :limit FOR UPDATE OF r SKIP LOCKED
""")  # noqa: S608
_ERASE_MASKED = text("DELETE FROM masked_value WHERE record_id = ANY (CAST(:ids AS uuid[]))")
_ERASE_EXTENSIONS = text("DELETE FROM retention_extension WHERE record_id = ANY (CAST(:ids AS uuid[]))")
_ERASE: Final = {
    RecordKind.TRAVELLER: text("DELETE FROM traveller WHERE traveller_id = ANY (CAST(:ids AS uuid[]))"),
    RecordKind.RESERVATION: text("DELETE FROM reservation WHERE reservation_id = ANY (CAST(:ids AS uuid[]))"),
}
# Batches about these travellers that screening has not taken, and those to be screened again.
_TAKE_FROM_OUTBOX = text("""
WITH waiting AS (
    SELECT outbox_id, message_id, CAST(body AS jsonb) AS body FROM outbox
    WHERE message_id IN (SELECT batch_id FROM observed_batch WHERE traveller_ids && CAST(:ids AS uuid[]))
        OR kind = 'TravellersToRescreenV1' AND EXISTS (
            SELECT FROM jsonb_array_elements(CAST(body AS jsonb) -> 'travellers') AS one
            WHERE CAST(one ->> 'traveller_id' AS uuid) = ANY (CAST(:ids AS uuid[])))
    ORDER BY outbox_id FOR UPDATE
), kept AS (
    SELECT outbox_id, message_id, body, (SELECT jsonb_agg(one.traveller ORDER BY one.place)
        FROM jsonb_array_elements(body -> 'travellers') WITH ORDINALITY AS one(traveller, place)
        WHERE CAST(one.traveller ->> 'traveller_id' AS uuid) <> ALL (CAST(:ids AS uuid[]))) AS travellers
    FROM waiting
), unasked AS (
    DELETE FROM observed_batch USING kept WHERE batch_id = kept.message_id AND kept.travellers IS NULL
), unsent AS (
    DELETE FROM outbox USING kept WHERE outbox.outbox_id = kept.outbox_id AND kept.travellers IS NULL
)
UPDATE outbox SET body = CAST(jsonb_set(kept.body, '{travellers}', kept.travellers) AS json) FROM kept
WHERE outbox.outbox_id = kept.outbox_id AND kept.travellers IS NOT NULL
""")
_DESTROY_KEYS = text("""
UPDATE masking_key SET sealed_key = NULL, destroyed_at = :now
WHERE key_id IN (
    SELECT key_id FROM masking_key k WHERE k.sealed_key IS NOT NULL AND k.made_at < :made_before
        AND NOT EXISTS (SELECT 1 FROM masked_value v WHERE v.key_id = k.key_id)
    ORDER BY key_id LIMIT :limit FOR UPDATE SKIP LOCKED
)
RETURNING key_id
""")
_LAPSE_HOLDS = text(f"""
UPDATE retention_hold SET ended_at = :now, ended_by = 'ingest', end_cause = 'NOT_REVIEWED'
WHERE hold_id IN (
    SELECT hold_id FROM retention_hold WHERE ended_at IS NULL AND review_at <= {_TODAY}
    ORDER BY hold_id LIMIT :limit FOR UPDATE SKIP LOCKED
)
RETURNING hold_id, case_id
""")  # noqa: S608
_COUNT = text("""
INSERT INTO retention_figure (day, act, kind, reason, number) VALUES (:day, :act, :kind, :reason, :number)
ON CONFLICT (day, act, kind, reason) DO UPDATE SET number = retention_figure.number + EXCLUDED.number
""")
_FIGURES = text("""
SELECT day, act, kind, reason, number FROM retention_figure WHERE day >= :since AND day < :until
ORDER BY day DESC, act, kind, reason LIMIT 5000
""")
_STATE = text(f"""
SELECT
    (SELECT count(*) FROM traveller) AS travellers,
    (SELECT count(*) FROM reservation) AS reservations,
    (SELECT count(*) FROM traveller WHERE masked_at IS NOT NULL) AS masked_travellers,
    (SELECT count(*) FROM traveller WHERE mask_at <= :now AND masked_at IS NULL) AS overdue_mask_travellers,
    (SELECT count(*) FROM reservation WHERE mask_at <= :now AND masked_at IS NULL)
        AS overdue_mask_reservations,
    (SELECT count(*) {_DUE_TRAVELLERS}) AS overdue_erase_travellers,
    (SELECT count(*) FROM traveller WHERE hit_link IS NOT NULL) AS kept_for_hits,
    (SELECT count(*) FROM retention_hold WHERE ended_at IS NULL) AS holds,
    (SELECT count(*) FROM retention_extension WHERE until > :now) AS extensions
""")  # noqa: S608


@dataclass(frozen=True, slots=True)
class ClearRecord:
    """A record that is to be masked, as its JSON text, and the day of its receipt."""

    record_id: UUID
    day: date
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DueTraveller:
    """A traveller whose time is over, its row locked."""

    traveller_id: UUID
    source: str
    first_reported_at: datetime


@dataclass(frozen=True, slots=True)
class SealedValue:
    """What goes into the vault."""

    record_id: UUID
    key_id: UUID
    sealed: bytes = field(repr=False)


class RetentionStore:
    """The retention side of `traveller` and `reservation`, and the tables of migration 0008."""

    async def lock_to_mask(
        self, connection: AsyncConnection, kind: RecordKind, now: datetime, limit: int
    ) -> list[ClearRecord]:
        """A batch of records whose masking is due, oldest first; those that another worker holds are left."""
        rows = await connection.execute(_TO_MASK[kind], {"now": now, "limit": limit})
        return [ClearRecord(row.record_id, row.first_reported_at.date(), row.record) for row in rows]

    async def add_key(
        self, connection: AsyncConnection, key_id: UUID, day: date, sealed_key: str, now: datetime
    ) -> None:
        """Keep a sealed data key."""
        values = {"key_id": key_id, "day": day, "sealed_key": sealed_key, "now": now}
        await connection.execute(_ADD_KEY, values)

    async def add_values(
        self, connection: AsyncConnection, kind: RecordKind, values: Sequence[SealedValue]
    ) -> None:
        """Put sealed records into the vault."""
        columns = {
            "kind": kind.value,
            "ids": [value.record_id for value in values],
            "keys": [value.key_id for value in values],
            "sealed": [value.sealed for value in values],
        }
        await connection.execute(_ADD_VALUES, columns)

    async def mask(
        self, connection: AsyncConnection, kind: RecordKind, ids: Sequence[UUID], now: datetime
    ) -> None:
        """Leave the masked form of these records in their place; their earlier reports lose their content.

        What screening has not taken of them by now it does not get.
        """
        values = {"ids": list(ids), "now": now, "kept": list(_KEPT_MEMBERS[kind])}
        await connection.execute(_MASK[kind], values)
        await self._take_from_outbox(connection, kind, ids)

    async def due_travellers(
        self, connection: AsyncConnection, now: datetime, asked_before: datetime, limit: int
    ) -> list[UUID]:
        """Whose time is over, without locking: screening is asked about them first."""
        values = {"now": now, "asked_before": asked_before, "limit": limit}
        return [row.traveller_id for row in await connection.execute(_LOOK_DUE, values)]

    async def lock_due_travellers(
        self, connection: AsyncConnection, ids: Sequence[UUID], now: datetime, asked_before: datetime
    ) -> list[DueTraveller]:
        """Those among them that are still due and that no other worker holds, locked."""
        values = {"ids": list(ids), "now": now, "asked_before": asked_before}
        return [
            DueTraveller(row.traveller_id, row.source, row.first_reported_at)
            for row in await connection.execute(_LOCK_DUE, values)
        ]

    async def keep(self, connection: AsyncConnection, links: Mapping[UUID, str], now: datetime) -> None:
        """Note for which hit a traveller is kept for now."""
        if links:
            values = {"ids": list(links), "links": list(links.values()), "now": now}
            await connection.execute(_KEEP, values)

    async def lock_due_reservations(
        self, connection: AsyncConnection, now: datetime, limit: int
    ) -> list[UUID]:
        """A batch of reservations whose time is over and whose travellers are all gone, locked."""
        rows = await connection.execute(_DUE_RESERVATIONS, {"now": now, "limit": limit})
        return [row.reservation_id for row in rows]

    async def erase(self, connection: AsyncConnection, kind: RecordKind, ids: Sequence[UUID]) -> None:
        """Erase these records, their history, their links, what the vault holds and what waits of them."""
        values = {"ids": list(ids)}
        await connection.execute(_ERASE_MASKED, values)
        await connection.execute(_ERASE_EXTENSIONS, values)
        await connection.execute(_ERASE[kind], values)
        await self._take_from_outbox(connection, kind, ids)

    async def _take_from_outbox(
        self, connection: AsyncConnection, kind: RecordKind, ids: Sequence[UUID]
    ) -> None:
        if kind is RecordKind.TRAVELLER:
            await connection.execute(_TAKE_FROM_OUTBOX, {"ids": list(ids)})

    async def destroy_keys(
        self, connection: AsyncConnection, now: datetime, made_before: datetime, limit: int
    ) -> list[UUID]:
        """Destroy data keys that close nothing any more, so that no copy of the vault opens either."""
        values = {"now": now, "made_before": made_before, "limit": limit}
        return [row.key_id for row in await connection.execute(_DESTROY_KEYS, values)]

    async def lapse_holds(
        self, connection: AsyncConnection, now: datetime, limit: int
    ) -> list[tuple[UUID, str]]:
        """End the holds that nobody reviewed in time: identifier and case of each."""
        rows = await connection.execute(_LAPSE_HOLDS, {"now": now, "limit": limit})
        return [(row.hold_id, row.case_id) for row in rows]

    async def count(  # noqa: PLR0917
        self, connection: AsyncConnection, day: date, act: str, kind: RecordKind, reason: str, number: int
    ) -> None:
        """Add to a day's figures."""
        values = {"day": day, "act": act, "kind": kind.value, "reason": reason, "number": number}
        await connection.execute(_COUNT, values)

    async def figures(self, connection: AsyncConnection, since: date, until: date) -> list[dict[str, Any]]:
        """The figures of some days, newest first."""
        return [_mapping(row) for row in await connection.execute(_FIGURES, {"since": since, "until": until})]

    async def state(self, connection: AsyncConnection, now: datetime) -> dict[str, int]:
        """How many records are held, masked, overdue, kept for hits, held by law, extended."""
        row = (await connection.execute(_STATE, {"now": now, "asked_before": now})).one()
        return {name: int(number) for name, number in _mapping(row).items()}


def _mapping(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)  # noqa: SLF001 - The documented way to a row's names.
