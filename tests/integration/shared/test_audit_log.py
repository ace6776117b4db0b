import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from deploy.local.postgres import EmbeddedPostgres, ServiceDatabase
from shared.audit import merkle
from shared.audit.checkpoint import Checkpoint, CheckpointSigner, VerifierKey, open_checkpoint
from shared.audit.log import AuditLog, Sequencer
from shared.audit.reads import AuditFilter, search
from shared.audit.record import AuditRecordRefused
from shared.audit.sequencer import ChainBroken, checked_tree
from shared.audit.sinks import FolderSink, SinkConflict, SinkUnavailable
from shared.audit.tree_store import (
    checkpoint_of,
    consistency_proof,
    inclusion_proof,
    latest_checkpoint,
    leaf_of,
    tree_head,
)
from shared.db.engine import create_engine
from shared.db.urls import database_url
from shared.identifiers import AuditRecordId
from tests.fakes import FixedClock


@pytest.fixture
def sequencer(engine: AsyncEngine, signer: CheckpointSigner, clock: FixedClock) -> Sequencer:
    return Sequencer(engine, signer=signer, clock=clock)


async def append(connection: AsyncConnection, audit: AuditLog, number: int = 1) -> AuditRecordId:
    return await audit.append(
        connection,
        actor="verifier-1",
        action="hit.decide",
        object_kind="HIT",
        object_id=f"hit-{number}",
        facts={"number": number},
    )


async def append_committed(engine: AsyncEngine, audit: AuditLog, count: int) -> list[AuditRecordId]:
    async with engine.begin() as connection:
        return [await append(connection, audit, number) for number in range(count)]


async def pending(connection: AsyncConnection) -> int:
    """How many records wait for their place in the tree."""
    return int(await connection.scalar(text("SELECT count(*) FROM audit_pending")) or 0)


async def root_at(engine: AsyncEngine, size: int, signer: CheckpointSigner) -> bytes:
    async with engine.connect() as connection:
        stored = await checkpoint_of(connection, size)
    assert stored is not None
    return open_checkpoint(stored.note, [signer.verifier_key]).root


async def test_record_rolls_back_with_its_transaction(engine: AsyncEngine, audit: AuditLog) -> None:
    async with engine.connect() as connection:
        await append(connection, audit)
        await connection.rollback()
        assert await search(connection, AuditFilter(), limit=10) == []
        assert await pending(connection) == 0


async def test_record_with_free_text_is_refused(engine: AsyncEngine, audit: AuditLog) -> None:
    async with engine.connect() as connection:
        with pytest.raises(AuditRecordRefused):
            await audit.append(
                connection, actor="verifier-1", action="read", object_kind="HIT", object_id="Jane Doe"
            )


async def test_first_checkpoint_is_of_the_empty_tree(
    engine: AsyncEngine, sequencer: Sequencer, signer: CheckpointSigner
) -> None:
    assert await sequencer.sequence_once() == 0
    assert await root_at(engine, 0, signer) == merkle.EMPTY_ROOT


async def test_each_batch_ends_in_a_signed_checkpoint(
    engine: AsyncEngine, audit: AuditLog, sequencer: Sequencer, signer: CheckpointSigner
) -> None:
    sizes = [1, 3, 7, 8, 20]
    done = 0
    for size in sizes:
        await append_committed(engine, audit, size - done)
        assert await sequencer.sequence_once() == size - done
        done = size

    async with engine.connect() as connection:
        contents = [
            row.content
            for row in await connection.execute(
                text("SELECT content FROM audit_record JOIN audit_leaf USING (record_id) ORDER BY position")
            )
        ]
    leaves = [merkle.leaf_hash(content) for content in contents]
    for size in sizes:
        assert await root_at(engine, size, signer) == merkle.root_of(leaves[:size])


async def test_record_that_commits_late_is_not_lost(
    engine: AsyncEngine, audit: AuditLog, sequencer: Sequencer
) -> None:
    async with engine.connect() as held:
        late = await append(held, audit, 0)
        await append_committed(engine, audit, 5)
        assert await sequencer.sequence_once() == 5
        await append_committed(engine, audit, 2)
        assert await sequencer.sequence_once() == 2
        await held.commit()

    assert await sequencer.sequence_once() == 1
    async with engine.connect() as connection:
        leaf = await leaf_of(connection, late)
        assert leaf is not None
        assert leaf.position == 7
        assert await pending(connection) == 0


async def test_inclusion_proofs_verify_for_every_leaf_and_size(
    engine: AsyncEngine, audit: AuditLog, sequencer: Sequencer, signer: CheckpointSigner
) -> None:
    records = []
    for count in (3, 4, 6):
        records += await append_committed(engine, audit, count)
        await sequencer.sequence_once()
    async with engine.connect() as connection:
        for record in records:
            leaf = await leaf_of(connection, record)
            assert leaf is not None
            for size in [known for known in (3, 7, 13) if leaf.position < known]:
                proof = await inclusion_proof(connection, leaf.position, size)
                root = await root_at(engine, size, signer)
                assert merkle.verify_inclusion(leaf.hash, leaf.position, size, proof, root)


async def test_consistency_proofs_verify_between_checkpoints(
    engine: AsyncEngine, audit: AuditLog, sequencer: Sequencer, signer: CheckpointSigner
) -> None:
    for count in (3, 4, 6):
        await append_committed(engine, audit, count)
        await sequencer.sequence_once()
    async with engine.connect() as connection:
        for first, second in ((3, 7), (3, 13), (7, 13), (13, 13)):
            proof = await consistency_proof(connection, first, second)
            roots = (await root_at(engine, first, signer), await root_at(engine, second, signer))
            assert merkle.verify_consistency(first, second, *roots, proof)


async def test_two_sequencers_give_each_record_one_place(
    engine: AsyncEngine, audit: AuditLog, signer: CheckpointSigner, clock: FixedClock
) -> None:
    await append_committed(engine, audit, 50)
    twins = [Sequencer(engine, signer=signer, clock=clock) for _ in range(2)]
    counts = await asyncio.gather(*(twin.sequence_once() for twin in twins for _ in range(4)))
    assert sum(counts) == 50
    async with engine.connect() as connection:
        _, size = await tree_head(connection)
    assert size == 50


async def test_state_read_while_the_tree_grows_is_never_taken_for_broken(
    engine: AsyncEngine, audit: AuditLog, sequencer: Sequencer
) -> None:
    grown = asyncio.Event()
    looks = 0

    async def watch() -> None:
        nonlocal looks
        while not grown.is_set():
            async with engine.connect() as connection:
                checkpoint, size = await tree_head(connection)
                await checked_tree(connection, size, checkpoint)
            looks += 1

    async def grow() -> None:
        for _ in range(40):
            await append_committed(engine, audit, 1)
            await sequencer.sequence_once()
        grown.set()

    await asyncio.gather(grow(), watch(), watch(), watch())
    assert looks


async def test_record_queued_twice_keeps_its_first_place(
    engine: AsyncEngine, audit: AuditLog, sequencer: Sequencer
) -> None:
    (record,) = await append_committed(engine, audit, 1)
    await sequencer.sequence_once()
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO audit_pending VALUES (:id)"), {"id": record})
    await append_committed(engine, audit, 1)
    assert await sequencer.sequence_once() == 1


async def test_running_sequencer_drains_before_it_stops(
    engine: AsyncEngine, audit: AuditLog, signer: CheckpointSigner, clock: FixedClock, tmp_path: Path
) -> None:
    sink = FolderSink(tmp_path)
    sequencer = Sequencer(
        engine, signer=signer, clock=clock, sinks=[sink], poll_seconds=0.01, publish_seconds=0.01
    )
    stop = asyncio.Event()
    running = asyncio.create_task(sequencer.run(stop))
    await append_committed(engine, audit, 3)
    stop.set()
    await running
    newest = await sink.newest(signer.origin, signer.verifier_keys())
    assert newest is not None
    assert newest.size == 3
    assert sequencer.chain_ok


async def test_more_records_than_a_batch_are_all_sequenced(
    engine: AsyncEngine, audit: AuditLog, signer: CheckpointSigner, clock: FixedClock
) -> None:
    await append_committed(engine, audit, 7)
    sequencer = Sequencer(engine, signer=signer, clock=clock, batch_records=3)
    stop = asyncio.Event()
    stop.set()
    await sequencer.run(stop)
    async with engine.connect() as connection:
        checkpoint, size = await tree_head(connection)
        assert await pending(connection) == 0
    assert checkpoint is not None
    assert (size, checkpoint.size, checkpoint.signed_at) == (7, 7, clock.now())


async def test_absent_database_is_reported_once_and_leaves_the_chain_whole(
    signer: CheckpointSigner, clock: FixedClock
) -> None:
    nowhere = create_engine(database_url("127.0.0.1", 1, "x", "x", "x"), application_name="tests")
    reported: list[str] = []
    sequencer = Sequencer(nowhere, signer=signer, clock=clock, report=reported.append)
    stop = asyncio.Event()
    stop.set()
    await sequencer.run(stop)
    await sequencer.run(stop)
    # Once by the sequencing and once by the publishing task, however often they try.
    assert reported == ["AUDIT_STORE_UNAVAILABLE"] * 2
    assert sequencer.chain_ok


async def test_nothing_is_published_before_the_first_checkpoint(
    engine: AsyncEngine, signer: CheckpointSigner, clock: FixedClock, tmp_path: Path
) -> None:
    sink = FolderSink(tmp_path)
    await Sequencer(engine, signer=signer, clock=clock, sinks=[sink]).publish()
    assert await sink.newest(signer.origin, signer.verifier_keys()) is None


async def test_checkpoint_is_published_once(
    engine: AsyncEngine, audit: AuditLog, signer: CheckpointSigner, clock: FixedClock
) -> None:
    sink = CountingSink()
    sequencer = Sequencer(engine, signer=signer, clock=clock, sinks=[sink])
    await append_committed(engine, audit, 1)
    await sequencer.sequence_once()
    await sequencer.publish()
    await sequencer.publish()
    assert sink.sizes == [1]


async def test_no_records_are_no_work(engine: AsyncEngine, audit: AuditLog) -> None:
    async with engine.connect() as connection:
        await audit.append_many(connection, [])
        assert await pending(connection) == 0


async def test_search_finds_by_each_part(engine: AsyncEngine, audit: AuditLog, clock: FixedClock) -> None:
    before = clock.now()
    clock.advance(seconds=1)
    async with engine.begin() as connection:
        await append(connection, audit, 1)
        clock.advance(seconds=1)
        wanted = await audit.append(
            connection,
            actor="dpo",
            action="audit.search",
            object_kind="LOG",
            object_id="ingest",
            subject_id="traveller-1",
            outcome="REFUSED",
            purpose="OVERSIGHT",
        )
        filters = [
            AuditFilter(actor="dpo"),
            AuditFilter(action="audit.search"),
            AuditFilter(object_id="ingest"),
            AuditFilter(subject_id="traveller-1"),
            AuditFilter(outcome="REFUSED"),
            AuditFilter(purpose="OVERSIGHT"),
            AuditFilter(since=clock.now()),
        ]
        for sought in filters:
            found = await search(connection, sought, limit=10)
            assert [record.record_id for record in found] == [wanted], sought
        assert await search(connection, AuditFilter(until=before), limit=10) == []


async def test_search_goes_on_after_a_page(engine: AsyncEngine, audit: AuditLog) -> None:
    await append_committed(engine, audit, 5)
    async with engine.connect() as connection:
        first = await search(connection, AuditFilter(), limit=3)
        rest = await search(connection, AuditFilter(), limit=3, cursor=first[-1].record_id)
    assert len({record.record_id for record in [*first, *rest]}) == 5


def as_superuser(postgres: EmbeddedPostgres, specimen: ServiceDatabase, statement: str) -> None:
    name = specimen.url.rpartition("/")[2]
    postgres.run_sql(name, f"SET session_replication_role = replica; {statement}")


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_leaf SET leaf_hash = sha256('x') WHERE position = 4",
        "DELETE FROM audit_leaf WHERE position = 4",
        "DELETE FROM audit_node WHERE level = 2",
        "UPDATE audit_node SET hash = sha256('x') WHERE level = 2",
    ],
)
async def test_nothing_more_is_signed_on_a_broken_tree(
    engine: AsyncEngine,
    audit: AuditLog,
    sequencer: Sequencer,
    *,
    postgres: EmbeddedPostgres,
    specimen: ServiceDatabase,
    tampering: str,
) -> None:
    await append_committed(engine, audit, 5)
    await sequencer.sequence_once()
    as_superuser(postgres, specimen, tampering)
    await append_committed(engine, audit, 1)

    with pytest.raises(ChainBroken):
        await sequencer.sequence_once()
    async with engine.connect() as connection:
        newest, size = await tree_head(connection)
        with pytest.raises(ChainBroken):
            await checked_tree(connection, size, newest)
    assert newest is not None
    assert newest.size == 5


async def test_log_that_was_set_back_is_not_signed_again(
    engine: AsyncEngine,
    audit: AuditLog,
    signer: CheckpointSigner,
    clock: FixedClock,
    *,
    tmp_path: Path,
    postgres: EmbeddedPostgres,
    specimen: ServiceDatabase,
) -> None:
    sink = FolderSink(tmp_path)
    await append_committed(engine, audit, 5)
    first = Sequencer(engine, signer=signer, clock=clock, sinks=[sink])
    await first.sequence_once()
    await first.publish()
    as_superuser(postgres, specimen, "TRUNCATE audit_record, audit_leaf, audit_node, audit_checkpoint")
    await append_committed(engine, audit, 2)

    reported: list[str] = []
    second = Sequencer(
        engine, signer=signer, clock=clock, sinks=[sink], report=reported.append, poll_seconds=0.01
    )
    stop = asyncio.Event()
    stop.set()
    await second.run(stop)
    assert reported == ["AUDIT_SINK_CONFLICT"]
    assert not second.chain_ok
    async with engine.connect() as connection:
        assert await latest_checkpoint(connection) is None


async def test_log_rewritten_to_the_same_length_is_not_signed_again(
    engine: AsyncEngine,
    audit: AuditLog,
    signer: CheckpointSigner,
    clock: FixedClock,
    tmp_path: Path,
) -> None:
    sink = FolderSink(tmp_path)
    await append_committed(engine, audit, 2)
    sequencer = Sequencer(engine, signer=signer, clock=clock, sinks=[sink])
    await sequencer.sequence_once()
    other = merkle.root_of([b"o" * 32, b"t" * 32])
    await sink.publish(Checkpoint(signer.origin, 2, other), signer.sign(2, other))
    with pytest.raises(SinkConflict):
        await sequencer.compare_with_sinks()
    with pytest.raises(SinkConflict):
        await sequencer.publish()


class CountingSink:
    """A sink that keeps the sizes it was given."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    async def publish(self, checkpoint: Checkpoint, note: str) -> None:  # noqa: ARG002
        self.sizes.append(checkpoint.size)

    async def newest(self, origin: str, keys: Sequence[VerifierKey]) -> Checkpoint | None:  # noqa: ARG002
        return None


class BrokenSink:
    """A sink that nobody reaches."""

    async def publish(self, checkpoint: Checkpoint, note: str) -> None:  # noqa: ARG002
        raise SinkUnavailable(reason="ConnectError")

    async def newest(self, origin: str, keys: Sequence[VerifierKey]) -> Checkpoint | None:  # noqa: ARG002
        return None


async def test_absent_sink_stops_neither_the_others_nor_the_log(
    engine: AsyncEngine, audit: AuditLog, signer: CheckpointSigner, clock: FixedClock, tmp_path: Path
) -> None:
    reported: list[str] = []
    sinks: Sequence[BrokenSink | FolderSink] = [BrokenSink(), FolderSink(tmp_path)]
    sequencer = Sequencer(engine, signer=signer, clock=clock, sinks=sinks, report=reported.append)
    await append_committed(engine, audit, 1)
    stop = asyncio.Event()
    stop.set()
    await sequencer.run(stop)
    newest = await sinks[1].newest(signer.origin, signer.verifier_keys())
    assert newest is not None
    assert newest.size == 1
    assert reported == ["AUDIT_SINK_UNAVAILABLE"]
    assert sequencer.chain_ok
