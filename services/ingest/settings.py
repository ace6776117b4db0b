"""What the ingest service is told at its start."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import DirectoryPath, Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from services.ingest.formats.edifact import MAX_INTERCHANGE_BYTES
from services.ingest.interactive.directives import DirectivesRefused, read_table
from services.ingest.replies.ackres import UNABLE_TO_PROCESS
from services.ingest.sensitive import RulesRefused, read_rules
from shared.settings import ServiceSettings

DEFAULT_MAX_BODY_BYTES = 10 * 1024 * 1024
# A machine that is late denies nobody the flight, and asks nobody for data that were readable.
OutageDirective = Literal["BOARD", "ADVISE", "NO_ANSWER"]


FaultCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,60}$")]
ErrorCode = Annotated[str, Field(pattern=r"^[0-9A-Z]{1,3}$")]


class IngestSettings(ServiceSettings):
    """The settings of the ingest service, from `INGEST_*`.

    `own_authority` is the unit that collects, as the legal register names it; `<own_state>-PIU-01` where it
    is left out. `sharing_url` is who is told when the rights office corrects or erases what others were told
    of; production does not start without it. `drop_folder` is the watched folder of those who send by SFTP,
    none where it is left out.
    `max_body_bytes` is the largest body of `POST /v1/messages`. `readers` is how many processes read bodies
    beside the one that stores them: one on two processors, none where there is but one. `receipt_days` is how
    long the receipt of a message is kept that brought no traveller; so long a repeat gets its first receipt.
    `interactive_deadline_seconds` is how long a check-in desk waits at most for `POST /v1/interactive`;
    `outage_directive` what its travellers are told when screening did not answer by then;
    `interactive_pace_seconds` the step to which the time of an answer is rounded up, 0 for none;
    `directives_file` the State's own table of directives; `sensitive_rules_file` its own rules of what is
    never kept (JSON or TOML), at least as strict as ours. `part_wait_minutes` is how long the other parts of
    a split message are awaited before its receipts and its flight say that they are missing.
    `ackres_errors` tells faults in ACKRES by other codes of ERC 9321 than ours (`{"FLIGHT_MISSING": "114"}`),
    and `ackres_other_error` every fault not named. `manifest_due_minutes` is how long before departure an
    expected flight without manifest raises an alarm; `partial_manifest_percent` below which part of the
    flight's seats, or of the travellers it usually has, a manifest does. `door_folder` is what the
    travellers' door writes; `rights_key_file` the private X25519 JWK that opens it, where the rights office
    works.
    """

    model_config = SettingsConfigDict(
        env_prefix="INGEST_", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    screening_url: str
    sharing_url: str | None = None
    own_authority: str | None = None
    max_body_bytes: int = Field(default=DEFAULT_MAX_BODY_BYTES, ge=1024, le=MAX_INTERCHANGE_BYTES)

    readers: int = Field(default=1, ge=0, le=64)

    receipt_days: int = Field(default=365, ge=30, le=3650)
    part_wait_minutes: int = Field(default=30, ge=1, le=1440)
    interactive_deadline_seconds: float = Field(default=2.0, ge=0.1, le=30)
    interactive_pace_seconds: float = Field(default=0.05, ge=0, le=1)
    outage_directive: OutageDirective = "BOARD"
    directives_file: Path | None = None
    sensitive_rules_file: Path | None = None

    ackres_errors: dict[FaultCode, ErrorCode] = Field(default={}, max_length=200)
    ackres_other_error: ErrorCode = UNABLE_TO_PROCESS

    manifest_due_minutes: int = Field(default=60, ge=0, le=1440)
    partial_manifest_percent: int = Field(default=50, ge=0, le=100)

    drop_folder: DirectoryPath | None = None

    door_folder: DirectoryPath | None = None
    rights_key_file: Path | None = None
    masking_key_file: Path | None = None
    unmasking_key_file: Path | None = None

    independent_authority: str = Field(default="the independent authority", max_length=300)
    appeal_court: str = Field(default="the competent court", max_length=300)

    @model_validator(mode="after")
    def _corrections_reach_whoever_was_told(self) -> Self:
        if self.profile == "production" and self.sharing_url is None:
            # SG-37: a correction that reaches nobody is none.
            raise ValueError("sharing_url must be given in production")
        return self

    @field_validator("directives_file")
    @classmethod
    def _directives_can_be_used(cls, path: Path | None) -> Path | None:
        if path is not None:
            try:
                read_table(path)
            except DirectivesRefused as refusal:
                raise ValueError(str(refusal).rstrip(".")) from None
        return path

    @field_validator("sensitive_rules_file")
    @classmethod
    def _rules_can_be_used(cls, path: Path | None) -> Path | None:
        try:
            read_rules(path)
        except RulesRefused as refusal:
            raise ValueError(str(refusal).rstrip(".")) from None
        return path

    @property
    def authority(self) -> str:
        """The unit that collects."""
        return self.own_authority or f"{self.own_state}-PIU-01"
