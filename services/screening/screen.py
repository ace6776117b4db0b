"""The use case: a batch of travellers in, possible matches stored, a count out.

Matching runs in a thread, so that reviews and health checks are answered meanwhile. Everything that a batch
stores stands in one transaction with its audit records and the inbox row that makes a repeat harmless.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.boarding_holds import BoardingHolds
from services.screening.cleared import REVIEW_WITHIN, Clearance, keys_of
from services.screening.deadlines import suppressed_until
from services.screening.errors import (
    RETRY_AFTER_SECONDS,
    ListNotYetBuilt,
    NoListInForce,
    NoStandingOrder,
    ScreeningRefused,
    UnreadableTraveller,
)
from services.screening.flight_facts import journey_end
from services.screening.hit import Hit, Matched, identity_digest
from services.screening.hit_life import Mover, Step, moved, started_anew
from services.screening.ports import SERVICE, Ports
from services.screening.registers import StandingOrder
from services.screening.review_states import HitState, HitType
from services.screening.store.cleared import ClearedStore
from services.screening.store.reviews import Suppression
from services.screening.store.watchlist import ScreeningRun, UsedEntry
from services.screening.watchlist.current_matcher import CurrentMatcher, ScreeningMatcher
from services.screening.watchlist.merged_hits import with_merged
from shared.audit.record import AuditRecord
from shared.bus.inbox import Inbox
from shared.contracts import TravellerObservedV1, TravellersObservedV1, TravellersScreenedV1
from shared.contracts.notice_received import notice_of_entry
from shared.contracts.rescreening import TravellersToRescreenV1
from shared.identifiers import HitId, TravellerId
from shared.policy.verdict import Verdict
from shared.travel import Traveller

SCREENED, RESCREEN, NOTICE = "SCREENED", "RESCREEN", "NOTICE_FROM_ABROAD"


@dataclass(frozen=True, slots=True)
class Found:
    """One match of one traveller of the batch, with its explanation."""

    observed: TravellerObservedV1
    entry_id: str
    matched: Matched


@dataclass(frozen=True, slots=True)
class Matching:
    """What the matcher said about a batch."""

    found: list[Found]
    unscreenable: int
    matcher: ScreeningMatcher


@dataclass(frozen=True, slots=True)
class Stored:
    """What a batch changes: new hits, changed hits, their history, and the pairs kept away.

    `cleared` are hits that the register of cleared travellers suppressed, `held` those that wait for a look.
    """

    new: list[Hit]
    changed: list[Hit]
    steps: list[Step]
    suppressed: list[Suppression]
    cleared: list[tuple[HitId, Clearance]]
    held: list[tuple[HitId, Clearance]]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a batch meets in the database: the order, the entries in use, and the pairs that were cleared."""

    batch: TravellersObservedV1
    order: StandingOrder
    entries: Mapping[str, UsedEntry]
    pairs: Mapping[tuple[str, str], Suppression]
    cleared: Mapping[tuple[UUID, str], Clearance]
    now: datetime


Join = Callable[[AsyncConnection, TravellersObservedV1], Awaitable[list[Found]]]
"""Finds travellers beside the matcher: by another State's notice about this flight, or by a document."""


class ScreenTravellers:
    """Screens the batches that ingest sends."""

    def __init__(
        self, ports: Ports, current: CurrentMatcher, joins: Sequence[Join], hold_minutes: int = 0
    ) -> None:
        self._ports = ports
        self._joins = tuple(joins)
        self._current = current
        self._hold_minutes = hold_minutes
        self._cleared = ClearedStore()

    async def __call__(self, batch: TravellersObservedV1) -> TravellersScreenedV1:
        """Screen a batch of up to 200 travellers of one flight; a repeat gets the first reply.

        Raises:
            NoListInForce: No list is in force, or its index is not built yet.
            ListNotYetBuilt: The batch is to meet a changed list that this worker has not yet.
            NoStandingOrder: Nobody ordered screening.
            ScreeningRefused: A safeguard does not permit it now.
            UnreadableTraveller: A traveller's record is not ours.

        Source: house-style.md, steps 5 and 6; SG-01, 02, 03, 05, 07, 12, 14, 18; `workflow.md` §1.
        """
        matcher = self._current.matcher
        if matcher is None:
            raise NoListInForce
        if isinstance(batch, TravellersToRescreenV1) and self._current.generation < batch.generation:
            raise ListNotYetBuilt
        travellers = _read(batch.travellers)
        async with self._current.one_batch:
            matching = await asyncio.to_thread(_match, matcher, batch.travellers, travellers)
        async with self._ports.transaction() as connection:
            stored = await Inbox.begin(connection, batch.message_id, type(batch).__name__)
            if stored is not None:
                return TravellersScreenedV1.model_validate(stored)
            for join in self._joins:
                matching = replace(matching, found=[*matching.found, *await join(connection, batch)])
            return await self._store(connection, batch, matching)

    async def _store(
        self, connection: AsyncConnection, batch: TravellersObservedV1, matching: Matching
    ) -> TravellersScreenedV1:
        now = self._ports.clock.now()
        stores = self._ports.stores
        order = await stores.registers.standing_order(connection, now)
        if order is None:
            raise NoStandingOrder
        run, record = await self._permitted_run(connection, batch, matching, order, now)
        used = await stores.watchlist.used_entries(connection, {found.entry_id for found in matching.found})
        entries = with_merged(self._current.consolidation, used)
        existing = await stores.hits.lock_of_travellers(
            connection, [each.traveller_id for each in batch.travellers]
        )
        keys = {each.journey_key for each in batch.travellers}
        pairs = await stores.reviews.suppressed(connection, keys, now)
        cleared = await self._cleared.look_up(connection, _pairs_with_keys(matching), now.date())
        situation = Situation(batch, order, entries, pairs, cleared, now)
        changes = self._changes(situation, matching, existing)
        made = await stores.hits.add(connection, changes.new)
        await stores.hits.save(connection, changes.changed)
        await stores.hits.add_steps(
            connection, [step for step in changes.steps if step[0] in made or _is_known(step, existing)]
        )
        await stores.reviews.suppress(connection, changes.suppressed)
        await self._note_cleared(connection, changes, made, now)
        await stores.watchlist.add_run(connection, run)
        fresh = [hit for hit in changes.new if hit.hit_id in made]
        held = await BoardingHolds(self._ports, self._hold_minutes).consider(connection, fresh, order, now)
        await self._ports.audit.append_many(
            connection, [record, *self._hit_records(changes, made, order, run, cause_of(batch)), *held]
        )
        reply = TravellersScreenedV1(
            screened=len(batch.travellers) - matching.unscreenable,
            unscreenable=matching.unscreenable,
            screened_at=now,
        )
        await Inbox.finish(connection, batch.message_id, reply.as_json())
        return reply

    async def _permitted_run(
        self,
        connection: AsyncConnection,
        batch: TravellersObservedV1,
        matching: Matching,
        order: StandingOrder,
        now: datetime,
    ) -> tuple[ScreeningRun, AuditRecord]:
        """The run's row and audit record, once the safeguards permit it."""
        registers = self._ports.stores.registers
        matcher = matching.matcher
        approval = await registers.matcher_approval(connection, matcher.algorithm, now)
        row = await registers.legal_row(
            connection,
            authority=self._ports.authority,
            action="screen.run",
            data_class=batch.data_class,
            purpose_code=order.purpose_code,
            now=now,
        )
        request = policy_requests.screen_run(
            actor=self._ports.service_actor,
            order=order,
            approval=approval,
            threshold=matcher.threshold,
            has_explanations=all(found.matched.evidence for found in matching.found),
            legal_row=row,
            data_class=batch.data_class,
            now=now,
        )
        verdict = self._ports.safeguards.decide(request)
        record = self._ports.record(
            request,
            verdict,
            object_kind="batch",
            object_id=str(batch.message_id),
            subject_id=str(batch.flight.flight_id),
            outcome="DONE" if verdict.permits else "REFUSED",
            facts={
                "travellers": len(batch.travellers),
                "unscreenable": matching.unscreenable,
                "matches": len(matching.found),
                "matcher_digest": matcher.digest,
                "algorithm": matcher.algorithm,
                "threshold": matcher.threshold,
                "standing_order_id": str(order.order_id),
                "legal_row_id": None if row is None else str(row.row_id),
                "matcher_approval_id": None if approval is None else str(approval.approval_id),
            },
        )
        if not verdict.permits:
            raise ScreeningRefused(
                [record], reasons=", ".join(verdict.reasons), retry_after_seconds=RETRY_AFTER_SECONDS
            )
        assert approval is not None, "SG-07 permits no run without an approval"
        run = ScreeningRun(
            message_id=batch.message_id,
            screened_at=now,
            data_class=batch.data_class,
            travellers=len(batch.travellers),
            unscreenable=matching.unscreenable,
            matches=len(matching.found),
            matcher_digest=matcher.digest,
            algorithm=matcher.algorithm,
            threshold=matcher.threshold,
            standing_order_id=order.order_id,
            matcher_approval_id=approval.approval_id,
        )
        return run, record

    def _changes(self, situation: Situation, matching: Matching, existing: Sequence[Hit]) -> Stored:
        batch = situation.batch
        standing = {(hit.traveller_id, hit.entry_id): hit for hit in existing}
        found = {(each.observed.traveller_id, each.entry_id): each for each in matching.found}
        stored = Stored([], [], [], [], [], [])
        for key, each in found.items():
            # An entry that left the list while its index was still in memory makes no hit (SG-15).
            if each.entry_id in situation.entries and key not in standing:
                self._make(stored, situation, each)
        reports = {each.traveller_id: each for each in batch.travellers}
        for (traveller_id, entry_id), hit in standing.items():
            if hit.is_open and hit.traveller is not None and batch.received_at >= hit.reported_at:
                _update(stored, situation, hit, reports[traveller_id], found.get((traveller_id, entry_id)))
        return stored

    def _make(self, stored: Stored, situation: Situation, found: Found) -> None:
        """Add the hit of a new pair: a task for people, or kept from them because it was cleared."""
        now = situation.now
        entry = situation.entries[found.entry_id]
        pair = situation.pairs.get((found.observed.journey_key, found.entry_id))
        clearance = situation.cleared.get((found.observed.traveller_id, found.entry_id))
        hit_id = HitId(self._ports.identifiers.new())
        candidate = _candidate(hit_id, situation, found)
        if pair is not None and self._may_suppress(situation.order, pair, entry, now):
            hit, step = moved(candidate, HitState.SUPPRESSED, Mover(SERVICE, now, "CLEARED_ON_THIS_JOURNEY"))
            until = suppressed_until(now, journey_end(situation.batch.flight))
            stored.suppressed.append(replace(pair, suppressed_until=until))
        elif clearance is not None and (verdict := self._judged(situation, clearance)) is not None:
            if not verdict.permits:
                # Nobody sees it, and nothing happens, until somebody has looked at the changed entry.
                stored.new.append(candidate)
                stored.held.append((hit_id, clearance))
                return
            hit, step = moved(candidate, HitState.SUPPRESSED, Mover(SERVICE, now, "CLEARED_TRAVELLER"))
            stored.cleared.append((hit_id, clearance))
        else:
            is_notice = notice_of_entry(found.entry_id) is not None
            cause = NOTICE if is_notice else cause_of(situation.batch)
            hit, step = moved(candidate, HitState.POSSIBLE_MATCH, Mover(SERVICE, now, cause))
        stored.new.append(hit)
        stored.steps.append(step)

    def _judged(self, situation: Situation, clearance: Clearance) -> Verdict | None:
        """What SG-12 says of a clearance: permits, or waits for a look; `None` where it is good no more."""
        request = policy_requests.cleared_lookup(
            actor=self._ports.service_actor,
            order=situation.order,
            has_entry_changed=clearance.has_entry_changed,
            re_review=None if clearance.re_review is None else clearance.re_review.value,
            now=situation.now,
        )
        verdict = self._ports.safeguards.decide(request)
        return verdict if verdict.permits or verdict.is_hold else None

    async def _note_cleared(
        self, connection: AsyncConnection, changes: Stored, made: set[HitId], now: datetime
    ) -> None:
        """Count what the register kept away, and ask for the looks that changed entries need."""
        counted = [clearance.cleared_id for hit_id, clearance in changes.cleared if hit_id in made]
        await self._cleared.count(connection, counted)
        for hit_id, clearance in changes.held:
            if hit_id in made:
                await self._cleared.hold(connection, hit_id, clearance, now + REVIEW_WITHIN)

    def _may_suppress(self, order: StandingOrder, pair: Suppression, entry: UsedEntry, now: datetime) -> bool:
        request = policy_requests.cleared_lookup(
            actor=self._ports.service_actor,
            order=order,
            has_entry_changed=pair.entry_digest != entry.digest,
            now=now,
        )
        return self._ports.safeguards.decide(request).permits

    def _hit_records(
        self, changes: Stored, made: set[HitId], order: StandingOrder, run: ScreeningRun, cause: str
    ) -> list[AuditRecord]:
        new = [(hit, f"hit.{hit.state.value.lower()}") for hit in changes.new if hit.hit_id in made]
        return [
            self._ports.audit.record(
                actor=SERVICE,
                action=action,
                object_kind="hit",
                object_id=str(hit.hit_id),
                subject_id=str(hit.traveller_id),
                purpose=order.purpose_code,
                case_id=str(hit.hit_id),
                facts={
                    "entry_id": hit.entry_id,
                    "hit_type": hit.hit_type.value,
                    "state": hit.state.value,
                    "data_version": hit.data_version,
                    "batch": str(run.message_id),
                    "cause": cause,
                },
            )
            for hit, action in (*new, *((hit, "hit.data_changed") for hit in changes.changed))
        ]


def _pairs_with_keys(matching: Matching) -> dict[tuple[UUID, str], frozenset[str]]:
    """Each match's traveller and entry, with what the register of cleared travellers may know them by."""
    return {
        (found.observed.traveller_id, found.entry_id): keys_of(found.observed.traveller)
        for found in matching.found
    }


def cause_of(batch: TravellersObservedV1) -> str:
    """Why a batch is screened: its travellers were reported, or the list has changed."""
    return RESCREEN if isinstance(batch, TravellersToRescreenV1) else SCREENED


def _is_known(step: Step, existing: Sequence[Hit]) -> bool:
    return any(hit.hit_id == step[0] for hit in existing)


def _read(observed: Sequence[TravellerObservedV1]) -> list[Traveller]:
    travellers = []
    for ordinal, each in enumerate(observed, start=1):
        try:
            travellers.append(Traveller.from_json(each.traveller))
        except (KeyError, TypeError, ValueError):
            # The cause is not chained: its text could quote the traveller.
            raise UnreadableTraveller(ordinal=ordinal) from None
    return travellers


def _match(
    matcher: ScreeningMatcher,
    observed: Sequence[TravellerObservedV1],
    travellers: Sequence[Traveller],
) -> Matching:
    """Everything that the processor is busy with; runs in a thread."""
    unscreenable = sum(matcher.unscreenable(traveller) is not None for traveller in travellers)
    found = [
        Found(each, match.entry_id, explained(matcher, traveller, match.entry_id, match.score))
        for each, traveller, matches in zip(observed, travellers, matcher.screen(travellers), strict=True)
        for match in matches
    ]
    return Matching(found, unscreenable, matcher)


def explained(matcher: ScreeningMatcher, traveller: Traveller, entry_id: str, score: float) -> Matched:
    """A match with its explanation: no bare score is ever kept (SG-07)."""
    explanation = matcher.explain(traveller, entry_id)
    evidence = [
        {**each.as_json(), "label": each.label, "bearing": each.bearing, "words": each.words}
        for each in explanation.for_people
    ]
    name = None if explanation.name is None else explanation.name.as_json()
    return Matched(score, evidence, name, matcher.digest, matcher.algorithm, matcher.threshold)


def _candidate(hit_id: HitId, situation: Situation, found: Found) -> Hit:
    batch, now = situation.batch, situation.now
    entry = situation.entries[found.entry_id]
    return Hit(
        hit_id=hit_id,
        traveller_id=TravellerId(found.observed.traveller_id),
        entry_id=found.entry_id,
        source_id=entry.source_id,
        hit_type=HitType.PERSON if entry.body.get("names") else HitType.DOCUMENT,
        state=HitState.CANDIDATE,
        since=now,
        made_at=now,
        reported_at=batch.received_at,
        waiting_since=now,
        flight=batch.flight,
        data_class=batch.data_class,
        journey_key=found.observed.journey_key,
        traveller=dict(found.observed.traveller),
        traveller_digest=identity_digest(found.observed.traveller),
        entry=dict(entry.body),
        entry_digest=entry.digest,
        matched=found.matched,
    )


def _update(
    stored: Stored,
    situation: Situation,
    hit: Hit,
    report: TravellerObservedV1,
    found: Found | None,
) -> None:
    """Bring a hit to a later report of its traveller; changed identifiers start the reviews anew."""
    batch, now = situation.batch, situation.now
    if report.traveller == hit.traveller and batch.flight == hit.flight:
        return
    digest = identity_digest(report.traveller)
    has_changed = digest != hit.traveller_digest
    hit = replace(
        hit,
        traveller=dict(report.traveller),
        flight=batch.flight,
        reported_at=batch.received_at,
        traveller_digest=digest,
        matched=hit.matched if found is None else found.matched,
    )
    if has_changed and found is None:
        # Nothing of the old explanation holds for the new data; whoever opens the hit gets a new one.
        hit = replace(hit, matched=replace(hit.matched, evidence=[], name=None))
    if has_changed:
        hit = replace(hit, data_version=hit.data_version + 1, data_changed_at=now)
        hit, steps = started_anew(hit, Mover(SERVICE, now, "TRAVELLER_DATA_CHANGED"))
        stored.steps.extend(steps)
    stored.changed.append(hit)
