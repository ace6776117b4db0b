"""Whether the clocks of our services agree: each answer of a neighbour carries its time.

Deadlines, leases and tokens compare instants of several machines. A clock that is off by more than
`MAX_SKEW_SECONDS` is an alarm for a person, once when it begins and once when it ends.

Source: safeguards catalogue SG-41 (obligation: alert on clock skew above two seconds).
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from prometheus_client import Gauge

from shared.observability.logging import get_logger
from shared.observability.metrics import REGISTRY

MAX_SKEW_SECONDS: Final = 2.0
CLOCK_SKEW: Final = Gauge(
    "safeconduct_clock_skew_seconds",
    "How far a neighbour's clock is ahead of ours (behind: negative), as far as its answers prove.",
    ("peer",),
    registry=REGISTRY,
)
_RESOLUTION: Final = timedelta(seconds=1)


class ClockWatch:
    """Compares our clock with the neighbours'; remembers whose alarm is on."""

    def __init__(self) -> None:
        self._alarmed: set[str] = set()

    def observe(self, peer: str, date: str | None, asked_at: datetime, answered_at: datetime) -> None:
        """Take one answer.

        Args:
            peer: The neighbour's name.
            date: The answer's `Date` header; without a readable one nothing is learnt.
            asked_at: When we asked, by our clock, aware.
            answered_at: When we had the answer, by our clock, aware.
        """
        told = _read(date)
        if told is None:
            return
        seconds = proven_skew(told, asked_at, answered_at)
        CLOCK_SKEW.labels(peer).set(seconds)
        is_off = abs(seconds) > MAX_SKEW_SECONDS
        if is_off and peer not in self._alarmed:
            self._alarmed.add(peer)
            get_logger().error("clock_skew", destination=peer, skew_seconds=seconds)
        elif not is_off and peer in self._alarmed:
            self._alarmed.remove(peer)
            get_logger().info("clock_skew_ended", destination=peer, skew_seconds=seconds)


def proven_skew(told: datetime, asked_at: datetime, answered_at: datetime) -> float:
    """Seconds that the other clock is ahead at least; negative when behind, 0 when the two may agree.

    The header has whole seconds, and was written at some moment between question and answer.
    """
    if told > answered_at:
        return (told - answered_at).total_seconds()
    if told + _RESOLUTION < asked_at:
        return (told + _RESOLUTION - asked_at).total_seconds()
    return 0.0


def _read(date: str | None) -> datetime | None:
    if date is None:
        return None
    try:
        told = parsedate_to_datetime(date)
    except ValueError:
        return None
    return told if told.tzinfo is not None else told.replace(tzinfo=UTC)
