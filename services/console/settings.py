"""What the console is told at its start."""

from zoneinfo import available_timezones

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class ConsoleSettings(ServiceSettings):
    """The console's settings, `CONSOLE_*`.

    `public_url` is the address that browsers use, scheme and all; absent, `http://<host>:<port>`.
    `time_zone` is the duty desk's (IANA): its clocks show local time beside UTC.
    Sessions end after `idle_minutes` without a click and after `session_hours` at the latest.
    """

    model_config = SettingsConfigDict(
        env_prefix="CONSOLE_", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    ingest_url: str
    screening_url: str
    sharing_url: str
    public_url: str | None = None
    client_id: str = "console"
    idle_minutes: int = Field(default=30, ge=1, le=60)
    session_hours: int = Field(default=10, ge=1, le=12)
    time_zone: str = "UTC"

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("it must be a time zone of the IANA database, such as Europe/Paris")
        return name

    @property
    def own_url(self) -> str:
        """The console's own origin, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach us over TLS; without it cookies cannot be Secure (loopback only)."""
        return self.own_url.startswith("https://")
