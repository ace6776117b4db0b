"""What the console reads of consular help: a task for each detained person, nobody's name."""

from datetime import datetime

from pydantic import Field

from services.console.seen.base import Seen


class ConsularTask(Seen):
    """Told, asked, informed: how far it has come."""

    share_id: str
    detained_at: datetime
    due_at: datetime
    is_overdue: bool = False
    told_at: datetime | None = None
    wish: str | None = None
    picked_states: list[str] = Field(default=[])
    wish_at: datetime | None = None
    asked_again_at: datetime | None = None
    addressee: str | None = None
    post_state: str | None = None
    informed_at: datetime | None = None


class ConsularTasks(Seen):
    """All tasks, and whose consulate a treaty obliges us to inform of its own nationals."""

    tasks: list[ConsularTask]
    treaty_states: list[str] = Field(default=[])
