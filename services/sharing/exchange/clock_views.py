"""How a clock is shown over HTTP."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel

from services.sharing.exchange.deadlines import Deadline


class ClockOut(BaseModel):
    """One clock: DECIDE, SEND, RECEIVE, SEE, ANSWER or DONE. Times in UTC."""

    clock: str
    due_at: datetime
    met_at: datetime | None
    is_overdue: bool


def clocks_out(deadlines: Iterable[Deadline], now: datetime) -> list[ClockOut]:
    """The clocks as they stand at an instant, in their order."""
    return [
        ClockOut(
            clock=each.clock.value, due_at=each.due_at, met_at=each.met_at, is_overdue=each.is_overdue(now)
        )
        for each in deadlines
    ]
