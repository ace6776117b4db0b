"""How a partner keeps its word: what the register says of it, and what our own ledger knows (SG-38).

Source: safeguards.md SG-37, SG-38; sharing-protocol.md §6 (overdue recall completion suspends).
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.registers.entries import Authority
from services.sharing.store.exchange import ExchangeStore

RECORD_WINDOW: Final = timedelta(days=90)


async def partner_facts(
    connection: AsyncConnection, authority: Authority, now: datetime
) -> dict[str, Any] | None:
    """`context.partner` of SG-38; `None` where the partner was not assessed.

    Where withdrawals of ours came due in the last 90 days, the ledger's figures stand for the register's.
    """
    if authority.safeguards is None:
        return None
    facts = authority.safeguards.as_json()
    record = await ExchangeStore(connection).recall_record(now=now, since=now - RECORD_WINDOW)
    overdue, due = record.get(authority.id, (0, 0))
    if due:
        facts["recall_on_time_pct"] = 100 * (due - overdue) / due
        facts["overdue_completions"] = max(overdue, facts["overdue_completions"])
    return facts
