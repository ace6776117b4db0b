"""Measured tables of false alerts, and what officers found of real hits, in counts alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.rows import as_json, from_json

#: SG-43: cells below so many are not shown.
LEAST_CELL = 50

_ADD = text("""
INSERT INTO fairness_result (sha256, measured_at, algorithm, body, imported_by, imported_at)
VALUES (:sha256, :measured_at, :algorithm, CAST(:body AS jsonb), :imported_by, :imported_at)
ON CONFLICT DO NOTHING
""")
_LATEST = text("""
SELECT * FROM fairness_result WHERE CAST(:algorithm AS text) IS NULL OR algorithm = :algorithm
ORDER BY measured_at DESC, sha256 LIMIT 1
""")
_LIVE = text("""
SELECT to_char(date_trunc('month', made_at), 'YYYY-MM') AS month, count(*) AS hits,
    count(*) FILTER (WHERE closing_code = 'DIFFERENT_PERSON') AS different_person
FROM hit WHERE made_at > CAST(:now AS timestamptz) - interval '13 weeks'
GROUP BY 1 HAVING count(*) >= :least ORDER BY 1 DESC
""")


@dataclass(frozen=True, slots=True)
class FairnessResult:
    """One measurement: the SHA-256 of its file, when it was taken, of which algorithm, and the tables."""

    sha256: str
    measured_at: datetime
    algorithm: str
    body: Mapping[str, Any]
    imported_by: str
    imported_at: datetime


class FairnessStore:
    """The table `fairness_result`, and counts of the table `hit`."""

    async def add(self, connection: AsyncConnection, result: FairnessResult) -> None:
        """Store a measurement; the same file again is passed over."""
        values = {
            "sha256": result.sha256,
            "measured_at": result.measured_at,
            "algorithm": result.algorithm,
            "body": as_json(dict(result.body)),
            "imported_by": result.imported_by,
            "imported_at": result.imported_at,
        }
        await connection.execute(_ADD, values)

    async def latest(
        self, connection: AsyncConnection, algorithm: str | None = None
    ) -> FairnessResult | None:
        """The newest measurement, of one algorithm or of any."""
        row = (await connection.execute(_LATEST, {"algorithm": algorithm})).one_or_none()
        if row is None:
            return None
        return FairnessResult(
            row.sha256,
            row.measured_at,
            row.algorithm,
            from_json(row.body),
            row.imported_by,
            row.imported_at,
        )

    async def live(self, connection: AsyncConnection, now: datetime) -> list[dict[str, Any]]:
        """Hits of the last 13 weeks by month, and how many were of somebody else; no small cell."""
        rows = await connection.execute(_LIVE, {"now": now, "least": LEAST_CELL})
        return [
            {"month": row.month, "hits": row.hits, "different_person": row.different_person} for row in rows
        ]
