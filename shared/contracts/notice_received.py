"""Sharing ↔ screening: a counterpart's notice comes in or is withdrawn; a hit of ours no longer holds."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from shared.contracts.contract import Contract, PersonalContract


class NoticeReceivedV1(PersonalContract):
    """A counterpart's notice, for the travellers of the flight that it names.

    `flight_number` is a designator such as `XA101`, `flight_date` the local date of departure; `birth_date`
    is as precise as known; `documents` are `{"type", "number", "issuer"?}`. Conditions travel with every
    record that is derived from it.
    """

    message_id: UUID
    notice_message_id: UUID
    authority_id: str
    received_at: datetime
    flight_number: str
    flight_date: date
    names: list[str]
    birth_date: str | None
    nationalities: list[str]
    documents: list[dict[str, Any]]
    category: str | None
    tear_line: str | None
    handling_code: str
    conditions: list[str]
    retention_until: date


class NoticeWithdrawnV1(Contract):
    """A notice that came in was recalled or corrected: nothing may rest on it any more (SG-37)."""

    message_id: UUID
    notice_message_id: UUID
    withdrawn_at: datetime


class HitWithdrawnV1(Contract):
    """A hit that sharing may have told others about no longer holds."""

    message_id: UUID
    hit_id: UUID
    reason: Literal["MISTAKEN_IDENTITY", "DELISTED", "INACCURATE", "UNLAWFUL", "COURT", "EXPIRED"]
    is_urgent: bool
    withdrawn_at: datetime
