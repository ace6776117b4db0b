"""What leaves in a message, in the words of the safeguards: field names, findings, nobody's data. Pure.

Source: safeguards.md SG-31 (minimum sets), SG-16; sharing-protocol.md §4.
"""

from datetime import date
from typing import Final
from uuid import UUID

from services.sharing.protocol.payload_parts import Part, Person, is_under_age
from services.sharing.protocol.payloads import (
    Emergency,
    Feedback,
    IdentityAnswer,
    IdentityQuery,
    Notify,
    PnrRequest,
    PnrResponse,
    WatchlistNomination,
)

_FEEDBACK: Final = {
    "message_ref": "message_ref",
    "same_person": "same_person",
    "identifiers": "identifiers",
    "measure_class": "measure_class",
    "corrections": "corrections",
}
_NOTICE: Final = {
    "birth": "date_of_birth",
    "documents": "document",
    "nationalities": "nationality",
    "list_ref": "list_reference",
    "action_here": "action_taken",
}
_NOMINATION: Final = (
    "identifiers",
    "category",
    "grounds_summary",
    "grade",
    "review_date",
    "handling_code",
    "tear_line",
)


def fields_of(kind: str, payload: Part) -> tuple[str, ...]:
    """The names of the fields that a message of this type sends; empty where it tells of no person."""
    if isinstance(payload, Feedback):
        sent = payload.as_json()
        return tuple(name for member, name in _FEEDBACK.items() if sent.get(member))
    if isinstance(payload, WatchlistNomination):
        return _NOMINATION
    if isinstance(payload, PnrResponse):
        return tuple(sorted(payload.elements.as_json())) if payload.elements else ()
    if isinstance(payload, IdentityAnswer):
        return ("identifiers",) if payload.identifiers else ()
    if isinstance(payload, Emergency):
        return tuple(sorted({name for notice in payload.notices for name in notice_fields(notice)}))
    assert kind != "NOTIFY", "the fields of a notice come with its preview"
    return ()


def notice_fields(notice: Notify) -> set[str]:
    """The fields of one notice in SG-31's words; how it was verified stands on the envelope."""
    sent = notice.as_json()
    sent |= sent.pop("person", {})
    return {_NOTICE.get(member, member) for member, value in sent.items() if value} - {"observed_at"} | {
        "verification_level"
    }


def finding_in(payload: Part) -> str | None:
    """What a message says about identity, which the second person has to find by themselves (SG-09)."""
    if isinstance(payload, Feedback):
        return payload.same_person
    return payload.outcome if isinstance(payload, IdentityAnswer) else None


def person_facts(payload: Part, today: date) -> bool | None:
    """Whether everyone spoken of is of age; `None` where no birth date is known."""
    births = [person.birth for person in persons_in(payload) if person.birth is not None]
    return not any(is_under_age(birth, today) for birth in births) if births else None


def target_of(payload: Part) -> UUID | None:
    """The message that a message withdraws, corrects or reports done."""
    found = getattr(payload, "target_message_id", None)
    return found if isinstance(found, UUID) else None


def persons_in(payload: Part) -> tuple[Person, ...]:
    """The persons whom a message describes."""
    if isinstance(payload, WatchlistNomination):
        return (payload.identifiers,)
    if isinstance(payload, Emergency):
        return tuple(notice.person for notice in payload.notices if notice.person)
    if isinstance(payload, PnrRequest | IdentityQuery | Notify):
        return (payload.person,) if payload.person else ()
    if isinstance(payload, PnrResponse) and payload.elements:
        return (Person(names=payload.elements.names or (), documents=payload.elements.document or ()),)
    return ()
