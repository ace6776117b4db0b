"""List versions: what each file was, who released it, which one is in force."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.rows import as_json, from_json
from services.screening.watchlist.versions import ListVersion, Release, VersionState

_COLUMNS = (
    "version_id, source_id, state, generated_at, sha256, individuals, entities_left_out, by_regime, stored,"
    " faults, delta_pct, imported_by, imported_at, approvers, in_force_since, base_id"
)
_ADD = text(
    f"INSERT INTO list_version ({_COLUMNS}) VALUES (:version_id, :source_id, :state,"  # noqa: S608
    " :generated_at, :sha256, :individuals, :entities_left_out, CAST(:by_regime AS jsonb),"
    " :stored, CAST(:faults AS jsonb), :delta_pct, :imported_by, :imported_at,"
    " CAST(:approvers AS jsonb), :in_force_since, :base_id)"
)


class ListVersionStore:
    """The table `list_version`."""

    async def lock_source(self, connection: AsyncConnection, source_id: str) -> None:
        """Let only one import or approval of a source run at a time, until the transaction ends."""
        await connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"source:{source_id}"}
        )

    async def add(self, connection: AsyncConnection, version: ListVersion) -> None:
        """Store a version; its rows were stored before, in the same transaction."""
        await connection.execute(
            _ADD,
            {
                "version_id": version.version_id,
                "source_id": version.source_id,
                "state": version.state.value,
                "generated_at": version.generated_at,
                "sha256": version.sha256,
                "individuals": version.individuals,
                "entities_left_out": version.entities_left_out,
                "by_regime": as_json(dict(version.by_regime)),
                "stored": version.stored,
                "faults": as_json(version.faults),
                "delta_pct": version.delta_pct,
                "imported_by": version.imported_by,
                "imported_at": version.imported_at,
                "approvers": _releases_json(version.approvers),
                "in_force_since": version.in_force_since,
                "base_id": version.base_id,
            },
        )

    async def set_state(
        self,
        connection: AsyncConnection,
        version_id: UUID,
        state: VersionState,
        *,
        in_force_since: datetime | None = None,
    ) -> None:
        """Move a version to another state; one that comes into force has renewed nobody yet."""
        await connection.execute(
            text(
                "UPDATE list_version SET state = :state,"
                " in_force_since = coalesce(:since, in_force_since),"
                " renewed_to = CASE WHEN :state = 'IN_FORCE' THEN '' END WHERE version_id = :version_id"
            ),
            {"version_id": version_id, "state": state.value, "since": in_force_since},
        )

    async def set_approvers(
        self, connection: AsyncConnection, version_id: UUID, approvers: Sequence[Release]
    ) -> None:
        """Note who released a held version so far."""
        await connection.execute(
            text(
                "UPDATE list_version SET approvers = CAST(:approvers AS jsonb) WHERE version_id = :version_id"
            ),
            {"version_id": version_id, "approvers": _releases_json(approvers)},
        )

    async def get(self, connection: AsyncConnection, version_id: UUID) -> ListVersion | None:
        """One version."""
        return await self._one(connection, "version_id = :version_id", {"version_id": version_id})

    async def of_file(self, connection: AsyncConnection, source_id: str, sha256: str) -> ListVersion | None:
        """The version that the same file made, unless it was rejected."""
        condition = (
            "source_id = :source_id AND sha256 = :sha256 AND state <> 'REJECTED'"
            " ORDER BY imported_at DESC LIMIT 1"
        )
        return await self._one(connection, condition, {"source_id": source_id, "sha256": sha256})

    async def in_force(self, connection: AsyncConnection, source_id: str) -> ListVersion | None:
        """The version in force of a source."""
        condition = "source_id = :source_id AND state = 'IN_FORCE' ORDER BY in_force_since DESC LIMIT 1"
        return await self._one(connection, condition, {"source_id": source_id})

    async def before(self, connection: AsyncConnection, version: ListVersion) -> ListVersion | None:
        """What a version is compared with: the one in force, or for that one what was in force before it."""
        condition = (
            "source_id = :source_id AND version_id <> :version_id AND state IN ('IN_FORCE', 'SUPERSEDED')"
            " AND (CAST(:before AS timestamptz) IS NULL OR in_force_since < :before)"
            " ORDER BY in_force_since DESC LIMIT 1"
        )
        facts = {
            "source_id": version.source_id,
            "version_id": version.version_id,
            "before": version.in_force_since,
        }
        return await self._one(connection, condition, facts)

    async def newest(self, connection: AsyncConnection, limit: int = 100) -> list[ListVersion]:
        """The newest versions of all sources."""
        query = text(
            f"SELECT {_COLUMNS} FROM list_version ORDER BY imported_at DESC, version_id LIMIT :limit"  # noqa: S608
        )
        return [_version_of(row) for row in await connection.execute(query, {"limit": limit})]

    async def renewing(self, connection: AsyncConnection) -> tuple[ListVersion, str] | None:
        """A version in force that has entries to renew still, and the entry that it has come to; locked."""
        query = text(
            f"SELECT {_COLUMNS}, renewed_to FROM list_version"  # noqa: S608
            " WHERE state = 'IN_FORCE' AND renewed_to IS NOT NULL"
            " ORDER BY in_force_since LIMIT 1 FOR UPDATE SKIP LOCKED"
        )
        row = (await connection.execute(query)).one_or_none()
        return None if row is None else (_version_of(row), row.renewed_to)

    async def set_renewed(self, connection: AsyncConnection, version_id: UUID, to: str | None) -> None:
        """Note to which entry a version in force has renewed its source's; `None` once it has all."""
        await connection.execute(
            text("UPDATE list_version SET renewed_to = :to WHERE version_id = :version_id"),
            {"version_id": version_id, "to": to},
        )

    async def _one(
        self, connection: AsyncConnection, condition: str, facts: dict[str, Any]
    ) -> ListVersion | None:
        query = text(f"SELECT {_COLUMNS} FROM list_version WHERE {condition}")  # noqa: S608
        row = (await connection.execute(query, facts)).one_or_none()
        return None if row is None else _version_of(row)


def _releases_json(releases: Sequence[Release]) -> str:
    return as_json([{"person": each.person, "role": each.role} for each in releases])


def _version_of(row: Row[Any]) -> ListVersion:
    return ListVersion(
        version_id=row.version_id,
        source_id=row.source_id,
        state=VersionState(row.state),
        generated_at=row.generated_at,
        sha256=row.sha256,
        individuals=row.individuals,
        entities_left_out=row.entities_left_out,
        by_regime=from_json(row.by_regime),
        stored=row.stored,
        faults=from_json(row.faults),
        delta_pct=row.delta_pct,
        imported_by=row.imported_by,
        imported_at=row.imported_at,
        approvers=tuple(Release(**each) for each in from_json(row.approvers)),
        in_force_since=row.in_force_since,
        base_id=row.base_id,
    )
