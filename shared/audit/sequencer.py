"""Gives each committed record its place in the Merkle tree, signs what resulted, and tells the world.

A record waits in `audit_pending`, a row of the same transaction as itself, and leaves that queue in the
transaction that gives it a position. So a record that commits late gets a later position and is never passed
over, which reading "all beyond the last identifier" would do.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.audit.checkpoint import Checkpoint, LogSigner, note_text
from shared.audit.merkle import CompactRange, leaf_hash
from shared.audit.sinks import CheckpointSink, SinkConflict, SinkUnavailable
from shared.audit.tree_store import (
    Leaf,
    StoredCheckpoint,
    add_checkpoint,
    add_leaves,
    add_nodes,
    compact_range,
    latest_checkpoint,
    leaf_count,
    tree_head,
)
from shared.bus.wake import wait_for
from shared.clock import Clock
from shared.db.faults import DATABASE_FAULTS
from shared.errors import DomainError
from shared.security.keys import KeyFileError

SEQUENCER_LOCK: Final = 0x5EC0ECE
"""The advisory lock that lets only one process extend a database's tree."""
BATCH_RECORDS: Final = 10_000
POLL_SECONDS: Final = 0.5
PUBLISH_SECONDS: Final = 10.0
_BROKEN_CODES: Final = frozenset({"AUDIT_CHAIN_BROKEN", "AUDIT_SINK_CONFLICT"})

_TAKE_PENDING = text("""
DELETE FROM audit_pending WHERE record_id IN (
    SELECT record_id FROM audit_pending ORDER BY record_id LIMIT :limit
) RETURNING record_id
""")
_CONTENT_WITHOUT_LEAF = text("""
SELECT r.record_id, r.content FROM audit_record r
WHERE r.record_id = ANY (:records) AND NOT EXISTS (SELECT FROM audit_leaf l WHERE l.record_id = r.record_id)
ORDER BY r.record_id
""")


class ChainBroken(DomainError):
    """The stored tree does not lead to its own last checkpoint; nothing more is signed on it."""

    code = "AUDIT_CHAIN_BROKEN"
    sentence = "The audit log's tree does not agree with its last checkpoint ({reason})."


class Sequencer:
    """Extends one service's tree; several may run, one works at a time.

    Args:
        engine: The service's database.
        signer: The log's key or keys; their name is the log's origin.
        clock: Tells when a checkpoint was signed.
        sinks: Where checkpoints go besides; see `open_sinks`.
        report: Is told the code of each new fault that a person must look at, such as `AUDIT_SINK_CONFLICT`.
        poll_seconds: The longest time that a record waits when nothing else is to be done.
        publish_seconds: The time between two publications; the last checkpoint is always published.
        batch_records: At most so many records in one transaction.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        signer: LogSigner,
        clock: Clock,
        sinks: Sequence[CheckpointSink] = (),
        report: Callable[[str], None] = lambda _code: None,
        poll_seconds: float = POLL_SECONDS,
        publish_seconds: float = PUBLISH_SECONDS,
        batch_records: int = BATCH_RECORDS,
    ) -> None:
        self._engine = engine
        self._signer = signer
        self._clock = clock
        self._sinks = tuple(sinks)
        self._report = report
        self._poll_seconds = poll_seconds
        self._publish_seconds = publish_seconds
        self._batch_records = batch_records
        self._published: dict[int, int] = {}
        self._compared = False
        self._faults: dict[str, str] = {}

    @property
    def chain_ok(self) -> bool:
        """Whether tree, checkpoint and sinks agreed when last looked at."""
        return not _BROKEN_CODES.intersection(self._faults.values())

    async def run(self, stop: asyncio.Event) -> None:
        """Sequence and publish until told to stop; then a last time, so that nothing committed waits."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._repeat("sequence", self._sequence_all, self._poll_seconds, stop))
            tasks.create_task(self._repeat("publish", self.publish, self._publish_seconds, stop))
        await self._attempt("sequence", self._sequence_all)
        await self._attempt("publish", self.publish)

    async def sequence_once(self) -> int:
        """Give waiting records their places and sign; at most `batch_records` of them.

        Returns:
            How many records were sequenced; 0 also when another process holds the lock.

        Raises:
            ChainBroken: The stored tree is not the one last signed.
        """
        async with self._engine.begin() as connection:
            locked = await connection.scalar(
                text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": SEQUENCER_LOCK}
            )
            return await self._extend(connection) if locked else 0

    async def publish(self) -> None:
        """Give the newest checkpoint to every sink that does not have it yet.

        Raises:
            SinkConflict: A sink holds another checkpoint of this size.
            SinkUnavailable: A sink did not answer; the others were served.
        """
        async with self._engine.connect() as connection:
            newest = await latest_checkpoint(connection)
        if newest is None:
            return
        checkpoint = Checkpoint.from_text(note_text(newest.note))
        unavailable: SinkUnavailable | None = None
        for number, sink in enumerate(self._sinks):
            if self._published.get(number) == newest.size:
                continue
            try:
                await sink.publish(checkpoint, newest.note)
            except SinkUnavailable as fault:
                unavailable = fault
            else:
                self._published[number] = newest.size
        if unavailable is not None:
            raise unavailable

    async def compare_with_sinks(self) -> None:
        """Refuse to go on when a sink knows a longer or another tree: ours was set back or rewritten.

        Raises:
            SinkConflict: It does.
        """
        for sink in self._sinks:
            known = await sink.newest(self._signer.origin, self._signer.verifier_keys())
            if known is not None and not await self._continues(known):
                raise SinkConflict(size=known.size)

    async def _continues(self, known: Checkpoint) -> bool:
        async with self._engine.connect() as connection:
            if known.size > await leaf_count(connection):
                return False
            return (await compact_range(connection, known.size)).root() == known.root

    async def _sequence_all(self) -> None:
        """Sequence until nothing waits; the first time only after a look at the sinks."""
        if not self._compared:
            await self.compare_with_sinks()
            self._compared = True
        while await self.sequence_once() == self._batch_records:
            pass

    async def _repeat(
        self, name: str, action: Callable[[], Awaitable[None]], seconds: float, stop: asyncio.Event
    ) -> None:
        while not stop.is_set():
            await self._attempt(name, action)
            await wait_for(stop, seconds)

    async def _attempt(self, name: str, action: Callable[[], Awaitable[None]]) -> None:
        """Act, and keep the fault's code if there is one; a lasting fault is reported once."""
        try:
            await action()
        except (ChainBroken, SinkConflict, SinkUnavailable, KeyFileError) as fault:
            code = fault.code
        except DATABASE_FAULTS:
            # The database is away; the records wait in it, and we try again.
            code = "AUDIT_STORE_UNAVAILABLE"
        else:
            self._faults.pop(name, None)
            return
        if self._faults.get(name) != code:
            self._report(code)
        self._faults[name] = code

    async def _extend(self, connection: AsyncConnection) -> int:
        previous, size = await tree_head(connection)
        tree = await checked_tree(connection, size, previous)
        taken = list((await connection.execute(_TAKE_PENDING, {"limit": self._batch_records})).scalars())
        rows = (await connection.execute(_CONTENT_WITHOUT_LEAF, {"records": taken})).all()
        leaves, nodes = [], []
        for row in rows:
            leaf = Leaf(tree.size, row.record_id, leaf_hash(row.content))
            nodes += tree.append(leaf.hash)
            leaves.append(leaf)
        if leaves:
            await add_leaves(connection, leaves)
            await add_nodes(connection, nodes)
        if leaves or previous is None:
            note = self._signer.sign(tree.size, tree.root())
            await add_checkpoint(connection, StoredCheckpoint(tree.size, self._clock.now(), note))
        return len(leaves)


async def checked_tree(
    connection: AsyncConnection, size: int, checkpoint: StoredCheckpoint | None
) -> CompactRange:
    """The stored tree, after a look whether it leads to its checkpoint: O(log size).

    Raises:
        ChainBroken: Leaves, nodes and checkpoint do not belong together.
    """
    signed = 0 if checkpoint is None else checkpoint.size
    if size != signed:
        raise ChainBroken(reason="its length is not the one signed")
    try:
        tree = await compact_range(connection, size)
    except KeyError:
        raise ChainBroken(reason="a node is absent") from None
    if checkpoint is not None and Checkpoint.from_text(note_text(checkpoint.note)).root != tree.root():
        raise ChainBroken(reason="its root is not the one signed")
    return tree
