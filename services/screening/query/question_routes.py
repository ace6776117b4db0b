"""HTTP for the ad hoc question about one person. No rule lives here."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.screening.errors import NoListInForce, RefusedByPolicy, UnreadableTraveller
from services.screening.hits.hit import band_of
from services.screening.query.ask import Answered, MatchQuery
from services.screening.service import RequestPorts, Service
from services.screening.statuses import problems
from services.screening.views import Out
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.travel import Traveller
from shared.web.authentication import require
from shared.web.purpose import Purpose, stated_purpose

router = APIRouter(tags=["desk"])


class MatchIn(BaseModel):
    """A person to compare, in the form of `spec/matching-interface.md`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

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
