"""The duty desk's use cases: read what came in, acknowledge it, answer, ask, withdraw.

Acknowledging and withdrawing take one person; whatever tells another State something takes two, and the
second one says by themselves what they found before it can leave.

Source: sharing-protocol.md §3, §6; workflow.md §6, §7; safeguards.md SG-09, SG-32, SG-33, SG-37.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.compose import Letter
from services.sharing.envelope import kept_envelope, open_payload, sealed_to
from services.sharing.errors import ContentWithdrawn, MessageNotFound, MessageRefused, RefusedByPolicy
from services.sharing.exchange_records import (
    WITHDRAWN,
    Direction,
    ExchangeMessage,
    MessageState,
)
from services.sharing.facts import OWN_RETENTION_DAYS
from services.sharing.letter_safeguards import LetterBasis, LetterSafeguards
from services.sharing.message_fields import fields_of, finding_in, person_facts, target_of
from services.sharing.message_types import TYPES
from services.sharing.payloads import PAYLOADS, HumanReceipt, Part, PnrRequest
from services.sharing.post import Post
from services.sharing.receive import SealingKeys
from services.sharing.registry_entries import Agreement
from services.sharing.safeguards import Policy, logged_reasons
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.registers import RegisterStore
from shared.approval.approvals import Approval, Approvals
from shared.approval.rules import ApprovalRule
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.policy.verdict import Verdict
from shared.security.tokens import Principal
from shared.web.purpose import Purpose

KIND: Final = "EXCHANGE"
EXCHANGE_RULE: Final = ApprovalRule(
    KIND,
    proposer_roles=frozenset({"LIAISON", "SUPERVISOR"}),
    approver_roles=frozenset({"LEGAL", "LIAISON"}),
    different_roles=False,
)
USE_ACTION: Final = "item.use"
CONTROL_ACTION: Final = "exchange.control"
DESK: Final = "duty desk"
PERIOD_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Draft:
    """What the first person writes. `payload` is the type's JSON; `statement` may be released (SG-03).

    `hit_id` names a hit of ours that the message concerns; `claim_sign`, `category` and `individual_risk` are
    the drafter's findings where there is none.
    """

    type: str
    recipient: str
    payload: Mapping[str, Any] = field(repr=False)
    purpose_code: str
    statement: str
    alternatives_considered: str
    in_reply_to: UUID | None = None
    derived_from: UUID | None = None
    hit_id: UUID | None = None
    claim_sign: bool | None = None
    category: str | None = None
    court_order_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Second:
    """What the second person says: their own finding about identity, and of the risk for the person."""

    finding: str | None = None
    individual_risk: bool | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """The outside of what is said: of which type, to whom, for what purpose, in which releasable words."""

    type: str
    recipient: str
    purpose: str
    necessity: str = "A person at our desk has seen it."
    derived_from: UUID | None = None

    @classmethod
    def of(cls, draft: Draft) -> "Said":
        """The outside of a draft."""
        return cls(draft.type, draft.recipient, draft.purpose_code, draft.statement, draft.derived_from)


class ExchangeDesk:
    """What people do with the exchange.

    Args:
        engine: The service's database.
        post: Writes messages to the ledger.
        safeguards: Judges what tells another State something.
        policy: Judges each look and each protective step.
        approvals: The two-person machinery, with `EXCHANGE_RULE`.
        sealing_keys: Our private encryption keys, by which a received message is read.
        audit: The log.
        chain_is_whole: Whether the log's chain held when last looked at.
        clock: Tells when.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        post: Post,
        safeguards: LetterSafeguards,
        policy: Policy,
        approvals: Approvals,
        sealing_keys: SealingKeys,
        audit: AuditLog,
        chain_is_whole: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._post = post
        self._safeguards = safeguards
        self._policy = policy
        self._approvals = approvals
        self._sealing_keys = sealing_keys
        self._audit = audit
        self._chain_is_whole = chain_is_whole
        self._clock = clock

    async def messages(self, direction: Direction, limit: int) -> list[ExchangeMessage]:
        """The newest messages of one direction; nothing of a person is in them."""
        async with self._engine.connect() as connection:
            return await ExchangeStore(connection).newest(direction, limit)

    async def message(self, message_id: UUID) -> tuple[ExchangeMessage, list[ExchangeMessage]]:
        """One message and what answers it, either way.

        Raises:
            MessageNotFound: There is none.
        """
        async with self._engine.connect() as connection:
            exchange = ExchangeStore(connection)
            return await exchange.get(message_id), await exchange.replies(message_id)

    async def read(
        self, message_id: UUID, reader: Principal, purpose: Purpose
    ) -> tuple[ExchangeMessage, Part]:
        """What a received message says, once the look is permitted and recorded.

        Raises:
            MessageNotFound: There is no such received message.
            ContentWithdrawn: It was recalled, corrected, or its time here is over.
            RefusedByPolicy: The safeguards refuse the look.
        """
        async with self._engine.begin() as connection:
            message = await ExchangeStore(connection).get(message_id)
            if message.direction is not Direction.IN:
                raise MessageNotFound
            verdict = self._policy.decide(self._use(message, reader, purpose))
            await self._record(connection, message, reader.subject, USE_ACTION, verdict, element="content")
        if message.state in WITHDRAWN or message.envelope is None:
            raise ContentWithdrawn
        _require_permit(verdict)
        return message, self._opened(message)

    async def acknowledge(self, message_id: UUID, person: Principal) -> ExchangeMessage:
        """Say to the sender that a person has seen its message; the same again changes nothing.

        Raises:
            MessageNotFound: There is no such received message.
            ContentWithdrawn: It was withdrawn.
        """
        now = self._clock.now()
        async with self._engine.begin() as connection:
            exchange = ExchangeStore(connection)
            message = await exchange.lock(message_id)
            if message.direction is not Direction.IN:
                raise MessageNotFound
            if message.state in WITHDRAWN:
                raise ContentWithdrawn
            if await exchange.see(message_id, by=person.subject, at=now):
                receipt = HumanReceipt(acknowledged_at=now, desk=f"{self._post.own_authority} {DESK}")
                said = Said("ACK", message.authority_id, str(message.outside["purpose"]))
                letter = self._letter(said, receipt, message)
                await self._post.queue(connection, letter, actor=person.subject)
            return await exchange.get(message_id)

    async def send(self, draft: Draft, person: Principal) -> ExchangeMessage:
        """Let a protective message go: one person is enough, and no agreement's state stops it.

        Raises:
            MessageRefused: Its type takes two people, or it cannot be composed.
            RefusedByPolicy: The safeguards refuse.
        """
        rules = TYPES.get(draft.type)
        if rules is None or rules.needs_two:
            raise MessageRefused(reason="a message of this type is let go by two people")
        payload = _payload(draft)
        async with self._engine.begin() as connection:
            answered = await self._answered(connection, draft)
            verdict = self._policy.decide(self._control(draft, person))
            _require_permit(verdict)
            letter = self._letter(Said.of(draft), payload, answered)
            message = await self._post.queue(connection, letter, actor=person.subject)
            if message is None:
                raise MessageRefused(reason="it was withdrawn from this recipient before")
        return message

    async def propose(self, draft: Draft, author: Principal) -> tuple[ExchangeMessage, Approval]:
        """Write a message that a second person has to let go; it is sealed now and shown to nobody.

        Raises:
            MessageRefused: It is no message of its type, or its recipient cannot be written to.
        """
        if draft.type not in TYPES or draft.type == "NOTIFY" or not TYPES[draft.type].needs_two:
            raise MessageRefused(reason="such a message is not proposed here")
        payload = _payload(draft)
        role = EXCHANGE_RULE.proposing_role(each.value for each in author.roles)
        async with self._engine.begin() as connection:
            answered = await self._answered(connection, draft)
            basis = self._basis(draft, payload, answered, author)
            authority = await RegisterStore(connection).authority(draft.recipient)
            agreement = (
                await self._safeguards.agreement_for(connection, draft.type, authority, basis)
                if authority
                else None
            )
            letter = self._letter(Said.of(draft), payload, answered)
            message = await self._post.queue(
                connection,
                _under(letter, agreement, self._clock.now().date()),
                actor=author.subject,
                state=MessageState.PROPOSED,
                basis=basis.as_json(),
            )
            assert message is not None, "nothing but a withdrawal is written once only"
            approval = await self._approvals.propose(
                connection,
                KIND,
                str(message.message_id),
                {
                    "type": draft.type,
                    "recipient": draft.recipient,
                    "statement": draft.statement,
                    "alternatives_considered": draft.alternatives_considered,
                    "payload_digest": str(message.outside["payload_hash"]),
                    "finding": finding_in(payload),
                },
                author.subject,
                role,
            )
            await ExchangeStore(connection).attach(message.message_id, approval.approval_id)
        return message, approval

    async def approve(self, message_id: UUID, approver: Principal, second: Second) -> Verdict:
        """The second person's step: all safeguards judge the message, and what they permit leaves.

        Raises:
            MessageNotFound, MessageRefused: There is nothing to let go.
            SamePerson, ApprovalRoleRefused, ApprovalConflict: See `shared/approval`.
            VaultUnavailable: The protection check gave no answer.
        """
        async with self._engine.begin() as connection:
            exchange = ExchangeStore(connection)
            message = await exchange.lock(message_id)
            if message.state is not MessageState.PROPOSED or message.approval_id is None:
                raise MessageRefused(reason="it does not wait for a second person")
            assert message.basis is not None, "a proposed message has its basis"
            proposal = await self._approvals.get(connection, message.approval_id)
            roles = tuple(sorted(each.value for each in approver.roles))
            role = EXCHANGE_RULE.approving_role(roles, proposal.proposer_role)
            await self._approvals.approve(
                connection, proposal.approval_id, approver.subject, role, proposal.version
            )
            is_same = second.finding == proposal.payload["finding"]
            basis = LetterBasis.from_json(
                message.basis | {"individual_risk": _risk_found(second, approver)}
            ).approved(approver.subject, roles, same_finding=is_same)
            verdict = await self._safeguards.judge(connection, message.type, message.authority_id, basis)
            state = MessageState.APPROVED if verdict.permits else MessageState.REFUSED
            due = await self._leaves_at(connection, message) if verdict.permits else None
            await exchange.release(message_id, state, due, basis.as_json())
            if verdict.permits and message.in_reply_to is not None:
                await exchange.answer(message.in_reply_to)
            await self._record(connection, message, approver.subject, "share.send", verdict)
        return verdict

    async def _leaves_at(self, connection: AsyncConnection, message: ExchangeMessage) -> datetime:
        """Now; the answer to a request at its point of the clock, which is the same for every answer."""
        now = self._clock.now()
        if message.in_reply_to is None:
            return now
        answered = await ExchangeStore(connection).get(message.in_reply_to)
        return max(now, answered.answer_due_at or now)

    async def _answered(self, connection: AsyncConnection, draft: Draft) -> ExchangeMessage | None:
        if draft.in_reply_to is None:
            if TYPES[draft.type].answers:
                raise MessageRefused(reason="it answers a message, and names none")
            return None
        found = await ExchangeStore(connection).find(draft.in_reply_to)
        if found is None or found.authority_id != draft.recipient or found.state in WITHDRAWN:
            raise MessageRefused(reason="the message that it answers is not there")
        if found.type not in TYPES[draft.type].answers:
            raise MessageRefused(reason="it does not answer a message of that type")
        return found

    def _basis(
        self, draft: Draft, payload: Part, answered: ExchangeMessage | None, author: Principal
    ) -> LetterBasis:
        now = self._clock.now()
        asked = self._opened(answered) if answered is not None and answered.envelope is not None else None
        requested = asked.elements if isinstance(asked, PnrRequest) else ("identifiers",)
        court = draft.court_order_ref or (asked.court_ref if isinstance(asked, PnrRequest) else None)
        extra = (("identifiers", draft.statement),) if draft.type == "IDENTITY_ANSWER" else ()
        return LetterBasis(
            purpose_code=draft.purpose_code,
            statement=draft.statement,
            alternatives_considered=draft.alternatives_considered,
            case_id=str(draft.hit_id or (answered.thread_id if answered else draft.recipient)),
            author=author.subject,
            period_days=PERIOD_DAYS,
            expires=(now + timedelta(days=PERIOD_DAYS)).date().isoformat(),
            fields=fields_of(draft.type, payload),
            requested_fields=tuple(requested),
            extra_fields=extra,
            data_class=TYPES[draft.type].data_class,
            hit_id=str(draft.hit_id) if draft.hit_id else None,
            is_adult=person_facts(payload, now.date()),
            category=draft.category,
            claim_sign=draft.claim_sign,
            court_order_ref=court,
        )

    def _letter(self, said: Said, payload: Part, answered: ExchangeMessage | None) -> Letter:
        day = self._clock.now().date() + timedelta(days=OWN_RETENTION_DAYS)
        return Letter(
            type=said.type,
            recipient=said.recipient,
            payload=payload,
            purpose=said.purpose,
            necessity=said.necessity,
            legal_ref=("SCR-2396/5",),
            retention_until=answered.retention_until if answered else day,
            thread_id=answered.thread_id if answered else None,
            in_reply_to=answered.message_id if answered else None,
            target_id=target_of(payload),
            derived_from=said.derived_from,
        )

    def _opened(self, message: ExchangeMessage) -> Part:
        """The content of a received message; its signature was verified when it came."""
        assert message.envelope is not None, "what is withdrawn was refused before"
        content = kept_envelope(message.envelope)
        key = self._sealing_keys.get(sealed_to(content.payload))
        if key is None:
            raise ContentWithdrawn
        return open_payload(content, key)

    def _use(self, message: ExchangeMessage, reader: Principal, purpose: Purpose) -> dict[str, Any]:
        handling = message.outside["handling"]
        return {
            "action": USE_ACTION,
            "actor": {"id": reader.subject, "roles": [each.value for each in reader.roles]},
            "purpose": {"code": purpose.code, "case_id": purpose.case_id, "statement": purpose.statement},
            "object": {
                "handling_code": handling["code"],
                "conditions": list(handling["conditions"]),
                "delete_by": message.retention_until.isoformat(),
                "recalled": message.state in WITHDRAWN,
            },
            "context": {
                "audience_max": reader.clearance,
                "use": "READ",
                "log_store": "UP",
                "chain_ok": self._chain_is_whole(),
            },
            "now": self._clock.now().isoformat(),
        }

    def _control(self, draft: Draft, person: Principal) -> dict[str, Any]:
        return {
            "action": CONTROL_ACTION,
            "actor": {"id": person.subject, "roles": [each.value for each in person.roles]},
            "purpose": {"code": draft.purpose_code, "case_id": draft.recipient},
            "object": {"message_type": draft.type},
            "context": {"log_store": "UP", "chain_ok": self._chain_is_whole()},
            "now": self._clock.now().isoformat(),
        }

    async def _record(
        self,
        connection: AsyncConnection,
        message: ExchangeMessage,
        actor: str,
        action: str,
        verdict: Verdict,
        *,
        element: str | None = None,
    ) -> None:
        facts = {"type": message.type, "authority_id": message.authority_id}
        await self._audit.append(
            connection,
            actor=actor,
            action=action,
            object_kind="MESSAGE",
            object_id=str(message.message_id),
            outcome="PERMITTED" if verdict.permits else "REFUSED",
            purpose=str(message.outside["purpose"]),
            policy=verdict.policy_version,
            reasons=logged_reasons(verdict.reasons),
            facts=facts | ({"element": element} if element else {}) | {"inputs_hash": verdict.inputs_hash},
        )


def _payload(draft: Draft) -> Part:
    try:
        return PAYLOADS[draft.type].model_validate(dict(draft.payload))
    except ValidationError as fault:
        where = ".".join(str(step) for step in fault.errors(include_input=False)[0]["loc"]) or "its whole"
        raise MessageRefused(reason=f"it is no {draft.type} at '{where}'") from None


def _require_permit(verdict: Verdict) -> None:
    if not verdict.permits:
        raise RefusedByPolicy(reasons=" ".join(logged_reasons(verdict.reasons)))


def _under(letter: Letter, agreement: Agreement | None, today: date) -> Letter:
    """The letter under an agreement: its id, and no longer kept than it allows."""
    if agreement is None:
        return letter
    longest = today + timedelta(days=agreement.max_retention_days)
    return replace(letter, agreement_id=agreement.id, retention_until=min(letter.retention_until, longest))


def _risk_found(second: Second, approver: Principal) -> bool | None:
    """Individual risk is the human-rights officer's to find; from anybody else it is not known (SG-34)."""
    return second.individual_risk if "HUMAN_RIGHTS" in approver.roles else None
