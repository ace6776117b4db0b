"""Rings once for each clock that has run out: in the log, in the figures, and in the audit log.

Messages of the exchange, notices to other authorities, confirmed hits of which nobody has decided who is
told, and detained persons whom nobody told of consular help. What is late never turns into anything for the
traveller: a person is called, and that is all.

Source: workflow.md §6; safeguards.md SG-36, SG-37.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.custody.consular import OVERDUE_AFTER
from services.sharing.exchange.deadlines import (
    Deadline,
    Late,
    deadline_of_share,
    deadlines_of,
    deadlines_of_notice,
)
from services.sharing.protocol.message_types import WITHDRAWALS
from services.sharing.store.consular import ConsularStore
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.notices import NoticeStore
from services.sharing.store.shares import ShareStore
from shared.audit.log import AuditLog
from shared.observability.logging import get_logger
from shared.observability.metrics import REGISTRY

ACTOR: Final = "sharing"
#: So many running clocks of each kind are looked at in one beat, the oldest first.
MAX_WAITING: Final = 2000
#: In the figures: a notice of ours on its way, and a confirmed hit of which nobody has decided.
NOTICE: Final = "NOTICE"
SHARE: Final = "SHARE"
#: A detained person who has to be told of the right to consular help.
CONSULAR: Final = "CONSULAR"
_OVERDUE: Final = Gauge(
    "safeconduct_exchange_overdue_messages",
    "Messages, notices and decisions whose clock has run out and still runs, by type and by what is late.",
    ("type", "clock"),
    registry=REGISTRY,
)
#: A gauge for everything that can be late, so that it falls back to nought by itself.
OVERDUE_NOW: Final = {
    (kind, each.value): _OVERDUE.labels(type=kind, clock=each.value)
    for kinds, clocks in (
        (WITHDRAWALS, (Late.SEND, Late.RECEIVE, Late.DONE)),
        (("NOTIFY", "EMERGENCY"), (Late.SEE,)),
        ((NOTICE,), (Late.SEND, Late.RECEIVE, Late.SEE, Late.ANSWER)),
        ((SHARE,), (Late.DECIDE,)),
        ((CONSULAR,), (Late.TELL,)),
    )
    for kind in sorted(kinds)
    for each in clocks
}


@dataclass(frozen=True, slots=True)
class Running:
    """Something whose clocks run; `ring` notes an alarm and says whether it is the first of its clock."""

    type: str
    object_kind: str
    object_id: UUID
    deadlines: Iterable[Deadline]
    ring: Callable[[UUID, str], Awaitable[bool]]
    facts: Mapping[str, str]
    purpose: str | None = None


async def ring_overdue(connection: AsyncConnection, audit: AuditLog, now: datetime) -> None:
    """Ring for everything that is late now and did not ring before."""
    late: Counter[tuple[str, str]] = Counter()
    for running in await _everything_running(connection):
        for deadline in running.deadlines:
            if deadline.met_at is not None or not deadline.is_overdue(now):
                continue
            late[running.type, deadline.clock.value] += 1
            if await running.ring(running.object_id, deadline.clock.value):
                await _record(connection, audit, running, deadline)
    for (kind, clock), gauge in OVERDUE_NOW.items():
        gauge.set(late[kind, clock])


async def _everything_running(connection: AsyncConnection) -> list[Running]:
    exchange, notices, shares = ExchangeStore(connection), NoticeStore(connection), ShareStore(connection)
    found = [
        Running(
            message.type,
            "MESSAGE",
            message.message_id,
            deadlines_of(message),
            exchange.ring,
            {"authority_id": message.authority_id},
            str(message.outside["purpose"]),
        )
        for message in await exchange.with_clocks(MAX_WAITING)
    ]
    found += [
        Running(
            NOTICE,
            "NOTICE",
            notice.notice_id,
            deadlines_of_notice(notice),
            notices.ring,
            {"authority_id": notice.authority_id},
            notice.basis.purpose_code,
        )
        for notice in await notices.running(MAX_WAITING)
    ]
    for share in await shares.undecided(MAX_WAITING):
        deadline = deadline_of_share(share)
        clocks = () if deadline is None else (deadline,)
        found.append(Running(SHARE, "SHARE", share.share_id, clocks, shares.ring, {"event": share.event}))
    for task in await ConsularStore(connection).untold(MAX_WAITING):
        told = Deadline(Late.TELL, task.detained_at + OVERDUE_AFTER, task.told_at)
        found.append(Running(CONSULAR, "SHARE", task.share_id, (told,), shares.ring, {}))
    return found


async def _record(connection: AsyncConnection, audit: AuditLog, running: Running, deadline: Deadline) -> None:
    await audit.append(
        connection,
        actor=ACTOR,
        action="exchange.overdue",
        object_kind=running.object_kind,
        object_id=str(running.object_id),
        outcome="FAILED",
        purpose=running.purpose,
        facts={
            "type": running.type,
            **running.facts,
            "clock": deadline.clock.value,
            "due_at": deadline.due_at.isoformat(),
        },
    )
    get_logger().error("exchange_overdue", message_id=str(running.object_id), code=deadline.clock.value)
