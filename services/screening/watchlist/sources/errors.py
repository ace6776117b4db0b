"""Faults of a published list: the file as a whole is refused, or a row is flagged."""

from dataclasses import dataclass

from shared.errors import DomainError


class MalformedList(DomainError):
    """The file is not the list that it should be; nothing of it may be loaded.

    Facts: `reason` (a stable word), `element` (the tag met or missing, `None` before the first) and
    `line` (1-based).
    """

    code = "MALFORMED_LIST"
    sentence = "The list cannot be read: {reason} at element {element}, line {line}."

    def __init__(self, reason: str, element: str | None, line: int | None) -> None:
        super().__init__(reason=reason, element=element, line=line)
        self.reason = reason
        self.element = element
        self.line = line


@dataclass(frozen=True, slots=True)
class RowFault:
    """What could not be understood in a row that was otherwise kept. Holds no text of the row.

    `reference` is the source's own, `line` 1-based, `code` one of UNMAPPED_STATE, UNREADABLE_DATE,
    BIRTH_DATE_WITHOUT_YEAR, DOCUMENT_WITHOUT_NUMBER, OTHER_CALENDAR, STATE_LINKED_PROGRAMME,
    UNKNOWN_QUALITY, UNKNOWN_SEX, UNKNOWN_ELEMENT.
    """

    code: str
    reference: str
    element: str
    line: int

    def as_json(self) -> dict[str, str | int]:
        """`{"code", "reference", "element", "line"}`."""
        return {"code": self.code, "reference": self.reference, "element": self.element, "line": self.line}
