"""Identifiers of records as a person pastes them into a form: one a line, or parted by commas."""

from typing import Final
from uuid import UUID

from services.console.errors import FormFault
from services.console.page import Submitted

MAX_RECORDS: Final = 100


def record_ids(form: Submitted, name: str, *, is_needed: bool = True) -> list[str]:
    """The identifiers of a text field, each once, in their order.

    Raises:
        FormFault: One is no identifier, there are too many, or there is none where one is needed.
    """
    words = form.text(name).replace(",", " ").split()
    try:
        found = list(dict.fromkeys(str(UUID(word)) for word in words))
    except ValueError:
        raise FormFault(field="a record is named by its identifier, such as 01930000-0000-…") from None
    if len(found) > MAX_RECORDS or (is_needed and not found):
        raise FormFault(field=f"name 1 to {MAX_RECORDS} records")
    return found
