"""What travel is made of: travellers, flights, manifests. Immutable values, no machinery."""

from shared.travel.flight import Flight, Leg
from shared.travel.partial_date import PartialDate
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
    "Address",
    "Bags",
    "CrewDuty",
    "Flight",
    "Leg",
    "PartialDate",
    "Place",
    "Sex",
    "TravelDocument",
    "Traveller",
    "TravellerRole",
]
