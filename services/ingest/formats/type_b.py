"""The Type-B envelope: address lines and origin that teletype networks put before an interchange."""

import re
from dataclasses import dataclass

MAX_HEADER_CHARACTERS = 1_000

_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")
# An address is city, department and airline, seven characters; a priority is two letters, as in QK or QU.
_ADDRESSES = re.compile(r"(?:([A-Z]{2}) )?((?:[A-Z0-9]{7})(?: [A-Z0-9]{7})*)\.?")
_ORIGIN = re.compile(r"\.([A-Z0-9]{7})(?: .*)?")
_POSSIBLE_DUPLICATE = re.compile(r"\bPDM\b")


@dataclass(frozen=True, slots=True)
class TypeBHeader:
    """Whom a Type-B message was addressed to, by whom, and whether the network may deliver it twice."""

    priority: str | None
    addressees: tuple[str, ...]
    origin: str
    is_possible_duplicate: bool


def read_type_b_header(text: str) -> TypeBHeader | None:
    """What the lines before an interchange say; `None` where they have no origin line, so are no header.

    Args:
        text: What stands before UNA or UNB, control characters included; the last `MAX_HEADER_CHARACTERS`
            of it are read.

    Source:
        `spec/edifact.md` §6.
    """
    lines = [line.strip() for line in _BREAKS.split(text[-MAX_HEADER_CHARACTERS:].upper())]
    origins = [place for place, line in enumerate(lines) if _ORIGIN.fullmatch(line)]
    if not origins:
        return None
    origin = _ORIGIN.fullmatch(lines[origins[-1]])
    assert origin is not None
    blocks = [found for line in lines[: origins[-1]] if (found := _ADDRESSES.fullmatch(line))]
    return TypeBHeader(
        priority=next((block[1] for block in blocks if block[1]), None),
        addressees=tuple(address for block in blocks for address in block[2].split()),
        origin=origin[1],
        is_possible_duplicate=any(_POSSIBLE_DUPLICATE.search(line) for line in lines),
    )
