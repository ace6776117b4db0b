"""What every service is told at its start: one frozen class, read once, wrong names refused.

A service writes `class IngestSettings(ServiceSettings)` with `env_prefix="INGEST_"` and its own fields, and
starts with `IngestSettings.from_environment()`. No other module reads the environment.
"""

import json
import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote, urlsplit, urlunsplit

import iso3166
from pydantic import Field, FilePath, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from shared.travel.states import DEMONSTRATION

Profile = Literal["local", "production"]

# On one machine a witness may be tried without TLS; its cosignature is what counts, not the way there.
_WITNESS_SCHEMES = ("https://", "http://127.0.0.1:")

_PASSWORD_FILES = (
    ("database_url", "database_password_file"),
    ("migration_database_url", "migration_database_password_file"),
)


class SettingsRefused(Exception):
    """The settings cannot be used; the text names each variable and never its value."""


class ServiceSettings(BaseSettings):
    """What all services share; a subclass adds its prefix and its own fields.

    Database addresses are SQLAlchemy URLs (`postgresql+asyncpg://…`). A password may stand in a file of its
    own: `database_password_file` then fills the address in, so that `database_url` is always complete.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    profile: Profile
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    own_state: str
    database_url: SecretStr
    database_password_file: Path | None = None
    migration_database_url: SecretStr | None = None
    migration_database_password_file: Path | None = None
    keys_folder: Path
    issuer_url: str
    issuer_jwks_url: str
    service_keys_file: Path | None = None
    audit_checkpoint_sinks: Annotated[tuple[str, ...], NoDecode] = ()
    policy_folder: Path | None = None
    policy_trusted_keys_file: Path | None = None
    airports_file: Path | None = None
    metrics_token_file: FilePath | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @classmethod
    def from_environment(cls) -> Self:
        """Read `<PREFIX>_*` from the process's environment; the one place that does.

        Raises:
            SettingsRefused: A variable is unknown, missing or wrong; one sentence for each.
        """
        prefix = str(cls.model_config.get("env_prefix", "")).upper()
        known = {prefix + name.upper() for name in cls.model_fields}
        unknown = sorted(
            name for name in os.environ if name.upper().startswith(prefix) and name.upper() not in known
        )
        if unknown:
            # Kubernetes adds such variables by itself unless the pod says enableServiceLinks: false.
            raise SettingsRefused(f"These settings are unknown and stop the process: {', '.join(unknown)}.")
        try:
            return cls()
        except ValidationError as fault:
            raise SettingsRefused(_sentences(fault, prefix)) from None
        except SettingsError as fault:
            # Its text names the field whose JSON could not be read, and not the value.
            raise SettingsRefused(f"The settings cannot be used. {fault}.") from None

    @field_validator("own_state")
    @classmethod
    def _own_state_exists(cls, code: str) -> str:
        if code not in iso3166.countries_by_alpha3 and code not in DEMONSTRATION:
            raise ValueError("it must be an ISO 3166-1 alpha-3 code")
        return code

    @field_validator("audit_checkpoint_sinks", mode="before")
    @classmethod
    def _split_sinks(cls, value: Any) -> Any:
        """Accept a JSON list or addresses parted by commas."""
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return json.loads(value)
        return [part.strip() for part in value.split(",") if part.strip()]

    @field_validator("audit_checkpoint_sinks")
    @classmethod
    def _sinks_are_folders_or_https(cls, sinks: tuple[str, ...]) -> tuple[str, ...]:
        witnesses = [sink for sink in sinks if "://" in sink and "#" in sink]
        others = [sink for sink in sinks if sink not in witnesses]
        if any("://" in sink and not sink.startswith("https://") for sink in others):
            raise ValueError("a checkpoint sink is a folder or an https address")
        if not all(sink.startswith(_WITNESS_SCHEMES) for sink in witnesses):
            raise ValueError("a witness has an https address")
        if witnesses and not any("://" not in sink for sink in others):
            raise ValueError("a witness needs a folder beside it, where its cosignatures are kept")
        return sinks

    @model_validator(mode="before")
    @classmethod
    def _fill_passwords_in(cls, values: dict[str, Any]) -> dict[str, Any]:
        filled = dict(values)
        for address, file in _PASSWORD_FILES:
            if filled.get(address) and filled.get(file):
                filled[address] = _with_password(filled[address], Path(filled[file]))
        return filled

    @model_validator(mode="after")
    def _production_has_a_witness(self) -> Self:
        if self.profile == "production" and not self.audit_checkpoint_sinks:
            # SG-41: the log is anchored where nobody here can rewrite it.
            raise ValueError("audit_checkpoint_sinks must name at least one place in production")
        return self


def _with_password(address: SecretStr | str, file: Path) -> str:
    """The address with the password of the file (its first line) filled in."""
    text = address.get_secret_value() if isinstance(address, SecretStr) else address
    try:
        password = file.read_text(encoding="utf-8").splitlines()[0]
    except (OSError, IndexError):
        raise ValueError(f"the password file {file.name} cannot be read or is empty") from None
    parts = urlsplit(text)
    place = parts.netloc.rpartition("@")[2]
    user = quote(parts.username or "", safe="")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{place}"))


def _sentences(fault: ValidationError, prefix: str) -> str:
    """One sentence for each wrong setting, without its value."""
    sentences = []
    for error in fault.errors(include_input=False, include_url=False, include_context=False):
        name = ".".join(str(part) for part in error["loc"]).upper()
        sentences.append(f"{prefix}{name}: {error['msg']}." if name else f"{error['msg']}.")
    return "The settings cannot be used. " + " ".join(sentences)
