"""What screening sends to ingest: read as the contract of its kind, or refused whole."""

from typing import ClassVar, Final

from shared.bus.message import Received, Told
from shared.errors import DomainError

SENDER: Final = "screening"


class UnreadableMessage(DomainError):
    """A message of another service that is not what its kind says, or not for its sender to send."""

    code: ClassVar[str] = "UNREADABLE_MESSAGE"
    sentence: ClassVar[str] = "This is no {kind} that ingest takes from the sender."


def read_as(contract: type[Told], message: Received) -> Told:
    """What a message says.

    Raises:
        UnreadableMessage: Another sender's, not that contract, or under another message's identifier.
    """
    told = message.read_as(contract) if message.sender == SENDER else None
    if told is None:
        raise UnreadableMessage(kind=message.kind)
    return told
