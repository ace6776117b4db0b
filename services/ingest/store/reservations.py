"""Reservations: one row for each PNR of a flight and sender; the latest stands, the earlier ones are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.retention.clock import RetentionClock
from shared.identifiers import FlightId, MessageId, TravellerId

_HELD = text("""
SELECT r.reservation_id, r.locators, r.status, r.content_digest, r.transaction_id, r.first_reported_at,
    CASE WHEN r.transaction_id = :transaction_id THEN r.record END AS record,
    ARRAY(SELECT traveller_id FROM reservation_traveller t WHERE t.reservation_id = r.reservation_id
        ORDER BY place) AS travellers
FROM reservation r WHERE r.flight_id = :flight_id AND r.sender = :sender AND r.masked_at IS NULL
ORDER BY r.reservation_id
""")
_COLUMNS = """CAST(:reservation_ids AS uuid[]), CAST(:locators AS text[]), CAST(:statuses AS text[]),
    CAST(:records AS text[]), CAST(:digests AS bytea[]), CAST(:legal_bases AS text[]),
    CAST(:mask_ats AS timestamptz[]), CAST(:erase_ats AS timestamptz[]), CAST(:first_ats AS timestamptz[])"""
_NAMES = "reservation_id, locators, status, record, digest, legal_basis, mask_at, erase_at, first_at"
_PUT = text(f"""
WITH given AS (SELECT * FROM unnest({_COLUMNS}) AS given({_NAMES})),
history AS (
    INSERT INTO reservation_history (reservation_id, status, message_id, reported_at, superseded_by,
        superseded_at, record)
    SELECT r.reservation_id, r.status, r.message_id, r.reported_at, :message_id, :now, r.record
    FROM reservation r JOIN given USING (reservation_id)
    WHERE r.content_digest <> given.digest OR r.status <> given.status
)
INSERT INTO reservation (reservation_id, flight_id, sender, locators, status, record, content_digest,
    message_id, transaction_id, first_reported_at, reported_at, legal_basis, mask_at, erase_at)
SELECT given.reservation_id, :flight_id, :sender, string_to_array(given.locators, '|'), given.status,
    CAST(given.record AS jsonb), given.digest, :message_id, :transaction_id, given.first_at, :now,
    given.legal_basis, given.mask_at, given.erase_at
FROM given
ON CONFLICT (reservation_id) DO UPDATE SET
    locators = EXCLUDED.locators, status = EXCLUDED.status, record = EXCLUDED.record,
    content_digest = EXCLUDED.content_digest, message_id = EXCLUDED.message_id,
    transaction_id = EXCLUDED.transaction_id, reported_at = EXCLUDED.reported_at,
    legal_basis = EXCLUDED.legal_basis, mask_at = EXCLUDED.mask_at, erase_at = EXCLUDED.erase_at
""")  # noqa: S608
_WITHDRAW = text("""
WITH history AS (
    INSERT INTO reservation_history (reservation_id, status, message_id, reported_at, superseded_by,
        superseded_at, record)
    SELECT reservation_id, status, message_id, reported_at, :message_id, :now, record FROM reservation
    WHERE reservation_id = ANY (CAST(:reservation_ids AS uuid[]))
)
UPDATE reservation SET status = 'WITHDRAWN', message_id = :message_id, reported_at = :now
WHERE reservation_id = ANY (CAST(:reservation_ids AS uuid[]))
""")
# What a full push does not name any more is off the flight, unless a later message named it meanwhile.
_NOT_NAMED = text("""
SELECT reservation_id FROM reservation
WHERE flight_id = :flight_id AND sender = :sender AND status = 'HELD'
  AND transaction_id <> :transaction_id AND reported_at <= :started_at
ORDER BY reservation_id
""")
_UNLINK = text("""
DELETE FROM reservation_traveller WHERE reservation_id = ANY (CAST(:reservation_ids AS uuid[]))
""")
_LINK = text("""
INSERT INTO reservation_traveller (reservation_id, traveller_id, place)
SELECT * FROM unnest(CAST(:reservation_ids AS uuid[]), CAST(:traveller_ids AS uuid[]), CAST(:places AS int[]))
ON CONFLICT DO NOTHING
""")
_STILL_NAMED = text("""
SELECT DISTINCT t.traveller_id FROM reservation_traveller t JOIN reservation r USING (reservation_id)
WHERE t.traveller_id = ANY (CAST(:traveller_ids AS uuid[])) AND r.status = 'HELD'
""")


@dataclass(frozen=True, slots=True)
class HeldReservation:
    """A PNR held for a flight and sender; `record` only where this transaction named it before."""

    reservation_id: UUID
    locators: tuple[str, ...]
    is_held: bool
    content_digest: bytes
    first_reported_at: datetime
    travellers: tuple[TravellerId, ...]
    record: dict[str, Any] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReservationRow:
    """A reservation as it is to stand; `record` is its JSON text."""

    reservation_id: UUID
    locators: tuple[str, ...]
    is_held: bool
    content_digest: bytes
    first_reported_at: datetime
    clock: RetentionClock
    record: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Push:
    """The message, or one part of it, that names reservations of a flight."""

    flight_id: FlightId
    sender: str
    message_id: MessageId
    transaction_id: UUID
    now: datetime


class ReservationStore:
    """The tables `reservation`, `reservation_history` and `reservation_traveller`.

    The caller holds the flight's row.
    """

    async def held(self, connection: AsyncConnection, push: Push) -> list[HeldReservation]:
        """Every reservation that this sender named for the flight, the withdrawn ones too."""
        rows = await connection.execute(_HELD, _of_flight(push) | {"transaction_id": push.transaction_id})
        return [
            HeldReservation(
                row.reservation_id,
                tuple(row.locators),
                row.status == "HELD",
                bytes(row.content_digest),
                row.first_reported_at,
                tuple(TravellerId(each) for each in row.travellers),
                row.record,
            )
            for row in rows
        ]

    async def put(self, connection: AsyncConnection, push: Push, rows: Sequence[ReservationRow]) -> None:
        """Write reservations in place of what stood of them, which history keeps."""
        if not rows:
            return
        values = _of_message(push) | {
            "transaction_id": push.transaction_id,
            "reservation_ids": [row.reservation_id for row in rows],
            # No locator has this sign in it: the readers take letters and digits only.
            "locators": ["|".join(each.replace("|", "") for each in row.locators) for row in rows],
            "statuses": ["HELD" if row.is_held else "WITHDRAWN" for row in rows],
            "records": [row.record for row in rows],
            "digests": [row.content_digest for row in rows],
            "legal_bases": [row.clock.legal_basis for row in rows],
            "mask_ats": [row.clock.mask_at for row in rows],
            "erase_ats": [row.clock.erase_at for row in rows],
            "first_ats": [row.first_reported_at for row in rows],
        }
        await connection.execute(_PUT, values | _of_flight(push))

    async def withdraw(
        self, connection: AsyncConnection, push: Push, reservation_ids: Sequence[UUID]
    ) -> None:
        """Take reservations off the flight; what was known of them stays until its time."""
        if reservation_ids:
            await connection.execute(
                _WITHDRAW, _of_message(push) | {"reservation_ids": list(reservation_ids)}
            )

    async def not_named(self, connection: AsyncConnection, push: Push, started_at: datetime) -> list[UUID]:
        """The held reservations that a complete full push, begun at an instant, does not name."""
        values = _of_flight(push) | {"transaction_id": push.transaction_id, "started_at": started_at}
        return [row.reservation_id for row in await connection.execute(_NOT_NAMED, values)]

    async def link(
        self, connection: AsyncConnection, travellers: Mapping[UUID, Sequence[TravellerId]]
    ) -> None:
        """Say who the travellers of these reservations are, in place of what was said before."""
        if not travellers:
            return
        await connection.execute(_UNLINK, {"reservation_ids": list(travellers)})
        links = [
            (reservation_id, traveller_id, place)
            for reservation_id, people in travellers.items()
            for place, traveller_id in enumerate(people)
        ]
        if links:
            values = {
                "reservation_ids": [link[0] for link in links],
                "traveller_ids": [link[1] for link in links],
                "places": [link[2] for link in links],
            }
            await connection.execute(_LINK, values)

    async def still_named(
        self, connection: AsyncConnection, traveller_ids: Sequence[TravellerId]
    ) -> set[TravellerId]:
        """Those of these travellers whom a reservation that stands names."""
        if not traveller_ids:
            return set()
        rows = await connection.execute(_STILL_NAMED, {"traveller_ids": list(traveller_ids)})
        return {TravellerId(row.traveller_id) for row in rows}


def _of_flight(push: Push) -> dict[str, Any]:
    return {"flight_id": push.flight_id, "sender": push.sender}


def _of_message(push: Push) -> dict[str, Any]:
    return {"message_id": push.message_id, "now": push.now}
