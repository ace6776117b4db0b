"""One message that was read is judged, linked and stored, all in one transaction."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.formats.flights import local_date_of
from services.ingest.intake.accept_request import (
    ACTION,
    DATA_CLASS,
    PNR_DATA_CLASS,
    PURPOSE,
    AcceptFacts,
    accept_request,
)
from services.ingest.intake.arrival import INGEST_REFUSED, Arrival, Refused, Taken, Taking
from services.ingest.intake.claim import claim_or_repeat
from services.ingest.intake.parts import is_reservation_push, is_split
from services.ingest.intake.receipt import Receipt
from services.ingest.intake.take_flight import TakeFlight
from services.ingest.intake.take_parts import TakeParts, count_faults
from services.ingest.intake.take_reservations import TakeReservations
from services.ingest.intake.take_travellers import Linked, TakeTravellers
from services.ingest.intake.traveller_rows import Laws
from services.ingest.ports import Ports
from services.ingest.reading.elements import keep_allowed_of_reservations, reservation_elements_of
from services.ingest.reading.people import People
from services.ingest.registers.rows import CarrierRow, CollectionProfileRow, RegistersInForce
from services.ingest.registers.senders import SenderRefused, carrier_in_whose_name
from services.ingest.store.flights import ReportedFlight
from services.ingest.store.messages import Belonging
from shared.audit.record import FactValue
from shared.policy.verdict import Verdict
from shared.travel.message import Fault, ParsedMessage, Severity


@dataclass(frozen=True, slots=True)
class Collected:
    """What may be collected of one data class of a message: its elements, and the registers that say so."""

    data_class: str
    registers: RegistersInForce
    carrier: CarrierRow
    profile: CollectionProfileRow
    elements: Counter[str]

    @property
    def outside(self) -> frozenset[str]:
        """The elements sent that the profile does not allow: dropped before the first write."""
        return frozenset(self.elements).difference(self.profile.allowed_elements)


class AcceptMessage:
    """Takes one message in the caller's transaction."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._take_flight = TakeFlight(ports)
        self._take_parts = TakeParts(ports)
        self._take_travellers = TakeTravellers(ports)
        self._take_reservations = TakeReservations(ports)

    async def __call__(self, connection: AsyncConnection, arrival: Arrival) -> Taken:
        """Take a message in the caller's transaction.

        Raises:
            Refused: The sender may not report it, or a safeguard does not permit its collection; the caller
                undoes the transaction.
            IdempotencyKeyReused: The key came before with another body.
        """
        collected = [
            await self._collected(connection, arrival, each) for each in data_classes(arrival.message)
        ]
        arrival = self._allowed(arrival, collected)
        stores, message = self._ports.stores, arrival.message
        repeat = await claim_or_repeat(stores.messages, connection, arrival, arrival.receipt())
        if repeat is not None:
            return repeat
        # A test message touches no flight.
        flight = None if message.is_test else await self._take_flight(connection, arrival)
        pushes = 1 if flight is None else flight.pushes
        verdicts = [self._judge(arrival, each, pushes) for each in collected]
        laws = Laws.in_force(collected[0].registers, self._ports.authority, arrival.received_at)
        await self._record(connection, arrival, verdicts[0], _audit_facts(collected, laws, flight))
        if flight is None:
            return Taken(message, arrival.receipt())
        receipt = await self._link(connection, arrival, flight, laws)
        dropped = Counter(
            {f"element.{name}": each.elements[name] for each in collected for name in each.outside}
        )
        await stores.registers.count_dropped(
            connection, arrival.sender, arrival.received_at.date(), dropped | message.dropped.as_counts()
        )
        return Taken(message, receipt)

    async def _collected(self, connection: AsyncConnection, arrival: Arrival, data_class: str) -> Collected:
        """What the registers allow of a data class.

        Raises:
            Refused: See `_registered`.
        """
        registers = await self._ports.stores.registers.in_force(
            connection, sender=arrival.sender, client=arrival.raw.subject, data_class=data_class
        )
        message = arrival.message
        carrier, profile = _registered(registers, arrival.sender, message)
        if data_class == PNR_DATA_CLASS:
            elements = reservation_elements_of(message.reservations)
        else:
            elements = arrival.people.elements
        return Collected(data_class, registers, carrier, profile, elements)

    def _allowed(self, arrival: Arrival, collected: list[Collected]) -> Arrival:
        """The message without what no profile allows (SG-04)."""
        message, people = arrival.message, arrival.people
        for each in collected:
            if each.data_class == PNR_DATA_CLASS:
                kept = keep_allowed_of_reservations(message.reservations, each.outside)
                message = replace(message, reservations=kept)
                continue
            if each.outside != people.outside:
                # The profile is another one than when the sender's last message was taken.
                allowed, today = each.profile.allowed_elements, arrival.received_at.date()
                people = People.of(arrival.message, allowed, self._ports.keys, today)
            message = replace(message, travellers=people.travellers)
        return replace(arrival, message=message, people=people)

    def _judge(self, arrival: Arrival, collected: Collected, pushes: int) -> Verdict:
        """Ask the safeguards about one data class.

        Raises:
            Refused: One of them does not permit the collection.
        """
        registers, now = collected.registers, arrival.received_at
        day = local_date_of(arrival.flight) or now.date()
        facts = AcceptFacts(
            sender=arrival.raw.subject,
            authority=self._ports.authority,
            data_class=collected.data_class,
            elements=frozenset(collected.elements),
            allowed_elements=collected.profile.allowed_elements,
            legal_row=registers.legal_row(self._ports.authority, collected.data_class, PURPOSE, now),
            route_in_force=registers.is_route_in_force(
                arrival.flight.crossing_leg, day, self._ports.airports.state_of
            ),
            push_count=pushes,
            push_max=collected.carrier.push_max,
            notice_confirmed=collected.carrier.notice_confirmed,
            chain_ok=self._ports.is_chain_ok(),
            now=now,
        )
        verdict = self._ports.safeguards.decide(accept_request(facts))
        if not verdict.permits:
            raise Refused(INGEST_REFUSED, verdict.reasons[0], verdict)
        return verdict

    async def _link(
        self, connection: AsyncConnection, arrival: Arrival, flight: ReportedFlight, laws: Laws
    ) -> Receipt:
        """Store travellers and reservations, and write on the receipt what that found out."""
        message, stores = arrival.message, self._ports.stores
        transaction = await self._take_parts(connection, arrival, flight.flight_id)
        linked = await self._take_people(connection, Taking(arrival, flight, transaction, laws))
        faults = [*linked.faults, *count_faults(arrival, transaction)]
        if await stores.messages.is_reference_reused(connection, arrival.sender, arrival.message_id, message):
            faults.insert(0, Fault(Severity.WARNING, "REFERENCE_REUSED", "RFF"))
        is_screened = len(linked.screened) == linked.accepted
        receipt = replace(
            arrival.receipt().with_faults(tuple(faults)),
            accepted=linked.accepted,
            screened=len(linked.screened),
            screened_at=max([*linked.screened.values(), arrival.received_at]) if is_screened else None,
        )
        transaction_id = transaction.transaction_id if is_split(message) else None
        belonging = Belonging(transaction_id, message.access_reference)
        await stores.messages.settle(connection, receipt, flight.flight_id, belonging)
        return receipt

    async def _take_people(self, connection: AsyncConnection, taking: Taking) -> Linked:
        message, flight, linked = taking.arrival.message, taking.flight, Linked()
        if message.travellers:
            linked += await self._take_travellers(connection, taking)
            # What the list of a manifest wrote is there for its reservations to meet.
            taking = replace(taking, flight=replace(flight, is_new=False))
        if message.reservations or is_reservation_push(message):
            linked += await self._take_reservations(connection, taking, linked)
        await self._take_flight.change(connection, taking.arrival, flight)
        return linked

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
                "reservations": len(arrival.message.reservations),
                "rejected": len(arrival.message.rejected_travellers),
                "faults": len(arrival.message.faults),
                "decision_id": str(verdict.decision_id),
                "inputs_hash": verdict.inputs_hash,
                "filter_version": self._ports.rules.version,
            },
        )


def data_classes(message: ParsedMessage) -> tuple[str, ...]:
    """The classes of data that a message brings; a posted manifest may bring both."""
    if is_reservation_push(message) and not message.travellers:
        return (PNR_DATA_CLASS,)
    return (DATA_CLASS, PNR_DATA_CLASS) if message.reservations else (DATA_CLASS,)


def _audit_facts(
    collected: list[Collected], laws: Laws, flight: ReportedFlight | None
) -> dict[str, FactValue]:
    held = {DATA_CLASS: laws.api, PNR_DATA_CLASS: laws.pnr}
    keys = [law.key for law in (held[each.data_class] for each in collected) if law is not None]
    return {
        "flight_id": None if flight is None else str(flight.flight_id),
        "data_class": "+".join(each.data_class for each in collected),
        "dropped_elements": tuple(sorted({name for each in collected for name in each.outside})),
        "profile_version": collected[0].registers.profile_version,
        "legal_row": "+".join(keys) or None,
    }


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
