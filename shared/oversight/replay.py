"""Asks the safeguards again what they were asked once: the same inputs and catalogue give the same verdict.

While the inputs are held, they are judged anew. Afterwards whoever holds a copy of them can have it compared
with the hash that the log kept.

Source: safeguards.md SG-42, SG-45; workflow.md §8 (KPI 16: replay mismatches, target 0).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.audit.errors import AuditRecordUnknown
from shared.errors import DomainError
from shared.oversight.kept_inputs import kept_request
from shared.policy.engine import inputs_hash
from shared.policy.verdict import Verdict

NOT_AUTHORISED: Final = "NOT_AUTHORISED"

Judge = Callable[[Mapping[str, Any]], Verdict]
Shown = Callable[[Iterable[str]], tuple[str, ...]]

_RECORD = text("SELECT content FROM audit_record WHERE record_id = :record_id")


class NoDecision(DomainError):
    """The record tells of no decision of the safeguards."""

    code = "NO_DECISION"
    sentence = "This record tells of no decision that can be asked again: it holds no hash of inputs."


class Finding(StrEnum):
    """What a replay found."""

    SAME = "SAME"
    DIFFERENT = "DIFFERENT"
    OTHER_CATALOGUE = "OTHER_CATALOGUE"
    NOT_HELD = "NOT_HELD"
    PROVED = "PROVED"
    NOT_THE_INPUTS = "NOT_THE_INPUTS"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the log tells of a decision."""

    record_id: UUID
    action: str
    occurred_at: datetime
    outcome: str
    reasons: tuple[str, ...]
    policy_version: str | None
    inputs_hash: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """The recorded decision, what was found, and the verdict of now where the inputs are held."""

    decision: Decision
    finding: Finding
    outcome: str | None = None
    reasons: tuple[str, ...] = ()
    policy_version: str | None = None

    @property
    def is_mismatch(self) -> bool:
        """Whether a person must look at once: the same catalogue and inputs gave another verdict."""
        return self.finding is Finding.DIFFERENT


async def decision_of(connection: AsyncConnection, record_id: UUID) -> Decision:
    """What the log tells.

    Raises:
        AuditRecordUnknown: There is no such record.
        NoDecision: It tells of no decision.
    """
    content = await connection.scalar(_RECORD, {"record_id": record_id})
    if content is None:
        raise AuditRecordUnknown
    record = json.loads(bytes(content))
    if "inputs_hash" not in record["facts"]:
        raise NoDecision
    return Decision(
        record_id=record_id,
        action=record["action"],
        occurred_at=datetime.fromisoformat(record["occurred_at"]),
        outcome=record["outcome"],
        reasons=tuple(record["reasons"]),
        policy_version=record["policy"],
        inputs_hash=record["facts"]["inputs_hash"],
    )


async def replay(
    connection: AsyncConnection,
    record_id: UUID,
    *,
    judge: Judge,
    shown: Shown = tuple,
    presented: Mapping[str, Any] | None = None,
) -> Replayed:
    """Ask again.

    Args:
        connection: The service's database.
        record_id: The audit record that tells the decision.
        judge: The safeguards in force now; what the protection vault said of a share is not asked again.
        shown: The reasons as the log may hold them (SG-35).
        presented: Inputs that the asker holds; they are compared with the recorded hash alone.

    Raises:
        AuditRecordUnknown: There is no such record.
        NoDecision: It tells of no decision.
    """
    decision = await decision_of(connection, record_id)
    if presented is not None:
        # What is kept lacks the engine's own facts, which it stamps on whatever it judges.
        is_same = decision.inputs_hash in {inputs_hash(presented), judge(presented).inputs_hash}
        return Replayed(decision, Finding.PROVED if is_same else Finding.NOT_THE_INPUTS)
    request = await kept_request(connection, record_id)
    if request is None:
        return Replayed(decision, Finding.NOT_HELD)
    verdict = judge(request)
    reasons = shown(verdict.reasons)
    return Replayed(
        decision,
        finding_of(decision, verdict, reasons),
        "PERMITTED" if verdict.permits else "REFUSED",
        reasons,
        verdict.policy_version,
    )


def finding_of(decision: Decision, verdict: Verdict, reasons: tuple[str, ...]) -> Finding:
    """What a verdict of now says of a recorded decision."""
    if verdict.policy_version != decision.policy_version or verdict.inputs_hash != decision.inputs_hash:
        # The hash covers the bundle's own facts: its signatures, and whether its vectors passed.
        return Finding.OTHER_CATALOGUE
    # NOT_AUTHORISED stands for what the protection vault said, which is not asked a second time.
    same = set(reasons) - {NOT_AUTHORISED} == set(decision.reasons) - {NOT_AUTHORISED}
    return Finding.SAME if same else Finding.DIFFERENT
