"""The routes by which oversight suspends a rule, an entry or a partner, and lifts it; desks read what stands.

Source: safeguards.md SG-42.
"""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from shared.audit.errors import AuditPurposeRefused
from shared.clock import Clock
from shared.oversight.admission import OVERSIGHT, OversightGate, OversightRefused
from shared.oversight.suspending import Ordered, Overseer, Subjects, Suspending
from shared.oversight.suspensions import (
    AlreadySuspended,
    NothingToSuspend,
    Suspension,
    SuspensionKind,
    SuspensionLifted,
    SuspensionUnknown,
)
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.problems import problems, register_problems
from shared.web.purpose import Purpose, stated_purpose
from shared.web.scripted_clock import request_clock

register_problems(404, SuspensionUnknown, NothingToSuspend)
register_problems(409, SuspensionLifted, AlreadySuspended)

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$")]
Words = Annotated[str, Field(min_length=10, max_length=500)]


class SuspensionIn(BaseModel):
    """An order to suspend; `reason` names nobody, because every desk concerned reads it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: SuspensionKind
    object_id: Code
    order_number: Code
    reason: Words


class LiftingIn(BaseModel):
    """The order that ends a suspension."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order_number: Code


class SuspensionOut(BaseModel):
    """An order as everybody concerned sees it."""

    model_config = ConfigDict(from_attributes=True)

    suspension_id: UUID
    kind: SuspensionKind
    object_id: str
    order_number: str
    reason: str
    suspended_by: str
    ordered_at: datetime
    lifted_at: datetime | None
    lifting_order: str | None
    sentence: str

    @classmethod
    def of(cls, suspension: Suspension) -> Self:
        """With the sentence that whoever is stopped by it reads."""
        body = suspension.suspended_by.replace("_", " ").lower()
        thing = suspension.kind.value.lower()
        said = (
            f"{body.capitalize()} has suspended this {thing} by order {suspension.order_number}."
            f" Only {body if body == 'court' else f'{body} or a court'} can lift it."
        )
        values = {name: getattr(suspension, name) for name in cls.model_fields if name != "sentence"}
        return cls(**values, sentence=said)


class SuspensionsOut(BaseModel):
    """Those that stand first."""

    suspensions: list[SuspensionOut]


async def overseer(
    principal: Annotated[Principal, Depends(require(Permission.ORDER_SUSPENSION))],
    purpose: Annotated[Purpose, Depends(stated_purpose)],
    clock: Annotated[Clock, Depends(request_clock)],
) -> Overseer:
    """Who orders; for oversight alone.

    Raises:
        AuditPurposeRefused: For any other purpose.
    """
    if purpose.code != OVERSIGHT:
        raise AuditPurposeRefused
    return Overseer(principal, purpose, clock)


OverseerOf = Annotated[Overseer, Depends(overseer)]


def suspension_router(suspend: str, lift: str, subjects: Subjects) -> APIRouter:
    """`/v1/oversight/suspensions` of one service.

    Args:
        suspend: `oversight.suspend`; named by the service, so that its code tells what it asks.
        lift: `oversight.lift_suspension`.
        subjects: What can be suspended in this service.
    """
    router = APIRouter(prefix="/v1/oversight/suspensions", tags=["oversight"])

    def suspending(request: Request) -> Suspending:
        gate: OversightGate = request.app.state.oversight_gate
        return Suspending(gate, subjects, suspend, lift)

    suspending_of = Annotated[Suspending, Depends(suspending)]

    @router.get("", dependencies=[Depends(require(Permission.READ_SUSPENSIONS))])
    async def list_suspensions(orders: suspending_of) -> SuspensionsOut:
        """What oversight suspended here, those orders that stand first."""
        return SuspensionsOut(suspensions=[SuspensionOut.of(each) for each in await orders.listed()])

    @router.post(
        "", status_code=201, responses=problems(OversightRefused, NothingToSuspend, AlreadySuspended)
    )
    async def suspend_by_order(
        body: SuspensionIn, person: OverseerOf, orders: suspending_of
    ) -> SuspensionOut:
        """Suspend a rule, an entry or a partner, in force at once."""
        ordered = Ordered(body.kind, body.object_id, body.order_number, body.reason)
        return SuspensionOut.of(await orders.order(ordered, person))

    @router.post(
        "/{suspension_id}/lifting",
        responses=problems(OversightRefused, SuspensionUnknown, SuspensionLifted),
    )
    async def lift_suspension(
        suspension_id: UUID, body: LiftingIn, person: OverseerOf, orders: suspending_of
    ) -> SuspensionOut:
        """Lift a suspension, as the body that ordered it or as a court."""
        return SuspensionOut.of(await orders.lift(suspension_id, body.order_number, person))

    return router
