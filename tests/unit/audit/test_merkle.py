import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.audit.merkle import (
    EMPTY_ROOT,
    CompactRange,
    Node,
    Range,
    consistency_ranges,
    fold_proof,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    perfect_nodes,
    proof_nodes,
    root_of,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(str(number).encode()) for number in range(70)]
sizes = st.integers(1, len(LEAVES))


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162 §2.1.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def naive_path(position: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 9162 §2.1.3.1, word by word."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if position < split:
        return [*naive_path(position, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_path(position - split, leaves[split:]), naive_root(leaves[:split])]


def naive_subproof(first: int, leaves: Sequence[bytes], is_whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162 §2.1.4.1, word by word."""
    if first == len(leaves):
        return [] if is_whole else [naive_root(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if first <= split:
        return [*naive_subproof(first, leaves[:split], is_whole), naive_root(leaves[split:])]
    return [*naive_subproof(first - split, leaves[split:], False), naive_root(leaves[:split])]


def stored_nodes(size: int) -> dict[Node, bytes]:
    """What a log of this size has stored: its leaves, and each node since it became complete."""
    tree = CompactRange()
    nodes = {}
    for position, leaf in enumerate(LEAVES[:size]):
        nodes[Node(0, position)] = leaf
        nodes.update(tree.append(leaf))
    return nodes


def test_known_roots_of_rfc_6962_test_vectors() -> None:
    contents = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    ]
    hashes = [leaf_hash(bytes.fromhex(content)) for content in contents]
    assert [root_of(hashes[:size]).hex() for size in range(3)] == roots
    assert root_of(hashes).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(st.integers(0, len(LEAVES)))
def test_growing_tree_has_the_root_of_the_definition(size: int) -> None:
    assert root_of(LEAVES[:size]) == naive_root(LEAVES[:size])


@given(sizes)
def test_compact_range_can_be_read_back_from_stored_nodes(size: int) -> None:
    nodes = stored_nodes(size)
    for earlier in range(1, size + 1):
        tree = CompactRange(earlier, [nodes[node] for node in perfect_nodes(Range(0, earlier))])
        assert tree.root() == naive_root(LEAVES[:earlier])


@given(sizes, st.data())
def test_inclusion_proof_is_the_definitions_and_verifies(size: int, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, size - 1))
    ranges = inclusion_ranges(position, size)
    proof = fold_proof(ranges, stored_nodes(size))
    assert list(proof) == naive_path(position, LEAVES[:size])
    assert set(proof_nodes(ranges)) <= set(stored_nodes(size))
    assert verify_inclusion(LEAVES[position], position, size, proof, naive_root(LEAVES[:size]))


@given(sizes, st.data())
def test_consistency_proof_is_the_definitions_and_verifies(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, second))
    proof = fold_proof(consistency_ranges(first, second), stored_nodes(second))
    assert list(proof) == naive_subproof(first, LEAVES[:second], True)
    roots = naive_root(LEAVES[:first]), naive_root(LEAVES[:second])
    assert verify_consistency(first, second, *roots, proof)


@given(sizes, st.data())
def test_changed_inclusion_proof_does_not_verify(size: int, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, size - 1))
    proof = naive_path(position, LEAVES[:size])
    root = naive_root(LEAVES[:size])
    strange = b"\xff" * 32
    assert not verify_inclusion(strange, position, size, proof, root)
    assert not verify_inclusion(LEAVES[position], position, size, proof, strange)
    assert not verify_inclusion(LEAVES[position], position, size, [*proof, strange], root)
    assert not verify_inclusion(LEAVES[position], size, size, proof, root)
    for number in range(len(proof)):
        changed = [*proof[:number], strange, *proof[number + 1 :]]
        assert not verify_inclusion(LEAVES[position], position, size, changed, root)
        assert not verify_inclusion(LEAVES[position], position, size, proof[:number], root)


@given(st.integers(2, len(LEAVES)), st.data())
def test_changed_consistency_proof_does_not_verify(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, second - 1))
    old, new = naive_root(LEAVES[:first]), naive_root(LEAVES[:second])
    proof = naive_subproof(first, LEAVES[:second], True)
    strange = b"\xff" * 32
    assert not verify_consistency(first, second, strange, new, proof)
    assert not verify_consistency(first, second, old, strange, proof)
    assert not verify_consistency(first, second, old, new, [*proof, strange])
    for number in range(len(proof)):
        changed = [*proof[:number], strange, *proof[number + 1 :]]
        assert not verify_consistency(first, second, old, new, changed)
        assert not verify_consistency(first, second, old, new, proof[:number])


def test_same_tree_is_consistent_with_itself_without_proof() -> None:
    root = root_of(LEAVES[:5])
    assert verify_consistency(5, 5, root, root, [])
    assert not verify_consistency(5, 5, root, EMPTY_ROOT, [])
    assert not verify_consistency(5, 5, root, root, [root])


def test_every_tree_continues_the_empty_one() -> None:
    root = root_of(LEAVES[:5])
    assert verify_consistency(0, 5, EMPTY_ROOT, root, [])
    assert not verify_consistency(0, 5, root, root, [])


def test_shorter_tree_continues_nothing_longer() -> None:
    root = root_of(LEAVES[:5])
    assert not verify_consistency(6, 5, root, root, [])


def test_proof_needs_its_first_node() -> None:
    assert not verify_consistency(3, 5, root_of(LEAVES[:3]), root_of(LEAVES[:5]), [])


@pytest.mark.parametrize(("position", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_inclusion_ranges_outside_the_tree(position: int, size: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        inclusion_ranges(position, size)


@pytest.mark.parametrize(("first", "second"), [(0, 5), (6, 5)])
def test_no_consistency_ranges_backwards_or_from_nothing(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="first size"):
        consistency_ranges(first, second)


def test_leaf_and_node_are_hashed_apart() -> None:
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])
