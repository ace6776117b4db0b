"""Writing to the audit log: a record enters in the transaction of what it records, or neither does.

A record gets its place in the Merkle tree a moment later, from the `Sequencer`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.audit.record import AuditRecord, FactValue, Outcome
from shared.audit.sequencer import Sequencer
from shared.clock import Clock
from shared.identifiers import AuditRecordId, Identifiers

__all__ = ["AuditLog", "Sequencer"]

Beside = Callable[[AsyncConnection, Sequence[AuditRecord]], Awaitable[None]]

_NO_FACTS: Mapping[str, FactValue] = MappingProxyType({})

_INSERT = text("""
WITH record AS (
    INSERT INTO audit_record (record_id, occurred_at, actor, action, object_kind, object_id, subject_id,
                              outcome, purpose, content)
    SELECT * FROM unnest(
        CAST(:record_id AS uuid[]), CAST(:occurred_at AS timestamptz[]), CAST(:actor AS text[]),
        CAST(:action AS text[]), CAST(:object_kind AS text[]), CAST(:object_id AS text[]),
        CAST(:subject_id AS text[]), CAST(:outcome AS text[]), CAST(:purpose AS text[]),
        CAST(:content AS bytea[]))
    RETURNING record_id
)
INSERT INTO audit_pending (record_id) SELECT record_id FROM record
""")


class AuditLog:
    """The audit log of one service.

    Args:
        service: The service's name; it stands in each record.
        clock: Tells when it happened.
        identifiers: Gives each record its identifier.
        beside: Writes what belongs to records, in their transaction: the inputs of a decision.
    """

    def __init__(
        self, service: str, clock: Clock, identifiers: Identifiers, beside: Beside | None = None
    ) -> None:
        self._service = service
        self._clock = clock
        self._identifiers = identifiers
        self._beside = beside

    def record(
        self,
        *,
        actor: str,
        action: str,
        object_kind: str,
        object_id: str,
        outcome: str = Outcome.DONE,
        subject_id: str | None = None,
        purpose: str | None = None,
        case_id: str | None = None,
        policy: str | None = None,
        reasons: Sequence[str] = (),
        facts: Mapping[str, FactValue] = _NO_FACTS,
    ) -> AuditRecord:
        """Make a record of something that happens now, for `append_many`.

        Raises:
            AuditRecordRefused: A field could carry personal data or free text.
        """
        return AuditRecord(
            record_id=AuditRecordId(self._identifiers.new()),
            occurred_at=self._clock.now(),
            service=self._service,
            actor=actor,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            subject_id=subject_id,
            outcome=outcome,
            purpose=purpose,
            case_id=case_id,
            policy=policy,
            reasons=tuple(reasons),
            facts=facts,
        )

    async def append(
        self,
        connection: AsyncConnection,
        *,
        actor: str,
        action: str,
        object_kind: str,
        object_id: str,
        outcome: str = Outcome.DONE,
        subject_id: str | None = None,
        purpose: str | None = None,
        case_id: str | None = None,
        policy: str | None = None,
        reasons: Sequence[str] = (),
        facts: Mapping[str, FactValue] = _NO_FACTS,
    ) -> AuditRecordId:
        """Write one record in the caller's transaction; the caller commits.

        Raises:
            AuditRecordRefused: A field could carry personal data or free text.
        """
        record = self.record(
            actor=actor,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            outcome=outcome,
            subject_id=subject_id,
            purpose=purpose,
            case_id=case_id,
            policy=policy,
            reasons=reasons,
            facts=facts,
        )
        await self.append_many(connection, [record])
        return record.record_id

    async def append_many(self, connection: AsyncConnection, records: Sequence[AuditRecord]) -> None:
        """Write many records at once in the caller's transaction; none is harmless."""
        if not records:
            return
        columns = {
            "record_id": [record.record_id for record in records],
            "occurred_at": [record.occurred_at for record in records],
            "actor": [record.actor for record in records],
            "action": [record.action for record in records],
            "object_kind": [record.object_kind for record in records],
            "object_id": [record.object_id for record in records],
            "subject_id": [record.subject_id for record in records],
            "outcome": [str(record.outcome) for record in records],
            "purpose": [record.purpose for record in records],
            "content": [record.canonical() for record in records],
        }
        await connection.execute(_INSERT, columns)
        if self._beside is not None:
            await self._beside(connection, records)
