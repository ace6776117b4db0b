"""What leaves a sharing service, and an oracle of whether it may: in plain words, without Cedar."""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from starlette.responses import Response

from deploy.local.counterpart_simulator import Counterpart
from services.sharing.exchange_drafts import Draft, Second
from services.sharing.facts import Assessment
from services.sharing.share import Proposal
from services.sharing.store.registers import Register, RegisterStore
from services.sharing.vault import Finding, Protection
from shared.clock import Clock
from shared.contracts import HitConfirmedV1
from shared.contracts.records_corrected import RecordChange, RecordsCorrectedV1
from shared.errors import DomainError
from shared.identifiers import HitId, NoticeId
from shared.oversight.suspensions import Suspension, SuspensionKind, SuspensionStore
from shared.policy.verdict import Verdict
from shared.security.tokens import Principal
from tests.integration.sharing.world import LEGAL, LIAISON, SUPERVISOR, World
from tests.unit.sharing.samples import STATEMENT, a_hit, a_hit_state

COUNTERPART, STATE, AGREEMENT = "XBB-PIU-01", "XBB", "XAA-XBB-2025"
COVERED = ("NOTIFY", "IDENTITY_QUERY", "EMERGENCY")
NOTICE, QUERY, EMERGENCY = COVERED
#: Nothing relaxes these, whatever is declared (SG-39).
OF_THE_AGREEMENT = frozenset({"SG-30"})


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong in the world, and the safeguards whose words then forbid a message.

    `alike` are the message types that it concerns; a query rests on no review of ours, for example.
    """

    rules: frozenset[str]
    breaks: Callable[["Outside"], Awaitable[None]]
    mends: Callable[["Outside"], Awaitable[None]]
    alike: tuple[str, ...] = COVERED


@dataclass
class Subject:
    """A traveller with a confirmed hit: what is known of the person beyond the world's state."""

    share_id: UUID
    hit: HitConfirmedV1
    against: set[str] = field(default_factory=set)


@dataclass
class Departure:
    """A message on the wire: its type, its person, and the safeguards that forbade it at that moment."""

    type: str
    forbidden_by: frozenset[str]


class Forgetful:
    """The safeguards, of which some are not asked: what the oracle has to find."""

    def __init__(self, policy: Any) -> None:
        self._policy = policy
        self.forgotten: frozenset[str] = frozenset()

    def decide(self, request: Mapping[str, Any], *, vault: Verdict | None = None) -> Verdict:
        return self._without(self._policy.decide(request, vault=vault))

    def decide_batch(
        self, requests: Sequence[Mapping[str, Any]], vaults: Sequence[Verdict | None] | None = None
    ) -> list[Verdict]:
        return [self._without(each) for each in self._policy.decide_batch(requests, vaults)]

    def judge(self, rule_id: str, request: Mapping[str, Any]) -> Verdict:
        return self._without(self._policy.judge(rule_id, request))

    def _without(self, verdict: Verdict) -> Verdict:
        reasons = tuple(each for each in verdict.reasons if each[:5] not in self.forgotten)
        return replace(verdict, reasons=reasons, decision="forbid" if reasons else "permit")


class Outside:
    """A world, everything that is wrong in it, and whatever left for the counterpart meanwhile."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.wrong: dict[str, frozenset[str]] = {}
        self.subjects: list[Subject] = []
        self.persons: dict[str, Subject] = {}
        self.left: list[Departure] = []
        self.registers: dict[Register, dict[str, Any]] = {}
        self.changed: dict[Register, dict[str, Any]] = {register: {} for register in ENTRIES}
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
        for name in list(self.wrong):
            await FAULTS[name].mends(self)
        self.wrong, self.subjects, self.persons, self.left = {}, [], {}, []
        if not self.registers:
            await self._remember()

    async def _remember(self) -> None:
        """The counterpart's entries as they are right, with a treaty that covers every message."""
        async with self.world.engine.connect() as connection:
            stored = RegisterStore(connection)
            for register, entry_id in ENTRIES.items():
                body = await stored.one(register, entry_id)
                assert body is not None, entry_id
                self.registers[register] = body
        self.registers[Register.AGREEMENT] |= {
            "message_types": list(COVERED),
            "data_classes": ["HIT", "WL_ENTRY"],
        }
        await self.put(Register.AGREEMENT)

    async def put(self, register: Register) -> None:
        """Put the counterpart's entry in force, right but for what went wrong with it."""
        body = self.registers[register] | self.changed[register]
        async with self.world.engine.begin() as connection:
            await RegisterStore(connection).add(
                register, ENTRIES[register], body, approval_id=None, activated_at=self.clock.now()
            )

    @property
    def clock(self) -> Clock:
        """The world's time."""
        return self.world.clock

    async def turn(self, name: str) -> None:
        """Let something go wrong, or be mended if it is wrong."""
        if name in self.wrong:
            await FAULTS[name].mends(self)
            del self.wrong[name]
        else:
            await FAULTS[name].breaks(self)
            self.wrong[name] = FAULTS[name].rules

    async def meet(self, **changes: Any) -> Subject:
        """Confirm a hit; `against` it stands what the oracle knows of the person from the beginning."""
        against = changes.pop("against", frozenset())
        hit = a_hit(hit_id=uuid4(), message_id=uuid4(), **changes).model_copy(
            update={"traveller_id": uuid4()}
        )
        await self.world.sharing.share_hit.receive(hit.message_id, hit)
        subject = Subject(await self.world.share_of(hit.hit_id), hit, set(against))
        self.subjects.append(subject)
        return subject

    async def assess(self, subject: Subject, *, has_risk: bool) -> None:
        """Record what the human-rights officer found of the person."""
        await self.world.sharing.share_hit.record_individual_risk(
            subject.share_id, Assessment(individual_risk=has_risk), {}, LEGAL
        )
        _put(subject, "SG-34", is_so=has_risk)

    async def find(self, subject: Subject, protection: Protection) -> None:
        """Record what the asylum officer found; a refugee fears the counterpart's State."""
        feared = () if protection is Protection.NONE else (STATE,)
        finding = Finding(HitId(subject.hit.hit_id), protection, feared_states=feared)
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

    async def propose(self, subject: Subject, author: Principal = SUPERVISOR) -> bool:
        """The first person's step; `False` where it is not its turn."""
        proposal = Proposal(STATEMENT, "INTERPOL channel only: no duty desk before landing", 7)
        return await _went(self.world.sharing.share_hit.propose(subject.share_id, proposal, author))

    async def approve(self, subject: Subject, approver: Principal = LEGAL) -> bool:
        """The second person's step; `False` where it is not its turn, or the person the first one."""
        return await _went(self.world.sharing.decide.approve(subject.share_id, approver))

    async def write(self, kind: str, subject: Subject) -> UUID | None:
        """Propose a query or an emergency about somebody; its id, or `None` where it was refused at once."""
        draft = a_query(subject) if kind == QUERY else an_emergency(subject, self.clock)
        author = SUPERVISOR if kind == EMERGENCY else LIAISON
        try:
            message, _ = await self.world.sharing.sending.propose(draft, author)
        except DomainError:
            return None
        self.persons[str(message.message_id)] = subject
        return message.message_id

    async def let_go(self, message_id: UUID, approver: Principal = LEGAL) -> bool:
        """The second person's step for a query or an emergency."""
        return await _went(
            self.world.sharing.sending.approve(message_id, approver, Second(individual_risk=False))
        )

    async def deliver(self) -> None:
        """Try whatever is due in both ledgers."""
        await self.world.sharing.delivery.deliver_due()
        await self.world.sharing.exchange_delivery.deliver_due()

    async def _listen(self, counterpart: Counterpart, notice: str) -> Response:
        """Note what is on the wire before the counterpart has it."""
        content = notice.split(".")[1]
        envelope = json.loads(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)))
        if counterpart.authority_id == COUNTERPART and envelope["type"] in COVERED:
            message_id = envelope["message_id"]
            subject = self.persons.get(message_id) or await self._of_notice(message_id)
            self.left.append(Departure(envelope["type"], self.forbidden_by(envelope["type"], subject)))
        return await self._receive(counterpart, notice)

    async def _of_notice(self, message_id: str) -> Subject:
        share_id = (await self.world.notice(NoticeId(UUID(message_id)))).share_id
        return next(each for each in self.subjects if each.share_id == share_id)

    def forbidden_by(self, kind: str, subject: Subject) -> frozenset[str]:
        """The safeguards whose words forbid it now."""
        of_the_world = [rules for name, rules in self.wrong.items() if kind in FAULTS[name].alike]
        found = frozenset(subject.against).union(*of_the_world)
        return found - OF_THE_AGREEMENT if kind == EMERGENCY else found


def _put(subject: Subject, rule_id: str, *, is_so: bool) -> None:
    (subject.against.add if is_so else subject.against.discard)(rule_id)


async def _went(step: Awaitable[Any]) -> bool:
    """Whether a step was taken; what the service refuses is no fault of a test in random order."""
    try:
        await step
    except DomainError:
        return False
    return True


def a_query(subject: Subject) -> Draft:
    """XBB is asked whether it nominated the person; the drafter saw no sign of a claim."""
    payload = {"entry_ref": "N-17", "case_ref": "C-2", "grounds": STATEMENT, "person": person_of(subject)}
    return _draft(QUERY, subject, payload)


def an_emergency(subject: Subject, clock: Clock) -> Draft:
    """A threat to life, declared now, which relaxes the agreement alone."""
    now = clock.now()
    payload = {
        "threat": "A named person is about to board with a weapon.",
        "why_normal_way_fails": "The flight leaves within the hour.",
        "declared_by_role": "SUPERVISOR",
        "declared_at": now.isoformat(),
        "relaxes": ["SG-30"],
        "expires_at": (now + timedelta(hours=12)).isoformat(),
        "review_due": (now + timedelta(hours=72)).isoformat(),
        "notices": [{"event": "DEPARTURE", "person": person_of(subject)}],
    }
    return _draft(EMERGENCY, subject, payload)


def person_of(subject: Subject) -> dict[str, Any]:
    """The person as a careless drafter writes it: without a birth date."""
    return {
        "names": [{"full": "EXAMPLE TEST", "script": "Latn", "source": "DOCUMENT"}],
        "documents": [{"type": "PASSPORT", "number": "X1234567", "issuer": STATE}],
    }


def _draft(kind: str, subject: Subject, payload: dict[str, Any]) -> Draft:
    return Draft(
        type=kind,
        recipient=COUNTERPART,
        payload=payload,
        purpose_code="TERR_TRAVEL",
        statement=STATEMENT,
        alternatives_considered="A telephone call: it leaves no record.",
        hit_id=subject.hit.hit_id,
        claim_sign=False,
        category="SUSPECT",
    )


ENTRIES = {
    Register.AUTHORITY: COUNTERPART,
    Register.AGREEMENT: AGREEMENT,
    Register.COUNTRY_RISK: STATE,
    Register.LEGAL_ROW: "XAA-ACT-12-2025",
}


def _entry(register: Register, rule_id: str, **changes: Any) -> Fault:
    """An entry of the registers that is otherwise."""

    async def breaks(outside: Outside) -> None:
        outside.changed[register] |= changes
        await outside.put(register)

    async def mends(outside: Outside) -> None:
        for name in changes:
            del outside.changed[register][name]
        await outside.put(register)

    return Fault(frozenset({rule_id}), breaks, mends)


def _screening(*rules: str, alike: tuple[str, ...] = (NOTICE, EMERGENCY), **changes: Any) -> Fault:
    """Screening says otherwise of every hit."""

    async def breaks(outside: Outside) -> None:
        outside.said |= changes
        outside.world.hit_states.answer = a_hit_state(**outside.said)

    async def mends(outside: Outside) -> None:
        for name in changes:
            del outside.said[name]
        outside.world.hit_states.answer = a_hit_state(**outside.said)

    return Fault(frozenset(rules), breaks, mends, alike)


def _order(object_id: str, rule_id: str) -> Fault:
    """Oversight suspends a partner; only a lifting order ends it."""
    orders: list[UUID] = []

    async def breaks(outside: Outside) -> None:
        orders.append(uuid4())
        now = outside.clock.now()
        order = Suspension(
            orders[-1], SuspensionKind.PARTNER, object_id, "IA-1", "A complaint.", "DPO", "dpo", now
        )
        async with outside.world.engine.begin() as connection:
            await SuspensionStore().add(connection, order)

    async def mends(outside: Outside) -> None:
        async with outside.world.engine.begin() as connection:
            await SuspensionStore().lift(
                connection, orders[-1], by="court", at=outside.clock.now(), lifting_order="C-1"
            )

    return Fault(frozenset({rule_id}), breaks, mends)


def _broken_chain() -> Fault:
    async def breaks(outside: Outside) -> None:
        outside.world.chain[0] = False

    async def mends(outside: Outside) -> None:
        outside.world.chain[0] = True

    return Fault(frozenset({"SG-41"}), breaks, mends)


FAULTS: dict[str, Fault] = {
    "authority suspended": _entry(Register.AUTHORITY, "SG-29", status="SUSPENDED"),
    "authority verified long ago": _entry(Register.AUTHORITY, "SG-29", verified_at="2024-01-01"),
    "authority without function": _entry(Register.AUTHORITY, "SG-29", functions=[]),
    "authority may see nothing": _entry(Register.AUTHORITY, "SG-32", handling_max="H0"),
    "authority cannot be asked to erase": _entry(Register.AUTHORITY, "SG-37", recall_endpoint=None),
    "partner not assessed": _entry(Register.AUTHORITY, "SG-38", safeguards=None),
    "agreement over": _entry(Register.AGREEMENT, "SG-30", valid_to="2026-06-01"),
    "agreement for another purpose": _entry(Register.AGREEMENT, "SG-30", purposes=["TERR_DETECT"]),
    "country at high risk": _entry(Register.COUNTRY_RISK, "SG-34", level="HIGH"),
    "death penalty without assurance": _entry(Register.COUNTRY_RISK, "SG-34", death_penalty=True),
    "law lapsed": _entry(Register.LEGAL_ROW, "SG-02", valid_to="2026-06-01"),
    "hit in review": _screening("SG-08", state="IN_REVIEW"),
    "hit never reviewed by a second": _screening("SG-08", "SG-09", reviews=None),
    "entry removed": _screening("SG-37", entry_status="REMOVED", alike=COVERED),
    "case closed": _screening("SG-03", is_open=False, alike=COVERED),
    "oversight suspends the authority": _order(COUNTERPART, "SG-29"),
    "oversight suspends the State": _order(STATE, "SG-29"),
    "oversight suspends the agreement": _order(AGREEMENT, "SG-30"),
    "log does not hold": _broken_chain(),
}
"""What can go wrong in the world, with the rule of safeguards.md that then forbids what is about to leave."""
