"""A message between two services: on its way out of one, and as it came to the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError

from shared.contracts.contract import Contract
from shared.json_text import read_json, write_json

Told = TypeVar("Told", bound=Contract)


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """What the outbox holds: `content` is a contract, as JSON values or as their text, and may be personal
    data, so it is never printed.

    What came as text travels as it stands: only who looks inside pays for reading it. `attempts` counts the
    deliveries that failed before this one.
    """

    message_id: UUID
    destination: str
    kind: str
    content: Mapping[str, Any] | str = field(repr=False)
    attempts: int = 0

    @property
    def body(self) -> dict[str, Any]:
        """The contract's JSON values; a text is read anew at each look."""
        return dict(read_json(self.content) if isinstance(self.content, str) else self.content)

    @property
    def text(self) -> str:
        """The contract as JSON text."""
        return self.content if isinstance(self.content, str) else write_json(dict(self.content))


@dataclass(frozen=True, slots=True)
class Received:
    """One message of another service of this State; `sender` is the service whose token came with it."""

    message_id: UUID
    kind: str
    body: Mapping[str, Any] = field(repr=False)
    sender: str

    def read_as(self, contract: type[Told]) -> Told | None:
        """What it says; `None` where that is no such contract, or stands under another message's identifier.

        Nobody learns more of it: why it is none could quote a traveller.
        """
        try:
            told = contract.model_validate(self.body)
        except ValidationError:
            return None
        # A question is numbered by its message alone.
        return told if getattr(told, "message_id", self.message_id) == self.message_id else None
