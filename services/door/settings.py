"""What the door is told at its start."""

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Literal

from pydantic import DirectoryPath, Field, FilePath
from pydantic_settings import BaseSettings, SettingsConfigDict


class DoorSettings(BaseSettings):
    """The settings of the door, from `DOOR_*`.

    `folder` is where sealed submissions come to lie; `rights_key_file` the public X25519 JWK of the rights
    office, the only key that the door has. `independent_authority`, `appeal_court` and `office_address` are
    what the notice names besides; each is left out where it is empty. `trusted_proxy` is the reverse proxy
    whose `X-Forwarded-For` says who asks, `metrics_token_file` holds what a reader of the figures shows.
    Nobody signs in here: the issuer's addresses stay empty.
    """

    model_config = SettingsConfigDict(
        env_prefix="DOOR_", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    profile: Literal["local", "production"]
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    folder: DirectoryPath
    rights_key_file: FilePath
    independent_authority: str = Field(default="", max_length=300)
    appeal_court: str = Field(default="", max_length=300)
    office_address: str = Field(default="", max_length=300)
    metrics_token_file: FilePath | None = None
    trusted_proxy: IPv4Address | IPv6Address | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    issuer_url: str = ""
    issuer_jwks_url: str = ""
    service_keys_file: Path | None = None
