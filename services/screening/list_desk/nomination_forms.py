"""What a nomination says beside the person's identifiers, as it comes in: from a form or from a sheet."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from services.screening.registers.forms import In, Name, Words
from services.screening.watchlist.sources.national_sheet import (
    NationalRow,
    NationalSheet,
    SheetFault,
    title_of_term,
)

TearLine = Annotated[str, Field(min_length=1, max_length=280)]
_NOT_ALLOWED: Final = "VALUE_NOT_ALLOWED"
_CODES: Final[Mapping[str, str]] = {
    "string_too_short": "VALUE_MISSING",
    "string_too_long": "VALUE_TOO_LONG",
}


class GroundIn(In):
    """One ground: individual, with its source and its grade."""

    kind: Literal[
        "CONDUCT",
        "COURT",
        "UN_LISTING",
        "WARRANT",
        "KINSHIP",
        "ASSOCIATION",
        "BELIEF",
        "SPEECH",
        "PROTEST",
        "JOURNALISM",
        "NATIONALITY",
    ]
    text: Words
    source: Name | None = None
    grade: Annotated[str, Field(pattern=r"^[1-3][A-E]$")] | None = None
    is_fact: bool = False
    as_of: date | None = None


class NoticeIn(In):
    """What was checked about an INTERPOL notice before it is adopted (SG-18)."""

    type: Literal["RED", "BLUE", "GREEN", "ORANGE", "PURPLE", "YELLOW", "BLACK", "UN"]
    terrorism_ground: bool
    check_ref: Name | None = None
    valid: bool = False
    political: bool = True


class TermsIn(In):
    """Why the person should be listed, until when, and what the front line is told.

    `recommendation` is the nominator's own assessment; nobody who decides sees it before deciding.
    """

    category: Literal["UN_1267_LISTED", "CONVICTED", "CHARGED_OR_WARRANT", "REASONABLY_SUSPECTED"]
    grounds: Annotated[list[GroundIn], Field(min_length=1, max_length=50)]
    offence_link: Annotated[str, Field(max_length=1000)] | None = None
    summary: Annotated[str, Field(max_length=1000)] = ""
    tear_line: TearLine
    recommendation: Words
    review_due: date
    expires: date
    best_interests_id: Name | None = None
    child_specialist: Name | None = None
    notice: NoticeIn | None = None


@dataclass(frozen=True, slots=True)
class CheckedSheet:
    """A sheet whose terms were checked: rows that can be drafted, and the faults of the others."""

    rows: tuple[NationalRow, ...]
    faults: tuple[SheetFault, ...]


def checked_sheet(sheet: NationalSheet) -> CheckedSheet:
    """Hold each row's terms to the form that a nomination by hand is held to; faults name the column."""
    rows: list[NationalRow] = []
    faults = list(sheet.faults)
    for row in sheet.rows:
        try:
            terms = TermsIn.model_validate(row.terms)
        except ValidationError as fault:
            faults += [
                SheetFault(row.number, title_of_term(each["loc"]), _CODES.get(each["type"], _NOT_ALLOWED))
                for each in fault.errors(include_input=False, include_url=False)
            ]
        else:
            rows.append(replace(row, terms=terms.model_dump(mode="json")))
    return CheckedSheet(tuple(rows), tuple(sorted(faults, key=lambda fault: fault.row)))
