"""How a long list is compiled: in a process of its own, into files that every worker maps."""

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.screening.matching import Matcher
from services.screening.matching.snapshot_folder import SnapshotFolder
from services.screening.store.list_snapshots import ListSnapshot, ListSnapshotStore
from services.screening.watchlist.list_in_use import ListInUse, Together, line_of
from shared.clock import Clock
from shared.errors import DomainError
from shared.observability.logging import get_logger

#: A shorter list compiles within a second, in the service itself.
LONG_LIST: Final = 5_000
#: The list is compiled anew when one entry in so many has changed since it last was.
CHANGED_ONE_IN: Final = 20
#: And a day after, if any has: whoever left the list leaves its files too.
LONGEST_BASE_SECONDS: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Built:
    """A compiled list, who is together in it, and the generation of its entries."""

    matcher: Matcher
    together: Together
    generation: int


class BaseBuilding:
    """Compiles long lists, one at a time; whoever is killed meanwhile leaves the last one in use."""

    def __init__(self, database: AsyncEngine, folder: Path, clock: Clock) -> None:
        self._database = database
        self._folder = folder
        self._snapshots = SnapshotFolder(folder)
        self._clock = clock
        self._store = ListSnapshotStore()
        self._task: asyncio.Task[Built] | None = None
        self._made_at = 0.0
        self.built = asyncio.Event()

    @property
    def is_building(self) -> bool:
        """Whether a list is being compiled."""
        return self._task is not None and not self._task.done()

    def start(self, in_use: ListInUse) -> None:
        """Begin to compile the list as it is now, unless one is being compiled or waits to be taken."""
        if self._task is None:
            self.built.clear()
            self._task = asyncio.create_task(self._build(in_use))
            self._task.add_done_callback(lambda _: self.built.set())

    def start_if_due(self, in_use: ListInUse, matcher: Matcher) -> None:
        """Begin where so much has changed, or so long ago, that the list should be compiled anew."""
        age = asyncio.get_running_loop().time() - self._made_at
        is_much = matcher.changed_count * CHANGED_ONE_IN > matcher.entry_count
        if is_much or (matcher.changed_count and age > LONGEST_BASE_SECONDS):
            self.start(in_use)

    def take(self) -> Built | None:
        """The list that was compiled, once; `None` where none is ready."""
        task = self._task
        if task is None or not task.done():
            return None
        self._task = None
        self.built.clear()
        if task.cancelled():
            return None
        fault = task.exception()
        if isinstance(fault, DomainError | OSError):
            get_logger().error("list_not_compiled", error=type(fault).__name__)
            return None
        return task.result()

    async def stored(self, connection: AsyncConnection, in_use: ListInUse) -> Built | None:
        """The compiled list that the database names, where its files are on this machine."""
        named = await self._store.newest(connection)
        if named is None:
            return None
        matcher = await asyncio.to_thread(self._snapshots.open, named.snapshot_id.hex)
        if matcher is None:
            return None
        self._made_at = asyncio.get_running_loop().time()
        together = await in_use.with_merged(connection, named.merged_from, matcher.entry)
        return Built(matcher, together, named.generation)

    async def end(self) -> None:
        """Give up what is being compiled, its process too; the next start begins anew."""
        self._snapshots.end()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _build(self, in_use: ListInUse) -> Built:
        with tempfile.TemporaryFile(dir=self._folder) as lines:
            async with self._database.connect() as connection:
                await connection.execution_options(isolation_level="REPEATABLE READ")
                generation, _ = await in_use.store.generation(connection)
                together = await in_use.together(connection)

                async def take(part: bytes) -> None:
                    lines.write(part)

                await in_use.store.copy_used_bodies(connection, together.members, take)
            lines.writelines(map(line_of, together.merged.values()))
            snapshot = ListSnapshot(uuid4(), generation, together.merged_from)
            name = snapshot.snapshot_id.hex
            matcher = await asyncio.to_thread(self._snapshots.write, name, _from_start(lines))
        async with self._database.begin() as connection:
            await self._store.add(connection, snapshot, self._clock.now())
        await asyncio.to_thread(self._snapshots.keep, [name])
        self._made_at = asyncio.get_running_loop().time()
        get_logger().info("list_compiled", generation=generation, count=matcher.entry_count)
        return Built(matcher, together, generation)


def _from_start(lines: IO[bytes]) -> Iterator[bytes]:
    lines.seek(0)
    yield from lines
