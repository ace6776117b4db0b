"""What the door is told at its start."""

from pathlib import Path
from typing import Literal

from pydantic import DirectoryPath, FilePath
from pydantic_settings import BaseSettings, SettingsConfigDict


class DoorSettings(BaseSettings):
    """The settings of the door, from `DOOR_*`.

    `folder` is where sealed submissions come to lie; `rights_key_file` the public X25519 JWK of the rights
    office, the only key that the door has. Nobody signs in here: the issuer's addresses stay empty.
    """

    model_config = SettingsConfigDict(
        env_prefix="DOOR_", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    profile: Literal["local", "production"]
    host: str = "127.0.0.1"
    port: int
    folder: DirectoryPath
    rights_key_file: FilePath
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    issuer_url: str = ""
    issuer_jwks_url: str = ""
    service_keys_file: Path | None = None
