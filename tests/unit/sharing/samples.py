"""A fictional hit, its registers and its keys, for the tests of the sharing service."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from joserfc.jwk import ECKey, OKPKey

from services.sharing.registers.entries import (
    Agreement,
    Authority,
    AuthorityKey,
    ConsularTreaty,
    CountryRisk,
    DutyDesk,
    Kind,
    LegalRow,
    PartnerSafeguards,
    Scope,
)
from services.sharing.shares.facts import Assessment, Basis, ShareRequest, Surroundings
from services.sharing.shares.minimum_sets import notify_payload
from services.sharing.shares.recipients import Candidate, Connection
from shared.contracts import (
    EntryFactsV1,
    FlightV1,
    GradedItemV1,
    HitConfirmedV1,
    HitStateV1,
    LegV1,
    ReviewFactsV1,
    VerificationV1,
)
from shared.identifiers import AuthorityId

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
OWN = "XAA-PIU-01"
HIT_ID = UUID("0197c000-0000-7000-8000-000000000001")
FLIGHT_ID = UUID("0197c000-0000-7000-8000-0000000000f1")
TRAVELLER_ID = UUID("0197c000-0000-7000-8000-0000000000a1")
MESSAGE_ID = UUID("0197c000-0000-7000-8000-0000000000b1")
STATEMENT = "Confirmed listed person boards XA101 to XBB; XBB must decide on entry before landing."


def a_leg(origin: str, origin_state: str, destination: str, destination_state: str) -> LegV1:
    return LegV1(
        origin=origin,
        destination=destination,
        origin_state=origin_state,
        destination_state=destination_state,
        departure=datetime(2026, 6, 1, 9, 0),  # noqa: DTZ001 - local times carry no zone in this contract
        arrival=None,
        departure_utc=NOW + timedelta(hours=1),
        arrival_utc=None,
        crosses_border=origin_state != destination_state,
    )


def a_traveller(**changes: Any) -> dict[str, Any]:
    traveller: dict[str, Any] = {
        "role": "PASSENGER",
        "surname": "EXAMPLE",
        "given_names": "TEST",
        "birth_date": "1980-01-02",
        "nationality": "XBB",
        "residence": None,
        "embarkation": None,
        "debarkation": None,
        "documents": [{"type": "P", "number": "X1234567", "issuer": "XBB"}],
        "seat": "12A",
        "phones": ["+000000"],
    }
    return traveller | changes


_OTHERS = count(1)


def somebody_else(
    entry: dict[str, Any] | None = None, *, document: dict[str, Any] | None = None, **traveller: Any
) -> dict[str, Any]:
    """What `a_hit` is given of a person of their own, with a `document` whose number is theirs alone."""
    number = next(_OTHERS)
    documents = [{"type": "P", "issuer": "XBB", **(document or {}), "number": f"X1234567{number:04}"}]
    names = [{"text": f"EXAMPLE TEST{number}", "kind": "PRIMARY", "quality": "GOOD"}]
    theirs = {"given_names": f"TEST{number}", "documents": documents}
    return {**theirs, **traveller, "entry": {"names": names, **(entry or {})}}


def a_hit(
    *,
    legs: tuple[LegV1, ...] = (a_leg("XQA", "XAA", "XQB", "XBB"),),
    hit_id: UUID = HIT_ID,
    message_id: UUID = MESSAGE_ID,
    entry: dict[str, Any] | None = None,
    **traveller: Any,
) -> HitConfirmedV1:
    return HitConfirmedV1(
        message_id=message_id,
        hit_id=hit_id,
        hit_type="PERSON",
        confirmed_at=NOW,
        traveller_id=TRAVELLER_ID,
        traveller=a_traveller(**traveller),
        flight=FlightV1(flight_id=FLIGHT_ID, carrier="XA", number="101", suffix=None, legs=list(legs)),
        entry=an_entry(**(entry or {})),
        verification=VerificationV1(
            level="API_DOCUMENT", compared_fields=["name", "date_of_birth", "doc_number"], verified_at=NOW
        ),
    )


def an_entry(**changes: Any) -> EntryFactsV1:
    fields: dict[str, Any] = {
        "entry_id": "DEMO:QDi.999",
        "source": "DEMO",
        "list_reference": "QDi.999",
        "programme": "Al-Qaida",
        "category": "UN_1267_LISTED",
        "names": [{"text": "EXAMPLE TEST", "kind": "PRIMARY", "quality": "GOOD"}],
        "birth_dates": [{"date": "1980-01-02", "precision": "EXACT"}],
        "nationalities": ["XBB"],
        "action_code": "SECONDARY_INSPECTION",
        "tear_line": "Verify document. Call duty desk before any measure.",
        "handling_code": "H1",
        "conditions": [],
        "items": [GradedItemV1(source_grade=1, info_grade="A", kind="FACT", age_months=3)],
    }
    return EntryFactsV1(**(fields | changes))


def a_hit_state(**changes: Any) -> HitStateV1:
    fields: dict[str, Any] = {
        "hit_id": HIT_ID,
        "hit_type": "PERSON",
        "state": "CONFIRMED",
        "is_open": True,
        "reviews": ReviewFactsV1(
            first="verifier-1",
            second="verifier-2",
            second_blind=True,
            same_outcome=True,
            reports_to_first=False,
            role="VERIFIER",
            seconds_open=64,
            compared_fields=["name", "date_of_birth", "doc_number"],
            reasons_given=True,
            after_last_change=True,
        ),
        "entry_status": "ACTIVE",
        "ordered_action": None,
        "standing_order": None,
    }
    return HitStateV1(**(fields | changes))


SIGNING_KEY = OKPKey.generate_key("Ed25519")
SENDER_KID = f"{OWN}.sig-1"
RECIPIENT_KEY = ECKey.generate_key("P-256")
RECIPIENT_SIGNING_KEY = OKPKey.generate_key("Ed25519")


def public(key: ECKey | OKPKey) -> dict[str, str]:
    return {name: str(value) for name, value in key.as_dict(private=False).items()}


def a_key(kid: str, use: str, key: ECKey | OKPKey, **changes: Any) -> AuthorityKey:
    fields: dict[str, Any] = {
        "kid": kid,
        "use": use,
        "alg": "EdDSA" if use == "sig" else "ECDH-ES",
        "jwk": public(key),
        "not_before": NOW - timedelta(days=30),
        "not_after": NOW + timedelta(days=300),
    }
    return AuthorityKey(**(fields | changes))


def an_authority(authority_id: str = "XBB-PIU-01", state: str = "XBB", **changes: Any) -> Authority:
    fields: dict[str, Any] = {
        "id": authority_id,
        "scope": Scope.FOREIGN,
        "state": state,
        "name": f"Passenger information unit of {state}",
        "kind": Kind.PIU,
        "functions": ("TERR_PREVENT", "TERR_DETECT", "TERR_INVESTIGATE", "TERR_TRAVEL"),
        "duty_desk": DutyDesk(endpoint="http://127.0.0.1:9/v1/exchange"),
        "keys": (
            a_key(f"{authority_id}.enc-1", "enc", RECIPIENT_KEY),
            a_key(f"{authority_id}.sig-1", "sig", RECIPIENT_SIGNING_KEY),
        ),
        "recall_endpoint": "http://127.0.0.1:9/v1/exchange",
        "designated_by": "Decree 7/2025",
        "verified_at": date(2026, 3, 1),
        "verified_how": "DIPLOMATIC_NOTE",
        "status": "ACTIVE",
        "safeguards": PartnerSafeguards(
            assessment="POSITIVE",
            assessed_at=date(2026, 1, 1),
            expires=date(2027, 1, 1),
            retention_days=365,
            recall_on_time_pct=99,
        ),
    }
    return Authority(**(fields | changes))


def a_national_authority(authority_id: str, kind: Kind, **changes: Any) -> Authority:
    fields: dict[str, Any] = {
        "scope": Scope.NATIONAL,
        "kind": kind,
        "duty_desk": DutyDesk(),
        "keys": (),
        "recall_endpoint": None,
        "verified_how": "LAW",
        "safeguards": None,
    }
    return an_authority(authority_id, "XAA", **(fields | changes))


PORT = a_national_authority("XAA-BORDER-01", Kind.BORDER)
POLICE = a_national_authority("XAA-POLICE-01", Kind.POLICE)


def an_agreement(**changes: Any) -> Agreement:
    fields: dict[str, Any] = {
        "id": "XAA-XBB-2025",
        "parties": ("XAA", "XBB"),
        "instrument": "Treaty 3/2025",
        "public_url": "https://treaties.example/3-2025",
        "purposes": ("TERR_PREVENT", "TERR_DETECT", "TERR_INVESTIGATE", "TERR_TRAVEL"),
        "data_classes": ("HIT",),
        "message_types": ("NOTIFY",),
        "max_retention_days": 365,
        "onward_rule": "CONSENT",
        "evidence_use": "MLA_ONLY",
        "non_refoulement_clause": True,
        "redress_clause": True,
        "oversight_clause": True,
        "child_clause": True,
        "recall_sla_h": 72,
        "feedback_sla_h": 72,
        "valid_from": date(2025, 1, 1),
        "valid_to": date(2030, 1, 1),
        "review_due": date(2027, 1, 1),
    }
    return Agreement(**(fields | changes))


def a_consular_treaty(state: str = "XBB", **changes: Any) -> ConsularTreaty:
    facts = {
        "state": state,
        "instrument": "Consular convention of 1983, article 12",
        "public_url": "https://laws.example/consular-xbb",
        "valid_from": date(2020, 1, 1),
        "valid_to": date(2030, 1, 1),
    }
    return ConsularTreaty.model_validate(facts | changes)


def a_country_risk(state: str = "XBB", **changes: Any) -> CountryRisk:
    fields: dict[str, Any] = {
        "state": state,
        "level": "LOW",
        "death_penalty": False,
        "sources": ("Fictional report 2026/1",),
        "assessed_at": date(2026, 4, 1),
    }
    return CountryRisk(**(fields | changes))


def a_legal_row(**changes: Any) -> LegalRow:
    fields: dict[str, Any] = {
        "id": "ROW-SHARE",
        "authority": OWN,
        "actions": ("share.send", "record.read"),
        "data_classes": ("HIT",),
        "purpose_codes": ("TERR_TRAVEL", "TERR_INVESTIGATE", "OVERSIGHT"),
        "instrument_ref": "Act 12/2025 s.9",
        "public_url": "https://law.example/12-2025",
        "valid_from": date(2025, 1, 1),
        "valid_to": date(2030, 1, 1),
    }
    return LegalRow(**(fields | changes))


def a_basis(**changes: Any) -> Basis:
    fields: dict[str, Any] = {
        "purpose_code": "TERR_TRAVEL",
        "statement": STATEMENT,
        "alternatives_considered": "INTERPOL channel only: no duty desk before landing",
        "author": "supervisor",
        "approver": "legal",
        "approver_roles": ("LEGAL", "HUMAN_RIGHTS"),
        "period_days": 7,
        "expires": date(2026, 6, 8),
    }
    return Basis(**(fields | changes))


def a_request(
    *,
    hit: HitConfirmedV1 | None = None,
    candidate: Candidate | None = None,
    basis: Basis | None = None,
    assessment: Assessment | None = Assessment(individual_risk=False),  # noqa: B008 - frozen
    **around: Any,
) -> ShareRequest:
    hit = hit or a_hit()
    candidate = candidate or Candidate(
        "XBB", Scope.FOREIGN, (Connection.NATIONALITY,), ("5", "6", "11"), "XBB-PIU-01"
    )
    surroundings: dict[str, Any] = {
        "authority": an_authority(),
        "agreement": an_agreement(),
        "country_risk": a_country_risk(),
        "legal_row": a_legal_row(),
        "hit_state": a_hit_state(),
        "own_authority": OWN,
        "key_is_current": True,
        "ledger_row": True,
        "log_is_up": True,
        "chain_is_whole": True,
    }
    return ShareRequest(
        hit=hit,
        candidate=candidate,
        payload=notify_payload(hit, event="DEPARTURE", action_taken="NONE", contact=AuthorityId(OWN)),
        event="DEPARTURE",
        basis=basis or a_basis(),
        assessment=assessment,
        surroundings=Surroundings(**(surroundings | around)),
    )
