"""What a witness answers, and what it remembers afterwards; the rule alone, without clock, store or web.

Source: C2SP tlog-witness, add-checkpoint.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from shared.audit.checkpoint import Checkpoint, CheckpointRefused, VerifierKey, open_checkpoint, split_note
from shared.audit.merkle import EMPTY_ROOT, verify_consistency
from shared.audit.witness_request import AddCheckpoint


@dataclass(frozen=True, slots=True)
class Seen:
    """The last checkpoint of a log that this witness cosigned; of a log never seen, the empty tree."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Judgement:
    """An answer's status, and what belongs to it.

    `checkpoint` with its `text` is to be remembered and cosigned; `stands_at` is the size of a 409;
    `is_evidence` marks a request whose note its log signed and that does not continue what was seen.
    """

    status: HTTPStatus
    checkpoint: Checkpoint | None = None
    text: str = ""
    stands_at: int | None = None
    is_evidence: bool = False


def origin_of(request: AddCheckpoint) -> str:
    """The log that a request claims to speak of.

    Raises:
        CheckpointRefused: The note is none.
    """
    return Checkpoint.from_text(split_note(request.note)[0]).origin


def judge(request: AddCheckpoint, logs: Mapping[str, VerifierKey], seen: Seen) -> Judgement:
    """Whether to cosign.

    Args:
        request: As it was sent.
        logs: The keys of the logs that are witnessed, by origin.
        seen: What was last cosigned of the log that the request claims to speak of.

    Raises:
        CheckpointRefused: The note cannot be read.
    """
    key = logs.get(origin_of(request))
    if key is None:
        return Judgement(HTTPStatus.NOT_FOUND)
    try:
        checkpoint = open_checkpoint(request.note, [key])
    except CheckpointRefused:
        return Judgement(HTTPStatus.FORBIDDEN)
    return _judge(request, checkpoint, seen)


def _judge(request: AddCheckpoint, checkpoint: Checkpoint, seen: Seen) -> Judgement:
    """Whether a checkpoint that its log signed continues what was seen."""
    if request.old_size > checkpoint.size:
        return Judgement(HTTPStatus.BAD_REQUEST)
    is_fork = checkpoint.size == seen.size and checkpoint.root != seen.root
    if request.old_size != seen.size or is_fork:
        # A log that merely lost count asks again from the size named; one that was set back cannot.
        return Judgement(HTTPStatus.CONFLICT, stands_at=seen.size, is_evidence=is_fork)
    if not verify_consistency(seen.size, checkpoint.size, seen.root, checkpoint.root, request.proof):
        return Judgement(HTTPStatus.UNPROCESSABLE_ENTITY, is_evidence=True)
    return Judgement(HTTPStatus.OK, checkpoint, split_note(request.note)[0])
