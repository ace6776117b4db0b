"""HTTP for the port's own officers: cards, what they found, the look-up. No rule lives here."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.screening.errors import (
    AlreadyDecided,
    MalformedMrz,
    NotFound,
    RefusedByPolicy,
)
from services.screening.front_line.cards import FrontLine, TappedOutcome
from services.screening.service import RequestPorts
from services.screening.statuses import problems
from services.screening.views import CardOut, CardsOut, LookUpOut, ReportedDocumentOut
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require

router = APIRouter(tags=["desk"])
AtThePort = Annotated[Principal, Depends(require(Permission.FRONT_LINE_CARDS))]
MAX_MRZ = 200


class In(BaseModel):
    """Base of what comes in: unknown fields are refused, content is never printed."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class OutcomeIn(In):
    """What the officer tapped."""

    outcome: TappedOutcome


class LookUpIn(In):
    """A document at hand: its number, or its machine-readable zone."""

    document_number: Annotated[str, Field(min_length=3, max_length=40)] | None = None
    mrz: Annotated[str, Field(min_length=3, max_length=MAX_MRZ)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "LookUpIn":
        if (self.document_number is None) == (self.mrz is None):
            raise ValueError("give a document number or a machine-readable zone")
        return self


@router.get("/v1/front-line/cards", responses=problems(RefusedByPolicy))
async def read_cards(principal: AtThePort, ports: RequestPorts) -> CardsOut:
    """Today's confirmed hits at this officer's port."""
    cards = await FrontLine(ports).cards(principal)
    return CardsOut(cards=[CardOut.of(card) for card in cards])


@router.post(
    "/v1/front-line/cards/{hit_id}/outcome",
    status_code=204,
    responses=problems(NotFound, AlreadyDecided),
)
async def tap_outcome(hit_id: UUID, body: OutcomeIn, principal: AtThePort, ports: RequestPorts) -> None:
    """What the officer at the counter found."""
    await FrontLine(ports).tap(hit_id, body.outcome, principal)


@router.post("/v1/front-line/look-up", responses=problems(MalformedMrz, RefusedByPolicy))
async def look_up(body: LookUpIn, principal: AtThePort, ports: RequestPorts) -> LookUpOut:
    """Cards and reports for the document at hand; the number travels in the body alone."""
    found = await FrontLine(ports).look_up(principal, document_number=body.document_number, mrz=body.mrz)
    return LookUpOut(
        cards=[CardOut.of(card) for card in found.cards],
        documents=[ReportedDocumentOut.of(each) for each in found.documents],
    )
