"""What an officer writes to a counterpart, and the letter and the basis that are made of it. Pure.

Source: sharing-protocol.md §3 to §5; safeguards.md SG-03, SG-31, SG-39.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from services.sharing.errors import MessageRefused
from services.sharing.exchange.letter_basis import LetterBasis
from services.sharing.exchange.records import ExchangeMessage
from services.sharing.protocol.compose import DEFAULT_CONDITIONS, DEFAULT_HANDLING, Letter
from services.sharing.protocol.message_fields import fields_of, finding_in, person_facts, target_of
from services.sharing.protocol.message_types import TYPES
from services.sharing.protocol.payload_parts import Part
from services.sharing.protocol.payloads import (
    PAYLOADS,
    Consent,
    Emergency,
    Feedback,
    IdentityAnswer,
    PnrRequest,
    PnrResponse,
)
from services.sharing.registers.entries import Agreement
from services.sharing.shares.court_order import CourtOrder
from services.sharing.shares.facts import OWN_RETENTION_DAYS, conditions_of
from services.sharing.shares.records import Share
from shared.policy.actions import HANDLING_CODES

PERIOD_DAYS: Final = 7
#: What can decide an identity. The second person is not shown it (SG-09), so none of it is in free words.
DECIDING: Final = frozenset(
    {"names", "date_of_birth", "document", "nationality", "birth_place", "biometrics"}
)
_ABOUT_A_MESSAGE: Final = frozenset({"FEEDBACK", "CONSENT_REQUEST", "CONSENT"})


@dataclass(frozen=True, slots=True)
class Draft:
    """What the first person writes. `payload` is the type's JSON; `statement` may be released (SG-03).

    `hit_id` names a hit of ours that the message concerns; `claim_sign`, `category` and `individual_risk` are
    the drafter's findings where there is none. `record_ids` are the PNRs that an answer is taken from.
    """

    type: str
    recipient: str
    payload: Mapping[str, Any] = field(repr=False)
    purpose_code: str
    statement: str
    alternatives_considered: str
    in_reply_to: UUID | None = None
    derived_from: UUID | None = None
    hit_id: UUID | None = None
    claim_sign: bool | None = None
    category: str | None = None
    court_order: CourtOrder | None = None
    record_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Second:
    """What the second person says: their own finding about identity, and of the risk for the person."""

    finding: str | None = None
    individual_risk: bool | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """The outside of what is said: of which type, to whom, for what purpose, in which releasable words."""

    type: str
    recipient: str
    purpose: str
    necessity: str = "A person at our desk has seen it."

    @classmethod
    def of(cls, draft: Draft) -> "Said":
        """The outside of a draft."""
        return cls(draft.type, draft.recipient, draft.purpose_code, draft.statement)


@dataclass(frozen=True, slots=True)
class Background:
    """What a draft rests on: the message that it answers with what that asked, and the one it passes on."""

    answered: ExchangeMessage | None = None
    asked: Part | None = None
    passed_on: ExchangeMessage | None = None


def read_payload(draft: Draft) -> Part:
    """The draft's content as its type's model.

    Raises:
        MessageRefused: It is no message of its type; the place is named, the content is not. Or it says in
            words of its own what decided an identity, or by hand that there is nothing.
    """
    try:
        payload = PAYLOADS[draft.type].model_validate(dict(draft.payload))
    except ValidationError as fault:
        where = ".".join(str(step) for step in fault.errors(include_input=False)[0]["loc"]) or "its whole"
        raise MessageRefused(reason=f"it is no {draft.type} at '{where}'") from None
    if isinstance(payload, Feedback | IdentityAnswer) and not set(payload.identifiers) <= DECIDING:
        raise MessageRefused(reason="what decided is told by the names of fields")
    if isinstance(payload, PnrResponse | IdentityAnswer) and payload.outcome == "NO_INFORMATION":
        # Another State could tell a hand's from the clock's, which also stands for what may not be said.
        raise MessageRefused(reason="that there is nothing is said by itself, by the clock")
    return payload


def letter_of(said: Said, payload: Part, background: Background, now: datetime) -> Letter:
    """The letter that is sealed now.

    What passes another's information on keeps that one's handling code and conditions, and is kept no longer
    (SG-32, SG-33).
    """
    answered, passed_on = background.answered, background.passed_on
    day = now.date() + timedelta(days=OWN_RETENTION_DAYS)
    held = [each.retention_until for each in (answered, passed_on) if each is not None]
    code, conditions = handling_of(passed_on)
    return Letter(
        type=said.type,
        recipient=said.recipient,
        payload=payload,
        purpose=said.purpose,
        necessity=said.necessity,
        legal_ref=("SCR-2396/5",),
        retention_until=min([day, *held]),
        thread_id=answered.thread_id if answered else None,
        in_reply_to=answered.message_id if answered else None,
        target_id=target_of(payload),
        derived_from=passed_on.message_id if passed_on else None,
        handling_code=code,
        conditions=conditions,
    )


def basis_of(
    draft: Draft, payload: Part, background: Background, *, author: str, now: datetime
) -> LetterBasis:
    """Who wants the message, why, and what leaves in it: what the safeguards are asked with at each try."""
    answered, asked = background.answered, background.asked
    requested = asked.elements if isinstance(asked, PnrRequest) else ("identifiers",)
    fields = fields_of(draft.type, payload)
    basis = LetterBasis(
        purpose_code=draft.purpose_code,
        statement=draft.statement,
        alternatives_considered=draft.alternatives_considered,
        case_id=str(draft.hit_id or (answered.thread_id if answered else draft.recipient)),
        author=author,
        period_days=PERIOD_DAYS,
        expires=(now + timedelta(days=PERIOD_DAYS)).date().isoformat(),
        fields=fields,
        requested_fields=tuple(requested),
        extra_fields=_reasons_for(draft, fields),
        data_class=TYPES[draft.type].data_class,
        hit_id=str(draft.hit_id) if draft.hit_id else None,
        is_adult=_all_of_age(payload, asked, now.date()),
        category=draft.category,
        claim_sign=draft.claim_sign,
        court_order=draft.court_order or _order_of(asked),
        record_ids=draft.record_ids,
        derived_from=str(draft.derived_from) if draft.derived_from else None,
        concerns=_concerned(draft.type, payload, answered),
        finding=finding_in(payload),
        consents_to=payload.names if isinstance(payload, Consent) and payload.granted else None,
    )
    return _as_declared(basis, payload) if isinstance(payload, Emergency) else basis


def handling_of(passed_on: ExchangeMessage | None) -> tuple[str, tuple[str, ...]]:
    """The handling code and the conditions of what is passed on; those of our own messages without it."""
    if passed_on is None:
        return DEFAULT_HANDLING, DEFAULT_CONDITIONS
    handling = passed_on.outside["handling"]
    return str(handling["code"]), tuple(handling["conditions"])


def under_codes(letter: Letter, told_of: Collection[Share]) -> Letter:
    """The letter under the strictest handling code of what it tells of, with every condition (SG-32)."""
    codes = [letter.handling_code, *(share.hit.entry.handling_code for share in told_of)]
    conditions = {*letter.conditions, *(each for share in told_of for each in conditions_of(share.hit))}
    return replace(
        letter, handling_code=max(codes, key=HANDLING_CODES.index), conditions=tuple(sorted(conditions))
    )


def under(letter: Letter, agreement: Agreement | None, today: date) -> Letter:
    """The letter under an agreement: its id, and no longer kept than it allows."""
    if agreement is None:
        return letter
    longest = today + timedelta(days=agreement.max_retention_days)
    return replace(letter, agreement_id=agreement.id, retention_until=min(letter.retention_until, longest))


def _order_of(asked: Part | None) -> CourtOrder | None:
    """The order that a request of another State names."""
    if not isinstance(asked, PnrRequest) or asked.court_ref is None:
        return None
    return CourtOrder(asked.court_ref)


def _all_of_age(payload: Part, asked: Part | None, today: date) -> bool | None:
    """Whether everyone is of age of whom it tells, or of whom was asked; `None` where no birth is known."""
    known = [person_facts(part, today) for part in (payload, asked) if part is not None]
    return None if set(known) <= {None} else False not in known


def _concerned(kind: str, payload: Part, answered: ExchangeMessage | None) -> str | None:
    """The message whose person is spoken of again: what feedback answers, or a consent is about."""
    if kind not in _ABOUT_A_MESSAGE:
        return None
    concerned = target_of(payload) or (answered.message_id if answered else None)
    return None if concerned is None else str(concerned)


def _reasons_for(draft: Draft, fields: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Why fields leave that the type's minimum set lacks: an answer's identifiers, an emergency's notice."""
    if draft.type == "IDENTITY_ANSWER":
        return (("identifiers", draft.statement),)
    return tuple((name, draft.statement) for name in fields) if draft.type == "EMERGENCY" else ()


def _as_declared(basis: LetterBasis, emergency: Emergency) -> LetterBasis:
    return replace(
        basis, emergency_relaxes=tuple(emergency.relaxes), emergency_until=emergency.expires_at.isoformat()
    )
