"""The use case: counts of false possible matches come in → they are added up by carrier and day."""

from typing import Any, Final

from services.ingest.inbox import read_as
from services.ingest.ports import Ports
from services.ingest.quality.figures import ALL_MATCHES
from shared.bus.inbox import Inbox
from shared.bus.message import Received
from shared.contracts.false_matches import FalseMatchesV1

KIND: Final = "FalseMatchesV1"


class ReceiveFalseMatches:
    """Takes counts from screening."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def __call__(self, message: Received) -> dict[str, Any]:
        """Add the counts up, once; a repeat gets the first reply.

        Raises:
            UnreadableMessage: See `read_as`.
        """
        counts = read_as(FalseMatchesV1, message)
        async with self._ports.database.begin() as connection:
            stored = await Inbox.begin(connection, message.message_id, message.kind)
            if stored is not None:
                return stored
            for each in counts.carriers:
                numbers = {ALL_MATCHES: each.matches, **each.elements}
                await self._ports.stores.quality.count_causes(connection, each.carrier, each.day, numbers)
            reply = {"counted": len(counts.carriers)}
            await Inbox.finish(connection, message.message_id, reply)
        return reply
