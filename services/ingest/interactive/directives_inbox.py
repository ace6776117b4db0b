"""The use case: people decided about a traveller's boarding → stored → on its way to the carrier.

What comes says what the carrier is told, never why; the answer that the carrier had is changed by a CUSRES
that it did not ask for, under the references of its own latest message.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.inbox import read_as
from services.ingest.interactive.directives import DirectiveTable, Meaning
from services.ingest.ports import Ports
from services.ingest.replies.cusres import Answer, Document, Reply, build_reply
from services.ingest.store.interactive import Addressee, InteractiveStore
from shared.bus.inbox import Inbox
from shared.bus.message import Received
from shared.bus.outbox import Outbox
from shared.contracts import DirectiveChangedV1
from shared.observability.logging import get_logger
from shared.travel.message import Addresses, MessageKind, ParsedMessage

KIND: Final = "DirectiveChangedV1"
CALLBACK: Final = "callback:"
#: After so long nobody stands at a gate for whom the change could still matter.
TRIED_FOR: Final = timedelta(hours=24)
WAITING, SUPERSEDED, NO_CALLBACK = "WAITING", "SUPERSEDED", "NO_CALLBACK"


class ReceiveDirective:
    """Takes changed directives from screening."""

    def __init__(self, ports: Ports, table: DirectiveTable) -> None:
        self._ports = ports
        self._table = table
        self._store = InteractiveStore()

    async def __call__(self, message: Received) -> dict[str, Any]:
        """Store a change and send it on its way to the carrier, once; a repeat gets the first reply.

        Raises:
            UnreadableMessage: See `read_as`.

        Source:
            `spec/cusres.md` §3.9.
        """
        change = read_as(DirectiveChangedV1, message)
        async with self._ports.database.begin() as connection:
            stored = await Inbox.begin(connection, message.message_id, message.kind)
            if stored is not None:
                return stored
            state = await self._take(connection, change)
            await self._ports.audit.append(
                connection,
                actor=message.sender,
                action="directive.change",
                object_kind="DIRECTIVE",
                object_id=str(change.directive_id),
                subject_id=str(change.traveller_id),
                facts={"meaning": change.meaning, "state": state},
            )
            reply = {"state": state}
            await Inbox.finish(connection, message.message_id, reply)
        return reply

    async def _take(self, connection: AsyncConnection, change: DirectiveChangedV1) -> str:
        """Store the change beside its traveller; how it goes on."""
        now = self._ports.clock.now()
        addressee = await self._store.addressee(connection, change.traveller_id)
        if addressee is None:
            # The traveller was erased meanwhile: there is nobody left to tell anything about.
            return "TRAVELLER_GONE"
        carrier = await self._carrier_to_tell(connection, addressee)
        state = WAITING if carrier is not None else NO_CALLBACK
        if not await self._store.add_change(connection, change, state, now):
            await self._store.settle(connection, change.message_id, SUPERSEDED, now)
            return SUPERSEDED
        if carrier is None:
            # Somebody has to call the carrier: an officer reads the state on the order's page.
            get_logger().error("directive_without_callback", traveller_id=str(change.traveller_id))
            return state
        await Outbox.add(
            connection,
            destination=f"{CALLBACK}{carrier}",
            kind=KIND,
            message_id=change.message_id,
            body={
                "traveller_id": str(change.traveller_id),
                "carrier": carrier,
                "text": self._cusres(change, addressee, now),
                "until": (change.ends_at or change.decided_at + TRIED_FOR).isoformat(),
            },
        )
        return state

    async def _carrier_to_tell(self, connection: AsyncConnection, addressee: Addressee) -> str | None:
        """Who sent the traveller's latest report, or else whose flight it is, where it takes callbacks."""
        for carrier in dict.fromkeys((addressee.sender, addressee.flight.carrier)):
            if carrier and await self._store.callback_of(connection, carrier) is not None:
                return carrier
        return None

    def _cusres(self, change: DirectiveChangedV1, addressee: Addressee, now: datetime) -> str:
        """The change as the carrier reads it: the same transaction and traveller, another directive."""
        envelope = addressee.envelope
        # Answers of earlier versions kept no qualifiers.
        addresses, group = envelope.get("addresses"), envelope.get("group_addresses")
        message = ParsedMessage(
            kind=MessageKind.PAXLST,
            version=envelope.get("version"),
            sender=envelope.get("sender") or addressee.sender,
            recipient=envelope.get("recipient"),
            addresses=Addresses() if addresses is None else Addresses.from_json(addresses),
            group_addresses=None if group is None else Addresses.from_json(group),
            transaction_reference=addressee.transaction_reference,
            revision=addressee.revision,
            access_reference=envelope.get("access_reference"),
            flight=addressee.flight,
        )
        directive = self._table.sent_for(Meaning(change.meaning))
        if change.ends_at is not None:
            # Should the release not reach the carrier, its agent still reads when the hold is over.
            directive = replace(directive, text=f"{directive.text} UNTIL {change.ends_at:%H%M} UTC")
        answer = Answer(addressee.locator, addressee.carrier_reference, directive)
        return build_reply(
            [message],
            own_name=self._ports.authority,
            reference=change.message_id.hex[-14:].upper(),
            prepared_at=now,
            table=self._table,
            replies=[Reply((answer,), Document.CHANGE)],
        )
