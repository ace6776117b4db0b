"""The forms by which a person proposes a row of screening's registers: their fields, and what is sent on.

A field says how it is asked and how it is written in the row; the register's own service checks the row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.console.errors import FormFault
from services.console.page import Submitted
from shared.policy.actions import ACTIONS, DATA_CLASSES, HANDLING_CODES, PURPOSES

MAX_CHARACTERS: Final = 2000
_ORDERS: Final = ("BOARDING_ADVICE", "BOARDING_HOLD")
_YES: Final = "yes"


def _text(value: str) -> Any:
    return value


def _day(value: str) -> Any:
    return date.fromisoformat(value).isoformat()


def _whole(value: str) -> Any:
    return int(value)


def _parted(value: str) -> Any:
    return [part.strip() for part in value.split(";") if part.strip()]


def _is_yes(value: str) -> Any:
    return value == _YES


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `choices` where the values are closed, `read` what the row has for what was written."""

    name: str
    label: str
    hint: str = ""
    choices: tuple[str, ...] = ()
    read: Callable[[str], Any] = _text
    is_needed: bool = True
    is_long: bool = False
    usual: str = ""


@dataclass(frozen=True, slots=True)
class RegisterForm:
    """The form of one register of screening; `who` says in words who proposes and who approves."""

    register: str
    title: str
    who: str
    fields: tuple[Field, ...]


_SOURCE: Final = (
    Field("source_id", "Identifier", "Capitals, digits and underlines, such as UN_SC"),
    Field("publisher", "Publisher"),
    Field(
        "kind",
        "Kind",
        choices=("UN", "NATIONAL", "PARTNER", "INTERPOL", "REGIONAL", "COMMERCIAL", "CROWD"),
    ),
    Field(
        "reader",
        "Format of the file",
        choices=("un", "ofac", "eu", "uk", "opensanctions", "interpol", "documents"),
    ),
    Field(
        "allow_list",
        "Regimes that concern terrorism",
        "As the file has them, by semicolons: Al-Qaida; ISIL. Rows of others are counted and not stored.",
        read=_parted,
    ),
    Field("handling_code", "Handling code", choices=HANDLING_CODES, usual="H1"),
    Field("conditions", "Conditions of the publisher", "By semicolons", read=_parted, is_needed=False),
    Field(
        "action_code",
        "What a confirmed match asks for",
        choices=("IDENTIFY_ONLY", "SECONDARY", "CONTACT_NOMINATOR", "TRAVEL_BAN", "ARREST_WARRANT"),
    ),
    Field("tear_line", "Tear-line for the front line", "At most 280 signs", is_long=True),
    Field("desk_phone", "The duty desk's telephone"),
    Field("source_grade", "Grade of the source", choices=("1", "2", "3"), read=_whole),
    Field("info_grade", "Grade of its information", choices=("A", "B", "C", "D", "E")),
    Field(
        "location",
        "Where the file is fetched",
        "An https address, or file:NAME or folder:NAME in the list folder; empty where you import it",
        is_needed=False,
    ),
    Field("digest_location", "Where its SHA-256 is published", is_needed=False),
    Field("verify", "What proves the file", choices=("HASH", "TLS"), usual="HASH"),
    Field("fetch_minutes", "Minutes between two fetches", read=_whole, usual="360"),
    Field("fresh_for_hours", "Hours until the alarm rings", read=_whole, usual="192"),
)
_LAW: Final = (
    Field("authority", "Authority", "The unit, as its people's accounts name it: XAA-PIU-01"),
    Field("action", "May do", choices=ACTIONS),
    Field("data_class", "With", choices=DATA_CLASSES),
    Field("purpose_code", "For", choices=PURPOSES),
    Field("valid_from", "In force from", "2026-11-21", read=_day),
    Field("valid_to", "Until", "2027-11-21", read=_day),
    Field("instrument_ref", "Law", "Number and article"),
    Field("public_url", "Where everybody can read it"),
    Field(
        "orders",
        "Boarding orders that it allows",
        f"By semicolons, for action.order with HIT alone: {'; '.join(_ORDERS)}",
        read=_parted,
        is_needed=False,
    ),
)
_RISK: Final = (
    Field("state", "State", "Three letters"),
    Field("level", "Risk of torture or ill-treatment", choices=("LOW", "MEDIUM", "HIGH")),
    Field("death_penalty", "Death penalty in law or practice", choices=("yes", "no"), read=_is_yes),
    Field("assessed_at", "Assessed on", "2026-11-21", read=_day),
    Field("sources", "Sources", "Reports of the United Nations and others, with dates", is_long=True),
)
FORMS: Final[Mapping[str, RegisterForm]] = {
    form.register: form
    for form in (
        RegisterForm(
            "legal-rows", "A law for screening", "Proposed by the legal officer, approved by another", _LAW
        ),
        RegisterForm(
            "list-sources", "A list source", "Proposed by one person, approved in another role", _SOURCE
        ),
        RegisterForm(
            "country-risk",
            "A State's risk",
            "Proposed by the human-rights officer, approved by another",
            _RISK,
        ),
    )
}


def blank(form: RegisterForm) -> dict[str, str]:
    """A form that nobody wrote in yet."""
    return {field.name: field.usual for field in form.fields}


def as_written(form: RegisterForm, submitted: Submitted) -> dict[str, str]:
    """What stands in the fields, to draw the form again.

    Raises:
        FormFault: A field is too long.
    """
    return {field.name: submitted.text(field.name, limit=MAX_CHARACTERS) for field in form.fields}


def row_of(form: RegisterForm, written: Mapping[str, str]) -> dict[str, Any]:
    """The row that is proposed; what was left empty is absent.

    Raises:
        FormFault: A field is missing, or is not what it asks for.
    """
    row: dict[str, Any] = {}
    for field in form.fields:
        value = written[field.name]
        if not value:
            if field.is_needed:
                raise FormFault(field=f"{field.label} is missing")
            continue
        if field.choices and value not in field.choices:
            raise FormFault(field=f"choose {field.label}")
        try:
            row[field.name] = field.read(value)
        except ValueError:
            raise FormFault(field=f"{field.label}: {field.hint or 'write a number'}") from None
    return row
