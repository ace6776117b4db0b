"""What screening sends to ingest: read as the contract of its kind, or refused whole."""

from typing import ClassVar, Final, TypeVar

from pydantic import ValidationError

from shared.bus.message import Received
from shared.contracts import DirectiveChangedV1
from shared.contracts.false_matches import FalseMatchesV1
from shared.contracts.rescreening import ResendWantedV1, WindowPageWantedV1
from shared.errors import DomainError

SENDER: Final = "screening"
Contract = TypeVar("Contract", DirectiveChangedV1, FalseMatchesV1, ResendWantedV1, WindowPageWantedV1)


class UnreadableMessage(DomainError):
    """A message of another service that is not what its kind says, or not for its sender to send."""

    code: ClassVar[str] = "UNREADABLE_MESSAGE"
    sentence: ClassVar[str] = "This is no {kind} that ingest takes from the sender."


def read_as(contract: type[Contract], message: Received) -> Contract:
    """What a message says.

    Raises:
        UnreadableMessage: Another sender's, not that contract, or under another message's identifier.
    """
    if message.sender != SENDER:
        raise UnreadableMessage(kind=message.kind)
    try:
        body = contract.model_validate(message.body)
    except ValidationError:
        # The cause is not chained: its text could quote a traveller.
        raise UnreadableMessage(kind=message.kind) from None
    if body.message_id != message.message_id:
        raise UnreadableMessage(kind=message.kind)
    return body
