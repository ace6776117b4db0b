"""The travellers of an API list: stored or marked, linked to what was reported of them before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.intake.arrival import Taking
from services.ingest.intake.observed import SendToScreening
from services.ingest.ports import Ports
from services.ingest.reading.people import Said
from services.ingest.reading.same_person import match_people
from services.ingest.store.travellers import KnownTraveller, Report, TravellerRow, TravellerStatus
from shared.contracts import WithdrawalReason
from shared.identifiers import TravellerId
from shared.travel.message import Change, Fault, ParsedMessage, Severity

_MARKED = {
    Change.CANCEL: TravellerStatus.CANCELLED,
    Change.REDUCTION: TravellerStatus.CANCELLED,
    Change.CLOSE_NOT_ON_BOARD: TravellerStatus.NOT_ON_BOARD,
    Change.CLOSE_ON_BOARD: TravellerStatus.ON_BOARD,
}
_REASONS = {
    TravellerStatus.CANCELLED: WithdrawalReason.CANCELLED,
    TravellerStatus.NOT_ON_BOARD: WithdrawalReason.NOT_ON_BOARD,
}


@dataclass(frozen=True, slots=True)
class Linked:
    """What linking found out: warnings, how many people the message speaks of, whose screening stands.

    `people` are those of them who are stored, `awaited` those whom screening is still to see for the message.
    """

    faults: tuple[Fault, ...] = ()
    accepted: int = 0
    screened: Mapping[TravellerId, datetime] = field(default_factory=dict)
    people: frozenset[TravellerId] = frozenset()
    awaited: frozenset[TravellerId] = frozenset()

    def __add__(self, other: "Linked") -> "Linked":
        """Both parts of a message; whom both speak of is one, and is screened once nothing more waits."""
        awaited = self.awaited | other.awaited
        screened = {**self.screened, **other.screened}
        return Linked(
            (*self.faults, *other.faults),
            self.accepted + other.accepted - len(self.people & other.people),
            {each: at for each, at in screened.items() if each not in awaited},
            self.people | other.people,
            awaited,
        )


@dataclass(slots=True)
class Changes:
    """What a message changes of the travellers of its flight."""

    new: list[TravellerRow] = field(default_factory=list)
    changed: list[TravellerRow] = field(default_factory=list)
    followed: list[tuple[TravellerId, TravellerId]] = field(default_factory=list)
    to_screen: list[TravellerRow] = field(default_factory=list)
    screened: dict[TravellerId, datetime] = field(default_factory=dict)

    @property
    def awaited(self) -> frozenset[TravellerId]:
        """Whom screening is still to see."""
        return frozenset(each.traveller_id for each in self.to_screen)

    def keep(self, standing: TravellerRow, known: KnownTraveller) -> None:
        """Write a later report; screening sees it again only where its facts are new."""
        self.changed.append(standing)
        if known.screened_at is not None and standing.fact_digest == known.fact_digest:
            self.screened[known.traveller_id] = known.screened_at
        else:
            self.to_screen.append(standing)

    def add(self, standing: TravellerRow, returns: KnownTraveller | None = None) -> None:
        """Write a new traveller, or one who comes back after being off the flight."""
        self.new.append(standing)
        self.to_screen.append(standing)
        if returns is not None:
            self.followed.append((returns.traveller_id, standing.traveller_id))


class TakeTravellers:
    """Stores the travellers of a list, or marks those reported before; hands on whom screening must see."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._send = SendToScreening(ports)

    async def __call__(self, connection: AsyncConnection, taking: Taking) -> Linked:
        """Link a list to its flight's travellers; the caller holds the flight's row.

        Source: `spec/paxlst.md` §8: a resend replaces, `CP` replaces the whole record, `XR` and `RP` take
        off, `CLOB` and `CLNB` match earlier reports; who is unmatched is told and not dropped.
        """
        message, flight = taking.arrival.message, taking.flight
        status = _MARKED.get(message.change) if message.change else None
        known: list[KnownTraveller] = []
        if not flight.is_new:
            known = await self._ports.stores.travellers.known(
                connection, flight.flight_id, with_records=status is not None
            )
        said = taking.arrival.people.said
        places = match_people([each.keys for each in said], [each.keys for each in known])
        matched = [None if place is None else known[place] for place in places]
        if status is not None:
            return await self._marked(connection, taking, said, matched, status)
        changes = self._reported(taking, said, matched)
        await self._write(connection, taking, changes)
        people = frozenset(each.traveller_id for each in (*changes.new, *changes.changed))
        return Linked((), len(said), changes.screened, people, changes.awaited)

    def _reported(
        self, taking: Taking, said: Sequence[Said], matched: Sequence[KnownTraveller | None]
    ) -> Changes:
        rows, now = taking.rows(self._ports.keys), taking.arrival.received_at
        changes = Changes()
        number = sum(known is None or known.status.is_off for known in matched)
        new_ids = map(TravellerId, self._ports.identifiers.many(number))
        for api, known in zip(said, matched, strict=True):
            pnr = None if known is None else rows.pnr_said(known)
            if known is None or known.status.is_off:
                standing = rows.standing(next(new_ids), TravellerStatus.REPORTED, now, api=api, pnr=pnr)
                changes.add(standing, returns=known)
                continue
            standing = rows.standing(
                known.traveller_id, known.status, known.first_reported_at, api=api, pnr=pnr
            )
            changes.keep(standing, known)
        return changes

    async def _marked(
        self,
        connection: AsyncConnection,
        taking: Taking,
        said: Sequence[Said],
        matched: Sequence[KnownTraveller | None],
        status: TravellerStatus,
    ) -> Linked:
        """Mark people of a close-out or cancellation; whom nobody reported before a close-out is kept.

        Somebody who is not on board is kept with that status, and not screened: who does not travel is nobody
        whom screening may look for.
        """
        report = taking.report
        changes = self._newly_marked(taking, said, matched, status)
        again = {old for old, _ in changes.followed}
        here = [each for each in matched if each is not None and each.traveller_id not in again]
        await self._ports.stores.travellers.mark(
            connection, report, [each.traveller_id for each in here], status
        )
        await self._write(connection, taking, changes)
        if status.is_off:
            gone = [each.traveller_id for each in here if not each.status.is_off]
            await self._send.withdraw(connection, report.flight_id, gone, _REASONS[status], report.now)
        unknown = [place for place, each in enumerate(matched) if each is None]
        screened = {each.traveller_id: each.screened_at for each in here if each.screened_at is not None}
        people = frozenset([each.traveller_id for each in here] + [each.traveller_id for each in changes.new])
        faults = _not_reported_before(taking.arrival.message, unknown)
        return Linked(faults, len(said), screened, people, changes.awaited)

    def _newly_marked(
        self,
        taking: Taking,
        said: Sequence[Said],
        matched: Sequence[KnownTraveller | None],
        status: TravellerStatus,
    ) -> Changes:
        """New rows: of whom nobody spoke before, and of who was off and is on board after all."""
        rows, now = taking.rows(self._ports.keys), taking.arrival.received_at
        changes = Changes()
        for api, known in zip(said, matched, strict=True):
            if known is None:
                if status is not TravellerStatus.CANCELLED:
                    standing = rows.standing(self._new_id(), status, now, api=api, pnr=None)
                    changes.new.append(standing)
                    if not status.is_off:
                        changes.to_screen.append(standing)
            elif known.status.is_off and not status.is_off:
                standing = rows.standing(
                    self._new_id(), status, now, api=rows.api_said(known), pnr=rows.pnr_said(known)
                )
                changes.add(standing, returns=known)
        return changes

    async def _write(self, connection: AsyncConnection, taking: Taking, changes: Changes) -> None:
        await write_changes(self._ports, connection, taking.report, changes)
        arrival = taking.arrival
        await self._send(
            connection, arrival.message_id, taking.target, changes.to_screen, arrival.received_at
        )

    def _new_id(self) -> TravellerId:
        return TravellerId(self._ports.identifiers.new())


async def write_changes(ports: Ports, connection: AsyncConnection, report: Report, changes: Changes) -> None:
    """Write a message's changes, a statement for each kind of change."""
    store = ports.stores.travellers
    await store.add(connection, report, changes.new)
    await store.change(connection, report, changes.changed)
    await store.follow(connection, changes.followed)


def _not_reported_before(message: ParsedMessage, places: Sequence[int]) -> tuple[Fault, ...]:
    """A warning for each traveller of a close-out or cancellation whom nobody reported before."""
    return tuple(
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
    )
