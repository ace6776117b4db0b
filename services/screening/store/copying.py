"""Rows by COPY, streamed: PostgreSQL takes and gives them without a plan, and nobody holds them all."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

Take = Callable[[bytes], Awaitable[None]]
"""Takes the next part of what is copied out."""


async def copy_in(
    connection: AsyncConnection, table: str, columns: Sequence[str], rows: AsyncIterator[bytes]
) -> None:
    """Write rows as they come, in COPY's text form, in the caller's transaction.

    Args:
        connection: A transaction in which a statement ran before: SQLAlchemy opens it with the first one.
        table: Where they go.
        columns: The members of each row, in its order.
        rows: Any number of parts, cut anywhere.

    Raises:
        asyncpg.PostgresError: A row breaks one of the table's rules.
    """
    driver = await _driver(connection)
    await driver.copy_to_table(table, source=rows, columns=columns)


async def copy_lines_out(connection: AsyncConnection, query: str, take: Take, *facts: Any) -> None:
    """Give a query's one column line by line, as it is: values that hold no line break and no control sign.

    Args:
        connection: A transaction, as above.
        query: Its parameters are `$1` and so on.
        take: Gets parts of any length, cut anywhere.
        facts: The parameters.
    """
    driver = await _driver(connection)
    # Signs that no value holds: so nothing is quoted and nothing escaped.
    await driver.copy_from_query(
        query, *facts, output=take, format="csv", delimiter="\x02", quote="\x01", escape="\x01"
    )


async def _driver(connection: AsyncConnection) -> Any:
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    assert driver.is_in_transaction(), "rows outside a transaction would stand whatever follows"
    return driver
