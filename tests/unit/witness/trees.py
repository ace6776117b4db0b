"""A log that grows, forks or is set back, as its own keeper could make it."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.audit.checkpoint import Checkpoint, CheckpointSigner
from shared.audit.merkle import (
    Node,
    Range,
    consistency_ranges,
    fold_proof,
    leaf_hash,
    proof_nodes,
    root_of,
)

ORIGIN = "safeconduct/XAA/ingest"
SIGNER = CheckpointSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


class GrowingLog:
    """Records by their texts; every size up to now can be signed and proved."""

    def __init__(self, records: int = 0, branch: str = "") -> None:
        self.leaves = [leaf_hash(f"{branch}{number}".encode()) for number in range(records)]

    def grow(self, records: int, branch: str = "") -> None:
        """Add records."""
        start = len(self.leaves)
        self.leaves += [leaf_hash(f"{branch}{number}".encode()) for number in range(start, start + records)]

    def root(self, size: int) -> bytes:
        """The root at a size."""
        return root_of(self.leaves[:size])

    def signed(self, size: int | None = None) -> tuple[Checkpoint, str]:
        """A checkpoint and its note; the newest when no size is given."""
        at = len(self.leaves) if size is None else size
        return Checkpoint(ORIGIN, at, self.root(at)), SIGNER.sign(at, self.root(at))

    async def size(self) -> int:
        """How many leaves there are."""
        return len(self.leaves)

    async def proof(self, first: int, second: int) -> tuple[bytes, ...]:
        """The consistency proof between two sizes."""
        if first in {0, second}:
            return ()
        ranges = consistency_ranges(first, second)
        return fold_proof(ranges, {node: self._hash(node) for node in proof_nodes(ranges)})

    def _hash(self, node: Node) -> bytes:
        covered = Range(node.ordinal << node.level, (node.ordinal + 1) << node.level)
        return root_of(self.leaves[covered.start : covered.end])
