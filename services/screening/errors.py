"""The faults of the screening service.

DomainError
├── MoveNotDrawn            the life cycle has no such move
├── HitNotFound
├── LeaseHeldByAnother
├── LeaseNotHeld
├── DecidedTooQuickly       SG-08: under 30 s of open page
├── HitDataChanged          what the reviewer saw is no longer what is stored
├── NothingCompared         a decision that names no compared field or gives no reasons
├── RefusedByPolicy         a safeguard refused; its reasons are facts
├── NoListInForce           503: travellers wait in ingest's outbox
├── NoStandingOrder         503
├── NoMatcherApproval       503
├── UnreadableTraveller
├── SourceNotRegistered
├── ListRefused
├── ListVersionNotFound
├── ListVersionNotHeld
├── MalformedMrz
├── OrderNotFound, OrderNotPossible
├── ProposalNotFound
└── CardNotFound
"""

from typing import ClassVar

from shared.errors import DomainError


class MoveNotDrawn(DomainError):
    """The life cycle draws no such move."""

    code: ClassVar[str] = "HIT_MOVE_NOT_DRAWN"
    sentence: ClassVar[str] = "A hit in the state {state} cannot become {target}."
