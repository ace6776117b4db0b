"""A service loads the catalogue that its settings name, under the keys that they name."""

import json
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from shared.policy.bundle import signed_copy
from shared.policy.catalogue import CATALOGUE_FOLDER
from shared.policy.installed import load_safeguards
from shared.settings import ServiceSettings
from tests.fakes import FixedClock
from tests.unit.policy.signing import AT, LEGAL, SUPERVISOR, TRUSTED, use_of_entry


class SpecimenSettings(ServiceSettings):
    """A service's settings."""

    model_config = SettingsConfigDict(env_prefix="SPECIMEN_")


def settings(**named: Any) -> SpecimenSettings:
    return SpecimenSettings(
        profile="local",
        port=8100,
        own_state="XAA",
        database_url=SecretStr("postgresql+asyncpg://specimen_app@127.0.0.1:5432/specimen"),
        keys_folder=Path("keys"),
        issuer_url="http://127.0.0.1:8104",
        issuer_jwks_url="http://127.0.0.1:8104/jwks",
        **named,
    )


def public_jwk(kid: str, key: Ed25519PublicKey) -> dict[str, str]:
    content = urlsafe_b64encode(key.public_bytes_raw()).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": content}


def test_catalogue_signed_by_the_people_that_the_settings_name_permits(tmp_path: Path) -> None:
    folder = signed_copy(CATALOGUE_FOLDER, tmp_path / "signed", (LEGAL, SUPERVISOR))
    keys_file = tmp_path / "trusted.json"
    keys_file.write_text(json.dumps({"keys": [public_jwk(kid, key) for kid, key in TRUSTED.items()]}))
    named = settings(policy_folder=folder, policy_trusted_keys_file=keys_file)
    assert load_safeguards(named, FixedClock(AT)).decide(use_of_entry()).permits


def test_settings_that_name_nobody_trust_nobody() -> None:
    verdict = load_safeguards(settings(), FixedClock(AT)).decide(use_of_entry())
    assert not verdict.permits
    assert any(reason.startswith("SG-45") for reason in verdict.reasons)
