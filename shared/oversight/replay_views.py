"""A replay as it leaves a service: codes, hashes and times; the inputs themselves are shown to nobody."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.audit.errors import AuditRecordUnknown
from shared.audit.record import Outcome
from shared.oversight.admission import OversightGate
from shared.oversight.replay import Finding, NoDecision, Replayed
from shared.security.tokens import Principal
from shared.web.problems import register_problems

register_problems(404, AuditRecordUnknown)
register_problems(409, NoDecision)


class PresentedIn(BaseModel):
    """Inputs that the asker holds, to be compared with the recorded hash."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    inputs: dict[str, Any]


class VerdictOut(BaseModel):
    """A verdict by its codes."""

    outcome: str
    reasons: list[str]
    policy_version: str | None


class ReplayedOut(BaseModel):
    """What was recorded, what the safeguards say now, and what follows."""

    record_id: UUID
    action: str
    occurred_at: datetime
    inputs_hash: str
    recorded: VerdictOut
    now: VerdictOut | None
    finding: Finding

    @classmethod
    def of(cls, replayed: Replayed) -> Self:
        """From the use case's value."""
        told, now = replayed.decision, None
        if replayed.outcome is not None:
            now = VerdictOut(
                outcome=replayed.outcome,
                reasons=list(replayed.reasons),
                policy_version=replayed.policy_version,
            )
        return cls(
            record_id=told.record_id,
            action=told.action,
            occurred_at=told.occurred_at,
            inputs_hash=told.inputs_hash,
            recorded=VerdictOut(
                outcome=told.outcome, reasons=list(told.reasons), policy_version=told.policy_version
            ),
            now=now,
            finding=replayed.finding,
        )


async def record_replay(
    request: Request, connection: AsyncConnection, principal: Principal, replayed: Replayed
) -> None:
    """Leave a record of what the replay found; a mismatch is FAILED, and a KPI."""
    gate: OversightGate = request.app.state.oversight_gate
    await gate.log.append(
        connection,
        actor=principal.subject,
        action="oversight.replay",
        object_kind="DECISION_RECORD",
        object_id=str(replayed.decision.record_id),
        outcome=Outcome.FAILED if replayed.is_mismatch else Outcome.DONE,
        purpose="OVERSIGHT",
        facts={"finding": replayed.finding.value},
    )
