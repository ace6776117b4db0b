"""Sharing → screening: another State's notice that we may hold, and that it holds no longer.

A notice becomes a possible match where its person travels on the named flight (sharing-protocol.md §6).
"""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.contract import Contract, PersonalContract

#: How the entry of a notice begins: `NOTICE:XBB-PIU-01:<message id>`.
NOTICE_ENTRIES: Final = "NOTICE:"


def entry_of_notice(authority_id: str, notice_id: UUID, part: int = 0) -> str:
    """The entry id under which a notice of another authority is matched; it says who sent it.

    A message that tells of several persons has a part for each, counted from 0.
    """
    return f"{NOTICE_ENTRIES}{authority_id}:{notice_id}" + (f"/{part}" if part else "")


def notice_of_entry(entry_id: str) -> UUID | None:
    """The exchange's message behind an entry; `None` where the entry is of a list of ours."""
    if not entry_id.startswith(NOTICE_ENTRIES):
        return None
    return UUID(entry_id.rpartition(":")[2].partition("/")[0])


class NoticeFlightV1(Contract):
    """The flight as the sender names it: `designator` such as `XA101`, `day` local at departure."""

    designator: str
    day: date
    origin: str | None = None
    destination: str | None = None


class NoticePersonV1(PersonalContract):
    """Who it is about. `names` are `{"text", "is_original_script"}`; `documents` `{"number", "issuer"}`.

    `birth_date` is `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; States as three letters.
    """

    names: Annotated[list[dict[str, Any]], Field(max_length=8)]
    birth_date: str | None
    nationalities: Annotated[list[str], Field(max_length=8)]
    documents: Annotated[list[dict[str, Any]], Field(max_length=16)]


class NoticeReceivedV1(PersonalContract):
    """A notice that passed our own rules. Handling code and conditions are the sender's and go on with it.

    `category` as in safeguards §4a, or `None` where the sender's word is none of them.
    """

    message_id: UUID
    notice_id: UUID
    part: int = 0
    authority_id: str
    state: str
    received_at: datetime
    retention_until: date
    flight: NoticeFlightV1
    person: NoticePersonV1
    category: str | None
    list_reference: str | None
    tear_line: str | None
    handling_code: str
    conditions: list[str]
    source_grade: int | None
    info_grade: str | None


class NoticeWithdrawnV1(Contract):
    """A notice was recalled or corrected by its sender, or its time here is over: nothing rests on it."""

    message_id: UUID
    notice_id: UUID
    authority_id: str
    reason: Literal["MISTAKEN_IDENTITY", "DELISTED", "INACCURATE", "UNLAWFUL", "COURT", "EXPIRED"]
    withdrawn_at: datetime


class NoticeTakenV1(Contract):
    """The reply to both: screening has stored it. Whether anybody travels on that flight is not said."""

    taken_at: datetime
