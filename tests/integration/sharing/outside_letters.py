"""Messages to a counterpart as a careless officer writes them: of each type, and what each rests on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from services.sharing.exchange.drafts import Draft
from services.sharing.shares.court_order import CourtOrder
from shared.contracts import HitConfirmedV1
from shared.security.tokens import Principal
from tests.unit.sharing.samples import STATEMENT

COUNTERPART, STATE, AGREEMENT = "XBB-PIU-01", "XBB", "XAA-XBB-2025"
#: The State that a consent of ours would let XBB tell.
NAMED: Final = "XCC"
NOTICE, QUERY, EMERGENCY, FEEDBACK, CONSENT = "NOTIFY", "IDENTITY_QUERY", "EMERGENCY", "FEEDBACK", "CONSENT"
#: What leaves of a person only where a court or the independent authority granted it (SG-24).
PNR: Final = "PNR_RESPONSE"
#: Whoever got something is told that it is wrong or over; no agreement and no country rule stops it.
WITHDRAWING: Final = ("CORRECT", "RECALL", "WL_REMOVE")
#: A word about an agreement, by one person or by two.
STANDING: Final = ("SUSPEND", "RESUME")


@dataclass
class Subject:
    """A traveller with a confirmed hit: what is known of the person beyond the world's state.

    `order` is the court's order that a proposed notice names, `approver` who let the notice go.
    """

    share_id: UUID
    hit: HitConfirmedV1
    against: set[str] = field(default_factory=set)
    their_notice: UUID | None = None
    order: str | None = None
    approver: Principal | None = None


@dataclass(frozen=True)
class Ground:
    """What a message rests on: who it is about, the message of theirs that it answers, the one of ours."""

    subject: Subject
    theirs: UUID | None = None
    ours: UUID | None = None


Payload = Callable[[Ground, datetime], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """How a message of one type comes about.

    `answers` is the type of theirs that has to be here, `follows` that of ours that has to be there;
    `finding` is what it says of identity, which two people have to find.
    """

    payload: Payload
    answers: str | None = None
    follows: str | None = None
    finding: str | None = None
    names_the_hit: bool = True
    record_ids: tuple[str, ...] = ()


def person_of(subject: Subject) -> dict[str, Any]:
    """The person as a careless drafter writes it: without a birth date."""
    traveller = subject.hit.traveller
    name = f"{traveller['surname']} {traveller['given_names']}"
    documents = [
        {"type": "PASSPORT", "number": each["number"], "issuer": each["issuer"]}
        for each in traveller["documents"]
    ]
    return {"names": [{"full": name, "script": "Latn", "source": "DOCUMENT"}], "documents": documents}


#: What nobody may read in a message that is about no person.
PERSONAL: Final = ("EXAMPLE", "X1234567", "1980-01-02")


def draft(
    kind: str,
    ground: Ground,
    now: datetime,
    *,
    is_beyond: bool = False,
    is_silent: bool = False,
    order: str | None = None,
) -> Draft:
    """The draft of a message; one `is_beyond` corrects what its recipient never got.

    One that `is_silent` leaves out our own hit, and describes the person as any other.
    """
    how = KINDS[kind]
    payload = how.payload(ground, now)
    if is_beyond:
        payload["corrected"] = {**payload["corrected"], "event": "DETAINED", "place_type": "AIRPORT"}
    return Draft(
        type=kind,
        recipient=COUNTERPART,
        payload=payload,
        purpose_code="TERR_TRAVEL",
        statement=STATEMENT,
        alternatives_considered="A telephone call: it leaves no record.",
        in_reply_to=_answered(how, ground),
        hit_id=ground.subject.hit.hit_id if how.names_the_hit and not is_silent else None,
        claim_sign=False,
        category="SUSPECT",
        court_order=None if order is None else CourtOrder(order),
        record_ids=how.record_ids,
    )


def _answered(how: Kind, ground: Ground) -> UUID | None:
    if how.follows == EMERGENCY:
        return ground.ours
    return ground.theirs if how.answers else None


def _query(ground: Ground, now: datetime) -> dict[str, Any]:
    """XBB is asked whether it nominated the person; the drafter saw no sign of a claim."""
    return {
        "entry_ref": "N-17",
        "case_ref": "C-2",
        "grounds": STATEMENT,
        "person": person_of(ground.subject),
    }


def emergency(now: datetime) -> dict[str, Any]:
    """A threat to life, declared now, which relaxes the agreement alone and tells of a hit."""
    return {
        "threat": "A named person is about to board with a weapon.",
        "why_normal_way_fails": "The flight leaves within the hour.",
        "declared_by_role": "SUPERVISOR",
        "declared_at": now.isoformat(),
        "relaxes": ["SG-30"],
        "expires_at": (now + timedelta(hours=12)).isoformat(),
        "review_due": (now + timedelta(hours=72)).isoformat(),
    }


def _pnr_request(ground: Ground, now: datetime) -> dict[str, Any]:
    return {
        "case_ref": "C-1",
        "offence_class": "TERRORIST_TRAVEL",
        "grounds": "A named suspect of an open case.",
        "person": person_of(ground.subject),
        "elements": ["itinerary", "agency"],
        "period": {"from": "2026-06-01", "to": "2026-06-10"},
        "why_this_authority": "The booking begins in XBB.",
        "masked_ok": True,
    }


def _nomination(ground: Ground, now: datetime) -> dict[str, Any]:
    return {
        "entry_ref": "XAA-N-9",
        "identifiers": person_of(ground.subject),
        "category": "REASONABLY_SUSPECTED",
        "grounds_summary": "Travelled to a conflict area and was trained there.",
        "grade": "1A",
        "review_date": "2026-11-01",
        "handling_code": "H2",
        "tear_line": "Verify the document. Call the duty desk before any measure.",
    }


def _consent_request(ground: Ground, now: datetime) -> dict[str, Any]:
    return {
        "target_message_id": str(ground.theirs),
        "use": "ONWARD",
        "names": NAMED,
        "data_classes": ["HIT"],
        "purposes": ["TERR_TRAVEL"],
        "grounds": "The journey goes on to that State.",
        "until": (now + timedelta(days=3)).date().isoformat(),
    }


def _consent(ground: Ground, now: datetime) -> dict[str, Any]:
    return {
        "request_id": str(ground.theirs),
        "target_message_id": str(ground.ours),
        "granted": True,
        "names": NAMED,
        "data_classes": ["HIT"],
        "purposes": ["TERR_TRAVEL"],
        "expires": (now + timedelta(days=3)).date().isoformat(),
    }


def _review_result(ground: Ground, now: datetime) -> dict[str, Any]:
    return {
        "emergency_message_id": str(ground.ours),
        "justified": True,
        "reviewed_at": now.isoformat(),
        "reviewer_body": "Independent authority of XAA",
    }


def _feedback(ground: Ground, now: datetime) -> dict[str, Any]:
    return {"message_ref": str(ground.theirs), "same_person": "YES", "measure_class": "DETAINED"}


def _decision(ground: Ground, now: datetime) -> dict[str, Any]:
    return {"target_message_id": str(ground.theirs), "adopted": False}


def _fixed(**content: Any) -> Payload:
    def payload(ground: Ground, now: datetime) -> dict[str, Any]:
        return dict(content)

    return payload


def _withdrawal(**more: Any) -> Payload:
    def payload(ground: Ground, now: datetime) -> dict[str, Any]:
        target = {"target_message_id": str(ground.ours or uuid4()), "reason_code": "INACCURATE"}
        return {**target, **more}

    return payload


def _suspension(reason: str) -> Payload:
    def payload(ground: Ground, now: datetime) -> dict[str, Any]:
        of = {"object": "AGREEMENT", "object_id": AGREEMENT}
        return of | {"reason_code": reason, "at": now.isoformat()}

    return payload


_STATISTICS = {
    "period": {"from": "2026-05-01", "to": "2026-05-31"},
    "cells": [{"pattern": "Broken journeys through two States", "count": 14}],
}
_CORRECTED = {
    "fields": ["names"],
    "corrected": {"person": {"names": [{"full": "EXAMPLE TESTA", "script": "Latn", "source": "DOCUMENT"}]}},
    "onward_instructions": "Correct it with everyone to whom you passed it.",
    "urgent": False,
}
_ERASED = {"kind": "ERASE", "urgent": False, "onward_instructions": "Erase it and say so."}

KINDS: Final[Mapping[str, Kind]] = {
    QUERY: Kind(_query),
    EMERGENCY: Kind(lambda _ground, now: emergency(now)),
    "IDENTITY_ANSWER": Kind(_fixed(outcome="SAME", identifiers=["document"]), answers=QUERY, finding="SAME"),
    "PNR_REQUEST": Kind(_pnr_request),
    PNR: Kind(
        _fixed(outcome="PARTLY", elements={"agency": "AGENCY 7"}),
        answers="PNR_REQUEST",
        record_ids=("R-1",),
    ),
    "WL_NOMINATE": Kind(_nomination),
    FEEDBACK: Kind(
        _feedback,
        answers=NOTICE,
        finding="YES",
        names_the_hit=False,
    ),
    CONSENT: Kind(_consent, answers="CONSENT_REQUEST", follows=NOTICE, names_the_hit=False),
    "CONSENT_REQUEST": Kind(_consent_request, names_the_hit=False),
    "REVIEW_RESULT": Kind(_review_result, follows=EMERGENCY, names_the_hit=False),
    "WL_DECISION": Kind(
        _decision,
        answers="WL_NOMINATE",
        names_the_hit=False,
    ),
    "STATS": Kind(_fixed(**_STATISTICS), names_the_hit=False),
    "CORRECT": Kind(_withdrawal(**_CORRECTED), follows=NOTICE, names_the_hit=False),
    "RECALL": Kind(_withdrawal(**_ERASED), follows=NOTICE, names_the_hit=False),
    "WL_REMOVE": Kind(_withdrawal(entry_ref="XAA-N-9"), follows="WL_NOMINATE", names_the_hit=False),
    "SUSPEND": Kind(_suspension("REVIEW"), names_the_hit=False),
    "RESUME": Kind(_suspension("SETTLED"), names_the_hit=False),
}
"""Every type that people write, but a notice, which comes from a share."""
SILENT: Final = tuple(kind for kind, how in KINDS.items() if how.names_the_hit and kind != EMERGENCY)
"""What can be written without naming the hit that it is about."""
