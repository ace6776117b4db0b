"""The ad hoc question: one person from a form, compared with the list under the asker's own statement."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.acting import Actor, Stated
from services.screening.batches.match import explained
from services.screening.errors import NoListInForce
from services.screening.hits.hit import Matched, digest_of
from services.screening.ports import Ports
from services.screening.registers.rows import LegalRow
from services.screening.store.suspensions import Rule, SuspendedStore
from services.screening.store.watchlist import UsedEntry
from services.screening.suspended import is_exact
from services.screening.watchlist.current_matcher import CurrentMatcher, ScreeningMatcher
from services.screening.watchlist.merged_hits import with_merged
from shared.audit.record import AuditRecord, FactValue
from shared.security.tokens import Principal
from shared.travel import Traveller
from shared.web.purpose import Purpose

MAX_MATCHES = 20


@dataclass(frozen=True, slots=True)
class Answered:
    """One match of a question, with its explanation and what the lists say of the person.

    `listed` are the entries that are this person, one a list that has it: more than one where several lists
    do, and `entry` says then what all of them say.
    """

    entry: UsedEntry
    matched: Matched
    listed: tuple[UsedEntry, ...]

    @property
    def sources(self) -> list[str]:
        """The lists that have this person."""
        return sorted({each.source_id for each in self.listed})


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer: matches best first, or why the person cannot be compared."""

    matches: list[Answered]
    fault: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks about whom, and why."""

    traveller: Traveller
    principal: Principal
    purpose: Purpose

    @property
    def stated(self) -> Stated:
        """Why, as the safeguards are told."""
        return Stated(self.purpose.code, self.purpose.case_id, self.purpose.statement)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Whether the stated case is open, whether the asker is in it, and of how many the statement speaks."""

    is_case_open: bool
    is_member: bool
    copies: int


class MatchQuery:
    """Answers ad hoc questions."""

    def __init__(self, ports: Ports, current: CurrentMatcher) -> None:
        self._ports = ports
        self._current = current

    async def __call__(
        self,
        traveller: Traveller,
        floor: float | None,
        principal: Principal,
        purpose: Purpose,
        *,
        other_names: Sequence[Traveller] = (),
    ) -> Asked:
        """Compare one person with the list in force.

        Args:
            traveller: Who is asked about.
            floor: The least score that is returned; the matcher's threshold where none is given.
            principal: Who asks.
            purpose: Why.
            other_names: The same person under other names; the best match of each entry counts.

        Raises:
            NoListInForce: Nothing to compare with.
            RefusedByPolicy: The question, or the look at an entry, is refused.

        Source: safeguards §5 last paragraph: a `screen.run` of person scope, a `record.read` of each entry.
        """
        matcher = self._current.matcher
        consolidation = self._current.consolidation
        merged_from = consolidation.merged_from
        if matcher is None:
            raise NoListInForce
        fault = matcher.unscreenable(traveller)
        matches = await asyncio.to_thread(_match, matcher, [traveller, *other_names], floor)
        async with self._ports.transaction() as connection:
            today = self._ports.clock.now().date()
            listed = {entry_id: (entry_id, *merged_from.get(entry_id, ())) for entry_id in matches}
            ids = {each for together in listed.values() for each in together}
            used = await self._ports.stores.watchlist.used_entries(connection, ids, today)
            entries = with_merged(consolidation, used)
            is_exact_only = Rule.MATCHER in await SuspendedStore().rules(connection)
            answered = [
                Answered(
                    entries[entry_id], matched, tuple(used[each] for each in listed[entry_id] if each in used)
                )
                for entry_id, matched in matches.items()
                if entry_id in entries and (is_exact(matched.evidence) or not is_exact_only)
            ]
            records = await self._permitted(
                connection, Question(traveller, principal, purpose), answered, matcher
            )
            await self._ports.audit.append_many(connection, records)
        return Asked(answered, None if fault is None else str(getattr(fault, "code", fault)))

    async def _permitted(
        self,
        connection: AsyncConnection,
        question: Question,
        answered: list[Answered],
        matcher: ScreeningMatcher,
    ) -> list[AuditRecord]:
        """The records of the question and of each look at an entry; whichever is refused refuses all."""
        circumstances = await self._circumstances(connection, question)
        return [
            await self._may_ask(connection, question, circumstances, answered, matcher),
            *await self._may_see(connection, question, circumstances, answered),
        ]

    async def _circumstances(self, connection: AsyncConnection, question: Question) -> Circumstances:
        is_open, is_member = await self._case(connection, question.purpose, question.principal)
        statement = question.purpose.statement or ""
        copies = await self._ports.stores.registers.count_copies(
            connection,
            actor=question.principal.subject,
            statement_digest=hashlib.sha256(statement.encode()).hexdigest(),
            subject_digests=[digest_of(question.traveller.as_json())],
            at=self._ports.clock.now(),
        )
        return Circumstances(is_open, is_member, copies)

    async def _may_ask(
        self,
        connection: AsyncConnection,
        question: Question,
        circumstances: Circumstances,
        answered: list[Answered],
        matcher: ScreeningMatcher,
    ) -> AuditRecord:
        now = self._ports.clock.now()
        registers = self._ports.stores.registers
        request = policy_requests.query_run(
            actor=Actor.of(question.principal),
            purpose=question.stated,
            approval=await registers.matcher_approval(connection, matcher.algorithm, now),
            threshold=matcher.threshold,
            has_explanations=all(each.matched.evidence for each in answered),
            legal_row=await self._legal_row(connection, question, "screen.run", "API"),
            copy_subjects=circumstances.copies,
            is_case_open=circumstances.is_case_open,
            now=now,
        )
        facts: dict[str, FactValue] = {"matches": len(answered), "matcher_digest": matcher.digest}
        return self._ports.require(request, object_kind="query", object_id="ad_hoc", facts=facts)

    async def _may_see(
        self,
        connection: AsyncConnection,
        question: Question,
        circumstances: Circumstances,
        answered: list[Answered],
    ) -> list[AuditRecord]:
        row = await self._legal_row(connection, question, "record.read", "WL_ENTRY")
        listed = await self._ports.stores.registers.sources(connection)
        sources = {each.source_id: each for each in listed}
        search = {"keys": _keys(question.traveller), "wildcard_only": False, "target": "ORDINARY"}
        records = []
        for each in (entry for found in answered for entry in found.listed):
            look = policy_requests.record_read(
                actor=Actor.of(question.principal),
                purpose=question.stated,
                legal_row=row,
                source=sources[each.source_id],
                data_class="WL_ENTRY",
                is_case_open=circumstances.is_case_open,
                is_member=circumstances.is_member,
                purpose_age_h=0,
                now=self._ports.clock.now(),
                search=search,
                copy_subjects=circumstances.copies,
            )
            records.append(self._ports.require(look, object_kind="entry", object_id=each.entry_id))
        return records

    async def _legal_row(
        self, connection: AsyncConnection, question: Question, action: str, data_class: str
    ) -> LegalRow | None:
        return await self._ports.stores.registers.legal_row(
            connection,
            authority=question.principal.authority,
            action=action,
            data_class=data_class,
            purpose_code=question.purpose.code,
            now=self._ports.clock.now(),
        )

    async def _case(
        self, connection: AsyncConnection, purpose: Purpose, principal: Principal
    ) -> tuple[bool, bool]:
        """Whether the stated case is open, and whether the asker is assigned to it (SG-26)."""
        if purpose.case_id is None:
            return False, False
        case = await self._ports.stores.registers.case(connection, purpose.case_id)
        if case is None:
            return False, False
        return case.closed_at is None, principal.subject in case.members


def _match(matcher: ScreeningMatcher, names: Sequence[Traveller], floor: float | None) -> dict[str, Matched]:
    """The matches by entry, best first, of a person under every name; runs in a thread."""
    best: dict[str, tuple[float, Traveller]] = {}
    for traveller, found in zip(names, matcher.screen(names, floor=floor, limit=MAX_MATCHES), strict=True):
        for match in found:
            if match.entry_id not in best or match.score > best[match.entry_id][0]:
                best[match.entry_id] = match.score, traveller
    ranked = sorted(best.items(), key=lambda each: (-each[1][0], each[0]))[:MAX_MATCHES]
    return {entry_id: explained(matcher, own, entry_id, score) for entry_id, (score, own) in ranked}


def _keys(traveller: Traveller) -> list[str]:
    """The kinds of detail that the question gives, as SG-26 names search keys."""
    given = {
        "names": traveller.surname,
        "date_of_birth": traveller.birth_date,
        "doc_number": traveller.documents,
        "nationality": traveller.nationality,
        "sex": traveller.sex,
        "place_of_birth": traveller.birth_place,
    }
    return [key for key, value in given.items() if value]
