"""What answers do to a hit."""

import pytest

from services.screening.hits.states import HitState, HitType
from services.screening.review.rules import (
    Reviewer,
    ReviewOutcome,
    Stage,
    may_review_second,
    stage_of,
    state_after_first,
    state_after_second,
)

SAME, DIFFERENT, CANNOT_TELL = ReviewOutcome


@pytest.mark.parametrize(
    ("outcome", "is_sufficient", "is_sampled", "expected"),
    [
        (SAME, True, False, HitState.AWAITING_SECOND),
        (SAME, True, True, HitState.AWAITING_SECOND),
        (SAME, False, False, HitState.INCONCLUSIVE),
        (DIFFERENT, True, False, HitState.NOT_A_MATCH),
        (DIFFERENT, False, True, HitState.AWAITING_SECOND),
        (CANNOT_TELL, True, True, HitState.INCONCLUSIVE),
    ],
)
def test_the_first_answer(
    outcome: ReviewOutcome, is_sufficient: bool, is_sampled: bool, expected: HitState
) -> None:
    state = state_after_first(
        outcome, hit_type=HitType.PERSON, is_sufficient=is_sufficient, is_sampled=is_sampled
    )
    assert state is expected


@pytest.mark.parametrize(
    ("outcome", "is_sufficient", "expected"),
    [
        (SAME, True, HitState.CONFIRMED_DOCUMENT),
        (SAME, False, HitState.INCONCLUSIVE),
        (DIFFERENT, True, HitState.NOT_A_MATCH),
    ],
)
def test_a_document_needs_one_verifier(
    outcome: ReviewOutcome, is_sufficient: bool, expected: HitState
) -> None:
    state = state_after_first(
        outcome, hit_type=HitType.DOCUMENT, is_sufficient=is_sufficient, is_sampled=True
    )
    assert state is expected


@pytest.mark.parametrize("second", ReviewOutcome)
@pytest.mark.parametrize("first", ReviewOutcome)
def test_two_answers_confirm_only_when_both_say_the_same_person(
    first: ReviewOutcome, second: ReviewOutcome
) -> None:
    state = state_after_second(first, second, is_sufficient=True)
    assert (state is HitState.CONFIRMED) == (first is SAME and second is SAME)
    assert (state is HitState.NOT_A_MATCH) == (first is DIFFERENT and second is DIFFERENT)


def test_two_equal_answers_without_enough_identifiers_are_inconclusive() -> None:
    assert state_after_second(SAME, SAME, is_sufficient=False) is HitState.INCONCLUSIVE


def test_the_second_reviewer_is_another_person_who_does_not_report_to_the_first() -> None:
    assert not may_review_second(Reviewer("verifier-1"), "verifier-1")
    assert not may_review_second(Reviewer("verifier-2", reports_to="verifier-1"), "verifier-1")
    assert may_review_second(Reviewer("verifier-2", reports_to="supervisor"), "verifier-1")


def test_the_stage_follows_from_the_state() -> None:
    assert stage_of(HitState.POSSIBLE_MATCH) is Stage.FIRST
    assert stage_of(HitState.IN_REVIEW) is Stage.FIRST
    assert stage_of(HitState.AWAITING_SECOND) is Stage.SECOND
    assert stage_of(HitState.CONFIRMED) is None
