"""What comes in and goes out when two people change a register: forms with their limits, and proposals."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.screening.errors import RefusedByPolicy
from services.screening.registers.proposals import Decision
from services.screening.statuses import problems
from services.screening.views import Out
from services.screening.watchlist.sources.registry import READERS
from shared.approval.approvals import Approval
from shared.approval.errors import ApprovalConflict, ApprovalRoleRefused, ApprovalUnknown, SamePerson
from shared.policy.actions import ACTIONS, DATA_CLASSES, HANDLING_CODES, OPERATIONAL_PURPOSES, PURPOSES
from shared.travel.states import is_state

#: What every route of a register may answer beside its success.
REGISTER_FAULTS = problems(
    ApprovalUnknown, ApprovalConflict, ApprovalRoleRefused, SamePerson, RefusedByPolicy
)
LONGEST_STANDING_ORDER = 90
LONGEST_MATCHER_APPROVAL = 365
LEAST_STATEMENT = 40
#: An address without a name or password in it (http is for this machine alone, see the settings' profile), or
#: a name under the list folder that cannot lead out of it.
LOCATION: Final = (
    r"^(https://[^\s@/]+(/\S*)?|http://(127[.]0[.]0[.]1|\[::1\])(:[0-9]+)?(/\S*)?"
    r"|(file|folder):[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)$"
)
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


def one_of(values: tuple[str, ...]) -> str:
    """A pattern that takes these values and no other."""
    return f"^({'|'.join(value.replace('.', '[.]') for value in values)})$"


class In(BaseModel):
    """Base of what comes in: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class StandingOrderIn(In):
    """A statement of route scope for at most 90 days (SG-03)."""

    purpose_code: Annotated[str, Field(pattern=one_of(OPERATIONAL_PURPOSES))]
    statement: Annotated[str, Field(min_length=LEAST_STATEMENT, max_length=2000)]
    alternatives_considered: Words
    period_days: Annotated[int, Field(ge=1, le=LONGEST_STANDING_ORDER)] = LONGEST_STANDING_ORDER


class MatcherApprovalIn(In):
    """An algorithm with its threshold; left out, those that this worker screens with."""

    algorithm: Name | None = None
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    valid_days: Annotated[int, Field(ge=1, le=LONGEST_MATCHER_APPROVAL)] = LONGEST_MATCHER_APPROVAL


class LegalRowIn(In):
    """A published law that backs an act (SG-02)."""

    authority: Name
    action: Annotated[str, Field(pattern=one_of(ACTIONS))]
    data_class: Annotated[str, Field(pattern=one_of(DATA_CLASSES))]
    purpose_code: Annotated[str, Field(pattern=one_of(PURPOSES))]
    valid_from: date
    valid_to: date
    instrument_ref: Name
    public_url: Name
    orders: Annotated[list[Literal["BOARDING_ADVICE", "BOARDING_HOLD"]], Field(max_length=2)] = Field(
        default_factory=list
    )

    @model_validator(mode="after")
    def _orders_are_orders(self) -> Self:
        if self.orders and (self.action, self.data_class) != ("action.order", "HIT"):
            raise ValueError("only a row for action.order on HIT allows orders")
        return self


class CountryRiskIn(In):
    """What a person has to fear in a State (SG-34)."""

    state: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    level: Literal["LOW", "MEDIUM", "HIGH"]
    death_penalty: bool
    assessed_at: date
    sources: Words

    @field_validator("state")
    @classmethod
    def _state_exists(cls, code: str) -> str:
        if not is_state(code):
            raise ValueError("the State is an ISO 3166-1 alpha-3 code")
        return code


class ListSourceIn(In):
    """A list source, and what stands for its entries until somebody writes better (SG-18, SG-11).

    `location` is an https address, or a name under the service's list folder: `file:un.xml`, or
    `folder:un`, whose newest file is taken.
    """

    source_id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
    publisher: Name
    kind: Literal["UN", "NATIONAL", "PARTNER", "INTERPOL", "REGIONAL", "COMMERCIAL", "CROWD"]
    reader: Annotated[str, Field(pattern=one_of(tuple(READERS)))]
    purpose_tag: Literal["TERRORISM"] = "TERRORISM"
    allow_list: Annotated[list[Name], Field(min_length=1, max_length=50)]
    handling_code: Annotated[str, Field(pattern=one_of(HANDLING_CODES))] = "H1"
    conditions: Annotated[list[Name], Field(max_length=20)] = Field(default_factory=list)
    action_code: Literal["IDENTIFY_ONLY", "SECONDARY", "CONTACT_NOMINATOR", "TRAVEL_BAN", "ARREST_WARRANT"]
    tear_line: Annotated[str, Field(min_length=1, max_length=280)]
    desk_phone: Annotated[str, Field(min_length=1, max_length=60)]
    source_grade: Annotated[int, Field(ge=1, le=3)]
    info_grade: Annotated[str, Field(pattern="^[A-E]$")]
    location: Annotated[str, Field(max_length=500, pattern=LOCATION)] | None = None
    digest_location: Annotated[str, Field(max_length=500, pattern=LOCATION)] | None = None
    verify: Literal["HASH", "TLS"] = "HASH"
    fetch_minutes: Annotated[int, Field(ge=5, le=10_080)] = 360
    fresh_for_hours: Annotated[int, Field(ge=1, le=8_760)] = 192


class RegisterIn(In):
    """A row for one of the registers; exactly one is given."""

    register_name: Annotated[Literal["legal-rows", "list-sources", "country-risk"], Field(alias="register")]
    row: dict[str, Any]


class ApprovalDecisionIn(In):
    """The second person's answer, and the version of the proposal that they were shown."""

    approve: bool = True
    version: Annotated[int, Field(ge=1)] = 1

    def as_decision(self) -> Decision:
        """The use case's value."""
        return Decision(self.approve, self.version)


class CaseIn(In):
    """A case that questions are asked for, and who is assigned to it."""

    case_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]{0,99}$")]
    members: Annotated[list[Name], Field(min_length=1, max_length=50)]


class ProposalOut(Out):
    """A proposal and its decision."""

    approval_id: UUID
    kind: str
    subject: str
    state: str
    version: int
    payload: dict[str, Any]
    payload_digest: str
    proposer: str
    proposer_role: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None

    @classmethod
    def of(cls, approval: Approval) -> Self:
        """From a proposal."""
        return cls(
            approval_id=approval.approval_id,
            kind=approval.kind,
            subject=approval.subject,
            state=approval.state.value,
            version=approval.version,
            payload=dict(approval.payload),
            payload_digest=approval.payload_digest,
            proposer=approval.proposer,
            proposer_role=approval.proposer_role,
            proposed_at=approval.proposed_at,
            decided_by=approval.decided_by,
            decided_at=approval.decided_at,
        )
