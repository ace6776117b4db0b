"""Orders on a confirmed hit: a supervisor drafts, a second person approves; the first makes it ACTIONED."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.acting import Actor, Stated
from services.screening.boarding.changes import ADVICE, Boarding, Ground
from services.screening.errors import (
    AlreadyDecided,
    NoStandingOrder,
    NotFound,
    OrderNotPossible,
    RefusedByPolicy,
)
from services.screening.hits.confirmed import graded_item
from services.screening.hits.hit import Hit
from services.screening.hits.life import Mover, moved
from services.screening.hits.states import VERIFIED, HitState, HitType
from services.screening.policy_requests import Request
from services.screening.ports import Ports
from services.screening.protection.age import age_of
from services.screening.protection.children import require_best_interests
from services.screening.registers.proposals import HIT_ORDER, Decision, approvals, rejecting_role
from services.screening.registers.rows import StandingOrder
from services.screening.review.verification import verification_of
from services.screening.store.orders import Order
from services.screening.store.suspensions import SUSPENDED_BY_OVERSIGHT, SuspendedStore
from services.screening.watchlist.entry_age import is_child
from shared.identifiers import HitId, OrderId
from shared.security.tokens import Principal

#: What screening orders (workflow.md §4). NOTIFY_STATE is carried out by `share.send` alone, and a boarding
#: hold is no person's order.
ORDER_KINDS = (
    "SECONDARY_INSPECTION",
    "OBSERVE",
    "CONTACT_NOMINATOR",
    "BOARDING_ADVICE",
    "DOCUMENT_CHECK",
    "REFER_CHILD",
    "REFER_VICTIM",
    "REFER_ASYLUM",
)
#: They protect, or only ask: the hit's state stays as it is.
WITHOUT_MEASURE = frozenset({"CONTACT_NOMINATOR", "REFER_CHILD", "REFER_VICTIM", "REFER_ASYLUM"})


class Orders:
    """Drafts and decides orders."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._approvals = approvals(ports)
        self._boarding = Boarding(ports)

    async def draft(self, hit_id: UUID, kind: str, statement: str, principal: Principal) -> Order:
        """Draft an order on a verified hit; nothing happens before a second person approves.

        Raises:
            NotFound: No such hit.
            OrderNotPossible: The hit is not verified, or its type has no such order.

        Source: `workflow.md` §4; SG-08.
        """
        async with self._ports.transaction() as connection:
            hit = await self._ports.stores.hits.lock(connection, hit_id)
            if hit is None:
                raise NotFound(kind="hit")
            _require_possible(hit, kind)
            role = self._approvals.rule(HIT_ORDER).proposing_role(principal.roles)
            proposal = await self._approvals.propose(
                connection,
                HIT_ORDER,
                str(hit_id),
                {"hit_id": str(hit_id), "kind": kind, "data_version": hit.data_version},
                principal.subject,
                role,
            )
            order = Order(
                order_id=OrderId(proposal.approval_id),
                hit_id=HitId(hit_id),
                kind=kind,
                statement=statement,
                author=principal.subject,
                drafted_at=self._ports.clock.now(),
            )
            await self._ports.stores.orders.add(connection, order)
            return order

    async def listed(self, state: str | None, limit: int) -> list[Order]:
        """The newest orders, of one state or of all."""
        async with self._ports.database.connect() as connection:
            return await self._ports.stores.orders.listed(connection, state, limit)

    async def decide(self, order_id: UUID, principal: Principal, decision: Decision) -> Order:
        """Approve an order, which then stands, or reject it.

        Raises:
            NotFound, AlreadyDecided, OrderNotPossible, NoStandingOrder: See there.
            SamePerson, SameRole, ApprovalRoleRefused, ApprovalConflict: See `shared/approval/errors.py`.
            RefusedByPolicy, BoardingNotAllowed: `action.order` is refused; the draft stays.

        Source: `workflow.md` §4 and §7; SG-01, 03, 05, 06, 08, 09, 11, 16, 17, 34.
        """
        async with self._ports.transaction() as connection:
            order = await self._ports.stores.orders.lock(connection, order_id)
            if order is None:
                raise NotFound(kind="order")
            if order.state != "DRAFT":
                raise AlreadyDecided(kind="order")
            rule = self._approvals.rule(HIT_ORDER)
            if not decision.approves:
                role = rejecting_role(rule, principal.roles)
                await self._approvals.reject(
                    connection, order_id, principal.subject, role, decision.expected_version
                )
                return await self._close(connection, order, "REJECTED", principal)
            role = rule.approving_role(principal.roles, "SUPERVISOR")
            await self._approvals.approve(
                connection, order_id, principal.subject, role, decision.expected_version
            )
            await self._carry_out(connection, order, principal)
            return await self._close(connection, order, "APPROVED", principal)

    async def _close(
        self, connection: AsyncConnection, order: Order, state: str, principal: Principal
    ) -> Order:
        now = self._ports.clock.now()
        await self._ports.stores.orders.decide(connection, order.order_id, state, principal.subject, now)
        return replace(order, state=state, decided_by=principal.subject, decided_at=now)

    async def _carry_out(self, connection: AsyncConnection, order: Order, principal: Principal) -> None:
        stores = self._ports.stores
        now = self._ports.clock.now()
        hit = await stores.hits.lock(connection, order.hit_id)
        assert hit is not None, "an order's hit is there: the tables say so"
        _require_possible(hit, order.kind)
        await self._require_listed(connection, hit)
        await require_best_interests(self._ports, connection, hit, order.kind)
        standing = await stores.registers.standing_order(connection, now)
        if standing is None:
            raise NoStandingOrder
        ground = None
        if order.kind == ADVICE:
            ground = await self._boarding.ground(connection, hit, order, standing.purpose_code, now)
        request = await self._request(connection, hit, order, principal, (standing, ground))
        record = self._ports.require(
            request,
            object_kind="order",
            object_id=str(order.order_id),
            subject_id=str(hit.hit_id),
            facts={"kind": order.kind, "author": order.author, "state": hit.state.value},
        )
        await self._ports.audit.append_many(connection, [record])
        is_first_measure = hit.state in (HitState.CONFIRMED, HitState.CONFIRMED_DOCUMENT)
        if is_first_measure and order.kind not in WITHOUT_MEASURE:
            hit, step = moved(hit, HitState.ACTIONED, Mover(principal.subject, now, "ORDERED"))
            await stores.hits.save(connection, [hit])
            await stores.hits.add_steps(connection, [step])
        if ground is not None:
            await self._boarding.advise(connection, hit, order, ground, now)

    async def _require_listed(self, connection: AsyncConnection, hit: Hit) -> None:
        """Nothing is ordered on an entry that is no longer in use (`workflow.md` §1, CONFIRMED; §3.8)."""
        today = self._ports.clock.now().date()
        used = await self._ports.stores.watchlist.used_entries(connection, [hit.entry_id], today)
        if hit.entry_id in used:
            return
        is_suspended = await SuspendedStore().concerns(connection, hit.entry_id, hit.source_id)
        reason = SUSPENDED_BY_OVERSIGHT if is_suspended else "SG-14.NOT_ACTIVE"
        record = self._ports.audit.record(
            actor="screening",
            action="action.order",
            object_kind="hit",
            object_id=str(hit.hit_id),
            outcome="REFUSED",
            reasons=(reason,),
        )
        raise RefusedByPolicy([record], (reason,))

    async def _request(
        self,
        connection: AsyncConnection,
        hit: Hit,
        order: Order,
        principal: Principal,
        rests_on: tuple[StandingOrder, Ground | None],
    ) -> Request:
        stores = self._ports.stores
        now = self._ports.clock.now()
        standing, ground = rests_on
        source = await stores.registers.source(connection, hit.source_id)
        assert source is not None, "a hit's source is registered: the tables say so"
        verification = verification_of(hit, await stores.reviews.reviews(connection, hit.hit_id))
        item = graded_item(hit.entry, source, now.date())
        return policy_requests.action_order(
            actor=Actor.of(principal),
            # The case of an order is its hit; the words are the drafting supervisor's own (SG-03).
            purpose=Stated(standing.purpose_code, str(hit.hit_id), order.statement),
            kind=order.kind,
            hit_state=hit.state,
            verification=verification,
            author=order.author,
            items=[item.as_json()],
            person=policy_requests.person_category(hit.entry.get("category")),
            age=age_of(hit, now.date()),
            is_listed_as_child=is_child(hit.entry, now.date()),
            compared_fields=() if verification is None else verification.compared_fields,
            is_case_open=hit.is_open,
            now=now,
            boarding=None if ground is None else ground.as_context(),
        )


def _require_possible(hit: Hit, kind: str) -> None:
    is_document = hit.hit_type is HitType.DOCUMENT
    fits = kind == "DOCUMENT_CHECK" or kind in WITHOUT_MEASURE or not is_document
    if hit.state not in VERIFIED or not fits:
        raise OrderNotPossible(state=hit.state.value, kind=kind)
