"""What a screened batch changes: new hits, hits brought to a later report, and pairs kept from people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.screening import policy_requests
from services.screening.batches.match import Found, Matching
from services.screening.cleared.recognition import Clearance
from services.screening.flight_facts import journey_end
from services.screening.hits.deadlines import suppressed_until
from services.screening.hits.hit import Hit, identity_digest
from services.screening.hits.life import Mover, Step, moved, started_anew
from services.screening.hits.states import HitState, HitType
from services.screening.ports import SERVICE, Ports
from services.screening.registers.rows import StandingOrder
from services.screening.store.reviews import Suppression
from services.screening.store.watchlist import UsedEntry
from shared.audit.record import AuditRecord
from shared.contracts import TravellerObservedV1, TravellersObservedV1
from shared.contracts.notice_received import notice_of_entry
from shared.contracts.rescreening import TravellersToRescreenV1
from shared.identifiers import HitId, TravellerId
from shared.policy.verdict import Verdict

SCREENED, RESCREEN, NOTICE = "SCREENED", "RESCREEN", "NOTICE_FROM_ABROAD"


@dataclass(frozen=True, slots=True)
class Changes:
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
    """What a batch meets in the database.

    The order, the entries in use, the hits of its travellers that stand, and the pairs that were cleared.
    """

    batch: TravellersObservedV1
    order: StandingOrder
    entries: Mapping[str, UsedEntry]
    existing: Sequence[Hit]
    pairs: Mapping[tuple[str, str], Suppression]
    cleared: Mapping[tuple[UUID, str], Clearance]
    now: datetime


class DecideChanges:
    """Decides what becomes of each match of a batch.

    Source: SG-12, SG-15; `workflow.md` §1.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def __call__(self, situation: Situation, matching: Matching) -> Changes:
        """New hits for new pairs, and what a later report does to the hits that stand."""
        batch = situation.batch
        standing = {(hit.traveller_id, hit.entry_id): hit for hit in situation.existing}
        found = {(each.observed.traveller_id, each.entry_id): each for each in matching.found}
        changes = Changes([], [], [], [], [], [])
        for key, each in found.items():
            # An entry that left the list while its index was still in memory makes no hit (SG-15).
            if each.entry_id in situation.entries and key not in standing:
                self._make(changes, situation, each)
        reports = {each.traveller_id: each for each in batch.travellers}
        for (traveller_id, entry_id), hit in standing.items():
            if hit.is_open and hit.traveller is not None and batch.received_at >= hit.reported_at:
                _update(changes, situation, hit, reports[traveller_id], found.get((traveller_id, entry_id)))
        return changes

    def _make(self, changes: Changes, situation: Situation, found: Found) -> None:
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
            changes.suppressed.append(replace(pair, suppressed_until=until))
        elif clearance is not None and (verdict := self._judged(situation, clearance)) is not None:
            if not verdict.permits:
                # Nobody sees it, and nothing happens, until somebody has looked at the changed entry.
                changes.new.append(candidate)
                changes.held.append((hit_id, clearance))
                return
            hit, step = moved(candidate, HitState.SUPPRESSED, Mover(SERVICE, now, "CLEARED_TRAVELLER"))
            changes.cleared.append((hit_id, clearance))
        else:
            is_notice = notice_of_entry(found.entry_id) is not None
            cause = NOTICE if is_notice else cause_of(situation.batch)
            hit, step = moved(candidate, HitState.POSSIBLE_MATCH, Mover(SERVICE, now, cause))
        changes.new.append(hit)
        changes.steps.append(step)

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

    def _may_suppress(self, order: StandingOrder, pair: Suppression, entry: UsedEntry, now: datetime) -> bool:
        request = policy_requests.cleared_lookup(
            actor=self._ports.service_actor,
            order=order,
            has_entry_changed=pair.entry_digest != entry.digest,
            now=now,
        )
        return self._ports.safeguards.decide(request).permits


def hit_records(ports: Ports, changes: Changes, made: set[HitId], situation: Situation) -> list[AuditRecord]:
    """The audit records of the hits that a batch made and changed."""
    new = [(hit, f"hit.{hit.state.value.lower()}") for hit in changes.new if hit.hit_id in made]
    return [
        ports.audit.record(
            actor=SERVICE,
            action=action,
            object_kind="hit",
            object_id=str(hit.hit_id),
            subject_id=str(hit.traveller_id),
            purpose=situation.order.purpose_code,
            case_id=str(hit.hit_id),
            facts={
                "entry_id": hit.entry_id,
                "hit_type": hit.hit_type.value,
                "state": hit.state.value,
                "data_version": hit.data_version,
                "batch": str(situation.batch.message_id),
                "cause": cause_of(situation.batch),
            },
        )
        for hit, action in (*new, *((hit, "hit.data_changed") for hit in changes.changed))
    ]


def cause_of(batch: TravellersObservedV1) -> str:
    """Why a batch is screened: its travellers were reported, or the list has changed."""
    return RESCREEN if isinstance(batch, TravellersToRescreenV1) else SCREENED


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
    changes: Changes,
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
        changes.steps.extend(steps)
    changes.changed.append(hit)
