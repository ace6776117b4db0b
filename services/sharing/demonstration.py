"""What the registers of the demonstration world hold; two demonstration people put it in force over HTTP.

The demonstration posts each entry to `/v1/registers/{register}` as `legal` and approves it as `dpo`.
XBB complies; XCC has no agreement; XDD's country risk is high, so that SEND, HOLD and BLOCK all occur.

Source: sharing-protocol.md §9.8.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from services.sharing.protocol.message_types import TYPES
from services.sharing.registers.entries import (
    Agreement,
    Authority,
    AuthorityKey,
    CountryRisk,
    DutyDesk,
    Kind,
    LegalRow,
    PartnerSafeguards,
    Scope,
)

OWN_STATE: Final = "XAA"
OWN_AUTHORITY: Final = "XAA-PIU-01"
PARTNERS: Final = {"XBB": "XBB-PIU-01", "XCC": "XCC-PIU-01", "XDD": "XDD-PIU-01"}
NATIONAL: Final = {"XAA-BORDER-01": Kind.BORDER, "XAA-POLICE-01": Kind.POLICE}
OPERATIONAL: Final = ("TERR_PREVENT", "TERR_DETECT", "TERR_INVESTIGATE", "TERR_TRAVEL")
YEAR: Final = timedelta(days=365)
Keys = Mapping[str, Sequence[Mapping[str, Any]]]


def demonstration_registers(
    *, today: date, simulator_url: str, keys: Keys
) -> list[tuple[str, dict[str, Any]]]:
    """Every entry with the register's name in the address, in an order in which they can be proposed.

    Args:
        today: The day that assessments and verifications are dated by.
        simulator_url: Base address of the counterpart simulator.
        keys: By authority id, what the simulator's `/{authority_id}/public-keys` gives.
    """
    entries: list[tuple[str, Authority | Agreement | CountryRisk | LegalRow]] = [
        ("legal-rows", _legal_row(today)),
        *(("authorities", _national(authority_id, kind, today)) for authority_id, kind in NATIONAL.items()),
        *(
            ("authorities", _partner(state, authority_id, today, simulator_url, keys))
            for state, authority_id in PARTNERS.items()
        ),
        ("agreements", _agreement("XBB", today)),
        ("agreements", _agreement("XDD", today)),
        ("country-risk", _risk("XBB", "LOW", today)),
        ("country-risk", _risk("XCC", "LOW", today)),
        ("country-risk", _risk("XDD", "HIGH", today)),
    ]
    return [(register, entry.as_json()) for register, entry in entries]


def _legal_row(today: date) -> LegalRow:
    return LegalRow(
        id="XAA-ACT-12-2025",
        authority=OWN_AUTHORITY,
        actions=("share.send", "record.read"),
        data_classes=("HIT", "API", "PNR", "WL_ENTRY", "STATISTICS"),
        purpose_codes=(*OPERATIONAL, "OVERSIGHT", "CHILD_PROTECTION"),
        instrument_ref="Passenger Information Act 12/2025, sections 9 and 14",
        public_url="https://law.example/xaa/12-2025",
        valid_from=today - YEAR,
        valid_to=today + YEAR,
    )


def _national(authority_id: str, kind: Kind, today: date) -> Authority:
    return Authority(
        id=authority_id,
        scope=Scope.NATIONAL,
        state=OWN_STATE,
        name=f"{kind.value.capitalize()} of {OWN_STATE}",
        kind=kind,
        functions=(*OPERATIONAL, "CHILD_PROTECTION"),
        designated_by="Passenger Information Act 12/2025, section 9",
        verified_at=today,
        verified_how="LAW",
        status="ACTIVE",
        handling_max="H3",
    )


def _partner(state: str, authority_id: str, today: date, simulator_url: str, keys: Keys) -> Authority:
    endpoint = f"{simulator_url.rstrip('/')}/{authority_id}/v1/exchange"
    return Authority(
        id=authority_id,
        scope=Scope.FOREIGN,
        state=state,
        name=f"Passenger information unit of {state}",
        kind=Kind.PIU,
        functions=OPERATIONAL,
        duty_desk=DutyDesk(endpoint=endpoint, phone="+00 000 000", languages=("en",), hours="24/7"),
        keys=tuple(AuthorityKey.model_validate(dict(key)) for key in keys[authority_id]),
        recall_endpoint=endpoint,
        designated_by=f"Diplomatic note of {state}",
        verified_at=today,
        verified_how="DIPLOMATIC_NOTE",
        status="ACTIVE",
        handling_max="H3",
        safeguards=PartnerSafeguards(
            assessment="POSITIVE",
            assessed_at=today,
            expires=today + YEAR,
            retention_days=365,
            recall_on_time_pct=None,
        ),
    )


def _agreement(state: str, today: date) -> Agreement:
    return Agreement(
        id=f"{OWN_STATE}-{state}-2025",
        parties=(OWN_STATE, state),
        instrument=f"Agreement between {OWN_STATE} and {state} on passenger information",
        public_url=f"https://treaties.example/{OWN_STATE}-{state}",
        purposes=OPERATIONAL,
        data_classes=("HIT", "API", "PNR", "WL_ENTRY", "STATISTICS"),
        message_types=tuple(TYPES),
        max_retention_days=365,
        onward_rule="CONSENT",
        evidence_use="MLA_ONLY",
        non_refoulement_clause=True,
        redress_clause=True,
        oversight_clause=True,
        child_clause=True,
        recall_sla_h=72,
        feedback_sla_h=72,
        valid_from=today - YEAR,
        valid_to=today + YEAR,
        review_due=today + YEAR,
    )


def _risk(state: str, level: str, today: date) -> CountryRisk:
    return CountryRisk.model_validate(
        {
            "state": state,
            "level": level,
            "death_penalty": level == "HIGH",
            "indicators": {"torture": "SYSTEMATIC" if level == "HIGH" else "NOT_REPORTED"},
            "sources": ["Fictional report of the demonstration world"],
            "assessed_at": today,
        }
    )
