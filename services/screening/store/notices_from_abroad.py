"""Notices of other States that wait for their flight, or that matches rest on."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.notices.entries import NoticeEntry
from services.screening.registers.rows import ListSource
from services.screening.store.rows import as_json, from_json
from services.screening.watchlist.versions import EntryStatus
from shared.personal import Personal

MAX_ON_A_FLIGHT: Final = 100

_ADD = text("""
INSERT INTO notice_from_abroad (entry_id, notice_id, authority_id, state, received_at, waits_until,
    retention_until, designator, day, status, refusals, digest, source, body, look_back)
VALUES (:entry_id, :notice_id, :authority_id, :state, :received_at, :waits_until, :retention_until,
    :designator, :day, :status, CAST(:refusals AS jsonb), :digest, CAST(:source AS jsonb),
    CAST(:body AS jsonb), 'WAITING')
ON CONFLICT (entry_id) DO NOTHING
""")
_ON_FLIGHT = text("""
SELECT entry_id, body FROM notice_from_abroad
WHERE status = 'ACTIVE' AND designator = :designator AND day = ANY (CAST(:days AS date[]))
ORDER BY entry_id LIMIT :limit
""")
_OF_NOTICE = text("""
SELECT entry_id FROM notice_from_abroad WHERE notice_id = :notice_id AND authority_id = :authority_id
ORDER BY entry_id FOR UPDATE
""")
_END = text("""
UPDATE notice_from_abroad SET status = :status, body = NULL
WHERE entry_id = ANY (CAST(:entry_ids AS text[])) AND status IN ('ACTIVE', 'SUSPENDED')
RETURNING entry_id
""")
# What the matches on it say of the person goes with the notice; that there were matches stays.
_EMPTY_HITS = text("""
UPDATE hit SET entry = jsonb_build_object('id', entry_id, 'names', '[]'::jsonb), evidence = '[]'::jsonb,
    compared_name = NULL
WHERE entry_id = ANY (CAST(:entry_ids AS text[]))
""")
_OVER = text("""
SELECT entry_id FROM notice_from_abroad n
WHERE status = 'ACTIVE' AND (retention_until < :today OR (waits_until <= :now
      AND NOT EXISTS (SELECT 1 FROM hit h WHERE h.entry_id = n.entry_id)))
ORDER BY waits_until, entry_id LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_NEXT_BACK = text("""
SELECT entry_id, notice_id, day, body, after_day, after_flight FROM notice_from_abroad
WHERE status = 'ACTIVE' AND look_back = 'WAITING' ORDER BY received_at, entry_id LIMIT 1
FOR UPDATE SKIP LOCKED
""")
_ADVANCE = text("""
UPDATE notice_from_abroad SET look_back = :look_back, after_day = :after_day, after_flight = :after_flight
WHERE entry_id = :entry_id
""")


@dataclass(frozen=True, slots=True, repr=False)
class LookBack(Personal):
    """A notice that the travellers reported before it have not met yet; `after` is how far it came."""

    entry_id: str
    notice_id: UUID
    day: date
    body: dict[str, Any]
    after: tuple[date, UUID] | None


class NoticeFromAbroadStore:
    """The table `notice_from_abroad`."""

    async def add(
        self, connection: AsyncConnection, entry: NoticeEntry, digest: str, refusals: Sequence[str]
    ) -> bool:
        """Keep a notice; one that a safeguard refuses is kept without its person. `False` if it is there."""
        notice = entry.notice
        status = EntryStatus.SUSPENDED if refusals else EntryStatus.ACTIVE
        values = {
            "entry_id": entry.entry_id,
            "notice_id": notice.notice_id,
            "authority_id": notice.authority_id,
            "state": notice.state,
            "received_at": notice.received_at,
            "waits_until": entry.waits_until,
            "retention_until": notice.retention_until,
            "designator": entry.designator,
            "day": notice.flight.day,
            "status": status.value,
            "refusals": as_json(list(refusals)),
            "digest": digest,
            "source": as_json(asdict(entry.source)),
            "body": None if refusals else as_json(entry.body),
        }
        return (await connection.execute(_ADD, values)).rowcount == 1

    async def on_flight(
        self, connection: AsyncConnection, designator: str, days: Sequence[date]
    ) -> dict[str, dict[str, Any]]:
        """The notices about a flight, by entry."""
        values = {"designator": designator, "days": list(days), "limit": MAX_ON_A_FLIGHT}
        rows = await connection.execute(_ON_FLIGHT, values)
        return {row.entry_id: from_json(row.body) for row in rows}

    async def entries_of(self, connection: AsyncConnection, notice_id: UUID, authority_id: str) -> list[str]:
        """The entries of a message of this sender, locked."""
        values = {"notice_id": notice_id, "authority_id": authority_id}
        return list((await connection.execute(_OF_NOTICE, values)).scalars())

    async def end(
        self, connection: AsyncConnection, entry_ids: Collection[str], status: EntryStatus
    ) -> list[str]:
        """Forget the persons of notices that are withdrawn or over; those that were not before."""
        values = {"entry_ids": list(entry_ids), "status": status.value}
        return sorted((await connection.execute(_END, values)).scalars())

    async def empty_hits(self, connection: AsyncConnection, entry_ids: Collection[str]) -> None:
        """Forget what matches on these notices say of their persons."""
        await connection.execute(_EMPTY_HITS, {"entry_ids": list(entry_ids)})

    async def over(self, connection: AsyncConnection, now: datetime, limit: int) -> list[str]:
        """Notices whose flight came and went without a match, or whose time here is over; locked."""
        values = {"today": now.date(), "now": now, "limit": limit}
        return list((await connection.execute(_OVER, values)).scalars())

    async def next_look_back(self, connection: AsyncConnection) -> LookBack | None:
        """The oldest notice that travellers reported before it have not met; its row is locked."""
        row = (await connection.execute(_NEXT_BACK)).one_or_none()
        return None if row is None else _look_back(row)

    async def advance(
        self, connection: AsyncConnection, entry_id: str, after: tuple[date, UUID] | None
    ) -> None:
        """Note how far a look back came; `None` is its end."""
        day, flight_id = after or (None, None)
        values = {
            "entry_id": entry_id,
            "look_back": "DONE" if after is None else "WAITING",
            "after_day": day,
            "after_flight": flight_id,
        }
        await connection.execute(_ADVANCE, values)


def source_of_notice(row: Row[Any] | None) -> ListSource | None:
    """What stands for the list's register row of a notice."""
    if row is None:
        return None
    values: dict[str, Any] = from_json(row.source)
    values |= {name: tuple(values[name]) for name in ("allow_list", "conditions")}
    return ListSource(**values)


def _look_back(row: Row[Any]) -> LookBack:
    after = None if row.after_day is None else (row.after_day, row.after_flight)
    return LookBack(row.entry_id, row.notice_id, row.day, from_json(row.body), after)
