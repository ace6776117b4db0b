"""Which elements a carrier left out of travellers who only looked like somebody on a list. Pure.

What leaves screening are counts by carrier: no person, no flight, no hit.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.screening.hits.hit import Hit
from services.screening.hits.states import ClosingCode, HitState
from shared.contracts.false_matches import FalseMatchesV1

_CARRIER: Final = re.compile(r"[A-Z0-9]{2,3}")
_FULL_DATE: Final = len("1990-07-11")
_SEXES: Final = frozenset({"F", "M", "X"})


def is_of_somebody_else(before: Hit, closed: Hit) -> bool:
    """Whether a hit that has just closed was found, by people, to be of a different person."""
    if closed.state is not HitState.CLOSED or before.traveller is None:
        return False
    return before.state is HitState.NOT_A_MATCH or before.outcome is ClosingCode.DIFFERENT_PERSON


def weak_elements(traveller: Mapping[str, Any]) -> frozenset[str]:
    """The elements of a traveller that tell two people apart and are missing, or only partly there."""
    documents = traveller.get("documents") or [{}]
    present = {
        "given_names": bool(traveller.get("given_names")),
        "birth_date": len(traveller.get("birth_date") or "") == _FULL_DATE,
        "sex": traveller.get("sex") in _SEXES,
        "nationality": bool(traveller.get("nationality")),
        "birth_place": bool(traveller.get("birth_place")),
        "document_number": any(each.get("number") for each in documents),
        "document_issuer": any(each.get("issuer") for each in documents),
    }
    return frozenset(name for name, is_present in present.items() if not is_present)


def false_matches(hits: Iterable[Hit], message_id: UUID, at: datetime) -> FalseMatchesV1 | None:
    """The counts of hits, as they were before they closed, by carrier; `None` of nothing."""
    matches: Counter[str] = Counter()
    elements: dict[str, Counter[str]] = defaultdict(Counter)
    for hit in hits:
        carrier = hit.flight.carrier
        if hit.traveller is not None and carrier is not None and _CARRIER.fullmatch(carrier):
            matches[carrier] += 1
            elements[carrier].update(weak_elements(hit.traveller))
    if not matches:
        return None
    rows = [
        {"carrier": carrier, "day": at.date(), "matches": number, "elements": dict(elements[carrier])}
        for carrier, number in sorted(matches.items())
    ]
    return FalseMatchesV1.model_validate({"message_id": message_id, "carriers": rows})
