"""What the registers say of a recipient, in the words of the safeguards. Pure.

Source: safeguards.md, the *Facts* lines of SG-29, SG-30, SG-31 and SG-34.
"""

from datetime import datetime
from typing import Any, Final

from services.sharing.registers.entries import Agreement, Authority, CountryRisk

#: An emergency tells what a notice tells, so an agreement's list for notices binds it too.
_TOLD_IN: Final = {"EMERGENCY": ("EMERGENCY", "NOTIFY")}


def recipient_facts(authority: Authority, now: datetime, *, key_is_current: bool) -> dict[str, Any]:
    """`context.recipient` of SG-29."""
    verified = authority.verified_at
    return {
        "scope": authority.scope.value,
        "status": authority.status,
        "verified_days_ago": None if verified is None else (now.date() - verified).days,
        "functions": list(authority.functions),
        "key_current": key_is_current,
        "kind": authority.kind.value,
    }


def agreement_facts(agreement: Agreement | None, authority: Authority | None) -> dict[str, Any] | None:
    """`context.agreement` of SG-30."""
    if agreement is None:
        return None
    return {
        "valid_from": agreement.valid_from.isoformat(),
        "valid_to": agreement.valid_to.isoformat(),
        "suspended": agreement.suspended is not None,
        "purposes": list(agreement.purposes),
        "data_classes": list(agreement.data_classes),
        "message_types": list(agreement.message_types),
        "names_recipient": authority is not None and authority.id in agreement.names_bodies,
    }


def agreed_fields(agreement: Agreement | None, message_type: str) -> list[str] | None:
    """`context.agreement_fields` of SG-31; `None` where the agreement narrows nothing."""
    sets = agreement.min_sets if agreement else {}
    named = [set(sets[each]) for each in _TOLD_IN.get(message_type, (message_type,)) if each in sets]
    return sorted(set.intersection(*named)) if named else None


def country_risk_facts(risk: CountryRisk | None, now: datetime) -> dict[str, Any] | None:
    """`context.country_risk` of SG-34."""
    if risk is None:
        return None
    return {
        "level": risk.level,
        "age_days": (now.date() - risk.assessed_at).days,
        "death_penalty": risk.death_penalty,
    }
