"""Which accounts are frozen, as a service's door knows it: read each second, asked at each request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.accounts.errors import RETRY_AFTER_SECONDS, FrozenAccountsUnknown
from shared.accounts.freezes import FreezeStore
from shared.beating import keep_beating
from shared.db.faults import DATABASE_FAULTS
from shared.security.roles import OVERSIGHT
from shared.security.tokens import Principal, PrincipalKind

READ_EVERY_SECONDS: Final = 1.0
READ_WITHIN_SECONDS: Final = 5.0
#: While the database is away nobody can be frozen either; after so long the last reading counts no more.
KNOWN_FOR_SECONDS: Final = 3600.0


class FrozenAccounts:
    """The frozen accounts of one process.

    The age of a reading is measured by the event loop, whose time neither jumps nor is set by anybody.
    """

    def __init__(self, engine: AsyncEngine, *, known_for_seconds: float = KNOWN_FOR_SECONDS) -> None:
        self._engine = engine
        self._known_for_seconds = known_for_seconds
        self._by_oversight: dict[str, bool] = {}
        self._read_at: float | None = None

    def holds(self, principal: Principal) -> bool:
        """Whether this caller's account is frozen; services are known by their keys and are never frozen.

        Raises:
            FrozenAccountsUnknown: They were never read, or not for an hour.
        """
        if principal.kind is PrincipalKind.SERVICE:
            return False
        if self._read_at is None or _now() - self._read_at >= self._known_for_seconds:
            raise FrozenAccountsUnknown(retry_after_seconds=RETRY_AFTER_SECONDS)
        is_by_oversight = self._by_oversight.get(principal.subject)
        if is_by_oversight is None:
            return False
        # SG-42: whoever is audited cannot keep oversight out, whatever the incident says.
        return is_by_oversight or principal.roles.isdisjoint(OVERSIGHT)

    async def read(self) -> None:
        """Read them anew."""
        async with asyncio.timeout(READ_WITHIN_SECONDS), self._engine.connect() as connection:
            freezes = await FreezeStore().standing(connection)
        frozen: dict[str, bool] = {}
        for freeze in freezes:
            frozen[freeze.account] = frozen.get(freeze.account, False) or freeze.is_by_oversight
        self._by_oversight, self._read_at = frozen, _now()

    async def run(self, stop: asyncio.Event) -> None:
        """Read them each second until told to stop; a database that is away is tried again."""
        await keep_beating(
            self.read, stop, every_seconds=READ_EVERY_SECONDS, failed="frozen_accounts_not_read"
        )


@asynccontextmanager
async def watching_frozen_accounts(engine: AsyncEngine) -> AsyncIterator[FrozenAccounts]:
    """The frozen accounts, read once before the first request and each second from then on."""
    frozen, stop = FrozenAccounts(engine), asyncio.Event()
    with suppress(*DATABASE_FAULTS):
        await frozen.read()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(frozen.run(stop))
        try:
            yield frozen
        finally:
            stop.set()


def _now() -> float:
    return asyncio.get_running_loop().time()
