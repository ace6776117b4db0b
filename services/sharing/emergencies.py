"""Declares an emergency (SG-39): a danger to life, a named supervisor, a few hours, and a review afterwards.

Source: safeguards.md SG-39; sharing-protocol.md §3 (EMERGENCY, REVIEW_RESULT); workflow.md §6 (72 hours).
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.errors import MessageRefused
from services.sharing.exchange_drafts import Draft
from services.sharing.exchange_log import require_permit
from services.sharing.payloads import Emergency
from services.sharing.safeguards import Policy, logged_reasons
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.shares import ShareStore
from services.sharing.suspended import Rule
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.oversight.suspensions import SuspensionKind, SuspensionStore
from shared.policy.verdict import Verdict
from shared.security.tokens import Principal

ACTION: Final = "emergency.declare"
REVIEWED_WITHIN: Final = timedelta(hours=72)
_SECONDS_AN_HOUR: Final = 3600


class Emergencies:
    """Asks SG-39 before an emergency leaves.

    Args:
        engine: The service's database; a refusal leaves its record though nothing else happens.
        policy: The policy engine.
        audit: The log.
        chain_is_whole: Whether the log's chain held when last looked at.
        clock: Tells when.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        policy: Policy,
        *,
        audit: AuditLog,
        chain_is_whole: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._policy = policy
        self._audit = audit
        self._chain_is_whole = chain_is_whole
        self._clock = clock

    async def declare(
        self, connection: AsyncConnection, emergency: Emergency, draft: Draft, author: Principal
    ) -> dict[str, Any]:
        """Permit and record the declaration; gives the envelope's `verification`, which is the hit's.

        Raises:
            MessageRefused: The declarer has not the post that is named, no confirmed hit is, or a time is not
                possible.
            RefusedByPolicy: SG-39 refuses.
        """
        now = self._clock.now()
        if emergency.declared_by_role not in {role.value for role in author.roles}:
            raise MessageRefused(reason="whoever declares an emergency has the post that it names")
        if emergency.review_due > now + REVIEWED_WITHIN or emergency.declared_at > now:
            raise MessageRefused(reason="an emergency is declared now and reviewed within 72 hours")
        share_id = None if draft.hit_id is None else await ShareStore(connection).of_hit(draft.hit_id)
        if share_id is None or len(emergency.notices) != 1:
            # Nothing relaxes SG-08: each person whom we tell of is a confirmed hit of ours, one a message.
            raise MessageRefused(reason="an emergency tells of one confirmed hit, which it names")
        suspended = await ExchangeStore(connection).has_emergency_against(
            author.subject, now - REVIEWED_WITHIN
        ) or await SuspensionStore().stands(connection, SuspensionKind.RULE, Rule.EMERGENCY)
        verdict = self._policy.decide(self._facts(emergency, draft, author, is_suspended=suspended))
        if verdict.permits:
            await self._record(connection, emergency, draft, author, verdict)
        else:
            async with self._engine.begin() as own:
                await self._record(own, emergency, draft, author, verdict)
        require_permit(verdict)
        verified = (await ShareStore(connection).get(share_id)).hit.verification
        return {
            "level": verified.level,
            "two_person": True,
            "verified_at": verified.verified_at.isoformat().replace("+00:00", "Z"),
        }

    async def _record(
        self,
        connection: AsyncConnection,
        emergency: Emergency,
        draft: Draft,
        author: Principal,
        verdict: Verdict,
    ) -> None:
        await self._audit.append(
            connection,
            actor=author.subject,
            action=ACTION,
            object_kind="HIT",
            object_id=str(draft.hit_id),
            outcome="PERMITTED" if verdict.permits else "REFUSED",
            purpose=draft.purpose_code,
            case_id=str(draft.hit_id),
            policy=verdict.policy_version,
            reasons=logged_reasons(verdict.reasons),
            facts={"relaxes": tuple(emergency.relaxes), "authority_id": draft.recipient},
        )

    def _facts(
        self, emergency: Emergency, draft: Draft, author: Principal, *, is_suspended: bool
    ) -> dict[str, Any]:
        now = self._clock.now()
        hours = (emergency.expires_at - now).total_seconds() / _SECONDS_AN_HOUR
        return {
            "action": ACTION,
            "actor": {"id": author.subject, "roles": [role.value for role in author.roles]},
            "purpose": {"code": draft.purpose_code, "case_id": str(draft.hit_id)},
            "object": {},
            "context": {
                # Whom, when and why the normal way fails are the message's own words, which it needs.
                "threat_specific": True,
                "persons": len(emergency.notices),
                "declared_by_role": emergency.declared_by_role,
                "relax": list(emergency.relaxes),
                "vital_interest_same_person": False,
                "expires_h": hours,
                "emergency_use_suspended": is_suspended,
                "log_store": "UP",
                "chain_ok": self._chain_is_whole(),
            },
            "now": now.isoformat(),
        }
