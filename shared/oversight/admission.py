"""Lets oversight in: the permission, the purpose, the safeguards' word, and a record of the look.

A service sets `app.state.oversight_gate`, and names the action with each of its routes:

```python
Reader = Annotated[Principal, Depends(admitted("oversight.read", kind="STATISTICS"))]
```

Source: safeguards.md SG-42 (independent oversight has full reach), SG-41 (reads are logged).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.audit.errors import AuditPurposeRefused
from shared.audit.log import AuditLog
from shared.audit.record import FactValue, Outcome, is_code
from shared.clock import Clock
from shared.errors import DomainError
from shared.policy.verdict import Verdict
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.problems import register_problems
from shared.web.purpose import Purpose, stated_purpose
from shared.web.scripted_clock import request_clock

OVERSIGHT: Final = "OVERSIGHT"


class OversightRefused(DomainError):
    """The safeguards do not let this person oversee this."""

    code = "OVERSIGHT_REFUSED"
    sentence = "The safeguards refuse this: {reasons}."


register_problems(403, OversightRefused, AuditPurposeRefused)


@dataclass(frozen=True, slots=True)
class OversightGate:
    """What a service's oversight routes stand on.

    `decide` asks the service's safeguards; `is_chain_ok` tells whether its own log can be trusted (SG-41).
    """

    service: str
    database: AsyncEngine
    log: AuditLog
    decide: Callable[[Mapping[str, Any]], Verdict]
    is_chain_ok: Callable[[], bool]

    async def admit(
        self, action: str, principal: Principal, purpose: Purpose, *, kind: str, clock: Clock
    ) -> None:
        """Ask the safeguards and record the answer, in a transaction of its own before anything is read.

        Raises:
            OversightRefused: They refuse; the reasons are codes.
        """
        verdict = self.judge(action, principal, purpose, {"kind": kind}, clock)
        async with self.database.begin() as connection:
            await self.record(
                connection, action, principal, purpose, verdict, object_kind=kind, object_id=self.service
            )
        if not verdict.permits:
            raise OversightRefused(reasons=", ".join(verdict.reasons))

    def judge(
        self,
        action: str,
        principal: Principal,
        purpose: Purpose,
        about: Mapping[str, Any],
        clock: Clock,
    ) -> Verdict:
        """What the safeguards say; `about` are the facts of the request's object."""
        return self.decide(_request(action, principal, purpose, about, self.is_chain_ok(), clock))

    async def record(
        self,
        connection: AsyncConnection,
        action: str,
        principal: Principal,
        purpose: Purpose,
        verdict: Verdict,
        *,
        object_kind: str,
        object_id: str,
        facts: Mapping[str, FactValue] = MappingProxyType({}),
    ) -> None:
        """Leave the audit record of a verdict, in the caller's transaction."""
        decision = {"decision_id": str(verdict.decision_id), "inputs_hash": verdict.inputs_hash}
        await self.log.append(
            connection,
            actor=principal.subject,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            outcome=Outcome.PERMITTED if verdict.permits else Outcome.REFUSED,
            purpose=purpose.code,
            case_id=purpose.case_id if purpose.case_id and is_code(purpose.case_id) else None,
            policy=verdict.policy_version,
            reasons=verdict.reasons,
            facts={**decision, **facts},
        )


@cache
def admitted(action: str, *, kind: str) -> Callable[..., Awaitable[Principal]]:
    """A dependency: the person, once permission, purpose and safeguards let them in.

    Args:
        action: `oversight.read`; named by the service, so that its code tells what it asks.
        kind: What is looked at, by the closed list of SG-42: STATISTICS, DECISION_RECORD …
    """

    async def dependency(
        request: Request,
        principal: Annotated[Principal, Depends(require(Permission.READ_OVERSIGHT))],
        purpose: Annotated[Purpose, Depends(stated_purpose)],
        clock: Annotated[Clock, Depends(request_clock)],
    ) -> Principal:
        if purpose.code != OVERSIGHT:
            raise AuditPurposeRefused
        gate: OversightGate = request.app.state.oversight_gate
        await gate.admit(action, principal, purpose, kind=kind, clock=clock)
        return principal

    return dependency


def _request(  # noqa: PLR0917
    action: str,
    principal: Principal,
    purpose: Purpose,
    about: Mapping[str, Any],
    is_chain_ok: bool,
    clock: Clock,
) -> dict[str, Any]:
    """The question of the catalogue §1 about a look or an order of oversight."""
    training = principal.training_valid_to
    return {
        "action": action,
        "actor": {
            "id": principal.subject,
            "roles": sorted(role.value for role in principal.roles),
            "authority": principal.authority,
            "training_valid_to": None if training is None else training.isoformat(),
        },
        "purpose": {"code": purpose.code, "case_id": purpose.case_id, "statement": purpose.statement},
        "object": dict(about),
        # The record of the look stands in a transaction before it: a log that is down lets nobody in.
        "context": {"log_store": "UP", "chain_ok": is_chain_ok, "reason": purpose.statement},
        "now": clock.now().isoformat(),
    }
