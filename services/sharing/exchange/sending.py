"""What people send to counterparts: what protects by one person, whatever tells something by two.

The second person says by themselves what they found before a message can leave.

Source: sharing-protocol.md §3, §6; workflow.md §6, §7; safeguards.md SG-09, SG-24, SG-33, SG-39.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.custody.emergencies import Emergencies
from services.sharing.errors import LegalFindingRequired, MessageRefused
from services.sharing.exchange.alone import ALONE, in_standing_words, require_known, said_alone
from services.sharing.exchange.content import SealingKeys, sealed_for_us
from services.sharing.exchange.draft_background import (
    background_of,
    require_one_answered,
    require_was_sent,
)
from services.sharing.exchange.drafts import (
    Draft,
    Said,
    Second,
    basis_of,
    letter_of,
    read_payload,
    under,
    under_codes,
)
from services.sharing.exchange.letter_basis import LetterBasis
from services.sharing.exchange.letter_persons import shares_behind, shares_told_of
from services.sharing.exchange.letter_safeguards import EMERGENCY, LetterSafeguards
from services.sharing.exchange.log import record_verdict, require_permit
from services.sharing.exchange.post import Post
from services.sharing.exchange.records import (
    ExchangeMessage,
    MessageState,
)
from services.sharing.ports import Policy
from services.sharing.protocol.compose import Letter
from services.sharing.protocol.message_fields import finding_in
from services.sharing.protocol.message_types import TYPES
from services.sharing.protocol.payloads import Correct, Emergency, Recall, ReviewResult
from services.sharing.registers.facts import agreed_fields
from services.sharing.shares.court_order import CourtOrder
from services.sharing.shares.safeguards import logged_reasons
from services.sharing.shares.withdrawals import Withdrawals
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.notices import NoticeStore
from shared.approval.approvals import Approval, Approvals
from shared.approval.rules import ApprovalRule
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.contracts import HitStateV1
from shared.policy.verdict import Verdict
from shared.security.roles import Role
from shared.security.tokens import Principal

KIND: Final = "EXCHANGE"
EXCHANGE_RULE: Final = ApprovalRule(
    KIND,
    proposer_roles=frozenset({"LIAISON", "SUPERVISOR"}),
    approver_roles=frozenset({"LEGAL", "LIAISON"}),
    different_roles=False,
)
CONTROL_ACTION: Final = "exchange.control"


@dataclass(frozen=True, slots=True)
class Judges:
    """Who is asked before a message leaves.

    `letters` judges what tells another State something, `policy` what only protects, `emergencies` what is
    declared under SG-39.
    """

    letters: LetterSafeguards
    policy: Policy
    emergencies: Emergencies
    chain_is_whole: Callable[[], bool]


class ExchangeSending:
    """What people send.

    Args:
        engine: The service's database.
        post: Writes messages to the ledger.
        withdrawals: Takes back an emergency that was not justified.
        judges: Who is asked.
        approvals: The two-person machinery, with `EXCHANGE_RULE`.
        sealing_keys: Our encryption keys, by which the message that is answered and the preview are read.
        audit: The log.
        clock: Tells when.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        post: Post,
        withdrawals: Withdrawals,
        judges: Judges,
        approvals: Approvals,
        sealing_keys: SealingKeys,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._post = post
        self._withdrawals = withdrawals
        self._judges = judges
        self._approvals = approvals
        self._sealing_keys = sealing_keys
        self._audit = audit
        self._clock = clock

    async def send(self, draft: Draft, person: Principal) -> ExchangeMessage:
        """Let a protective message go: one person is enough, and no agreement's state stops it.

        The person's own words stay here; it leaves in standing ones.

        Raises:
            MessageRefused: Its type takes two people or follows from what was done, or it cannot be composed.
            RefusedByPolicy: The safeguards refuse.
        """
        if draft.type not in ALONE:
            raise MessageRefused(reason="nobody sends a message of this type alone")
        payload = in_standing_words(read_payload(draft))
        verdict = self._judges.policy.decide(
            self._control(draft.type, (draft.purpose_code, draft.recipient), person)
        )
        if not verdict.permits:
            await self._record_refusal(draft, person, verdict)
        require_permit(verdict)
        async with self._engine.begin() as connection:
            await require_was_sent(connection, draft, payload)
            await require_known(
                connection,
                payload,
                draft.recipient,
                own_authority=self._post.own_authority,
                own_keys=self._sealing_keys,
            )
            background = await background_of(connection, draft, self._sealing_keys)
            letter = letter_of(said_alone(draft), payload, background, self._clock.now())
            if isinstance(payload, Correct):
                letter = under_codes(letter, await shares_behind(connection, payload.target_message_id))
            basis = {"statement": draft.statement}
            message = await self._post.queue(connection, letter, actor=person.subject, basis=basis)
            if message is None:
                raise MessageRefused(reason="it was withdrawn from this recipient before")
            if isinstance(payload, Recall) and payload.kind == "ERASE":
                # A notice that is recalled here is corrected no more, like any other recalled one.
                await NoticeStore(connection).recall(payload.target_message_id)
        return message

    async def propose(self, draft: Draft, author: Principal) -> tuple[ExchangeMessage, Approval]:
        """Write a message that a second person has to let go; it is sealed now, and shown to that one alone.

        Raises:
            MessageRefused: It is no message of its type, or its recipient cannot be written to.
            RefusedByPolicy: An emergency that may not be declared.
            ScreeningSilent: The hit that an emergency tells of could not be asked for.
        """
        if draft.type not in TYPES or draft.type == "NOTIFY" or not TYPES[draft.type].needs_two:
            raise MessageRefused(reason="such a message is not proposed here")
        if draft.type == EMERGENCY:
            draft = await self._judges.emergencies.with_its_hit(draft, await self._agreed_fields(draft))
        payload = read_payload(draft)
        require_one_answered(draft, payload)
        async with self._engine.begin() as connection:
            background = await background_of(connection, draft, self._sealing_keys)
            now = self._clock.now()
            basis = basis_of(draft, payload, background, author=author.subject, now=now)
            letter = letter_of(Said.of(draft), payload, background, now)
            if basis.fields:
                # What tells nothing is under one code, like every refusal: another would tell of a hit.
                content = [each for each in (payload, background.asked) if each is not None]
                letter = under_codes(letter, await shares_told_of(connection, basis, content))
            basis = replace(basis, handling_code=letter.handling_code, conditions=letter.conditions)
            if isinstance(payload, Emergency):
                letter = await self._declared(connection, letter, payload, draft, author)
            if isinstance(payload, ReviewResult):
                basis = replace(basis, justified=payload.justified)
            return await self._propose(connection, letter, basis, author)

    async def approve(self, message_id: UUID, approver: Principal, second: Second) -> Verdict:
        """The second person's step: all safeguards judge the message, and what they permit leaves.

        Raises:
            MessageNotFound, MessageRefused: There is nothing to let go.
            LegalFindingRequired: It names a court's order, which a legal officer has to see (SG-16).
            SamePerson, ApprovalRoleRefused, ApprovalConflict: See `shared/approval`.
            VaultUnavailable, ScreeningSilent: The protection check or the hit's state gave no answer.
            ContentWithdrawn: It can be read no more.
        """
        hit_state = await self._hit_state(message_id)
        async with self._engine.begin() as connection:
            message = await ExchangeStore(connection).lock(message_id)
            basis = await self._approved(connection, message, approver, second)
            if TYPES[message.type].is_control:
                verdict = self._judges.policy.decide(
                    self._control(message.type, (basis.purpose_code, basis.case_id), approver)
                )
            else:
                verdict = await self._judges.letters.judge(connection, message, basis, hit_state)
            await self._release(connection, message, basis, verdict)
            await record_verdict(
                self._audit,
                connection,
                message,
                actor=approver.subject,
                action="share.send",
                verdict=verdict,
            )
        return verdict

    async def _propose(
        self, connection: AsyncConnection, letter: Letter, basis: LetterBasis, author: Principal
    ) -> tuple[ExchangeMessage, Approval]:
        agreement = await self._judges.letters.agreement_for(
            connection, letter.type, letter.recipient, basis.purpose_code
        )
        message = await self._post.queue(
            connection,
            under(letter, agreement, self._clock.now().date()),
            actor=author.subject,
            state=MessageState.PROPOSED,
            basis=basis.as_json(),
            preview=sealed_for_us(letter.payload, self._sealing_keys),
        )
        assert message is not None, "nothing but a withdrawal is written once only"
        approval = await self._approvals.propose(
            connection,
            KIND,
            str(message.message_id),
            {
                "type": letter.type,
                "recipient": letter.recipient,
                "statement": basis.statement,
                "alternatives_considered": basis.alternatives_considered,
                "court_order": basis.court_order and basis.court_order.as_json(),
                "payload_digest": str(message.outside["payload_hash"]),
                "finding": finding_in(letter.payload),
            },
            author.subject,
            EXCHANGE_RULE.proposing_role(each.value for each in author.roles),
        )
        await ExchangeStore(connection).attach(message.message_id, approval.approval_id)
        return message, approval

    async def _agreed_fields(self, draft: Draft) -> list[str] | None:
        """What the agreement with a draft's recipient lets it tell (SG-31)."""
        async with self._engine.connect() as connection:
            agreement = await self._judges.letters.agreement_for(
                connection, draft.type, draft.recipient, draft.purpose_code
            )
        return agreed_fields(agreement, draft.type)

    async def _declared(
        self,
        connection: AsyncConnection,
        letter: Letter,
        emergency: Emergency,
        draft: Draft,
        author: Principal,
    ) -> Letter:
        """The letter of an emergency that SG-39 lets be declared, with how its hit was verified."""
        verification = await self._judges.emergencies.declare(connection, emergency, draft, author)
        return replace(letter, verification=verification, urgency="IMMEDIATE_THREAT")

    async def _approved(
        self, connection: AsyncConnection, message: ExchangeMessage, approver: Principal, second: Second
    ) -> LetterBasis:
        """The basis with its second person, once the two-person machinery lets them be one."""
        if message.state is not MessageState.PROPOSED or message.approval_id is None:
            raise MessageRefused(reason="it does not wait for a second person")
        assert message.basis is not None, "a proposed message has its basis"
        if CourtOrder.kept_in(message.basis) and Role.LEGAL not in approver.roles:
            raise LegalFindingRequired
        proposal = await self._approvals.get(connection, message.approval_id)
        roles = tuple(sorted(each.value for each in approver.roles))
        role = EXCHANGE_RULE.approving_role(roles, proposal.proposer_role)
        await self._approvals.approve(
            connection, proposal.approval_id, approver.subject, role, proposal.version
        )
        is_same = second.finding == proposal.payload["finding"]
        basis = replace(LetterBasis.from_json(message.basis), individual_risk=_risk_found(second, approver))
        return basis.approved(approver.subject, roles, same_finding=is_same)

    async def _release(
        self, connection: AsyncConnection, message: ExchangeMessage, basis: LetterBasis, verdict: Verdict
    ) -> None:
        exchange = ExchangeStore(connection)
        state = MessageState.APPROVED if verdict.permits else MessageState.REFUSED
        due = await self._leaves_at(connection, message) if verdict.permits else None
        reasons = () if verdict.permits else logged_reasons(verdict.reasons)
        await exchange.release(message.message_id, state, due, basis=basis.as_json(), reasons=reasons)
        if not verdict.permits or message.in_reply_to is None:
            return
        await exchange.answer(message.in_reply_to)
        if message.type == "REVIEW_RESULT" and basis.justified is False:
            emergency = await exchange.get(message.in_reply_to)
            await self._withdrawals.recall_message(connection, emergency, "UNLAWFUL")

    async def _leaves_at(self, connection: AsyncConnection, message: ExchangeMessage) -> datetime:
        """Now; the answer to a request at its point of the clock, which is the same for every answer."""
        now = self._clock.now()
        if message.in_reply_to is None:
            return now
        answered = await ExchangeStore(connection).get(message.in_reply_to)
        return max(now, answered.answer_due_at or now)

    async def _hit_state(self, message_id: UUID) -> HitStateV1 | None:
        """Asked outside any transaction, so that a slow answer holds no lock."""
        async with self._engine.connect() as connection:
            message = await ExchangeStore(connection).get(message_id)
        return await self._judges.letters.hit_state_for(message)

    async def _record_refusal(self, draft: Draft, person: Principal, verdict: Verdict) -> None:
        async with self._engine.begin() as connection:
            await self._audit.append(
                connection,
                actor=person.subject,
                action=CONTROL_ACTION,
                object_kind="AUTHORITY",
                object_id=draft.recipient,
                outcome="REFUSED",
                policy=verdict.policy_version,
                reasons=logged_reasons(verdict.reasons),
                facts={"type": draft.type},
            )

    def _control(self, kind: str, purpose: tuple[str, str], person: Principal) -> dict[str, Any]:
        code, case_id = purpose
        return {
            "action": CONTROL_ACTION,
            "actor": {"id": person.subject, "roles": [each.value for each in person.roles]},
            "purpose": {"code": code, "case_id": case_id},
            "object": {"message_type": kind},
            "context": {"log_store": "UP", "chain_ok": self._judges.chain_is_whole()},
            "now": self._clock.now().isoformat(),
        }


def _risk_found(second: Second, approver: Principal) -> bool | None:
    """Individual risk is the human-rights officer's to find; from anybody else it is not known (SG-34)."""
    return second.individual_risk if Role.HUMAN_RIGHTS in approver.roles else None
