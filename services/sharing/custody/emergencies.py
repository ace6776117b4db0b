"""Declares an emergency (SG-39): a danger to life, a named supervisor, a few hours, and a review afterwards.

Source: safeguards.md SG-39; sharing-protocol.md §3 (EMERGENCY, REVIEW_RESULT); workflow.md §6 (72 hours).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.errors import MessageRefused
from services.sharing.exchange.drafts import Draft
from services.sharing.exchange.log import require_permit
from services.sharing.ports import Policy
from services.sharing.protocol.payloads import Emergency
from services.sharing.shares.facts import category_of
from services.sharing.shares.minimum_sets import notify_payload
from services.sharing.shares.notices import NO_ACTION
from services.sharing.shares.records import Share
from services.sharing.shares.safeguards import logged_reasons
from services.sharing.shares.screening_client import HitStates
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.shares import ShareStore
from services.sharing.suspended import Rule
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.identifiers import AuthorityId
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
        hit_states: Who knows a hit's present state.
        own_authority: Ours, whose duty desk answers.
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
        hit_states: HitStates,
        own_authority: AuthorityId,
        audit: AuditLog,
        chain_is_whole: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._policy = policy
        self._hit_states = hit_states
        self._own_authority = own_authority
        self._audit = audit
        self._chain_is_whole = chain_is_whole
        self._clock = clock

    async def with_its_hit(self, draft: Draft, agreed_fields: Sequence[str] | None) -> Draft:
        """The draft with what it tells of: the hit that it names, as a notice of it would; nobody types it.

        `agreed_fields` are those that the agreement names, `None` where it narrows nothing.

        Raises:
            MessageRefused: Somebody typed whom it tells of, or it names no confirmed hit.
            ScreeningSilent: The hit's present state could not be asked.
        """
        if "notices" in draft.payload:
            raise MessageRefused(reason="an emergency tells of the hit that it names, and nobody types it")
        async with self._engine.connect() as connection:
            share = await self._share_of(connection, draft)
        state = await self._hit_states.state(share.hit.hit_id)
        notice = notify_payload(
            share.hit,
            event=share.event,
            action_taken=state.ordered_action or NO_ACTION,
            contact=self._own_authority,
            agreed_fields=agreed_fields,
            custody=share.custody,
        )
        payload = {**draft.payload, "notices": [notice.content]}
        return replace(draft, payload=payload, category=category_of(share.hit))

    async def declare(
        self, connection: AsyncConnection, emergency: Emergency, draft: Draft, author: Principal
    ) -> dict[str, Any]:
        """Permit and record the declaration; gives the envelope's `verification`, which is the hit's.

        Raises:
            MessageRefused: The declarer has not the post that is named, or a time is not possible.
            RefusedByPolicy: SG-39 refuses.
        """
        now = self._clock.now()
        if emergency.declared_by_role not in {role.value for role in author.roles}:
            raise MessageRefused(reason="whoever declares an emergency has the post that it names")
        if emergency.review_due > now + REVIEWED_WITHIN or emergency.declared_at > now:
            raise MessageRefused(reason="an emergency is declared now and reviewed within 72 hours")
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
        verified = (await self._share_of(connection, draft)).hit.verification
        return {
            "level": verified.level,
            "two_person": True,
            "verified_at": verified.verified_at.isoformat().replace("+00:00", "Z"),
        }

    async def _share_of(self, connection: AsyncConnection, draft: Draft) -> Share:
        """The share of the hit that is named: nothing relaxes SG-08, one confirmed hit of ours a message."""
        shares = ShareStore(connection)
        share_id = None if draft.hit_id is None else await shares.of_hit(draft.hit_id)
        if share_id is None:
            raise MessageRefused(reason="an emergency tells of one confirmed hit, which it names")
        return await shares.get(share_id)

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
