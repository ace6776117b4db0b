"""The use case of handing a nomination to a second person: criteria first, then the trial on past traffic."""

from dataclasses import replace
from uuid import UUID

from services.screening.acting import Actor, Stated
from services.screening.batches.window import TravellerWindow
from services.screening.errors import AlreadyDecided, RefusedByPolicy
from services.screening.ports import Ports
from services.screening.registers.rows import ListSource
from services.screening.watchlist import nomination_questions
from services.screening.watchlist.current_matcher import CurrentMatcher
from services.screening.watchlist.nomination import Nomination, NominationState
from services.screening.watchlist.nomination_questions import Removed
from services.screening.watchlist.nomination_record import keep_nomination, own_nomination, source_of
from services.screening.watchlist.trial import try_entry
from shared.audit.record import AuditRecord, FactValue
from shared.security.tokens import Principal

#: What a nominator is told before anybody else looks: criteria, dates, children, who may be listed at all.
SUBMISSION_RULES = ("SG-11", "SG-13", "SG-14", "SG-16", "SG-17")
_PURPOSE = Stated("TERR_PREVENT", None)


class Submitting:
    """Checks a draft, tries it, and lets it wait for its decision."""

    def __init__(self, ports: Ports, current: CurrentMatcher, window: TravellerWindow) -> None:
        self._ports = ports
        self._current = current
        self._window = window

    async def __call__(self, nomination_id: UUID, principal: Principal) -> Nomination:
        """Hand it to a second person, after the criteria were checked and the entry tried on past traffic.

        The trial asks ingest and holds nothing locked meanwhile; who changes the draft in between is told.

        Raises:
            NotFound: No such nomination of this person.
            AlreadyDecided: It is not open any more, or was changed while it was tried.
            RefusedByPolicy: A criterion is not met, the reasons say which; or the safeguards let nobody
                nominate this person (`wl.nominate`).

        Source: SG-01, SG-08, SG-11, SG-13, SG-14, SG-16, SG-17; `watchlist-governance.md` §3 (SUBMITTED).
        """
        async with self._ports.transaction() as connection:
            checked = await own_nomination(self._ports, connection, nomination_id, principal)
            source = await source_of(self._ports, connection, checked)
            self._require_criteria(checked, source, principal)
        trial = await try_entry(self._ports, self._current, self._window, checked.entry, nomination_id)
        async with self._ports.transaction() as connection:
            nomination = await own_nomination(self._ports, connection, nomination_id, principal)
            if nomination.version != checked.version:
                raise AlreadyDecided(kind="version of the nomination")
            permitted = self._permitted(nomination, principal)
            submitted = replace(
                nomination,
                state=NominationState.SUBMITTED,
                version=nomination.version + 1,
                submitted_at=self._ports.clock.now(),
                trial=trial,
            )
            facts: dict[str, FactValue] = {
                "basis": trial.basis,
                "tried": trial.tried,
                "stopped": trial.stopped,
                "plainly_different": trial.plainly_different,
            }
            await keep_nomination(
                self._ports, connection, submitted, principal, action="wl.submit", facts=facts
            )
            await self._ports.audit.append_many(connection, [permitted])
            return submitted

    def _require_criteria(self, nomination: Nomination, source: ListSource, principal: Principal) -> None:
        request = nomination_questions.activate(
            nomination,
            source,
            Actor.of(principal),
            _PURPOSE,
            Removed(),
            approver="NOBODY_YET",
            # Whom the nominator names is asked for here; who decides in that post is judged then.
            child_specialist=nomination.terms.raw.get("child_specialist"),
            now=self._ports.clock.now(),
        )
        (reasons,) = self._ports.safeguards.reasons_alone(SUBMISSION_RULES, [request])
        if reasons:
            record = self._ports.audit.record(
                actor=principal.subject,
                action="wl.nominate",
                object_kind="nomination",
                object_id=str(nomination.nomination_id),
                outcome="REFUSED",
                reasons=reasons,
            )
            raise RefusedByPolicy([record], reasons)

    def _permitted(self, nomination: Nomination, principal: Principal) -> AuditRecord:
        request = nomination_questions.nominate(
            nomination, Actor.of(principal), _PURPOSE, now=self._ports.clock.now()
        )
        return self._ports.require(
            request,
            object_kind="nomination",
            object_id=str(nomination.nomination_id),
            facts={"entry_id": nomination.entry_id, "list_source": nomination.source_id},
        )
