"""The facts of a message that is no notice of a share, gathered by name for the safeguards. Pure.

Source: safeguards.md, the *Facts* lines of the rules that judge `share.send`; sharing-protocol.md §4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from services.sharing.exchange.letter_basis import LetterBasis
from services.sharing.protocol.caveats import CAVEATS
from services.sharing.protocol.message_types import TYPES
from services.sharing.protocol.payload_parts import FULL_AGE
from services.sharing.registers.entries import Agreement, Authority, CountryRisk, LegalRow
from services.sharing.registers.facts import (
    agreed_fields,
    agreement_facts,
    country_risk_facts,
    recipient_facts,
)
from services.sharing.shares.facts import (
    OWN_RETENTION_DAYS,
    USABLE_ENTRIES,
    age_of,
    category_of,
    review_facts,
)
from services.sharing.shares.onward_facts import Onward, onward_context
from services.sharing.shares.records import Share
from shared.contracts import HitStateV1

ACTION: Final = "share.send"
#: The feedback that says that the person of a notice is here.
SAME_PERSON: Final = "YES"


@dataclass(frozen=True, slots=True)
class LetterSurroundings:
    """What the registers and our own ledger say at this moment about a message's recipient and its content.

    `country_risk` is that of the State that can act on it: the recipient's, or the one that a consent names.
    `told_of` are the shares of the hits of ours of whom it tells; `is_withdrawn` is whether the message that
    it speaks of was taken back since, `emergencies_suspended` whether oversight suspends the
    emergency rule.
    """

    own_authority: str
    authority: Authority
    agreement: Agreement | None
    country_risk: CountryRisk | None
    legal_row: LegalRow | None
    partner: Mapping[str, Any] | None
    onward: Onward | None
    told_of: Sequence[Share]
    is_withdrawn: bool
    emergencies_suspended: bool
    chain_is_whole: bool


def letter_facts(kind: str, basis: LetterBasis, around: LetterSurroundings, now: datetime) -> dict[str, Any]:
    """The engine's request for one message: `action`, `actor`, `purpose`, `object`, `context`, `now`."""
    return {
        "action": ACTION,
        "actor": {
            "id": basis.approver,
            "roles": list(basis.approver_roles),
            "authority": around.own_authority,
        },
        "purpose": {
            "code": basis.purpose_code,
            "case_id": basis.case_id,
            "statement": basis.statement,
            "alternatives_considered": basis.alternatives_considered,
        },
        "object": _object(kind, basis, around, now),
        "context": {
            **_two_people(basis),
            **_about_the_recipient(kind, around, now),
            **_about_the_case(basis, around, now),
            **_risk_facts(basis, around.told_of),
            **_protection_facts(kind, basis),
            "own_retention_days": OWN_RETENTION_DAYS,
            "ledger_row": True,
            "log_store": "UP",
            "chain_ok": around.chain_is_whole,
            **onward_context(around.onward),
        },
        "now": now.isoformat().replace("+00:00", "Z"),
    }


def _about_the_recipient(kind: str, around: LetterSurroundings, now: datetime) -> dict[str, Any]:
    authority = around.authority
    has_key = authority.current_key("enc", now) is not None
    return {
        "legal_row": around.legal_row.as_facts() if around.legal_row else None,
        "recipient": recipient_facts(authority, now, key_is_current=has_key),
        "recipient_state": authority.state,
        "recipient_recall_endpoint": bool(authority.recall_endpoint),
        "audience_max": authority.handling_max,
        "agreement": agreement_facts(around.agreement, authority),
        "agreement_fields": agreed_fields(around.agreement, kind),
        "country_risk": country_risk_facts(around.country_risk, now),
        "partner": around.partner,
    }


def _about_the_case(basis: LetterBasis, around: LetterSurroundings, now: datetime) -> dict[str, Any]:
    return {
        "case_open": True,
        "grounds": ["message_in_case"],
        "court_order_ref": basis.court_order and basis.court_order.reference,
        "extra_fields": dict(basis.extra_fields),
        "second_reviewer": basis.approver,
        "caveats": list(CAVEATS),
        "grant": None if basis.grant is None else basis.grant.as_facts(),
        "emergency_relaxes": [] if around.emergencies_suspended else _relaxed(basis, now),
    }


def tells_of_a_person(kind: str, basis: LetterBasis) -> bool:
    """Whether a State could act against somebody on it, so that SG-34 is asked.

    A yes to a notice says that the person is here; a consent lets somebody else tell of the person.
    """
    return TYPES[kind].is_about_a_person or basis.finding == SAME_PERSON or basis.consents_to is not None


def _object(kind: str, basis: LetterBasis, around: LetterSurroundings, now: datetime) -> dict[str, Any]:
    onward = around.onward
    about_a_person = TYPES[kind].is_about_a_person
    return {
        "data_class": basis.data_class,
        "message_type": kind,
        "scope": "person",
        "personal_data": tells_of_a_person(kind, basis),
        "fields": list(basis.fields),
        "requested_fields": list(basis.requested_fields),
        "tags": [],
        "purpose": basis.purpose_code,
        # It rests on no hit: identity, where it is spoken of, is what two people here found (SG-08).
        "hit_state": None,
        "items": [
            {"source_grade": grade, "info_grade": info, "kind": each, "age_months": 0, "revalidated": True}
            for grade, info, each in basis.items
        ],
        "subject_age": _age(basis, around.told_of, now),
        "minor_evidence": False,
        "named_persons": _named(basis, around.told_of) if about_a_person else [],
        "co_traveller_count": 0,
        "handling_code": basis.handling_code,
        "part_codes": [share.hit.entry.handling_code for share in around.told_of] if basis.fields else [],
        "original_code": onward.handling_code if onward else basis.handling_code,
        "conditions": list(basis.conditions),
        "original_conditions": list(onward.conditions if onward else basis.conditions),
        "originator_state": onward.originator_state if onward else None,
        "recalled": around.is_withdrawn or (onward is not None and onward.is_withdrawn),
        # What the person disputes waits until it is decided (SG-20, SG-37).
        "disputed": any(share.disputed_since is not None for share in around.told_of),
        "record_ids": list(basis.record_ids),
        # A request, an offer or a refusal holds no PNR; an answer with elements does, and needs the
        # independent grant (SG-24).
        "pre_arrival": kind != "PNR_RESPONSE" or not basis.fields,
        "subject_protection": "UNKNOWN" if about_a_person else "NONE",
    }


def resting_on(request: Mapping[str, Any], hit_state: HitStateV1) -> dict[str, Any]:
    """The request of a message that tells of a hit: its state and its two reviews are screening's (SG-08)."""
    told = about(request, hit_state)
    return {
        **told,
        "object": {**told["object"], "hit_state": hit_state.state},
        "context": {**told["context"], **review_facts(hit_state.reviews)},
    }


def about(request: Mapping[str, Any], hit_state: HitStateV1) -> dict[str, Any]:
    """The request of a message that names a hit: nothing is said of one whose entry or case is over."""
    is_gone = hit_state.entry_status not in USABLE_ENTRIES
    recalled = {"recalled": is_gone or request["object"]["recalled"]}
    return {
        **request,
        "object": {**request["object"], **recalled},
        "context": {**request["context"], "case_open": hit_state.is_open},
    }


def _relaxed(basis: LetterBasis, now: datetime) -> list[str]:
    """The rules that the declared emergency relaxes, until its end."""
    if basis.emergency_until is None or now >= datetime.fromisoformat(basis.emergency_until):
        return []
    return list(basis.emergency_relaxes)


def _two_people(basis: LetterBasis) -> dict[str, Any]:
    """The two behind the message: who wrote it, and who found the same without seeing it (SG-09)."""
    return {
        "human_verification": None,
        "first": basis.author,
        "second": basis.approver,
        "second_blind": basis.approver is not None,
        "same_outcome": basis.same_finding,
        "reports_to_first": False,
        "author": basis.author,
        "approver": basis.approver,
        "period_days": basis.period_days,
        "expires": date.fromisoformat(basis.expires).isoformat(),
    }


def _named(basis: LetterBasis, told_of: Sequence[Share]) -> list[dict[str, str | None]]:
    """What the drafter says of the person, and what the entry says on which a hit of ours rests (SG-17)."""
    return [{"category": each} for each in (basis.category, *(category_of(share.hit) for share in told_of))]


def _age(basis: LetterBasis, told_of: Sequence[Share], now: datetime) -> int | None:
    """The youngest that the message or a hit behind it lets anybody be, who is spoken of (SG-16)."""
    said = {True: FULL_AGE, False: FULL_AGE - 1, None: None}[basis.is_adult]
    ages = [said, *(age_of(share.hit, now) for share in told_of)]
    return min((age for age in ages if age is not None), default=None)


def _risk_facts(basis: LetterBasis, told_of: Sequence[Share]) -> dict[str, Any]:
    """What was found of an individual risk, by whoever let the message go and before: the worst counts."""
    known = [share.assessment for share in told_of if share.assessment is not None]
    risks = [
        each
        for each in (basis.individual_risk, *(each.individual_risk for each in known))
        if each is not None
    ]
    findings = {
        "legal": [each.legal for each in known],
        "human_rights": [each.human_rights for each in known],
    }
    return {
        "individual_risk": any(risks) if risks else None,
        "assessments": {name: worst for name, found in findings.items() if (worst := _worst(found))},
    }


def _worst(findings: Sequence[str | None]) -> str | None:
    """RISK before CLEAR; one that is missing is not cleared."""
    if "RISK" in findings:
        return "RISK"
    return "CLEAR" if findings and None not in findings else None


def _protection_facts(kind: str, basis: LetterBasis) -> dict[str, Any]:
    """What SG-35 reads where the vault is not asked."""
    return {
        "feared_states": [],
        "nationality": [],
        "former_residence": [],
        "claim_sign": basis.claim_sign if TYPES[kind].is_about_a_person else False,
        "channel": "CLOSED",
    }
