"""The disclosure ledger: every notice, written before it leaves, and each try to deliver it."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.errors import NoticeNotFound
from services.sharing.registers.entries import Scope
from services.sharing.shares.facts import Basis
from services.sharing.shares.recipients import Candidate, Connection
from services.sharing.shares.records import Channel, Notice, NoticeState, NoticeTry, candidate_as_json
from services.sharing.store.leasing import LeasedTable, Tried
from shared.db.column_types import Json
from shared.identifiers import NoticeId, ShareId

MAX_NOTICES: Final = 500
MAX_TRIES: Final = 500

_COLUMNS: Final = """
notice_id, share_id, authority_id, channel, state, payload_digest, fields, candidate, basis, agreement_id,
kid, envelope, created_at, expires_at, event, thread_id, next_try_at, tries, sent_at, delivered_at,
acknowledgement, last_fault, seen_at, feedback_at
"""
_WRITTEN: Final = """
notice_id, share_id, authority_id, scope, channel, state, payload_digest, fields, candidate, basis,
agreement_id, kid, envelope, created_at, expires_at, event, thread_id, next_try_at, sent_at, delivered_at,
alarms
"""
_ADD_ALL = text(f"""
INSERT INTO notice ({_WRITTEN})
SELECT {_WRITTEN} FROM jsonb_populate_recordset(CAST(NULL AS notice), :notices)
ON CONFLICT (share_id, authority_id, event) WHERE state NOT IN ('REFUSED', 'EXPIRED') DO NOTHING
RETURNING notice_id
""").bindparams(bindparam("notices", type_=Json))  # noqa: S608 - our own columns
_GET = text(f"SELECT {_COLUMNS} FROM notice WHERE notice_id = :notice_id")  # noqa: S608 - our own columns
_OF_SHARES = text(f"""
SELECT {_COLUMNS} FROM notice WHERE share_id = ANY (:share_ids) ORDER BY created_at, notice_id LIMIT :limit
""")  # noqa: S608 - our own columns
_NEWEST = text(f"SELECT {_COLUMNS} FROM notice ORDER BY created_at DESC, notice_id LIMIT :limit")  # noqa: S608
_LIVING = text("""
SELECT authority_id FROM notice
WHERE share_id = :share_id AND event = :event AND state NOT IN ('REFUSED', 'EXPIRED')
ORDER BY authority_id LIMIT :limit
""")
_THREADS = text("""
SELECT DISTINCT ON (authority_id) authority_id, coalesce(thread_id, notice_id) AS thread_id FROM notice
WHERE share_id = :share_id AND channel = 'ENDPOINT' AND state NOT IN ('REFUSED', 'EXPIRED')
ORDER BY authority_id, created_at, notice_id LIMIT :limit
""")
_LEDGER: Final = LeasedTable("notice", "notice_id", _COLUMNS)
_ADD_TRY = text("""
INSERT INTO notice_try (notice_id, number, tried_at, outcome)
VALUES (:notice_id, :number, :tried_at, :outcome)
ON CONFLICT (notice_id, number) DO NOTHING
""")
_TRIES = text("""
SELECT number, tried_at, outcome FROM notice_try WHERE notice_id = :notice_id ORDER BY number LIMIT :limit
""")
_MARK_DELIVERED = text("""
UPDATE notice SET state = 'DELIVERED', delivered_at = :at WHERE notice_id = :notice_id AND state = 'SENT'
""")
_ADVANCE = text("""
UPDATE notice SET state = :state,
    seen_at = coalesce(seen_at, :at),
    feedback_at = CASE WHEN :state = 'FEEDBACK' THEN coalesce(feedback_at, :at) ELSE feedback_at END
WHERE notice_id = :notice_id AND authority_id = :authority_id AND channel = 'ENDPOINT'
  AND state = ANY (:from_states)
""")
_RECALL = text("""
UPDATE notice SET state = 'RECALLED', next_try_at = NULL
WHERE notice_id = :notice_id AND state NOT IN ('DRAFT', 'RECALLED', 'REFUSED', 'EXPIRED')
""")
_RUNNING = text(f"""
SELECT {_COLUMNS} FROM notice
WHERE channel = 'ENDPOINT' AND state IN ('APPROVED', 'SENT', 'DELIVERED', 'SEEN')
ORDER BY created_at, notice_id LIMIT :limit FOR UPDATE SKIP LOCKED
""")  # noqa: S608 - our own columns
_RING = text("""
UPDATE notice SET alarms = array_append(alarms, :clock)
WHERE notice_id = :notice_id AND NOT (:clock = ANY (alarms))
""")
# A person may have seen a notice whose technical receipt was lost, and answered before it came again.
_BEFORE: Final = {
    NoticeState.SEEN: ["SENT", "DELIVERED"],
    NoticeState.FEEDBACK: ["SENT", "DELIVERED", "SEEN"],
}


class NoticeStore:
    """Reads and writes the ledger in the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_all(self, notices: Iterable[Notice]) -> frozenset[NoticeId]:
        """Write notices; those that are new, without any whose authority has a living one of its share."""
        rows = [_written(notice) for notice in notices]
        if not rows:
            return frozenset()
        added = await self._connection.execute(_ADD_ALL, {"notices": rows})
        return frozenset(NoticeId(notice_id) for notice_id in added.scalars())

    async def get(self, notice_id: UUID) -> Notice:
        """One notice.

        Raises:
            NoticeNotFound: There is none.
        """
        row = (await self._connection.execute(_GET, {"notice_id": notice_id})).one_or_none()
        if row is None:
            raise NoticeNotFound
        return _notice(row)

    async def find(self, notice_id: UUID) -> Notice | None:
        """One notice, if there is one."""
        row = (await self._connection.execute(_GET, {"notice_id": notice_id})).one_or_none()
        return None if row is None else _notice(row)

    async def of_shares(self, share_ids: Iterable[UUID]) -> dict[UUID, list[Notice]]:
        """The notices of some shares, oldest first."""
        ids = list(share_ids)
        found: dict[UUID, list[Notice]] = {share_id: [] for share_id in ids}
        values = {"share_ids": ids, "limit": MAX_NOTICES}
        for row in await self._connection.execute(_OF_SHARES, values):
            found[row.share_id].append(_notice(row))
        return found

    async def living_authorities(self, share_id: UUID, event: str) -> frozenset[str]:
        """The authorities with a notice of this event of a share that was neither refused nor expired."""
        values = {"share_id": share_id, "event": event, "limit": MAX_NOTICES}
        return frozenset((await self._connection.execute(_LIVING, values)).scalars())

    async def threads(self, share_id: UUID) -> dict[str, UUID]:
        """By authority abroad that was told of a share, the first notice, whose thread later ones follow."""
        values = {"share_id": share_id, "limit": MAX_NOTICES}
        rows = await self._connection.execute(_THREADS, values)
        return {row.authority_id: row.thread_id for row in rows}

    async def newest(self, limit: int) -> list[Notice]:
        """The newest notices first, at most `MAX_NOTICES`."""
        rows = await self._connection.execute(_NEWEST, {"limit": min(limit, MAX_NOTICES)})
        return [_notice(row) for row in rows]

    async def take_due(self, *, now: datetime, leased_until: datetime) -> Notice | None:
        """The next notice to be tried, counted as a try and due again at `leased_until`; or `None`."""
        row = await _LEDGER.take_due(self._connection, now=now, leased_until=leased_until)
        return None if row is None else _notice(row)

    async def update(self, notice: Notice, tried: Tried) -> bool:
        """Write how a try went; `False` when another process has taken the notice over since."""
        return await _LEDGER.update(self._connection, notice.notice_id, notice.tries, tried)

    async def mark_delivered(self, notice_id: UUID, at: datetime) -> bool:
        """A notice served by our pages has reached them; `False` when it had before."""
        values = {"notice_id": notice_id, "at": at}
        return (await self._connection.execute(_MARK_DELIVERED, values)).rowcount == 1

    async def advance(self, notice_id: UUID, authority_id: str, state: NoticeState, at: datetime) -> bool:
        """The recipient has seen a notice, or told what became of it; `False` when it was not its turn."""
        values = {
            "at": at,
            "notice_id": notice_id,
            "authority_id": authority_id,
            "state": state.value,
            "from_states": _BEFORE[state],
        }
        return (await self._connection.execute(_ADVANCE, values)).rowcount == 1

    async def running(self, limit: int) -> list[Notice]:
        """Notices to other authorities that wait for somebody, oldest first; locked."""
        rows = await self._connection.execute(_RUNNING, {"limit": limit})
        return [_notice(row) for row in rows]

    async def ring(self, notice_id: UUID, clock: str) -> bool:
        """Note that a clock's alarm rings; `False` when it had before."""
        values = {"notice_id": notice_id, "clock": clock}
        return (await self._connection.execute(_RING, values)).rowcount == 1

    async def recall(self, notice_id: UUID) -> bool:
        """Take a notice back; `False` when there is nothing of it to take back."""
        return (await self._connection.execute(_RECALL, {"notice_id": notice_id})).rowcount == 1

    async def add_try(self, notice: Notice, *, at: datetime, outcome: str) -> None:
        """Write how this try ended."""
        values = {"notice_id": notice.notice_id, "number": notice.tries, "tried_at": at, "outcome": outcome}
        await self._connection.execute(_ADD_TRY, values)

    async def tries(self, notice_id: UUID) -> list[NoticeTry]:
        """All tries of a notice, oldest first."""
        rows = await self._connection.execute(_TRIES, {"notice_id": notice_id, "limit": MAX_TRIES})
        return [NoticeTry(row.number, row.tried_at, row.outcome) for row in rows]


def _written(notice: Notice) -> dict[str, Any]:
    """A new notice's row as JSON values."""
    instants = {
        name: None if (instant := getattr(notice, name)) is None else instant.isoformat()
        for name in ("created_at", "expires_at", "next_try_at", "sent_at", "delivered_at")
    }
    return instants | {
        "notice_id": str(notice.notice_id),
        "share_id": str(notice.share_id),
        "authority_id": notice.authority_id,
        "scope": notice.candidate.scope.value,
        "channel": notice.channel.value,
        "state": notice.state.value,
        "payload_digest": notice.payload_digest,
        "fields": list(notice.fields),
        "candidate": candidate_as_json(notice.candidate),
        "basis": _basis_as_json(notice.basis),
        "agreement_id": notice.agreement_id,
        "kid": notice.kid,
        "envelope": notice.envelope,
        "event": notice.event,
        "thread_id": None if notice.thread_id is None else str(notice.thread_id),
        "alarms": [],
    }


def _basis_as_json(basis: Basis) -> dict[str, Any]:
    return {
        **asdict(basis),
        "approver_roles": list(basis.approver_roles),
        "expires": basis.expires.isoformat(),
    }


def _basis(value: dict[str, Any]) -> Basis:
    return Basis(
        **{
            **value,
            "approver_roles": tuple(value["approver_roles"]),
            "expires": date.fromisoformat(value["expires"]),
        }
    )


def _candidate(value: dict[str, Any]) -> Candidate:
    return Candidate(
        value["state"],
        Scope(value["scope"]),
        tuple(Connection(each) for each in value["connections"]),
        tuple(value["paragraphs"]),
        value["authority_id"],
    )


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        notice_id=NoticeId(row.notice_id),
        share_id=ShareId(row.share_id),
        authority_id=row.authority_id,
        channel=Channel(row.channel),
        state=NoticeState(row.state),
        payload_digest=row.payload_digest,
        fields=tuple(row.fields),
        candidate=_candidate(row.candidate),
        basis=_basis(row.basis),
        agreement_id=row.agreement_id,
        kid=row.kid,
        envelope=row.envelope,
        created_at=row.created_at,
        expires_at=row.expires_at,
        event=row.event,
        thread_id=row.thread_id,
        next_try_at=row.next_try_at,
        tries=row.tries,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        acknowledgement=row.acknowledgement,
        last_fault=row.last_fault,
        seen_at=row.seen_at,
        feedback_at=row.feedback_at,
    )
