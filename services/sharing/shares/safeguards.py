"""Asks the safeguards about one recipient: gathers the facts, asks the vault, keeps the whole verdict.

Source: workflow.md §5; safeguards.md §5, stage sharing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.ports import Policy
from services.sharing.registers.entries import Agreement, Authority, LegalRow, Scope
from services.sharing.shares.facts import (
    ACTION,
    DATA_CLASS,
    MESSAGE_TYPE,
    Basis,
    ShareRequest,
    Surroundings,
    is_fallback_open,
    share_facts,
)
from services.sharing.shares.minimum_sets import Payload
from services.sharing.shares.onward import onward_of
from services.sharing.shares.recipients import Candidate, Outcome, outcome_of
from services.sharing.shares.records import Share, ShareVerdict, Stage
from services.sharing.store.registers import RegisterReader, Registers
from services.sharing.vault import Vault, VaultAnswer
from shared.clock import Clock
from shared.contracts import HitStateV1
from shared.identifiers import Identifiers, NoticeId
from shared.policy.verdict import Verdict

NOT_AUTHORISED: Final = "NOT_AUTHORISED"
UNDECIDED: Final = "UNDECIDED"
# Who may know that a person is protected or at risk; all others read NOT_AUTHORISED (SG-35, workflow.md §5).
CLEARED_FOR_PROTECTION: Final = frozenset({"ASYLUM_OFFICER", "LEGAL"})
_INDIVIDUAL_RISK: Final = "SG-34.INDIVIDUAL_RISK"
_HUMAN_RIGHTS_RISK: Final = "SG-34.HUMAN_RIGHTS_RISK"


@dataclass(frozen=True, slots=True)
class Question:
    """One candidate with what would leave for it, and on whose word."""

    share: Share
    candidate: Candidate
    payload: Payload
    basis: Basis
    hit_state: HitStateV1
    stage: Stage
    sealed_to: str | None = None
    notice_id: NoticeId | None = None


class Safeguards:
    """Judges questions with the registers as they are in the caller's transaction.

    Args:
        policy: The policy engine.
        vault: Answers for SG-35.
        registers: Reads the registers.
        own_state: Our State, three letters.
        own_authority: Our authority's id, for the legal register.
        chain_is_whole: Whether the audit log's chain held when last looked at (SG-41).
        clock: Tells when.
        identifiers: Gives verdicts their identifiers.
    """

    def __init__(
        self,
        policy: Policy,
        vault: Vault,
        *,
        registers: RegisterReader,
        own_state: str,
        own_authority: str,
        chain_is_whole: Callable[[], bool],
        clock: Clock,
        identifiers: Identifiers,
    ) -> None:
        self._policy = policy
        self._vault = vault
        self._registers = registers
        self._own_state = own_state
        self._own_authority = own_authority
        self._chain_is_whole = chain_is_whole
        self._clock = clock
        self._identifiers = identifiers

    async def registers(self, connection: AsyncConnection) -> Registers:
        """The registers as the caller's transaction sees them."""
        return await self._registers.read(connection)

    async def judge(
        self, connection: AsyncConnection, registers: Registers, question: Question
    ) -> ShareVerdict:
        """What all safeguards of `share.send` say of one recipient; see `judge_all`.

        Raises:
            VaultUnavailable: The vault gave no answer; nothing may be sent.
        """
        return (await self.judge_all(connection, registers, [question]))[0]

    async def judge_all(
        self, connection: AsyncConnection, registers: Registers, questions: Sequence[Question]
    ) -> list[ShareVerdict]:
        """What all safeguards of `share.send` say, with all reasons, of each recipient of one share.

        Args:
            connection: The caller's transaction.
            registers: As that transaction sees them, read once for all.
            questions: One for each recipient; the vault and the policy engine are asked about all at once.

        Raises:
            VaultUnavailable: The vault gave no answer; nothing may be sent.
        """
        now = self._clock.now()
        requests = [await self._request(connection, registers, each, now) for each in questions]
        answers = await self._vault.ask_all(
            questions[0].share.hit, [(each.candidate, each.payload.fields) for each in questions]
        )
        verdicts = self._policy.decide_batch(
            [share_facts(request, now) for request in requests], [answer.verdict for answer in answers]
        )
        return [
            self._kept(question, request, answer, verdict, now)
            for question, request, answer, verdict in zip(questions, requests, answers, verdicts, strict=True)
        ]

    def agreement_with(
        self, registers: Registers, candidate: Candidate, purpose_code: str
    ) -> Agreement | None:
        """The agreement that a notice to this candidate rests on, or the one that stands in its way."""
        if candidate.scope is Scope.NATIONAL:
            return None
        parties = {self._own_state, candidate.state}
        between = [each for each in registers.agreements if parties <= set(each.parties)]
        return choose_agreement(between, purpose_code, self._clock.now())

    def _kept(
        self,
        question: Question,
        request: ShareRequest,
        answer: VaultAnswer,
        verdict: Verdict,
        now: datetime,
    ) -> ShareVerdict:
        """The verdict as it is stored, with what people can still make of it."""
        reasons = () if verdict.permits else verdict.reasons
        return ShareVerdict(
            verdict_id=self._identifiers.new(),
            share_id=question.share.share_id,
            notice_id=question.notice_id,
            candidate_key=question.candidate.key,
            stage=question.stage,
            outcome=outcome_of(reasons, fallback_open=is_fallback_open(request)),
            reasons=verdict.reasons,
            obligations=verdict.obligations,
            pending=verdict.pending,
            policy_version=verdict.policy_version,
            catalogue_digest=verdict.catalogue_digest,
            inputs_hash=verdict.inputs_hash,
            vault_look_up=answer.look_up_id,
            decided_at=now,
        )

    async def _request(
        self, connection: AsyncConnection, registers: Registers, question: Question, now: datetime
    ) -> ShareRequest:
        candidate, purpose = question.candidate, question.basis.purpose_code
        authority = registers.authority(candidate.authority_id)
        surroundings = Surroundings(
            authority=authority,
            agreement=self.agreement_with(registers, candidate, purpose),
            country_risk=registers.country_risks.get(candidate.state),
            legal_row=choose_legal_row(registers.legal_rows, self._own_authority, ACTION, purpose, now),
            hit_state=question.hit_state,
            own_authority=self._own_authority,
            key_is_current=is_key_current(authority, question.sealed_to, now),
            # The ledger row is written in the transaction of this verdict, or was before (SG-37).
            ledger_row=True,
            # The audit log is in this transaction's database: were it away, we would not be here (SG-41).
            log_is_up=True,
            chain_is_whole=self._chain_is_whole(),
            onward=await onward_of(connection, registers, question.share.derived_from, candidate.state),
        )
        return ShareRequest(
            hit=question.share.hit,
            candidate=candidate,
            payload=question.payload,
            event=question.share.event,
            basis=question.basis,
            assessment=question.share.assessment,
            surroundings=surroundings,
            is_disputed=question.share.disputed_since is not None,
        )


def choose_agreement(between: Iterable[Agreement], purpose_code: str, now: datetime) -> Agreement | None:
    """The agreement that counts between two States.

    One in force that covers the share; else a suspended one, because it blocks the fallback too; else any
    that is within its period; else one that is over or not begun; else none.

    Source: safeguards.md SG-30.
    """

    def rank(agreement: Agreement) -> tuple[bool, bool, bool, str]:
        in_period = agreement.covers_period(now)
        covers = (
            purpose_code in agreement.purposes
            and DATA_CLASS in agreement.data_classes
            and MESSAGE_TYPE in agreement.message_types
        )
        is_suspended = agreement.suspended is not None
        return (
            not (in_period and covers and not is_suspended),
            not in_period,
            not is_suspended,
            agreement.id,
        )

    return min(between, key=rank, default=None)


def choose_legal_row(
    rows: Iterable[LegalRow],
    authority: str,
    action: str,
    purpose_code: str,
    now: datetime,
    *,
    data_class: str = DATA_CLASS,
) -> LegalRow | None:
    """The legal row for an act; one in force before one that is not (SG-02 says so of both)."""
    about = [
        row
        for row in rows
        if row.covers(authority=authority, action=action, data_class=data_class, purpose_code=purpose_code)
    ]
    return min(about, key=lambda row: (not row.valid_from <= now.date() < row.valid_to, row.id), default=None)


def is_key_current(authority: Authority | None, sealed_to: str | None, now: datetime) -> bool:
    """Whether the notice is encrypted to the recipient's current key, or will be.

    A body of our State that reads our own pages is served with the service's own key (SG-29).
    """
    if authority is None:
        return False
    if authority.reads_our_pages:
        return True
    key = authority.current_key("enc", now)
    return key is not None and sealed_to in {None, key.kid}


def shown_reasons(reasons: Iterable[str], roles: Iterable[str]) -> tuple[str, ...]:
    """The reasons that somebody with these roles may read.

    SG-35 and individual risk read NOT_AUTHORISED to everyone else, both alike, so that neither is told.
    The general code of SG-34 goes with the individual one, since beside it it would tell which of the two.

    Source: safeguards.md SG-35, message; workflow.md §5.
    """
    held = set(roles)
    known = list(reasons)
    if held & CLEARED_FOR_PROTECTION:
        return tuple(sorted(known))
    hides_risk = _INDIVIDUAL_RISK in known and "HUMAN_RIGHTS" not in held
    concealed = {_INDIVIDUAL_RISK, _HUMAN_RIGHTS_RISK} if hides_risk else set()
    return tuple(
        sorted(
            {
                NOT_AUTHORISED if reason.startswith("SG-35.") or reason in concealed else reason
                for reason in known
            }
        )
    )


def shown_outcome(outcome: Outcome | None, reasons: Iterable[str]) -> str:
    """The outcome beside reasons as they are shown: a concealed hold reads like a concealed block (SG-35)."""
    if outcome is None:
        return UNDECIDED
    return Outcome.BLOCK.value if NOT_AUTHORISED in reasons else outcome.value


def logged_reasons(reasons: Iterable[str]) -> tuple[str, ...]:
    """The reasons that stand in the audit log: as the least cleared reader sees them (SG-35, SG-41)."""
    return shown_reasons(reasons, ())
