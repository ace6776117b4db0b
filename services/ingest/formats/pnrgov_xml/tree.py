"""XML bytes to plain nodes: no document type, no entities, no network, every dimension limited.

Names are local names without case, underscores and hyphens, because senders disagree on all of these
(`SSR_Code`, `SSRCode`, `SurName`, `TEXT`) and put the namespace on some elements only.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from services.ingest.errors import DoctypeForbidden, MalformedMessage, UnsupportedMessage

ROOT: Final = "iatapnrgovnotifrq"
RESERVATION: Final = "pnr"
# What stands where a sender has no value but its schema wants one.
_NOTHING = frozenset({"", "-"})


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """What a message may hold at most; the elements of each reservation are counted anew."""

    message_bytes: int = 32 * 1024 * 1024
    depth: int = 24
    reservations: int = 10_000
    elements_a_reservation: int = 20_000
    elements_outside: int = 5_000
    attributes_an_element: int = 64
    characters_a_value: int = 4_096


DEFAULT_LIMITS: Final = XmlLimits()


@dataclass(slots=True, repr=False)
class Node:
    """An element: its name, the name as sent, its line, its attributes, its text and what stands in it."""

    name: str
    sent_name: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: "list[Node]" = field(default_factory=list)

    def value(self, *names: str) -> str:
        """The first of these names that holds something, as an attribute or as a child's text; else empty."""
        for name in names:
            found = self.attributes.get(name, "")
            if found in _NOTHING:
                found = next((child.text for child in self.children if child.name == name), "")
            if found not in _NOTHING:
                return found
        return ""

    def all(self, *names: str) -> "list[Node]":
        """The children with one of these names, in the order sent."""
        return [child for child in self.children if child.name in names]

    def first(self, *names: str) -> "Node":
        """The first child with one of these names; an empty node where there is none."""
        return next((child for child in self.children if child.name in names), Node("", "", self.line, {}))

    def below(self, *names: str) -> "Iterator[Node]":
        """Every node with one of these names at any depth, in the order sent."""
        for child in self.children:
            if child.name in names:
                yield child
            else:
                yield from child.below(*names)


@lru_cache(maxsize=4_096)
def plain_name(tag: str) -> str:
    """A local name without what senders disagree on."""
    local = tag.rpartition("}")[2].rpartition(":")[2]
    return local.replace("_", "").replace("-", "").lower()


def read_nodes(body: bytes, limits: XmlLimits = DEFAULT_LIMITS) -> Iterator[Node]:
    """The root as it opens, then each reservation as it ends.

    The root's node fills with everything that is no reservation while the message is read, so that a message
    that breaks off can still be answered under its references. One reservation is held at a time: memory does
    not grow with their number.

    Args:
        body: The XML, at most `limits.message_bytes`.
        limits: What the message may hold at most.

    Raises:
        UnsupportedMessage: The root is none of PNRGOV's, or there is none.
        DoctypeForbidden: A document type is declared.
        MalformedMessage: Not well-formed, cut off, or over a limit; `segment` is the element, `position` its
            line.

    Source:
        `spec/pnrgov.md` §13; OWASP XML external entity prevention.
    """
    if len(body) > limits.message_bytes:
        raise MalformedMessage("MAX_MESSAGE_BYTES", "IATA_PNRGOV_NotifRQ", 1)
    reading = _TreeReading(limits)
    events = etree.iterparse(
        BytesIO(body),
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for event, element in events:
            if event == "start":
                yield from reading.enter(element)
            else:
                yield from reading.leave(element)
    except etree.XMLSyntaxError as fault:
        raise reading.refusal_of(fault) from None


class _TreeReading:
    """One pass over a message: the open elements, and how much of the limits is used."""

    def __init__(self, limits: XmlLimits) -> None:
        self._limits = limits
        self._open: list[Node] = []
        self._elements = 0
        self._elements_outside = 0
        self._reservations = 0
        self._reservation_depth = 0
        self._last = ("", 1)

    def enter(self, element: Element) -> Iterator[Node]:
        """Open an element, once it is within the limits; give out the root."""
        tag, line = str(element.tag).rpartition("}")[2], _line_of(element)
        self._last = (tag, line)
        if not self._open:
            _require_root(element, plain_name(tag))
        limits = self._limits
        self._require(len(self._open) < limits.depth, "MAX_DEPTH")
        self._require(len(element.attrib) <= limits.attributes_an_element, "MAX_ATTRIBUTES")
        attributes = {plain_name(str(name)): self._text(value) for name, value in element.attrib.items()}
        node = Node(plain_name(tag), tag, line, attributes)
        self._open.append(node)
        self._count(node)
        if len(self._open) == 1:
            yield node

    def _count(self, node: Node) -> None:
        limits = self._limits
        if self._reservation_depth:
            self._elements += 1
            self._require(self._elements <= limits.elements_a_reservation, "MAX_ELEMENTS")
        elif node.name == RESERVATION:
            self._reservation_depth, self._elements = len(self._open), 0
            self._reservations += 1
            self._require(self._reservations <= limits.reservations, "MAX_RESERVATIONS")
        else:
            self._elements_outside += 1
            self._require(self._elements_outside <= limits.elements_outside, "MAX_ELEMENTS")

    def leave(self, element: Element) -> Iterator[Node]:
        """Close an element: give out a reservation, and keep any other in its parent."""
        node = self._open.pop()
        self._last = (node.sent_name, node.line)
        node.text = self._text(element.text or "")
        element.clear()
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
        if self._reservation_depth == len(self._open) + 1:
            self._reservation_depth = 0
            yield node
        elif self._open:
            self._open[-1].children.append(node)

    def refusal_of(self, fault: etree.XMLSyntaxError) -> MalformedMessage | UnsupportedMessage:
        """What broke, and where; the parser's own words may quote the sender and are left out."""
        # The parser's stubs do not know the error's number, though every one has it.
        if getattr(fault, "code", None) == etree.ErrorTypes.ERR_DOCUMENT_EMPTY:
            return UnsupportedMessage("XML")
        return MalformedMessage("XML_UNREADABLE", self._last[0] or "XML", fault.lineno or 1)

    def _text(self, text: str | bytes) -> str:
        value = str(text)
        if not value.isalnum():
            value = " ".join(value.split())
        self._require(len(value) <= self._limits.characters_a_value, "MAX_CHARACTERS")
        return value

    def _require(self, is_kept: bool, limit: str) -> None:
        if not is_kept:
            raise MalformedMessage(limit, *self._last)


def _require_root(element: Element, name: str) -> None:
    # The root decides what the body is, so that a document type in other XML is told as such too.
    if element.getroottree().docinfo.internalDTD is not None:
        raise DoctypeForbidden("DOCTYPE")
    if name != ROOT:
        raise UnsupportedMessage("XML")


def _line_of(element: Element) -> int:
    line: object = element.sourceline
    assert isinstance(line, int), "the parser numbers the lines of what it reads"
    return line
