"""Whether a batch may be screened now: the grounds, the safeguards' verdict, the run and its record."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.batches.match import Matching
from services.screening.errors import RETRY_AFTER_SECONDS, ScreeningRefused
from services.screening.ports import Ports
from services.screening.registers.rows import LegalRow, MatcherApproval, StandingOrder
from services.screening.store.watchlist import ScreeningRun
from shared.audit.record import AuditRecord, FactValue
from shared.contracts import TravellersObservedV1


@dataclass(frozen=True, slots=True)
class _Grounds:
    """On what a batch is screened."""

    order: StandingOrder
    approval: MatcherApproval | None
    legal_row: LegalRow | None


class AskPermit:
    """Asks the safeguards whether a batch may be screened."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def __call__(
        self,
        connection: AsyncConnection,
        batch: TravellersObservedV1,
        matching: Matching,
        order: StandingOrder,
        now: datetime,
    ) -> tuple[ScreeningRun, AuditRecord]:
        """The run's row and audit record, once the safeguards permit it.

        Raises:
            ScreeningRefused: They do not; the record of it goes with the error.

        Source: SG-01, 02, 03, 05, 07, 14, 18.
        """
        grounds = await self._grounds(connection, batch, matching, order, now)
        request = policy_requests.screen_run(
            actor=self._ports.service_actor,
            order=order,
            approval=grounds.approval,
            threshold=matching.matcher.threshold,
            has_explanations=all(found.matched.evidence for found in matching.found),
            legal_row=grounds.legal_row,
            data_class=batch.data_class,
            now=now,
        )
        verdict = self._ports.safeguards.decide(request)
        record = self._ports.record(
            request,
            verdict,
            object_kind="batch",
            object_id=str(batch.message_id),
            subject_id=str(batch.flight.flight_id),
            outcome="DONE" if verdict.permits else "REFUSED",
            facts=_facts(batch, matching, grounds),
        )
        if not verdict.permits:
            raise ScreeningRefused(
                [record], reasons=", ".join(verdict.reasons), retry_after_seconds=RETRY_AFTER_SECONDS
            )
        return _run(batch, matching, grounds, now), record

    async def _grounds(
        self,
        connection: AsyncConnection,
        batch: TravellersObservedV1,
        matching: Matching,
        order: StandingOrder,
        now: datetime,
    ) -> _Grounds:
        registers = self._ports.stores.registers
        approval = await registers.matcher_approval(connection, matching.matcher.algorithm, now)
        legal_row = await registers.legal_row(
            connection,
            authority=self._ports.authority,
            action="screen.run",
            data_class=batch.data_class,
            purpose_code=order.purpose_code,
            now=now,
        )
        return _Grounds(order, approval, legal_row)


def _facts(batch: TravellersObservedV1, matching: Matching, grounds: _Grounds) -> dict[str, FactValue]:
    matcher, approval, row = matching.matcher, grounds.approval, grounds.legal_row
    return {
        "travellers": len(batch.travellers),
        "unscreenable": matching.unscreenable,
        "matches": len(matching.found),
        "matcher_digest": matcher.digest,
        "algorithm": matcher.algorithm,
        "threshold": matcher.threshold,
        "standing_order_id": str(grounds.order.order_id),
        "legal_row_id": None if row is None else str(row.row_id),
        "matcher_approval_id": None if approval is None else str(approval.approval_id),
    }


def _run(batch: TravellersObservedV1, matching: Matching, grounds: _Grounds, now: datetime) -> ScreeningRun:
    assert grounds.approval is not None, "SG-07 permits no run without an approval"
    matcher = matching.matcher
    return ScreeningRun(
        message_id=batch.message_id,
        screened_at=now,
        data_class=batch.data_class,
        travellers=len(batch.travellers),
        unscreenable=matching.unscreenable,
        matches=len(matching.found),
        matcher_digest=matcher.digest,
        algorithm=matcher.algorithm,
        threshold=matcher.threshold,
        standing_order_id=grounds.order.order_id,
        matcher_approval_id=grounds.approval.approval_id,
    )
