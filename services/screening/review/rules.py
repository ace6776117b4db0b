"""What a reviewer's answer does to a hit, and who may give it. Pure: facts in, states out."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from services.screening.hits.states import HitState, HitType

LEASE_LENGTH = timedelta(minutes=20)

#: SG-08: a decision under 30 s of open page is refused when it is saved.
LEAST_SECONDS_OPEN = 30

#: One NOT_A_MATCH in twenty goes to the second queue, so that being there says nothing (SG-09).
SECOND_QUEUE_MIX = 0.05


class ReviewOutcome(StrEnum):
    """A reviewer's answer: the same person (or document), a different one, or it cannot be told."""

    SAME = "SAME"
    DIFFERENT = "DIFFERENT"
    CANNOT_TELL = "CANNOT_TELL"


class Stage(StrEnum):
    """Which of the two looks a review is. It is never shown to a reviewer."""

    FIRST = "FIRST"
    SECOND = "SECOND"


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who reviews; `reports_to` is the `manager` claim of the token, `None` where nobody is above."""

    person: str
    reports_to: str | None = None


def stage_of(state: HitState) -> Stage | None:
    """Which look a hit in this state waits for, or is in; `None` where it waits for nobody's."""
    if state in (HitState.POSSIBLE_MATCH, HitState.IN_REVIEW):
        return Stage.FIRST
    return Stage.SECOND if state is HitState.AWAITING_SECOND else None


def may_review_second(reviewer: Reviewer, first_reviewer: str) -> bool:
    """Whether a person may be the second: neither the first one nor directly below that person.

    Source: SG-09, `same person`, `reports_to_first`.
    """
    return first_reviewer not in (reviewer.person, reviewer.reports_to)


def state_after_first(
    outcome: ReviewOutcome, *, hit_type: HitType, is_sufficient: bool, is_sampled: bool
) -> HitState:
    """Where the first answer takes a hit from IN_REVIEW.

    Args:
        outcome: What the reviewer found.
        hit_type: A DOCUMENT hit is confirmed by one verifier.
        is_sufficient: SG-10 finds enough matching identifiers (for a document: number and State equal).
        is_sampled: The draw of one in twenty put this NOT_A_MATCH into the second queue.

    Source: `workflow.md` §1, IN_REVIEW; SG-09; SG-10 (what it refuses becomes INCONCLUSIVE).
    """
    if outcome is ReviewOutcome.CANNOT_TELL:
        return HitState.INCONCLUSIVE
    if outcome is ReviewOutcome.DIFFERENT:
        goes_on = is_sampled and hit_type is not HitType.DOCUMENT
        return HitState.AWAITING_SECOND if goes_on else HitState.NOT_A_MATCH
    if not is_sufficient:
        return HitState.INCONCLUSIVE
    return HitState.CONFIRMED_DOCUMENT if hit_type is HitType.DOCUMENT else HitState.AWAITING_SECOND


def state_after_second(first: ReviewOutcome, second: ReviewOutcome, *, is_sufficient: bool) -> HitState:
    """Where the second, blind answer takes a hit from AWAITING_SECOND; disagreement is INCONCLUSIVE.

    Source: `workflow.md` §1, AWAITING_SECOND; SG-09 (disagreement → INCONCLUSIVE).
    """
    if first is not second or second is ReviewOutcome.CANNOT_TELL:
        return HitState.INCONCLUSIVE
    if second is ReviewOutcome.DIFFERENT:
        return HitState.NOT_A_MATCH
    return HitState.CONFIRMED if is_sufficient else HitState.INCONCLUSIVE
