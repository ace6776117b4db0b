"""Boarding: what people decide about a traveller goes to the carrier, and comes back as soon as it may.

An advice against boarding rests on a confirmed hit, two people and a published law. A hold is the one thing
that a State may let the machine do: minutes, neutral, for the strongest matches alone, released by itself.
Whatever loses its ground is taken back by the clocks; one person is enough to take an advice back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.errors import BoardingNotAllowed, NotFound
from services.screening.flight_facts import crossing_leg
from services.screening.hits.hit import Hit
from services.screening.hits.life import Mover
from services.screening.ports import SERVICE, Ports
from services.screening.store.boarding import Assessed, BoardingDirective
from services.screening.store.orders import Order
from services.screening.store.suspensions import SuspendedStore
from shared.bus.outbox import Outbox
from shared.contracts import DirectiveChangedV1
from shared.observability.metrics import REGISTRY
from shared.security.tokens import Principal

ADVICE: Final = "BOARDING_ADVICE"
HOLD: Final = "BOARDING_HOLD"
KIND: Final = "DirectiveChangedV1"
DESTINATION: Final = "ingest"
#: So long after departure nobody is told any more that a traveller may board.
TOLD_AFTER_DEPARTURE: Final = timedelta(hours=24)
#: The clocks beat every few seconds: a hold is released early rather than late.
RELEASED_AHEAD: Final = timedelta(seconds=10)
LAPSED_A_BEAT: Final = 200
_MEANINGS: Final = {ADVICE: "DO_NOT_BOARD", HOLD: "ADVISE"}

DIRECTIVES: Final = Counter(
    "safeconduct_screening_boarding_directives",
    "Boarding advice and holds, by kind and what became of them.",
    ("kind", "outcome"),
    registry=REGISTRY,
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What an advice against boarding rests on besides its hit: the law, the State left in, assessments."""

    legal_row_id: UUID
    country_risk: dict[str, Any] | None
    assessed: Assessed

    def as_context(self) -> dict[str, Any]:
        """The facts of SG-34 in `context`."""
        findings = {"legal": self.assessed.legal, "human_rights": self.assessed.human_rights}
        return {
            "country_risk": self.country_risk,
            "individual_risk": self.assessed.individual_risk,
            "assessments": {name: finding for name, finding in findings.items() if finding is not None},
        }


class Boarding:
    """Advice, holds, and their release."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def ground(
        self, connection: AsyncConnection, hit: Hit, order: Order, purpose_code: str, now: datetime
    ) -> Ground:
        """What an advice may rest on.

        Raises:
            BoardingNotAllowed: No law in force allows it, the flight's States or the traveller's
                nationalities are not known, or the traveller may be on the way to their own country.

        Source:
            `workflow.md` §4; ICCPR art. 12(4); SG-34 (the State in which the person is left).
        """
        store = self._ports.stores.boarding
        if ADVICE in await SuspendedStore().rules(connection):
            raise self._refusal(hit, order, "SUSPENDED", "oversight has suspended advice against boarding")
        law = await store.law(
            connection,
            authority=self._ports.authority,
            kind=ADVICE,
            purpose_code=purpose_code,
            today=now.date(),
        )
        if law is None:
            raise self._refusal(hit, order, "NO_LAW", "no published law in force allows it")
        leg = crossing_leg(hit.flight)
        if leg is None or leg.origin_state is None:
            raise self._refusal(hit, order, "STATE_UNKNOWN", "nobody knows in which State the flight starts")
        if _may_be_returning(hit):
            raise self._refusal(
                hit, order, "OWN_COUNTRY", "the traveller may be on the way to their own country"
            )
        risk = await store.risk(connection, leg.origin_state)
        facts = None if risk is None else risk.as_facts(now.date())
        return Ground(law, facts, await store.assessed(connection, order.order_id))

    async def advise(
        self, connection: AsyncConnection, hit: Hit, order: Order, ground: Ground, now: datetime
    ) -> None:
        """Let an approved advice go to the carrier, in the transaction of the approval."""
        directive = BoardingDirective(
            directive_id=self._ports.identifiers.new(),
            kind=ADVICE,
            hit_id=hit.hit_id,
            order_id=order.order_id,
            traveller_id=hit.traveller_id,
            flight_id=hit.flight.flight_id,
            data_version=hit.data_version,
            legal_row_id=ground.legal_row_id,
            since=now,
        )
        await self._ports.stores.boarding.add(connection, directive)
        await self._tell(connection, directive, now)
        DIRECTIVES.labels(ADVICE, "ORDERED").inc()

    async def hold(self, connection: AsyncConnection, directive: BoardingDirective, now: datetime) -> None:
        """Let a hold that was permitted go to the carrier; a hit has one at most, ever."""
        if await self._ports.stores.boarding.add(connection, directive):
            await self._tell(connection, directive, now)

    async def release(self, order_id: UUID, principal: Principal, cause: str) -> None:
        """Take an advice back; one person is enough for what protects (`workflow.md` §7).

        Raises:
            NotFound: No advice stands on this order.
        """
        now = self._ports.clock.now()
        store = self._ports.stores.boarding
        async with self._ports.transaction() as connection:
            directive = await store.of_order(connection, order_id)
            if directive is None:
                raise NotFound(kind="boarding advice in force")
            departure = await store.departure(connection, directive.hit_id)
            await self._take_back(connection, directive, departure, Mover(principal.subject, now, cause))

    async def release_lapsed(self) -> int:
        """Take back what has lost its ground; how many. Several workers may do so at once."""
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            lapsed = await self._ports.stores.boarding.lapsed(
                connection, now=now, ends_before=now + RELEASED_AHEAD, limit=LAPSED_A_BEAT
            )
            for directive, departure in lapsed:
                cause = "GROUND_GONE" if directive.kind == ADVICE else "ENDED_BY_ITSELF"
                await self._take_back(connection, directive, departure, Mover(SERVICE, now, cause))
        return len(lapsed)

    async def listed(self, limit: int) -> Sequence[BoardingDirective]:
        """The newest directives, for supervisors and oversight: each hold is counted and reported (SG-08)."""
        async with self._ports.database.connect() as connection:
            return await self._ports.stores.boarding.listed(connection, limit)

    async def _take_back(
        self,
        connection: AsyncConnection,
        directive: BoardingDirective,
        departure: datetime | None,
        mover: Mover,
    ) -> None:
        store, now = self._ports.stores.boarding, mover.at
        await store.release(connection, directive.directive_id, person=mover.actor, cause=mover.cause, at=now)
        await self._ports.audit.append(
            connection,
            actor=mover.actor,
            action="boarding.release",
            object_kind="boarding_directive",
            object_id=str(directive.directive_id),
            subject_id=str(directive.traveller_id),
            case_id=str(directive.hit_id),
            facts={"kind": directive.kind, "cause": mover.cause},
        )
        DIRECTIVES.labels(directive.kind, "RELEASED").inc()
        if departure is None or now < departure + TOLD_AFTER_DEPARTURE:
            # Another order may still stand about the same traveller: then that is what the carrier hears.
            standing = await store.standing(connection, directive.traveller_id)
            await self._tell(connection, standing or replace(directive, released_at=now), now)

    async def _tell(self, connection: AsyncConnection, directive: BoardingDirective, now: datetime) -> None:
        message_id = self._ports.identifiers.new()
        change = DirectiveChangedV1.model_validate(
            {
                "message_id": message_id,
                "directive_id": directive.directive_id,
                "traveller_id": directive.traveller_id,
                "flight_id": directive.flight_id,
                "meaning": "BOARD" if directive.released_at else _MEANINGS[directive.kind],
                "decided_at": now,
                "ends_at": None if directive.released_at else directive.ends_at,
            }
        )
        await Outbox.add(
            connection, destination=DESTINATION, kind=KIND, message_id=message_id, body=change.as_json()
        )

    def _refusal(self, hit: Hit, order: Order, code: str, reason: str) -> BoardingNotAllowed:
        record = self._ports.audit.record(
            actor=SERVICE,
            action="action.order",
            object_kind="order",
            object_id=str(order.order_id),
            subject_id=str(hit.hit_id),
            outcome="REFUSED",
            reasons=(f"BOARDING.{code}",),
        )
        return BoardingNotAllowed([record], reason=reason)


def _may_be_returning(hit: Hit) -> bool:
    """Whether a nationality is, or might be, that of a State on the way; an unknown one might be any."""
    nationality = (hit.traveller or {}).get("nationality")
    destinations = {leg.destination_state for leg in hit.flight.legs}
    return nationality is None or None in destinations or nationality in destinations
