"""One message that was read is judged, linked and stored, all in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.accept_request import ACTION, DATA_CLASS, PURPOSE, AcceptFacts, accept_request
from services.ingest.arrival import INGEST_REFUSED, Arrival, Refused, Taken
from services.ingest.elements import elements_of, keep_allowed
from services.ingest.errors import IdempotencyKeyReused
from services.ingest.formats.flights import local_date_of
from services.ingest.observed import Reported, SendToScreening
from services.ingest.ports import Ports
from services.ingest.receipt import Receipt
from services.ingest.registers import CarrierRow, CollectionProfileRow, RegistersInForce
from services.ingest.senders import SenderRefused, carrier_in_whose_name
from services.ingest.store.travellers import Report, TravellerStatus
from shared.audit.record import FactValue
from shared.identifiers import FlightId
from shared.policy.verdict import Verdict
from shared.travel.message import Change, Fault, ParsedMessage, Severity

_MARKED = {
    Change.CANCEL: TravellerStatus.CANCELLED,
    Change.CLOSE_NOT_ON_BOARD: TravellerStatus.NOT_ON_BOARD,
    Change.CLOSE_ON_BOARD: TravellerStatus.ON_BOARD,
}


class AcceptMessage:
    """Takes one message in the caller's transaction."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._send = SendToScreening(ports)

    async def __call__(self, connection: AsyncConnection, arrival: Arrival) -> Taken:
        """Take a message in the caller's transaction.

        Raises:
            Refused: The sender may not report it, or a safeguard does not permit its collection; the caller
                undoes the transaction.
            IdempotencyKeyReused: The key came before with another body.
        """
        stores, message = self._ports.stores, arrival.message
        sender = arrival.sender
        registers = await stores.registers.in_force(
            connection, sender=sender, client=arrival.raw.subject, data_class=DATA_CLASS
        )
        carrier, profile = _registered(registers, sender, message)
        elements = elements_of(message.travellers)
        outside = set(elements).difference(profile.allowed_elements)
        filtered = replace(message, travellers=keep_allowed(message.travellers, outside))
        arrival = replace(arrival, message=filtered)
        first = await stores.messages.claim(connection, arrival.claim, arrival.receipt(), filtered, None)
        if first is not None:
            if first.receipt.digest != arrival.digest:
                raise IdempotencyKeyReused
            return Taken(filtered, first.receipt, is_repeat=True)
        flight_id, pushes = await self._report_flight(connection, arrival)
        verdict = self._judge(arrival, registers, carrier, frozenset(elements), pushes)
        dropped = {f"element.{name}": elements[name] for name in outside} | filtered.dropped.as_counts()
        law = registers.legal_row(self._ports.authority, DATA_CLASS, PURPOSE, arrival.received_at)
        facts: dict[str, FactValue] = {
            "flight_id": None if flight_id is None else str(flight_id),
            "dropped_elements": tuple(sorted(outside)),
            "profile_version": registers.profile_version,
            "legal_row": None if law is None else law.key,
        }
        await self._record(connection, arrival, verdict, facts)
        receipt = arrival.receipt()
        if flight_id is not None:
            receipt = await self._link(connection, arrival, flight_id)
            await stores.messages.settle(connection, receipt, flight_id)
            await stores.registers.count_dropped(connection, sender, arrival.received_at.date(), dropped)
        return Taken(filtered, receipt)

    async def _report_flight(
        self, connection: AsyncConnection, arrival: Arrival
    ) -> tuple[FlightId | None, int]:
        """The message's flight and the number of messages for it; a test message touches no flight."""
        if arrival.message.is_test:
            return None, 1
        reported = await self._ports.stores.flights.report(
            connection,
            arrival.flight,
            new_id=FlightId(self._ports.identifiers.new()),
            sender=arrival.sender,
            change=arrival.message.change,
            now=arrival.received_at,
        )
        return reported.flight_id, reported.pushes

    def _judge(
        self,
        arrival: Arrival,
        registers: RegistersInForce,
        carrier: CarrierRow,
        elements: frozenset[str],
        pushes: int,
    ) -> Verdict:
        """Ask the safeguards.

        Raises:
            Refused: One of them does not permit the collection.
        """
        day = local_date_of(arrival.flight) or arrival.received_at.date()
        facts = AcceptFacts(
            sender=arrival.raw.subject,
            authority=self._ports.authority,
            elements=elements,
            allowed_elements=registers.profile.allowed_elements if registers.profile else (),
            legal_row=registers.legal_row(self._ports.authority, DATA_CLASS, PURPOSE, arrival.received_at),
            route_in_force=registers.is_route_in_force(
                arrival.flight.crossing_leg, day, self._ports.airports.state_of
            ),
            push_count=pushes,
            push_max=carrier.push_max,
            notice_confirmed=carrier.notice_confirmed,
            chain_ok=self._ports.is_chain_ok(),
            now=arrival.received_at,
        )
        verdict = self._ports.safeguards.decide(accept_request(facts))
        if not verdict.permits:
            raise Refused(INGEST_REFUSED, verdict.reasons[0], verdict)
        return verdict

    async def _link(self, connection: AsyncConnection, arrival: Arrival, flight_id: FlightId) -> Receipt:
        """Store the travellers or mark those reported before, hand on whom screening must see."""
        message, stores = arrival.message, self._ports.stores
        faults: list[Fault] = []
        if await stores.messages.is_reference_reused(connection, arrival.sender, arrival.message_id, message):
            faults.append(Fault(Severity.WARNING, "REFERENCE_REUSED", "RFF"))
        if message.reservations:
            faults.append(Fault(Severity.WARNING, "RESERVATIONS_NOT_TAKEN", "reservations"))
        status = _MARKED.get(message.change) if message.change else None
        report = Report(
            flight_id, arrival.message_id, status or TravellerStatus.REPORTED, arrival.received_at
        )
        keys = self._ports.keys.person_keys(message.travellers)
        known = await stores.travellers.mark(connection, report, keys) if status else {}
        unknown = [place for place, key in enumerate(keys) if key not in known]
        if status is not None:
            faults.extend(_not_reported_before(message, unknown))
        if status is None or status is TravellerStatus.ON_BOARD:
            await self._store(connection, arrival, report, [(place, keys[place]) for place in unknown])
        screened = [at for at in known.values() if at is not None]
        receipt = arrival.receipt().with_faults(tuple(faults))
        is_screened = len(screened) == len(message.travellers)
        return replace(
            receipt,
            screened=len(screened),
            screened_at=max([*screened, arrival.received_at]) if is_screened else None,
        )

    async def _store(
        self,
        connection: AsyncConnection,
        arrival: Arrival,
        report: Report,
        places: Sequence[tuple[int, bytes]],
    ) -> None:
        """Write the travellers at these places under these keys, and the batches that tell screening."""
        travellers = [arrival.message.travellers[place] for place, _ in places]
        records = [traveller.as_record() for traveller in travellers]
        ids = await self._ports.stores.travellers.report(
            connection,
            report,
            records,
            [key for _, key in places],
            [self._ports.identifiers.new() for _ in places],
        )
        reported = list(map(Reported, ids, travellers, records))
        flight = (report.flight_id, arrival.flight)
        await self._send(connection, arrival.message_id, flight, reported, arrival.received_at)

    async def _record(
        self,
        connection: AsyncConnection,
        arrival: Arrival,
        verdict: Verdict,
        facts: Mapping[str, FactValue],
    ) -> None:
        """The audit record of a message taken: identifiers, numbers and names of elements only."""
        await self._ports.audit.append(
            connection,
            actor=arrival.raw.subject,
            action=ACTION,
            object_kind="MESSAGE",
            object_id=str(arrival.message_id),
            purpose=PURPOSE,
            policy=verdict.policy_version,
            facts={
                **facts,
                "carrier": arrival.sender,
                "is_test": arrival.message.is_test,
                "travellers": len(arrival.message.travellers),
                "rejected": len(arrival.message.rejected_travellers),
                "faults": len(arrival.message.faults),
                "decision_id": str(verdict.decision_id),
                "inputs_hash": verdict.inputs_hash,
                "filter_version": self._ports.rules.version,
            },
        )


def _registered(
    registers: RegistersInForce, sender: str, message: ParsedMessage
) -> tuple[CarrierRow, CollectionProfileRow]:
    """The row of the carrier in whose name the sender reports this flight, and the collection profile.

    Raises:
        Refused: The sender is not registered, uses another's name, or sends for no such carrier; or no
            profile says what may be collected.
    """
    assert message.flight is not None, "a message that was read has a flight"
    try:
        carrier = carrier_in_whose_name(
            registers, own_carrier=sender, names=message.sender_names, flight_carrier=message.flight.carrier
        )
    except SenderRefused as refused:
        raise Refused(refused.code, refused.code) from None
    if registers.profile is None:
        raise Refused(INGEST_REFUSED, "PROFILE_NOT_IN_FORCE")
    return carrier, registers.profile


def _not_reported_before(message: ParsedMessage, places: Sequence[int]) -> list[Fault]:
    """A warning for each traveller of a close-out or cancellation whom nobody reported before."""
    return [
        Fault(
            Severity.WARNING,
            "TRAVELLER_NOT_REPORTED_BEFORE",
            "NAD",
            None,
            message.ordinals[place],
            message.travellers[place].carrier_reference,
            message.travellers[place].record_locator,
        )
        for place in places
    ]
