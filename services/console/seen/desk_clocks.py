"""What the console reads of the clocks of the desks that protect: numbers, no case."""

from datetime import datetime

from services.console.seen.base import Seen


class DeskClock(Seen):
    """How many cases wait at a desk, and how many of them too long."""

    desk: str = ""
    waiting: int = 0
    overdue: int = 0
    next_due_at: datetime | None = None
