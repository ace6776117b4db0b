"""The use cases of nominations: draft, submit with a trial, and a second person's decision."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.acting import Actor, Stated
from services.screening.errors import AlreadyDecided, EntryIncomplete, NotFound
from services.screening.ports import Ports
from services.screening.watchlist import nomination_questions
from services.screening.watchlist.entry import WatchlistEntry
from services.screening.watchlist.nomination import (
    Nomination,
    NominationKind,
    NominationState,
    Terms,
)
from services.screening.watchlist.nomination_questions import Removed
from services.screening.watchlist.nomination_record import keep_nomination, own_nomination, source_of
from services.screening.watchlist.versions import (
    EntryRecord,
    EntryStatus,
    identifying_digest,
)
from services.screening.watchlist.weighing import Weighing
from shared.approval.errors import ApprovalConflict
from shared.security.roles import Role
from shared.security.tokens import Principal

_PURPOSE = Stated("TERR_PREVENT", None)


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a nominator writes: the source it belongs to, identifiers, and the terms.

    `entry_id` names a foreign list's row that is to be adopted; its identifiers stand as they are listed.
    """

    source_id: str
    entry: Mapping[str, Any]
    terms: Mapping[str, Any]
    entry_id: str | None = None


class Nominating:
    """Drafts nominations, and carries a second person's decision out; `submitting.py` lies between."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._weighing = Weighing(ports)

    async def draft(self, proposed: Proposed, principal: Principal) -> Nomination:
        """Open a nomination; nobody is compared with it.

        Raises:
            NotFound: No such source, or no such row that waits.
            EntryIncomplete: The identifiers are not an entry's.

        Source: `watchlist-governance.md` §3 (DRAFT); S/RES/2396 paras 4, 13.
        """
        async with self._ports.transaction() as connection:
            if await self._ports.stores.registers.source(connection, proposed.source_id) is None:
                raise NotFound(kind="list source")
            nomination_id = self._ports.identifiers.new()
            if proposed.entry_id is None:
                kind, entry_id = NominationKind.NATIONAL, f"{proposed.source_id}:{nomination_id}"
                body = entry_body(entry_id, proposed)
            else:
                kind, entry_id = NominationKind.ADOPTION, proposed.entry_id
                body = await self._waiting_body(connection, entry_id, proposed.source_id)
            nomination = Nomination(
                nomination_id=nomination_id,
                entry_id=entry_id,
                source_id=proposed.source_id,
                kind=kind,
                state=NominationState.DRAFT,
                version=1,
                entry=body,
                terms=Terms(dict(proposed.terms)),
                nominator=principal.subject,
                nominator_manager=principal.manager,
                drafted_at=self._ports.clock.now(),
            )
            await keep_nomination(self._ports, connection, nomination, principal, action="wl.draft")
            return nomination

    async def change(self, nomination_id: UUID, proposed: Proposed, principal: Principal) -> Nomination:
        """Write a draft, or one that came back, anew: by the person whose nomination it is.

        Raises:
            NotFound: No such nomination of this person.
            AlreadyDecided: It is not open any more, or the foreign row waits no more.
            EntryIncomplete: The identifiers are not an entry's.
        """
        async with self._ports.transaction() as connection:
            nomination = await own_nomination(self._ports, connection, nomination_id, principal)
            if nomination.kind is NominationKind.NATIONAL:
                body = entry_body(nomination.entry_id, proposed)
            else:
                body = await self._waiting_body(connection, nomination.entry_id, nomination.source_id)
            changed = replace(
                nomination,
                state=NominationState.DRAFT,
                version=nomination.version + 1,
                entry=body,
                terms=Terms(dict(proposed.terms)),
            )
            await keep_nomination(self._ports, connection, changed, principal, action="wl.draft")
            return changed

    async def decide(
        self,
        nomination_id: UUID,
        principal: Principal,
        target: NominationState,
        reason: str,
        *,
        expected_version: int,
    ) -> Nomination:
        """Activate, return or reject what another person nominated.

        What would stop too many plainly different travellers goes back for more identifiers instead, and a
        foreign row that its list has changed since goes back to be looked at anew.

        Raises:
            NotFound: No such nomination.
            AlreadyDecided: It does not wait for a decision.
            ApprovalConflict: It was written anew since the version that the person was shown.
            RefusedByPolicy: SG-09, 11, 13 to 18 or 32 refuses the activation.

        Source: SG-09, SG-13; `watchlist-governance.md` §3 (APPROVED, ACTIVE, RETURNED, REJECTED).
        """
        async with self._ports.transaction() as connection:
            nomination = await self._ports.stores.nominations.lock(connection, nomination_id)
            if nomination is None:
                raise NotFound(kind="nomination")
            if nomination.state is not NominationState.SUBMITTED:
                raise AlreadyDecided(kind="nomination")
            if nomination.version != expected_version:
                raise ApprovalConflict
            if target is NominationState.ACTIVATED and (fault := await self._fault(connection, nomination)):
                target, reason = NominationState.RETURNED, fault
            # The nominator's own withdrawal decides nothing as a second person.
            is_own = principal.subject == nomination.nominator
            decided = replace(
                nomination,
                state=target,
                version=nomination.version + 1,
                approver=None if is_own else principal.subject,
                decided_at=self._ports.clock.now(),
                reason=reason,
            )
            if target is NominationState.ACTIVATED:
                await self._activate(connection, nomination, principal)
            await keep_nomination(
                self._ports, connection, decided, principal, action=f"wl.{target.value.lower()}"
            )
            return decided

    async def _fault(self, connection: AsyncConnection, nomination: Nomination) -> str | None:
        """Why a nomination goes back although a second person agrees, if it does."""
        if nomination.trial and nomination.trial.stops_too_many:
            return "The trial stops too many: add identifiers."
        if nomination.kind is NominationKind.NATIONAL:
            return None
        standing = await self._ports.stores.watchlist.entry(connection, nomination.entry_id)
        if standing is not None and identifying_digest(standing.body) != identifying_digest(nomination.entry):
            return "The list has changed this row since: look at it anew."
        return None

    async def _activate(
        self, connection: AsyncConnection, nomination: Nomination, principal: Principal
    ) -> None:
        stores = self._ports.stores
        now = self._ports.clock.now()
        source = await source_of(self._ports, connection, nomination)
        standing = await stores.watchlist.entry(connection, nomination.entry_id)
        if nomination.kind is NominationKind.ADOPTION and (
            standing is None or standing.status is not EntryStatus.SUBMITTED
        ):
            raise AlreadyDecided(kind="row to be adopted")
        request = nomination_questions.activate(
            nomination,
            source,
            Actor.of(principal),
            _PURPOSE,
            await self._removed(connection, nomination, standing),
            approver=principal.subject,
            child_specialist=_child_specialist(principal),
            now=now,
            reports_to_nominator=principal.manager == nomination.nominator,
        )
        record = self._ports.require(
            request,
            object_kind="entry",
            object_id=nomination.entry_id,
            facts={"nomination_id": str(nomination.nomination_id), "list_source": nomination.source_id},
        )
        entry = _active_entry(nomination, standing, principal, now)
        (judged,) = self._weighing.used_or_not([entry], source, _PURPOSE, now)
        await stores.watchlist.put_entries(connection, [judged])
        await stores.watchlist.next_generation(connection)
        await self._ports.audit.append_many(connection, [record])

    async def _removed(
        self,
        connection: AsyncConnection,
        nomination: Nomination,
        standing: EntryRecord | None,
    ) -> Removed:
        if standing is not None and standing.removed_at is not None:
            return Removed(standing.removed_at, is_same_entry=True)
        removed_at = await self._ports.stores.nominations.removed_on_same_grounds(connection, nomination)
        return Removed(removed_at)

    async def _waiting_body(
        self, connection: AsyncConnection, entry_id: str, source_id: str
    ) -> dict[str, Any]:
        standing = await self._ports.stores.watchlist.entry(connection, entry_id)
        if standing is None or standing.source_id != source_id:
            raise NotFound(kind="watchlist entry")
        if standing.status is not EntryStatus.SUBMITTED:
            raise AlreadyDecided(kind="row to be adopted")
        return standing.body


def entry_body(entry_id: str, proposed: Proposed) -> dict[str, Any]:
    """The entry that a nominator describes, in the form that is stored, its listing added.

    Raises:
        EntryIncomplete: It is not an entry, or has no name.
    """
    category = proposed.terms["category"]
    listing = {"source": proposed.source_id, "terrorism": True, "reference": entry_id.split(":", 1)[1]}
    try:
        whole = {**proposed.entry, "id": entry_id, "category": category, "listings": [listing]}
        entry = WatchlistEntry.from_json(whole)
    except (KeyError, TypeError, ValueError):
        # The cause is not chained: its text could quote the person.
        raise EntryIncomplete from None
    if not entry.names:
        raise EntryIncomplete
    return entry.as_json()


def _child_specialist(approver: Principal) -> str | None:
    """The approver, where that is a child-protection specialist; naming one is no approval of theirs.

    Source: SG-16 (child-specialist approval).
    """
    return approver.subject if Role.CHILD_SPECIALIST in approver.roles else None


def _active_entry(
    nomination: Nomination, standing: EntryRecord | None, principal: Principal, now: datetime
) -> EntryRecord:
    # A row that is adopted carries the national category, not the one that its list gave, and the tear-line
    # that a second person here has approved.
    listed = nomination.entry if standing is None else standing.body
    tear_line = nomination.terms.raw.get("tear_line")
    body = {**listed, "category": nomination.terms.category, "tear_line": tear_line}
    return EntryRecord(
        entry_id=nomination.entry_id,
        source_id=nomination.source_id,
        version_id=None if standing is None else standing.version_id,
        digest=identifying_digest(body),
        body=body,
        status=EntryStatus.ACTIVE,
        status_since=now,
        activated_at=now,
        review_due=nomination.terms.review_due,
        expires=nomination.terms.expires,
        removed_at=None,
        is_used=False,
        adoption={
            "nomination_id": str(nomination.nomination_id),
            "nominator": nomination.nominator,
            "approver": principal.subject,
            "category": nomination.terms.category,
            "is_single_source": nomination.terms.is_single_source,
            "summary": nomination.terms.raw.get("summary") or None,
            "tear_line": nomination.terms.raw.get("tear_line"),
            "notice": nomination.terms.raw.get("notice"),
            "best_interests_id": nomination.terms.raw.get("best_interests_id"),
            "child_specialist": _child_specialist(principal),
        },
    )
