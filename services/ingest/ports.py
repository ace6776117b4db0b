"""What the use cases are handed: the database, the safeguards, the log, the time, the keys, the airports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.expected.flights import DEFAULT_TERMS, WatchTerms
from services.ingest.intake.admission import Admission
from services.ingest.reading.linking import LinkingKeys
from services.ingest.reading.submission import Read
from services.ingest.sensitive import DEFAULT_RULES, Rules
from services.ingest.store.expected import ExpectedStore
from services.ingest.store.flights import FlightStore
from services.ingest.store.messages import MessageStore
from services.ingest.store.quality import QualityStore
from services.ingest.store.registers import RegisterStore
from services.ingest.store.reservations import ReservationStore
from services.ingest.store.transactions import TransactionStore
from services.ingest.store.travellers import TravellerStore
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.identifiers import Identifiers
from shared.policy.verdict import Verdict
from shared.travel.places import Airports

SERVICE = "ingest"


class Safeguards(Protocol):
    """The policy engine as ingest uses it."""

    def decide(self, request: Mapping[str, Any]) -> Verdict:
        """Evaluate all safeguards that judge the request."""
        ...


@dataclass(frozen=True)
class Stores:
    """The tables, an aggregate each."""

    messages: MessageStore = field(default_factory=MessageStore)
    flights: FlightStore = field(default_factory=FlightStore)
    travellers: TravellerStore = field(default_factory=TravellerStore)
    reservations: ReservationStore = field(default_factory=ReservationStore)
    transactions: TransactionStore = field(default_factory=TransactionStore)
    registers: RegisterStore = field(default_factory=RegisterStore)
    expected: ExpectedStore = field(default_factory=ExpectedStore)
    quality: QualityStore = field(default_factory=QualityStore)


@dataclass(frozen=True)
class Ports:
    """Everything outside the rules. `authority` is the unit that collects, `XAA-PIU-01`; `read` reads a body.

    `part_wait_minutes` is how long the parts of a split message are awaited; `watch` is when the manifest of
    an expected flight is due, and when it is partial.
    """

    database: AsyncEngine
    safeguards: Safeguards
    is_chain_ok: Callable[[], bool]
    audit: AuditLog
    clock: Clock
    identifiers: Identifiers
    airports: Airports
    keys: LinkingKeys
    own_state: str
    authority: str
    read: Read
    rules: Rules = DEFAULT_RULES
    part_wait_minutes: int = 30
    watch: WatchTerms = DEFAULT_TERMS
    stores: Stores = field(default_factory=Stores)
    admission: Admission = field(default_factory=Admission)

    def at(self, clock: Clock) -> "Ports":
        """The same ports with the clock of one request; the audit log keeps the machine's own time."""
        return replace(self, clock=clock)
