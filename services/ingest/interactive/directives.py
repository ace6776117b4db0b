"""A State's table of directives: which code stands for which meaning, with what words, and the error codes.

Only `0Z` and `1Z` mean the same everywhere; all others are a State's own, and therefore settings. A code that
a table does not know never reads as "may board".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MAX_TABLE_BYTES = 262_144
UNLISTED_TRAVELLER_ERROR, UNLISTED_MESSAGE_ERROR = "100", "300"


class Meaning(StrEnum):
    """What a directive tells the carrier to do with one traveller."""

    BOARD = "BOARD"
    DO_NOT_BOARD = "DO_NOT_BOARD"
    ADVISE = "ADVISE"
    RESUBMIT = "RESUBMIT"
    NO_ANSWER = "NO_ANSWER"


@dataclass(frozen=True, slots=True)
class Directive:
    """One row of the table: the code of ERC 9321, its meaning, and the words for the agent (FTX AAP)."""

    code: str
    meaning: Meaning
    text: str


class DirectivesRefused(Exception):
    """A table that cannot be used; its text is one full sentence, and the service does not start."""


@dataclass(frozen=True)
class DirectiveTable:
    """The directives in the order of the table: of several codes with one meaning, the first is sent.

    `error_codes` gives the number that is sent beside the directive for each of our fault codes; the faults
    themselves name the segment (`ERP` C853).

    Source:
        `spec/cusres.md` §2.
    """

    directives: tuple[Directive, ...]
    error_codes: Mapping[str, str]

    def sent_for(self, meaning: Meaning) -> Directive:
        """The directive that carries a meaning; a table in use has one for each."""
        return next(each for each in self.directives if each.meaning is meaning)

    def meaning_of(self, code: str) -> Meaning:
        """What a code received means here.

        A code that is not listed has the meaning of its first character where all listed codes with that
        character agree, since the second only refines it; every other code is no answer.
        """
        listed = {each.code: each.meaning for each in self.directives}
        if code in listed:
            return listed[code]
        family = {each.meaning for each in self.directives if code[:1] == each.code[0]}
        return family.pop() if len(family) == 1 else Meaning.NO_ANSWER

    def error_code(self, fault_code: str, *, of_message: bool) -> str | None:
        """The number for a fault, or nothing where the State sends no numbers."""
        if not self.error_codes:
            return None
        unlisted = UNLISTED_MESSAGE_ERROR if of_message else UNLISTED_TRAVELLER_ERROR
        return self.error_codes.get(fault_code, unlisted)


_Code = Annotated[str, Field(pattern=r"^[0-9][0-9A-Z]$")]
_Number = Annotated[str, Field(pattern=r"^[0-9A-Z]{1,3}$")]
_Text = Annotated[str, Field(pattern=r"^[ -~]{1,120}$")]
# The agent, the queue and the traveller read the text: nothing in it may say that somebody looks for anybody.
_TELLING = re.compile(
    r"\b(WATCH ?-?LIST\w*|TERROR\w*|SUSPECT\w*|INTERPOL|MATCH\w*|SANCTION\w*)\b", re.IGNORECASE
)
_CONFIRMED: Final = {"0Z": Meaning.BOARD, "1Z": Meaning.DO_NOT_BOARD}


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    meaning: Meaning
    text: _Text


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    directives: Annotated[dict[_Code, _Row], Field(min_length=1, max_length=200)]
    error_codes: dict[Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,60}$")], _Number] | None = None

    def as_table(self) -> DirectiveTable:
        rows = tuple(Directive(code, row.meaning, row.text) for code, row in self.directives.items())
        codes = _ERROR_CODES if self.error_codes is None else self.error_codes
        return DirectiveTable(rows, codes)

    @classmethod
    def read(cls, path: Path) -> Self:
        try:
            with path.open("rb") as stream:
                content = stream.read(MAX_TABLE_BYTES + 1)
        except OSError:
            raise DirectivesRefused(f"The table of directives {path.name} cannot be read.") from None
        if len(content) > MAX_TABLE_BYTES:
            raise DirectivesRefused(
                f"The table of directives {path.name} is longer than {MAX_TABLE_BYTES} bytes."
            )
        try:
            return cls.model_validate_json(content)
        except ValidationError as fault:
            first = fault.errors(include_input=False, include_url=False, include_context=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "the file"
            raise DirectivesRefused(
                f"The table of directives {path.name} is wrong at {place}: {first['msg']}."
            ) from None


def read_table(path: Path) -> DirectiveTable:
    """Read a State's table in place of the default one.

    The file is `{"directives": {"0Z": {"meaning": "BOARD", "text": "OK TO BOARD"}, …}, "error_codes"?:
    {"BIRTH_DATE_IMPOSSIBLE": "106", …}}`; without `error_codes` ours stand, with an empty object no numbers
    are sent.

    Raises:
        DirectivesRefused: The file breaks its shape, lacks a meaning, gives `0Z` or `1Z` another meaning,
            lets one first character mean both that a traveller may board and something else, or has words
            that tell what a traveller may not learn.

    Source:
        `spec/cusres.md` §2; SG-08 (the text must not mention the watchlist).
    """
    table = _File.read(path).as_table()
    _require_usable(table, path.name)
    return table


def _require_usable(table: DirectiveTable, name: str) -> None:
    found = {each.meaning for each in table.directives}
    missing = [each.value for each in Meaning if each not in found]
    if missing:
        raise DirectivesRefused(f"The table of directives {name} has no code for {', '.join(missing)}.")
    families: dict[str, set[bool]] = {}
    for each in table.directives:
        confirmed = _CONFIRMED.get(each.code)
        if confirmed not in (None, each.meaning):
            raise DirectivesRefused(
                f"The table of directives {name} gives {each.code} the meaning {each.meaning.value}; "
                f"it means {confirmed} everywhere."
            )
        if _TELLING.search(each.text):
            raise DirectivesRefused(
                f"The text of {each.code} in the table of directives {name} tells more than agents may learn."
            )
        families.setdefault(each.code[0], set()).add(each.meaning is Meaning.BOARD)
    for character, kinds in families.items():
        if len(kinds) > 1:
            raise DirectivesRefused(
                f"The codes of the table of directives {name} that begin with {character} "
                "partly say that a traveller may board and partly not."
            )


# Our own numbers: 1xx a traveller, 2xx the flight, 3xx the message and its sender.
_ERROR_CODES: Final[Mapping[str, str]] = {
    "NAME_MISSING": "101",
    "ROLE_UNKNOWN": "102",
    "MEMBER_MISSING": "103",
    "MEMBER_INVALID": "104",
    "MAX_TRAVEL_SEGMENT_CHARACTERS": "105",
    "BIRTH_DATE_IMPOSSIBLE": "106",
    "FLIGHT_MISSING": "201",
    "FLIGHT_UNREADABLE": "202",
    "FLIGHT_NUMBER_DIFFERS": "203",
    "LEG_MISSING": "204",
    "MAX_LEGS": "205",
    "MALFORMED_MESSAGE": "301",
    "MESSAGE_TYPE_UNSUPPORTED": "302",
    "VERSION_UNSUPPORTED": "303",
    "FUNCTION_MISSING": "304",
    "FUNCTION_UNKNOWN": "305",
    "FUNCTION_NOT_TAKEN": "306",
    "REVISION_UNREADABLE": "307",
    "MAX_TRAVELLERS": "308",
    "SENDER_UNKNOWN": "310",
    "SENDER_NAME_UNKNOWN": "311",
    "WRONG_CARRIER": "312",
}

DEFAULT_TABLE: Final = DirectiveTable(
    (
        Directive("0Z", Meaning.BOARD, "OK TO BOARD"),
        Directive("1Z", Meaning.DO_NOT_BOARD, "DO NOT BOARD. CONTACT THE AUTHORITY"),
        Directive("2Z", Meaning.ADVISE, "ANSWER FOLLOWS. PLEASE WAIT"),
        Directive("4Z", Meaning.RESUBMIT, "DATA NOT READABLE. CORRECT AND RESEND"),
        Directive("9Z", Meaning.NO_ANSWER, "NO ANSWER AVAILABLE. FOLLOW YOUR OUTAGE PROCEDURE"),
    ),
    _ERROR_CODES,
)
