"""The use case: one person proposes a row of a register, another one approves it, and it is in force."""

from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.errors import ChangeRefused, RegisterMalformed
from services.ingest.permit import ApprovalRefused, permit, undone_if_refused
from services.ingest.ports import Ports
from services.ingest.registers.change_request import ACTION, KINDS, PURPOSE, change_request
from services.ingest.registers.rows import ROW_TYPES, Register, RegisterRow
from shared.approval.approvals import Approval, Approvals
from shared.approval.rules import ApprovalRule
from shared.security.roles import Role
from shared.security.tokens import Principal

_PROPOSERS: Final = frozenset({Role.SUPERVISOR.value, Role.LIAISON.value, Role.ADMIN.value, Role.LEGAL.value})
_APPROVERS: Final = frozenset({Role.SUPERVISOR.value, Role.LEGAL.value, Role.DPO.value, Role.PIU_HEAD.value})
# Laws are entered by the legal role; operational roles cannot edit them (SG-02).
_LAW_PROPOSERS: Final = frozenset({Role.LEGAL.value})
_LAW_APPROVERS: Final = frozenset({Role.DPO.value, Role.PIU_HEAD.value})

RULES: Final = tuple(
    ApprovalRule(
        f"register.{register.value}",
        _LAW_PROPOSERS if register is Register.LEGAL_ROWS else _PROPOSERS,
        _LAW_APPROVERS if register is Register.LEGAL_ROWS else _APPROVERS,
    )
    for register in Register
)


class ChangeRegisters:
    """Proposes and decides changes of the registers."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._approvals = Approvals(RULES, ports.audit, ports.clock, ports.identifiers)

    async def read(self) -> dict[str, Any]:
        """Every row in force by register, and the proposals that await a second person."""
        async with self._ports.database.connect() as connection:
            rows = await self._ports.stores.registers.all_rows(connection)
            pending = [
                proposal
                for register in Register
                for proposal in await self._approvals.pending(connection, f"register.{register.value}")
            ]
        return {"registers": rows, "pending": [proposal_json(proposal) for proposal in pending]}

    async def propose(
        self, principal: Principal, register: Register, row: dict[str, Any], *, remove: bool
    ) -> Approval:
        """Propose a row, or that the row with its key goes out of force.

        Raises:
            RegisterMalformed: The row breaks the register's schema.
            ApprovalRoleRefused: None of the person's roles may propose this.
        """
        checked = _checked(register, row)
        kind = f"register.{register.value}"
        role = self._approvals.rule(kind).proposing_role(role.value for role in principal.roles)
        payload = {"register": register.value, "row": checked.as_json(), "remove": remove}
        async with self._ports.database.begin() as connection:
            return await self._approvals.propose(
                connection, kind, checked.key, payload, principal.subject, role
            )

    async def decide(
        self, principal: Principal, approval_id: UUID, *, expected_version: int, reject: bool
    ) -> Approval:
        """Approve as the second person, which puts the row in force at once; or reject.

        Raises:
            ApprovalUnknown, SamePerson, SameRole, ApprovalRoleRefused, ApprovalConflict: See there.
            ChangeRefused: SG-27 or another safeguard refused; the proposal still waits.

        Source:
            safeguards.md SG-27.
        """
        try:
            return await self._decide(principal, approval_id, expected_version, reject=reject)
        except ApprovalRefused as refused:
            raise ChangeRefused(reasons=" ".join(refused.reasons)) from None

    async def _decide(
        self, principal: Principal, approval_id: UUID, expected_version: int, *, reject: bool
    ) -> Approval:
        roles = [role.value for role in principal.roles]
        async with undone_if_refused(self._ports) as connection:
            proposal = await self._approvals.get(connection, approval_id)
            rule = self._approvals.rule(proposal.kind)
            role = rule.approving_role(roles, proposal.proposer_role)
            if reject:
                return await self._approvals.reject(
                    connection, approval_id, principal.subject, role, expected_version
                )
            approved = await self._approvals.approve(
                connection, approval_id, principal.subject, role, expected_version
            )
            register = Register(approved.payload["register"])
            await self._permit(connection, register, approved, roles)
            row = _checked(register, approved.payload["row"])
            if approved.payload["remove"]:
                await self._ports.stores.registers.remove(connection, register, row.key)
            else:
                await self._ports.stores.registers.put(connection, register, row, approved)
            return approved

    async def _permit(
        self, connection: AsyncConnection, register: Register, approved: Approval, roles: list[str]
    ) -> None:
        request = change_request(
            KINDS[register], approved, roles, chain_ok=self._ports.is_chain_ok(), now=self._ports.clock.now()
        )
        await permit(
            self._ports,
            connection,
            approved,
            request,
            action=ACTION,
            object_kind=approved.kind,
            purpose=PURPOSE,
        )


def proposal_json(proposal: Approval) -> dict[str, Any]:
    """A proposal as its second person sees it."""
    return {
        "approval_id": str(proposal.approval_id),
        "kind": proposal.kind,
        "subject": proposal.subject,
        "payload": proposal.payload,
        "payload_digest": proposal.payload_digest,
        "state": proposal.state.value,
        "version": proposal.version,
        "proposer": proposal.proposer,
        "proposed_at": proposal.proposed_at,
        "decided_by": proposal.decided_by,
        "decided_at": proposal.decided_at,
    }


def _checked(register: Register, row: dict[str, Any]) -> RegisterRow:
    try:
        return ROW_TYPES[register].model_validate(row)
    except ValidationError as faults:
        known = ROW_TYPES[register].model_fields
        place = faults.errors(include_input=False)[0]["loc"]
        member = str(place[0]) if place and place[0] in known else "row"
        raise RegisterMalformed(register=register.value, member=member) from None
