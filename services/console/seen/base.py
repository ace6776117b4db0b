"""What all answers share: typed, and blind to everything the console does not show.

Answers may gain fields without breaking a page; a field that a page needs and that is absent shows as such.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

MAX_SHOWN_CHARACTERS = 2000


def _as_words(value: Any) -> str:
    """A reason or text in whatever form it came: a string, or an object with words or a code."""
    if isinstance(value, dict):
        value = value.get("words") or value.get("message") or value.get("code") or ""
    if isinstance(value, list):
        value = ", ".join(_as_words(item) for item in value)
    return "" if value is None else str(value)[:MAX_SHOWN_CHARACTERS]


Words = Annotated[str, BeforeValidator(_as_words)]


class Seen(BaseModel):
    """Base: frozen, other fields passed over, content never printed."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class FlightBrief(Seen):
    """A flight on one line; times are UTC."""

    designator: str = ""
    origin: str | None = None
    destination: str | None = None
    departure: datetime | None = None
    arrival: datetime | None = None
