"""A message on its way to another service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """What the outbox holds: `body` is the JSON of a contract and may be personal data, so it is never
    printed.

    `attempts` counts the deliveries that failed before this one.
    """

    message_id: UUID
    destination: str
    kind: str
    body: Mapping[str, Any] = field(repr=False)
    attempts: int = 0
