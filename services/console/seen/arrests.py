"""What the console reads of arrests, detentions and expulsions."""

from datetime import datetime
from typing import Any

from pydantic import Field

from services.console.seen.base import Seen


class Custody(Seen):
    """What one person wrote down and another has to confirm."""

    approval_id: str
    share_id: str = ""
    payload: dict[str, Any] = Field(default={})
    state: str = ""
    version: int = 1
    proposer: str = ""
    proposed_at: datetime | None = None

    @property
    def at(self) -> datetime | None:
        """When it happened."""
        try:
            return datetime.fromisoformat(str(self.payload.get("at")))
        except ValueError:
            return None


class Told(Seen):
    """Who may have to be told, and the paragraphs that name the State."""

    authority_id: str | None = None
    state: str = ""
    scope: str = ""
    paragraphs: list[str] = Field(default=[])


class Confirmed(Seen):
    """The second person's decision."""

    custody: Custody
    recipients: list[Told] = Field(default=[])
