"""The reservations of a push: stored in place of what was held, their people linked to the travellers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.intake.arrival import Taking
from services.ingest.intake.observed import SendToScreening
from services.ingest.intake.reservation_travellers import locators_of, travellers_of
from services.ingest.intake.take_travellers import Changes, Linked, write_changes
from services.ingest.ports import Ports
from services.ingest.reading.people import Said
from services.ingest.reading.same_person import first_mentions, match_people
from services.ingest.retention.clock import PNR, retention_clock
from services.ingest.store.reservations import HeldReservation, Push, ReservationRow
from services.ingest.store.travellers import KnownTraveller, Source, TravellerStatus
from shared.contracts import WithdrawalReason
from shared.identifiers import TravellerId
from shared.json_text import write_json
from shared.travel.message import Fault, Severity
from shared.travel.reservation import Reservation

RESERVATION_NOT_HELD = "RESERVATION_NOT_HELD"


@dataclass(frozen=True, slots=True)
class Named:
    """A reservation of the message beside the one held of it."""

    reservation: Reservation
    reservation_id: UUID
    held: HeldReservation | None


@dataclass(slots=True)
class Pushed:
    """What a push changes of the reservations held."""

    standing: list[Named] = field(default_factory=list)
    withdrawn: list[UUID] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class People:
    """The people whom the standing reservations name, each once, and where each is known from."""

    said: list[Said]
    places: dict[UUID, list[int]]
    matched: list[KnownTraveller | None]


class TakeReservations:
    """Stores a push, or one part of it."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._send = SendToScreening(ports)

    async def __call__(self, connection: AsyncConnection, taking: Taking, listed: Linked) -> Linked:
        """Take the reservations of a message; the caller holds the flight's row.

        A full push withdraws what it does not name, once all of it is here and was read; an update touches
        what it names. Travellers are screened with the part that names them; whom the message's own list
        sends there already (`listed`) the receipt counts once.

        Source: `spec/pnrgov.md` §1 (full, update, cancellations); `spec/edifact.md` §8.
        """
        stores, flight, arrival = self._ports.stores, taking.flight, taking.arrival
        push = Push(
            flight.flight_id,
            arrival.sender,
            arrival.message_id,
            taking.transaction.transaction_id,
            arrival.received_at,
        )
        held = [] if flight.is_new else await stores.reservations.held(connection, push)
        pushed = self._pushed(arrival.message.reservations, held)
        await self._put(connection, taking, push, pushed)
        known = await stores.travellers.known(connection, flight.flight_id, with_records=True)
        people = self._people(pushed.standing, taking, known)
        changes, ids = self._reported(taking, people)
        await write_changes(self._ports, connection, taking.report, changes)
        links = {key: [ids[place] for place in places] for key, places in people.places.items()}
        await stores.reservations.link(connection, links | {each: [] for each in pushed.withdrawn})
        for is_counted in (True, False):
            to_screen = [
                each for each in changes.to_screen if (each.traveller_id not in listed.awaited) is is_counted
            ]
            await self._send(
                connection, push.message_id, taking.target, to_screen, push.now, is_counted=is_counted
            )
        left = _left(held, pushed, set(ids))
        await self._let_go(connection, taking, [each for each in known if each.traveller_id in left])
        return Linked(
            tuple(pushed.faults), len(people.said), changes.screened, frozenset(ids), changes.awaited
        )

    async def _put(self, connection: AsyncConnection, taking: Taking, push: Push, pushed: Pushed) -> None:
        """Write what stands, and take off the flight what was withdrawn or is named no more."""
        store, transaction = self._ports.stores.reservations, taking.transaction
        await store.put(connection, push, self._rows(pushed.standing, taking))
        if transaction.names_everybody:
            unnamed = await store.not_named(connection, push, transaction.started_at)
            pushed.withdrawn.extend(each for each in unnamed if each not in pushed.withdrawn)
        await store.withdraw(connection, push, pushed.withdrawn)

    def _pushed(self, reservations: Sequence[Reservation], held: Sequence[HeldReservation]) -> Pushed:
        """Which reservation of the message is which one held; the same one twice in a push is one."""
        by_locator = {locator: each for each in reversed(held) for locator in each.locators}
        standing: dict[UUID, Named] = {}
        pushed = Pushed()
        new_ids: dict[str, UUID] = {}
        for reservation in reservations:
            locators = locators_of(reservation)
            found = next((by_locator[each] for each in locators if each in by_locator), None)
            if reservation.is_cancelled or reservation.is_withdrawn:
                if found is not None and found.is_held:
                    pushed.withdrawn.append(found.reservation_id)
                elif found is None and reservation.is_cancelled:
                    pushed.faults.append(
                        Fault(Severity.WARNING, RESERVATION_NOT_HELD, "RCI", locator=reservation.locator)
                    )
                continue
            new_id = next((new_ids[each] for each in locators if each in new_ids), None)
            key = new_id or self._ports.identifiers.new() if found is None else found.reservation_id
            new_ids.update(dict.fromkeys(locators, key))
            before = standing[key].reservation if key in standing else _named_before(found)
            standing[key] = Named(_joined(before, reservation), key, found)
        pushed.standing.extend(standing.values())
        pushed.withdrawn = [each for each in dict.fromkeys(pushed.withdrawn) if each not in standing]
        return pushed

    def _rows(self, standing: Sequence[Named], taking: Taking) -> list[ReservationRow]:
        rows = []
        for each in standing:
            first = taking.arrival.received_at if each.held is None else each.held.first_reported_at
            text = write_json(each.reservation.as_record())
            rows.append(
                ReservationRow(
                    each.reservation_id,
                    locators_of(each.reservation),
                    True,
                    self._ports.keys.fact_digest(text),
                    first,
                    retention_clock(PNR, first, taking.laws.pnr),
                    text,
                )
            )
        return rows

    def _people(self, standing: Sequence[Named], taking: Taking, known: Sequence[KnownTraveller]) -> People:
        said: list[Said] = []
        owners: list[UUID] = []
        rows = taking.rows(self._ports.keys)
        for each in standing:
            locators = locators_of(each.reservation)
            for traveller in travellers_of(each.reservation, taking.flight.flight):
                said.append(rows.said(traveller, self._ports.keys.traveller_keys(traveller, locators)))
                owners.append(each.reservation_id)
        first = first_mentions([each.keys for each in said])
        once = [place for place, mention in enumerate(first) if place == mention]
        position = {place: number for number, place in enumerate(once)}
        places: dict[UUID, list[int]] = {each.reservation_id: [] for each in standing}
        for owner, mention in zip(owners, first, strict=True):
            places[owner].append(position[mention])
        unique = [said[place] for place in once]
        matched = match_people([each.keys for each in unique], [each.keys for each in known])
        return People(unique, places, [None if place is None else known[place] for place in matched])

    def _reported(self, taking: Taking, people: People) -> tuple[Changes, list[TravellerId]]:
        """The changes, and the identifier of each person. Whom the carrier took off its list stays off."""
        rows, now = taking.rows(self._ports.keys), taking.arrival.received_at
        changes = Changes()
        ids: list[TravellerId] = []
        for pnr, known in zip(people.said, people.matched, strict=True):
            is_back = known is not None and known.status.is_off and known.source is Source.PNR
            if known is None or is_back:
                new_id = TravellerId(self._ports.identifiers.new())
                standing = rows.standing(new_id, TravellerStatus.REPORTED, now, api=None, pnr=pnr)
                changes.add(standing, returns=known)
            else:
                standing = rows.standing(
                    known.traveller_id,
                    known.status,
                    known.first_reported_at,
                    api=rows.api_said(known),
                    pnr=pnr,
                )
                if known.status.is_off:
                    changes.changed.append(standing)
                    changes.screened[known.traveller_id] = known.screened_at or now
                else:
                    changes.keep(standing, known)
            ids.append(standing.traveller_id)
        return changes, ids

    async def _let_go(
        self, connection: AsyncConnection, taking: Taking, left: Sequence[KnownTraveller]
    ) -> None:
        """People whom no reservation names any more: off the flight, unless an API list names them."""
        stores, report = self._ports.stores, taking.report
        named = await stores.reservations.still_named(connection, [each.traveller_id for each in left])
        left = [each for each in left if each.traveller_id not in named and not each.status.is_off]
        rows, changes = taking.rows(self._ports.keys), Changes()
        for each in left:
            if each.source is Source.BOTH:
                standing = rows.standing(
                    each.traveller_id, each.status, each.first_reported_at, api=rows.api_said(each), pnr=None
                )
                changes.keep(standing, each)
        await write_changes(self._ports, connection, report, changes)
        await self._send(
            connection,
            report.message_id,
            taking.target,
            changes.to_screen,
            report.now,
            is_counted=False,
        )
        gone = [each.traveller_id for each in left if each.source is Source.PNR]
        await stores.travellers.mark(connection, report, gone, TravellerStatus.CANCELLED)
        await self._send.withdraw(
            connection, report.flight_id, gone, WithdrawalReason.RESERVATION_WITHDRAWN, report.now
        )


def _left(held: Sequence[HeldReservation], pushed: Pushed, named: set[TravellerId]) -> set[TravellerId]:
    """Who was named by a reservation that this message replaced or withdrew, and is named by it no more."""
    touched = {each.reservation_id for each in pushed.standing} | set(pushed.withdrawn)
    before = {
        traveller_id for each in held if each.reservation_id in touched for traveller_id in each.travellers
    }
    return before - named


def _named_before(held: HeldReservation | None) -> Reservation | None:
    """What an earlier part of the same push said of this reservation."""
    record: Mapping[str, object] | None = None if held is None else held.record
    return None if record is None else Reservation.from_record(record)


def _joined(before: Reservation | None, reservation: Reservation) -> Reservation:
    """A reservation too large for one part, put together again: people and legs of both, each once.

    Source: `spec/edifact.md` §8 (a PNR too large may be split).
    """
    if before is None:
        return reservation
    people = [each for each in before.travellers if each not in reservation.travellers]
    legs = [each for each in before.itinerary if each not in reservation.itinerary]
    return replace(
        reservation,
        travellers=(*people, *reservation.travellers),
        itinerary=(*legs, *reservation.itinerary),
    )
