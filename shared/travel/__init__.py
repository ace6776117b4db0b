"""What travel is made of: travellers, flights, manifests. Immutable values, no machinery."""

from shared.travel.flight import Flight, Leg
from shared.travel.message import (
    TRAVELLER_MERGED,
    Change,
    Counted,
    Dropped,
    Fault,
    ItineraryLeg,
    MessageFunction,
    MessageKind,
    ParsedMessage,
    Payment,
    Reservation,
    ReservationTraveller,
    Severity,
)
from shared.travel.partial_date import PartialDate
from shared.travel.places import Airport, Airports
from shared.travel.states import is_state, normalise_state
from shared.travel.traveller import (
    Address,
    Bags,
    CrewDuty,
    Place,
    Sex,
    TravelDocument,
    Traveller,
    TravellerRole,
)

__all__ = [
    "TRAVELLER_MERGED",
    "Address",
    "Airport",
    "Airports",
    "Bags",
    "Change",
    "Counted",
    "CrewDuty",
    "Dropped",
    "Fault",
    "Flight",
    "ItineraryLeg",
    "Leg",
    "MessageFunction",
    "MessageKind",
    "ParsedMessage",
    "PartialDate",
    "Payment",
    "Place",
    "Reservation",
    "ReservationTraveller",
    "Severity",
    "Sex",
    "TravelDocument",
    "Traveller",
    "TravellerRole",
    "is_state",
    "normalise_state",
]
