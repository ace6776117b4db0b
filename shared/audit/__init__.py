"""The audit log: records without personal data, a Merkle tree over them, signed checkpoints, proofs."""
