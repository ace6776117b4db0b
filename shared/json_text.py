"""JSON text written and read by compiled code: whole manifests go through it several times each."""

from typing import Any

from pydantic_core import from_json, to_json


def write_json(value: Any) -> str:
    """Compact JSON text, letters of every script as themselves.

    Besides JSON's own values it takes contracts, dates, instants and identifiers, as text.

    Raises:
        pydantic_core.PydanticSerializationError: The value holds something else, or text that is no Unicode
            (a lone surrogate).
    """
    return to_json(value, inf_nan_mode="constants").decode()


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: The text is none.
    """
    return from_json(text)
