"""Many rows at once, by COPY: PostgreSQL takes and gives them without a plan, and the driver without arrays.

Each function works in the caller's transaction, in which a statement ran before: SQLAlchemy opens it with the
first one.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

Take = Callable[[bytes], Awaitable[None]]
"""Takes the next part of what is copied out."""


async def copy_rows(
    connection: AsyncConnection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Write rows that are at hand; JSON values as their text.

    Args:
        connection: A transaction.
        table: Where they go.
        columns: The members of each row, in its order.
        rows: Any number of them.

    Raises:
        asyncpg.PostgresError: A row breaks one of the table's rules.
    """
    driver = await _driver(connection)
    await driver.copy_records_to_table(table, records=rows, columns=columns)


async def copy_in(
    connection: AsyncConnection, table: str, columns: Sequence[str], rows: AsyncIterator[bytes]
) -> None:
    """Write rows as they come, in COPY's text form; nobody holds them all.

    Args:
        connection: A transaction.
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
        connection: A transaction.
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
