"""The front line's routes, the ad hoc question, and the clocks by hand."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.screening.clocks import Clocks
from services.screening.errors import (
    AlreadyDecided,
    MalformedMrz,
    NoListInForce,
    NotFound,
    RefusedByPolicy,
    TickRefused,
    UnreadableTraveller,
)
from services.screening.front_line.cards import FrontLine, TappedOutcome
from services.screening.hits.hit import band_of
from services.screening.protection.desk_clocks import DeskClocks
from services.screening.query.ask import Answered, MatchQuery
from services.screening.service import RequestPorts, Service
from services.screening.statuses import problems
from services.screening.views import CardOut, CardsOut, LookUpOut, Out, ReportedDocumentOut
from services.screening.watchlist.merged_hits import bring_in_step
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.travel import Traveller
from shared.web.authentication import require
from shared.web.purpose import Purpose, stated_purpose

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


class MatchIn(In):
    """A person to compare, in the form of `spec/matching-interface.md`."""

    traveller: dict[str, Any]
    floor: Annotated[float, Field(ge=0, le=1)] | None = None


class MatchOut(Out):
    """One match with its explanation; the band, not the number, is for people."""

    entry_id: str
    score: float
    band: str
    names: list[dict[str, Any]]
    birth_dates: list[dict[str, Any]]
    nationalities: list[str]
    evidence: list[dict[str, Any]]

    @classmethod
    def of(cls, answered: Answered) -> "MatchOut":
        """From a match."""
        body = answered.entry.body
        return cls(
            entry_id=answered.entry.entry_id,
            score=answered.matched.score,
            band=band_of(answered.matched.score).value,
            names=list(body.get("names") or ()),
            birth_dates=list(body.get("birth_dates") or ()),
            nationalities=list(body.get("nationalities") or ()),
            evidence=answered.matched.evidence,
        )


class MatchesOut(Out):
    """Matches best first, or why the person cannot be compared."""

    matches: list[MatchOut]
    fault: str | None


class TickOut(Out):
    """What one beat of the clocks did."""

    moved_hits: int
    suspended_entries: int
    is_matcher_swapped: bool


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


@router.post("/v1/match", responses=problems(NoListInForce, RefusedByPolicy, UnreadableTraveller))
async def match(
    body: MatchIn,
    principal: Annotated[Principal, Depends(require(Permission.MATCH))],
    purpose: Annotated[Purpose, Depends(stated_purpose)],
    ports: RequestPorts,
    opened: Service,
) -> MatchesOut:
    """Compare one person with the list in force, for a stated purpose and an open case."""
    try:
        traveller = Traveller.from_json(body.traveller)
    except (KeyError, TypeError, ValueError):
        # The cause is not chained: its text could quote the person.
        raise UnreadableTraveller(ordinal=1) from None
    asked = await MatchQuery(ports, opened.current)(traveller, body.floor, principal, purpose)
    return MatchesOut(matches=[MatchOut.of(each) for each in asked.matches], fault=asked.fault)


@router.post(
    "/v1/tick",
    dependencies=[Depends(require(Permission.OPERATE))],
    responses=problems(TickRefused),
)
async def tick(ports: RequestPorts, opened: Service) -> TickOut:
    """Run the clocks that are due at the time of this request; in the local profile only."""
    if opened.settings.profile != "local":
        raise TickRefused
    beat = await Clocks(ports, opened.settings.escalation_ladder).beat()
    await DeskClocks(ports).beat()
    is_swapped = await opened.current.refresh()
    if is_swapped:
        await bring_in_step(ports, opened.current.consolidation)
    return TickOut(
        moved_hits=beat.moved_hits,
        suspended_entries=beat.suspended_entries,
        is_matcher_swapped=is_swapped,
    )
