"""Why somebody looks at personal data: stated with each look, in three headers.

`Purpose-Code: TERR_INVESTIGATE`, `Purpose-Case: <case id>`, `Purpose-Statement: <percent-encoded UTF-8>`.
Whether the purpose suffices is the safeguards' judgement (SG-01, SG-03, SG-26); here it is only read.

Source: design.md §3.11 (every look at personal data states its purpose); safeguards.md SG-01.
"""

from dataclasses import dataclass, field
from typing import Annotated, Final
from urllib.parse import quote, unquote

from fastapi import Header

from shared.errors import DomainError

PURPOSE_CODES: Final = frozenset(
    {
        "TERR_PREVENT",
        "TERR_DETECT",
        "TERR_INVESTIGATE",
        "TERR_TRAVEL",
        "OVERSIGHT",
        "SUBJECT_RIGHTS",
        "REDRESS",
        "CHILD_PROTECTION",
        "VITAL_INTEREST",
    }
)
MAX_STATEMENT_CHARACTERS: Final = 2000
MAX_CASE_CHARACTERS: Final = 100


class PurposeMissing(DomainError):
    """Personal data was asked for without a purpose."""

    code = "PURPOSE_MISSING"
    sentence = "Say why you look at this: the header Purpose-Code is absent."


class PurposeMalformed(DomainError):
    """A purpose was stated that cannot be read."""

    code = "PURPOSE_MALFORMED"
    sentence = "The stated purpose cannot be read ({reason})."


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why: a code of safeguards §4a, the case, and the person's own words (shown in no log)."""

    code: str
    case_id: str | None
    statement: str | None = field(default=None, repr=False)

    def as_headers(self) -> dict[str, str]:
        """The headers that state this purpose to another service."""
        headers = {"Purpose-Code": self.code}
        if self.case_id is not None:
            headers["Purpose-Case"] = quote(self.case_id, safe="")
        if self.statement is not None:
            headers["Purpose-Statement"] = quote(self.statement, safe="")
        return headers


OVERSIGHT: Final = Purpose("OVERSIGHT", None)
"""Why an audit log and the figures of oversight are read."""


def stated_purpose(
    purpose_code: Annotated[str | None, Header(max_length=40)] = None,
    purpose_case: Annotated[str | None, Header(max_length=12 * MAX_CASE_CHARACTERS)] = None,
    purpose_statement: Annotated[str | None, Header(max_length=12 * MAX_STATEMENT_CHARACTERS)] = None,
) -> Purpose:
    """The purpose of this request; an absent case or statement stays absent for the safeguards to judge.

    Raises:
        PurposeMissing: No code (422).
        PurposeMalformed: An unknown code, or text that is too long or not UTF-8 (422).
    """
    if not purpose_code:
        raise PurposeMissing
    if purpose_code not in PURPOSE_CODES:
        raise PurposeMalformed(reason="the code is not one of the catalogue")
    return Purpose(
        code=purpose_code,
        case_id=_decoded(purpose_case, MAX_CASE_CHARACTERS),
        statement=_decoded(purpose_statement, MAX_STATEMENT_CHARACTERS),
    )


def _decoded(value: str | None, max_characters: int) -> str | None:
    if value is None:
        return None
    try:
        text = unquote(value, errors="strict").strip()
    except UnicodeDecodeError:
        raise PurposeMalformed(reason="it is not percent-encoded UTF-8") from None
    if len(text) > max_characters:
        raise PurposeMalformed(reason="it is too long")
    return text or None
