"""Many new rows at once, by COPY: PostgreSQL takes them without a plan, and the driver without arrays."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection


async def copy_rows(
    connection: AsyncConnection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Write rows in the caller's transaction; JSON values as their text.

    Args:
        connection: A transaction in which a statement ran before: SQLAlchemy opens it with the first one.
        table: Where they go.
        columns: The members of each row, in its order.
        rows: Any number of them.

    Raises:
        asyncpg.PostgresError: A row breaks one of the table's rules.
    """
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    assert driver.is_in_transaction(), "rows outside a transaction would stand whatever follows"
    await driver.copy_records_to_table(table, records=rows, columns=columns)
