"""HTTP for decisions that no machine can tell a carrier: somebody calls, and says that they did."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from services.ingest.routes import PortsOf
from services.ingest.store.untold import UntoldStore
from shared.errors import DomainError
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.problems import problems, register_problems


class ChangeUnknown(DomainError):
    """No such decision, or nobody has to tell it."""

    code: ClassVar[str] = "DIRECTIVE_CHANGE_UNKNOWN"
    sentence: ClassVar[str] = "There is no such decision, or the carrier was told of it."


register_problems(404, ChangeUnknown)

router = APIRouter(tags=["boarding"])
Caller = Annotated[Principal, Depends(require(Permission.TELL_CARRIER))]


class ChangeOut(BaseModel):
    """A decision about somebody's boarding, by its flight; nothing of the person."""

    model_config = ConfigDict(from_attributes=True)

    message_id: UUID
    directive_id: UUID
    meaning: str
    decided_at: datetime
    ends_at: datetime | None
    state: str
    state_since: datetime
    carrier: str | None
    number: str
    departure_date: date | None


class ReferencesOut(BaseModel):
    """By what the carrier knows the traveller: its own references."""

    locator: str | None
    carrier_reference: str | None


@router.get("/v1/directive-changes", dependencies=[Depends(require(Permission.READ_ORDERS))])
async def list_changes(ports: PortsOf) -> dict[str, list[ChangeOut]]:
    """Decisions about boarding, those of which somebody has to call the carrier first."""
    async with ports.database.connect() as connection:
        rows = await UntoldStore().listed(connection)
    return {"changes": [ChangeOut.model_validate(row) for row in rows]}


@router.post("/v1/directive-changes/{message_id}/references", responses=problems(ChangeUnknown))
async def read_references(message_id: UUID, ports: PortsOf, person: Caller) -> ReferencesOut:
    """The carrier's own references, for whoever calls it; the look is recorded."""
    async with ports.database.begin() as connection:
        found = await UntoldStore().references(connection, message_id)
        if found is None:
            raise ChangeUnknown
        await ports.audit.append(
            connection,
            actor=person.subject,
            action="directive.read",
            object_kind="DIRECTIVE",
            object_id=str(message_id),
            subject_id=str(found["traveller_id"]),
        )
    return ReferencesOut(locator=found["locator"], carrier_reference=found["carrier_reference"])


@router.post("/v1/directive-changes/{message_id}/told", status_code=204, responses=problems(ChangeUnknown))
async def note_told(message_id: UUID, ports: PortsOf, person: Caller) -> None:
    """Somebody has told the carrier by telephone."""
    async with ports.database.begin() as connection:
        told = await UntoldStore().told(connection, message_id, ports.clock.now())
        if told is None:
            raise ChangeUnknown
        await ports.audit.append(
            connection,
            actor=person.subject,
            action="directive.told",
            object_kind="DIRECTIVE",
            object_id=str(told.directive_id),
            subject_id=str(told.traveller_id),
            facts={"way": "TELEPHONE"},
        )
