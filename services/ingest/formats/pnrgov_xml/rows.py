"""The rows of PNRGOV's grammar, as the XML reader writes them for the reader of segments.

Meaning is read in one place, from segments; here stands only which segment an XML element is.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from services.ingest.formats.pnrgov_xml.tree import Node

Element = str | tuple[str, ...]

# Separators that stand in data, as the syntax layer hands them on once their release is resolved.
_DATA = str.maketrans({"+": "\x02", ":": "\x03", "'": "\x04"})
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_CENTURY: Final = 2000


@dataclass(slots=True, repr=False)
class Rows:
    """Raw segments in the order of the grammar, and for each the element and line that it came from."""

    raw: list[str] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)

    def add(self, source: Node, tag: str, *elements: Element) -> None:
        """Write one segment; empty elements and components at the end are left out."""
        parts = [tag, *(_element(element) for element in elements)]
        while not parts[-1]:
            parts.pop()
        self.raw.append("+".join(parts))
        self.places.append((source.sent_name, source.line))

    def add_filled(self, source: Node, tag: str, *elements: Element) -> None:
        """Write one segment, unless nothing stands in it."""
        if any(text for element in elements for text in _components(element)):
            self.add(source, tag, *elements)

    def extend(self, others: "Rows") -> None:
        """Append what others wrote."""
        self.raw.extend(others.raw)
        self.places.extend(others.places)


def _components(element: Element) -> tuple[str, ...]:
    return (element,) if isinstance(element, str) else element


def _element(element: Element) -> str:
    parts = [text if not text or text.isalnum() else _as_data(text) for text in _components(element)]
    while parts and not parts[-1]:
        parts.pop()
    return ":".join(parts)


def _as_data(text: str) -> str:
    return _CONTROLS.sub(" ", text).translate(_DATA)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def local_time(text: str) -> tuple[str, str]:
    """A local date and time as `DDMMYY` and `HHMM`, an offset left out; a text of another shape as sent.

    What is no date of this century is handed on as it is, so that the reader of segments finds fault with it.
    """
    moment = _moment(text)
    if moment is None or not _CENTURY <= moment.year < _CENTURY + 100:
        return text, ""
    return moment.strftime("%d%m%y"), moment.strftime("%H%M") if len(text) > len("2027-11-14") else ""


def utc_time(text: str) -> tuple[str, str]:
    """The same for an instant: one with an offset in UTC, one without as sent."""
    moment = _moment(text)
    if moment is None or moment.tzinfo is None:
        return local_time(text)
    return local_time(moment.astimezone(UTC).isoformat())


def document_date(text: str) -> str:
    """A date of a travel document as `DDMMMYYYY`, the century kept; a text of another shape as sent."""
    moment = _moment(text)
    return text if moment is None else moment.strftime("%d%b%Y").upper()
