"""The two reviews of a hit, read together. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from services.screening.acting import Verification
from services.screening.hits.hit import Hit, Review
from services.screening.review.rules import Stage
from shared.contracts import ReviewFactsV1


def of_round(reviews: Sequence[Review], review_round: int) -> dict[Stage, Review]:
    """The answers of one round by look."""
    return {each.stage: each for each in reviews if each.review_round == review_round}


def verification_of(hit: Hit, reviews: Sequence[Review]) -> Verification | None:
    """The facts of SG-08 and SG-09 from the answers of the present round, `None` without any.

    They are those of the second review, with the smaller time and the worse freshness of both; a document's
    one review stands alone.

    Source: SG-08 and SG-09 *Facts*.
    """
    current = of_round(reviews, hit.review_round)
    first, second = current.get(Stage.FIRST), current.get(Stage.SECOND)
    last = second or first
    if last is None or first is None:
        return None
    return Verification(
        first=first.reviewer,
        second=None if second is None else second.reviewer,
        second_blind=second is not None and second.was_blind,
        same_outcome=second is not None and second.outcome is first.outcome,
        reports_to_first=second is not None and second.reports_to == first.reviewer,
        reviewer=last.reviewer,
        role=last.role,
        seconds_open=min(each.seconds_open for each in current.values()),
        compared_fields=tuple(last.compared_fields),
        reasons=last.reasons,
        after_last_change=all(each.data_version == hit.data_version for each in current.values()),
    )


def with_review(hit: Hit, reviews: Sequence[Review], review: Review) -> Verification | None:
    """The same, with an answer that is about to be saved."""
    return verification_of(hit, [*reviews, replace(review, review_round=hit.review_round)])


def as_contract(verification: Verification | None) -> ReviewFactsV1 | None:
    """The facts that sharing reads: identifiers of persons, no word that they wrote."""
    if verification is None or verification.first is None:
        return None
    return ReviewFactsV1(
        first=verification.first,
        second=verification.second,
        second_blind=verification.second_blind,
        same_outcome=verification.same_outcome,
        reports_to_first=verification.reports_to_first,
        role=verification.role,
        seconds_open=verification.seconds_open,
        compared_fields=list(verification.compared_fields),
        reasons_given=bool(verification.reasons.strip()),
        after_last_change=verification.after_last_change,
    )
