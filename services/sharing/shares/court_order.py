"""The court's order that a share or a message rests on, as whoever approves it has to see it.

What is kept here is what the safeguards read: the order's number alone decides, the rest tells a person which
order that is.

Source: safeguards.md SG-16 (an order that covers a child), SG-24 (contact and payment elements of a PNR).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ORDER_NUMBER: Final = r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$"
MAX_COURT: Final = 100
MAX_SCOPE: Final = 200


@dataclass(frozen=True, slots=True)
class CourtOrder:
    """Its number, and of one that we name ourselves the court, its day and what it covers, naming nobody.

    Another State's request tells the number alone.
    """

    reference: str
    court: str | None = None
    dated: date | None = None
    scope: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The order as JSON values."""
        return {
            "reference": self.reference,
            "court": self.court,
            "dated": None if self.dated is None else self.dated.isoformat(),
            "scope": self.scope,
        }

    @classmethod
    def kept_in(cls, kept: Mapping[str, Any]) -> Self | None:
        """The order in what was kept of a proposal or a message; none where it rests on none."""
        order = kept.get("court_order")
        if order is None:
            # Proposals of before hold the number alone.
            reference = kept.get("court_order_ref")
            return None if reference is None else cls(reference)
        dated = order["dated"]
        return cls(
            order["reference"],
            order["court"],
            None if dated is None else date.fromisoformat(dated),
            order["scope"],
        )


class CourtOrderIn(BaseModel):
    """An order as whoever proposes names it; `scope` is what it covers, naming nobody."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    reference: Annotated[str, Field(pattern=ORDER_NUMBER)]
    court: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_COURT)]
    dated: date
    scope: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_SCOPE)]

    def as_order(self) -> CourtOrder:
        """The value that is kept."""
        return CourtOrder(self.reference, self.court, self.dated, self.scope)


class CourtOrderOut(BaseModel):
    """The order that a legal officer has to have seen; what another State did not tell is null."""

    reference: str | None
    court: str | None
    dated: date | None
    scope: str | None

    @classmethod
    def of(cls, order: CourtOrder | None) -> Self | None:
        """As the page shows it that asks for no purpose."""
        if order is None:
            return None
        # Words of another State may name somebody: what is no number is read in its request, for a purpose.
        is_number = re.fullmatch(ORDER_NUMBER, order.reference) is not None
        return cls(
            reference=order.reference if is_number else None,
            court=order.court,
            dated=order.dated,
            scope=order.scope,
        )
