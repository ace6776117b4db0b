"""What a notice tells of an arrest, a detention or an expulsion: codes and an instant. Values only.

Source: sharing-protocol.md §4 (N-DET: place type, not address; legal basis class; consular status).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self

CustodyEvent = Literal["DETAINED", "EXPELLED"]
LegalBasis = Literal["WARRANT", "FLAGRANTE", "COURT_ORDER", "IMMIGRATION_LAW"]
PlaceType = Literal["AIRPORT", "POLICE_STATION", "DETENTION_CENTRE", "PRISON", "OTHER"]
ConsularStatus = Literal["TOLD", "WISH_NO", "WISH_YES"]


@dataclass(frozen=True, slots=True)
class InCustody:
    """What two people confirmed; the place is a kind and never an address, the grounds stay behind.

    `consular_status` is told to bodies of our own State alone: whether the person was told of the right to
    consular help (Vienna Convention on Consular Relations, art. 36), and what the person wants.
    """

    at: datetime
    legal_basis: LegalBasis
    place_type: PlaceType | None = None
    consular_status: ConsularStatus | None = None

    def as_json(self) -> dict[str, Any]:
        """The facts as JSON values."""
        return {
            "at": self.at.isoformat(),
            "legal_basis": self.legal_basis,
            "place_type": self.place_type,
            "consular_status": self.consular_status,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The facts that were kept."""
        return cls(
            datetime.fromisoformat(value["at"]),
            value["legal_basis"],
            value.get("place_type"),
            value.get("consular_status"),
        )
