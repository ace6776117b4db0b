"""What a hit's state says of its traveller when ingest asks whom it may erase."""

import pytest

from services.screening.hits.links import link_of
from services.screening.hits.states import ClosingCode, HitState
from shared.contracts import HitLink


@pytest.mark.parametrize(
    ("state", "closing_code", "link"),
    [
        (HitState.POSSIBLE_MATCH, None, HitLink.OPEN),
        (HitState.IN_REVIEW, None, HitLink.OPEN),
        (HitState.INCONCLUSIVE, None, HitLink.OPEN),
        (HitState.EXPIRED_UNREVIEWED, None, HitLink.OPEN),
        (HitState.CONFIRMED, None, HitLink.CONFIRMED),
        (HitState.FEEDBACK, None, HitLink.CONFIRMED),
        (HitState.CLOSED, ClosingCode.SAME_PERSON_ACTION, HitLink.CONFIRMED),
        (HitState.CLOSED, ClosingCode.SAME_PERSON_NO_ACTION, HitLink.CONFIRMED),
        (HitState.CLOSED, ClosingCode.DIFFERENT_PERSON, HitLink.NOT_A_MATCH),
        (HitState.CLOSED, ClosingCode.DID_NOT_TRAVEL, HitLink.NOT_A_MATCH),
        (HitState.NOT_A_MATCH, None, HitLink.NOT_A_MATCH),
        (HitState.ENTRY_REMOVED, None, HitLink.NOT_A_MATCH),
    ],
)
def test_state_says_whether_a_hit_keeps_its_traveller(
    state: HitState, closing_code: ClosingCode | None, link: HitLink
) -> None:
    assert link_of(state, closing_code) is link
