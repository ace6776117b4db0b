"""Asks the safeguards about a message that is no notice of a share: feedback, requests, answers, offers.

Nothing of a person is in the facts but codes: which fields leave, whether the person is of age, the category.

Source: safeguards.md, the *Facts* lines of the rules that judge `share.send`; sharing-protocol.md §4.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.exchange.content import SealingKeys
from services.sharing.exchange.letter_basis import LetterBasis
from services.sharing.exchange.letter_facts import (
    ACTION,
    LetterSurroundings,
    about,
    letter_facts,
    resting_on,
    tells_of_a_person,
)
from services.sharing.exchange.letter_persons import content_of, is_withdrawn, shares_told_of
from services.sharing.exchange.own_rules import agreements_between
from services.sharing.exchange.records import ExchangeMessage
from services.sharing.ports import Policy
from services.sharing.protocol.message_types import TYPES
from services.sharing.registers.entries import Agreement, Authority, Scope
from services.sharing.shares.onward import onward_of
from services.sharing.shares.onward_facts import Onward
from services.sharing.shares.partners import partner_facts
from services.sharing.shares.recipients import Candidate
from services.sharing.shares.records import Share
from services.sharing.shares.safeguards import choose_legal_row
from services.sharing.shares.screening_client import HitStates
from services.sharing.store.registers import RegisterReader, Registers
from services.sharing.suspended import Rule
from services.sharing.vault import Vault
from shared.clock import Clock
from shared.contracts import HitStateV1
from shared.oversight.suspensions import SuspensionKind, SuspensionStore
from shared.policy.verdict import Verdict, all_of

EMERGENCY: Final = "EMERGENCY"


class LetterSafeguards:
    """Judges messages with the registers as they are in the caller's transaction.

    Args:
        policy: The policy engine.
        vault: Answers for SG-35 where a hit of ours is concerned.
        hit_states: Screening, asked anew where a message tells of a hit itself.
        registers: Reads the registers.
        sealing_keys: Our encryption keys, by which whom a message tells of is read.
        own_state: Our State.
        own_authority: Our authority's id.
        chain_is_whole: Whether the audit log's chain held when last looked at (SG-41).
        clock: Tells when.
    """

    def __init__(
        self,
        policy: Policy,
        vault: Vault,
        hit_states: HitStates,
        *,
        registers: RegisterReader,
        sealing_keys: SealingKeys,
        own_state: str,
        own_authority: str,
        chain_is_whole: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._policy = policy
        self._vault = vault
        self._hit_states = hit_states
        self._registers = registers
        self._sealing_keys = sealing_keys
        self._own_state = own_state
        self._own_authority = own_authority
        self._chain_is_whole = chain_is_whole
        self._clock = clock

    async def hit_state_for(self, message: ExchangeMessage) -> HitStateV1 | None:
        """The present state of the hit that a message names; `None` where it names none.

        Raises:
            ScreeningSilent: Screening gave no answer; nothing may be sent.
        """
        hit_id = message.basis and message.basis.get("hit_id")
        return await self._hit_states.state(UUID(str(hit_id))) if hit_id else None

    async def judge_queued(
        self, connection: AsyncConnection, message: ExchangeMessage, hit_state: HitStateV1 | None
    ) -> Verdict:
        """What all safeguards say now of a message that was let go before; see `judge`."""
        assert message.basis is not None, "what is no control message has a basis"
        basis = LetterBasis.from_json(message.basis)
        return await self.judge(connection, message, basis, hit_state)

    async def judge(
        self,
        connection: AsyncConnection,
        message: ExchangeMessage,
        basis: LetterBasis,
        hit_state: HitStateV1 | None,
    ) -> Verdict:
        """What all safeguards of `share.send` say of one message, with every reason against any part of it.

        Raises:
            ContentWithdrawn: Whom it tells of can be read no more; nothing may be sent.
            VaultUnavailable: The vault gave no answer; nothing may be sent.
        """
        registers = await self._registers.read(connection)
        authority, kind = registers.authority(message.authority_id), message.type
        assert authority is not None, "an unknown recipient was refused before"
        is_over = await is_withdrawn(connection, basis)
        # Of what was taken back nothing is told, whoever it is about, and it can be read no more.
        is_told = tells_of_a_person(kind, basis) and not is_over
        content = await content_of(connection, message, self._sealing_keys) if is_told else ()
        told_of = await shares_told_of(connection, basis, content)
        around = await self._surroundings(
            connection,
            registers,
            kind=kind,
            basis=basis,
            authority=authority,
            told_of=told_of,
            is_over=is_over,
        )
        vault = await self._ask_vault(told_of, authority, basis)
        requests = []
        for onward in await _passed_on(connection, registers, basis, told_of, authority.state):
            request = letter_facts(kind, basis, replace(around, onward=onward), self._clock.now())
            if hit_state is not None:
                request = resting_on(request, hit_state) if kind == EMERGENCY else about(request, hit_state)
            requests.append(request)
        return self._policy.decide_together(requests, vault=vault)

    async def agreement_for(
        self, connection: AsyncConnection, kind: str, recipient: str, purpose_code: str
    ) -> Agreement | None:
        """The agreement that a message rests on, or the one that stands in its way; none for a stranger."""
        registers = await self._registers.read(connection)
        authority = registers.authority(recipient)
        return None if authority is None else self._agreement(registers, kind, authority, purpose_code)

    def _agreement(
        self, registers: Registers, kind: str, recipient: Authority, purpose_code: str
    ) -> Agreement | None:
        """One that covers the message, else one that is in force, else any."""
        now = self._clock.now()
        between = agreements_between(registers.agreements, self._own_state, recipient.state)

        def rank(agreement: Agreement) -> tuple[bool, bool, str]:
            covers = (
                agreement.covers_period(now)
                and agreement.suspended is None
                and purpose_code in agreement.purposes
                and TYPES[kind].data_class in agreement.data_classes
                and kind in agreement.message_types
            )
            return (not covers, not agreement.covers_period(now), agreement.id)

        return min(between, key=rank, default=None)

    async def _ask_vault(
        self, told_of: Sequence[Share], authority: Authority, basis: LetterBasis
    ) -> Verdict | None:
        """What the vault says of everybody told of and every State that hears it; each no counts."""
        states = [Candidate(authority.state, authority.scope, (), (), authority.id)]
        if basis.consents_to is not None:
            states.append(Candidate(basis.consents_to, Scope.FOREIGN, (), (), None))
        asked = [(candidate, basis.fields) for candidate in states]
        is_claimed = basis.claim_sign is True
        answers = [
            answer.verdict
            for share in told_of
            for answer in await self._vault.ask_all(share.hit, asked, is_claimed=is_claimed)
        ]
        return all_of(answers) if answers else None

    async def _surroundings(
        self,
        connection: AsyncConnection,
        registers: Registers,
        *,
        kind: str,
        basis: LetterBasis,
        authority: Authority,
        told_of: Sequence[Share],
        is_over: bool,
    ) -> LetterSurroundings:
        now = self._clock.now()
        return LetterSurroundings(
            own_authority=self._own_authority,
            authority=authority,
            agreement=self._agreement(registers, kind, authority, basis.purpose_code),
            country_risk=registers.country_risks.get(basis.consents_to or authority.state),
            legal_row=choose_legal_row(
                registers.legal_rows,
                self._own_authority,
                ACTION,
                basis.purpose_code,
                now,
                data_class=basis.data_class,
            ),
            partner=await partner_facts(connection, authority, now),
            onward=None,
            told_of=told_of,
            is_withdrawn=is_over,
            emergencies_suspended=await SuspensionStore().stands(
                connection, SuspensionKind.RULE, Rule.EMERGENCY
            ),
            chain_is_whole=self._chain_is_whole(),
        )


async def _passed_on(
    connection: AsyncConnection,
    registers: Registers,
    basis: LetterBasis,
    told_of: Sequence[Share],
    recipient_state: str,
) -> list[Onward | None]:
    """Each received message whose information would leave: the one named, and those that hits rest on.

    The safeguards judge a message with one of them at a time; `None` alone where it is all our own.
    """
    named = {basis.derived_from, *(share.derived_from and str(share.derived_from) for share in told_of)}
    found = sorted(each for each in named if each is not None)
    return [await onward_of(connection, registers, each, recipient_state) for each in found] or [None]
