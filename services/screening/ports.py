"""What the use cases are handed: the database, the safeguards, the log, the time, new identifiers.

Also the one transaction they all use: a refusal leaves its audit record and nothing else.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.screening.acting import Actor
from services.screening.errors import RecordedRefusal, RefusedByPolicy
from services.screening.policy_requests import Request
from services.screening.store.boarding import BoardingStore
from services.screening.store.documents import DocumentStore
from services.screening.store.entries import EntryStore
from services.screening.store.front_line import FrontLineStore
from services.screening.store.hits import HitStore
from services.screening.store.list_archive import ListArchive
from services.screening.store.list_rows import ListRowStore
from services.screening.store.list_versions import ListVersionStore
from services.screening.store.merges import MergeStore
from services.screening.store.new_entries import NewEntryStore
from services.screening.store.nominations import NominationStore
from services.screening.store.orders import OrderStore
from services.screening.store.registers import RegisterStore
from services.screening.store.reviews import ReviewStore
from services.screening.store.watchlist import WatchlistStore
from shared.audit.log import AuditLog
from shared.audit.record import AuditRecord, FactValue, is_code
from shared.clock import Clock
from shared.identifiers import Identifiers
from shared.policy.verdict import Verdict

SERVICE = "screening"


class Safeguards(Protocol):
    """The policy engine as screening uses it."""

    def decide(self, request: Mapping[str, Any]) -> Verdict:
        """Evaluate all safeguards that judge the request."""
        ...

    def decide_batch(self, requests: Sequence[Mapping[str, Any]]) -> list[Verdict]:
        """Evaluate many requests, each by itself, in their order."""
        ...

    def judge(self, rule_id: str, request: Mapping[str, Any]) -> Verdict:
        """Evaluate one safeguard alone."""
        ...

    def reasons_alone(
        self, rule_ids: Sequence[str], requests: Sequence[Mapping[str, Any]]
    ) -> list[tuple[str, ...]]:
        """All reasons that some safeguards alone give against each request, in their order."""
        ...


class WithLog:
    """Safeguards that also know whether the audit log's chain holds: a broken one refuses (SG-41)."""

    def __init__(self, safeguards: Safeguards, is_chain_ok: Callable[[], bool]) -> None:
        self._safeguards = safeguards
        self._is_chain_ok = is_chain_ok

    def decide(self, request: Mapping[str, Any]) -> Verdict:
        """Evaluate all safeguards that judge the request."""
        return self._safeguards.decide(self._stamped(request))

    def decide_batch(self, requests: Sequence[Mapping[str, Any]]) -> list[Verdict]:
        """Evaluate many requests, each by itself, in their order."""
        return self._safeguards.decide_batch([self._stamped(request) for request in requests])

    def judge(self, rule_id: str, request: Mapping[str, Any]) -> Verdict:
        """Evaluate one safeguard alone."""
        return self._safeguards.judge(rule_id, self._stamped(request))

    def reasons_alone(
        self, rule_ids: Sequence[str], requests: Sequence[Mapping[str, Any]]
    ) -> list[tuple[str, ...]]:
        """All reasons that some safeguards alone give against each request, in their order."""
        return self._safeguards.reasons_alone(rule_ids, [self._stamped(request) for request in requests])

    def _stamped(self, request: Mapping[str, Any]) -> dict[str, Any]:
        # The audit record stands in the transaction of the effect, so a log that is down takes the effect
        # with it; that the chain does not hold has to be told.
        log = {"log_store": "UP", "chain_ok": self._is_chain_ok()}
        return {**request, "context": {**request.get("context", {}), **log}}


@dataclass(frozen=True)
class Stores:
    """The tables, an aggregate each."""

    hits: HitStore = field(default_factory=HitStore)
    reviews: ReviewStore = field(default_factory=ReviewStore)
    registers: RegisterStore = field(default_factory=RegisterStore)
    watchlist: WatchlistStore = field(default_factory=WatchlistStore)
    versions: ListVersionStore = field(default_factory=ListVersionStore)
    list_archive: ListArchive = field(default_factory=ListArchive)
    list_rows: ListRowStore = field(default_factory=ListRowStore)
    new_entries: NewEntryStore = field(default_factory=NewEntryStore)
    orders: OrderStore = field(default_factory=OrderStore)
    front_line: FrontLineStore = field(default_factory=FrontLineStore)
    boarding: BoardingStore = field(default_factory=BoardingStore)
    documents: DocumentStore = field(default_factory=DocumentStore)
    nominations: NominationStore = field(default_factory=NominationStore)
    merges: MergeStore = field(default_factory=MergeStore)
    entries: EntryStore = field(default_factory=EntryStore)


@dataclass(frozen=True)
class Ports:
    """Everything outside the rules. `authority` is the unit that this service works for, `XAA-PIU-01`."""

    database: AsyncEngine
    safeguards: Safeguards
    audit: AuditLog
    clock: Clock
    identifiers: Identifiers
    authority: str
    stores: Stores = field(default_factory=Stores)

    def at(self, clock: Clock) -> "Ports":
        """The same ports with the clock of one request; the audit log keeps the machine's own time."""
        return Ports(
            self.database,
            self.safeguards,
            self.audit,
            clock,
            self.identifiers,
            self.authority,
            self.stores,
        )

    @property
    def service_actor(self) -> Actor:
        """The service itself, when no person acts."""
        return Actor(SERVICE, self.authority)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, committed at its end; a recorded refusal undoes it and leaves its records alone.

        Source: SG-41 (refusals are logged); safeguards §5 test duty 4 (a refused effect did not happen).
        """
        try:
            async with self.database.begin() as connection:
                yield connection
        except RecordedRefusal as refusal:
            async with self.database.begin() as connection:
                await self.audit.append_many(connection, refusal.records)
            raise

    def record(
        self,
        request: Request,
        verdict: Verdict | None,
        *,
        object_kind: str,
        object_id: str,
        subject_id: str | None = None,
        outcome: str | None = None,
        facts: Mapping[str, FactValue] | None = None,
    ) -> AuditRecord:
        """The audit record of an act that the safeguards judged; identifiers and codes only."""
        purpose = request["purpose"]
        case_id = purpose["case_id"]
        judged = "PERMITTED" if verdict is None or verdict.permits else "REFUSED"
        return self.audit.record(
            actor=request["actor"]["id"],
            action=request["action"],
            object_kind=object_kind,
            object_id=object_id,
            outcome=outcome or judged,
            subject_id=subject_id,
            purpose=purpose["code"],
            case_id=case_id if case_id and is_code(case_id) else None,
            policy=None if verdict is None else verdict.policy_version,
            reasons=() if verdict is None else verdict.reasons,
            facts={**(facts or {}), **_decision(verdict)},
        )

    def require(
        self,
        request: Request,
        *,
        object_kind: str,
        object_id: str,
        subject_id: str | None = None,
        facts: Mapping[str, FactValue] | None = None,
    ) -> AuditRecord:
        """Ask the safeguards; the audit record of the permit, for the caller's transaction.

        Raises:
            RefusedByPolicy: A safeguard refused; the record of it goes with the error.
        """
        verdict = self.safeguards.decide(request)
        record = self.record(
            request,
            verdict,
            object_kind=object_kind,
            object_id=object_id,
            subject_id=subject_id,
            facts=facts,
        )
        if not verdict.permits:
            raise RefusedByPolicy([record], verdict.reasons)
        return record


def _decision(verdict: Verdict | None) -> dict[str, FactValue]:
    if verdict is None:
        return {}
    return {"decision_id": str(verdict.decision_id), "inputs_hash": verdict.inputs_hash}
