"""Incidents in PostgreSQL: each report of one is written once, the first one counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

MAX_LISTED: Final = 200
_COLUMNS: Final = """incident_id, kind, found_at, persons, data_classes, is_high_risk, summary, opened_by,
    opened_at, closed_by, closed_at, lessons"""
_ADD = text("""
INSERT INTO incident (incident_id, kind, found_at, persons, data_classes, is_high_risk, summary, opened_by,
    opened_at)
VALUES (:incident_id, :kind, :found_at, :persons, :data_classes, :is_high_risk, :summary, :opened_by,
    :opened_at)
""")
_REPORTS: Final = """
coalesce((SELECT jsonb_object_agg(report, told_at) FROM incident_report r
          WHERE r.incident_id = incident.incident_id), '{}') AS reports
"""
_LISTED = text(f"""
SELECT {_COLUMNS}, {_REPORTS} FROM incident
ORDER BY closed_at DESC NULLS FIRST, found_at DESC, incident_id LIMIT :limit
""")  # noqa: S608 - the column names are ours
_LOCK = text(f"SELECT {_COLUMNS}, {_REPORTS} FROM incident WHERE incident_id = :id FOR UPDATE")  # noqa: S608
_REPORT = text("""
INSERT INTO incident_report (incident_id, report, told_at, recorded_by, recorded_at)
VALUES (:incident_id, :report, :told_at, :recorded_by, :recorded_at) ON CONFLICT DO NOTHING
""")
_CLOSE = text("""
UPDATE incident SET closed_by = :person, closed_at = :at, lessons = :lessons WHERE incident_id = :id
""")


@dataclass(frozen=True, slots=True)
class Incident:
    """What happened and when it was found, without anybody's name; `reports` by name, with their instants."""

    incident_id: UUID
    kind: str
    found_at: datetime
    persons: int
    data_classes: tuple[str, ...]
    is_high_risk: bool
    summary: str
    opened_by: str
    opened_at: datetime
    closed_by: str | None = None
    closed_at: datetime | None = None
    lessons: str | None = None
    reports: Mapping[str, datetime] = field(default_factory=dict)


class IncidentStore:
    """The tables `incident` and `incident_report`."""

    async def add(self, connection: AsyncConnection, incident: Incident) -> None:
        """Write a new incident."""
        values = {name: getattr(incident, name) for name in Incident.__slots__}
        await connection.execute(_ADD, {**values, "data_classes": list(incident.data_classes)})

    async def listed(self, connection: AsyncConnection) -> list[Incident]:
        """The open ones first, each time the newest before."""
        return [_incident(row) for row in await connection.execute(_LISTED, {"limit": MAX_LISTED})]

    async def lock(self, connection: AsyncConnection, incident_id: UUID) -> Incident | None:
        """One incident, its row locked."""
        row = (await connection.execute(_LOCK, {"id": incident_id})).one_or_none()
        return None if row is None else _incident(row)

    async def report(  # noqa: PLR0917
        self,
        connection: AsyncConnection,
        incident_id: UUID,
        report: str,
        told_at: datetime,
        person: str,
        now: datetime,
    ) -> bool:
        """Record a report; `False` where it was recorded before."""
        values = {
            "incident_id": incident_id,
            "report": report,
            "told_at": told_at,
            "recorded_by": person,
            "recorded_at": now,
        }
        return (await connection.execute(_REPORT, values)).rowcount == 1

    async def close(
        self, connection: AsyncConnection, incident_id: UUID, person: str, lessons: str, now: datetime
    ) -> None:
        """End an incident; the caller holds its row."""
        values = {"id": incident_id, "person": person, "at": now, "lessons": lessons}
        await connection.execute(_CLOSE, values)


def _incident(row: Row[Any]) -> Incident:
    values = {name: getattr(row, name) for name in Incident.__slots__ if name != "reports"}
    told = {name: datetime.fromisoformat(at) for name, at in row.reports.items()}
    return Incident(**{**values, "data_classes": tuple(row.data_classes), "reports": told})
