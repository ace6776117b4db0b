"""What a carrier's program may ask before it sends, and while it waits: whether the State takes messages.

Open to everybody, because a carrier whose token has just expired asks too; no personal data, no numbers from
which the traffic of others could be told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import JSONResponse

from services.ingest.intake.observed import DESTINATION
from services.ingest.ports import Ports
from services.ingest.routes import get_ports
from shared.bus.backlog import Backlog, read_backlog
from shared.db.faults import DATABASE_FAULTS
from shared.web.authentication import public

RETRY_AFTER_SECONDS: Final = 30
DELAYED_AFTER_SECONDS: Final = 60.0
KEPT: Final = timedelta(seconds=2)

router = APIRouter(tags=["ingest"])


class Screening(StrEnum):
    """How soon travellers of messages that were taken are screened."""

    CURRENT = "CURRENT"
    DELAYED = "DELAYED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class ServiceState:
    """Whether messages are taken now, and how soon they are screened."""

    at: datetime
    is_accepting: bool
    screening: Screening

    @property
    def advice(self) -> str:
        """What a carrier does, in one sentence."""
        if not self.is_accepting:
            return (
                "Nothing can be stored now: keep your messages and send them again, oldest departure first, "
                "after the time in Retry-After."
            )
        if self.screening is Screening.DELAYED:
            return "Send as always: what you send is stored, and screened as soon as screening catches up."
        return "Send as always."

    def as_json(self) -> dict[str, Any]:
        """The answer's body."""
        return {
            "service": "ingest",
            "at": self.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "accepting": self.is_accepting,
            "retry_after_seconds": None if self.is_accepting else RETRY_AFTER_SECONDS,
            "screening": self.screening.value,
            "advice": self.advice,
        }


def state_of_backlog(backlog: Sequence[Backlog]) -> Screening:
    """Whether anybody has waited for screening longer than `DELAYED_AFTER_SECONDS`."""
    waited = max((each.oldest_seconds for each in backlog if each.destination == DESTINATION), default=0.0)
    return Screening.DELAYED if waited > DELAYED_AFTER_SECONDS else Screening.CURRENT


async def read_state(ports: Ports, *, is_draining: bool) -> ServiceState:
    """The state at this moment, from the database itself."""
    now = ports.clock.now()
    try:
        async with ports.database.connect() as connection:
            screening = state_of_backlog(await read_backlog(connection))
    except DATABASE_FAULTS:
        return ServiceState(now, is_accepting=False, screening=Screening.UNKNOWN)
    return ServiceState(now, is_accepting=ports.is_chain_ok() and not is_draining, screening=screening)


@router.get("/v1/service-state", dependencies=[Depends(public())])
async def show_service_state(request: Request, ports: Annotated[Ports, Depends(get_ports)]) -> Response:
    """200 while messages are taken; 503 with `Retry-After` while they are not. The body is the same."""
    known: ServiceState | None = getattr(request.app.state, "service_state", None)
    # Everybody may ask as often as they like; the database is asked once in two seconds.
    if known is None or not timedelta(0) <= ports.clock.now() - known.at < KEPT:
        known = await read_state(ports, is_draining=request.app.state.is_draining)
        request.app.state.service_state = known
    if known.is_accepting:
        return JSONResponse(known.as_json())
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return JSONResponse(known.as_json(), status_code=503, headers=headers)
