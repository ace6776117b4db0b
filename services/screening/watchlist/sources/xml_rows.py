"""Rows of published XML lists, as a stream: no DTD, no entities, no network, every dimension limited."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from services.screening.watchlist.sources.content import Content, first_sign, opened
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.read_list import ListLimits

_FIRST_LINE: Final = 1


@dataclass(frozen=True, slots=True)
class XmlLayout:
    """How a list is built: its root, and the elements that are rows with the element that each stands in.

    Names are local ones: publishers move their namespaces. `other_sections` stand beside the rows and are
    handed out as well, such as the one that says of when the file is. `deeper` is how many levels more than
    other lists its rows have.
    """

    root: str
    rows: Mapping[str, str]
    other_sections: frozenset[str] = frozenset()
    deeper: int = 0


class XmlRows:
    """Yields each row as it ends, checks the limits, and frees the row afterwards.

    `attributes` are the root's, known once the first row was read.
    """

    def __init__(self, content: Content, layout: XmlLayout, limits: ListLimits) -> None:
        self.attributes: dict[str, str] = {}
        self._content = content
        self._layout = layout
        self._limits = limits
        self._last_tag: str | None = None
        self._events = etree.iterparse(
            opened(content),
            events=("start", "end"),
            resolve_entities=False,
            load_dtd=False,
            dtd_validation=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )

    def __iter__(self) -> Iterator[Element]:
        """The rows and other sections, each with local names.

        Raises:
            MalformedList: Not this list, cut off, beyond the limits, with a DOCTYPE, or without any row.
        """
        if len(self._content) > self._limits.file_bytes:
            raise MalformedList(reason="LIST_TOO_LARGE", element=self._layout.root, line=None)
        if not first_sign(self._content):
            raise MalformedList(reason="NO_ROWS", element=self._layout.root, line=_FIRST_LINE)
        try:
            yield from self._rows()
        except etree.XMLSyntaxError as fault:
            line = fault.lineno or 0
            raise MalformedList(reason="NOT_WELL_FORMED", element=self._last_tag, line=line) from None

    def _rows(self) -> Iterator[Element]:
        depth = rows = elements = 0
        for event, element in self._events:
            if event == "start":
                depth, elements = depth + 1, elements + 1
                self._enter(element, depth, elements)
                continue
            depth -= 1
            self._leave(element)
            name = str(element.tag)
            if name in self._layout.rows or (depth == 1 and name in self._layout.other_sections):
                rows, elements = rows + (name in self._layout.rows), 0
                if rows > self._limits.rows:
                    raise refusal("TOO_MANY_ROWS", element)
                yield element
                _free(element)
        if rows == 0:
            raise MalformedList(reason="NO_ROWS", element=self._layout.root, line=_FIRST_LINE)

    def _enter(self, element: Element, depth: int, elements: int) -> None:
        tag = str(element.tag)
        if "}" in tag or ":" in tag:
            tag = self._localised(element)
        self._last_tag = tag
        if depth == 1:
            self._open(element)
        if depth > self._limits.depth + self._layout.deeper:
            raise refusal("TOO_DEEP", element)
        if elements > self._limits.elements_a_row:
            raise refusal("ROW_TOO_LONG", element)
        section = self._layout.rows.get(tag)
        if section:
            parent = element.getparent()
            if parent is None or parent.tag != section or depth != self._depth_of(section) + 1:
                raise refusal("MISPLACED_ROW", element)

    def _localised(self, element: Element) -> str:
        """Give an element its name without namespace; setting one is slow, and most have none."""
        try:
            element.tag = local_name(element)
        except ValueError:
            # A name whose prefix nobody declared is kept whole by the parser, and refused when set again.
            raise MalformedList(
                reason="NOT_WELL_FORMED", element=self._last_tag, line=line_of(element)
            ) from None
        return str(element.tag)

    def _depth_of(self, section: str) -> int:
        """The depth of the element that rows stand in: the root's, or one below it."""
        return 1 if section == self._layout.root else len((self._layout.root, section))

    def _open(self, root: Element) -> None:
        if root.tag != self._layout.root:
            raise refusal("WRONG_ROOT", root)
        if root.getroottree().docinfo.internalDTD is not None:
            raise refusal("DOCTYPE_REFUSED", root)
        self.attributes = {str(name): str(value) for name, value in root.attrib.items()}

    def _leave(self, element: Element) -> None:
        if element.text is not None and len(element.text) > self._limits.text_characters:
            raise refusal("TEXT_TOO_LONG", element)


def local_name(element: Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def line_of(element: Element) -> int:
    """The line of the file on which an element begins, 1-based; 0 where the parser does not know."""
    line: object = element.sourceline
    return line if isinstance(line, int) else 0


def text_of(element: Element, *tags: str) -> str:
    """The text of the first such child, or child of it; white space single, empty where one is absent."""
    for tag in tags:
        child = next(element.iterchildren(tag), None)
        if child is None:
            return ""
        element = child
    return " ".join((element.text or "").split())


def refusal(reason: str, element: Element) -> MalformedList:
    """The fault that refuses the whole file, with the element and its line."""
    return MalformedList(reason=reason, element=str(element.tag), line=line_of(element))


def _free(element: Element) -> None:
    """Give back the row's memory, and that of the rows before it in the same section."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
