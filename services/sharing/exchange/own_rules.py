"""Our own rules for what comes in: whether we may hold it at all, asked before it is read. Pure.

What fails is deleted unread and answered NOT_IN_SCOPE; the reason stays in our log.

Source: sharing-protocol.md §6 (recipient); safeguards.md SG-16, SG-29, SG-30, SG-32, SG-33.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.sharing.protocol.caveats import CAVEATS
from services.sharing.protocol.envelope import FALLBACK, Envelope
from services.sharing.protocol.message_types import TYPES
from services.sharing.protocol.payload_parts import Part, is_under_age
from services.sharing.protocol.payloads import Emergency, Notify, PnrRequest
from services.sharing.registers.entries import Agreement, Authority, LegalRow

KNOWN_CONDITIONS: Final = frozenset(
    {"no-onward", "no-evidence", "no-detention", "contact-before-action", "delete-by", "originator-only"}
)
READ_ACTION: Final = "record.read"
_SENDERS_THAT_PROTECT: Final = frozenset({"ACTIVE", "SUSPENDED"})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What our registers say at this moment about a message's sender and about ourselves."""

    own_state: str
    own_authority: str
    sender: Authority
    agreements: tuple[Agreement, ...]
    legal_rows: tuple[LegalRow, ...]


def sender_fault(envelope: Envelope, sender: Authority) -> str | None:
    """The transport's code when this sender may not speak now; `None` when it may.

    A suspended authority may still withdraw what it sent: what protects is never stopped.
    """
    if TYPES[envelope.type].is_control:
        return None if sender.status in _SENDERS_THAT_PROTECT else "E403"
    if sender.status == "SUSPENDED":
        return "E423"
    return None if sender.status == "ACTIVE" else "E403"


def reason_against(envelope: Envelope, around: Surroundings, now: datetime) -> str | None:
    """Why we may not hold this message, a code for our log; `None` when we may.

    Args:
        envelope: Verified; its payload is still sealed.
        around: Our registers.
        now: The present instant, aware.
    """
    if envelope.originator != envelope.sender:
        # The envelope has no place for the consent under which another's data comes (SG-33).
        return "ORIGINATOR"
    if TYPES[envelope.type].is_control:
        return None
    return _against_the_data(envelope, around, now) or _against_the_ground(envelope, around, now)


def reason_against_content(payload: Part, now: datetime) -> str | None:
    """Why a message must be deleted after its shape was read; `None` when it may be kept."""
    if isinstance(payload, PnrRequest) and payload.is_pattern:
        return "PATTERN"
    notices = payload.notices if isinstance(payload, Emergency) else (payload,)
    for notice in notices:
        if isinstance(notice, Notify) and _is_a_child(notice, now.date()):
            return "CHILD"
    return None


def _against_the_data(envelope: Envelope, around: Surroundings, now: datetime) -> str | None:
    if TYPES[envelope.type].data_class not in (envelope.data_class, "PNR"):
        return "DATA_CLASS"
    if not set(envelope.handling.conditions) <= KNOWN_CONDITIONS:
        return "CONDITION_UNKNOWN"
    if envelope.handling.code == "H4" or "originator-only" in envelope.handling.conditions:
        return "NOT_FOR_US"
    if not _may_hold(envelope, around, now.date()):
        return "NO_LAW"
    return None


def _may_hold(envelope: Envelope, around: Surroundings, today: date) -> bool:
    """Whether a law in force lets our authority hold this class of data for this purpose (SG-02)."""
    return any(
        row.covers(
            authority=around.own_authority,
            action=READ_ACTION,
            data_class=envelope.data_class,
            purpose_code=envelope.purpose,
        )
        and row.valid_from <= today < row.valid_to
        for row in around.legal_rows
    )


def _against_the_ground(envelope: Envelope, around: Surroundings, now: datetime) -> str | None:
    if envelope.type == "EMERGENCY":
        return None
    between = agreements_between(around.agreements, around.own_state, around.sender.state)
    if envelope.fallback == FALLBACK:
        is_owed = envelope.type == "NOTIFY" and set(envelope.handling.caveats) == set(CAVEATS)
        is_blocked = any(each.suspended is not None for each in between)
        return None if is_owed and not is_blocked else "FALLBACK"
    agreement = next((each for each in between if each.id == envelope.agreement_id), None)
    return "AGREEMENT" if agreement is None else _against_the_agreement(envelope, agreement, now)


def _against_the_agreement(envelope: Envelope, agreement: Agreement, now: datetime) -> str | None:
    if agreement.suspended is not None or not agreement.covers_period(now):
        return "AGREEMENT_NOT_IN_FORCE"
    covered = (
        envelope.type in agreement.message_types
        and envelope.data_class in agreement.data_classes
        and envelope.purpose in agreement.purposes
    )
    if not covered:
        return "NOT_COVERED"
    longest = (envelope.retention_until - envelope.created_at.date()).days
    return None if 0 <= longest <= agreement.max_retention_days else "RETENTION"


def agreements_between(agreements: Iterable[Agreement], first: str, second: str) -> list[Agreement]:
    """The agreements that two States are parties to."""
    return [each for each in agreements if {first, second} <= set(each.parties)]


def _is_a_child(notice: Notify, today: date) -> bool:
    """Children are not sent (SG-16, SG-17)."""
    birth = notice.person.birth if notice.person else None
    return birth is not None and is_under_age(birth, today)
