"""What oversight suspended, as conditions of screening's own statements: whoever reads entries reads them.

An entry is suspended by its identifier, a list by `SOURCE:<its id>`, a rule of the service by its name.

Source: safeguards.md SG-42.
"""

from enum import StrEnum
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

SOURCE_RULES: Final = "SOURCE:"
SUSPENDED_BY_OVERSIGHT: Final = "SG-42.SUSPENDED"
"""The reason that whoever is stopped reads; which order it is stands in the list of suspensions."""
_STANDING: Final = "SELECT object_id FROM oversight_suspension WHERE lifted_at IS NULL AND kind"
_STANDING_SOURCES: Final = (
    f"SELECT substr(object_id, {len(SOURCE_RULES) + 1}) FROM oversight_suspension"  # noqa: S608
    f" WHERE lifted_at IS NULL AND kind = 'RULE' AND starts_with(object_id, '{SOURCE_RULES}')"
)
_RULES = text(f"{_STANDING} = 'RULE' ORDER BY object_id LIMIT 1000")
_KNOWN_ENTRY = text("""
SELECT EXISTS (SELECT 1 FROM watchlist_entry WHERE entry_id = :id)
    OR EXISTS (SELECT 1 FROM notice_from_abroad WHERE entry_id = :id)
""")
_KNOWN_SOURCE = text("SELECT EXISTS (SELECT 1 FROM list_source WHERE source_id = :id)")
_CONCERNS = text(f"""
SELECT :entry_id = ANY (ARRAY({_STANDING} = 'ENTRY')) OR :source_id = ANY (ARRAY({_STANDING_SOURCES}))
""")


class Rule(StrEnum):
    """The service's own rules that oversight can suspend, beside each list (`SOURCE:…`).

    MATCHER is comparison of names that are not written alike: equal names and equal documents go on.
    """

    MATCHER = "MATCHER"
    BOARDING_ADVICE = "BOARDING_ADVICE"
    BOARDING_HOLD = "BOARDING_HOLD"


def not_suspended_entry(column: str = "entry_id") -> str:
    """A condition: no order about this entry stands."""
    return f"{column} <> ALL (ARRAY({_STANDING} = 'ENTRY'))"


def not_suspended_source(column: str = "source_id") -> str:
    """A condition: no order about this list stands."""
    return f"{column} <> ALL (ARRAY({_STANDING_SOURCES}))"


def not_suspended_rule(parameter: str) -> str:
    """A condition: no order about this rule stands."""
    return f"{parameter} <> ALL (ARRAY({_STANDING} = 'RULE'))"


def not_suspended(table: str = "") -> str:
    """A condition: no order stands about this entry or the list that it is from."""
    dot = f"{table}." if table else ""
    return f"{not_suspended_entry(f'{dot}entry_id')} AND {not_suspended_source(f'{dot}source_id')}"


def rests_on_entry_in_use(table: str) -> str:
    """A condition: a hit's entry, or the notice it is from, is in use on the day `:today`.

    Source: safeguards.md SG-14 (an entry that is suspended, or past its review or its end, is not used).
    """
    return (
        f"(EXISTS (SELECT 1 FROM watchlist_entry AS listed WHERE listed.entry_id = {table}.entry_id"  # noqa: S608
        " AND listed.is_used AND least(listed.review_due, listed.expires) > CAST(:today AS date))"
        f" OR EXISTS (SELECT 1 FROM notice_from_abroad AS notice WHERE notice.entry_id = {table}.entry_id"
        " AND notice.status = 'ACTIVE'))"
    )


class SuspendedStore:
    """What stands of oversight's orders."""

    async def rules(self, connection: AsyncConnection) -> frozenset[str]:
        """The rules that are suspended, lists among them."""
        return frozenset((await connection.execute(_RULES)).scalars())

    async def concerns(self, connection: AsyncConnection, entry_id: str, source_id: str) -> bool:
        """Whether an order about an entry, or about its list, stands."""
        facts = {"entry_id": entry_id, "source_id": source_id}
        return bool((await connection.execute(_CONCERNS, facts)).scalar_one())

    async def is_entry(self, connection: AsyncConnection, entry_id: str) -> bool:
        """Whether there is such an entry, or a notice from abroad that stands for one."""
        return bool((await connection.execute(_KNOWN_ENTRY, {"id": entry_id})).scalar_one())

    async def is_source(self, connection: AsyncConnection, source_id: str) -> bool:
        """Whether there is such a list."""
        return bool((await connection.execute(_KNOWN_SOURCE, {"id": source_id})).scalar_one())
