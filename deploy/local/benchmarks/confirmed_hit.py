"""A confirmed hit for the benchmark of sharing. The person and the flight are fictional."""

from typing import Any, Final

from shared.clock import SystemClock
from shared.contracts import HitConfirmedV1
from shared.identifiers import RandomIdentifiers

_TRAVELLER: Final[dict[str, Any]] = {
    "role": "PASSENGER",
    "surname": "EXAMPLE",
    "given_names": "TEST",
    "birth_date": "1980-01-02",
    "nationality": "XBB",
    "residence": "XCC",
    "documents": [{"type": "P", "number": "X1234567", "issuer": "XBB"}],
}
_ENTRY: Final[dict[str, Any]] = {
    "entry_id": "DEMO:QDi.999",
    "source": "DEMO",
    "list_reference": "QDi.999",
    "programme": "Al-Qaida",
    "category": "UN_1267_LISTED",
    "names": [{"text": "EXAMPLE TEST", "kind": "PRIMARY", "quality": "GOOD"}],
    "birth_dates": [],
    "nationalities": ["XBB"],
    "action_code": "SECONDARY",
    "tear_line": "Verify the document. Call the duty desk before any measure.",
    "handling_code": "H1",
    "conditions": [],
    "items": [{"source_grade": 1, "info_grade": "A", "kind": "FACT", "age_months": 3}],
}


def a_confirmed_hit(own_state: str) -> HitConfirmedV1:
    """It concerns two bodies at home, and the States of origin, nationality and residence."""
    clock = SystemClock()
    identifiers, now = RandomIdentifiers(clock), clock.now()
    leg = {
        "origin": "XQD",
        "destination": "XQA",
        "origin_state": "XDD",
        "destination_state": own_state,
        "departure": now.replace(tzinfo=None),
        "arrival": None,
        "departure_utc": now,
        "arrival_utc": None,
        "crosses_border": True,
    }
    flight = {"flight_id": identifiers.new(), "carrier": "XA", "number": "418", "suffix": None, "legs": [leg]}
    verification = {
        "level": "API_DOCUMENT",
        "compared_fields": ["name", "date_of_birth", "doc_number"],
        "verified_at": now,
    }
    return HitConfirmedV1.model_validate(
        {
            "message_id": identifiers.new(),
            "hit_id": identifiers.new(),
            "hit_type": "PERSON",
            "confirmed_at": now,
            "traveller_id": identifiers.new(),
            "traveller": _TRAVELLER,
            "flight": flight,
            "entry": _ENTRY,
            "verification": verification,
        }
    )
