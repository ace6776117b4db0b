"""Renewing an entry after its review: one person finds that the grounds still exist, another agrees."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.acting import Actor, Stated
from services.screening.errors import NotFound
from services.screening.ports import Ports
from services.screening.registers.proposals import ENTRY_RENEWAL, approvals
from services.screening.watchlist import nomination_questions
from services.screening.watchlist.source_changes import JudgeSourceAnew
from services.screening.watchlist.versions import EntryRecord, EntryStatus
from services.screening.watchlist.weighing import Weighing, with_status
from shared.approval.approvals import Approval
from shared.audit.record import AuditRecord
from shared.security.tokens import Principal

_PURPOSE = Stated("TERR_PREVENT", None)
_RENEWABLE = frozenset({EntryStatus.ACTIVE, EntryStatus.UNDER_REVIEW, EntryStatus.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reviewer found: that the grounds still exist, in words, and when to look again."""

    words: str
    review_due: date


class Renewing:
    """Reviews of entries, and the one-person step that protects: suspending."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._approvals = approvals(ports)
        self._weighing = Weighing(ports)

    async def propose(self, entry_id: str, finding: Finding, principal: Principal) -> Approval:
        """Say that an entry's grounds still exist.

        Raises:
            NotFound: No such entry, one that cannot be renewed, or one that its list names no longer.
            ApprovalRoleRefused: The person reviews no entries.
            RefusedByPolicy: SG-14, 16 or 17 refuses, for instance to the nominator.

        Source: SG-14 (renewal needs a fresh finding, by a person other than the nominator).
        """
        async with self._ports.transaction() as connection:
            entry = await self._listed(connection, entry_id)
            role = self._approvals.rule(ENTRY_RENEWAL).proposing_role(principal.roles)
            # Refused before the second person is asked.
            self._permitted(entry, finding.review_due, principal, principal.subject)
            payload = {"finding": finding.words, "review_due": finding.review_due.isoformat()}
            return await self._approvals.propose(
                connection, ENTRY_RENEWAL, entry_id, payload, principal.subject, role
            )

    async def approve(
        self, approval_id: UUID, principal: Principal, expected_version: int = 1
    ) -> EntryRecord:
        """Agree as a second person: the entry is active until its next review.

        Raises:
            ApprovalUnknown, SamePerson, SameRole, ApprovalRoleRefused, ApprovalConflict: See there.
            NotFound: The entry left meanwhile, or its list names it no longer.
            RefusedByPolicy: SG-14, 16 or 17 refuses.

        Source: SG-14; `workflow.md` §7 (renewal by two people).
        """
        stores = self._ports.stores
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            proposal = await self._approvals.get(connection, approval_id)
            role = self._approvals.rule(ENTRY_RENEWAL).approving_role(principal.roles, proposal.proposer_role)
            approved = await self._approvals.approve(
                connection, approval_id, principal.subject, role, expected_version
            )
            entry = await self._listed(connection, approved.subject)
            due = date.fromisoformat(approved.payload["review_due"])
            record = self._permitted(entry, due, principal, approved.proposer)
            renewed = replace(entry, status=EntryStatus.ACTIVE, status_since=now, review_due=due, refusals=())
            source = await stores.registers.source(connection, entry.source_id)
            assert source is not None, "an entry's source is registered: the tables say so"
            (judged,) = self._weighing.used_or_not([renewed], source, _PURPOSE, now)
            await stores.watchlist.put_entries(connection, [judged])
            await stores.watchlist.next_generation(connection)
            await self._ports.audit.append_many(connection, [record])
            return judged

    async def suspend(self, entry_id: str, principal: Principal, reason: str) -> None:
        """Take an entry out of screening until it was reviewed; one person is enough, it protects.

        Raises:
            NotFound: No such entry, or one that is not screened.

        Source: `workflow.md` §7 (protective steps); `watchlist-governance.md` §3 (SUSPENDED).
        """
        stores = self._ports.stores
        async with self._ports.transaction() as connection:
            entry = await self._renewable(connection, entry_id)
            gone = with_status(entry, EntryStatus.SUSPENDED, self._ports.clock.now())
            await stores.watchlist.put_entries(connection, [gone])
            await stores.watchlist.next_generation(connection)
            await self._ports.audit.append(
                connection,
                actor=principal.subject,
                action="wl.suspend",
                object_kind="entry",
                object_id=entry_id,
                facts={"list_source": entry.source_id, "reason": reason},
            )

    async def _listed(self, connection: AsyncConnection, entry_id: str) -> EntryRecord:
        """An entry that may be renewed: of a listing alone while file and register still have it.

        Whom a publisher took off was its word alone; a State that has grounds of its own nominates.

        Source: SG-18; `watchlist-governance.md` §3 (suspended at once when a verified file no longer has it).
        """
        stores = self._ports.stores
        entry = await self._renewable(connection, entry_id)
        version = await stores.versions.in_force(connection, entry.source_id)
        if entry.version_id is not None and (
            version is None
            or not await stores.list_rows.of_entries(connection, version.version_id, [entry_id])
        ):
            raise NotFound(kind="entry under review: its list names no longer this person")
        source = await stores.registers.source(connection, entry.source_id)
        assert source is not None, "an entry's source is registered: the tables say so"
        if JudgeSourceAnew(self._ports).forbids(entry, source):
            raise NotFound(kind="entry under review: its source is registered otherwise now (SG-18)")
        return entry

    async def _renewable(self, connection: AsyncConnection, entry_id: str) -> EntryRecord:
        entry = await self._ports.stores.watchlist.entry(connection, entry_id)
        if entry is None or entry.status not in _RENEWABLE:
            raise NotFound(kind="entry under review")
        return entry

    def _permitted(self, entry: EntryRecord, due: date, principal: Principal, reviewer: str) -> AuditRecord:
        request = nomination_questions.renew(
            entry,
            Actor.of(principal),
            _PURPOSE,
            reviewer=reviewer,
            review_due=due,
            now=self._ports.clock.now(),
        )
        return self._ports.require(request, object_kind="entry", object_id=entry.entry_id)
