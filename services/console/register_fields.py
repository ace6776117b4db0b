"""How a row of a register becomes a form, and a form a row; the forms themselves are in `register_forms.py`.

A field says how it is asked and how it is written in the row; the register's own service checks the row.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.console.errors import FormFault
from services.console.page import Submitted

MAX_CHARACTERS: Final = 4000
YES_OR_NO: Final = ("yes", "no")


def as_text(value: str) -> Any:
    """The text itself."""
    return value


def as_day(value: str) -> Any:
    """A day, `2026-11-21`."""
    return date.fromisoformat(value).isoformat()


def as_whole(value: str) -> Any:
    """A whole number."""
    return int(value)


def as_parts(value: str) -> Any:
    """Several values, by semicolons."""
    return [part.strip() for part in value.split(";") if part.strip()]


def as_yes(value: str) -> Any:
    """Whether it was answered with yes."""
    return value == YES_OR_NO[0]


def as_json(value: str) -> Any:
    """What a machine wrote, such as public keys."""
    return json.loads(value)


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `choices` where the values are closed, `read` what the row has for what was written.

    A name with a dot is a member of a member. What is left empty is absent from the row, or null where the
    register asks for the member all the same (`is_null`).
    """

    name: str
    label: str
    hint: str = ""
    choices: tuple[str, ...] = ()
    read: Callable[[str], Any] = as_text
    is_needed: bool = True
    is_null: bool = False
    is_long: bool = False
    usual: str = ""

    @property
    def is_ticked(self) -> bool:
        """Whether several of the closed values may be chosen."""
        return bool(self.choices) and self.read is as_parts

    @property
    def is_day(self) -> bool:
        """Whether the browser asks for it as a day."""
        return self.read is as_day


@dataclass(frozen=True, slots=True)
class RegisterForm:
    """The form of one register of a service.

    `who` says in words who proposes and who approves; `key` names the members by which a row is known.
    """

    service: str
    register: str
    title: str
    who: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]

    def key_of(self, row: Mapping[str, Any]) -> str:
        """By what a row in force is asked for."""
        return "/".join(str(row.get(name)) for name in self.key)


def blank(form: RegisterForm) -> dict[str, str]:
    """A form that nobody wrote in yet."""
    return {field.name: field.usual for field in form.fields}


def written_of(form: RegisterForm, row: Mapping[str, Any]) -> dict[str, str]:
    """A row in force as it would be written, to propose a change of it."""
    return {field.name: _as_asked(_member(row, field.name)) for field in form.fields}


def as_written(form: RegisterForm, submitted: Submitted) -> dict[str, str]:
    """What stands in the fields, to draw the form again.

    Raises:
        FormFault: A field is too long.
    """
    return {
        field.name: "; ".join(submitted.chosen(field.name))
        if field.is_ticked
        else submitted.text(field.name, limit=MAX_CHARACTERS)
        for field in form.fields
    }


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
            if field.is_null:
                _put(row, field.name, None)
            continue
        if field.choices and not set(as_parts(value) if field.is_ticked else [value]) <= set(field.choices):
            raise FormFault(field=f"choose {field.label}")
        try:
            _put(row, field.name, field.read(value))
        except ValueError:
            raise FormFault(field=f"{field.label}: {field.hint or 'write a number'}") from None
    return row


def _put(row: dict[str, Any], name: str, value: Any) -> None:
    *outer, last = name.split(".")
    for member in outer:
        row = row.setdefault(member, {})
    row[last] = value


def _member(row: Mapping[str, Any], name: str) -> Any:
    value: Any = row
    for member in name.split("."):
        value = value.get(member) if isinstance(value, Mapping) else None
    return value


def _as_asked(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES_OR_NO[0] if value else YES_OR_NO[1]
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "; ".join(value)
    return json.dumps(value, indent=1) if isinstance(value, list | dict) else str(value)
