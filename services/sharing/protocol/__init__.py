"""The exchange protocol ctx-1.0: what messages are and carry, seals, signatures, the ways out."""
