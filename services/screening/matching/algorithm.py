"""The engine's name, which two people approve (SG-07): it changes with everything that a score rests on."""

import hashlib
import json
from typing import Final

from services.screening.matching import weights
from services.screening.matching.tables import digest_of_tables

RULES: Final = 8
"""Raised by whoever changes how evidence is found or counted; weights and tables tell of themselves."""


def digest_of_weights() -> str:
    """SHA-256 of every weight, bar and limit by its name, hexadecimal."""
    values = {name: getattr(weights, name) for name in dir(weights) if name.isupper()}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def algorithm() -> str:
    """The rules by number, weights and tables of names by the beginning of their common digest."""
    both = hashlib.sha256(f"{digest_of_weights()}{digest_of_tables()}".encode()).hexdigest()
    return f"safeconduct-{RULES}-{both[:8]}"


ALGORITHM: Final = algorithm()
