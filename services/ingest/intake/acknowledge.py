"""A list of people who travel on no flight that it reports: answered and recorded, its people not kept."""

from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.intake.accept_request import ACTION, DATA_CLASS, PURPOSE
from services.ingest.intake.arrival import Arrival, Refused, Taken
from services.ingest.intake.claim import claim_or_repeat
from services.ingest.ports import Ports
from services.ingest.registers.senders import SenderRefused, carrier_in_whose_name
from shared.travel.message import Counted, Fault, ParsedMessage, Severity

NOT_KEPT: Final = "NOT_KEPT"


class AcknowledgeList:
    """Takes a gate pass or a master crew list in the caller's transaction."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def __call__(self, connection: AsyncConnection, arrival: Arrival) -> Taken:
        """Answer a list whose people are on no manifest; nobody of it is stored or screened.

        The receipt accepts no traveller and says why (`GATE_PASS_NOT_KEPT`, `MASTER_CREW_LIST_NOT_KEPT`); the
        audit record tells how many people were let go.

        Raises:
            Refused: The sender may not report it.
            IdempotencyKeyReused: The key came before with another body.

        Source:
            `spec/paxlst.md` §8 (gate pass: never on a manifest); safeguards.md SG-04; decision record 0013.
        """
        stores, sender = self._ports.stores, arrival.sender
        registers = await stores.registers.in_force(
            connection, sender=sender, client=arrival.raw.subject, data_class=DATA_CLASS
        )
        flight, names = arrival.message.flight, arrival.message.sender_names
        try:
            carrier_in_whose_name(
                registers,
                own_carrier=sender,
                names=names,
                flight_carrier=None if flight is None else flight.carrier,
            )
        except SenderRefused as refused:
            raise Refused(refused.code, refused.code) from None
        message = without_people(arrival.message)
        arrival, people = replace(arrival, message=message), len(arrival.message.travellers)
        # Everybody of nobody is screened at once.
        receipt = replace(arrival.receipt(), screened_at=arrival.received_at)
        repeat = await claim_or_repeat(stores.messages, connection, arrival, receipt)
        if repeat is not None:
            return repeat
        await self._ports.audit.append(
            connection,
            actor=arrival.raw.subject,
            action=ACTION,
            object_kind="MESSAGE",
            object_id=str(arrival.message_id),
            purpose=PURPOSE,
            facts={
                "carrier": sender,
                "function": str(message.function),
                "is_test": message.is_test,
                "travellers": 0,
                "travellers_not_kept": people,
            },
        )
        return Taken(message, receipt)


def without_people(message: ParsedMessage) -> ParsedMessage:
    """The message without its people and their faults, with the warning that they are not kept."""
    assert message.function is not None, "a message that was read has a function"
    warning = Fault(Severity.WARNING, f"{message.function.value}_{NOT_KEPT}", "BGM", element=1)
    return replace(
        message,
        travellers=(),
        counted=Counted(message.counted.travellers_stated, 0),
        faults=(*(each for each in message.faults if each.traveller is None), warning),
    )
