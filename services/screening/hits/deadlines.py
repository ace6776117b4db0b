"""The clocks of a hit as pure arithmetic: when a step is due, and what happens when it is not taken.

Missing a clock never turns into an adverse effect for the traveller (`workflow.md` §6).
All instants are aware and UTC.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.screening.hits.states import ClosingCode, HitState, HitType

NEAR_FLIGHT = timedelta(hours=6)
REVIEW_WHEN_NEAR = timedelta(minutes=15)
REVIEW_OTHERWISE = timedelta(hours=2)
UNREVIEWED_KEPT = timedelta(hours=24)
INCONCLUSIVE_KEPT = timedelta(hours=72)
SUPPRESSED_AFTER_JOURNEY = timedelta(hours=24)
ACTIONED_KEPT = timedelta(days=14)
#: The supervisor sees what nobody reviewed for three days, then it closes. A project design value.
EXPIRED_KEPT = timedelta(hours=72)
#: A recall is done everywhere 72 h after it was sent (`workflow.md` §6).
RECALLED_KEPT = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class FlightTimes:
    """When the flight that a hit is on leaves and arrives; `None` where nobody said."""

    departure: datetime | None = None
    arrival: datetime | None = None

    def next_event_after(self, now: datetime) -> datetime | None:
        """The departure if it is still to come, else the arrival if that is; `None` when both are past."""
        for moment in (self.departure, self.arrival):
            if moment is not None and moment > now:
                return moment
        return None


def review_due(waiting_since: datetime, flight: FlightTimes) -> datetime:
    """By when a review has to have started.

    Args:
        waiting_since: When the hit was made, or when the first review ended.
        flight: Its flight; unknown times count as near, because nobody can say that there is time.

    Source: `workflow.md` §6: 15 min when departure or arrival is less than 6 h off, 2 h otherwise.
    """
    event = flight.next_event_after(waiting_since)
    is_near = event is None or event - waiting_since < NEAR_FLIGHT
    return waiting_since + (REVIEW_WHEN_NEAR if is_near else REVIEW_OTHERWISE)


def unreviewed_until(made_at: datetime, flight: FlightTimes) -> datetime:
    """When a possible match that nobody reviewed expires: 24 h after arrival, or after it was made if later.

    Source: `workflow.md` §6, last row.
    """
    landed = flight.arrival or flight.departure or made_at
    return max(landed, made_at) + UNREVIEWED_KEPT


def suppressed_until(decided_at: datetime, journey_end: datetime | None) -> datetime:
    """Until when NOT_A_MATCH keeps the same traveller–entry pair away: 24 h after the itinerary's end.

    Source: `workflow.md` §1 last sentence of the table; §6, NOT_A_MATCH unlink.
    """
    return max(journey_end or decided_at, decided_at) + SUPPRESSED_AFTER_JOURNEY


@dataclass(frozen=True, slots=True)
class DueMove:
    """The move that a clock makes, and the code it closes with."""

    target: HitState
    closing_code: ClosingCode | None = None


@dataclass(frozen=True, slots=True)
class HitTimes:
    """What the clocks read of a hit: `since` is when it came into its state."""

    state: HitState
    hit_type: HitType
    since: datetime
    made_at: datetime
    flight: FlightTimes
    lease_expires_at: datetime | None = None
    suppressed_until: datetime | None = None
    outcome: ClosingCode | None = None


_CLOSING: dict[HitState, tuple[timedelta, ClosingCode]] = {
    HitState.INCONCLUSIVE: (INCONCLUSIVE_KEPT, ClosingCode.INSUFFICIENT_DATA),
    HitState.SUPPRESSED: (timedelta(0), ClosingCode.DIFFERENT_PERSON),
    HitState.CONFIRMED: (ACTIONED_KEPT, ClosingCode.SAME_PERSON_NO_ACTION),
    HitState.CONFIRMED_DOCUMENT: (ACTIONED_KEPT, ClosingCode.INSUFFICIENT_DATA),
    HitState.ACTIONED: (ACTIONED_KEPT, ClosingCode.SAME_PERSON_ACTION),
    HitState.FEEDBACK: (ACTIONED_KEPT, ClosingCode.SAME_PERSON_ACTION),
    HitState.RECALLED: (RECALLED_KEPT, ClosingCode.RECALLED),
    HitState.ENTRY_REMOVED: (timedelta(0), ClosingCode.ENTRY_REMOVED),
    HitState.EXPIRED_UNREVIEWED: (EXPIRED_KEPT, ClosingCode.INSUFFICIENT_DATA),
}


def due_at(hit: HitTimes) -> datetime | None:
    """When the next clock of a hit strikes; `None` for a closed one."""
    if hit.state in (HitState.POSSIBLE_MATCH, HitState.AWAITING_SECOND):
        return unreviewed_until(hit.made_at, hit.flight)
    if hit.state is HitState.IN_REVIEW:
        return hit.lease_expires_at or hit.since
    if hit.state is HitState.NOT_A_MATCH:
        return hit.suppressed_until or suppressed_until(hit.since, hit.flight.arrival)
    if hit.state in _CLOSING:
        return hit.since + _CLOSING[hit.state][0]
    return None


def due_move(hit: HitTimes, now: datetime) -> DueMove | None:
    """The move that a clock makes now, or `None` while nothing is due.

    A lease that ran out gives the hit back to the queue; everything else ends a wait.

    Source: `workflow.md` §1 and §6.
    """
    due = due_at(hit)
    if due is None or now < due:
        return None
    if hit.state in (HitState.POSSIBLE_MATCH, HitState.AWAITING_SECOND):
        return DueMove(HitState.EXPIRED_UNREVIEWED)
    if hit.state is HitState.IN_REVIEW:
        return DueMove(HitState.POSSIBLE_MATCH)
    if hit.state is HitState.NOT_A_MATCH:
        return DueMove(HitState.CLOSED, ClosingCode.DIFFERENT_PERSON)
    code = _CLOSING[hit.state][1]
    return DueMove(HitState.CLOSED, hit.outcome if hit.state is HitState.FEEDBACK and hit.outcome else code)
