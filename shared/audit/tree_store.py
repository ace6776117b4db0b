"""Where the Merkle tree lies in PostgreSQL: leaves, complete nodes and checkpoints, only ever inserted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.audit.merkle import (
    CompactRange,
    Node,
    Range,
    consistency_ranges,
    fold_proof,
    inclusion_ranges,
    perfect_nodes,
    proof_nodes,
)

_TREE_HEAD = text("""
SELECT leaves, tree_size, signed_at, note
FROM (SELECT coalesce(max(position) + 1, 0) AS leaves FROM audit_leaf) AS tree
LEFT JOIN (SELECT * FROM audit_checkpoint ORDER BY tree_size DESC LIMIT 1) AS newest ON true
""")


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """The signed note for one size of the tree."""

    size: int
    signed_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """A record's place in the tree."""

    position: int
    record_id: UUID
    hash: bytes


async def latest_checkpoint(connection: AsyncConnection) -> StoredCheckpoint | None:
    """The newest checkpoint; none before the sequencer first ran."""
    row = (
        await connection.execute(
            text("SELECT tree_size, signed_at, note FROM audit_checkpoint ORDER BY tree_size DESC LIMIT 1")
        )
    ).one_or_none()
    return None if row is None else StoredCheckpoint(row.tree_size, row.signed_at, row.note)


async def checkpoint_of(connection: AsyncConnection, size: int) -> StoredCheckpoint | None:
    """The checkpoint signed for exactly this size, if there is one."""
    row = (
        await connection.execute(
            text("SELECT tree_size, signed_at, note FROM audit_checkpoint WHERE tree_size = :size"),
            {"size": size},
        )
    ).one_or_none()
    return None if row is None else StoredCheckpoint(row.tree_size, row.signed_at, row.note)


async def tree_head(connection: AsyncConnection) -> tuple[StoredCheckpoint | None, int]:
    """The newest checkpoint and the number of leaves, of one moment: two statements could see two trees."""
    row = (await connection.execute(_TREE_HEAD)).one()
    if row.note is None:
        return None, row.leaves
    return StoredCheckpoint(row.tree_size, row.signed_at, row.note), row.leaves


async def leaf_count(connection: AsyncConnection) -> int:
    """How many leaves the tree has."""
    count = await connection.scalar(text("SELECT coalesce(max(position) + 1, 0) FROM audit_leaf"))
    return int(count or 0)


async def leaf_of(connection: AsyncConnection, record_id: UUID) -> Leaf | None:
    """The place of a record; none while it waits or when there is no such record."""
    row = (
        await connection.execute(
            text("SELECT position, record_id, leaf_hash FROM audit_leaf WHERE record_id = :id"),
            {"id": record_id},
        )
    ).one_or_none()
    return None if row is None else Leaf(row.position, row.record_id, row.leaf_hash)


async def compact_range(connection: AsyncConnection, size: int) -> CompactRange:
    """The tree as it was at a size, ready to grow: O(log size) rows are read.

    Raises:
        KeyError: A node is absent, so the stored tree is broken.
    """
    nodes = perfect_nodes(Range(0, size))
    hashes = await _hashes(connection, nodes)
    return CompactRange(size, [hashes[node] for node in nodes])


async def inclusion_proof(connection: AsyncConnection, position: int, size: int) -> tuple[bytes, ...]:
    """The inclusion proof of a leaf in the tree of a size.

    Raises:
        ValueError: The position lies outside that tree.
        KeyError: A node is absent, so the stored tree is broken.
    """
    ranges = inclusion_ranges(position, size)
    return fold_proof(ranges, await _hashes(connection, proof_nodes(ranges)))


async def consistency_proof(connection: AsyncConnection, first: int, second: int) -> tuple[bytes, ...]:
    """The proof that the tree of size `second` continues that of size `first`.

    Raises:
        ValueError: Not 0 < first <= second.
        KeyError: A node is absent, so the stored tree is broken.
    """
    ranges = consistency_ranges(first, second)
    return fold_proof(ranges, await _hashes(connection, proof_nodes(ranges)))


async def add_leaves(connection: AsyncConnection, leaves: Sequence[Leaf]) -> None:
    """Insert leaves at the tree's end."""
    await connection.execute(
        text(
            "INSERT INTO audit_leaf (position, record_id, leaf_hash) SELECT * FROM unnest("
            "CAST(:positions AS bigint[]), CAST(:records AS uuid[]), CAST(:hashes AS bytea[]))"
        ),
        {
            "positions": [leaf.position for leaf in leaves],
            "records": [leaf.record_id for leaf in leaves],
            "hashes": [leaf.hash for leaf in leaves],
        },
    )


async def add_nodes(connection: AsyncConnection, nodes: Sequence[tuple[Node, bytes]]) -> None:
    """Insert the nodes that became complete."""
    await connection.execute(
        text(
            "INSERT INTO audit_node (level, ordinal, hash) SELECT * FROM unnest("
            "CAST(:levels AS smallint[]), CAST(:ordinals AS bigint[]), CAST(:hashes AS bytea[]))"
        ),
        {
            "levels": [node.level for node, _ in nodes],
            "ordinals": [node.ordinal for node, _ in nodes],
            "hashes": [digest for _, digest in nodes],
        },
    )


async def add_checkpoint(connection: AsyncConnection, checkpoint: StoredCheckpoint) -> None:
    """Insert the signed note of a size."""
    await connection.execute(
        text("INSERT INTO audit_checkpoint (tree_size, signed_at, note) VALUES (:size, :signed_at, :note)"),
        {"size": checkpoint.size, "signed_at": checkpoint.signed_at, "note": checkpoint.note},
    )


async def _hashes(connection: AsyncConnection, nodes: Iterable[Node]) -> dict[Node, bytes]:
    """The hashes of nodes, leaves among them, in one query."""
    wanted = list(nodes)
    rows = await connection.execute(
        text(
            "SELECT n.level, n.ordinal, n.hash FROM audit_node n "
            "JOIN unnest(CAST(:levels AS smallint[]), CAST(:ordinals AS bigint[])) AS w (level, ordinal) "
            "USING (level, ordinal) "
            "UNION ALL SELECT 0, position, leaf_hash FROM audit_leaf WHERE position = ANY (:leaves)"
        ),
        {
            "levels": [node.level for node in wanted],
            "ordinals": [node.ordinal for node in wanted],
            "leaves": [node.ordinal for node in wanted if node.level == 0],
        },
    )
    return {Node(row.level, row.ordinal): row.hash for row in rows}
