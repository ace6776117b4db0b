"""How far a long import, or the compiling of a long list, has come; counts alone, in this worker's memory."""

from dataclasses import dataclass
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
    """A file on its way into force: what is done with it, rows read so far, and those that changed."""

    phase: Phase = Phase.WAITING
    rows: int = 0
    written: int = 0
