"""What screening asks of ingest, which holds the travellers: pages of some days, and some of them again.

A page is compared and let go; nothing of it is stored here.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import ValidationError

from shared.bus.message import OutgoingMessage
from shared.bus.relay import Carrier
from shared.contracts.rescreening import (
    ResendTakenV1,
    ResendWantedV1,
    WindowPageV1,
    WindowPageWantedV1,
    WindowPlaceV1,
)
from shared.contracts.travellers_observed import MAX_TRAVELLERS_A_BATCH
from shared.errors import DomainError
from shared.identifiers import Identifiers

DESTINATION: Final = "ingest"


class PageRefused(DomainError):
    """Ingest answered something else than was asked; the pass goes on later from the same place."""

    code: ClassVar[str] = "PAGE_REFUSED"
    sentence: ClassVar[str] = "Ingest did not give the page of travellers that was asked for."


class TravellerWindow:
    """The travellers of some days, as ingest has them.

    Args:
        carrier: How messages reach ingest.
        identifiers: Gives messages their ids.
    """

    def __init__(self, carrier: Carrier, identifiers: Identifiers) -> None:
        self._carrier = carrier
        self._identifiers = identifiers

    async def page(
        self,
        pass_id: UUID,
        days: tuple[date, date],
        *,
        after: tuple[date, UUID] | None,
        reported_since: datetime | None = None,
    ) -> WindowPageV1:
        """The travellers of the next flights.

        Args:
            pass_id: In whose name it is asked, for ingest's log.
            days: The first and the last day of departure.
            after: The last flight that was read.
            reported_since: Only flights of which something was reported since.

        Raises:
            DeliveryPostponed, DeliveryRefused: Ingest is away.
            PageRefused: Ingest answered something else.
        """
        wanted = WindowPageWantedV1(
            message_id=self._identifiers.new(),
            rescreening_id=pass_id,
            first_day=days[0],
            last_day=days[1],
            reported_since=reported_since,
            after=None if after is None else WindowPlaceV1(day=after[0], flight_id=after[1]),
        )
        try:
            return WindowPageV1.model_validate(await self._ask("WindowPageWantedV1", wanted.as_json()))
        except ValidationError:
            raise PageRefused from None

    async def send_again(self, pass_id: UUID, generation: int, travellers: Sequence[UUID]) -> None:
        """Have travellers handed over again, as they are reported now; to be met by this list or a later one.

        Raises:
            DeliveryPostponed, DeliveryRefused: Ingest is away.
            PageRefused: Ingest answered something else.
        """
        for start in range(0, len(travellers), MAX_TRAVELLERS_A_BATCH):
            wanted = ResendWantedV1(
                message_id=self._identifiers.new(),
                rescreening_id=pass_id,
                generation=generation,
                travellers=list(travellers[start : start + MAX_TRAVELLERS_A_BATCH]),
            )
            try:
                ResendTakenV1.model_validate(await self._ask("ResendWantedV1", wanted.as_json()))
            except ValidationError:
                raise PageRefused from None

    async def _ask(self, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
        message = OutgoingMessage(UUID(body["message_id"]), DESTINATION, kind, body)
        return await self._carrier.deliver(message)
