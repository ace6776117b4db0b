"""What every contract has in common: frozen, unknown fields refused, prints without content."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """A message between services; a field that the reader does not know is an error, not a surprise."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def as_json(self) -> dict[str, Any]:
        """The message as JSON values, dates and identifiers as text."""
        return self.model_dump(mode="json")


class PersonalContract(Contract):
    """A contract that carries personal data: its content never shows in a log line or an error."""

    def __repr__(self) -> str:
        return f"<personal {type(self).__name__}>"

    def __str__(self) -> str:
        return repr(self)
