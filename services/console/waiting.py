"""What waits for a person: the lists that their pages show anyway, counted for those who can act on them.

A list whose reading is recorded, or counts as seen, is not asked for here: nobody looked at it yet.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from services.console.clients.arrests import Arrests
from services.console.clients.boarding import Boarding
from services.console.clients.desk import Desk
from services.console.clients.oversight import told
from services.console.clients.retention import Retention
from services.console.clients.rights import Rights
from services.console.navigation import PAGES
from services.console.page import Page
from services.console.registers import read_registers
from shared.security.roles import Permission

Read = Callable[[Page], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of work: who does it, on which page, and which rows of what is read are it."""

    permission: Permission
    path: str
    one: str
    many: str
    read: Read
    rows: Callable[[Any], Sequence[Any]] = list
    is_waiting: Callable[[Any], bool] = bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of one kind of work waits; `number` is `None` where the list could not be read."""

    path: str
    words: str
    number: int | None


def tasks_of(page: Page) -> list[Task]:
    """The kinds of work that this person's post has, in the order of the pages."""
    return [task for task in TASKS if page.may(task.permission) and page.may(_PERMISSION_OF[task.path])]


async def waiting_for(page: Page) -> list[Waiting]:
    """What waits for this person; a kind of which none waits is left out.

    What this person proposed waits for somebody else.
    """
    tasks = tasks_of(page)
    reads = list(dict.fromkeys(task.read for task in tasks))
    answers = dict(zip(reads, await asyncio.gather(*(told(read(page)) for read in reads)), strict=True))
    found = [_counted(task, answers[task.read], page.principal.subject) for task in tasks]
    return [each for each in found if each.number != 0]


def _counted(task: Task, answer: Any, person: str) -> Waiting:
    if answer is None:
        return Waiting(task.path, task.many, None)
    number = sum(task.is_waiting(row) and person not in _authors(row) for row in task.rows(answer))
    return Waiting(task.path, task.one if number == 1 else task.many, number)


def _authors(row: Any) -> set[str]:
    if isinstance(row, dict):
        return {str(row[name]) for name in ("author", "proposed_by") if row.get(name)}
    return {getattr(row, name, "") for name in ("author", "proposer", "nominator")}


def _queue(page: Page) -> Awaitable[Any]:
    return page.screening.queue()


def _orders(page: Page) -> Awaitable[Any]:
    return Boarding(page.screening.client, page.ingest.client).orders()


def _changes(page: Page) -> Awaitable[Any]:
    return Boarding(page.screening.client, page.ingest.client).changes()


def _cleared(page: Page) -> Awaitable[Any]:
    return page.matching.cleared()


def _shares(page: Page) -> Awaitable[Any]:
    return page.sharing.shares()


def _custody(page: Page) -> Awaitable[Any]:
    return Arrests(page.sharing.client).pending()


def _received(page: Page) -> Awaitable[Any]:
    return Desk(page.sharing.client).messages("IN")


def _sent(page: Page) -> Awaitable[Any]:
    return Desk(page.sharing.client).messages("OUT")


def _lists(page: Page) -> Awaitable[Any]:
    return page.watchlist.sources()


def _nominations(page: Page) -> Awaitable[Any]:
    return page.nominations.listed("SUBMITTED")


def _merges(page: Page) -> Awaitable[Any]:
    return page.entries.merges()


def _standing_orders(page: Page) -> Awaitable[Any]:
    return page.screening.standing_orders()


async def _register_rows(page: Page) -> list[Any]:
    return [proposal for view in await read_registers(page.services) for proposal in view.pending]


def _rights(page: Page) -> Awaitable[Any]:
    return Rights(page.ingest.client).overview()


def _holds(page: Page) -> Awaitable[Any]:
    return Retention(page.ingest.client).holds()


def _grants(page: Page) -> Awaitable[Any]:
    return Retention(page.ingest.client).reidentifications()


def _in_state(state: str) -> Callable[[Any], bool]:
    return lambda row: (row.get("state") if isinstance(row, dict) else row.state) == state


TASKS: Final[Sequence[Task]] = (
    Task(
        Permission.REVIEW,
        "/queue",
        "possible match to look at",
        "possible matches to look at",
        _queue,
        attrgetter("items_"),
    ),
    Task(
        Permission.APPROVE_ORDER,
        "/orders",
        "measure to approve",
        "measures to approve",
        _orders,
        is_waiting=_in_state("DRAFT"),
    ),
    Task(
        Permission.TELL_CARRIER,
        "/boarding",
        "carrier to call",
        "carriers to call",
        _changes,
        is_waiting=lambda change: change.must_be_called,
    ),
    Task(
        Permission.APPROVE_CLEARANCE,
        "/cleared",
        "clearance to approve",
        "clearances to approve",
        _cleared,
        attrgetter("proposals"),
    ),
    Task(
        Permission.CLEAR_TRAVELLER,
        "/cleared",
        "clearance to look at again",
        "clearances to look at again",
        _cleared,
        attrgetter("looks"),
    ),
    Task(
        Permission.RECORD_INDIVIDUAL_RISK,
        "/shares",
        "share whose risk to the person is to be assessed",
        "shares whose risk to the person is to be assessed",
        _shares,
        is_waiting=_in_state("AWAITING_ASSESSMENT"),
    ),
    Task(
        Permission.PROPOSE_SHARE,
        "/shares",
        "share to propose",
        "shares to propose",
        _shares,
        is_waiting=_in_state("AWAITING_PROPOSAL"),
    ),
    Task(
        Permission.APPROVE_SHARE,
        "/shares",
        "share to approve",
        "shares to approve",
        _shares,
        is_waiting=_in_state("PROPOSED"),
    ),
    Task(Permission.APPROVE_SHARE, "/arrests", "arrest to confirm", "arrests to confirm", _custody),
    Task(
        Permission.WORK_EXCHANGE,
        "/desk",
        "message from abroad that nobody has seen",
        "messages from abroad that nobody has seen",
        _received,
        is_waiting=lambda message: message.seen_at is None and message.state == "RECEIVED",
    ),
    Task(
        Permission.APPROVE_EXCHANGE,
        "/desk",
        "message to let go",
        "messages to let go",
        _sent,
        is_waiting=_in_state("PROPOSED"),
    ),
    Task(
        Permission.APPROVE_LIST,
        "/watchlist",
        "list version to approve",
        "list versions to approve",
        _lists,
        attrgetter("versions"),
        _in_state("HELD"),
    ),
    Task(
        Permission.APPROVE_ENTRY,
        "/nominations",
        "nomination to decide",
        "nominations to decide",
        _nominations,
    ),
    Task(
        Permission.APPROVE_MERGE,
        "/merges",
        "merge to decide",
        "merges to decide",
        _merges,
        attrgetter("pending"),
    ),
    Task(
        Permission.APPROVE_STANDING_ORDER,
        "/standing-orders",
        "standing order to approve",
        "standing orders to approve",
        _standing_orders,
        is_waiting=_in_state("PENDING"),
    ),
    Task(
        Permission.APPROVE_REGISTER,
        "/registers",
        "row of a register to approve",
        "rows of registers to approve",
        _register_rows,
    ),
    Task(
        Permission.HANDLE_RIGHTS,
        "/rights",
        "request of a traveller to answer",
        "requests of travellers to answer",
        _rights,
        attrgetter("requests"),
        lambda request: request.decided_at is None,
    ),
    Task(
        Permission.HANDLE_RIGHTS,
        "/rights",
        "person to notify",
        "persons to notify",
        _rights,
        attrgetter("notifications"),
        lambda task: task.sent_at is None,
    ),
    Task(
        Permission.APPROVE_RIGHTS,
        "/rights",
        "answer to approve",
        "answers to approve",
        _rights,
        attrgetter("pending"),
    ),
    Task(
        Permission.APPROVE_RETENTION,
        "/retention",
        "hold or extension to approve",
        "holds or extensions to approve",
        _holds,
        attrgetter("pending"),
    ),
    Task(
        Permission.GRANT_REIDENTIFICATION,
        "/reidentifications",
        "request to see masked values",
        "requests to see masked values",
        _grants,
        is_waiting=lambda grant: bool(grant.second_finds_need) and grant.is_granted is None,
    ),
)
_PERMISSION_OF: Final = {entry.path: entry.permission for entry in PAGES}
