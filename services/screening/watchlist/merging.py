"""Two entries of one person: a steward proposes, a second person confirms, either may be undone."""

from uuid import UUID

from services.screening import policy_requests
from services.screening.acting import Actor, Stated
from services.screening.errors import AlreadyDecided, NotFound
from services.screening.ports import Ports
from services.screening.registers.proposals import ENTRY_MERGE, approvals
from services.screening.registers.rows import Persons
from shared.approval.approvals import Approval
from shared.security.tokens import Principal


class Merging:
    """Decisions about pairs; entries are never changed, a merge is drawn anew with each generation."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._approvals = approvals(ports)

    async def propose(self, pair: tuple[str, str], key: str, principal: Principal) -> Approval:
        """Say that two entries are one person.

        Raises:
            NotFound: One of them is not known, or both are the same entry.

        Source: `watchlist-governance.md` §4 (a steward and a second person; never on name and year alone).
        """
        async with self._ports.transaction() as connection:
            if len(await self._ports.stores.entries.files(connection, pair)) != len(pair):
                raise NotFound(kind="pair of entries")
            role = self._approvals.rule(ENTRY_MERGE).proposing_role(principal.roles)
            one, other = sorted(pair)
            payload = {"entry_id": one, "other_id": other, "key": key}
            return await self._approvals.propose(
                connection, ENTRY_MERGE, one, payload, principal.subject, role
            )

    async def approve(self, approval_id: UUID, principal: Principal) -> UUID:
        """Confirm as a second person; the identifier of the decision, by which it is undone.

        Raises:
            ApprovalUnknown, SamePerson, SameRole, ApprovalRoleRefused, ApprovalConflict: See there.
            RefusedByPolicy: SG-27.

        Source: SG-27; `workflow.md` §7 (merge of persons).
        """
        now = self._ports.clock.now()
        stores = self._ports.stores
        async with self._ports.transaction() as connection:
            proposal = await self._approvals.get(connection, approval_id)
            role = self._approvals.rule(ENTRY_MERGE).approving_role(principal.roles, proposal.proposer_role)
            approved = await self._approvals.approve(connection, approval_id, principal.subject, role, 1)
            request = policy_requests.config_change(
                actor=Actor.of(principal),
                purpose=Stated("TERR_PREVENT", None),
                kind=ENTRY_MERGE,
                author=approved.proposer,
                author_role=approved.proposer_role,
                approver=principal.subject,
                approver_role=role,
                now=now,
            )
            record = self._ports.require(request, object_kind="entry", object_id=approved.subject)
            decision_id = self._ports.identifiers.new()
            pair = (approved.payload["entry_id"], approved.payload["other_id"])
            persons = Persons(approved.proposer, principal.subject, now)
            await stores.merges.add(
                connection,
                decision_id,
                pair,
                approved.payload["key"],
                persons,
                author=approved.proposer,
                at=now,
            )
            await stores.watchlist.next_generation(connection, changed=pair)
            await self._ports.audit.append_many(connection, [record])
            return decision_id

    async def tell_apart(self, pair: tuple[str, str], principal: Principal) -> UUID:
        """Say that two entries are two persons; one person is enough, it changes nobody's screening."""
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            decision_id = self._ports.identifiers.new()
            await self._ports.stores.merges.add(
                connection, decision_id, pair, "TOLD_APART", None, author=principal.subject, at=now
            )
            await self._ports.stores.watchlist.next_generation(connection, changed=pair)
            await self._ports.audit.append(
                connection,
                actor=principal.subject,
                action="wl.tell_apart",
                object_kind="entry",
                object_id=pair[0],
                facts={"other_id": pair[1], "decision": str(decision_id)},
            )
            return decision_id

    async def undo(self, decision_id: UUID, principal: Principal) -> None:
        """Take a decision back: the next generation holds the entries as if it had not been made.

        Raises:
            AlreadyDecided: There is no such decision, or it was undone before.

        Source: `watchlist-governance.md` §4 (a merge can be undone).
        """
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            pair = await self._ports.stores.merges.undo(connection, decision_id, principal.subject, now)
            if pair is None:
                raise AlreadyDecided(kind="merge")
            await self._ports.stores.watchlist.next_generation(connection, changed=pair)
            await self._ports.audit.append(
                connection,
                actor=principal.subject,
                action="wl.undo_merge",
                object_kind="merge",
                object_id=str(decision_id),
            )
