"""How far long imports have come; counts alone, in this worker's memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum


class Phase(StrEnum):
    """What is being done with a file."""

    WAITING = "WAITING"
    COMPARING = "COMPARING"
    READING = "READING"
    JUDGING = "JUDGING"
    DONE = "DONE"


@dataclass
class Progress:
    """A file on its way: what is done with it, how much of it was read, its persons, and who of them changed.

    `share` is from 0 to 1, of `size` bytes.
    """

    source_id: str = ""
    size: int = 0
    phase: Phase = Phase.WAITING
    share: float = 0.0
    rows: int = 0
    written: int = 0


@dataclass(frozen=True)
class UnderWay:
    """The imports that this worker carries out now."""

    imports: list[Progress] = field(default_factory=list)

    @contextmanager
    def one(self, source_id: str, size: int) -> Iterator[Progress]:
        """Show an import while the block carries it out."""
        progress = Progress(source_id, size)
        self.imports.append(progress)
        try:
            yield progress
        finally:
            self.imports.remove(progress)
