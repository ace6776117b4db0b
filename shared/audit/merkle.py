"""The Merkle tree of RFC 9162: hashes, roots, inclusion and consistency proofs, and their verification.

Pure: a proof is first asked for as the nodes that it needs, which the caller fetches from wherever they lie,
and is then folded from their hashes. A node is `(level, ordinal)`: it stands over the leaves from `ordinal <<
level` up to, not including, `(ordinal + 1) << level`. Only complete nodes are ever stored, so none ever
changes.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves. Source: RFC 9162 §2.1.1."""


class Node(NamedTuple):
    """A complete subtree: `level` 0 is a leaf."""

    level: int
    ordinal: int


class Range(NamedTuple):
    """The leaves from `start` up to, not including, `end`."""

    start: int
    end: int


def leaf_hash(content: bytes) -> bytes:
    """The hash of a leaf. Source: RFC 9162 §2.1.1."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours. Source: RFC 9162 §2.1.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class CompactRange:
    """A tree that grows: its size and the roots of its complete subtrees, largest first.

    `peaks` are the hashes of `perfect_nodes(Range(0, size))`, in that order.
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Add a leaf's hash at position `size`; give the nodes that it completes, lowest first."""
        completed = []
        position, level, current = self.size, 0, leaf
        while position >> level & 1:
            current = node_hash(self.peaks.pop(), current)
            level += 1
            completed.append((Node(level, position >> level), current))
        self.peaks.append(current)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return fold(self.peaks) if self.peaks else EMPTY_ROOT


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash over neighbouring subtrees, given largest (leftmost) first."""
    current = hashes[-1]
    for left in reversed(hashes[:-1]):
        current = node_hash(left, current)
    return current


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes in their order."""
    tree = CompactRange()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def perfect_nodes(leaves: Range) -> tuple[Node, ...]:
    """The complete subtrees that make up a range as it occurs in a proof, largest first.

    `leaves.start` must be a multiple of the largest power of two within the range, as it is in every range
    below.
    """
    nodes = []
    start, left = leaves.start, leaves.end - leaves.start
    while left:
        level = left.bit_length() - 1
        nodes.append(Node(level, start >> level))
        start += 1 << level
        left -= 1 << level
    return tuple(nodes)


def inclusion_ranges(position: int, size: int) -> tuple[Range, ...]:
    """The ranges whose hashes prove the leaf at `position` in a tree of `size`, from the leaf upwards.

    Raises:
        ValueError: No such leaf in such a tree.

    Source:
        RFC 9162 §2.1.3.1 (PATH).
    """
    if not 0 <= position < size:
        raise ValueError("the position lies outside the tree")
    ranges = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if position < middle:
            ranges.append(Range(middle, end))
            end = middle
        else:
            ranges.append(Range(start, middle))
            start = middle
    return tuple(reversed(ranges))


def consistency_ranges(first: int, second: int) -> tuple[Range, ...]:
    """The ranges whose hashes prove that the tree of size `second` continues the one of size `first`.

    Raises:
        ValueError: Not 0 < first <= second.

    Source:
        RFC 9162 §2.1.4.1 (SUBPROOF).
    """
    if not 0 < first <= second:
        raise ValueError("the first size must be at least 1 and at most the second")
    ranges = []
    start, end = 0, second
    while end != first:
        middle = start + _split(end - start)
        if first <= middle:
            ranges.append(Range(middle, end))
            end = middle
        else:
            ranges.append(Range(start, middle))
            start = middle
    if start:
        # The first tree's own root is known to the verifier only when its last subtree is the whole of it.
        ranges.append(Range(start, end))
    return tuple(reversed(ranges))


def proof_nodes(ranges: Iterable[Range]) -> tuple[Node, ...]:
    """All nodes to fetch for a proof."""
    return tuple(node for leaves in ranges for node in perfect_nodes(leaves))


def fold_proof(ranges: Iterable[Range], hashes: Mapping[Node, bytes]) -> tuple[bytes, ...]:
    """The proof itself, from the hashes of its nodes.

    Raises:
        KeyError: A node is absent.
    """
    return tuple(fold([hashes[node] for node in perfect_nodes(leaves)]) for leaves in ranges)


def verify_inclusion(leaf: bytes, position: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from a leaf's hash at `position` to the root of a tree of `size`.

    Source:
        RFC 9162 §2.1.3.2.
    """
    if not 0 <= position < size:
        return False
    at, last, current = position, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            current = node_hash(sibling, current)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and current == root


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the proof shows that the second tree begins with all leaves of the first, in their order.

    Every tree continues the empty one, with an empty proof.

    Source:
        RFC 9162 §2.1.4.2.
    """
    if not 0 <= first <= second:
        return False
    if first in (0, second):
        expected = EMPTY_ROOT if first == 0 else second_root
        return not proof and first_root == expected
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    if not path:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (at least 2)."""
    return 1 << (count - 1).bit_length() - 1
