"""What a service forgets by rule: rows whose stated period is over, a batch at a time, in the background."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.beating import keep_beating
from shared.clock import Clock
from shared.observability.logging import get_logger

PRUNE_EVERY_SECONDS: Final = 600.0
INBOX_KEPT: Final = timedelta(days=14)
"""No sender repeats a message for so long: an outbox whose neighbour is away for two weeks has an owner."""

Forget = Callable[[AsyncConnection, datetime], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class PruneRule:
    """One table's rule: rows older than `kept` go; `forget(connection, before)` drops at most a batch."""

    name: str
    kept: timedelta
    forget: Forget


class Pruner:
    """Carries out a service's rules.

    Args:
        engine: The service's database.
        rules: What is forgotten, and after how long.
        clock: Tells what is over.
    """

    def __init__(self, engine: AsyncEngine, rules: Sequence[PruneRule], clock: Clock) -> None:
        self._engine = engine
        self._rules = rules
        self._clock = clock

    async def prune(self) -> dict[str, int]:
        """Forget everything that is due, each batch in a transaction of its own; rows by rule."""
        return {rule.name: await self._prune(rule) for rule in self._rules}

    async def run(self, stop: asyncio.Event) -> None:
        """Prune again and again until told to stop; outlives a database that is away."""
        await keep_beating(self.prune, stop, every_seconds=PRUNE_EVERY_SECONDS, failed="pruning_failed")

    async def _prune(self, rule: PruneRule) -> int:
        before = self._clock.now() - rule.kept
        total = 0
        while True:
            async with self._engine.begin() as connection:
                forgotten = await rule.forget(connection, before)
            total += forgotten
            if forgotten == 0:
                break
        if total:
            get_logger().info("rows_forgotten", rule=rule.name, count=total)
        return total
