"""Ingest → sharing: the rights office decided on a person's records, and whoever was told is told again."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.contract import PersonalContract

MAX_RECORDS_CORRECTED = 100


class RecordChange(StrEnum):
    """What was decided, or that it is not decided yet.

    DISPUTED: the person says that they are wrong; nothing of them is used or shared until that is decided.
    UPHELD: it was decided, and they stand as they were. RECTIFIED: `corrections` hold what is right.
    ERASED: recipients erase. RESTRICTED: they keep it and do not use it. MISTAKEN: it was another person,
    so everything sent is taken back.
    """

    DISPUTED = "DISPUTED"
    UPHELD = "UPHELD"
    RECTIFIED = "RECTIFIED"
    ERASED = "ERASED"
    RESTRICTED = "RESTRICTED"
    MISTAKEN = "MISTAKEN"


class CorrectionsV1(PersonalContract):
    """The values that are right; what is absent stays as it was."""

    surname: str | None = None
    given_names: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    nationality: str | None = None
    document_number: str | None = None
    document_issuer: str | None = None


class RecordsCorrectedV1(PersonalContract):
    """Records of one person, and what was decided about them; neither the request nor its number is in it.

    Source: safeguards.md SG-20 ("notify every recipient of a rectification"), SG-37; SG-21 ("never tell a
    third State that a person asked for rights").
    """

    message_id: UUID
    travellers: Annotated[list[UUID], Field(min_length=1, max_length=MAX_RECORDS_CORRECTED)]
    change: RecordChange
    corrections: CorrectionsV1 = CorrectionsV1()
    is_urgent: bool
    decided_at: datetime
