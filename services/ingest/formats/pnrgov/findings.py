"""What is met on the way through one PNR: faults with their place and the PNR's locator, never content."""

from services.ingest.formats.separators import Segment
from shared.travel.message import Fault, Severity

MAX_WARNINGS_OF_A_PNR = 100


class Findings:
    """The faults of one PNR; the locator is known once the first RCI was read."""

    def __init__(self) -> None:
        self.locator: str | None = None
        self._found: list[tuple[Severity, str, str, int, int | None]] = []

    def warn(self, code: str, segment: Segment, traveller: int | None = None) -> None:
        """Note a fault that costs nobody anything; at most `MAX_WARNINGS_OF_A_PNR` are kept."""
        if len(self._found) < MAX_WARNINGS_OF_A_PNR:
            self._found.append((Severity.WARNING, code, segment.tag, segment.position, traveller))

    def reject_traveller(self, code: str, segment: Segment, traveller: int) -> None:
        """Note that one traveller cannot be taken."""
        self._found.append((Severity.TRAVELLER_REJECTED, code, segment.tag, segment.position, traveller))

    def faults(self, room: int) -> list[Fault]:
        """The faults, with the PNR's locator; a warning only where fewer than `room` stand before it."""
        faults: list[Fault] = []
        for severity, code, tag, position, traveller in self._found:
            if severity is not Severity.WARNING or len(faults) < room:
                faults.append(Fault(severity, code, tag, position, traveller, locator=self.locator))
        return faults
