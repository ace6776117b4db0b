"""Questions about one month to one database: each statement takes of the facts what it names."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.oversight.figures import Month

MAX_PARTS: Final = 200


class Asking:
    """Asks a service's tables for oversight; reads only.

    A statement may name `since` and `until` (instants), `first` and `after` (days), `now` and `limit`.
    """

    def __init__(self, connection: AsyncConnection, month: Month, now: datetime) -> None:
        self._connection = connection
        self._facts: Mapping[str, Any] = {
            "since": month.since,
            "until": month.until,
            "first": month.first,
            "after": month.after,
            "now": now,
            "limit": MAX_PARTS,
        }

    async def rows(self, statement: TextClause) -> list[Any]:
        """All rows."""
        wanted = {name: self._facts[name] for name in statement.compile().params}
        return list((await self._connection.execute(statement, wanted)).all())

    async def row(self, statement: TextClause) -> Any:
        """The one row of a statement that always gives one."""
        (only,) = await self.rows(statement)
        return only

    async def parts(self, statement: TextClause) -> list[tuple[str, int]]:
        """The columns `part` and `number` of each row."""
        return [(row.part, int(row.number)) for row in await self.rows(statement)]
