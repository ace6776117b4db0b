"""Members of a JSON object, each of the kind that it should be. What is absent or null is `None` or empty.

Every function raises `KeyError` for a required member that is absent, and `ValueError` for one of another
kind or for text that no database keeps (a lone surrogate, a zero character). Both name the member, never its
value.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any


def record_of(value: Any, name: str) -> Mapping[str, Any]:
    """A value that must be an object."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} is no object")
    return value


def text(value: Mapping[str, Any], name: str) -> str:
    """A required text."""
    return _text_of(value[name], name)


def optional_text(value: Mapping[str, Any], name: str) -> str | None:
    """A text or nothing."""
    found = value.get(name)
    return None if found is None else _text_of(found, name)


def texts(value: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts."""
    return tuple(_text_of(each, name) for each in _list_of(value.get(name), name))


def optional_date(value: Mapping[str, Any], name: str) -> date | None:
    """A calendar day, `YYYY-MM-DD`, or nothing."""
    found = optional_text(value, name)
    return None if found is None else date.fromisoformat(found)


def whole(value: Mapping[str, Any], name: str) -> int:
    """A required whole number."""
    found = value[name]
    if not isinstance(found, int) or isinstance(found, bool):
        raise ValueError(f"{name} is no whole number")
    return found


def optional_whole(value: Mapping[str, Any], name: str) -> int | None:
    """A whole number or nothing."""
    return None if value.get(name) is None else whole(value, name)


def optional_flag(value: Mapping[str, Any], name: str) -> bool | None:
    """A truth value or nothing."""
    found = value.get(name)
    if found is not None and not isinstance(found, bool):
        raise ValueError(f"{name} is no truth value")
    return found


def optional_record(value: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """An object or nothing."""
    found = value.get(name)
    return None if found is None else record_of(found, name)


def records(value: Mapping[str, Any], name: str, *, is_required: bool = False) -> list[Mapping[str, Any]]:
    """A list of objects."""
    found = value[name] if is_required else value.get(name)
    return [record_of(each, name) for each in _list_of(found, name)]


def _list_of(found: Any, name: str) -> list[Any] | tuple[Any, ...]:
    if found is None:
        return ()
    if not isinstance(found, list | tuple):
        raise ValueError(f"{name} is no list")
    return found


def _text_of(found: Any, name: str) -> str:
    if not isinstance(found, str):
        raise ValueError(f"{name} is no text")
    if not found.isascii() and any("\ud800" <= sign <= "\udfff" for sign in found):
        raise ValueError(f"{name} is no Unicode text")
    if "\x00" in found:
        raise ValueError(f"{name} holds a zero character")
    return found
