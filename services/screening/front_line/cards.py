"""The port's own officers: cards of confirmed hits that were released to them, the outcome, the look-up.

A card is the tear-line and what it takes to recognise the person; nothing of grounds, scores or reviews.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.acting import Actor, Stated
from services.screening.batches.document_hits import words_of
from services.screening.errors import AlreadyDecided, NotFound
from services.screening.flight_facts import times_of
from services.screening.front_line.document_number import read_document_number, same_number
from services.screening.hits.confirmed import tear_line_of
from services.screening.hits.hit import Hit
from services.screening.hits.life import Mover, Step, moved
from services.screening.hits.reading import ordered_action
from services.screening.hits.states import ClosingCode, HitState
from services.screening.hits.withdrawn import tell_sharing
from services.screening.ports import SERVICE, Ports
from services.screening.protection.age import may_be_child
from services.screening.protection.children import CHILD_AT_THE_COUNTER
from services.screening.registers.rows import ListSource, StandingOrder
from services.screening.store.front_line import CardOutcome
from shared.audit.record import AuditRecord
from shared.contracts import FlightV1, NationalReleaseV1
from shared.personal import Personal
from shared.security.tokens import Principal
from shared.travel import Traveller

_SECONDS_AN_HOUR = 3600


class TappedOutcome(StrEnum):
    """The taps: who stood there and whether a measure was taken, or that nobody came."""

    # Each is the code with which the hit closes.
    SAME_PERSON_ACTION = ClosingCode.SAME_PERSON_ACTION.value
    SAME_PERSON_NO_ACTION = ClosingCode.SAME_PERSON_NO_ACTION.value
    DIFFERENT_PERSON = ClosingCode.DIFFERENT_PERSON.value
    DID_NOT_TRAVEL = ClosingCode.DID_NOT_TRAVEL.value


@dataclass(frozen=True, slots=True, repr=False)
class Card(Personal):
    """What the front line sees.

    Source: `watchlist-governance.md` §2 (tear-line, suggested fields); S/RES/2396 para 8.
    """

    hit_id: UUID
    name: str
    birth_date: str | None
    document: str | None
    action: str
    tear_line: str
    desk_phone: str
    flight: FlightV1
    outcome: str | None


@dataclass(frozen=True, slots=True)
class ReportedDocument:
    """A document that a list in force names; it says nothing of whoever carries it.

    Source: `workflow.md` §1 (DOCUMENT hits); S/RES/2396 paras 3 and 16.
    """

    issuer: str
    kind: str
    reported_on: date | None
    words: str
    tear_line: str
    desk_phone: str


@dataclass(frozen=True, slots=True, repr=False)
class LookedUp(Personal):
    """What a look at a document brings: cards of travellers, and reports of the document itself."""

    cards: list[Card]
    documents: list[ReportedDocument]


@dataclass(frozen=True, slots=True)
class Look:
    """An officer's look at cards: who, under which order, when, and on which screen."""

    principal: Principal
    order: StandingOrder
    now: datetime
    screen: str


class FrontLine:
    """Shows cards and takes what the officers at the counter found."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def cards(self, principal: Principal) -> list[Card]:
        """The cards of this officer's port: today's confirmed hits that a national notice released.

        Raises:
            RefusedByPolicy: The safeguards do not let this officer see one of them.

        Source: SG-26 (tear-line only, the flight's operating window); SG-32.
        """
        async with self._ports.transaction() as connection:
            hits = await self._hits(connection, principal)
            return await self._shown(connection, hits, principal, "cards")

    async def look_up(
        self, principal: Principal, *, document_number: str | None, mrz: str | None
    ) -> LookedUp:
        """The cards of this port whose traveller holds this document, and whether it was reported.

        Raises:
            MalformedMrz: The zone cannot be read.
            RefusedByPolicy: The safeguards do not let this officer see the card.
        """
        issuer = ""
        number = document_number or ""
        if mrz is not None:
            issuer, number = read_document_number(mrz)
        async with self._ports.transaction() as connection:
            hits = [
                hit for hit in await self._hits(connection, principal) if _holds_document(hit, number, issuer)
            ]
            reported = await self._reported(connection, number, issuer)
            await self._ports.audit.append(
                connection,
                actor=principal.subject,
                action="card.look_up",
                object_kind="port",
                object_id=principal.port or "NONE",
                facts={"found": len(hits), "reported": len(reported), "by_mrz": mrz is not None},
            )
            return LookedUp(await self._shown(connection, hits, principal, "look_up"), reported)

    async def _reported(
        self, connection: AsyncConnection, number: str, issuer: str
    ) -> list[ReportedDocument]:
        """What lists in force say of a document; without its State, of every one with the number."""
        documents = self._ports.stores.documents
        if issuer:
            found = await documents.look_up(connection, [(number, issuer)])
        else:
            found = await documents.of_number(connection, number)
        sources = {each.source_id: each for each in await self._ports.stores.registers.sources(connection)}
        return [
            ReportedDocument(
                issuer=each.document.issuer,
                kind=each.document.kind,
                reported_on=each.document.reported_on,
                words=words_of(each.document.kind),
                tear_line=sources[each.source_id].tear_line,
                desk_phone=sources[each.source_id].desk_phone,
            )
            for each in found
        ]

    async def tap(self, hit_id: UUID, outcome: TappedOutcome, principal: Principal) -> None:
        """Store what the officer found; a different person starts the recall at once.

        Raises:
            NotFound: No card of this port.
            AlreadyDecided: An outcome stands.

        Source: `workflow.md` §1 (FEEDBACK, RECALLED).
        """
        async with self._ports.transaction() as connection:
            now = self._ports.clock.now()
            visible = {hit.hit_id for hit in await self._hits(connection, principal)}
            hit = await self._ports.stores.hits.lock(connection, hit_id)
            if hit is None or hit.hit_id not in visible:
                raise NotFound(kind="card")
            added = await self._ports.stores.front_line.add_outcome(
                connection, CardOutcome(hit_id, outcome.value, principal.subject, now)
            )
            if not added:
                raise AlreadyDecided(kind="card")
            hit, steps = _after_tap(hit, outcome, Mover(principal.subject, now, "FRONT_LINE"))
            await self._ports.stores.hits.save(connection, [hit])
            await self._ports.stores.hits.add_steps(connection, steps)
            await tell_sharing(connection, self._ports, [hit])
            await self._ports.audit.append(
                connection,
                actor=principal.subject,
                action="card.outcome",
                object_kind="hit",
                object_id=str(hit_id),
                facts={"outcome": outcome.value, "state": hit.state.value},
            )

    async def release(self, connection: AsyncConnection, release: NationalReleaseV1) -> None:
        """Make a card visible, in the transaction of the message that says so."""
        is_new = await self._ports.stores.front_line.release(connection, release)
        await self._ports.audit.append(
            connection,
            actor="sharing",
            action="card.release",
            object_kind="hit",
            object_id=str(release.hit_id),
            facts={
                "notice_id": str(release.notice_id),
                "authority": release.authority_id,
                "is_new": is_new,
            },
        )

    async def _hits(self, connection: AsyncConnection, principal: Principal) -> list[Hit]:
        """The hits of the officer's own port; whoever has none sees none."""
        if principal.port is None:
            return []
        now = self._ports.clock.now()
        return await self._ports.stores.front_line.cards(connection, principal.port, now)

    async def _shown(
        self, connection: AsyncConnection, hits: list[Hit], principal: Principal, screen: str
    ) -> list[Card]:
        """The cards of these hits, each look permitted and recorded."""
        stores = self._ports.stores
        now = self._ports.clock.now()
        order = await stores.registers.standing_order(connection, now)
        if order is None or not hits:
            return []
        sources = {each.source_id: each for each in await stores.registers.sources(connection)}
        outcomes = await stores.front_line.outcomes(connection, [hit.hit_id for hit in hits])
        look = Look(principal, order, now, screen)
        cards = []
        records = []
        for hit in hits:
            source = sources[hit.source_id]
            records.append(await self._permitted(connection, hit, source, look))
            orders = await stores.orders.of_hit(connection, hit.hit_id)
            tapped = outcomes.get(hit.hit_id)
            action = ordered_action(orders) or source.action_code
            card = _card(hit, source, action, None if tapped is None else tapped.outcome)
            cards.append(_for_a_child(card) if may_be_child(hit, now.date()) else card)
        await self._ports.audit.append_many(connection, records)
        return cards

    async def _permitted(
        self,
        connection: AsyncConnection,
        hit: Hit,
        source: ListSource,
        look: Look,
    ) -> AuditRecord:
        row = await self._ports.stores.registers.legal_row(
            connection,
            authority=look.principal.authority,
            action="record.read",
            data_class="HIT",
            purpose_code=look.order.purpose_code,
            now=look.now,
        )
        departure = times_of(hit.flight).departure
        assert departure is not None, "a card is shown in a window around the departure"
        request = policy_requests.record_read(
            actor=Actor.of(look.principal),
            # The case of the front line is the flight (SG-26).
            purpose=Stated.under(look.order, str(hit.flight.flight_id)),
            legal_row=row,
            # The tear-line and its code are H1 by definition; the source's own code guards the file behind.
            source=replace(source, handling_code="H1", conditions=()),
            data_class="HIT",
            is_case_open=True,
            is_member=False,
            purpose_age_h=0,
            now=look.now,
            element="tear_line",
            duty_desk=True,
            flight_offset_h=(look.now - departure).total_seconds() / _SECONDS_AN_HOUR,
        )
        return self._ports.require(
            request,
            object_kind="card",
            object_id=str(hit.hit_id),
            subject_id=str(hit.traveller_id),
            facts={"screen": look.screen, "service": SERVICE},
        )


def _after_tap(hit: Hit, outcome: TappedOutcome, mover: Mover) -> tuple[Hit, list[Step]]:
    """The hit after the tap: FEEDBACK, for a different person RECALLED at once, CLOSED when nobody came."""
    steps: list[Step] = []
    if outcome is TappedOutcome.DID_NOT_TRAVEL:
        hit, step = moved(hit, HitState.CLOSED, mover, ClosingCode.DID_NOT_TRAVEL)
        return hit, [step]
    if hit.state is not HitState.FEEDBACK:
        hit, step = moved(hit, HitState.FEEDBACK, mover)
        steps.append(step)
    hit = replace(hit, outcome=ClosingCode(outcome))
    if outcome is TappedOutcome.DIFFERENT_PERSON:
        hit, step = moved(hit, HitState.RECALLED, replace(mover, cause="DIFFERENT_PERSON"))
        steps.append(step)
    return hit, steps


def _holds_document(hit: Hit, number: str, issuer: str) -> bool:
    documents = (hit.traveller or {}).get("documents") or ()
    return any(
        same_number(number, each["number"]) and issuer in ("", each.get("issuer") or issuer)
        for each in documents
    )


def _for_a_child(card: Card) -> Card:
    """The card with what comes before everything else (SG-16, child-friendly handling)."""
    return replace(card, tear_line=f"{CHILD_AT_THE_COUNTER} {card.tear_line}")


def _card(hit: Hit, source: ListSource, action: str, outcome: str | None) -> Card:
    assert hit.traveller is not None, "a confirmed hit has its traveller"
    traveller = Traveller.from_json(hit.traveller)
    document = traveller.documents[0] if traveller.documents else None
    return Card(
        hit_id=hit.hit_id,
        name=" ".join(part for part in (traveller.given_names, traveller.surname) if part),
        birth_date=None if traveller.birth_date is None else str(traveller.birth_date),
        document=None if document is None else " ".join(filter(None, (document.number, document.issuer))),
        action=action,
        tear_line=tear_line_of(hit.entry, source),
        desk_phone=source.desk_phone,
        flight=hit.flight,
        outcome=outcome,
    )
