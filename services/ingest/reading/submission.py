"""From a body to what may be stored of it: read, filtered, its travellers linked and written down. Pure.

This is half of what a message costs and needs nothing of the database, so it may run in another process
(`readers.py`). Both ways call `read_submission`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from services.ingest.errors import RefusedMessage
from services.ingest.formats.flights import StateOf
from services.ingest.formats.registry import read_messages
from services.ingest.reading.linking import LinkingKeys
from services.ingest.reading.people import People
from services.ingest.sensitive import Rules, filter_message
from shared.personal import Personal
from shared.travel.message import ParsedMessage
from shared.travel.traveller import Traveller


@dataclass(frozen=True, slots=True)
class ReadingTerms:
    """What reading depends on beside the body: the same for every message of a deployment."""

    state_of: StateOf
    own_state: str
    rules: Rules
    keys: LinkingKeys


@dataclass(frozen=True, slots=True)
class Submission:
    """A body to be read.

    `is_test` says that its sender only tries it out; `allowed` which elements of a traveller the profile of
    its sender's last message allowed, `None` where there was none: what is outside is left out at once, which
    is judged again when the message is taken.
    """

    body: bytes = field(repr=False)
    content_type: str
    received_at: datetime
    is_test: bool = False
    allowed: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ReadMessage(Personal):
    """One message as it was read and filtered, its digest, and its travellers made ready."""

    message: ParsedMessage
    digest: str
    people: People

    @classmethod
    def sent(
        cls, message: ParsedMessage, digest: str, people: People, travellers: Sequence[Traveller] | None
    ) -> Self:
        """A message that came from another process; `travellers` where they are not those of `people`."""
        travellers = people.travellers if travellers is None else travellers
        return cls(replace(message, travellers=travellers), digest, people)

    def __reduce__(self) -> tuple[Any, ...]:
        # What the profile leaves out stands in the message alone, until the profile in force was asked.
        travellers = tuple(self.message.travellers) if self.people.outside else None
        return ReadMessage.sent, (replace(self.message, travellers=()), self.digest, self.people, travellers)


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a body as a whole cannot be taken, and where: a `RefusedMessage` as a value."""

    code: str
    fault_code: str
    segment: str | None
    position: int | None
    digest: str


ReadSubmission = tuple[ReadMessage, ...] | Unread
"""The messages of a body in the order sent, at least one; or why none could be told."""

Read = Callable[[Submission], Awaitable[ReadSubmission]]
"""How a body is read: here or in another process."""


def read_submission(submission: Submission, terms: ReadingTerms) -> ReadSubmission:
    """Read every message of a body, take out what may not be kept, and make its travellers ready to store.

    Source:
        house-style.md, steps 2 and 3; `spec/sensitive.md`; `spec/receipts.md` (digest).
    """
    body, received_at = submission.body, submission.received_at
    try:
        messages = read_messages(
            body, submission.content_type, received_at, state_of=terms.state_of, own_state=terms.own_state
        )
    except RefusedMessage as refusal:
        digest = terms.keys.digest(body, 0, is_test=submission.is_test)
        return Unread(refusal.code, refusal.fault_code, refusal.segment, refusal.position, digest)
    return tuple(
        _read(filter_message(message, terms.rules), ordinal, submission, terms)
        for ordinal, message in enumerate(messages)
    )


def _read(message: ParsedMessage, ordinal: int, submission: Submission, terms: ReadingTerms) -> ReadMessage:
    return ReadMessage(
        replace(message, is_test=message.is_test or submission.is_test),
        terms.keys.digest(submission.body, ordinal, is_test=submission.is_test),
        People.of(message, submission.allowed, terms.keys, submission.received_at.date()),
    )
