"""The child-protection desk: cases of children within the hour, their best interests, and help by one person.

A child's possible match goes through the two reviews like anybody's; what may follow from it does not. No
advice against boarding and no hold, no discreet check, and neither a second inspection nor a notice before
a specialist found it to be in the child's best interests. Referring a child to those who help takes one
specialist.

Source: safeguards.md SG-16; workflow.md §4 (OBSERVE never for children), §7 (one person refers a child).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.acting import Actor, Stated
from services.screening.errors import AlreadyDecided, NotFound, RefusedByPolicy
from services.screening.hits.confirmed import graded_item
from services.screening.hits.hit import Hit
from services.screening.ports import SERVICE, Ports
from services.screening.protection.age import age_of, may_be_child
from services.screening.store.children import BestInterests, ChildCase, ChildStore
from services.screening.store.orders import Order
from services.screening.watchlist.entry_age import is_child
from shared.contracts import BestInterestsV1
from shared.identifiers import OrderId
from shared.security.tokens import Principal

PURPOSE: Final = "CHILD_PROTECTION"
REFERRAL: Final = "REFER_CHILD"
#: What is never ordered on a child, and what needs a specialist's finding first.
NEVER: Final = frozenset({"OBSERVE"})
WITH_FINDING: Final = frozenset({"SECONDARY_INSPECTION"})
#: What the officer at the counter reads before anything else.
CHILD_AT_THE_COUNTER: Final = (
    "May be a child: keep with family or carer, call child protection first, no security questions."
)


async def open_cases(ports: Ports, connection: AsyncConnection, hits: Iterable[Hit], now: datetime) -> None:
    """Put hits about children before the child-protection desk, in the transaction that makes them."""
    children = [hit.hit_id for hit in hits if hit.is_open and may_be_child(hit, now.date())]
    for hit_id in await ChildStore().open(connection, children, now):
        await ports.audit.append(
            connection, actor=SERVICE, action="child.open", object_kind="hit", object_id=str(hit_id)
        )


async def require_best_interests(ports: Ports, connection: AsyncConnection, hit: Hit, kind: str) -> None:
    """Let a measure on a child pass only where the specialist's finding carries it.

    Raises:
        RefusedByPolicy: It is never for children, or nobody found it to be in this child's interest.
    """
    if not may_be_child(hit, ports.clock.now().date()):
        return
    if kind in NEVER:
        raise _refusal(ports, hit, "SG-16.CHILD_PROTECTED")
    if kind in WITH_FINDING and not await ChildStore().allows_inspection(connection, hit.hit_id):
        raise _refusal(ports, hit, "SG-16.BEST_INTERESTS_MISSING")


def _refusal(ports: Ports, hit: Hit, reason: str) -> RefusedByPolicy:
    record = ports.audit.record(
        actor=SERVICE,
        action="action.order",
        object_kind="hit",
        object_id=str(hit.hit_id),
        outcome="REFUSED",
        reasons=(reason,),
    )
    return RefusedByPolicy([record], (reason,))


async def best_interests(connection: AsyncConnection, hit_id: UUID) -> BestInterestsV1 | None:
    """What sharing is told of the specialist's finding: a verdict, who gave it and when; no words."""
    case = await ChildStore().get(connection, hit_id)
    if case is None or case.assessment_id is None or case.assessed_by is None or case.assessed_at is None:
        return None
    return BestInterestsV1(
        assessment_id=case.assessment_id,
        allows_share=case.allows_share,
        found_by=case.assessed_by,
        found_at=case.assessed_at,
    )


class Children:
    """What the child-protection specialist does."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._store = ChildStore()

    async def cases(self, principal: Principal) -> list[ChildCase]:
        """The open cases; the first look of a specialist ends their clock, and is recorded."""
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            for hit_id in await self._store.see(connection, principal.subject, now):
                await self._ports.audit.append(
                    connection,
                    actor=principal.subject,
                    action="child.see",
                    object_kind="hit",
                    object_id=str(hit_id),
                    purpose=PURPOSE,
                )
            return await self._store.listed(connection)

    async def assess(
        self, hit_id: UUID, principal: Principal, *, allows_inspection: bool, allows_share: bool, words: str
    ) -> UUID:
        """Record what is in the child's best interests; the newest finding counts.

        `allows_share`: that somebody is told who can protect this child is in its best interests (SG-16).

        Raises:
            NotFound: No such case.
            AlreadyDecided: Its hit is closed.
        """
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            await self._open_case(connection, hit_id)
            found = BestInterests(
                assessment_id=self._ports.identifiers.new(),
                allows_inspection=allows_inspection,
                allows_share=allows_share,
                words=words,
                person=principal.subject,
                at=now,
            )
            await self._store.assess(connection, hit_id, found)
            await self._ports.audit.append(
                connection,
                actor=principal.subject,
                action="child.assess",
                object_kind="hit",
                object_id=str(hit_id),
                purpose=PURPOSE,
                facts={
                    "assessment_id": str(found.assessment_id),
                    "allows_inspection": allows_inspection,
                    "allows_share": allows_share,
                },
            )
        return found.assessment_id

    async def refer(self, hit_id: UUID, principal: Principal, words: str) -> Order:
        """Refer the child to those who help; it stands at once.

        Raises:
            NotFound, AlreadyDecided: No such case, its hit is closed, or the child is referred already.
            RefusedByPolicy: The safeguards refuse.

        Source: workflow.md §4, §7; SG-16, SG-17 (a referral is not adverse).
        """
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            case = await self._open_case(connection, hit_id)
            orders = self._ports.stores.orders
            if any(order.kind == REFERRAL for order in await orders.of_hit(connection, hit_id)):
                raise AlreadyDecided(kind="referral")
            order = Order(
                order_id=OrderId(self._ports.identifiers.new()),
                hit_id=case.hit.hit_id,
                kind=REFERRAL,
                statement=words,
                author=principal.subject,
                drafted_at=now,
                state="APPROVED",
                decided_by=principal.subject,
                decided_at=now,
            )
            request = await self._request(connection, case.hit, order, principal)
            record = self._ports.require(
                request,
                object_kind="order",
                object_id=str(order.order_id),
                subject_id=str(hit_id),
                facts={"kind": REFERRAL, "author": principal.subject, "state": case.hit.state.value},
            )
            await orders.add(connection, order)
            await self._ports.audit.append_many(connection, [record])
        return order

    async def _open_case(self, connection: AsyncConnection, hit_id: UUID) -> ChildCase:
        case = await self._store.get(connection, hit_id)
        if case is None:
            raise NotFound(kind="child's case")
        if not case.hit.is_open:
            raise AlreadyDecided(kind="hit")
        return case

    async def _request(
        self, connection: AsyncConnection, hit: Hit, order: Order, principal: Principal
    ) -> policy_requests.Request:
        source = await self._ports.stores.registers.source(connection, hit.source_id)
        assert source is not None, "a hit's source is registered: the tables say so"
        today = self._ports.clock.now().date()
        return policy_requests.action_order(
            actor=Actor.of(principal),
            purpose=Stated(PURPOSE, str(hit.hit_id), order.statement),
            kind=order.kind,
            hit_state=hit.state,
            verification=None,
            author=order.author,
            items=[graded_item(hit.entry, source, today).as_json()],
            person=policy_requests.person_category(hit.entry.get("category")),
            age=age_of(hit, today),
            is_listed_as_child=is_child(hit.entry, today),
            is_case_open=True,
            now=self._ports.clock.now(),
        )
