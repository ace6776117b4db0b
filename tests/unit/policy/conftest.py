"""The catalogue as it stands in the checkout, loaded once."""

from pathlib import Path

import pytest

from shared.policy.engine import PolicyEngine

VECTORS = Path(__file__).parents[2] / "data" / "safeguards-vectors.json"


@pytest.fixture(scope="session")
def engine() -> PolicyEngine:
    """The engine over the catalogue of the checkout, which nobody has signed."""
    return PolicyEngine.load(profile="local", trusted_keys={})


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The vectors of the specification."""
    return VECTORS
