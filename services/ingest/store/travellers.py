"""Travellers: one row for each person on each flight; the latest report stands."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.identifiers import FlightId, MessageId, TravellerId

_REPORT = text("""
INSERT INTO traveller (traveller_id, flight_id, person_key, message_id, status, record, reported_at)
SELECT each.traveller_id, :flight_id, each.person_key, :message_id, :status, CAST(each.record AS jsonb), :now
FROM unnest(CAST(:traveller_ids AS uuid[]), CAST(:person_keys AS bytea[]), CAST(:records AS text[]))
    AS each(traveller_id, person_key, record)
ON CONFLICT (flight_id, person_key) DO UPDATE SET
    message_id = EXCLUDED.message_id, status = EXCLUDED.status, record = EXCLUDED.record,
    reported_at = EXCLUDED.reported_at, screened_at = NULL
RETURNING traveller_id, person_key
""")
_MARK = text("""
UPDATE traveller SET status = :status, reported_at = :now
WHERE flight_id = :flight_id AND person_key = ANY (CAST(:person_keys AS bytea[]))
RETURNING person_key, screened_at
""")


class TravellerStatus(StrEnum):
    """Where a traveller stands by the latest report."""

    REPORTED = "REPORTED"
    ON_BOARD = "ON_BOARD"
    NOT_ON_BOARD = "NOT_ON_BOARD"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Report:
    """What one message says of the travellers of one flight, at one moment."""

    flight_id: FlightId
    message_id: MessageId
    status: TravellerStatus
    now: datetime


class TravellerStore:
    """The table `traveller`."""

    async def report(
        self,
        connection: AsyncConnection,
        report: Report,
        records: Sequence[Mapping[str, Any]],
        person_keys: Sequence[bytes],
        new_ids: Sequence[UUID],
    ) -> list[TravellerId]:
        """Write travellers in one statement, each in place of what was reported of the same person before.

        Args:
            connection: The caller's transaction.
            report: The flight, the message, the status that they get.
            records: `Traveller.as_record` of each.
            person_keys: One for each, none twice.
            new_ids: What they are called where nobody reported them before.

        Returns:
            Their identifiers in the order given; a person who was known keeps the first one.
        """
        if not records:
            return []
        values = {
            "flight_id": report.flight_id,
            "message_id": report.message_id,
            "status": report.status.value,
            "now": report.now,
            "traveller_ids": list(new_ids),
            "person_keys": list(person_keys),
            "records": [json.dumps(each, ensure_ascii=False) for each in records],
        }
        rows = await connection.execute(_REPORT, values)
        ids = {bytes(row.person_key): TravellerId(row.traveller_id) for row in rows}
        return [ids[key] for key in person_keys]

    async def mark(
        self, connection: AsyncConnection, report: Report, person_keys: Sequence[bytes]
    ) -> dict[bytes, datetime | None]:
        """Set the status of travellers reported before, without touching what is known of them.

        Returns:
            Those that were known, by key, each with the instant of its screening.
        """
        if not person_keys:
            return {}
        values = {
            "flight_id": report.flight_id,
            "status": report.status.value,
            "now": report.now,
            "person_keys": list(person_keys),
        }
        rows = await connection.execute(_MARK, values)
        return {bytes(row.person_key): row.screened_at for row in rows}
