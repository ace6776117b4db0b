"""HTTP for consular help: the tasks of detained persons, their wish, and informing a post."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.sharing.custody.consular import (
    OVERDUE_AFTER,
    Addressee,
    Consular,
    ConsularRefused,
    ConsularTaskUnknown,
    asked_again_at,
    is_overdue,
)
from services.sharing.errors import VaultUnavailable
from services.sharing.parts import Sharing, sharing_of
from services.sharing.statuses import problems
from services.sharing.store.consular import ConsularTask
from shared.clock import Clock
from shared.oversight.admission import OversightGate
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.problems import register_problems
from shared.web.scripted_clock import request_clock

register_problems(403, ConsularRefused)
register_problems(404, ConsularTaskUnknown)

router = APIRouter(prefix="/v1/consular", tags=["custody"])
Officer = Annotated[Principal, Depends(require(Permission.WORK_CONSULAR))]
ClockOf = Annotated[Clock, Depends(request_clock)]
State = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


def consular_of(
    request: Request, sharing: Annotated[Sharing, Depends(sharing_of)], clock: ClockOf
) -> Consular:
    """The use case at the time of this request."""
    gate: OversightGate = request.app.state.oversight_gate
    return Consular(
        sharing.engine,
        sharing.vault,
        audit=sharing.audit,
        decide=gate.decide,
        is_chain_ok=gate.is_chain_ok,
        clock=clock,
    )


UseCase = Annotated[Consular, Depends(consular_of)]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class WishIn(_In):
    """What the person wants, and how that is witnessed; all nationalities were offered, the person picks."""

    wish: Literal["YES", "NO"]
    picked_states: Annotated[list[State], Field(max_length=10)] = []
    witness: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$")]


class InformIn(_In):
    """Who is informed: a consulate of a State, UNHCR, or a protecting power."""

    addressee: Literal["CONSULATE", "UNHCR", "PROTECTING_POWER"]
    post_state: State | None = None

    @model_validator(mode="after")
    def _a_consulate_has_a_state(self) -> Self:
        if (self.addressee == "UNHCR") is not (self.post_state is None):
            raise ValueError("a consulate and a protecting power are of a State, and UNHCR is of none")
        return self


class TaskOut(BaseModel):
    """A task without anybody's name."""

    model_config = ConfigDict(from_attributes=True)

    share_id: UUID
    detained_at: datetime
    due_at: datetime
    is_overdue: bool
    told_at: datetime | None
    wish: str | None
    picked_states: list[str]
    wish_at: datetime | None
    asked_again_at: datetime | None
    addressee: str | None
    post_state: str | None
    informed_at: datetime | None

    @classmethod
    def of(cls, task: ConsularTask, now: datetime) -> Self:
        """As it stands at an instant."""
        values = {name: getattr(task, name) for name in ConsularTask.__slots__}
        return cls(
            **{**values, "picked_states": list(task.picked_states)},
            due_at=task.detained_at + OVERDUE_AFTER,
            is_overdue=is_overdue(task, now),
            asked_again_at=asked_again_at(task),
        )


class TasksOut(BaseModel):
    """The newest detentions first; `treaty_states` are told of their nationals, whatever those want."""

    tasks: list[TaskOut]
    treaty_states: list[str]


@router.get("")
async def list_tasks(_: Officer, consular: UseCase, clock: ClockOf) -> TasksOut:
    """Whom of the detained nobody told yet, and what the others want."""
    tasks = [TaskOut.of(each, clock.now()) for each in await consular.tasks()]
    return TasksOut(tasks=tasks, treaty_states=await consular.treaty_states())


@router.post("/{share_id}/told", responses=problems(ConsularTaskUnknown))
async def tell(share_id: UUID, person: Officer, consular: UseCase, clock: ClockOf) -> TaskOut:
    """Record that the person was told of the right to consular help."""
    return TaskOut.of(await consular.tell(share_id, person), clock.now())


@router.post("/{share_id}/wish", responses=problems(ConsularTaskUnknown))
async def record_wish(
    share_id: UUID, body: WishIn, person: Officer, consular: UseCase, clock: ClockOf
) -> TaskOut:
    """Record what the person wants."""
    task = await consular.wish(share_id, body.wish, body.picked_states, body.witness, person)
    return TaskOut.of(task, clock.now())


@router.post("/{share_id}/notice", responses=problems(ConsularTaskUnknown, ConsularRefused, VaultUnavailable))
async def inform(
    share_id: UUID, body: InformIn, person: Officer, consular: UseCase, clock: ClockOf
) -> TaskOut:
    """Ask whether the post may be informed, and record that it is: identity, place, time, contact."""
    to = Addressee(body.addressee, body.post_state)
    return TaskOut.of(await consular.inform(share_id, to, person), clock.now())
