"""How long a share's decision takes, and a notice from its approval to the verified receipt."""

import asyncio
import json
import socket
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx
import uvicorn
from joserfc.jwk import OKPKey
from sqlalchemy import event
from sqlalchemy.engine import Engine

from deploy.local.benchmarks.confirmed_hit import a_confirmed_hit
from deploy.local.benchmarks.figure import Figure, percentile
from deploy.local.counterpart_simulator import Simulator, create_simulator, load_counterparts
from deploy.local.installation import signing_key
from deploy.local.postgres import EmbeddedPostgres, ServiceDatabase
from services.sharing.demonstration import OWN_AUTHORITY, OWN_STATE, demonstration_registers
from services.sharing.parts import SERVICE, Foundations, Sharing
from services.sharing.settings import SharingSettings
from services.sharing.shares.facts import Assessment
from services.sharing.shares.share import Proposal
from services.sharing.store.registers import Register, RegisterStore
from services.sharing.store.shares import ShareStore
from services.sharing.wiring import wire
from shared.audit.log import AuditLog
from shared.clock import SystemClock
from shared.contracts import HitStateV1
from shared.db.engine import create_engine
from shared.db.migrate import migrate
from shared.identifiers import RandomIdentifiers
from shared.policy.bundle import signed_copy
from shared.policy.catalogue import CATALOGUE_FOLDER
from shared.policy.engine import PolicyEngine
from shared.security.roles import Role
from shared.security.tokens import Principal, PrincipalKind

SHARES: Final = 100
RECIPIENTS: Final = 5
#: Not measured: the first ones open connections and load what is loaded once.
WARM_UP: Final = 5
_REGISTERS: Final = {
    "legal-rows": Register.LEGAL_ROW,
    "authorities": Register.AUTHORITY,
    "agreements": Register.AGREEMENT,
    "country-risk": Register.COUNTRY_RISK,
}


class _Confirmed:
    """Screening: every hit is confirmed by two people."""

    async def state(self, hit_id: UUID) -> HitStateV1:
        """The state, at once."""
        return HitStateV1.model_validate(
            {
                "hit_id": hit_id,
                "hit_type": "PERSON",
                "state": "CONFIRMED",
                "is_open": True,
                "reviews": {
                    "first": "verifier-1",
                    "second": "verifier-2",
                    "second_blind": True,
                    "same_outcome": True,
                    "reports_to_first": False,
                    "role": "VERIFIER",
                    "seconds_open": 64,
                    "compared_fields": ["name", "date_of_birth", "doc_number"],
                    "reasons_given": True,
                    "after_last_change": True,
                },
                "entry_status": "ACTIVE",
                "ordered_action": None,
                "standing_order": None,
            }
        )


@dataclass(frozen=True, slots=True)
class _Cost:
    """What one step took: seconds, seconds of this process's processor, statements sent to the database."""

    seconds: float
    processor_seconds: float
    statements: int


@dataclass(frozen=True, slots=True)
class _Taken:
    """The cost of each decision about five recipients, and of each notice from approval to receipt."""

    decisions: list[_Cost]
    notices: list[_Cost]


def measure_sharing() -> Iterator[Figure]:
    """`SHARES` shares of five recipients decided, then as many notices to one counterpart on loopback."""
    with tempfile.TemporaryDirectory(prefix="safeconduct-bench-") as place:
        postgres = EmbeddedPostgres(Path(place) / "postgresql")
        try:
            postgres.start()
            addresses = postgres.create_service_database(SERVICE)
            taken = asyncio.run(_measure(addresses, Path(place)))
        finally:
            postgres.stop()
    conditions = {"shares": SHARES, "recipients": RECIPIENTS, "database": "on this machine"}
    for name, costs, goal in (
        ("share_decision", taken.decisions, "at most 50 for 5 recipients"),
        (
            "notice_delivered",
            taken.notices,
            "at most 200: approved, signed, sealed, sent, receipt verified",
        ),
    ):
        yield from _figures(name, costs, goal, conditions)


def _figures(name: str, costs: list[_Cost], goal: str, conditions: dict[str, object]) -> Iterator[Figure]:
    seconds = [cost.seconds for cost in costs]
    processor = sum(cost.processor_seconds for cost in costs) / len(costs)
    yield Figure(f"{name}_p99", percentile(seconds, 0.99) * 1000, "ms", goal, conditions)
    yield Figure(f"{name}_median", percentile(seconds, 0.5) * 1000, "ms", "none stated", conditions)
    yield Figure(f"{name}_processor", processor * 1000, "ms", "none stated", conditions)
    statements = max(cost.statements for cost in costs)
    yield Figure(f"{name}_statements", statements, "statements", "none stated", conditions)


async def _measure(addresses: ServiceDatabase, folder: Path) -> _Taken:
    await migrate(addresses.migration_url, SERVICE)
    sender = signing_key(folder / "notice-signing.json", OWN_AUTHORITY, "notice", _a_minute_ago())
    public = {sender.kid: {name: str(value) for name, value in sender.public_jwk().items()}}
    counterparts = load_counterparts(folder / "counterparts", _a_minute_ago())
    simulator = Simulator(counterparts, public, clock=SystemClock(), slow_seconds=30)
    async with AsyncExitStack() as opened:
        address = opened.enter_context(_serving(simulator))
        sharing = await _wired(opened, addresses, folder)
        await _seed(sharing, address, simulator)
        decisions = [
            await _decided(sharing, *waiting) for waiting in await _proposed(sharing, SHARES + WARM_UP)
        ]
        await sharing.delivery.deliver_due()
        only = ("XBB-PIU-01",)
        notices = [
            await _delivered(sharing, *waiting)
            for waiting in await _proposed(sharing, SHARES + WARM_UP, only)
        ]
    return _Taken(decisions[WARM_UP:], notices[WARM_UP:])


async def _decided(sharing: Sharing, share_id: UUID, proposal: UUID) -> _Cost:
    """The second person's step: every safeguard for each recipient, and what follows from it."""

    async def step() -> None:
        legal = _person("legal", Role.LEGAL, Role.HUMAN_RIGHTS)
        decisions = await sharing.decide.approve(share_id, proposal, legal)
        assert len(decisions) == RECIPIENTS, "two of our own State and three abroad"

    return await _cost_of(step)


async def _delivered(sharing: Sharing, share_id: UUID, proposal: UUID) -> _Cost:
    """From that step to the verified receipt of the one counterpart."""

    async def step() -> None:
        await sharing.decide.approve(share_id, proposal, _person("legal", Role.LEGAL, Role.HUMAN_RIGHTS))
        while await sharing.delivery.deliver_next():
            pass

    return await _cost_of(step)


async def _cost_of(step: Callable[[], Awaitable[None]]) -> _Cost:
    """What a step costs on this thread; the counterpart answers on another one."""
    sent: list[None] = []

    def note(*_: object) -> None:
        sent.append(None)

    event.listen(Engine, "before_cursor_execute", note)
    began, processor = time.perf_counter(), time.thread_time()
    try:
        await step()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return _Cost(time.perf_counter() - began, time.thread_time() - processor, len(sent))


async def _proposed(
    sharing: Sharing, number: int, authorities: tuple[str, ...] | None = None
) -> list[tuple[UUID, UUID]]:
    """Shares that wait for their second person, each with its proposal."""
    found: list[tuple[UUID, UUID]] = []
    for _ in range(number):
        hit = a_confirmed_hit(OWN_STATE)
        await sharing.share_hit.receive(hit.message_id, hit)
        async with sharing.engine.connect() as connection:
            share_id = await ShareStore(connection).of_hit(hit.hit_id)
        assert share_id is not None, "it was received just now"
        officer = _person("legal", Role.LEGAL, Role.HUMAN_RIGHTS)
        await sharing.share_hit.record_individual_risk(
            share_id, Assessment(individual_risk=False), {}, officer
        )
        proposal = Proposal(
            statement="Confirmed person boards XA418; the States concerned must decide before landing.",
            alternatives_considered="INTERPOL channel only: no duty desk before landing",
            period_days=7,
            authorities=authorities,
        )
        approval, _ = await sharing.share_hit.propose(
            share_id, proposal, _person("supervisor", Role.SUPERVISOR)
        )
        found.append((share_id, approval.approval_id))
    return found


async def _seed(sharing: Sharing, address: str, simulator: Simulator) -> None:
    """The demonstration's registers, as two people put them in force."""
    keys = {name: each.public_keys() for name, each in simulator.counterparts.items()}
    now = SystemClock().now()
    async with sharing.engine.begin() as connection:
        for register, body in demonstration_registers(today=now.date(), simulator_url=address, keys=keys):
            entry_id = str(body.get("id") or body.get("state"))
            await RegisterStore(connection).add(
                _REGISTERS[register], entry_id, body, approval_id=None, activated_at=now
            )


async def _wired(opened: AsyncExitStack, addresses: ServiceDatabase, folder: Path) -> Sharing:
    clock = SystemClock()
    identifiers = RandomIdentifiers(clock)
    _sealing_key(folder / "notice-sealing.json")
    engine = create_engine(addresses.url, application_name="bench")
    vault_engine = create_engine(addresses.url, pool_size=2, application_name="bench-vault")
    opened.push_async_callback(engine.dispose)
    opened.push_async_callback(vault_engine.dispose)
    transport = await opened.enter_async_context(httpx.AsyncClient(trust_env=False))
    return wire(
        Foundations(
            settings=_settings(addresses, folder),
            engine=engine,
            vault_engine=vault_engine,
            policy=_policy(folder),
            hit_states=_Confirmed(),
            transport=transport,
            state_of=_no_other_airport,
            audit=AuditLog(SERVICE, clock, identifiers),
            chain_is_whole=lambda: True,
            clock=clock,
            identifiers=identifiers,
        )
    )


def _no_other_airport(_airport: str) -> None:
    """Every airport of the hit stands on a leg with its State."""


def _settings(addresses: ServiceDatabase, folder: Path) -> SharingSettings:
    return SharingSettings.model_validate(
        {
            "profile": "local",
            "port": 0,
            "own_state": OWN_STATE,
            "database_url": addresses.url,
            "keys_folder": folder,
            "issuer_url": "https://issuer.invalid",
            "issuer_jwks_url": "https://issuer.invalid/jwks",
            "service_keys_file": folder / "service-keys.json",
            "screening_url": "http://127.0.0.1:1",
        }
    )


def _policy(folder: Path) -> PolicyEngine:
    keys = [
        signing_key(folder / f"{name}.json", name, "policy", _a_minute_ago())
        for name in ("legal", "supervisor")
    ]
    signed_copy(CATALOGUE_FOLDER, folder / "policy", keys)
    trusted = {key.kid: key.public_key for key in keys}
    return PolicyEngine.load(folder / "policy", profile="local", trusted_keys=trusted)


def _sealing_key(path: Path) -> None:
    path.touch(mode=0o600)
    key = OKPKey.generate_key("X25519", private=True, auto_kid=True)
    path.write_text(json.dumps(key.as_dict(private=True)), encoding="utf-8")


@contextmanager
def _serving(simulator: Simulator) -> Iterator[str]:
    """The counterparts over HTTP, in a thread of their own."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_simulator(simulator), log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def _person(subject: str, *roles: Role) -> Principal:
    return Principal(
        subject=subject,
        kind=PrincipalKind.USER,
        roles=frozenset(roles),
        authority=OWN_AUTHORITY,
        clearance="H3",
        training_valid_to=(SystemClock().now() + timedelta(days=100)).date(),
    )


def _a_minute_ago() -> datetime:
    return SystemClock().now() - timedelta(minutes=1)
