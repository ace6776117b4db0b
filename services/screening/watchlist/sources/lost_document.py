"""A lost or stolen travel document as a value, and how two document numbers are found equal."""

from dataclasses import dataclass
from datetime import date

from shared.personal import Personal


@dataclass(frozen=True, slots=True, repr=False)
class LostDocument(Personal):
    """One document: its number as written, its issuer (three letters), what happened to it and when."""

    number: str
    issuer: str
    kind: str
    type: str | None = None
    reported_on: date | None = None

    @property
    def number_key(self) -> str:
        """The number as it is looked up."""
        return number_key(self.number)


def number_key(number: str) -> str:
    """A document's number without blanks, hyphens and case: two of them are equal or the numbers differ."""
    return "".join(sign for sign in number.upper() if sign.isalnum())
