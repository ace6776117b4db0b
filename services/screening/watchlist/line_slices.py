"""Long JSON lines read in slices: every line is counted, only new and changed persons are read. Pure.

The reader of the format reads each slice as a file of its own, as with tables (`table_slices.py`).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from services.screening.watchlist import entry
from services.screening.watchlist.slices import ROWS_A_SLICE, Rows, Slice, Takes
from services.screening.watchlist.sources import drafts, opensanctions, un_states
from services.screening.watchlist.sources.content import lines_of
from services.screening.watchlist.sources.opensanctions import Entity, entities, moment_of
from services.screening.watchlist.sources.read_list import ListToRead
from services.screening.watchlist.sources.tables import read_tables

_NAMES: Final = ("name", "alias", "weakAlias")


class LineSlices:
    """JSON lines of OpenSanctions, read once from top to bottom."""

    def __init__(self, file: ListToRead, takes: Takes) -> None:
        self._file = file
        self._rows = Rows(file, takes, opensanctions, drafts, entry, un_states)
        (self._table,) = read_tables(file.content, opensanctions.FILE, file.limits).by_name.values()

    def __iter__(self) -> Iterator[Slice]:
        """The slices; the last one knows of when the file is.

        Raises:
            MalformedList: Not this format, cut off, beyond the limits, undated, a person stands twice.
        """
        part, read, newest = Slice(), [], ""
        lines = lines_of(self._file.content)
        for number, entity in enumerate(entities(self._table), start=1):
            newest = max(newest, entity.last_seen)
            if self._is_read(part, entity):
                read.append(entity)
            if number % ROWS_A_SLICE == 0:
                part.share = entity.line / lines
                yield _with_content(part, read)
                part, read = Slice(), []
        part.share = 1.0
        part.generated_at = self._file.dated_at or moment_of(newest)
        if part.generated_at is None:
            raise self._table.refusal("MISSING_GENERATION_DATE", 1)
        yield _with_content(part, read)

    def _is_read(self, part: Slice, entity: Entity) -> bool:
        """Count a line; whether it has to be read, because its person is new, changed or broken."""
        if not entity.is_person:
            part.entities_left_out += 1
            return False
        part.individuals += 1
        reference = entity.facts.get("id")
        if not isinstance(reference, str) or not reference:
            return True
        if self._rows.is_repeated(reference):
            raise self._table.refusal("REPEATED_REFERENCE", entity.line)
        topics = set(entity.values("topics"))
        part.by_regime.update(topics)
        is_broken = not any(map(entity.values, _NAMES))
        if self._file.regimes.isdisjoint(topics):
            return is_broken
        return self._rows.is_taken(part, reference, entity.written) or is_broken


def _with_content(part: Slice, read: Sequence[Entity]) -> Slice:
    """A slice with the lines of it that are read."""
    part.content = b"".join(entity.written.rstrip(b"\r\n") + b"\n" for entity in read)
    part.starts = list(range(1, len(read) + 1))
    part.began = [entity.line for entity in read]
    return part
