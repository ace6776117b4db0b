"""What the sharing service is told at its start."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class SharingSettings(ServiceSettings):
    """The settings of the sharing service, from `SHARING_*`.

    `vault_database_url` is the protection vault's own address; without one the vault uses `database_url` and
    becomes the role `sharing_vault` by itself. Our authority is the owner of `notice-signing.json` in
    `keys_folder`. `exchange_url` is the address under which counterparts know our `/v1/exchange`, which they
    sign, where a gateway stands before it. `exchange_drop_folder` holds a folder for each State with no
    connection. Every refusal of `/v1/exchange` takes `exchange_refusal_seconds`, whatever its cause, so that
    the time that it took tells nothing. `notice_lifetime_hours` ends the tries of a notice.
    """

    model_config = SettingsConfigDict(
        env_prefix="SHARING_", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    screening_url: str
    vault_database_url: SecretStr | None = None
    notice_lifetime_hours: int = Field(default=72, ge=1, le=72)
    delivery_timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    exchange_url: str | None = None
    exchange_refusal_seconds: float = Field(default=0.25, ge=0, le=5)
    exchange_drop_folder: Path | None = None
    delivery_poll_seconds: float = Field(default=0.5, gt=0, le=60)
