"""Asks screening which travellers are linked to a hit, before anything of them is erased."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from services.ingest.intake.observed import DESTINATION
from services.ingest.retention.errors import ScreeningSilent
from shared.bus.errors import DeliveryPostponed, DeliveryRefused
from shared.bus.message import OutgoingMessage
from shared.bus.relay import Carrier
from shared.contracts.hit_links import HitLink, HitLinksAskedV1, HitLinksV1
from shared.identifiers import Identifiers

KIND: Final = "HitLinksAskedV1"


class AskScreening:
    """A question over the way that messages travel: nothing is queued, and silence is no answer."""

    def __init__(self, carrier: Carrier, identifiers: Identifiers) -> None:
        self._carrier = carrier
        self._identifiers = identifiers

    async def __call__(self, travellers: Sequence[UUID]) -> Mapping[UUID, HitLink]:
        """The links of those among these travellers whom a hit names.

        Raises:
            ScreeningSilent: Screening is away, refused, or answered something else.
        """
        asked = HitLinksAskedV1(message_id=self._identifiers.new(), travellers=list(travellers))
        message = OutgoingMessage(asked.message_id, DESTINATION, KIND, asked.as_json())
        try:
            return HitLinksV1.model_validate(await self._carrier.deliver(message)).links
        except (DeliveryPostponed, DeliveryRefused, ValidationError):
            raise ScreeningSilent from None
