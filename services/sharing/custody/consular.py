"""Consular help for a detained person: told at once, asked, and a post informed only where they want it.

Separate from any notice under the resolution. A person who seeks or has protection is never announced to a
consulate; the answer then reads like any other, and UNHCR or a protecting power stands open.

Source: safeguards.md SG-35, SG-36; Vienna Convention on Consular Relations art. 36; SC res 2396 para 6.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.registers.entries import ConsularTreaty
from services.sharing.shares.safeguards import NOT_AUTHORISED
from services.sharing.store.consular import ConsularStore, ConsularTask
from services.sharing.store.registers import RegisterStore
from services.sharing.store.shares import ShareStore
from services.sharing.vault import Vault
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.contracts import HitConfirmedV1
from shared.errors import DomainError
from shared.policy.verdict import Verdict
from shared.security.tokens import Principal

ACTION: Final = "consular.notify"
PURPOSE: Final = "TERR_INVESTIGATE"
#: At once, overdue after three hours; a person who declined is asked again after a day (SG-36).
OVERDUE_AFTER: Final = timedelta(hours=3)
ASKED_AGAIN_AFTER: Final = timedelta(hours=24)
#: What a consular notice holds, and never the grounds (SG-36).
NOTICE_FIELDS: Final = ("identity", "place", "time", "contact")
CONSULATE: Final = "CONSULATE"
#: What a State issues to its nationals: a visa, or a refugee's document, makes nobody one.
NATIONAL_DOCUMENTS: Final = frozenset({"P", "I"})
Decide = Callable[[Mapping[str, Any]], Verdict]


class ConsularTaskUnknown(DomainError):
    """Nobody of this share is detained, or the step before is missing."""

    code: ClassVar[str] = "CONSULAR_TASK_UNKNOWN"
    sentence: ClassVar[str] = "There is no such consular task: {reason}."


class ConsularRefused(DomainError):
    """The post may not be informed."""

    code: ClassVar[str] = "CONSULAR_REFUSED"
    sentence: ClassVar[str] = "The safeguards refuse this: {reasons}."


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who would be informed: a consulate of a State, or whoever stands for one.

    `mandatory_treaty` is what the register of treaties says, never what an officer does.
    """

    kind: str
    state: str | None
    mandatory_treaty: bool = False


class Consular:
    """Tells, asks, informs.

    Args:
        engine: The service's database.
        vault: Judges what protection says, and tells nothing of it.
        audit: The log.
        decide: The safeguards; what is asked of them is kept nowhere.
        is_chain_ok: Whether the log's chain held when last looked at.
        clock: Tells when.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        vault: Vault,
        *,
        audit: AuditLog,
        decide: Decide,
        is_chain_ok: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._audit = audit
        self._decide = decide
        self._is_chain_ok = is_chain_ok
        self._clock = clock

    async def tasks(self) -> list[ConsularTask]:
        """Every detained person's task."""
        async with self._engine.connect() as connection:
            return await ConsularStore(connection).listed()

    async def treaty_states(self) -> list[str]:
        """The States whose posts a treaty in force lets be told of their nationals, whatever those want."""
        async with self._engine.connect() as connection:
            treaties = await RegisterStore(connection).consular_treaties()
        return sorted(state for state, each in treaties.items() if each.is_in_force(self._clock.now()))

    async def tell(self, share_id: UUID, person: Principal) -> ConsularTask:
        """Record that the person was told of the right to consular help.

        Raises:
            ConsularTaskUnknown: Nobody of this share is detained.
        """
        async with self._engine.begin() as connection:
            await self._task(connection, share_id)
            await ConsularStore(connection).tell(share_id, person.subject, self._clock.now())
            await self._record(connection, "consular.tell", share_id, person)
            return await self._task(connection, share_id)

    async def wish(
        self, share_id: UUID, wish: str, picked_states: list[str], witness: str, person: Principal
    ) -> ConsularTask:
        """Record what the person wants, by signature or witness; it may change.

        Raises:
            ConsularTaskUnknown: Nobody of this share is detained, or the person was not told yet.
        """
        async with self._engine.begin() as connection:
            task = await self._task(connection, share_id)
            if task.told_at is None:
                raise ConsularTaskUnknown(reason="the person was not told yet")
            await ConsularStore(connection).wish(share_id, wish, picked_states, witness, self._clock.now())
            await self._record(connection, "consular.wish", share_id, person)
            return await self._task(connection, share_id)

    async def inform(self, share_id: UUID, to: Addressee, person: Principal) -> ConsularTask:
        """Permit and record that a post is informed; the officer does so, with `NOTICE_FIELDS` alone.

        Raises:
            ConsularTaskUnknown: Nobody of this share is detained.
            ConsularRefused: The safeguards refuse; protection reads like any other refusal.
            VaultUnavailable: The vault gave no answer.
        """
        async with self._engine.connect() as connection:
            task = await self._task(connection, share_id)
            hit = (await ShareStore(connection).get(share_id)).hit
            treaties = await RegisterStore(connection).consular_treaties()
        to = replace(to, mandatory_treaty=is_obliged(treaties, to, hit, self._clock.now()))
        request = self._request(task, to, person)
        verdict = await self._vault.judge_whole(hit, request, self._decide)
        reasons = () if verdict.permits else _shown(verdict.reasons, task, to)
        async with self._engine.begin() as connection:
            if verdict.permits:
                now = self._clock.now()
                await ConsularStore(connection).inform(share_id, to.kind, to.state, person.subject, now)
            await self._record(connection, ACTION, share_id, person, verdict, reasons)
            if verdict.permits:
                return await self._task(connection, share_id)
        raise ConsularRefused(reasons=", ".join(reasons))

    async def _task(self, connection: AsyncConnection, share_id: UUID) -> ConsularTask:
        task = await ConsularStore(connection).get(share_id)
        if task is None:
            raise ConsularTaskUnknown(reason="nobody of this share is detained")
        return task

    def _request(self, task: ConsularTask, to: Addressee, person: Principal) -> dict[str, Any]:
        """The question; what the vault holds is added inside it."""
        return {
            "action": ACTION,
            "actor": {"id": person.subject, "roles": sorted(role.value for role in person.roles)},
            "purpose": {"code": PURPOSE, "case_id": str(task.share_id), "statement": None},
            "object": {"addressee": to.kind, "post_state": to.state, "fields": list(NOTICE_FIELDS)},
            "context": {
                "told_at": None if task.told_at is None else task.told_at.isoformat(),
                "person_wish": task.wish or "NOT_ASKED",
                "mandatory_treaty": to.mandatory_treaty,
                "picked_states": list(task.picked_states) or None,
                "recipient_state": to.state,
                "recipient": {"scope": "FOREIGN"},
                "channel": "CLOSED",
                "log_store": "UP",
                "chain_ok": self._is_chain_ok(),
            },
            "now": self._clock.now().isoformat(),
        }

    async def _record(  # noqa: PLR0917
        self,
        connection: AsyncConnection,
        action: str,
        share_id: UUID,
        person: Principal,
        verdict: Verdict | None = None,
        reasons: tuple[str, ...] = (),
    ) -> None:
        judged = verdict is not None
        await self._audit.append(
            connection,
            actor=person.subject,
            action=action,
            object_kind="SHARE",
            object_id=str(share_id),
            outcome="DONE" if verdict is None else "PERMITTED" if verdict.permits else "REFUSED",
            purpose=PURPOSE if judged else None,
            policy=None if verdict is None else verdict.policy_version,
            reasons=reasons,
            facts={} if verdict is None else {"inputs_hash": verdict.inputs_hash},
        )


def is_overdue(task: ConsularTask, now: datetime) -> bool:
    """Whether the person should have been told by now, or was told too late."""
    return (task.told_at or now) > task.detained_at + OVERDUE_AFTER


def asked_again_at(task: ConsularTask) -> datetime | None:
    """When a person who declined is offered it once more."""
    return task.wish_at + ASKED_AGAIN_AFTER if task.wish == "NO" and task.wish_at else None


def is_obliged(
    treaties: Mapping[str, ConsularTreaty], to: Addressee, hit: HitConfirmedV1, now: datetime
) -> bool:
    """Whether a treaty in force obliges us to tell this consulate of its own national.

    Nationality is what the traveller reported, and who issued the passport or identity card.
    """
    documents = hit.traveller.get("documents") or []
    issuers = {each.get("issuer") for each in documents if each.get("type") in NATIONAL_DOCUMENTS}
    nationalities = issuers | {hit.traveller.get("nationality")}
    treaty = treaties.get(to.state or "")
    return (
        to.kind == CONSULATE and to.state in nationalities and treaty is not None and treaty.is_in_force(now)
    )


def _shown(reasons: tuple[str, ...], task: ConsularTask, to: Addressee) -> tuple[str, ...]:
    """The reasons as anybody may read them; they are the same with protection and without it.

    Where nothing but protection can stand against a post, SG-35 and SG-36 both read NOT_AUTHORISED. Where
    something else does, that alone is told.
    """
    is_wanted = task.wish == "YES" and (not task.picked_states or to.state in task.picked_states)
    is_open = task.told_at is not None and (is_wanted or (to.mandatory_treaty and task.wish is not None))
    told = {reason for reason in reasons if not reason.startswith("SG-35.")}
    if is_open:
        told = {NOT_AUTHORISED} | {reason for reason in told if not reason.startswith("SG-36.")}
    return tuple(sorted(told or {NOT_AUTHORISED}))
