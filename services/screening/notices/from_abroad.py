"""Another State's notice meets the travellers of the named flight and becomes a task for two people here.

It waits until its flight is over; whoever is reported on it later meets it then. It is no list entry: no
other flight is compared with it, and nothing of it is left once its sender takes it back.

Source: sharing-protocol.md §6 (recipient); safeguards.md SG-08, SG-14, SG-18, SG-37; workflow.md §1.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.acting import Stated
from services.screening.batches.match import Found, explained
from services.screening.batches.rescreen import PRESELECT_FLOOR
from services.screening.hits.hit import Matched
from services.screening.hits.life import Mover
from services.screening.notices.entries import (
    NoticeEntry,
    flight_names,
    has_document,
    may_be_the_same,
    notice_entry,
)
from services.screening.policy_requests import Request
from services.screening.ports import Ports
from services.screening.review.comparison import Comparison, compare, name_agreement
from services.screening.store.notices_from_abroad import NoticeFromAbroadStore
from services.screening.watchlist import questions
from services.screening.watchlist.current_matcher import CurrentMatcher, ScreeningMatcher
from services.screening.watchlist.entry_age import is_reviewed_as_child
from services.screening.watchlist.hit_consequences import change_hits
from services.screening.watchlist.questions import EntryTerms
from services.screening.watchlist.versions import EntryStatus, identifying_digest
from services.screening.watchlist.weighing import Consequences
from shared.audit.record import AuditRecord
from shared.bus.inbox import Inbox
from shared.contracts import (
    NoticeReceivedV1,
    NoticeTakenV1,
    NoticeWithdrawnV1,
    TravellerObservedV1,
    TravellersObservedV1,
)
from shared.travel import Traveller

SENDER: Final = "sharing"
RECEIVED_KIND: Final = "NoticeReceivedV1"
WITHDRAWN_KIND: Final = "NoticeWithdrawnV1"
#: A notice serves what it was sent for, whichever order screens the manifests (SG-01).
PURPOSE: Final = Stated("TERR_TRAVEL", None)
OVER_A_BEAT: Final = 100


class NoticesFromAbroad:
    """Takes notices in, joins them with travellers, and lets them go."""

    def __init__(self, ports: Ports, current: CurrentMatcher) -> None:
        """Prepare the use case.

        Args:
            ports: The outside.
            current: Compiles a notice in the way that the list in force is compiled.
        """
        self._ports = ports
        self._current = current
        self._store = NoticeFromAbroadStore()

    async def receive(self, notice: NoticeReceivedV1) -> NoticeTakenV1:
        """Keep a notice until its flight is over; the same message again changes nothing.

        One that the safeguards do not let be compared with travellers is kept without its person.
        """
        entry = notice_entry(notice)
        now = self._ports.clock.now()
        async with self._ports.transaction() as connection:
            stored = await Inbox.begin(connection, notice.message_id, RECEIVED_KIND)
            if stored is not None:
                return NoticeTakenV1.model_validate(stored)
            request = self._use(entry)
            verdict = self._ports.safeguards.decide(request)
            digest = identifying_digest(entry.body)
            if await self._store.add(connection, entry, digest, verdict.reasons):
                record = self._ports.record(
                    request,
                    verdict,
                    object_kind="entry",
                    object_id=entry.entry_id,
                    facts={
                        "authority_id": notice.authority_id,
                        "designator": entry.designator,
                        "waits_until": entry.waits_until.isoformat(),
                    },
                )
                await self._ports.audit.append_many(connection, [record])
            reply = NoticeTakenV1(taken_at=now)
            await Inbox.finish(connection, notice.message_id, reply.as_json())
        return reply

    async def withdraw(self, withdrawn: NoticeWithdrawnV1) -> NoticeTakenV1:
        """Its sender took a notice back or corrected it: matches on it close, its person is forgotten.

        Source: SG-37; workflow.md §1 (from every state ENTRY_REMOVED).
        """
        async with self._ports.transaction() as connection:
            stored = await Inbox.begin(connection, withdrawn.message_id, WITHDRAWN_KIND)
            if stored is not None:
                return NoticeTakenV1.model_validate(stored)
            entry_ids = await self._store.entries_of(connection, withdrawn.notice_id, withdrawn.authority_id)
            await self._end(connection, entry_ids, EntryStatus.REMOVED, withdrawn.reason)
            reply = NoticeTakenV1(taken_at=self._ports.clock.now())
            await Inbox.finish(connection, withdrawn.message_id, reply.as_json())
        return reply

    async def beat(self) -> int:
        """Let go of notices whose flight came and went, and of those whose time here is over; how many."""
        async with self._ports.transaction() as connection:
            over = await self._store.over(connection, self._ports.clock.now(), OVER_A_BEAT)
            await self._end(connection, over, EntryStatus.EXPIRED, "NOTICE_OVER")
        return len(over)

    async def joined(self, connection: AsyncConnection, batch: TravellersObservedV1) -> list[Found]:
        """The travellers of a batch who may be the person of a notice about this flight, explained."""
        name, days = flight_names(batch.flight)
        notices = await self._store.on_flight(connection, name, days)
        if not notices:
            return []
        matcher = await self._current.compiled_apart(list(notices.values()))
        return await asyncio.to_thread(_joined, matcher, notices, batch.travellers)

    async def _end(
        self, connection: AsyncConnection, entry_ids: Sequence[str], status: EntryStatus, cause: str
    ) -> None:
        ended = await self._store.end(connection, entry_ids, status)
        if not ended:
            return
        mover = Mover(SENDER, self._ports.clock.now(), cause)
        await change_hits(self._ports, connection, Consequences([], ended, [], []), mover)
        await self._store.empty_hits(connection, ended)
        await self._ports.audit.append_many(
            connection, [self._ended(entry_id, status, cause) for entry_id in ended]
        )

    def _ended(self, entry_id: str, status: EntryStatus, cause: str) -> AuditRecord:
        return self._ports.audit.record(
            actor=SENDER,
            action="notice.end",
            object_kind="entry",
            object_id=entry_id,
            facts={"status": status.value, "reason": cause},
        )

    def _use(self, entry: NoticeEntry) -> Request:
        """May travellers of the flight be compared with it? Asked like any entry's use (SG-14, SG-18)."""
        over = entry.waits_until.date()
        terms = EntryTerms(
            person_key="",
            category=None,
            is_child=is_reviewed_as_child(entry.body, self._ports.clock.now().date()),
            purpose_tag=entry.source.purpose_tag,
            status=EntryStatus.ACTIVE.value,
            review_due=over,
            expires=over,
        )
        return questions.use_entry(
            actor=self._ports.service_actor,
            purpose=PURPOSE,
            source=entry.source,
            terms=terms,
            now=self._ports.clock.now(),
        )


def _joined(
    matcher: ScreeningMatcher,
    notices: Mapping[str, Mapping[str, Any]],
    observed: Sequence[TravellerObservedV1],
) -> list[Found]:
    """Everything that the processor is busy with; runs in a thread."""
    travellers = [Traveller.from_json(each.traveller) for each in observed]
    found: list[Found] = []
    for each, traveller, near in zip(
        observed, travellers, matcher.screen(travellers, floor=PRESELECT_FLOOR), strict=True
    ):
        scores = {match.entry_id: match.score for match in near}
        for entry_id, body in notices.items():
            if entry_id not in scores and not has_document(traveller, body):
                continue
            matched = explained(matcher, traveller, entry_id, scores.get(entry_id, matcher.threshold))
            if may_be_the_same(traveller, body, _compared(traveller, body, matched)):
                found.append(Found(each, entry_id, matched))
    return found


def _compared(traveller: Traveller, body: Mapping[str, Any], matched: Matched) -> Comparison:
    return compare(traveller, body, name_agreement(matched.evidence, matched.name))
