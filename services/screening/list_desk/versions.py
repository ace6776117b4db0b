"""Versions of a list: what one changes, and going back to an earlier one."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends

from services.screening.errors import AlreadyDecided, NotFound, RefusedByPolicy
from services.screening.list_desk.watchlist import VersionOut
from services.screening.service import RequestPorts, Service
from services.screening.statuses import problems
from services.screening.views import Out
from services.screening.watchlist.delta import Delta, EntryChange, delta_of, shown_name
from services.screening.watchlist.looking import permit_look
from services.screening.watchlist.returning import ReturnToVersion
from services.screening.watchlist.versions import ListRow
from shared.approval.errors import ApprovalRoleRefused, SamePerson, SameRole
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(tags=["watchlist"])
#: Entries shown of each kind of change; the counts are of all.
MAX_SHOWN = 500


class RowOut(Out):
    """An entry that came or went."""

    entry_id: str
    name: str
    entry: dict[str, Any]

    @classmethod
    def of(cls, row: ListRow) -> Self:
        """From a version's row."""
        return cls(entry_id=row.entry_id, name=shown_name(row.body), entry=row.body)


class FieldChangeOut(Out):
    """One field: what came and what went."""

    field: str
    added: list[Any]
    removed: list[Any]


class EntryChangeOut(Out):
    """An entry that is not what it was; `is_identifying` starts reviews of its open hits anew."""

    entry_id: str
    name: str
    is_identifying: bool
    changes: list[FieldChangeOut]

    @classmethod
    def of(cls, change: EntryChange) -> Self:
        """From a change."""
        return cls(
            entry_id=change.entry_id,
            name=change.name,
            is_identifying=change.is_identifying,
            changes=[
                FieldChangeOut(field=each.field, added=list(each.added), removed=list(each.removed))
                for each in change.changes
            ],
        )


class DeltaOut(Out):
    """What a version changes against `base`; without one everything is new. Lists are cut at 500."""

    version_id: UUID
    base: UUID | None
    added_count: int
    changed_count: int
    removed_count: int
    unchanged_count: int
    added: list[RowOut]
    changed: list[EntryChangeOut]
    removed: list[RowOut]

    @classmethod
    def of(cls, version_id: UUID, base: UUID | None, delta: Delta) -> Self:
        """From a delta."""
        return cls(
            version_id=version_id,
            base=base,
            added_count=delta.counts["ADDED"],
            changed_count=delta.counts["CHANGED"],
            removed_count=delta.counts["REMOVED"],
            unchanged_count=delta.unchanged,
            added=[RowOut.of(each) for each in delta.added],
            changed=[EntryChangeOut.of(each) for each in delta.changed],
            removed=[RowOut.of(each) for each in delta.removed],
        )


class ReturnOut(Out):
    """A return that one person proposed, or that the second one carried out."""

    version: VersionOut
    proposed_by: str
    is_done: bool


@router.get("/v1/watchlist/versions/{version_id}/delta", responses=problems(NotFound, RefusedByPolicy))
async def read_delta(
    version_id: UUID,
    principal: Annotated[Principal, Depends(require(Permission.READ_ENTRIES))],
    ports: RequestPorts,
) -> DeltaOut:
    """What a version changes, entry by entry, against the one in force or the one that it replaced."""
    store = ports.stores.versions
    async with ports.transaction() as connection:
        version = await store.get(connection, version_id)
        if version is None:
            raise NotFound(kind="list version")
        source = await ports.stores.registers.source(connection, version.source_id)
        await permit_look(
            ports,
            connection,
            principal,
            source,
            object_kind="list_version",
            object_id=str(version_id),
            facts={"screen": "delta", "list_source": version.source_id},
        )
        base = await store.before(connection, version)
        base_id = None if base is None else base.version_id
        found = await ports.stores.list_rows.changes(connection, version_id, base_id, MAX_SHOWN)
    return DeltaOut.of(version_id, base_id, delta_of(found, version.stored))


@router.post(
    "/v1/watchlist/versions/{version_id}/return",
    responses=problems(NotFound, AlreadyDecided, SamePerson, SameRole, ApprovalRoleRefused, RefusedByPolicy),
)
async def return_to_version(
    version_id: UUID,
    principal: Annotated[Principal, Depends(require(Permission.APPROVE_LIST))],
    ports: RequestPorts,
    opened: Service,
) -> ReturnOut:
    """Go back to an earlier version: one person proposes, one in the other post carries it out."""
    returned = await ReturnToVersion(ports)(version_id, principal)
    opened.wake.set()
    return ReturnOut(
        version=VersionOut.of(returned.version),
        proposed_by=returned.proposed_by,
        is_done=returned.is_done,
    )
