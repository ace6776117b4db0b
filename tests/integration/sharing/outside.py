"""What leaves a sharing service, and an oracle of whether it may: in plain words, without Cedar."""

import base64
import json
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from joserfc.jwk import ECKey, OKPKey
from sqlalchemy import text
from starlette.responses import Response

from deploy.local.counterpart_simulator import Counterpart
from services.sharing.exchange.drafts import Second
from services.sharing.protocol.compose import DEFAULT_HANDLING
from services.sharing.shares.court_order import CourtOrder
from services.sharing.shares.facts import Assessment
from services.sharing.shares.share import Proposal
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.registers import RegisterStore
from services.sharing.vault import Finding, Protection
from shared.clock import Clock
from shared.contracts.notice_received import entry_of_notice
from shared.contracts.records_corrected import RecordChange, RecordsCorrectedV1
from shared.errors import DomainError
from shared.identifiers import HitId, NoticeId
from shared.security.roles import Role
from shared.security.tokens import Principal
from tests.integration.sharing.outside_faults import ENTRIES, FAULTS, TELLING, TREATY, Entry
from tests.integration.sharing.outside_heard import hear
from tests.integration.sharing.outside_letters import (
    COUNTERPART,
    EMERGENCY,
    KINDS,
    NAMED,
    NOTICE,
    PNR,
    STATE,
    WITHDRAWING,
    Ground,
    Subject,
    draft,
)
from tests.integration.sharing.outside_oracle import GRANT_HOURS, Oracle, Written
from tests.integration.sharing.world import LEGAL, LIAISON, SUPERVISOR, World, a_person
from tests.unit.sharing.samples import STATEMENT, a_hit, somebody_else

#: The types of message that the machine sends, in any order.
COVERED = (
    *("NOTIFY", "IDENTITY_QUERY", "EMERGENCY", "IDENTITY_ANSWER", "PNR_REQUEST", "PNR_RESPONSE"),
    *("WL_NOMINATE", "FEEDBACK", "CONSENT", "CONSENT_REQUEST", "REVIEW_RESULT", "WL_DECISION", "STATS"),
    *("CORRECT", "RECALL", "WL_REMOVE", "SUSPEND", "RESUME"),
)
COURT = a_person("court", Role.COURT)
VERIFIED = {"level": "API_DOCUMENT", "two_person": True}


@dataclass
class Departure:
    """A message on the wire: its type, and the safeguards that forbade it at that moment."""

    type: str
    forbidden_by: frozenset[str]


class Outside:
    """A world, everything that is wrong in it, and whatever left for the counterpart meanwhile.

    Args:
        world: The running service and its counterparts.
        own_key: Our encryption key, to which the counterpart seals.
    """

    def __init__(self, world: World, own_key: ECKey | OKPKey) -> None:
        self.world = world
        self.own_key = own_key
        self.subjects: list[Subject] = []
        self.left: list[Departure] = []
        self.oracle = Oracle()
        self.registers: dict[Entry, dict[str, Any]] = {}
        self.changed: dict[Entry, dict[str, Any]] = {entry: {} for entry in ENTRIES}
        self.said: dict[str, Any] = {}
        self._receive = world.simulator.receive
        world.simulator.receive = self._listen  # type: ignore[method-assign]

    async def begin(self) -> None:
        """Begin with a world in which everything is right; what waited before leaves no more."""
        async with self.world.engine.begin() as connection:
            for table in ("notice", "exchange_message"):
                await connection.execute(
                    text(f"UPDATE {table} SET state = 'EXPIRED', next_try_at = NULL WHERE state = ANY (:on)"),
                    {"on": ["APPROVED", "SENT"]},
                )
            # A recall that nobody says is done suspends the partner after a while (SG-37).
            await connection.execute(text("UPDATE exchange_message SET done_at = created_at"))
        for name in self.oracle.wrong:
            await FAULTS[name].mends(self)
        if not self.registers:
            await self._remember()
        if self.oracle.is_one_post:
            await self.put(TREATY)
        # What is out stays out, and is taken back in its time.
        self.oracle = Oracle(out=self.oracle.out, recalled=self.oracle.recalled)
        self.subjects, self.left = [], []

    async def _remember(self) -> None:
        """The counterpart's entries as they are right."""
        async with self.world.engine.connect() as connection:
            stored = RegisterStore(connection)
            for entry in ENTRIES:
                body = await stored.one(entry.register, entry.entry_id)
                assert body is not None, entry
                self.registers[entry] = body
        self.registers[TREATY] |= {"message_types": sorted(TELLING)}
        await self.put(TREATY)

    async def put(self, entry: Entry) -> None:
        """Put an entry in force, right but for what went wrong with it."""
        body = self.registers[entry] | self.changed[entry]
        async with self.world.engine.begin() as connection:
            await RegisterStore(connection).add(
                entry.register, entry.entry_id, body, approval_id=None, activated_at=self.clock.now()
            )
        if entry == TREATY:
            self.oracle.is_one_post = False

    @property
    def clock(self) -> Clock:
        """The world's time."""
        return self.world.clock

    async def turn(self, name: str) -> None:
        """Let something go wrong, or be mended if it is wrong."""
        is_wrong = name in self.oracle.wrong
        await (FAULTS[name].mends if is_wrong else FAULTS[name].breaks)(self)
        self.oracle.wrong ^= {name}

    async def meet(self, *, told_by: str | None = None, **changes: Any) -> Subject:
        """Confirm a hit; `against` it stands what the oracle knows of the person from the beginning.

        One that was `told_by` an authority rests on a notice that it has sent.
        """
        against = changes.pop("against", frozenset())
        notice = None
        if told_by is not None:
            notice = await hear(self.world, self.own_key, NOTICE, {"event": "DEPARTURE"}, told_by)
            changes["entry"] = {
                "entry_id": entry_of_notice(told_by, notice),
                "handling_code": DEFAULT_HANDLING,
            }
        hit = a_hit(hit_id=uuid4(), message_id=uuid4(), **somebody_else(**changes)).model_copy(
            update={"traveller_id": uuid4()}
        )
        await self.world.sharing.share_hit.receive(hit.message_id, hit)
        share_id = await self.world.share_of(hit.hit_id)
        theirs = notice if told_by == COUNTERPART else None
        self.subjects.append(Subject(share_id, hit, set(against), theirs))
        return self.subjects[-1]

    async def ground(self, kind: str, subject: Subject) -> Ground:
        """What a message of a type rests on, come about while nothing was wrong yet."""
        how = KINDS.get(kind)
        if how is None:
            return Ground(subject)
        # What could not be sent is named all the same, as a message that is not there.
        ours = (await self._sent(how.follows, subject) or uuid4()) if how.follows else None
        if how.answers == NOTICE or kind == "CONSENT_REQUEST":
            return Ground(subject, subject.their_notice, ours)
        if how.answers is None:
            return Ground(subject, None, ours)
        # They ask as we would, of a message of ours where it is about one.
        content = KINDS[how.answers].payload(Ground(subject, theirs=ours), self.clock.now())
        return Ground(subject, await hear(self.world, self.own_key, how.answers, content), ours)

    async def _sent(self, kind: str, subject: Subject) -> UUID | None:
        """A message of ours that has reached the counterpart."""
        before = set(self.oracle.out)
        await self.let_go(kind, Ground(subject))
        await self.deliver()
        return next((UUID(each) for each in self.oracle.out if each not in before), None)

    async def assess(self, subject: Subject, *, has_risk: bool) -> None:
        """Record what the human-rights officer found of the person."""
        await self.world.sharing.share_hit.record_individual_risk(
            subject.share_id, Assessment(individual_risk=has_risk), {}, LEGAL
        )
        _put(subject, "SG-34", is_so=has_risk)

    async def find(self, subject: Subject, protection: Protection) -> None:
        """Record what the asylum officer found; a refugee fears the counterpart's State and the next."""
        feared = () if protection is Protection.NONE else (STATE, NAMED)
        finding = Finding(HitId(subject.hit.hit_id), protection, feared_states=feared)
        # The newest finding counts: no two are of one instant.
        self.world.clock.advance(seconds=1)
        await self.world.sharing.vault.record(finding, by="asylum")
        _put(subject, "SG-35", is_so=protection is not Protection.NONE)

    async def dispute(self, subject: Subject, *, is_over: bool) -> None:
        """The person disputes the record, or it was decided that it stands."""
        told = RecordsCorrectedV1(
            message_id=uuid4(),
            travellers=[subject.hit.traveller_id],
            change=RecordChange.UPHELD if is_over else RecordChange.DISPUTED,
            is_urgent=False,
            decided_at=self.clock.now(),
        )
        await self.world.sharing.corrections.receive(told.message_id, told)
        _put(subject, "SG-37", is_so=not is_over)

    async def take_back(self, ground: Ground) -> None:
        """The notice behind a message is taken back: ours by us, theirs by them."""
        if ground.ours is not None:
            recall = self.world.sharing.withdrawals.recall_by_hand
            await _went(recall(ground.ours, "MISTAKEN_IDENTITY", is_urgent=False, actor="liaison"))
            self.oracle.recalled.add(str(ground.ours))
        elif ground.theirs is not None:
            async with self.world.engine.begin() as connection:
                await ExchangeStore(connection).erase(ground.theirs)
            self.oracle.recalled.add(str(ground.theirs))

    async def propose(self, subject: Subject, order: str | None = None) -> bool:
        """The first person's step; `False` where it is not its turn."""
        why = "INTERPOL channel only: no duty desk before landing"
        proposal = Proposal(STATEMENT, why, 7, court_order=None if order is None else CourtOrder(order))
        went = await _went(self.world.sharing.share_hit.propose(subject.share_id, proposal, SUPERVISOR))
        if went:
            subject.order = order
        return went

    async def approve(self, subject: Subject, approver: Principal = LEGAL) -> bool:
        """The second person's step; `False` where it is not its turn, or the person the first one."""
        proposal = await self.world.proposal_of(subject.share_id)
        went = await _went(self.world.sharing.decide.approve(subject.share_id, proposal, approver))
        if went:
            subject.approver = approver
        return went

    async def change_treaty(self, first: Principal, second: Principal) -> bool:
        """Two people put the treaty in force anew; `False` where they may not."""
        registry = self.world.sharing.registry
        body = self.registers[TREATY] | self.changed[TREATY]
        proposal = await registry.propose(TREATY.register, body, first)
        went = await _went(registry.approve(proposal.approval_id, second))
        # Either acts in the one post that both hold.
        self.oracle.is_one_post |= went and first.roles == second.roles
        return went

    async def write(
        self,
        kind: str,
        ground: Ground,
        *,
        is_beyond: bool = False,
        is_silent: bool = False,
        order: str | None = None,
    ) -> UUID | None:
        """Write a message; its id, or `None` where it was refused at once. What takes one person leaves."""
        now = self.clock.now()
        wanted = draft(kind, ground, now, is_beyond=is_beyond, is_silent=is_silent, order=order)
        # Each emergency has an officer of its own: an unreviewed one bars whoever declared it (SG-39).
        author = replace(SUPERVISOR, subject=f"supervisor-{uuid4()}") if kind == EMERGENCY else LIAISON
        try:
            if kind in WITHDRAWING or kind == "SUSPEND":
                message = await self.world.sharing.sending.send(wanted, author)
            else:
                message, _ = await self.world.sharing.sending.propose(wanted, author)
        except DomainError:
            return None
        wrong = frozenset(name for name in self.oracle.wrong if FAULTS[name].forbids_writing)
        written = Written(kind, ground, author.subject, now, order, wrong, is_silent)
        self.oracle.written[str(message.message_id)] = written
        return message.message_id

    async def grant(self, message_id: UUID) -> None:
        """A court lets an answer tell PNR (SG-24)."""
        if await _went(self.world.sharing.grant_pnr(message_id, GRANT_HOURS, COURT)):
            self.oracle.written[str(message_id)].granted_at = self.clock.now()

    async def sign(self, message_id: UUID, approver: Principal = LEGAL, *, agrees: bool = True) -> bool:
        """The second person's step, who finds the same or otherwise."""
        written = self.oracle.written[str(message_id)]
        finding = KINDS[written.kind].finding if agrees else "DIFFERENT"
        second = Second(finding=finding, individual_risk=False)
        went = await _went(self.world.sharing.sending.approve(message_id, approver, second))
        if went:
            written.approver, written.agrees = approver, agrees
        return went

    async def let_go(
        self,
        kind: str,
        ground: Ground,
        *,
        without: str = "",
        is_silent: bool = False,
        order: str | None = None,
        approver: Principal = LEGAL,
    ) -> bool:
        """Every step of a message about somebody, `without` one where it is named."""
        subject = ground.subject
        if kind == NOTICE:
            await self.assess(subject, has_risk="SG-34" in subject.against)
            await self.propose(subject, order)
            return await self.approve(subject, approver)
        message_id = await self.write(kind, ground, is_silent=is_silent, order=order)
        if message_id is None or kind in WITHDRAWING or kind == "SUSPEND":
            return message_id is not None
        if kind == PNR and without != "a grant":
            await self.grant(message_id)
        return await self.sign(message_id, approver, agrees=without != "the same finding")

    async def deliver(self) -> None:
        """Try whatever is due in both ledgers."""
        await self.world.sharing.delivery.deliver_due()
        await self.world.sharing.exchange_delivery.deliver_due()

    async def _listen(self, counterpart: Counterpart, notice: str) -> Response:
        """Note what is on the wire as the counterpart reads it."""
        content = notice.split(".")[1]
        envelope = json.loads(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)))
        message_id, kind = envelope["message_id"], envelope["type"]
        answer = await self._receive(counterpart, notice)
        held = counterpart.held.get(message_id)
        if counterpart.authority_id == COUNTERPART and held and message_id not in self.oracle.out:
            of_notice = await self._of_notice(message_id) if kind == NOTICE else None
            forbidden = self.oracle.forbids(
                kind, message_id, held.payload, of_notice=of_notice, now=self.clock.now()
            )
            self.left += [] if forbidden is None else [Departure(kind, forbidden)]
            self.oracle.out[message_id] = held.payload
        return answer

    async def _of_notice(self, message_id: str) -> Subject:
        share_id = (await self.world.notice(NoticeId(UUID(message_id)))).share_id
        return next(each for each in self.subjects if each.share_id == share_id)


def _put(subject: Subject, rule_id: str, *, is_so: bool) -> None:
    (subject.against.add if is_so else subject.against.discard)(rule_id)


async def _went(step: Awaitable[Any]) -> bool:
    """Whether a step was taken; what the service refuses is no fault of a test in random order."""
    try:
        await step
    except DomainError:
        return False
    return True
