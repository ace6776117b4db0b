"""Moving a hit: the life cycle's rules applied to the value, with the step that history keeps. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.screening.hits.hit import HistoryStep, Hit
from services.screening.hits.states import (
    ClosingCode,
    HitState,
    move,
    path_when_data_changes,
)
from shared.identifiers import HitId

Step = tuple[HitId, HistoryStep]


@dataclass(frozen=True, slots=True)
class Mover:
    """Who moves a hit, when and why; `cause` is a word of ours, never a person's text."""

    actor: str
    at: datetime
    cause: str


def moved(
    hit: Hit, target: HitState, mover: Mover, closing_code: ClosingCode | None = None
) -> tuple[Hit, Step]:
    """A hit after one move, and the step for its history.

    Raises:
        MoveNotDrawn: The life cycle has no such move.

    Source: `workflow.md` §1.
    """
    state = move(hit.state, target, hit_type=hit.hit_type, closing_code=closing_code)
    step = HistoryStep(mover.at, hit.state.value, state.value, mover.actor, mover.cause, closing_code)
    changed = replace(hit, state=state, since=mover.at, closing_code=closing_code or hit.closing_code)
    return changed, (hit.hit_id, step)


def started_anew(hit: Hit, mover: Mover) -> tuple[Hit, list[Step]]:
    """A hit whose identifiers changed, back in the queue for two new reviews where its state asks for them.

    A hit that nobody has judged yet, or whose measure has happened, keeps its state.

    Source: `workflow.md` §1 (CONFIRMED → IN_REVIEW, INCONCLUSIVE → IN_REVIEW).
    """
    path = path_when_data_changes(hit.state)
    steps: list[Step] = []
    for target in path:
        hit, step = moved(hit, target, mover)
        steps.append(step)
    if path:
        hit = replace(hit, review_round=hit.review_round + 1, waiting_since=mover.at, confirmed_at=None)
    return hit, steps


def without_person(hit: Hit) -> Hit:
    """A hit that was cleared, unlinked from the traveller: what is left proves the act, not the person.

    Source: `workflow.md` §6, NOT_A_MATCH unlink; SG-23.
    """
    evidence = [{**each, "traveller": None} for each in hit.matched.evidence]
    return replace(hit, traveller=None, journey_key="", matched=replace(hit.matched, evidence=evidence))
