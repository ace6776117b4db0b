"""The audit log over HTTP, the same in every service: every look at it leaves a record in it.

The service sets `app.state.audit_desk` (see `desk.py`).

Source: safeguards.md SG-41 (who reads logs; reads of logs are logged), SG-42 (oversight has full reach).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import StreamingResponse

from shared.audit.desk import AuditDesk
from shared.audit.errors import AuditPurposeRefused, AuditRecordUnknown, AuditRecordWaiting, AuditSizeUnknown
from shared.audit.export import export_lines
from shared.audit.reads import MAX_SEARCH_RECORDS, AuditFilter, record_exists, search
from shared.audit.record import AuditRecordRefused, FactValue, Outcome, is_code
from shared.audit.tree_store import (
    StoredCheckpoint,
    checkpoint_of,
    consistency_proof,
    inclusion_proof,
    latest_checkpoint,
    leaf_of,
)
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.problems import problems, register_problems
from shared.web.purpose import Purpose, stated_purpose

DEFAULT_LIMIT: Final = 100
MAX_TREE_SIZE: Final = 2**62

register_problems(403, AuditPurposeRefused)
register_problems(404, AuditRecordUnknown, AuditSizeUnknown)
register_problems(409, AuditRecordWaiting)
register_problems(422, AuditRecordRefused)


def _code(text: str | None) -> str | None:
    """A code or identifier; only such are ever recorded, so only such can be looked for."""
    if text is not None and not is_code(text):
        raise ValueError("it is not an identifier or code")
    return text


Reader = Annotated[Principal, Depends(require(Permission.READ_AUDIT))]
Code = Annotated[str | None, AfterValidator(_code)]
Size = Annotated[int, Query(ge=1, le=MAX_TREE_SIZE)]


class CheckpointOut(BaseModel):
    """The newest checkpoint as a C2SP note, and the keys that verify it."""

    origin: str
    size: int
    signed_at: datetime
    note: str
    verifier_keys: list[str]


class RecordOut(BaseModel):
    """One record as it was written, and its place in the tree; null while it waits for one."""

    position: int | None
    record: dict[str, Any]


class RecordsOut(BaseModel):
    """One page of records, newest first; `next_cursor` is null on the last one."""

    records: list[RecordOut]
    next_cursor: UUID | None


class InclusionOut(BaseModel):
    """The proof that a record is in the checkpoint's tree; hashes in hexadecimal, from the leaf upwards."""

    record_id: UUID
    position: int
    leaf: str
    size: int
    proof: list[str]
    checkpoint: str


class ConsistencyOut(BaseModel):
    """The proof that the second tree continues the first; hashes in hexadecimal."""

    first: int
    second: int
    proof: list[str]


class RecordQuery(BaseModel):
    """What a search may ask for."""

    model_config = ConfigDict(extra="forbid")

    actor: Code = None
    subject_id: Code = None
    object_id: Code = None
    action: Code = None
    outcome: Outcome | None = None
    purpose: Code = None
    since: AwareDatetime | None = Field(default=None, alias="from")
    until: AwareDatetime | None = Field(default=None, alias="to")
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_SEARCH_RECORDS)
    cursor: UUID | None = None

    def sought(self) -> AuditFilter:
        """The search, without paging."""
        return AuditFilter(**self.model_dump(exclude={"limit", "cursor"}))


def audit_desk(request: Request) -> AuditDesk:
    """The desk of the running service."""
    desk: AuditDesk = request.app.state.audit_desk
    return desk


def oversight(purpose: Annotated[Purpose, Depends(stated_purpose)]) -> Purpose:
    """The stated purpose, which is oversight.

    Raises:
        AuditPurposeRefused: It is another one.
    """
    if purpose.code != "OVERSIGHT":
        raise AuditPurposeRefused
    return purpose


Desk = Annotated[AuditDesk, Depends(audit_desk)]
Oversight = Annotated[Purpose, Depends(oversight)]
_REFUSALS = problems(AuditPurposeRefused, AuditRecordRefused)


def audit_router() -> APIRouter:
    """The routes; a service includes them as they are."""
    router = APIRouter(prefix="/v1/audit", tags=["audit"])
    add = router.add_api_route
    add("/checkpoint", read_checkpoint, responses=_REFUSALS | problems(AuditSizeUnknown))
    add("/records", read_records, responses=_REFUSALS)
    add(
        "/records/{record_id}/proof",
        prove_inclusion,
        responses=_REFUSALS | problems(AuditRecordUnknown, AuditSizeUnknown, AuditRecordWaiting),
    )
    add("/consistency", prove_consistency, responses=_REFUSALS | problems(AuditSizeUnknown))
    add("/export", export, response_class=StreamingResponse, responses=_REFUSALS)
    return router


async def read_checkpoint(desk: Desk, reader: Reader, purpose: Oversight) -> CheckpointOut:
    """Give the newest signed checkpoint."""
    await _note_first(desk, reader, purpose, "audit.checkpoint")
    async with desk.engine.connect() as connection:
        newest = _known(await latest_checkpoint(connection))
    return CheckpointOut(
        origin=desk.origin,
        size=newest.size,
        signed_at=newest.signed_at,
        note=newest.note,
        verifier_keys=list(desk.verifier_keys),
    )


async def read_records(
    query: Annotated[RecordQuery, Query()], desk: Desk, reader: Reader, purpose: Oversight
) -> RecordsOut:
    """Search the log."""
    async with desk.engine.begin() as connection:
        found = await search(connection, query.sought(), limit=query.limit, cursor=query.cursor)
        facts = _sought_facts(query.sought()) | {"found": len(found)}
        await _note(connection, desk, reader, purpose, "audit.search", facts, query.subject_id)
    return RecordsOut(
        records=[RecordOut(position=row.position, record=json.loads(row.content)) for row in found],
        next_cursor=found[-1].record_id if len(found) == query.limit else None,
    )


async def prove_inclusion(
    record_id: UUID,
    desk: Desk,
    reader: Reader,
    purpose: Oversight,
    size: Annotated[int | None, Query(ge=1, le=MAX_TREE_SIZE)] = None,
) -> InclusionOut:
    """Prove that a record is in the tree of a checkpoint: of the newest one when no size is given."""
    await _note_first(desk, reader, purpose, "audit.prove", {"record": str(record_id)})
    async with desk.engine.connect() as connection:
        leaf = await leaf_of(connection, record_id)
        if leaf is None:
            raise AuditRecordWaiting if await record_exists(connection, record_id) else AuditRecordUnknown
        stored = await (latest_checkpoint(connection) if size is None else checkpoint_of(connection, size))
        checkpoint = _known(stored, more_than=leaf.position)
        proof = await inclusion_proof(connection, leaf.position, checkpoint.size)
    return InclusionOut(
        record_id=record_id,
        position=leaf.position,
        leaf=leaf.hash.hex(),
        size=checkpoint.size,
        proof=[node.hex() for node in proof],
        checkpoint=checkpoint.note,
    )


async def prove_consistency(
    first: Size, second: Size, desk: Desk, reader: Reader, purpose: Oversight
) -> ConsistencyOut:
    """Prove that the tree of size `second` continues the one of size `first`."""
    await _note_first(desk, reader, purpose, "audit.prove", {"first": first, "second": second})
    async with desk.engine.connect() as connection:
        newest = _known(await latest_checkpoint(connection))
        if not first <= second <= newest.size:
            raise AuditSizeUnknown
        proof = await consistency_proof(connection, first, second)
    return ConsistencyOut(first=first, second=second, proof=[node.hex() for node in proof])


async def export(desk: Desk, reader: Reader, purpose: Oversight) -> StreamingResponse:
    """Give the whole log as NDJSON, for `shared/audit/verify.py`."""
    await _note_first(desk, reader, purpose, "audit.export")
    lines = export_lines(desk.engine, desk.origin, desk.verifier_keys)
    return StreamingResponse(lines, media_type="application/x-ndjson")


async def _note_first(
    desk: AuditDesk,
    reader: Principal,
    purpose: Purpose,
    action: str,
    facts: Mapping[str, FactValue] | None = None,
) -> None:
    """Record a look at the log before it happens, in a transaction of its own."""
    async with desk.engine.begin() as connection:
        await _note(connection, desk, reader, purpose, action, facts or {})


async def _note(  # noqa: PLR0917
    connection: AsyncConnection,
    desk: AuditDesk,
    reader: Principal,
    purpose: Purpose,
    action: str,
    facts: Mapping[str, FactValue],
    subject_id: str | None = None,
) -> None:
    await desk.log.append(
        connection,
        actor=reader.subject,
        action=action,
        object_kind="LOG",
        object_id=desk.service,
        subject_id=subject_id,
        purpose=purpose.code,
        case_id=purpose.case_id,
        facts=facts,
    )


def _sought_facts(sought: AuditFilter) -> dict[str, FactValue]:
    """What was looked for, as facts of a record."""
    given = {name: value for name, value in asdict(sought).items() if value is not None}
    return {
        f"sought_{name}": value.isoformat() if isinstance(value, datetime) else str(value)
        for name, value in given.items()
    }


def _known(checkpoint: StoredCheckpoint | None, *, more_than: int = -1) -> StoredCheckpoint:
    """The checkpoint, if there is one over the position.

    Raises:
        AuditSizeUnknown: There is not.
    """
    if checkpoint is None or checkpoint.size <= more_than:
        raise AuditSizeUnknown
    return checkpoint
