"""What two people agreed on is asked of the safeguards before it takes effect; their answer is recorded."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.ports import Ports
from shared.approval.approvals import Approval
from shared.audit.record import AuditRecord


class ApprovalRefused(Exception):
    """Leaves the transaction with the record of the refusal, so that the approval in it is undone."""

    def __init__(self, record: AuditRecord) -> None:
        self.record = record

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the safeguards refuse."""
        return self.record.reasons


async def permit(
    ports: Ports,
    connection: AsyncConnection,
    approved: Approval,
    request: Mapping[str, Any],
    *,
    action: str,
    object_kind: str,
    purpose: str,
    case_id: str | None = None,
) -> None:
    """Ask whether what the second person approved may take effect, and record that it may.

    Raises:
        ApprovalRefused: A safeguard refuses; `undone_if_refused` keeps its record.
    """
    verdict = ports.safeguards.decide(request)
    record = ports.audit.record(
        actor=str(approved.decided_by),
        action=action,
        object_kind=object_kind,
        object_id=str(approved.approval_id),
        outcome="PERMITTED" if verdict.permits else "REFUSED",
        purpose=purpose,
        case_id=case_id,
        policy=verdict.policy_version,
        reasons=verdict.reasons,
        facts={"payload_digest": approved.payload_digest, "inputs_hash": verdict.inputs_hash},
    )
    if not verdict.permits:
        raise ApprovalRefused(record)
    await ports.audit.append_many(connection, [record])


@asynccontextmanager
async def undone_if_refused(ports: Ports) -> AsyncIterator[AsyncConnection]:
    """A transaction that what the safeguards refuse undoes; the record of the refusal stands by itself.

    Raises:
        ApprovalRefused: Once its record is kept.
    """
    try:
        async with ports.database.begin() as connection:
            yield connection
    except ApprovalRefused as refused:
        async with ports.database.begin() as connection:
            await ports.audit.append_many(connection, [refused.record])
        raise
