"""What the rights office's routes take and give."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from services.ingest.rights.letter import LANGUAGES
from services.ingest.store.rights import RightsRequest
from shared.approval.decision_form import DecisionIn
from shared.travel.partial_date import PartialDate

MAX_SEALED = 64 * 1024
MAX_RECORDS = 100
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=4000)]
Language = Annotated[str, Field(pattern=f"^({'|'.join(LANGUAGES)})$")]
Person = Annotated[str, Field(min_length=1, max_length=100)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class RequestIn(_In):
    """A traveller's request. `number`, `received_at` and `submission` (sealed) come from the door."""

    kind: Literal["ACCESS", "RECTIFY", "ERASE", "RESTRICT", "REDRESS"]
    channel: Literal["WEB", "POST", "IN_PERSON"]
    language: Language
    is_urgent: bool = False
    number: Annotated[str | None, Field(pattern=r"^[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}$")] = None
    received_at: datetime | None = None
    submission: Annotated[str | None, Field(max_length=MAX_SEALED)] = None


class IdentityIn(_In):
    """The records that are this person's, whose identity was checked."""

    record_ids: Annotated[list[UUID], Field(max_length=MAX_RECORDS)]


class AnswerExtensionIn(_In):
    """Why 30 days do not suffice."""

    reason: Words


class CorrectionsIn(_In):
    """What is right in place of what an airline sent; what is left out stays."""

    surname: Annotated[str | None, Field(min_length=1, max_length=100)] = None
    given_names: Annotated[str | None, Field(max_length=200)] = None
    birth_date: Annotated[
        str | None, Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")
    ] = None
    sex: Literal["F", "M", "X"] | None = None
    nationality: Annotated[str | None, Field(pattern="^[A-Z]{3}$")] = None
    document_number: Annotated[str | None, Field(pattern="^[A-Z0-9]{1,35}$")] = None
    document_issuer: Annotated[str | None, Field(pattern="^[A-Z]{3}$")] = None

    @field_validator("birth_date")
    @classmethod
    def _day_exists(cls, sent: str | None) -> str | None:
        if sent is not None:
            PartialDate.parse(sent)
        return sent


class AnswerIn(_In):
    """An answer. A refusal names its ground, one record, and when it lapses; upholding, where to appeal;
    a granted rectification, what is right.

    `original_reviewers` are all who worked on the hit or the entry that the request is about.
    """

    result: Literal["GRANTED", "REFUSED_PARTLY", "REFUSED", "CLEARED", "CORRECTED", "REMOVED", "UPHELD"]
    reasons: Words
    ground: Literal["ONGOING_INVESTIGATION", "SAFETY_OF_ANOTHER", "SOURCE_PROTECTION"] | None = None
    record_ids: Annotated[list[UUID], Field(max_length=MAX_RECORDS)] = []
    expires_days: Annotated[int | None, Field(ge=1, le=3650)] = None
    original_reviewers: Annotated[list[Person], Field(max_length=MAX_RECORDS)] = []
    appeal_body: Annotated[str, Field(max_length=300)] = ""
    corrections: CorrectionsIn | None = None


class ApproveIn(DecisionIn):
    """The second person's decision; `letter_sha256` is the letter that they looked at."""

    letter_sha256: Annotated[str | None, Field(pattern="^[0-9a-f]{64}$")] = None


class HarmIn(_In):
    """What harm it would do to tell the person now."""

    would_jeopardise: bool
    would_endanger: bool = False
    reason: Words
    until_days: Annotated[int, Field(ge=1, le=3650)]


class RequestOut(BaseModel):
    """A request with its clock; the submission stays sealed."""

    model_config = ConfigDict(from_attributes=True)

    request_id: UUID
    number: str
    kind: str
    channel: str
    language: str
    is_urgent: bool
    received_at: datetime
    due_at: datetime
    is_extended: bool
    is_identified: bool
    is_overdue: bool
    decided_by: str | None
    second: str | None
    decided_at: datetime | None
    result: str | None
    ground: str | None
    lapses_on: date | None
    is_sealed: bool

    @classmethod
    def of(cls, request: RightsRequest, now: datetime) -> Self:
        """The request as it stands at an instant."""
        derived = {
            "is_extended": request.extended_because is not None,
            "is_identified": request.identity_verified_by is not None,
            "is_overdue": request.decided_at is None and now > request.due_at,
            "is_sealed": request.submission is not None,
        }
        return cls.model_validate(asdict(request) | derived)


class RequestDetailOut(RequestOut):
    """One request with who did what, and why."""

    record_ids: list[UUID]
    extended_because: str | None
    identity_verified_by: str | None
    reasons: str | None
