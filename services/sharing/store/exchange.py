"""Messages of the exchange, both ways."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.errors import MessageNotFound
from services.sharing.exchange.records import Direction, ExchangeMessage, MessageState
from services.sharing.store.leasing import LeasedTable, Tried
from shared.db.column_types import Json

MAX_MESSAGES: Final = 500

_NAMES: Final = tuple(each.name for each in fields(ExchangeMessage))
_COLUMNS: Final = ", ".join(_NAMES)
_VALUES: Final = ", ".join(f":{name}" for name in _NAMES)
_ADD = text(
    f"INSERT INTO exchange_message ({_COLUMNS}) VALUES ({_VALUES}) ON CONFLICT DO NOTHING"  # noqa: S608
).bindparams(bindparam("outside", type_=Json), bindparam("basis", type_=Json))
_SELECT: Final = f"SELECT {_COLUMNS} FROM exchange_message"  # noqa: S608 - our own columns
_GET = text(f"{_SELECT} WHERE message_id = :message_id")
_LOCK = text(f"{_SELECT} WHERE message_id = :message_id FOR UPDATE")
_NEWEST = text(f"{_SELECT} WHERE direction = :direction ORDER BY created_at DESC, message_id LIMIT :limit")
_WITH_TARGET = text(
    f"{_SELECT} WHERE target_id = :target_id AND direction = :direction ORDER BY message_id LIMIT :limit"
)
_REPLIES = text(f"{_SELECT} WHERE in_reply_to = :message_id ORDER BY message_id LIMIT :limit")
_DERIVED = text(f"{_SELECT} WHERE derived_from = :message_id ORDER BY message_id LIMIT :limit")
_LEDGER: Final = LeasedTable("exchange_message", "message_id", _COLUMNS)
_APPROVE = text("""
UPDATE exchange_message
SET state = :state, next_try_at = :next_try_at, basis = :basis, reasons = :reasons,
    preview = CASE WHEN :state = 'APPROVED' THEN preview END
WHERE message_id = :message_id AND state = 'PROPOSED'
""").bindparams(bindparam("basis", type_=Json))
_ATTACH = text("UPDATE exchange_message SET approval_id = :approval_id WHERE message_id = :message_id")
_MOVE = text("""
UPDATE exchange_message SET state = :state WHERE message_id = :message_id AND state = ANY (:from_states)
""")
_SEE = text("""
UPDATE exchange_message SET state = 'SEEN', seen_at = :at, seen_by = :by
WHERE message_id = :message_id AND state = 'RECEIVED'
""")
_ERASE = text("""
UPDATE exchange_message
SET state = 'ERASED', envelope = NULL, preview = NULL, answer_due_at = NULL, next_try_at = NULL
WHERE message_id = :message_id AND state <> 'ERASED'
""")
_DONE = text("""
UPDATE exchange_message SET state = 'DONE', done_at = :at
WHERE message_id = :message_id AND direction = 'OUT' AND done_at IS NULL
""")
_SET_DONE = text("UPDATE exchange_message SET done_at = :at WHERE message_id = :message_id")
_REST_ON = text("""
UPDATE exchange_message SET basis = :basis WHERE message_id = :message_id AND state = 'PROPOSED'
""").bindparams(bindparam("basis", type_=Json))
_SEEN_THERE = text("""
UPDATE exchange_message SET seen_at = coalesce(seen_at, :at)
WHERE message_id = :message_id AND authority_id = :authority_id AND direction = 'OUT'
""")
# A result that says justified, of this emergency and on its way or there.
_JUSTIFIED: Final = """
EXISTS (
    SELECT 1 FROM exchange_message r WHERE r.in_reply_to = e.message_id AND r.direction = 'OUT'
    AND r.type = 'REVIEW_RESULT' AND r.state IN ('APPROVED', 'SENT', 'DELIVERED')
    AND (r.basis ->> 'justified')::boolean
)
"""
_NOT_JUSTIFIED: Final = """
EXISTS (
    SELECT 1 FROM exchange_message r WHERE r.in_reply_to = e.message_id AND r.direction = 'OUT'
    AND r.type = 'REVIEW_RESULT' AND r.state IN ('APPROVED', 'SENT', 'DELIVERED')
    AND NOT (r.basis ->> 'justified')::boolean
)
"""
_SENT_EMERGENCY: Final = "e.type = 'EMERGENCY' AND e.direction = 'OUT' AND e.sent_at IS NOT NULL"
_EMERGENCY_AGAINST = text(f"""
SELECT EXISTS (
    SELECT 1 FROM exchange_message e WHERE {_SENT_EMERGENCY} AND e.basis ->> 'author' = :author
    AND (({_NOT_JUSTIFIED}) OR (e.sent_at <= :before AND NOT {_JUSTIFIED}))
)
""")  # noqa: S608 - our own conditions
_EMERGENCIES_UNREVIEWED = text(f"""
SELECT {_COLUMNS} FROM exchange_message e WHERE {_SENT_EMERGENCY} AND e.sent_at <= :before
AND NOT {_JUSTIFIED} AND NOT EXISTS (
    SELECT 1 FROM exchange_message w WHERE w.target_id = e.message_id AND w.direction = 'OUT'
) ORDER BY e.sent_at, e.message_id LIMIT :limit
""")  # noqa: S608 - our own conditions
_WITH_CLOCKS = text(f"""
{_SELECT} WHERE (direction = 'OUT' AND done_due_at IS NOT NULL AND done_at IS NULL)
   OR (direction = 'IN' AND state = 'RECEIVED' AND type IN ('NOTIFY', 'EMERGENCY'))
ORDER BY created_at, message_id LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_GIVE_REASONS = text("UPDATE exchange_message SET reasons = :reasons WHERE message_id = :message_id")
_FORGET_PREVIEWS = text("""
UPDATE exchange_message SET preview = NULL
WHERE preview IS NOT NULL AND (expires_at <= :now OR state NOT IN ('PROPOSED', 'APPROVED', 'SENT'))
""")
_FORGET_PREVIEW = text("""
UPDATE exchange_message SET preview = NULL
WHERE message_id = :message_id AND preview IS NOT NULL AND state NOT IN ('PROPOSED', 'APPROVED', 'SENT')
""")
_RING = text("""
UPDATE exchange_message SET alarms = array_append(alarms, :clock)
WHERE message_id = :message_id AND NOT (:clock = ANY (alarms))
""")
_ANSWERS_DUE = text(f"""
{_SELECT} WHERE answer_due_at <= :now AND direction = 'IN' ORDER BY answer_due_at, message_id LIMIT :limit
FOR UPDATE SKIP LOCKED
""")
_CLEAR_ANSWER = text("UPDATE exchange_message SET answer_due_at = NULL WHERE message_id = :message_id")
_OWE_ANSWER = text("""
UPDATE exchange_message SET answer_due_at = created_at WHERE message_id = :message_id AND direction = 'IN'
""")
_OVER = text(f"""
{_SELECT} WHERE direction = 'IN' AND envelope IS NOT NULL AND retention_until < :today
ORDER BY retention_until, message_id LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_OVERDUE = text("""
SELECT authority_id, count(*) FILTER (WHERE coalesce(done_at, :now) > done_due_at) AS overdue,
       count(*) FILTER (WHERE done_due_at <= :now OR done_at IS NOT NULL) AS due
FROM exchange_message
WHERE direction = 'OUT' AND done_due_at IS NOT NULL AND done_due_at > :since AND sent_at IS NOT NULL
GROUP BY authority_id ORDER BY authority_id LIMIT :limit
""")


class ExchangeStore:
    """Reads and writes messages of the exchange in the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, message: ExchangeMessage) -> bool:
        """Write a message; `False` when it is there already, or withdraws what was withdrawn before."""
        values = {name: getattr(message, name) for name in _NAMES}
        values |= {
            "direction": message.direction.value,
            "state": message.state.value,
            "alarms": list(message.alarms),
            "reasons": list(message.reasons),
        }
        return (await self._connection.execute(_ADD, values)).rowcount == 1

    async def get(self, message_id: UUID) -> ExchangeMessage:
        """One message.

        Raises:
            MessageNotFound: There is none.
        """
        return await self._one(_GET, message_id)

    async def lock(self, message_id: UUID) -> ExchangeMessage:
        """One message, held until the transaction ends.

        Raises:
            MessageNotFound: There is none.
        """
        return await self._one(_LOCK, message_id)

    async def find(self, message_id: UUID) -> ExchangeMessage | None:
        """One message, if there is one."""
        row = (await self._connection.execute(_GET, {"message_id": message_id})).one_or_none()
        return None if row is None else _message(row)

    async def newest(self, direction: Direction, limit: int) -> list[ExchangeMessage]:
        """The newest messages of one direction first."""
        values = {"direction": direction.value, "limit": min(limit, MAX_MESSAGES)}
        return await self._many(_NEWEST, values)

    async def with_target(self, target_id: UUID, direction: Direction) -> list[ExchangeMessage]:
        """The messages that withdraw, correct or report done a certain one."""
        values = {"target_id": target_id, "direction": direction.value, "limit": MAX_MESSAGES}
        return await self._many(_WITH_TARGET, values)

    async def replies(self, message_id: UUID) -> list[ExchangeMessage]:
        """What answers a message, either way, oldest first."""
        return await self._many(_REPLIES, {"message_id": message_id, "limit": MAX_MESSAGES})

    async def derived(self, message_id: UUID) -> list[ExchangeMessage]:
        """The messages in which content of a received one was passed on."""
        return await self._many(_DERIVED, {"message_id": message_id, "limit": MAX_MESSAGES})

    async def take_due(self, *, now: datetime, leased_until: datetime) -> ExchangeMessage | None:
        """The next message to be tried, counted as a try and due again at `leased_until`; or `None`."""
        row = await _LEDGER.take_due(self._connection, now=now, leased_until=leased_until)
        return None if row is None else _message(row)

    async def update(self, message: ExchangeMessage, tried: Tried) -> bool:
        """Write how a try went; `False` when another process has taken the message over since."""
        is_ours = await _LEDGER.update(self._connection, message.message_id, message.tries, tried)
        await self._connection.execute(_FORGET_PREVIEW, {"message_id": message.message_id})
        return is_ours

    async def attach(self, message_id: UUID, approval_id: UUID) -> None:
        """Name the proposal that a second person decides."""
        await self._connection.execute(_ATTACH, {"message_id": message_id, "approval_id": approval_id})

    async def answer(self, message_id: UUID) -> None:
        """A received message has our answer; its clock ends."""
        await self.move(message_id, MessageState.ANSWERED, MessageState.RECEIVED, MessageState.SEEN)
        await self.clear_answer(message_id)

    async def release(
        self,
        message_id: UUID,
        state: MessageState,
        next_try_at: datetime | None,
        *,
        basis: dict[str, Any],
        reasons: Sequence[str],
    ) -> bool:
        """Let a proposed message go, or end it for `reasons`; `False` when it was decided before."""
        values = {
            "message_id": message_id,
            "state": state.value,
            "next_try_at": next_try_at,
            "basis": basis,
            "reasons": list(reasons),
        }
        return (await self._connection.execute(_APPROVE, values)).rowcount == 1

    async def give_reasons(self, message_id: UUID, reasons: Sequence[str]) -> None:
        """Keep why the safeguards stopped a message on its way."""
        values = {"message_id": message_id, "reasons": list(reasons)}
        await self._connection.execute(_GIVE_REASONS, values)

    async def forget_previews(self, now: datetime) -> None:
        """What nobody decided in its time, or is on its way no more, can be read by nobody any more."""
        await self._connection.execute(_FORGET_PREVIEWS, {"now": now})

    async def move(self, message_id: UUID, state: MessageState, *sources: MessageState) -> bool:
        """Move a message from one of some states; `False` when it is in none of them."""
        values = {
            "message_id": message_id,
            "state": state.value,
            "from_states": [each.value for each in sources],
        }
        return (await self._connection.execute(_MOVE, values)).rowcount == 1

    async def see(self, message_id: UUID, *, by: str, at: datetime) -> bool:
        """A person has seen a received message; `False` when somebody had before."""
        return (
            await self._connection.execute(_SEE, {"message_id": message_id, "by": by, "at": at})
        ).rowcount == 1

    async def erase(self, message_id: UUID) -> bool:
        """Forget a message's sealed content; its row stays as the proof. `False` when it was gone."""
        return (await self._connection.execute(_ERASE, {"message_id": message_id})).rowcount == 1

    async def complete(self, message_id: UUID, at: datetime) -> bool:
        """A withdrawal of ours is carried out at its recipient; `False` when it was said before."""
        return (await self._connection.execute(_DONE, {"message_id": message_id, "at": at})).rowcount == 1

    async def carried_out(self, message_id: UUID, at: datetime) -> None:
        """A withdrawal that came in is carried out here and onward."""
        await self._connection.execute(_SET_DONE, {"message_id": message_id, "at": at})

    async def rest_on(self, message_id: UUID, basis: dict[str, Any]) -> None:
        """Change what a proposed message rests on."""
        await self._connection.execute(_REST_ON, {"message_id": message_id, "basis": basis})

    async def seen_there(self, message_id: UUID, authority_id: str, at: datetime) -> None:
        """A person at its recipient has seen a message of ours."""
        values = {"message_id": message_id, "authority_id": authority_id, "at": at}
        await self._connection.execute(_SEEN_THERE, values)

    async def has_emergency_against(self, author: str, before: datetime) -> bool:
        """Whether an emergency of this person was found unjustified, or left unreviewed since `before`."""
        values = {"author": author, "before": before}
        return bool((await self._connection.execute(_EMERGENCY_AGAINST, values)).scalar_one())

    async def emergencies_unreviewed(self, before: datetime, limit: int) -> list[ExchangeMessage]:
        """Emergencies sent until then that no review has justified and nobody has taken back."""
        return await self._many(_EMERGENCIES_UNREVIEWED, {"before": before, "limit": limit})

    async def with_clocks(self, limit: int) -> list[ExchangeMessage]:
        """Messages whose clocks run: our withdrawals, and notices that nobody here has seen; locked."""
        return await self._many(_WITH_CLOCKS, {"limit": limit})

    async def ring(self, message_id: UUID, clock: str) -> bool:
        """Note that a clock's alarm rings; `False` when it had before."""
        values = {"message_id": message_id, "clock": clock}
        return (await self._connection.execute(_RING, values)).rowcount == 1

    async def answers_due(self, now: datetime, limit: int) -> list[ExchangeMessage]:
        """Requests whose answer leaves now, whatever it is; locked."""
        return await self._many(_ANSWERS_DUE, {"now": now, "limit": limit})

    async def clear_answer(self, message_id: UUID) -> None:
        """No answer is due any more."""
        await self._connection.execute(_CLEAR_ANSWER, {"message_id": message_id})

    async def owe_answer(self, message_id: UUID) -> None:
        """The answer that a request was to have does not leave: the neutral word is due at once."""
        await self._connection.execute(_OWE_ANSWER, {"message_id": message_id})

    async def retention_over(self, today: date, limit: int) -> list[ExchangeMessage]:
        """Received messages whose time here is over; locked."""
        return await self._many(_OVER, {"today": today, "limit": limit})

    async def recall_record(self, *, now: datetime, since: datetime) -> dict[str, tuple[int, int]]:
        """By authority, of our withdrawals that became due since: how many are late, how many there are."""
        rows = await self._connection.execute(_OVERDUE, {"now": now, "since": since, "limit": MAX_MESSAGES})
        return {row.authority_id: (row.overdue, row.due) for row in rows}

    async def _one(self, statement: Any, message_id: UUID) -> ExchangeMessage:
        row = (await self._connection.execute(statement, {"message_id": message_id})).one_or_none()
        if row is None:
            raise MessageNotFound
        return _message(row)

    async def _many(self, statement: Any, values: dict[str, Any]) -> list[ExchangeMessage]:
        return [_message(row) for row in await self._connection.execute(statement, values)]


def _message(row: Row[Any]) -> ExchangeMessage:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    values |= {
        "direction": Direction(row.direction),
        "state": MessageState(row.state),
        "alarms": tuple(row.alarms),
        "reasons": tuple(row.reasons),
    }
    return ExchangeMessage(**values)
