"""What a person reads where a service says that a form's field has not the shape that it takes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from services.console.words import in_words

MAX_FAULTS_TOLD: Final = 5
#: The checks that fail for what a person types, by pydantic's names.
_FAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "missing": "is missing",
        "string_too_short": "is too short",
        "string_too_long": "is too long",
        "too_short": "has too few",
        "too_long": "has too many",
        "date_from_datetime_parsing": "is no day",
        "date_parsing": "is no day",
        "datetime_from_date_parsing": "is no time",
        "datetime_parsing": "is no time",
        "uuid_parsing": "is no identifier",
        "int_parsing": "is no number",
        "greater_than": "is too small",
        "greater_than_equal": "is too small",
        "less_than": "is too large",
        "less_than_equal": "is too large",
    }
)


def shape_in_words(problem: Mapping[str, Any]) -> str:
    """`Please correct the form: document number is too short.`, or nothing where no field is named.

    Args:
        problem: What a service answered; the `faults` of its INVALID_REQUEST name places, and no value.
    """
    faults = problem.get("faults") if problem.get("code") == "INVALID_REQUEST" else None
    rows = [row for row in faults if isinstance(row, dict)] if isinstance(faults, list) else []
    told = dict.fromkeys(filter(None, map(_told, rows[:MAX_FAULTS_TOLD])))
    return f"Please correct the form: {', '.join(told)}." if told else ""


def _told(fault: Mapping[str, Any]) -> str:
    """One field and what is wrong with it; nothing for a fault of the whole body."""
    steps = str(fault.get("location", "")).split(".")[1:]
    names = [step for step in steps if not step.isdecimal() and not step.startswith("<")]
    if not names:
        return ""
    name = in_words(names[-1])
    return f"{name[:1].lower()}{name[1:]} {_FAULTS.get(str(fault.get('fault')), 'is not as it is asked for')}"
