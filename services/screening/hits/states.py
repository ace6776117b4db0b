"""The hit's life cycle as data: its states, the moves that are drawn, and the codes it may close with.

Nothing here reads a clock, a database or a person. Whatever moves a hit asks `move`, so a move that
`workflow.md` §1 does not draw cannot be made by any caller.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.screening.errors import MoveNotDrawn


class HitState(StrEnum):
    """Where a hit stands.

    Source: `workflow.md` §1.
    """

    CANDIDATE = "CANDIDATE"
    POSSIBLE_MATCH = "POSSIBLE_MATCH"
    IN_REVIEW = "IN_REVIEW"
    AWAITING_SECOND = "AWAITING_SECOND"
    INCONCLUSIVE = "INCONCLUSIVE"
    NOT_A_MATCH = "NOT_A_MATCH"
    SUPPRESSED = "SUPPRESSED"
    CONFIRMED = "CONFIRMED"
    CONFIRMED_DOCUMENT = "CONFIRMED_DOCUMENT"
    ACTIONED = "ACTIONED"
    FEEDBACK = "FEEDBACK"
    RECALLED = "RECALLED"
    ENTRY_REMOVED = "ENTRY_REMOVED"
    EXPIRED_UNREVIEWED = "EXPIRED_UNREVIEWED"
    CLOSED = "CLOSED"


class HitType(StrEnum):
    """What the hit speaks of: a person, a document, a behaviour rule, or a question from elsewhere."""

    PERSON = "PERSON"
    DOCUMENT = "DOCUMENT"
    RULE = "RULE"
    MANUAL = "MANUAL"


class ClosingCode(StrEnum):
    """The outcome with which a hit closes.

    Source: `workflow.md` §1, outcome codes.
    """

    DID_NOT_TRAVEL = "DID_NOT_TRAVEL"
    DIFFERENT_PERSON = "DIFFERENT_PERSON"
    SAME_PERSON_NO_ACTION = "SAME_PERSON_NO_ACTION"
    SAME_PERSON_ACTION = "SAME_PERSON_ACTION"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"
    ENTRY_INVALID = "ENTRY_INVALID"
    ENTRY_REMOVED = "ENTRY_REMOVED"
    RECALLED = "RECALLED"
    CHILD_PROTECTED = "CHILD_PROTECTED"
    PROTECTED_PERSON = "PROTECTED_PERSON"
    DUPLICATE = "DUPLICATE"
    TECHNICAL = "TECHNICAL"


@dataclass(frozen=True, slots=True)
class Move:
    """One drawn move: its codes (moves to CLOSED only) and the hit types that may make it."""

    source: HitState
    target: HitState
    closing_codes: frozenset[ClosingCode] = frozenset()
    hit_types: frozenset[HitType] = frozenset(HitType)


_S = HitState
_C = ClosingCode
_PERSONS = frozenset({HitType.PERSON, HitType.RULE, HitType.MANUAL})
_DOCUMENTS = frozenset({HitType.DOCUMENT})


def _closing(source: HitState, *codes: ClosingCode) -> Move:
    return Move(source, _S.CLOSED, frozenset(codes))


_DRAWN: tuple[Move, ...] = (
    Move(_S.CANDIDATE, _S.POSSIBLE_MATCH),
    Move(_S.CANDIDATE, _S.SUPPRESSED),
    Move(_S.POSSIBLE_MATCH, _S.IN_REVIEW),
    Move(_S.POSSIBLE_MATCH, _S.EXPIRED_UNREVIEWED),
    Move(_S.IN_REVIEW, _S.POSSIBLE_MATCH),
    Move(_S.IN_REVIEW, _S.NOT_A_MATCH),
    Move(_S.IN_REVIEW, _S.INCONCLUSIVE),
    Move(_S.IN_REVIEW, _S.AWAITING_SECOND, hit_types=_PERSONS),
    Move(_S.IN_REVIEW, _S.CONFIRMED_DOCUMENT, hit_types=_DOCUMENTS),
    Move(_S.IN_REVIEW, _S.EXPIRED_UNREVIEWED),
    Move(_S.AWAITING_SECOND, _S.CONFIRMED, hit_types=_PERSONS),
    Move(_S.AWAITING_SECOND, _S.INCONCLUSIVE, hit_types=_PERSONS),
    Move(_S.AWAITING_SECOND, _S.NOT_A_MATCH, hit_types=_PERSONS),
    Move(_S.AWAITING_SECOND, _S.EXPIRED_UNREVIEWED, hit_types=_PERSONS),
    Move(_S.INCONCLUSIVE, _S.IN_REVIEW),
    _closing(_S.INCONCLUSIVE, _C.INSUFFICIENT_DATA),
    _closing(_S.NOT_A_MATCH, _C.DIFFERENT_PERSON),
    _closing(_S.SUPPRESSED, _C.DIFFERENT_PERSON),
    Move(_S.CONFIRMED, _S.ACTIONED, hit_types=_PERSONS),
    Move(_S.CONFIRMED, _S.FEEDBACK, hit_types=_PERSONS),
    Move(_S.CONFIRMED, _S.IN_REVIEW, hit_types=_PERSONS),
    Move(_S.CONFIRMED, _S.RECALLED, hit_types=_PERSONS),
    _closing(_S.CONFIRMED, _C.SAME_PERSON_NO_ACTION),
    Move(_S.CONFIRMED_DOCUMENT, _S.ACTIONED, hit_types=_DOCUMENTS),
    Move(_S.CONFIRMED_DOCUMENT, _S.RECALLED, hit_types=_DOCUMENTS),
    # The code says what the check found of the document, never of its bearer, who is often the victim.
    _closing(_S.CONFIRMED_DOCUMENT, _C.ENTRY_INVALID, _C.INSUFFICIENT_DATA),
    Move(_S.ACTIONED, _S.FEEDBACK),
    Move(_S.ACTIONED, _S.RECALLED),
    _closing(_S.ACTIONED, _C.SAME_PERSON_ACTION),
    Move(_S.FEEDBACK, _S.RECALLED),
    _closing(_S.FEEDBACK, _C.SAME_PERSON_ACTION, _C.SAME_PERSON_NO_ACTION),
    _closing(_S.RECALLED, _C.RECALLED),
    _closing(_S.ENTRY_REMOVED, _C.ENTRY_REMOVED),
    _closing(_S.EXPIRED_UNREVIEWED, _C.INSUFFICIENT_DATA),
)


def _from_every_open_state() -> Iterable[Move]:
    """SG-15's way out when the entry goes, and the carrier's word that nobody travelled."""
    for state in HitState:
        if state is _S.CLOSED:
            continue
        yield _closing(state, _C.DID_NOT_TRAVEL)
        if state is not _S.ENTRY_REMOVED:
            yield Move(state, _S.ENTRY_REMOVED)


MOVES: tuple[Move, ...] = (*_DRAWN, *_from_every_open_state())

#: States in which nobody has finished the review: they expire when the flight has long arrived.
UNREVIEWED = frozenset({_S.POSSIBLE_MATCH, _S.IN_REVIEW, _S.AWAITING_SECOND})

#: States whose identity was verified and stands (SG-08).
VERIFIED = frozenset({_S.CONFIRMED, _S.CONFIRMED_DOCUMENT, _S.ACTIONED, _S.FEEDBACK})


def allowed_next(state: HitState, hit_type: HitType) -> frozenset[HitState]:
    """The states that a hit of this type may reach in one move."""
    return frozenset(drawn.target for drawn in MOVES if drawn.source is state and hit_type in drawn.hit_types)


def allowed_codes(state: HitState, hit_type: HitType) -> frozenset[ClosingCode]:
    """The outcome codes with which a hit of this type may close from this state."""
    codes: set[ClosingCode] = set()
    for drawn in MOVES:
        if drawn.source is state and hit_type in drawn.hit_types:
            codes |= drawn.closing_codes
    return frozenset(codes)


def move(
    state: HitState, target: HitState, *, hit_type: HitType, closing_code: ClosingCode | None = None
) -> HitState:
    """Make one move of the life cycle.

    Args:
        state: Where the hit stands.
        target: Where it goes.
        hit_type: Document hits have a way of their own.
        closing_code: Required for CLOSED, forbidden for every other target.

    Returns:
        The target.

    Raises:
        MoveNotDrawn: The move, or closing with this code, is not drawn.

    Source: `workflow.md` §1.
    """
    if target not in allowed_next(state, hit_type):
        raise MoveNotDrawn(state=state.value, target=target.value)
    is_closing = target is HitState.CLOSED
    if is_closing and closing_code not in allowed_codes(state, hit_type):
        raise MoveNotDrawn(state=state.value, target=f"{target.value} ({closing_code})")
    if not is_closing and closing_code is not None:
        raise MoveNotDrawn(state=state.value, target=f"{target.value} ({closing_code})")
    return target


#: The way back to the queue when the data that both reviewers saw has changed. Each step is a drawn move.
_ANEW: dict[HitState, tuple[HitState, ...]] = {
    _S.AWAITING_SECOND: (_S.INCONCLUSIVE, _S.IN_REVIEW, _S.POSSIBLE_MATCH),
    _S.INCONCLUSIVE: (_S.IN_REVIEW, _S.POSSIBLE_MATCH),
    _S.CONFIRMED: (_S.IN_REVIEW, _S.POSSIBLE_MATCH),
}


def path_when_data_changes(state: HitState) -> tuple[HitState, ...]:
    """The moves that a hit makes when its traveller's or entry's identifiers changed; empty where it stays.

    A first answer on other data is worth nothing, so both reviews start anew. An ACTIONED hit stays:
    its measure has happened, and SG-08 refuses whatever would still rest on the reviews.

    Source: `workflow.md` §1 (CONFIRMED → IN_REVIEW; INCONCLUSIVE → IN_REVIEW); SG-08 `after_last_change`.
    """
    return _ANEW.get(state, ())
