"""A long list in the UN's format read in slices: only new and changed persons are parsed. Pure.

Each person's element is cut out as it is written and compared by its digest; what is left of the file, with
the elements that are read, is a shorter file of the same format for its reader. A file in which cutting could
go wrong, because of comments, sections of unparsed text or instructions, is read whole.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from services.screening.watchlist import entry
from services.screening.watchlist.slices import ROWS_A_SLICE, Rows, Slice, Takes
from services.screening.watchlist.sources import un_individual, un_states, un_xml, xml_rows
from services.screening.watchlist.sources.content import Content
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.read_list import ListToRead

#: A shorter file is read whole within half a second.
SLICED_FROM_BYTES: Final = 4 * 1024 * 1024
_OPENS: Final = b"<INDIVIDUAL>"
_CLOSES: Final = b"</INDIVIDUAL>"
_REFERENCE: Final = re.compile(rb"<REFERENCE_NUMBER>\s*([^<&\s]+)\s*</REFERENCE_NUMBER>")
_REGIME: Final = re.compile(rb"<UN_LIST_TYPE>\s*([^<&]*[^<&\s])\s*</UN_LIST_TYPE>")
_NAME: Final = re.compile(rb"<FIRST_NAME>\s*[^<\s]")
_UNCUT: Final = (b"<!", b"<?xml-", b"<INDIVIDUAL ", b":INDIVIDUAL")


def is_sliced_un(content: Content, at_least: int = SLICED_FROM_BYTES) -> bool:
    """Whether a file is long, and its persons can be told apart by their tags alone."""
    if len(content) < at_least or any(content.find(sign) >= 0 for sign in _UNCUT):
        return False
    opened, closed = (sum(1 for _ in re.finditer(tag, content)) for tag in (_OPENS, _CLOSES))
    return opened == closed > 0


class UnSlices:
    """A list in the UN's format, read once from top to bottom."""

    def __init__(self, file: ListToRead, takes: Takes) -> None:
        self._file = file
        self._rows = Rows(file, takes, un_xml, un_individual, un_states, xml_rows, entry)
        self._regimes: dict[bytes, str] = {}
        content = file.content
        if len(content) > file.limits.file_bytes:
            raise MalformedList(reason="LIST_TOO_LARGE", element="CONSOLIDATED_LIST", line=None)
        self._before = content[: content.find(_OPENS)]
        self._after = content[content.rfind(_CLOSES) + len(_CLOSES) :]

    def __iter__(self) -> Iterator[Slice]:
        """The slices; the first one has all that is no person, and knows of when the file is.

        Raises:
            MalformedList: Not this format, cut off, beyond the limits, a person stands twice.
        """
        content = self._file.content
        part, read = self._frame(), []
        line, end = 1 + self._before.count(b"\n"), len(self._before)
        for number, (start, after) in enumerate(_spans(content), start=1):
            between, person = content[end:start], content[start:after]
            if between.strip():
                raise MalformedList(reason="NOT_WELL_FORMED", element="INDIVIDUAL", line=line)
            line += between.count(b"\n")
            if number > self._file.limits.rows:
                raise MalformedList(reason="TOO_MANY_ROWS", element="INDIVIDUAL", line=line)
            if self._is_read(part, person, line):
                read.append((person, line))
            line, end = line + person.count(b"\n"), after
            if number % ROWS_A_SLICE == 0:
                part.share = end / len(content)
                yield self._with_content(part, read)
                part, read = Slice(), []
        part.share = 1.0
        yield self._with_content(part, read)

    def _frame(self) -> Slice:
        """What is no person, as its reader counts it: with one person, because a list of none is refused."""
        content = self._file.content
        person = content[content.find(_OPENS) : content.find(_CLOSES) + len(_CLOSES)]
        frame = un_xml.read_un_list(replace(self._file, content=self._before + person + self._after))
        return Slice(generated_at=frame.generated_at, entities_left_out=frame.entities_left_out)

    def _is_read(self, part: Slice, person: bytes, line: int) -> bool:
        """Count a person; whether it has to be read, because it is new, changed or broken."""
        reference, regime = _REFERENCE.search(person), _REGIME.search(person)
        part.individuals += 1
        if reference is None or regime is None:
            return True
        number = reference[1].decode(errors="replace")
        if self._rows.is_repeated(number):
            raise MalformedList(reason="REPEATED_REFERENCE", element="INDIVIDUAL", line=line)
        name = self._regime(regime[1])
        part.by_regime[name] += 1
        if name not in self._file.regimes:
            return _NAME.search(person) is None
        return self._rows.is_taken(part, number, person)

    def _regime(self, written: bytes) -> str:
        """A regime's name; a list has a few, on many persons."""
        name = self._regimes.get(written)
        if name is None:
            name = self._regimes[written] = " ".join(written.decode(errors="replace").split())
        return name

    def _with_content(self, part: Slice, persons: list[tuple[bytes, int]]) -> Slice:
        """A slice with the persons of it that are read, as a file."""
        if not persons:
            return part
        line = self._before.count(b"\n") + 1
        for person, began in persons:
            part.starts.append(line)
            part.began.append(began)
            line += person.count(b"\n") + 1
        part.content = b"".join((self._before, *(person + b"\n" for person, _ in persons), self._after))
        return part


def _spans(content: Content) -> Iterator[tuple[int, int]]:
    """Where each person's element begins and ends."""
    start = content.find(_OPENS)
    while start >= 0:
        end = content.find(_CLOSES, start)
        if end < 0:
            return
        end += len(_CLOSES)
        yield start, end
        start = content.find(_OPENS, end)
