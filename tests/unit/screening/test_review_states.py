"""The life cycle: nothing undrawn is possible, and every state has an end."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.screening.errors import MoveNotDrawn
from services.screening.hits.states import (
    MOVES,
    ClosingCode,
    HitState,
    HitType,
    allowed_codes,
    allowed_next,
    move,
    path_when_data_changes,
)

DRAWN_IN_WORKFLOW = {
    HitState.CANDIDATE: {HitState.POSSIBLE_MATCH, HitState.SUPPRESSED},
    HitState.POSSIBLE_MATCH: {HitState.IN_REVIEW, HitState.EXPIRED_UNREVIEWED},
    HitState.IN_REVIEW: {
        HitState.POSSIBLE_MATCH,
        HitState.NOT_A_MATCH,
        HitState.INCONCLUSIVE,
        HitState.AWAITING_SECOND,
        HitState.EXPIRED_UNREVIEWED,
    },
    HitState.AWAITING_SECOND: {
        HitState.CONFIRMED,
        HitState.INCONCLUSIVE,
        HitState.NOT_A_MATCH,
        HitState.EXPIRED_UNREVIEWED,
    },
    HitState.INCONCLUSIVE: {HitState.IN_REVIEW},
    HitState.NOT_A_MATCH: set(),
    HitState.SUPPRESSED: set(),
    HitState.CONFIRMED: {HitState.ACTIONED, HitState.FEEDBACK, HitState.IN_REVIEW, HitState.RECALLED},
    HitState.ACTIONED: {HitState.FEEDBACK, HitState.RECALLED},
    HitState.FEEDBACK: {HitState.RECALLED},
    HitState.RECALLED: set(),
    HitState.ENTRY_REMOVED: set(),
    HitState.EXPIRED_UNREVIEWED: set(),
}


@pytest.mark.parametrize("state", DRAWN_IN_WORKFLOW, ids=lambda state: f"workflow-1-{state}")
def test_a_person_hit_may_go_where_the_workflow_draws_and_nowhere_else(state: HitState) -> None:
    always = {HitState.CLOSED, HitState.ENTRY_REMOVED} - {state}
    assert allowed_next(state, HitType.PERSON) == DRAWN_IN_WORKFLOW[state] | always


@pytest.mark.parametrize("hit_type", HitType)
@pytest.mark.parametrize("state", [state for state in HitState if state is not HitState.CLOSED])
def test_every_state_reaches_closed(state: HitState, hit_type: HitType) -> None:
    reached = {state}
    while True:
        further = {target for each in reached for target in allowed_next(each, hit_type)} | reached
        if further == reached:
            break
        reached = further
    assert HitState.CLOSED in reached


def test_nothing_leaves_closed() -> None:
    assert all(allowed_next(HitState.CLOSED, hit_type) == frozenset() for hit_type in HitType)


@pytest.mark.parametrize("state", [state for state in HitState if state is not HitState.CLOSED])
def test_every_open_state_closes_when_nobody_travelled(state: HitState) -> None:
    assert ClosingCode.DID_NOT_TRAVEL in allowed_codes(state, HitType.PERSON)


def test_a_document_hit_is_never_confirmed_as_a_person() -> None:
    reached = {target for state in HitState for target in allowed_next(state, HitType.DOCUMENT)}
    assert HitState.CONFIRMED not in reached
    assert HitState.AWAITING_SECOND not in reached


@pytest.mark.parametrize("hit_type", [kind for kind in HitType if kind is not HitType.DOCUMENT])
def test_nothing_but_the_second_review_confirms_a_person(hit_type: HitType) -> None:
    sources = {state for state in HitState if HitState.CONFIRMED in allowed_next(state, hit_type)}
    assert sources == {HitState.AWAITING_SECOND}


def test_nothing_closes_as_the_same_person_before_two_people_confirmed_it() -> None:
    same = {ClosingCode.SAME_PERSON_ACTION, ClosingCode.SAME_PERSON_NO_ACTION}
    sources = {state for state in HitState if same & allowed_codes(state, HitType.PERSON)}
    assert sources == {HitState.CONFIRMED, HitState.ACTIONED, HitState.FEEDBACK}


def test_closing_needs_a_code_of_its_state() -> None:
    with pytest.raises(MoveNotDrawn):
        move(HitState.NOT_A_MATCH, HitState.CLOSED, hit_type=HitType.PERSON)
    with pytest.raises(MoveNotDrawn):
        move(
            HitState.NOT_A_MATCH,
            HitState.CLOSED,
            hit_type=HitType.PERSON,
            closing_code=ClosingCode.SAME_PERSON_ACTION,
        )


def test_a_move_that_does_not_close_takes_no_code() -> None:
    with pytest.raises(MoveNotDrawn):
        move(
            HitState.POSSIBLE_MATCH,
            HitState.IN_REVIEW,
            hit_type=HitType.PERSON,
            closing_code=ClosingCode.DUPLICATE,
        )


@pytest.mark.parametrize("state", HitState)
def test_the_way_back_to_the_queue_uses_drawn_moves_only(state: HitState) -> None:
    for target in path_when_data_changes(state):
        state = move(state, target, hit_type=HitType.PERSON)
    assert state is not HitState.CONFIRMED


class LifeOfAHit(RuleBasedStateMachine):
    """Whatever is tried, in whatever order, the hit's history is a drawn path."""

    def __init__(self) -> None:
        super().__init__()
        self.state = HitState.CANDIDATE
        self.hit_type = HitType.PERSON
        self.path: list[HitState] = [self.state]

    @rule(target_state=st.sampled_from(HitState), code=st.none() | st.sampled_from(ClosingCode))
    def try_a_move(self, target_state: HitState, code: ClosingCode | None) -> None:
        try:
            self.state = move(self.state, target_state, hit_type=self.hit_type, closing_code=code)
        except MoveNotDrawn:
            return
        self.path.append(self.state)

    @precondition(lambda self: self.state is not HitState.CLOSED)
    @rule(data=st.data())
    def make_a_drawn_move(self, data: st.DataObject) -> None:
        drawn = [each for each in MOVES if each.source is self.state and self.hit_type in each.hit_types]
        chosen = data.draw(st.sampled_from(drawn))
        code = min(chosen.closing_codes) if chosen.closing_codes else None
        self.state = move(self.state, chosen.target, hit_type=self.hit_type, closing_code=code)
        self.path.append(self.state)

    @invariant()
    def confirmed_only_after_two_looks(self) -> None:
        for before, state in zip(self.path, self.path[1:], strict=False):
            if state is HitState.CONFIRMED:
                assert before is HitState.AWAITING_SECOND
            assert before is not HitState.CLOSED


TestLifeOfAHit = LifeOfAHit.TestCase
