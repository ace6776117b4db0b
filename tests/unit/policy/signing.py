"""Keys, catalogues and requests for the tests of the engine."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.policy.bundle import signed_copy
from shared.policy.catalogue import CATALOGUE_FOLDER
from shared.policy.engine import PolicyEngine, Profile
from shared.policy.sealing import seal
from tests.fakes import FixedClock

VECTORS = Path(__file__).parents[2] / "data" / "safeguards-vectors.json"
AT = datetime(2026, 6, 1, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Key:
    """A person's signing key."""

    kid: str
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def sign(self, content: bytes) -> bytes:
        """The signature of `content`."""
        return self.private.sign(content)


LEGAL, SUPERVISOR = Key("legal.1"), Key("supervisor.1")
TRUSTED = {key.kid: key.private.public_key() for key in (LEGAL, SUPERVISOR)}


def copy_of_catalogue(folder: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(CATALOGUE_FOLDER, folder / "catalogue"))


def reseal(folder: Path, *in_force: str) -> Path:
    """Name the files of a changed copy anew; SG-45 is in force beside those named."""
    seal(folder, version="test", in_force=(*in_force, "SG-45"), vectors=VECTORS)
    return folder


def signed_engine(
    folder: Path,
    source: Path = CATALOGUE_FOLDER,
    profile: Profile = "local",
    trusted: Mapping[str, Ed25519PublicKey] = TRUSTED,
) -> PolicyEngine:
    """An engine over a catalogue that two persons have signed, who are trusted unless told otherwise."""
    signed = signed_copy(source, folder / "signed", (LEGAL, SUPERVISOR))
    return PolicyEngine.load(signed, profile=profile, trusted_keys=trusted, clock=FixedClock(AT))


def use_of_entry(**changes: Any) -> dict[str, Any]:
    """A request that every safeguard in force permits: a live entry is screened against."""
    request: dict[str, Any] = {
        "action": "screen.use_entry",
        "purpose": {"code": "TERR_TRAVEL"},
        "object": {
            "purpose_tag": "TERRORISM",
            "status": "ACTIVE",
            "review_due": "2026-09-01",
            "expires": "2029-01-01",
            "source_kind": "UN",
        },
        "context": {"log_store": "UP", "chain_ok": True},
        "now": "2026-06-01T10:00:00Z",
    }
    return {**request, **changes}
