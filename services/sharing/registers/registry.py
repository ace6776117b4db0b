"""The registers' use cases: one person proposes an entry, another one in another role puts it in force.

Suspending an authority or an agreement takes one person, because it protects (workflow.md §7).

Source: sharing-protocol.md §2; safeguards.md SG-27, SG-29, SG-30, SG-34.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.errors import RefusedByPolicy, RegisterEntryRefused, RegisterEntryUnknown
from services.sharing.ports import Policy
from services.sharing.protocol.endpoints import is_allowed_endpoint
from services.sharing.registers.entries import (
    Agreement,
    Authority,
    ConsularTreaty,
    CountryRisk,
    Entry,
    LegalRow,
    Scope,
    Suspension,
)
from services.sharing.store.registers import Register, RegisterStore
from shared.approval.approvals import Approval, Approvals
from shared.approval.rules import ApprovalRule
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.security.tokens import Principal

_OFFICE: Final = frozenset({"LEGAL", "LIAISON", "SUPERVISOR", "ADMIN"})
_SECOND: Final = frozenset({"LEGAL", "DPO", "SUPERVISOR", "PIU_HEAD"})

RULES: Final = (
    ApprovalRule(Register.AUTHORITY.value, _OFFICE, _SECOND),
    ApprovalRule(Register.AGREEMENT.value, _OFFICE - {"ADMIN"}, _SECOND),
    # The register of country risk is the human-rights officer's own (SG-34).
    ApprovalRule(Register.COUNTRY_RISK.value, frozenset({"HUMAN_RIGHTS"}), _SECOND),
    ApprovalRule(Register.LEGAL_ROW.value, frozenset({"LEGAL"}), _SECOND - {"LEGAL"}),
    ApprovalRule(Register.CONSULAR_TREATY.value, frozenset({"LEGAL"}), _SECOND - {"LEGAL"}),
)
_SETTING_OF: Final[Mapping[Register, str]] = {
    Register.AUTHORITY: "PARTNER_KEY",
    Register.AGREEMENT: "AGREEMENT",
    Register.COUNTRY_RISK: "COUNTRY_RISK",
    Register.LEGAL_ROW: "LEGAL_REGISTER",
    Register.CONSULAR_TREATY: "LEGAL_REGISTER",
}
_ENTRIES: Final[Mapping[Register, type[Entry]]] = {
    Register.AUTHORITY: Authority,
    Register.AGREEMENT: Agreement,
    Register.COUNTRY_RISK: CountryRisk,
    Register.LEGAL_ROW: LegalRow,
    Register.CONSULAR_TREATY: ConsularTreaty,
}
SUSPENDABLE: Final = frozenset({Register.AUTHORITY, Register.AGREEMENT})
CONFIGURATION_PURPOSE: Final = "TERR_PREVENT"


class Registry:
    """Proposes, approves, suspends and lists register entries.

    Args:
        engine: The service's database.
        approvals: The two-person machinery, with `RULES`.
        policy: Judges `config.change` (SG-27).
        audit: The log.
        profile: `local` also allows endpoints on loopback.
        own_state: Our State, which every national authority and every agreement has.
        chain_is_whole: Whether the audit log's chain held when last looked at.
        clock: Tells when.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        approvals: Approvals,
        policy: Policy,
        audit: AuditLog,
        profile: str,
        own_state: str,
        chain_is_whole: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._approvals = approvals
        self._policy = policy
        self._audit = audit
        self._profile = profile
        self._own_state = own_state
        self._chain_is_whole = chain_is_whole
        self._clock = clock

    async def propose(self, register: Register, body: Mapping[str, Any], author: Principal) -> Approval:
        """Write a proposal for an entry, once it reads as one.

        Raises:
            RegisterEntryRefused: The entry cannot be put in force.
            ApprovalRoleRefused: The author's roles may not propose for this register.
        """
        entry = self._checked(register, body)
        role = self._approvals.rule(register.value).proposing_role(role.value for role in author.roles)
        async with self._engine.begin() as connection:
            return await self._approvals.propose(
                connection, register.value, entry_id_of(entry), entry.as_json(), author.subject, role
            )

    async def approve(self, approval_id: UUID, approver: Principal) -> Approval:
        """Put a proposed entry in force as the second person.

        Raises:
            ApprovalUnknown, SamePerson, SameRole, ApprovalRoleRefused, ApprovalConflict: As `Approvals`.
            RegisterEntryRefused: The entry cannot be put in force any more.
            RefusedByPolicy: The safeguards refuse the change.
        """
        async with self._engine.begin() as connection:
            proposal = await self._approvals.get(connection, approval_id)
            rule = self._approvals.rule(proposal.kind)
            role = rule.approving_role((role.value for role in approver.roles), proposal.proposer_role)
            approval = await self._approvals.approve(
                connection, approval_id, approver.subject, role, proposal.version
            )
            register = Register(approval.kind)
            entry = self._checked(register, approval.payload)
            self._require_permit(register, approval, approver)
            version = await RegisterStore(connection).add(
                register,
                entry_id_of(entry),
                entry.as_json(),
                approval_id=approval.approval_id,
                activated_at=self._clock.now(),
            )
            await self._record(
                connection, "register.activate", entry, register=register, person=approver, version=version
            )
        return approval

    async def reject(self, approval_id: UUID, person: Principal) -> Approval:
        """Reject a proposal; one person is enough.

        Raises:
            ApprovalUnknown, ApprovalRoleRefused, ApprovalConflict: See `shared/approval`.
        """
        async with self._engine.begin() as connection:
            proposal = await self._approvals.get(connection, approval_id)
            rule = self._approvals.rule(proposal.kind)
            role = rule.approving_role((role.value for role in person.roles), proposal.proposer_role)
            return await self._approvals.reject(
                connection, approval_id, person.subject, role, proposal.version
            )

    async def suspend(self, register: Register, entry_id: str, why: str, person: Principal) -> None:
        """Suspend an authority or an agreement at once; queued notices stop at their next try.

        Raises:
            RegisterEntryUnknown: There is no such entry.
        """
        now = self._clock.now()
        async with self._engine.begin() as connection:
            body = await RegisterStore(connection).one(register, entry_id)
            if body is None or register not in SUSPENDABLE:
                raise RegisterEntryUnknown(register=register.value)
            entry = _suspended(register, body, Suspension(at=now, by=person.subject, why=why))
            version = await RegisterStore(connection).add(
                register, entry_id, entry.as_json(), approval_id=None, activated_at=now
            )
            await self._record(
                connection, "register.suspend", entry, register=register, person=person, version=version
            )

    async def entries(self, register: Register) -> list[tuple[int, dict[str, Any]]]:
        """The newest version of every entry of a register."""
        async with self._engine.connect() as connection:
            return await RegisterStore(connection).newest(register)

    async def pending(self, register: Register) -> list[Approval]:
        """The proposals of a register that wait for a second person."""
        async with self._engine.connect() as connection:
            return await self._approvals.pending(connection, register.value)

    def _checked(self, register: Register, body: Mapping[str, Any]) -> Entry:
        try:
            entry = _ENTRIES[register].model_validate(dict(body))
        except ValidationError as fault:
            where = ".".join(str(part) for part in fault.errors(include_input=False)[0]["loc"])
            raise RegisterEntryRefused(entry_id="given", reason=f"it cannot be read at '{where}'") from None
        reason = self._reason_against(entry)
        if reason is not None:
            raise RegisterEntryRefused(entry_id=entry_id_of(entry), reason=reason)
        return entry

    def _reason_against(self, entry: Entry) -> str | None:
        if isinstance(entry, Agreement):
            return _reason_against_agreement(entry, self._own_state)
        if isinstance(entry, Authority):
            return self._reason_against_authority(entry)
        if isinstance(entry, ConsularTreaty):
            return _reason_against_treaty(entry, self._own_state)
        return None

    def _reason_against_authority(self, entry: Authority) -> str | None:
        if (entry.scope is Scope.NATIONAL) is not (entry.state == self._own_state):
            return "a national authority is of our own State, and no other is"
        addresses = [each for each in (entry.duty_desk.endpoint, entry.recall_endpoint) if each is not None]
        if not all(is_allowed_endpoint(address, self._profile) for address in addresses):
            return "an endpoint is https to a public host, without credentials or query"
        return None

    def _require_permit(self, register: Register, approval: Approval, approver: Principal) -> None:
        request = {
            "action": "config.change",
            "actor": {"id": approver.subject, "roles": [role.value for role in approver.roles]},
            "purpose": {"code": CONFIGURATION_PURPOSE, "case_id": str(approval.approval_id)},
            "object": {"kind": _SETTING_OF[register], "oversight_effect": None},
            "context": {
                "author": approval.proposer,
                "approver": approver.subject,
                "author_role": approval.proposer_role,
                "approver_role": approval.decided_role,
                "log_store": "UP",
                "chain_ok": self._chain_is_whole(),
            },
            "now": self._clock.now().isoformat(),
        }
        verdict = self._policy.decide(request)
        if not verdict.permits:
            raise RefusedByPolicy(reasons=" ".join(verdict.reasons))

    async def _record(
        self,
        connection: AsyncConnection,
        action: str,
        entry: Entry,
        *,
        register: Register,
        person: Principal,
        version: int,
    ) -> None:
        await self._audit.append(
            connection,
            actor=person.subject,
            action=action,
            object_kind=register.value,
            object_id=entry_id_of(entry),
            facts={"version": version},
        )


def entry_id_of(entry: Entry) -> str:
    """What names an entry within its register: its id, or a country risk's or consular treaty's State."""
    return entry.state if isinstance(entry, CountryRisk | ConsularTreaty) else entry.id


def _reason_against_agreement(agreement: Agreement, own_state: str) -> str | None:
    if own_state not in agreement.parties:
        return "our State is no party to it"
    if agreement.valid_to <= agreement.valid_from:
        return "it ends before it begins"
    if agreement.missing_clauses:
        return f"it lacks clauses that person-level data need ({', '.join(agreement.missing_clauses)})"
    return None


def _reason_against_treaty(treaty: ConsularTreaty, own_state: str) -> str | None:
    if treaty.state == own_state:
        return "a consular treaty is with another State"
    return "it ends before it begins" if treaty.valid_to <= treaty.valid_from else None


def _suspended(register: Register, body: dict[str, Any], suspension: Suspension) -> Entry:
    if register is Register.AGREEMENT:
        return Agreement.model_validate(body).model_copy(update={"suspended": suspension})
    return Authority.model_validate(body).model_copy(
        update={"status": "SUSPENDED", "suspended_reason": suspension.why}
    )
