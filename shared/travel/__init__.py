"""What travel is made of: travellers, flights, manifests. Immutable values, no machinery."""

from shared.travel.flight import Flight, Leg
from shared.travel.message import (
    TRAVELLER_MERGED,
    Change,
    Counted,
    Dropped,
    Fault,
    MessageFunction,
    MessageKind,
    ParsedMessage,
    Severity,
)
from shared.travel.partial_date import PartialDate
from shared.travel.places import Airport, Airports
from shared.travel.reservation import (
    HistoryItem,
    ItineraryLeg,
    Payment,
    Reservation,
    ReservationTraveller,
)
from shared.travel.reservation_parts import (
    Contact,
    OtherService,
    Remark,
    SeatData,
    ServiceItem,
    WhereSent,
)
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
    "Contact",
    "Counted",
    "CrewDuty",
    "Dropped",
    "Fault",
    "Flight",
    "HistoryItem",
    "ItineraryLeg",
    "Leg",
    "MessageFunction",
    "MessageKind",
    "OtherService",
    "ParsedMessage",
    "PartialDate",
    "Payment",
    "Place",
    "Remark",
    "Reservation",
    "ReservationTraveller",
    "SeatData",
    "ServiceItem",
    "Severity",
    "Sex",
    "TravelDocument",
    "Traveller",
    "TravellerRole",
    "WhereSent",
    "is_state",
    "normalise_state",
]
