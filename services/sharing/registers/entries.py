"""What the registers hold: authorities, agreements, country risk and legal rows. Values only."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(min_length=1, max_length=200)]
State = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
HandlingCode = Literal["H0", "H1", "H2", "H3", "H4"]
PurposeCode = Literal["TERR_PREVENT", "TERR_DETECT", "TERR_INVESTIGATE", "TERR_TRAVEL"]
#: What an authority is there for: the operational purposes, and the protection of children (SG-16, SG-29).
Function = Literal["TERR_PREVENT", "TERR_DETECT", "TERR_INVESTIGATE", "TERR_TRAVEL", "CHILD_PROTECTION"]


class Scope(StrEnum):
    """Whether an authority is our own State's or another one's."""

    NATIONAL = "NATIONAL"
    FOREIGN = "FOREIGN"


class Kind(StrEnum):
    """What an authority is."""

    PIU = "PIU"
    NCB = "NCB"
    POLICE = "POLICE"
    BORDER = "BORDER"
    CUSTOMS = "CUSTOMS"
    PROSECUTOR = "PROSECUTOR"
    COURT = "COURT"
    CONSULAR = "CONSULAR"
    OVERSIGHT = "OVERSIGHT"
    MILITARY = "MILITARY"
    INTELLIGENCE = "INTELLIGENCE"
    POLITICAL = "POLITICAL"


class RegisterEntry(BaseModel):
    """A row of a register: frozen, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def as_json(self) -> dict[str, Any]:
        """The row as JSON values."""
        return self.model_dump(mode="json")


class AuthorityKey(RegisterEntry):
    """A public key of an authority; `jwk` holds no private part. Instants are aware, UTC."""

    kid: Name
    use: Literal["sig", "enc"]
    alg: Literal["EdDSA", "ECDH-ES"]
    jwk: dict[str, str]
    not_before: datetime
    not_after: datetime
    status: Literal["ACTIVE", "REVOKED"] = "ACTIVE"

    @model_validator(mode="after")
    def _holds_no_secret(self) -> "AuthorityKey":
        if "d" in self.jwk or self.jwk.get("kty") not in {"OKP", "EC"}:
            raise ValueError("a register holds public keys only, of the kinds OKP and EC")
        if (self.use == "sig") is not (self.alg == "EdDSA"):
            raise ValueError("signing keys are EdDSA, encryption keys ECDH-ES")
        return self

    def is_current(self, now: datetime) -> bool:
        """Whether the key may be used at `now`."""
        return self.status == "ACTIVE" and self.not_before <= now < self.not_after


class DutyDesk(RegisterEntry):
    """Where an authority is reached; an authority without an endpoint reads our own pages."""

    endpoint: str | None = None
    phone: str = ""
    languages: tuple[str, ...] = ()
    hours: str = ""


class PartnerSafeguards(RegisterEntry):
    """The protection assessment of a partner and how it keeps its word (SG-38)."""

    assessment: Literal["POSITIVE", "NEGATIVE"]
    assessed_at: date
    expires: date
    retention_days: int | None
    recall_on_time_pct: float | None = None
    overdue_completions: int = 0
    open_misuse: int = 0
    suspended: bool = False


class Authority(RegisterEntry):
    """A designated authority.

    `functions` are purpose codes; `handling_max` the highest handling code that it may see;
    `ports` the airports that a border authority is responsible for (empty: all of its State).

    Source: sharing-protocol.md §2; safeguards.md SG-29.
    """

    id: Name
    scope: Scope
    state: State
    name: Name
    kind: Kind
    functions: tuple[Function, ...]
    duty_desk: DutyDesk = DutyDesk()
    keys: tuple[AuthorityKey, ...] = ()
    recall_endpoint: str | None = None
    dpo_contact: str = ""
    oversight_body: str = ""
    designated_by: Name
    verified_at: date | None
    verified_how: Literal["DIPLOMATIC_NOTE", "INTERPOL", "IN_PERSON", "LAW"] | None
    status: Literal["PENDING", "ACTIVE", "SUSPENDED", "REVOKED"]
    suspended_reason: str | None = None
    handling_max: HandlingCode = "H2"
    ports: tuple[str, ...] = ()
    safeguards: PartnerSafeguards | None = None

    def current_key(self, use: Literal["sig", "enc"], now: datetime) -> AuthorityKey | None:
        """The newest key of this use that is in its life at `now`."""
        current = [key for key in self.keys if key.use == use and key.is_current(now)]
        return max(current, key=lambda key: key.not_before, default=None)

    @property
    def reads_our_pages(self) -> bool:
        """Whether it is served by our own pages rather than by an endpoint of its own."""
        return self.scope is Scope.NATIONAL and self.duty_desk.endpoint is None


class Suspension(RegisterEntry):
    """Who suspended something, when and why."""

    at: datetime
    by: str
    why: str


class Agreement(RegisterEntry):
    """An agreement as data: what may be shared between its parties, for what, for how long.

    Source: sharing-protocol.md §2; safeguards.md SG-30.
    """

    id: Name
    parties: Annotated[tuple[State, ...], Field(min_length=2)]
    instrument: Name
    public_url: Name
    purposes: tuple[PurposeCode, ...]
    data_classes: tuple[str, ...]
    message_types: tuple[str, ...]
    min_sets: dict[str, tuple[str, ...]] = {}
    max_retention_days: Annotated[int, Field(ge=1, le=1826)]
    onward_rule: Literal["NONE", "CONSENT", "LISTED"]
    evidence_use: Literal["NO", "WITH_CONSENT", "MLA_ONLY"]
    death_penalty_assurance: bool = False
    death_penalty_assurance_verified: bool = False
    names_bodies: tuple[str, ...] = ()
    non_refoulement_clause: bool
    redress_clause: bool
    oversight_clause: bool
    child_clause: bool
    recall_sla_h: int | None
    feedback_sla_h: int | None
    valid_from: date
    valid_to: date
    suspended: Suspension | None = None
    review_due: date

    @property
    def missing_clauses(self) -> tuple[str, ...]:
        """The clauses without which it cannot be activated for person-level data (sharing-protocol.md §2)."""
        clauses = {
            "non_refoulement": self.non_refoulement_clause,
            "redress": self.redress_clause,
            "oversight": self.oversight_clause,
            "recall": self.recall_sla_h is not None,
        }
        return tuple(name for name, there in clauses.items() if not there)

    def covers_period(self, now: datetime) -> bool:
        """Whether `now` lies within its validity; suspension is another question."""
        return self.valid_from <= now.date() < self.valid_to


class CountryRisk(RegisterEntry):
    """The human-rights officer's assessment of a State; never sent to counterparts (SG-34)."""

    state: State
    level: Literal["LOW", "MEDIUM", "HIGH"]
    death_penalty: bool
    indicators: dict[str, str] = {}
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    assessed_at: date


class LegalRow(RegisterEntry):
    """The law that lets an authority carry out actions on classes of data for purposes (SG-02)."""

    id: Name
    authority: Name
    actions: tuple[Name, ...]
    data_classes: tuple[Name, ...]
    purpose_codes: tuple[Name, ...]
    instrument_ref: Name
    public_url: Name
    valid_from: date
    valid_to: date

    def covers(self, *, authority: str, action: str, data_class: str, purpose_code: str) -> bool:
        """Whether the row is about this act; whether it is in force is SG-02's to say."""
        return (
            self.authority == authority
            and action in self.actions
            and data_class in self.data_classes
            and purpose_code in self.purpose_codes
        )

    def as_facts(self) -> dict[str, str]:
        """`context.legal_row` of SG-02."""
        return {
            "instrument_ref": self.instrument_ref,
            "public_url": self.public_url,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat(),
        }


class ConsularTreaty(RegisterEntry):
    """A treaty by which a State's post is told of its detained nationals, whatever they want (SG-36)."""

    state: State
    instrument: Name
    public_url: Name
    valid_from: date
    valid_to: date

    def is_in_force(self, now: datetime) -> bool:
        """Whether it obliges us at `now`."""
        return self.valid_from <= now.date() < self.valid_to


Entry = Authority | Agreement | CountryRisk | LegalRow | ConsularTreaty
"""What a register can hold."""
