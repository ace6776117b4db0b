"""Whoever travels with a confirmed person: met at the border, assessed in their own right, helped.

A link makes nobody a suspect. Who is met here has one of four categories, none of them a suspect's, no name,
and no way into the list: that takes a nomination with this person's own conduct. The one order that exists
for them is a referral to those who help. What is told of them is erased when the hit closes.

Source: safeguards.md SG-16 (a child beside a hit is a protection flag), SG-17; SC res 2396 paras 4, 29-31.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.acting import Actor, Stated
from services.screening.errors import AlreadyDecided, NotFound
from services.screening.hits.hit import Hit
from services.screening.ports import SERVICE, Ports
from services.screening.store.children import SEEN_WITHIN
from services.screening.store.companions import Assessed, Companion, CompanionStore, Met
from shared.audit.record import FactValue
from shared.contracts import GradedItemV1
from shared.security.roles import Permission, Role
from shared.security.tokens import Principal

Link = Literal["FAMILY", "CO_TRAVELLER", "SAME_BOOKING", "CONTACT"]
Category = Literal["ASSOCIATE_NOT_SUSPECT", "VICTIM", "WITNESS", "UNRELATED"]
#: What a finding rests on: this person's own situation, never the person beside them.
Evidence = Literal["OWN_STATEMENT", "INTERVIEW", "DOCUMENTS", "SERVICES_REPORT"]
Kind = Literal["REFER_CHILD", "REFER_VICTIM", "REFER_ASYLUM"]
Outcome = Literal["TAKEN_UP", "DECLINED"]
#: A specialist assesses an adult within four hours (a project design value), and meets a child within one.
ASSESSED_WITHIN: Final = timedelta(hours=4)
#: Under which purpose each referral is made.
PURPOSE_OF: Final[Mapping[str, str]] = MappingProxyType(
    {"REFER_CHILD": "CHILD_PROTECTION", "REFER_VICTIM": "TERR_TRAVEL", "REFER_ASYLUM": "TERR_TRAVEL"}
)
FOR_CHILDREN: Final = frozenset({"REFER_CHILD"})


@dataclass(frozen=True, slots=True)
class Board:
    """What a person sees: whom they care for, and confirmed persons beside whom somebody may be met."""

    companions: list[Companion]
    hits: list[Hit]


@dataclass(frozen=True, slots=True, repr=False)
class Finding:
    """What a specialist found."""

    category: Category
    evidence: frozenset[Evidence]
    words: str


class Companions:
    """Meets, assesses, refers."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._store = CompanionStore()

    async def board(self, principal: Principal) -> Board:
        """Children for the child-protection specialist, adults for the human-rights officer.

        The specialist's first look at a child ends its clock, and every look is recorded.
        """
        async with self._ports.transaction() as connection:
            shown: list[Companion] = []
            for children in _cared_for(principal):
                shown += await self._store.listed(connection, children=children)
            if shown:
                await self._note_look(connection, shown, principal)
            hits = await self._hits(connection, principal) if _may_meet(principal) else []
            return Board(shown, hits)

    async def meet(
        self, hit_id: UUID, link: Link, *, is_child: bool, whereabouts: str, principal: Principal
    ) -> UUID:
        """Record somebody beside a confirmed person, so that a specialist comes.

        Raises:
            NotFound: No such hit is confirmed, or none at this officer's port.
        """
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            if hit_id not in {hit.hit_id for hit in await self._hits(connection, principal)}:
                raise NotFound(kind="confirmed hit")
            met = Met(
                companion_id=self._ports.identifiers.new(),
                hit_id=hit_id,
                link=link,
                is_child=is_child,
                whereabouts=whereabouts,
                person=principal.subject,
                at=now,
                due_at=now + (SEEN_WITHIN if is_child else ASSESSED_WITHIN),
            )
            await self._store.add(connection, met)
            await self._record(
                connection,
                "companion.meet",
                met.companion_id,
                principal.subject,
                {"link": link, "is_child": is_child, "category": "ASSOCIATE_NOT_SUSPECT"},
            )
        return met.companion_id

    async def assess(self, companion_id: UUID, finding: Finding, principal: Principal) -> None:
        """Record what an adult is, in their own right; the newest finding counts.

        Raises:
            NotFound: No such adult.
            AlreadyDecided: The hit is closed.
        """
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            companion = await self._open(connection, companion_id, principal, children=False)
            evidence: list[str] = sorted(finding.evidence)
            found = Assessed(finding.category, evidence, finding.words, principal.subject, now)
            await self._store.assess(connection, companion_id, found)
            facts: dict[str, FactValue] = {
                "link": companion.link,
                "from": companion.category,
                "category": finding.category,
                "evidence": tuple(evidence),
            }
            await self._record(connection, "companion.assess", companion_id, principal.subject, facts)

    async def refer(self, companion_id: UUID, kind: Kind, words: str, principal: Principal) -> None:
        """Refer somebody to those who help; it takes one specialist and stands at once.

        Raises:
            NotFound: No such person in this specialist's care.
            AlreadyDecided: The hit is closed, or the person is referred there already.
            RefusedByPolicy: The safeguards refuse.

        Source: workflow.md §4, §7 (one person for what protects); SG-17 (a referral is not adverse).
        """
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            companion = await self._open(connection, companion_id, principal, children=kind in FOR_CHILDREN)
            record = self._ports.require(
                self._request(companion, kind, words, principal),
                object_kind="companion",
                object_id=str(companion_id),
                facts={"kind": kind, "link": companion.link, "category": companion.category},
            )
            is_new = await self._store.refer(connection, companion_id, kind, words, principal.subject, now)
            if not is_new:
                raise AlreadyDecided(kind="referral")
            await self._ports.audit.append_many(connection, [record])

    async def end_referral(
        self, companion_id: UUID, kind: Kind, outcome: Outcome, principal: Principal
    ) -> None:
        """Record whether the help was taken up; it may be declined, and nothing follows from that.

        Raises:
            NotFound: No such person in this specialist's care.
            AlreadyDecided: The hit is closed, or no such referral is open.
        """
        async with self._ports.transaction() as connection:
            await self._open(connection, companion_id, principal, children=kind in FOR_CHILDREN)
            at = self._ports.clock.now()
            if not await self._store.end_referral(connection, companion_id, kind, outcome, at):
                raise AlreadyDecided(kind="referral")
            facts = {"kind": kind, "outcome": outcome}
            await self._record(connection, "companion.outcome", companion_id, principal.subject, facts)

    async def erase_of_closed(self) -> int:
        """Erase what is told of companions whose hit has closed, a batch; how many."""
        async with self._ports.transaction() as connection:
            erased = await self._store.erase_of_closed(connection, self._ports.clock.now())
            for companion_id in erased:
                await self._record(connection, "companion.erase", companion_id, SERVICE, {})
            return len(erased)

    async def _open(
        self, connection: AsyncConnection, companion_id: UUID, principal: Principal, *, children: bool
    ) -> Companion:
        companion = None
        if children in _cared_for(principal):
            companion = await self._store.lock(connection, companion_id, children=children)
        if companion is None:
            raise NotFound(kind="person")
        if not companion.hit.is_open:
            raise AlreadyDecided(kind="hit")
        return companion

    async def _hits(self, connection: AsyncConnection, principal: Principal) -> list[Hit]:
        """Confirmed persons; at the counter, those whose card this port sees."""
        if Role.FRONT_LINE in principal.roles:
            cards = self._ports.stores.front_line
            port = principal.port or ""
            return await cards.cards(connection, port, self._ports.clock.now())
        return await self._store.verified_hits(connection)

    async def _note_look(
        self, connection: AsyncConnection, shown: list[Companion], principal: Principal
    ) -> None:
        children = [each.companion_id for each in shown if each.is_child]
        for companion_id in await self._store.attend(connection, children, self._ports.clock.now()):
            await self._record(connection, "companion.see", companion_id, principal.subject, {})
        await self._ports.audit.append(
            connection,
            actor=principal.subject,
            action="companion.read",
            object_kind="companion",
            object_id="BOARD",
            facts={"shown": len(shown)},
        )

    def _request(
        self, companion: Companion, kind: Kind, words: str, principal: Principal
    ) -> policy_requests.Request:
        # What the referral rests on is the specialist's own look at this person, made now.
        item = GradedItemV1(
            source_grade=None, info_grade=None, kind="ASSESSMENT", age_months=0, revalidated=True
        )
        return policy_requests.action_order(
            actor=Actor.of(principal),
            purpose=Stated(PURPOSE_OF[kind], str(companion.hit.hit_id), words),
            kind=kind,
            hit_state=companion.hit.state,
            verification=None,
            author=principal.subject,
            items=[item.as_json()],
            person=companion.category,
            age=None,
            is_listed_as_child=companion.is_child,
            grounds=("own_situation", *companion.evidence),
            is_case_open=companion.hit.is_open,
            now=self._ports.clock.now(),
        )

    async def _record(
        self,
        connection: AsyncConnection,
        action: str,
        companion_id: UUID,
        actor: str,
        facts: Mapping[str, FactValue],
    ) -> None:
        await self._ports.audit.append(
            connection,
            actor=actor,
            action=action,
            object_kind="companion",
            object_id=str(companion_id),
            facts=facts,
        )


def _cared_for(principal: Principal) -> list[bool]:
    """Whom somebody cares for: children (true), adults (false), or nobody."""
    cares = []
    if Role.CHILD_SPECIALIST in principal.roles:
        cares.append(True)
    if Role.HUMAN_RIGHTS in principal.roles:
        cares.append(False)
    return cares


def _may_meet(principal: Principal) -> bool:
    return principal.may(Permission.MEET_COMPANION)
