"""The real safeguards, signed by two people, as the services load them."""

from datetime import timedelta
from pathlib import Path

from shared.clock import Clock
from shared.policy.bundle import signed_copy
from shared.policy.catalogue import CATALOGUE_FOLDER
from shared.policy.engine import PolicyEngine
from shared.security.keys import KeyFile

SIGNERS = ("legal", "supervisor")


def a_signed_policy(folder: Path, clock: Clock) -> PolicyEngine:
    now = clock.now()
    life = {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=365)}
    keys = [KeyFile.create(folder / f"{name}.json", owner=name, use="policy", **life) for name in SIGNERS]
    signed = signed_copy(CATALOGUE_FOLDER, folder / "policy", keys)
    trusted = {key.kid: key.public_key for key in keys}
    return PolicyEngine.load(signed, profile="local", trusted_keys=trusted, clock=clock)
