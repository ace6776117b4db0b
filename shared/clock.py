"""Where the time comes from. Clocks are passed in, so that a run can be replayed."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """The present instant: aware, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant by the machine: aware, UTC."""
        return datetime.now(UTC)


class OffsetClock:
    """Another clock, shifted by a fixed amount.

    The demonstration's scripted officers use it so that a review "takes" a minute without waiting;
    only the `local` profile builds one from a request (see `shared/web/scripted_clock.py`).
    """

    def __init__(self, base: Clock, offset: timedelta) -> None:
        self._base = base
        self._offset = offset

    def now(self) -> datetime:
        """The base clock's instant plus the offset: aware, UTC."""
        return self._base.now() + self._offset
