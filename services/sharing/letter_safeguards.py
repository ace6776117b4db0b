"""Asks the safeguards about a message that is no notice of a share: feedback, requests, answers, offers.

Nothing of a person is in the facts but codes: which fields leave, whether the person is of age, the category.

Source: safeguards.md, the *Facts* lines of the rules that judge `share.send`; sharing-protocol.md §4.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Self, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.exchange_records import ExchangeMessage
from services.sharing.facts import OWN_RETENTION_DAYS, USABLE_ENTRIES, review_facts
from services.sharing.message_types import TYPES
from services.sharing.minimum_sets import CAVEATS
from services.sharing.onward import onward_of
from services.sharing.onward_facts import Onward, onward_context
from services.sharing.own_rules import FULL_AGE, agreements_between
from services.sharing.partners import partner_facts
from services.sharing.recipients import Candidate
from services.sharing.registry_entries import Agreement, Authority
from services.sharing.safeguards import Policy, choose_legal_row
from services.sharing.screening_client import HitStates
from services.sharing.store.registers import RegisterReader, Registers
from services.sharing.store.shares import ShareStore
from services.sharing.vault import Vault
from shared.clock import Clock
from shared.contracts import HitStateV1
from shared.policy.verdict import Verdict

ACTION: Final = "share.send"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a court or the independent authority granted for one answer (SG-24). Instants as ISO 8601 text.

    It is bound to its message and used by it alone.
    """

    authority_type: str
    signed_by: str
    record_ids: tuple[str, ...]
    fields: tuple[str, ...]
    issued_at: str
    expires: str

    def as_facts(self) -> dict[str, Any]:
        """`context.grant` of SG-24."""
        return {
            **asdict(self),
            "record_ids": list(self.record_ids),
            "fields": list(self.fields),
            "used": False,
        }


@dataclass(frozen=True, slots=True)
class LetterBasis:
    """Who wants a message, why, what leaves in it; kept with it and asked again at each try.

    `fields` and `requested_fields` by their names in SG-31; `is_adult` is `None` where no birth is known;
    `claim_sign` is whether anything points to a claim of protection, asked where no hit of ours is concerned.
    `derived_from` is the received message that is passed on; `emergency_relaxes` holds until
    `emergency_until`; `justified` is what a review found of an emergency.
    """

    purpose_code: str
    statement: str
    alternatives_considered: str
    case_id: str
    author: str
    period_days: int
    expires: str
    fields: tuple[str, ...] = ()
    requested_fields: tuple[str, ...] = ()
    extra_fields: tuple[tuple[str, str], ...] = ()
    data_class: str = "HIT"
    handling_code: str = "H2"
    conditions: tuple[str, ...] = ("no-onward",)
    hit_id: str | None = None
    is_adult: bool | None = None
    category: str | None = None
    claim_sign: bool | None = None
    individual_risk: bool | None = None
    court_order_ref: str | None = None
    items: tuple[tuple[int | None, str | None, str], ...] = ((1, "A", "FACT"),)
    approver: str | None = None
    approver_roles: tuple[str, ...] = ()
    same_finding: bool = False
    record_ids: tuple[str, ...] = ()
    grant: Grant | None = None
    derived_from: str | None = None
    emergency_relaxes: tuple[str, ...] = ()
    emergency_until: str | None = None
    justified: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """The basis as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The basis that was kept."""
        read = {name: _with_tuples(each) for name, each in value.items()}
        grant = value.get("grant")
        if grant is not None:
            granted = {name: _with_tuples(each) for name, each in grant.items()}
            read["grant"] = Grant(**cast("dict[str, Any]", granted))
        return cls(**cast("dict[str, Any]", read))

    def approved(self, approver: str, roles: tuple[str, ...], *, same_finding: bool) -> "LetterBasis":
        """The same with the second person."""
        return replace(self, approver=approver, approver_roles=roles, same_finding=same_finding)


class LetterSafeguards:
    """Judges messages with the registers as they are in the caller's transaction.

    Args:
        policy: The policy engine.
        vault: Answers for SG-35 where a hit of ours is concerned.
        hit_states: Screening, asked anew where a message tells of a hit itself.
        registers: Reads the registers.
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
        own_state: str,
        own_authority: str,
        chain_is_whole: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._policy = policy
        self._vault = vault
        self._hit_states = hit_states
        self._registers = registers
        self._own_state = own_state
        self._own_authority = own_authority
        self._chain_is_whole = chain_is_whole
        self._clock = clock

    async def hit_state_for(self, message: ExchangeMessage) -> HitStateV1 | None:
        """The present state of the hit that an emergency tells of; `None` where a message rests on none.

        Raises:
            ScreeningSilent: Screening gave no answer; nothing may be sent.
        """
        if message.type != "EMERGENCY" or message.basis is None:
            return None
        return await self._hit_states.state(UUID(str(message.basis["hit_id"])))

    async def judge_queued(
        self, connection: AsyncConnection, message: ExchangeMessage, hit_state: HitStateV1 | None
    ) -> Verdict:
        """What all safeguards say now of a message that was let go before."""
        assert message.basis is not None, "what is no control message has a basis"
        basis = LetterBasis.from_json(message.basis)
        return await self.judge(connection, message.type, message.authority_id, basis, hit_state)

    async def judge(
        self,
        connection: AsyncConnection,
        kind: str,
        recipient: str,
        basis: LetterBasis,
        hit_state: HitStateV1 | None = None,
    ) -> Verdict:
        """What all safeguards of `share.send` say of one message.

        Raises:
            VaultUnavailable: The vault gave no answer; nothing may be sent.
        """
        registers = await self._registers.read(connection)
        authority = registers.authority(recipient)
        assert authority is not None, "an unknown recipient was refused before"
        request = await self._request(connection, registers, kind, authority, basis)
        if hit_state is not None:
            request = resting_on(request, hit_state)
        return self._policy.decide(request, vault=await self._ask_vault(connection, authority, basis))

    async def agreement_for(
        self, connection: AsyncConnection, kind: str, recipient: str, basis: LetterBasis
    ) -> Agreement | None:
        """The agreement that a message rests on, or the one that stands in its way; none for a stranger."""
        registers = await self._registers.read(connection)
        authority = registers.authority(recipient)
        return None if authority is None else self._agreement(registers, kind, authority, basis)

    def _agreement(
        self, registers: Registers, kind: str, recipient: Authority, basis: LetterBasis
    ) -> Agreement | None:
        """One that covers the message, else one that is in force, else any."""
        now = self._clock.now()
        between = agreements_between(registers.agreements, self._own_state, recipient.state)

        def rank(agreement: Agreement) -> tuple[bool, bool, str]:
            covers = (
                agreement.covers_period(now)
                and agreement.suspended is None
                and basis.purpose_code in agreement.purposes
                and basis.data_class in agreement.data_classes
                and kind in agreement.message_types
            )
            return (not covers, not agreement.covers_period(now), agreement.id)

        return min(between, key=rank, default=None)

    async def _ask_vault(
        self, connection: AsyncConnection, authority: Authority, basis: LetterBasis
    ) -> Verdict | None:
        if basis.hit_id is None:
            return None
        shares = ShareStore(connection)
        share_id = await shares.of_hit(UUID(basis.hit_id))
        if share_id is None:
            return None
        share = await shares.get(share_id)
        candidate = Candidate(authority.state, authority.scope, (), (), authority.id)
        return (await self._vault.ask(share.hit, candidate, basis.fields)).verdict

    async def _request(
        self,
        connection: AsyncConnection,
        registers: Registers,
        kind: str,
        authority: Authority,
        basis: LetterBasis,
    ) -> dict[str, Any]:
        now = self._clock.now()
        row = choose_legal_row(
            registers.legal_rows,
            self._own_authority,
            ACTION,
            basis.purpose_code,
            now,
            data_class=basis.data_class,
        )
        risk = registers.country_risks.get(authority.state)
        agreement = self._agreement(registers, kind, authority, basis)
        verified = authority.verified_at
        onward = await onward_of(connection, registers, basis.derived_from, authority.state)
        return {
            "action": ACTION,
            "actor": {
                "id": basis.approver,
                "roles": list(basis.approver_roles),
                "authority": self._own_authority,
            },
            "purpose": {
                "code": basis.purpose_code,
                "case_id": basis.case_id,
                "statement": basis.statement,
                "alternatives_considered": basis.alternatives_considered,
            },
            "object": _object(kind, basis, onward),
            "context": {
                **_two_people(basis),
                "case_open": True,
                "grounds": ["message_in_case"],
                "legal_row": row.as_facts() if row else None,
                "recipient": {
                    "scope": authority.scope.value,
                    "status": authority.status,
                    "verified_days_ago": None if verified is None else (now.date() - verified).days,
                    "functions": list(authority.functions),
                    "key_current": authority.current_key("enc", now) is not None,
                    "kind": authority.kind.value,
                },
                "recipient_state": authority.state,
                "recipient_recall_endpoint": bool(authority.recall_endpoint),
                "audience_max": authority.handling_max,
                "agreement": _agreement_facts(agreement, authority),
                "agreement_fields": _agreed_fields(agreement, kind),
                "court_order_ref": basis.court_order_ref,
                "extra_fields": dict(basis.extra_fields),
                "second_reviewer": basis.approver,
                "caveats": list(CAVEATS),
                "country_risk": None
                if risk is None
                else {
                    "level": risk.level,
                    "age_days": (now.date() - risk.assessed_at).days,
                    "death_penalty": risk.death_penalty,
                },
                "individual_risk": basis.individual_risk,
                "assessments": {},
                **_protection_facts(kind, basis),
                "partner": await partner_facts(connection, authority, now),
                "own_retention_days": OWN_RETENTION_DAYS,
                "ledger_row": True,
                "log_store": "UP",
                "chain_ok": self._chain_is_whole(),
                "grant": None if basis.grant is None else basis.grant.as_facts(),
                "emergency_relaxes": _relaxed(basis, now),
                **onward_context(onward),
            },
            "now": now.isoformat().replace("+00:00", "Z"),
        }


def _object(kind: str, basis: LetterBasis, onward: Onward | None) -> dict[str, Any]:
    about_a_person = TYPES[kind].is_about_a_person
    age = {True: FULL_AGE, False: FULL_AGE - 1, None: None}[basis.is_adult]
    return {
        "data_class": basis.data_class,
        "message_type": kind,
        "scope": "person",
        "personal_data": about_a_person,
        "fields": list(basis.fields),
        "requested_fields": list(basis.requested_fields),
        "tags": [],
        "purpose": basis.purpose_code,
        # It rests on no hit: identity, where it is spoken of, is what two people here found (SG-08).
        "hit_state": None,
        "items": [
            {"source_grade": grade, "info_grade": info, "kind": each, "age_months": 0, "revalidated": True}
            for grade, info, each in basis.items
        ],
        "subject_age": age,
        "minor_evidence": False,
        "named_persons": [{"category": basis.category}] if about_a_person else [],
        "co_traveller_count": 0,
        "handling_code": basis.handling_code,
        "original_code": onward.handling_code if onward else basis.handling_code,
        "conditions": list(basis.conditions),
        "original_conditions": list(onward.conditions if onward else basis.conditions),
        "originator_state": onward.originator_state if onward else None,
        "recalled": onward is not None and onward.is_withdrawn,
        "disputed": None,
        "record_ids": list(basis.record_ids),
        # A request, an offer or a refusal holds no PNR; an answer with elements does, and needs the
        # independent grant (SG-24).
        "pre_arrival": kind != "PNR_RESPONSE" or not basis.fields,
        "subject_protection": "UNKNOWN" if about_a_person else "NONE",
    }


def resting_on(request: Mapping[str, Any], hit_state: HitStateV1) -> dict[str, Any]:
    """The request of a message that tells of a hit: its state and its two reviews are screening's (SG-08)."""
    facts = review_facts(hit_state.reviews)
    return {
        **request,
        "object": {
            **request["object"],
            "hit_state": hit_state.state,
            "recalled": hit_state.entry_status not in USABLE_ENTRIES,
        },
        "context": {**request["context"], **facts, "case_open": hit_state.is_open},
    }


def _relaxed(basis: LetterBasis, now: datetime) -> list[str]:
    """The rules that the declared emergency relaxes, until its end."""
    if basis.emergency_until is None or now >= datetime.fromisoformat(basis.emergency_until):
        return []
    return list(basis.emergency_relaxes)


def _with_tuples(value: object) -> object:
    if not isinstance(value, list):
        return value
    return tuple(tuple(part) if isinstance(part, list) else part for part in value)


def _two_people(basis: LetterBasis) -> dict[str, Any]:
    """The two behind the message: who wrote it, and who found the same without seeing it (SG-09)."""
    return {
        "human_verification": None,
        "first": basis.author,
        "second": basis.approver,
        "second_blind": basis.approver is not None,
        "same_outcome": basis.same_finding,
        "reports_to_first": False,
        "author": basis.author,
        "approver": basis.approver,
        "period_days": basis.period_days,
        "expires": date.fromisoformat(basis.expires).isoformat(),
    }


def _protection_facts(kind: str, basis: LetterBasis) -> dict[str, Any]:
    """What SG-35 reads where the vault is not asked."""
    return {
        "feared_states": [],
        "nationality": [],
        "former_residence": [],
        "claim_sign": basis.claim_sign if TYPES[kind].is_about_a_person else False,
        "channel": "CLOSED",
    }


def _agreement_facts(agreement: Agreement | None, authority: Authority) -> dict[str, Any] | None:
    if agreement is None:
        return None
    return {
        "valid_from": agreement.valid_from.isoformat(),
        "valid_to": agreement.valid_to.isoformat(),
        "suspended": agreement.suspended is not None,
        "purposes": list(agreement.purposes),
        "data_classes": list(agreement.data_classes),
        "message_types": list(agreement.message_types),
        "names_recipient": authority.id in agreement.names_bodies,
    }


def _agreed_fields(agreement: Agreement | None, kind: str) -> list[str] | None:
    fields = agreement.min_sets.get(kind) if agreement else None
    return None if fields is None else list(fields)
