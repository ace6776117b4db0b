"""Separators of an interchange: which ones hold, and how a raw segment is split by them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

SERVICE_TAGS = frozenset(["UNB", "UNG", "UNH", "UNT", "UNE", "UNZ"])
# The tags of the messages that airlines and States exchange: PAXLST, PNRGOV, CUSRES, CONTRL.
_TRAVEL_TAGS = (
    "ABI ADD APD ATI ATT AUT BGM CNT COM CPI CTA DAT DOC DTM DUM EBD EMP EQN ERC ERI ERP FAR FOP FTI FTX "
    "GEI GID GR. IFT LOC LTS MEA MON MSD MSG NAD NAT ODI ORG PTK QTY RCI REF RFF RPI SAC SRC SSD SSR TBD TDT "
    "TIF TKT TRA TRI TVL TXD UCD UCF UCI UCM UCS"
)
KNOWN_TAGS = SERVICE_TAGS | frozenset(_TRAVEL_TAGS.split())

_RELEASED = {"\x01": "release", "\x02": "element", "\x03": "component", "\x04": "terminator"}
STRAY_RELEASE = "\x05"
_RELEASED_REPETITION = "\x06"
FIRST_VERSION_WITH_REPETITION = "4"
# Where an element is sent several times, each is a segment of its own. In any other segment the mark is text:
# a name or a remark must not be cut over a sign that travel data never uses for what it is meant.
REPEATED_TAGS = frozenset(["COM", "NAT", "RFF"])


@dataclass(frozen=True, slots=True)
class Separators:
    """The characters that hold an interchange together.

    `release` is empty where the sender uses none, `repetition` where none is declared or the syntax is older
    than version 4.
    """

    component: str = ":"
    element: str = "+"
    release: str = "?"
    terminator: str = "'"
    repetition: str = ""


class Segment(NamedTuple):
    """A tag in upper case, its 1-based position, and its elements, each a list of components."""

    tag: str
    position: int
    elements: list[list[str]]

    def get(self, element: int, component: int = 0) -> str:
        """A component without the blanks around it; empty where it was left out. Both count from 0."""
        elements = self.elements
        if element >= len(elements) or component >= len(elements[element]):
            return ""
        return elements[element][component].strip()


def split_segment(raw: str, position: int, separators: Separators) -> Segment:
    """Split one raw segment into elements and components, and put released characters back."""
    if raw in KNOWN_TAGS:
        # SRC stands bare before each PNR.
        return Segment(raw, position, [])
    component = separators.component
    parts = raw.split(separators.element)
    tag = parts[0]
    elements = [part.split(component) for part in parts[1:]]
    if not raw.isprintable():
        elements = [[_restored(text, separators) for text in element] for element in elements]
    return Segment(tag if tag in KNOWN_TAGS else tag.strip().upper(), position, elements)


def split_repeated(raw: str, position: int, separators: Separators) -> Iterator[Segment]:
    """The same segment once for each time that its first repeated element was sent; once where none was.

    What stands before the repeated element is common to all, what stands after it belongs to the first.

    Source:
        ISO 9735 version 4 as restated in `spec/edifact.md` §1 (repetition separator).
    """
    repetition, element = separators.repetition, separators.element
    parts = raw.split(element)
    place = next((place for place, part in enumerate(parts) if repetition in part), 0)
    if not repetition or not place or parts[0].strip().upper() not in REPEATED_TAGS:
        yield split_segment(raw, position, separators)
        return
    first, *others = parts[place].split(repetition)
    yield split_segment(element.join([*parts[:place], first, *parts[place + 1 :]]), position, separators)
    for other in others:
        yield split_segment(element.join([*parts[:place], other]), position, separators)


def _restored(text: str, separators: Separators) -> str:
    for mark, name in _RELEASED.items():
        text = text.replace(mark, getattr(separators, name))
    return text.replace(STRAY_RELEASE, separators.release).replace(
        _RELEASED_REPETITION, separators.repetition
    )


def find_separators(text: str, *, element: str, component: str, advice: str, version: str) -> Separators:
    """The separators that UNA advises, where they fit the text; else those that UNB and UNH show.

    Args:
        text: The interchange from UNB on.
        element: The character after `UNB`.
        component: The character after the syntax identifier.
        advice: What stands between `UNA` and `UNB`: six characters, five where one was lost, or none.
        version: The syntax version's digit.
    """
    if len(advice) == len("UNA:+.? '") - len("UNA"):
        repetition = advice[4].strip() if version >= FIRST_VERSION_WITH_REPETITION else ""
        advised = Separators(advice[0], advice[1], advice[3].strip(), advice[5], repetition)
        if _fits(advised, text, element, component):
            return advised
    before_message = re.search(rf"([^\w\s])\s*UN[GH]{re.escape(element)}", text, re.IGNORECASE)
    terminator = before_message[1] if before_message else "'"
    # An advice that lost a character still names its release character third from the end.
    release = advice[-3].strip() if advice else "?"
    taken = {element, component, terminator}
    release = next((mark for mark in (release, "?") if mark not in taken), "")
    return Separators(component, element, release, terminator)


def _fits(advised: Separators, text: str, element: str, component: str) -> bool:
    used = [advised.component, advised.element, advised.terminator, advised.release]
    used += [advised.repetition] if advised.repetition else []
    is_distinct = len(set(used)) == len(used) and not any(mark.isspace() for mark in used)
    follows = re.search(
        rf"{re.escape(advised.terminator)}\s*UN[GHZ]{re.escape(element)}", text, re.IGNORECASE
    )
    return is_distinct and (advised.element, advised.component) == (element, component) and bool(follows)


def mark_released(text: str, separators: Separators) -> str:
    """The text with each released character, and each stray release, as one control character.

    Control characters were removed before, so that they cannot be mistaken for data.
    """
    release = separators.release
    if not release or release not in text:
        return text
    for mark, name in _RELEASED.items():
        text = text.replace(release + getattr(separators, name), mark)
    if separators.repetition:
        text = text.replace(release + separators.repetition, _RELEASED_REPETITION)
    # Where none is declared, a released repetition mark is the mark itself.
    return text.replace(release + "*", "*").replace(release, STRAY_RELEASE)


def raw_segments(text: str, separators: Separators) -> Iterator[tuple[str, bool]]:
    """Each terminated segment up to UNZ, and whether it was cut by a terminator in its data and rejoined."""
    element, terminator = separators.element, separators.terminator
    known_only = terminator != "'"
    pending = ""
    cut: list[str] = []
    pieces = text.split(terminator)
    pieces.pop()
    for piece in pieces:
        raw, tag = piece, piece[:3]
        # Nearly every piece begins with a known tag in capitals; the others are looked at closely.
        if not (piece[3:4] == element and tag in KNOWN_TAGS):
            raw = piece.lstrip(" ")
            tag = raw[:3].upper()
            # Three letters alone are the end of a name, as in O'DAY, unless they are a known tag.
            is_tag = raw[3:4] in {element, ""} and (
                tag in KNOWN_TAGS or (not known_only and raw[3:4] == element and tag.isalpha())
            )
            if not is_tag:
                if raw:
                    cut.append(piece)
                continue
        if cut:
            yield terminator.join([pending, *cut]), True
            cut = []
        elif pending:
            yield pending, False
        pending = raw
        if tag == "UNZ":
            yield raw, False
            return
    if pending:
        yield terminator.join([pending, *cut]), bool(cut)
