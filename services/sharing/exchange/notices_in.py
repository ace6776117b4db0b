"""What screening is told of a notice that came in: the person, the flight, and whose information it is. Pure.

A notice that names no flight with its day, or nobody who can be told apart, stays with the duty desk.

Source: sharing-protocol.md §6 (recipient); safeguards.md SG-08, SG-32, SG-33.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from services.sharing.protocol.envelope import Envelope
from services.sharing.protocol.payload_parts import Part, Person, WithdrawalReason
from services.sharing.protocol.payloads import Correct, Emergency, Notify
from services.sharing.registers.entries import Authority
from shared.contracts import NoticeFlightV1, NoticePersonV1, NoticeReceivedV1, NoticeWithdrawnV1

RECEIVED_KIND: Final = "NoticeReceivedV1"
WITHDRAWN_KIND: Final = "NoticeWithdrawnV1"
#: The types whose content is a notice, or notices.
NOTICES: Final = frozenset({"NOTIFY", "EMERGENCY", "CORRECT"})
#: Where the fields of SG-31 stand in a notice (sharing-protocol.md §5, payload key → field).
_PLACES: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "names": (("person", "names"),),
    "date_of_birth": (("person", "birth"),),
    "document": (("person", "documents"),),
    "nationality": (("person", "nationalities"),),
    "flight": (("flight",),),
    "event": (("event",), ("observed_at",)),
    "list_reference": (("list_ref",),),
    "action_taken": (("action_here",),),
    "category": (("category",),),
    "tear_line": (("tear_line",),),
    "contact": (("contact",),),
}
CATEGORIES: Final = frozenset({"UN_1267_LISTED", "CONVICTED", "CHARGED_OR_WARRANT", "REASONABLY_SUSPECTED"})


def received_notices(
    envelope: Envelope, notices: Sequence[Notify], sender: Authority, now: datetime
) -> list[NoticeReceivedV1]:
    """One message to screening for each person that a message tells of, and that can be looked for.

    Args:
        envelope: Verified, with its handling code, conditions and grade.
        notices: What it says now, corrections in it.
        sender: Who sent it.
        now: When it came.
    """
    return [
        NoticeReceivedV1(
            message_id=_message_id(envelope.message_id, f"received/{part}"),
            notice_id=envelope.message_id,
            part=part,
            authority_id=sender.id,
            state=sender.state,
            received_at=now,
            retention_until=envelope.retention_until,
            flight=flight,
            person=_person(notice.person),
            category=notice.category if notice.category in CATEGORIES else None,
            list_reference=notice.list_ref,
            tear_line=notice.tear_line,
            handling_code=envelope.handling.code,
            conditions=list(envelope.handling.conditions),
            source_grade=envelope.quality.source_grade,
            info_grade=envelope.quality.info_grade,
        )
        for part, notice in enumerate(notices)
        if notice.person is not None and notice.person.is_named and (flight := _flight(notice)) is not None
    ]


def withdrawn_notice(
    notice_id: UUID, sender: Authority, reason: WithdrawalReason, *, by: UUID, now: datetime
) -> NoticeWithdrawnV1:
    """What screening is told once a notice holds no longer, `by` the message that withdraws it."""
    return NoticeWithdrawnV1(
        message_id=_message_id(notice_id, f"withdrawn/{by}"),
        notice_id=notice_id,
        authority_id=sender.id,
        reason=reason,
        withdrawn_at=now,
    )


def _message_id(notice_id: UUID, what: str) -> UUID:
    """The bus message's id follows from the notice's, so that nothing is told twice."""
    return uuid5(notice_id, what)


def notices_of(payload: Part) -> tuple[Notify, ...]:
    """The notices in a message, in their order; none in a message of another type."""
    if isinstance(payload, Emergency):
        return payload.notices
    return (payload,) if isinstance(payload, Notify) else ()


def corrected(notice: Notify, correction: Correct) -> Notify:
    """A notice with the named fields as the correction has them; a named field that it lacks is taken out."""
    old, right = notice.as_json(), correction.corrected.as_json()
    for name in correction.fields:
        for path in _PLACES.get(name, ()):
            _put(old, right, path)
    return Notify.model_validate(old)


def _put(old: dict[str, Any], right: dict[str, Any], path: tuple[str, ...]) -> None:
    *way, member = path
    for step in way:
        old, right = old.setdefault(step, {}), right.get(step, {})
    if member in right:
        old[member] = right[member]
    else:
        old.pop(member, None)


def _flight(notice: Notify) -> NoticeFlightV1 | None:
    if notice.flight is None or notice.flight.date is None:
        return None
    flight: dict[str, Any] = {
        "designator": notice.flight.no,
        "day": notice.flight.date,
        "origin": notice.flight.from_,
        "destination": notice.flight.to,
    }
    return NoticeFlightV1.model_validate(flight)


def _person(person: Person) -> NoticePersonV1:
    return NoticePersonV1(
        names=[{"text": name.full, "is_original_script": name.script != "Latn"} for name in person.names],
        birth_date=person.birth.date if person.birth else None,
        nationalities=list(person.nationalities),
        documents=[{"number": each.number, "issuer": each.issuer} for each in person.documents],
    )
