"""The gate before personal data: asks `record.read`, writes the look or its refusal into the log.

Source: safeguards.md SG-26, SG-41; design.md §3.11 (every look states its purpose).
"""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.sharing.errors import RefusedByPolicy
from services.sharing.ports import Policy
from services.sharing.shares.facts import DATA_CLASS, conditions_of
from services.sharing.shares.records import Share
from services.sharing.shares.safeguards import choose_legal_row, logged_reasons
from services.sharing.store.registers import RegisterReader
from services.sharing.store.shares import ShareStore
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.policy.verdict import Verdict
from shared.security.tokens import Principal
from shared.web.purpose import Purpose

ACTION: Final = "record.read"
# Whoever has a step in a share is assigned to its case; the case is the hit (SG-26).
CASE_ROLES: Final = frozenset({"SUPERVISOR", "LIAISON", "LEGAL", "HUMAN_RIGHTS", "ASYLUM_OFFICER"})


class ReadGate:
    """Lets a look at a share's person through, or refuses; both stand in the log before anything is shown.

    Args:
        engine: The service's database.
        registers: Reads the registers.
        policy: The policy engine.
        audit: The log.
        own_authority: Our authority's id, for those whose token names none.
        chain_is_whole: Whether the audit log's chain held when last looked at.
        clock: Tells when.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        registers: RegisterReader,
        policy: Policy,
        audit: AuditLog,
        own_authority: str,
        chain_is_whole: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._registers = registers
        self._policy = policy
        self._audit = audit
        self._own_authority = own_authority
        self._chain_is_whole = chain_is_whole
        self._clock = clock

    async def open(self, share_id: UUID, reader: Principal, purpose: Purpose, element: str) -> Share:
        """The share, once the look is permitted and recorded.

        Args:
            share_id: The share.
            reader: Who looks.
            purpose: Why, as stated with this request; the case is the hit's id or the share's.
            element: What is looked at, a code for the log.

        Raises:
            ShareNotFound: There is no such share.
            RefusedByPolicy: The safeguards refuse the look.
        """
        async with self._engine.begin() as connection:
            share = await ShareStore(connection).get(share_id)
            rows = (await self._registers.read(connection)).legal_rows
            now = self._clock.now()
            authority = reader.authority or self._own_authority
            row = choose_legal_row(rows, authority, ACTION, purpose.code, now)
            facts = self._facts(share, reader, purpose)
            facts["context"]["legal_row"] = row.as_facts() if row else None
            verdict = self._policy.decide(facts)
            await self._audit.append(
                connection,
                actor=reader.subject,
                action=ACTION,
                object_kind="SHARE",
                object_id=str(share_id),
                outcome="PERMITTED" if verdict.permits else "REFUSED",
                subject_id=str(share.hit.traveller_id),
                purpose=purpose.code,
                case_id=str(share.hit.hit_id),
                policy=verdict.policy_version,
                reasons=logged_reasons(verdict.reasons),
                facts={"element": element, "inputs_hash": verdict.inputs_hash},
            )
        _require_permit(verdict)
        return share

    def _facts(self, share: Share, reader: Principal, purpose: Purpose) -> dict[str, Any]:
        roles = sorted(role.value for role in reader.roles)
        is_case = purpose.case_id in {str(share.hit.hit_id), str(share.share_id)}
        training = reader.training_valid_to
        return {
            "action": ACTION,
            "actor": {
                "id": reader.subject,
                "roles": roles,
                "authority": reader.authority or self._own_authority,
                "training_valid_to": training.isoformat() if training else None,
                "clearance": reader.clearance,
            },
            "purpose": {
                "code": purpose.code,
                "case_id": purpose.case_id,
                "statement": purpose.statement,
            },
            "object": {
                "data_class": DATA_CLASS,
                "scope": "person",
                "handling_code": share.hit.entry.handling_code,
                "conditions": list(conditions_of(share.hit)),
                "original_code": share.hit.entry.handling_code,
                "original_conditions": list(share.hit.entry.conditions),
            },
            "context": {
                "case_open": is_case,
                "member": is_case and bool(CASE_ROLES & set(roles)),
                # The purpose is stated with the look itself.
                "purpose_age_h": 0,
                "audience_max": reader.clearance,
                "log_store": "UP",
                "chain_ok": self._chain_is_whole(),
            },
            "now": self._clock.now().isoformat(),
        }


def _require_permit(verdict: Verdict) -> None:
    if not verdict.permits:
        raise RefusedByPolicy(reasons=" ".join(logged_reasons(verdict.reasons)))
