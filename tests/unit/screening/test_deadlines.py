"""Clocks at their edges."""

from datetime import UTC, datetime, timedelta

import pytest

from services.screening.hits.deadlines import DueMove, FlightTimes, HitTimes, due_at, due_move, review_due
from services.screening.hits.states import (
    ClosingCode,
    HitState,
    HitType,
    allowed_codes,
    allowed_next,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def a_hit(state: HitState, **changes: object) -> HitTimes:
    facts: dict[str, object] = {
        "state": state,
        "hit_type": HitType.PERSON,
        "since": NOON,
        "made_at": NOON,
        "flight": FlightTimes(NOON + timedelta(hours=2), NOON + timedelta(hours=5)),
    }
    return HitTimes(**{**facts, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hours_off", "minutes_given"), [(5.99, 15), (6, 120), (48, 120)], ids=["near", "at-6h", "far"]
)
def test_a_review_is_due_sooner_when_the_flight_is_near(hours_off: float, minutes_given: int) -> None:
    flight = FlightTimes(NOON + timedelta(hours=hours_off), NOON + timedelta(hours=hours_off + 3))
    assert review_due(NOON, flight) == NOON + timedelta(minutes=minutes_given)


def test_unknown_flight_times_count_as_near() -> None:
    assert review_due(NOON, FlightTimes()) == NOON + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("hit", "due", "expected"),
    [
        (a_hit(HitState.POSSIBLE_MATCH), timedelta(hours=29), DueMove(HitState.EXPIRED_UNREVIEWED)),
        (a_hit(HitState.AWAITING_SECOND), timedelta(hours=29), DueMove(HitState.EXPIRED_UNREVIEWED)),
        (
            a_hit(HitState.POSSIBLE_MATCH, flight=FlightTimes(arrival=NOON - timedelta(days=3))),
            timedelta(hours=24),
            DueMove(HitState.EXPIRED_UNREVIEWED),
        ),
        (
            a_hit(HitState.IN_REVIEW, lease_expires_at=NOON + timedelta(minutes=20)),
            timedelta(minutes=20),
            DueMove(HitState.POSSIBLE_MATCH),
        ),
        (
            a_hit(HitState.INCONCLUSIVE),
            timedelta(hours=72),
            DueMove(HitState.CLOSED, ClosingCode.INSUFFICIENT_DATA),
        ),
        (
            a_hit(HitState.NOT_A_MATCH),
            timedelta(hours=29),
            DueMove(HitState.CLOSED, ClosingCode.DIFFERENT_PERSON),
        ),
        (
            a_hit(HitState.ACTIONED),
            timedelta(days=14),
            DueMove(HitState.CLOSED, ClosingCode.SAME_PERSON_ACTION),
        ),
        (
            a_hit(HitState.FEEDBACK, outcome=ClosingCode.SAME_PERSON_NO_ACTION),
            timedelta(days=14),
            DueMove(HitState.CLOSED, ClosingCode.SAME_PERSON_NO_ACTION),
        ),
    ],
    ids=lambda value: value.state.value if isinstance(value, HitTimes) else "",
)
def test_a_clock_strikes_at_its_limit_and_not_before(
    hit: HitTimes, due: timedelta, expected: DueMove
) -> None:
    assert due_move(hit, NOON + due - MOMENT) is None
    assert due_move(hit, NOON + due) == expected


def test_what_is_suppressed_closes_at_once() -> None:
    assert due_move(a_hit(HitState.SUPPRESSED), NOON) == DueMove(
        HitState.CLOSED, ClosingCode.DIFFERENT_PERSON
    )


@pytest.mark.parametrize("hit_type", HitType)
@pytest.mark.parametrize("state", [state for state in HitState if state is not HitState.CANDIDATE])
def test_every_clock_makes_a_drawn_move(state: HitState, hit_type: HitType) -> None:
    made = due_move(a_hit(state, hit_type=hit_type), NOON + timedelta(days=400))
    if made is None:
        assert due_at(a_hit(state, hit_type=hit_type)) is None
        assert state is HitState.CLOSED
    elif state in {HitState.CONFIRMED, HitState.AWAITING_SECOND} and hit_type is HitType.DOCUMENT:
        assert made.target not in allowed_next(state, hit_type) - {HitState.CLOSED}
    elif state is HitState.CONFIRMED_DOCUMENT and hit_type is not HitType.DOCUMENT:
        assert made.target is HitState.CLOSED
    else:
        assert made.target in allowed_next(state, hit_type)
        assert made.closing_code is None or made.closing_code in allowed_codes(state, hit_type)


@pytest.mark.parametrize(
    "state", [state for state in HitState if state not in (HitState.CANDIDATE, HitState.CLOSED)]
)
def test_no_clock_ever_confirms_or_orders(state: HitState) -> None:
    made = due_move(a_hit(state), NOON + timedelta(days=400))
    assert made is not None
    assert made.target not in {HitState.CONFIRMED, HitState.CONFIRMED_DOCUMENT, HitState.ACTIONED}
