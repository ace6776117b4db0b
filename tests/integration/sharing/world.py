"""A sharing service on a real database, with the real safeguards and simulated counterparts."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from joserfc.jwk import OKPKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.counterpart_simulator import (
    Control,
    Mode,
    Simulator,
    create_simulator,
    load_counterparts,
)
from deploy.local.postgres import ServiceDatabase
from services.sharing.demonstration import demonstration_registers
from services.sharing.errors import ScreeningSilent
from services.sharing.parts import Foundations, SafeguardsEngine, Sharing
from services.sharing.settings import SharingSettings
from services.sharing.shares.decide import Decision
from services.sharing.shares.facts import Assessment
from services.sharing.shares.records import Notice
from services.sharing.shares.share import Preview, Proposal
from services.sharing.store.notices import NoticeStore
from services.sharing.store.registers import Register
from services.sharing.store.shares import ShareStore
from services.sharing.wiring import wire
from shared.audit.log import AuditLog
from shared.contracts import HitConfirmedV1, HitStateV1
from shared.db.engine import create_engine
from shared.identifiers import RandomIdentifiers
from shared.security.keys import KeyFile
from shared.security.roles import Role
from shared.security.tokens import Principal, PrincipalKind
from tests.fakes import FixedClock
from tests.unit.sharing.samples import OWN, STATEMENT, a_hit, a_hit_state

SIMULATOR_URL = "http://127.0.0.1:8105"
#: The template whose registers name the keys that were made once for all tests.
IN_FORCE = "in force"
REGISTERS = {
    "legal-rows": Register.LEGAL_ROW,
    "authorities": Register.AUTHORITY,
    "agreements": Register.AGREEMENT,
    "country-risk": Register.COUNTRY_RISK,
}


def a_person(subject: str, *roles: Role) -> Principal:
    return Principal(
        subject=subject,
        kind=PrincipalKind.USER,
        roles=frozenset(roles),
        authority=OWN,
        clearance="H3",
        training_valid_to=date(2027, 1, 1),
    )


LEGAL = a_person("legal", Role.LEGAL, Role.HUMAN_RIGHTS)
DPO = a_person("dpo", Role.DPO)
SUPERVISOR = a_person("supervisor", Role.SUPERVISOR, Role.APPROVER)
LIAISON = a_person("liaison", Role.LIAISON)


@dataclass
class FakeHitStates:
    """Screening as a test wants it: one state for every hit, or silence."""

    answer: HitStateV1 | None = field(default_factory=a_hit_state)

    async def state(self, hit_id: UUID) -> HitStateV1:
        if self.answer is None:
            raise ScreeningSilent
        return self.answer.model_copy(update={"hit_id": hit_id})


@dataclass
class World:
    """Everything that one test looks at."""

    sharing: Sharing
    engine: AsyncEngine
    clock: FixedClock
    hit_states: FakeHitStates
    simulator: Simulator
    chain: list[bool]

    async def seed(self) -> None:
        """Put the demonstration's registers in force by two people."""
        counterparts = self.simulator.counterparts
        keys = {name: each.public_keys() for name, each in counterparts.items()}
        entries = demonstration_registers(
            today=self.clock.now().date(), simulator_url=SIMULATOR_URL, keys=keys
        )
        for register, body in entries:
            await self.put(REGISTERS[register], body)

    async def put(self, register: Register, body: dict[str, Any]) -> None:
        proposal = await self.sharing.registry.propose(register, body, LEGAL)
        await self.sharing.registry.approve(proposal.approval_id, DPO)

    async def receive(self, **changes: Any) -> UUID:
        """Take in a confirmed hit and give its share's id."""
        hit: HitConfirmedV1 = a_hit(hit_id=uuid4(), message_id=uuid4(), **changes)
        await self.sharing.share_hit.receive(hit.message_id, hit)
        return await self.share_of(hit.hit_id)

    async def share_of(self, hit_id: UUID) -> UUID:
        async with self.engine.connect() as connection:
            query = text("SELECT share_id FROM share WHERE hit_id = :hit_id")
            found: UUID = (await connection.execute(query, {"hit_id": hit_id})).scalar_one()
            return found

    async def propose(
        self, share_id: UUID, *, assessment: Assessment | None = None, **changes: Any
    ) -> list[Preview]:
        """Record that there is no individual risk, and propose."""
        found = assessment or Assessment(individual_risk=False)
        await self.sharing.share_hit.record_individual_risk(share_id, found, {}, LEGAL)
        proposal = replace(
            Proposal(
                statement=STATEMENT,
                alternatives_considered="INTERPOL channel only: no duty desk before landing",
                period_days=7,
            ),
            **changes,
        )
        _, previews = await self.sharing.share_hit.propose(share_id, proposal, SUPERVISOR)
        return previews

    async def proposal_of(self, share_id: UUID) -> UUID:
        """The proposal that whoever opens a share is shown; a number of none where nobody proposed yet."""
        async with self.engine.connect() as connection:
            return (await ShareStore(connection).get(share_id)).approval_id or uuid4()

    async def decide(self, share_id: UUID, *fallback: str) -> dict[str, Decision]:
        """Approve as the legal officer; decisions by candidate."""
        decisions = await self.sharing.decide.approve(
            share_id, await self.proposal_of(share_id), LEGAL, fallback=frozenset(fallback)
        )
        return {decision.candidate.key: decision for decision in decisions}

    async def shared(self, **changes: Any) -> dict[str, Decision]:
        """From a hit to decisions in one go."""
        share_id = await self.receive(**changes)
        await self.propose(share_id)
        return await self.decide(share_id)

    async def notice(self, notice_id: UUID | None) -> Notice:
        assert notice_id is not None
        async with self.engine.connect() as connection:
            return await NoticeStore(connection).get(notice_id)

    async def deliver(self) -> int:
        return await self.sharing.delivery.deliver_due()

    async def stored_verdicts(self, share_id: UUID) -> list[tuple[str, str, str, tuple[str, ...]]]:
        async with self.engine.connect() as connection:
            found = await ShareStore(connection).verdicts(share_id)
        return [(each.candidate_key, each.stage, each.outcome, each.reasons) for each in found]

    async def logged(self, action: str) -> list[str]:
        """The outcomes that the log has for an action, oldest first."""
        async with self.engine.connect() as connection:
            query = text("SELECT outcome FROM audit_record WHERE action = :action ORDER BY record_id")
            return list((await connection.execute(query, {"action": action})).scalars())

    async def count(self, table: str) -> int:
        async with self.engine.connect() as connection:
            return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())

    def tell(self, mode: Mode, authority_id: str | None = None) -> None:
        self.simulator.control(Control(mode=mode, authority_id=authority_id))

    def held(self, authority_id: str) -> dict[str, int]:
        """What a counterpart holds: message id → how often it came."""
        held = self.simulator.counterparts[authority_id].held
        return {message_id: each.receipts for message_id, each in held.items()}


def make_keys(folder: Path, clock: FixedClock) -> None:
    """The key files of a sharing service."""
    life = {
        "not_before": clock.now() - timedelta(days=1),
        "not_after": clock.now() + timedelta(days=365),
    }
    KeyFile.create(folder / "notice-signing.json", owner=OWN, use="notice", **life)
    seal = OKPKey.generate_key("X25519", private=True, auto_kid=True)
    sealing = folder / "notice-sealing.json"
    sealing.touch(mode=0o600)
    sealing.write_text(json.dumps(seal.as_dict(private=True)))
    KeyFile.create(folder / "service-token.json", owner="sharing", use="service-token", **life)
    KeyFile.create(folder / "audit-checkpoint.json", owner="sharing", use="audit-checkpoint", **life)
    (folder / "service-keys.json").write_text('{"keys": []}')


def settings_for(addresses: ServiceDatabase, folder: Path, **changes: Any) -> SharingSettings:
    fields: dict[str, Any] = {
        "profile": "local",
        "port": 0,
        "own_state": "XAA",
        "database_url": addresses.url,
        "keys_folder": folder,
        "issuer_url": "https://issuer.test",
        "issuer_jwks_url": "https://issuer.test/jwks",
        "service_keys_file": folder / "service-keys.json",
        "screening_url": "http://127.0.0.1:8101",
        "exchange_refusal_seconds": 0,
        "delivery_timeout_seconds": 60,
        "delivery_poll_seconds": 60,
    }
    return SharingSettings(**(fields | changes))


def a_simulator(folder: Path, clock: FixedClock, *, slow_seconds: float = 30) -> Simulator:
    sender = KeyFile.load(folder / "notice-signing.json")
    keys = {sender.kid: {name: str(value) for name, value in sender.public_jwk().items()}}
    counterparts = load_counterparts(folder / "counterparts", clock.now() - timedelta(days=1))
    return Simulator(counterparts, keys, clock=clock, slow_seconds=slow_seconds)


@asynccontextmanager
async def open_world(
    addresses: ServiceDatabase, folder: Path, policy: SafeguardsEngine, clock: FixedClock, **changes: Any
) -> AsyncIterator[World]:
    """A world under the keys of a folder with some settings changed; nothing runs in the background."""
    settings = settings_for(addresses, folder, **changes)
    simulator = a_simulator(folder, clock)
    chain = [True]
    hit_states = FakeHitStates()
    async with AsyncExitStack() as opened:
        engine = create_engine(addresses.url, application_name="test")
        opened.push_async_callback(engine.dispose)
        vault_engine = create_engine(addresses.url, pool_size=2, application_name="vault")
        opened.push_async_callback(vault_engine.dispose)
        transport = await opened.enter_async_context(
            httpx.AsyncClient(transport=httpx.ASGITransport(app=create_simulator(simulator)))
        )
        identifiers = RandomIdentifiers(clock)
        sharing = wire(
            Foundations(
                settings=settings,
                engine=engine,
                vault_engine=vault_engine,
                policy=policy,
                hit_states=hit_states,
                transport=transport,
                state_of={"XQC": "XCC", "XQD": "XDD"}.get,
                audit=AuditLog("sharing", clock, identifiers),
                chain_is_whole=lambda: chain[0],
                clock=clock,
                identifiers=identifiers,
            )
        )
        yield World(sharing, engine, clock, hit_states, simulator, chain)
