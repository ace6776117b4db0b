"""What the ingest service is told at its start."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.ingest.formats.edifact import MAX_INTERCHANGE_BYTES
from shared.settings import ServiceSettings

DEFAULT_MAX_BODY_BYTES = 10 * 1024 * 1024


class IngestSettings(ServiceSettings):
    """The settings of the ingest service, from `INGEST_*`.

    `own_authority` is the unit that collects, as the legal register names it; `<own_state>-PIU-01` where it
    is left out. `max_body_bytes` is the largest body of `POST /v1/messages`. `receipt_days` is how long the
    receipt of a message is kept that brought no traveller; that long a repeat gets its first receipt.
    """

    model_config = SettingsConfigDict(
        env_prefix="INGEST_", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    screening_url: str
    own_authority: str | None = None
    max_body_bytes: int = Field(default=DEFAULT_MAX_BODY_BYTES, ge=1024, le=MAX_INTERCHANGE_BYTES)

    receipt_days: int = Field(default=365, ge=30, le=3650)

    @property
    def authority(self) -> str:
        """The unit that collects."""
        return self.own_authority or f"{self.own_state}-PIU-01"
