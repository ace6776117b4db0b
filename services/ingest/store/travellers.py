"""Travellers: one row for each person on each flight; the latest report stands, the earlier ones are kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.reading.same_person import Keys
from services.ingest.retention.clock import RetentionClock
from shared.db.copying import copy_rows
from shared.identifiers import FlightId, MessageId, TravellerId

_KNOWN = text("""
SELECT traveller_id, status, source, api_keys, pnr_keys, fact_digest, screened_at, first_reported_at,
    CASE WHEN :with_records OR source = 'PNR' THEN record END AS record, api_record, pnr_record
FROM traveller WHERE flight_id = :flight_id AND followed_by IS NULL AND masked_at IS NULL
ORDER BY traveller_id
""")
_COLUMNS = """CAST(:traveller_ids AS uuid[]), CAST(:statuses AS text[]), CAST(:sources AS text[]),
    CAST(:api_keys AS bytea[]), CAST(:pnr_keys AS bytea[]), CAST(:digests AS bytea[]),
    CAST(:records AS text[]), CAST(:api_records AS text[]), CAST(:pnr_records AS text[]),
    CAST(:legal_bases AS text[]), CAST(:mask_ats AS timestamptz[]), CAST(:erase_ats AS timestamptz[])"""
_NAMES = """traveller_id, status, source, api_keys, pnr_keys, digest, record, api_record, pnr_record,
    legal_basis, mask_at, erase_at"""
_ADDED = (
    "traveller_id",
    "flight_id",
    "message_id",
    "status",
    "source",
    "api_keys",
    "pnr_keys",
    "fact_digest",
    "record",
    "api_record",
    "pnr_record",
    "legal_basis",
    "mask_at",
    "erase_at",
    "first_reported_at",
    "reported_at",
)
# What was said before goes into the history, its record only where the new one differs.
_CHANGE = text(f"""
WITH given AS (SELECT * FROM unnest({_COLUMNS}) AS given({_NAMES})),
history AS (
    INSERT INTO traveller_report (traveller_id, source, status, message_id, reported_at, superseded_by,
        superseded_at, record)
    SELECT t.traveller_id, t.source, t.status, t.message_id, t.reported_at, :message_id, :now,
        CASE WHEN t.fact_digest <> given.digest THEN t.record END
    FROM traveller t JOIN given USING (traveller_id)
)
UPDATE traveller SET
    message_id = :message_id, status = given.status, source = given.source, api_keys = given.api_keys,
    pnr_keys = given.pnr_keys, fact_digest = given.digest, record = CAST(given.record AS jsonb),
    api_record = CAST(given.api_record AS jsonb), pnr_record = CAST(given.pnr_record AS jsonb),
    legal_basis = given.legal_basis, mask_at = given.mask_at, erase_at = given.erase_at, reported_at = :now,
    screened_at = CASE WHEN traveller.fact_digest = given.digest THEN traveller.screened_at END
FROM given WHERE traveller.traveller_id = given.traveller_id
""")  # noqa: S608
_MARK = text("""
WITH history AS (
    INSERT INTO traveller_report (traveller_id, source, status, message_id, reported_at, superseded_by,
        superseded_at)
    SELECT traveller_id, source, status, message_id, reported_at, :message_id, :now FROM traveller
    WHERE traveller_id = ANY (CAST(:traveller_ids AS uuid[]))
)
UPDATE traveller SET status = :status, message_id = :message_id, reported_at = :now
WHERE traveller_id = ANY (CAST(:traveller_ids AS uuid[]))
""")
# Whoever was off the flight and is reported again is screened as a new traveller: the old one stays closed.
_FOLLOW = text("""
UPDATE traveller SET followed_by = each.new_id
FROM unnest(CAST(:old_ids AS uuid[]), CAST(:new_ids AS uuid[])) AS each(old_id, new_id)
WHERE traveller_id = each.old_id
""")
_ON_THE_FLIGHT = text("""
SELECT traveller_id, source, record FROM traveller
WHERE flight_id = :flight_id AND followed_by IS NULL AND masked_at IS NULL
    AND status IN ('REPORTED', 'ON_BOARD')
ORDER BY traveller_id
""")


class TravellerStatus(StrEnum):
    """Where a traveller stands by the latest report."""

    REPORTED = "REPORTED"
    ON_BOARD = "ON_BOARD"
    NOT_ON_BOARD = "NOT_ON_BOARD"
    CANCELLED = "CANCELLED"

    @property
    def is_off(self) -> bool:
        """Whether somebody with this status does not travel."""
        return self in {TravellerStatus.NOT_ON_BOARD, TravellerStatus.CANCELLED}


class Source(StrEnum):
    """Who speaks of a traveller: an API list, a reservation, or both."""

    API = "API"
    PNR = "PNR"
    BOTH = "BOTH"


@dataclass(frozen=True, slots=True)
class Report:
    """What one message says of the travellers of one flight, at one moment."""

    flight_id: FlightId
    message_id: MessageId
    now: datetime


@dataclass(frozen=True, slots=True)
class KnownTraveller:
    """Somebody of the flight, as reported before. Records stand here only where they were asked for."""

    traveller_id: TravellerId
    status: TravellerStatus
    source: Source
    api_keys: Keys
    pnr_keys: Keys
    fact_digest: bytes
    screened_at: datetime | None
    first_reported_at: datetime
    record: dict[str, Any] | None = field(repr=False)
    api_record: dict[str, Any] | None = field(repr=False)
    pnr_record: dict[str, Any] | None = field(repr=False)

    @property
    def keys(self) -> Keys:
        """What links a report to this one."""
        return self.api_keys + self.pnr_keys


class Reported(NamedTuple):
    """A traveller as screening is told: identifier, record (`as_record` as JSON text), source, journey."""

    traveller_id: TravellerId
    record: str
    source: Source
    journey_key: str

    def __repr__(self) -> str:
        return "<personal>"


class TravellerRow(NamedTuple):
    """A traveller as it is to stand; records are JSON texts, each source's own where both speak.

    A manifest makes hundreds: a named tuple is made in a third of the time of a frozen data class.
    """

    traveller_id: TravellerId
    record: str
    source: Source
    journey_key: str
    status: TravellerStatus
    api_keys: Keys
    pnr_keys: Keys
    fact_digest: bytes
    clock: RetentionClock
    api_record: str | None = None
    pnr_record: str | None = None

    def __repr__(self) -> str:
        return "<personal>"


class TravellerStore:
    """The tables `traveller` and `traveller_report`. The caller holds the flight's row."""

    async def known(
        self, connection: AsyncConnection, flight_id: FlightId, *, with_records: bool
    ) -> list[KnownTraveller]:
        """Everybody reported for a flight, oldest first; whoever is masked can be linked to no report."""
        values = {"flight_id": flight_id, "with_records": with_records}
        return [
            KnownTraveller(
                TravellerId(row.traveller_id),
                TravellerStatus(row.status),
                Source(row.source),
                bytes(row.api_keys),
                bytes(row.pnr_keys),
                bytes(row.fact_digest),
                row.screened_at,
                row.first_reported_at,
                row.record,
                row.api_record,
                row.pnr_record,
            )
            for row in await connection.execute(_KNOWN, values)
        ]

    async def add(self, connection: AsyncConnection, report: Report, rows: Sequence[TravellerRow]) -> None:
        """Write travellers of whom nobody spoke before: a manifest of them at once."""
        if rows:
            await copy_rows(connection, "traveller", _ADDED, [_added(report, row) for row in rows])

    async def change(self, connection: AsyncConnection, report: Report, rows: Sequence[TravellerRow]) -> None:
        """Write what is now reported of travellers in place of what was, which history keeps."""
        if rows:
            await connection.execute(_CHANGE, _columns(report, rows))

    async def mark(
        self,
        connection: AsyncConnection,
        report: Report,
        traveller_ids: Sequence[UUID],
        status: TravellerStatus,
    ) -> None:
        """Set the status of travellers, without touching what is known of them."""
        if traveller_ids:
            values = {
                "traveller_ids": list(traveller_ids),
                "status": status.value,
                "message_id": report.message_id,
                "now": report.now,
            }
            await connection.execute(_MARK, values)

    async def follow(self, connection: AsyncConnection, pairs: Sequence[tuple[UUID, UUID]]) -> None:
        """Say which new traveller an old one, off the flight, has come back as."""
        if pairs:
            values = {"old_ids": [old for old, _ in pairs], "new_ids": [new for _, new in pairs]}
            await connection.execute(_FOLLOW, values)

    async def on_the_flight(
        self, connection: AsyncConnection, flight_id: FlightId
    ) -> list[tuple[TravellerId, Source, dict[str, Any]]]:
        """Everybody who travels by the latest report, with the record."""
        rows = await connection.execute(_ON_THE_FLIGHT, {"flight_id": flight_id})
        return [(TravellerId(row.traveller_id), Source(row.source), row.record) for row in rows]


def _added(report: Report, row: TravellerRow) -> tuple[Any, ...]:
    """A new row, in the order of `_ADDED`."""
    clock = row.clock
    return (
        row.traveller_id,
        report.flight_id,
        report.message_id,
        row.status.value,
        row.source.value,
        row.api_keys,
        row.pnr_keys,
        row.fact_digest,
        row.record,
        row.api_record,
        row.pnr_record,
        clock.legal_basis,
        clock.mask_at,
        clock.erase_at,
        report.now,
        report.now,
    )


def _columns(report: Report, rows: Sequence[TravellerRow]) -> dict[str, Any]:
    return {
        "message_id": report.message_id,
        "now": report.now,
        "traveller_ids": [row.traveller_id for row in rows],
        "statuses": [row.status.value for row in rows],
        "sources": [row.source.value for row in rows],
        "api_keys": [row.api_keys for row in rows],
        "pnr_keys": [row.pnr_keys for row in rows],
        "digests": [row.fact_digest for row in rows],
        "records": [row.record for row in rows],
        "api_records": [row.api_record for row in rows],
        "pnr_records": [row.pnr_record for row in rows],
        "legal_bases": [row.clock.legal_basis for row in rows],
        "mask_ats": [row.clock.mask_at for row in rows],
        "erase_ats": [row.clock.erase_at for row in rows],
    }
