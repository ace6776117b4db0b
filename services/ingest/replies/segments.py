"""Writing EDIFACT: segments with released characters, under the default separators."""

import re
from collections.abc import Iterable

from shared.travel.message import Addresses, ParsedMessage

ADVICE = "UNA:+.? '"
_RELEASED = re.compile(r"[:+?']")
# Nothing but what every repertoire holds goes out; anything else would be a guess about the reader's.
_UNPRINTABLE = re.compile(r"[^ -~]")

Element = str | tuple[str | None, ...] | None


def write_segment(tag: str, *elements: Element) -> str:
    """One segment with its terminator; empty elements and components at the end are left out."""
    parts = [tag, *(_element(element) for element in elements)]
    return "+".join(_without_empty_end(parts)) + "'"


def part_element(part: int, *, is_last: bool) -> tuple[str, str]:
    """S010 of a UNH: C on the first of several parts, F on the last or only one, no letter between.

    Source:
        `spec/edifact.md` §8.
    """
    return f"{part:02}", "F" if is_last else "C" if part == 1 else ""


def reply_addresses(message: ParsedMessage, own_name: str) -> Addresses:
    """From whom to whom the reply to a message goes: back to its sender, from whom it was addressed to.

    Each keeps its qualifier and its internal address, by which a host finds the application that asked.
    Without a recipient the reply is from `own_name`.

    Source: ISO 9735, S002 and S003 (0008 is for reverse routing); `spec/edifact.md` §5.
    """
    sent = message.addresses
    return Addresses(
        sender=(message.recipient or own_name, *sent.recipient[1:]),
        recipient=(message.sender or "", *sent.sender[1:]),
    )


def group_reply_addresses(message: ParsedMessage, own_name: str) -> Addresses:
    """The same for UNG, where the message came in a group; else those of UNB."""
    around, group = reply_addresses(message, own_name), message.group_addresses
    if group is None:
        return around
    return Addresses(group.recipient or around.sender, group.sender or around.recipient)


def _element(element: Element) -> str:
    if isinstance(element, tuple):
        return ":".join(_without_empty_end([_released(text or "") for text in element]))
    return _released(element or "")


def _without_empty_end(parts: list[str]) -> list[str]:
    while parts and not parts[-1]:
        parts.pop()
    return parts


def _released(text: str) -> str:
    if text.isalnum() and text.isascii():
        return text
    return _RELEASED.sub(r"?\g<0>", _UNPRINTABLE.sub(" ", text))


def join_segments(segments: Iterable[str]) -> str:
    """An interchange, a segment a line, as people read it; the line breaks are no data."""
    return "\r\n".join(segments) + "\r\n"
