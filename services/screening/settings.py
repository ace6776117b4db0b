"""What the screening service is told at its start."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from services.screening.boarding.holds import MAX_MINUTES
from services.screening.review.rules import SECOND_QUEUE_MIX
from services.screening.watchlist.committee_form import CommitteeForm, load_form
from shared.settings import ServiceSettings


class ScreeningSettings(ServiceSettings):
    """The settings of the screening service, from `SCREENING_*`.

    `own_authority` is the unit that screens, as the legal register names it; `<own_state>-PIU-01` where it is
    left out. `escalation_ladder` names supervisors, parted by commas: the first owns what nobody reviewed.
    `second_queue_mix` is the share of NOT_A_MATCH that a second person looks at, at least one in twenty.
    `clock_seconds` is the pause between two beats of the clocks. `boarding_hold_minutes` is how long the
    strongest matches hold a boarding where a published law allows it; 0 is never. `list_folder` is where
    `file:` and `folder:` locations of list sources are looked up; `list_ca_file` trusts a publisher's mirror
    whose certificate no public authority signed. `committee_form_file` has the headings of a proposal to the
    1267 Committee in the form of `watchlist/committee_form.json`, which is used without one.
    `snapshot_folder` is where compiled lists are kept, for every worker of the machine; it holds entries in
    clear.
    """

    model_config = SettingsConfigDict(
        env_prefix="SCREENING_", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    sharing_url: str
    ingest_url: str
    own_authority: str | None = None
    escalation_ladder: Annotated[tuple[str, ...], NoDecode] = ()
    second_queue_mix: float = Field(default=SECOND_QUEUE_MIX, ge=SECOND_QUEUE_MIX, le=1.0)
    clock_seconds: float = Field(default=5.0, gt=0, le=60)
    boarding_hold_minutes: int = Field(default=0, ge=0, le=MAX_MINUTES)

    list_folder: Path | None = None
    list_ca_file: Path | None = None
    committee_form_file: Path | None = None
    snapshot_folder: Path | None = None

    @field_validator("escalation_ladder", mode="before")
    @classmethod
    def _split_ladder(cls, value: Any) -> Any:
        """Accept names parted by commas."""
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("committee_form_file")
    @classmethod
    def _is_a_form(cls, path: Path | None) -> Path | None:
        """A form that cannot be read is told at the start, not to whoever drafts."""
        load_form(path)
        return path

    @property
    def committee_form(self) -> CommitteeForm:
        """The headings of a proposal to the 1267 Committee."""
        return load_form(self.committee_form_file)

    @property
    def authority(self) -> str:
        """The unit that screens."""
        return self.own_authority or f"{self.own_state}-PIU-01"
