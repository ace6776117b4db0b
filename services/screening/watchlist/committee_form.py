"""The headings of a listing proposal to the 1267 Committee: a file that a State keeps in step with the form.

A line has a label, and the name of what the nomination says about it; without one it is left to be filled in
by hand. Three names stand for several lines: `criteria`, `grounds` and `open_questions`.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

SHIPPED: Final = Path(__file__).with_name("committee_form.json")
MAX_FORM_BYTES: Final = 100_000
MANY: Final = frozenset({"criteria", "grounds", "open_questions"})
Value = Literal[
    "surnames",
    "given_names",
    "names",
    "original_script",
    "good_aliases",
    "low_aliases",
    "birth_dates",
    "birth_places",
    "nationalities",
    "residence",
    "passports",
    "identity_cards",
    "other_documents",
    "addresses",
    "sex",
    "offence",
    "summary",
    "criteria",
    "grounds",
    "open_questions",
]
Words = Annotated[str, Field(min_length=1, max_length=500)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FormLine(_Part):
    """One line; a line that stands for several has no label of its own."""

    label: Words | None = None
    value: Value | None = None

    @model_validator(mode="after")
    def _is_one_or_many(self) -> Self:
        if (self.label is None) != (self.value in MANY):
            raise ValueError("a line has a label, unless it stands for several")
        return self


class FormSection(_Part):
    """Lines under one heading."""

    heading: Words
    lines: Annotated[tuple[FormLine, ...], Field(min_length=1, max_length=100)]


class CommitteeForm(_Part):
    """The form. `compared_on` is the day on which a person held it against the Committee's own, if ever."""

    title: Words
    source: Words
    compared_on: date | None
    criteria: Annotated[tuple[Words, ...], Field(max_length=20)]
    open_questions: Annotated[tuple[Words, ...], Field(max_length=20)]
    sections: Annotated[tuple[FormSection, ...], Field(min_length=1, max_length=20)]

    @property
    def caution(self) -> str:
        """What whoever sends the draft has to know about its headings."""
        if self.compared_on is None:
            return (
                "Its headings were never compared with the Committee's own form: compare them before sending."
            )
        return f"Its headings were compared with the Committee's own form on {self.compared_on.isoformat()}."


@cache
def load_form(path: Path | None = None) -> CommitteeForm:
    """The form of a file, or the one that is shipped; read once a process.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is too long, or no such form.
    """
    content = (path or SHIPPED).read_bytes()
    if len(content) > MAX_FORM_BYTES:
        raise ValueError("the file of the Committee's form is too long")
    return CommitteeForm.model_validate_json(content)
