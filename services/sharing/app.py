"""The sharing service: settings, background work, routers. Nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

import httpx
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing import inbox_routes, oversight_routes
from services.sharing.custody import consular_routes
from services.sharing.custody import routes as custody_routes
from services.sharing.delivery.courier import SENDER
from services.sharing.exchange import routes as exchange_routes
from services.sharing.exchange.receive import REPLAY_KEPT
from services.sharing.oversight import NotingPolicy, judge_again
from services.sharing.parts import SERVICE, Foundations, SafeguardsEngine, Sharing
from services.sharing.registers import routes as register_routes
from services.sharing.settings import SharingSettings
from services.sharing.shares import notice_routes, routes
from services.sharing.shares.decide import NATIONAL_RELEASE, SCREENING
from services.sharing.shares.erasing import erasing_persons
from services.sharing.shares.screening_client import HitStates, ScreeningClient
from services.sharing.store.notices import NoticeStore
from services.sharing.store.replays import ReplayStore
from services.sharing.wiring import wire
from shared.accounts.frozen_accounts import watching_frozen_accounts
from shared.audit.chain_watch import ChainWatch
from shared.audit.desk import AuditDesk, running_audit
from shared.audit.log import AuditLog
from shared.audit.log_keys import LogKeys
from shared.audit.refused_requests import record_refused_requests
from shared.audit.routes import audit_router
from shared.bus.http import HttpCarrier
from shared.bus.inbox import Inbox
from shared.bus.message import OutgoingMessage
from shared.bus.outbox import Relay
from shared.bus.relay import Carrier, OnDelivered
from shared.clock import Clock, SystemClock
from shared.db.engine import ask_whether_it_answers, opened_engine
from shared.db.pruning import INBOX_KEPT, Pruner, PruneRule
from shared.identifiers import RandomIdentifiers
from shared.oversight.admission import OversightGate
from shared.oversight.kept_inputs import INPUTS_KEPT, KeptInputs, forget_inputs
from shared.policy.installed import load_safeguards
from shared.security.key_folder import KeyRing
from shared.security.tokens import SERVICE_KEYS, ServiceSigner
from shared.travel.places import Airports
from shared.web.application import Lifespan, service_app, service_routes
from shared.web.outgoing import outgoing_client

POOL_SIZE: Final = 8
VAULT_POOL: Final = 4
LIMITS: Final = httpx.Limits(max_connections=20)
NO_TIME: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Ports:
    """The ways out of the service, where a test puts something else; `None` is the real one."""

    carrier: Carrier | None
    hit_states: HitStates | None
    transport: httpx.AsyncBaseTransport | None


@dataclass(frozen=True, slots=True)
class Given:
    """What the service is made from."""

    settings: SharingSettings
    clock: Clock
    policy: SafeguardsEngine
    ports: Ports


ROUTES: Final = service_routes(
    [
        inbox_routes.router,
        routes.router,
        notice_routes.router,
        custody_routes.router,
        consular_routes.router,
        exchange_routes.door,
        exchange_routes.router,
        register_routes.router,
        oversight_routes.router,
        oversight_routes.suspensions,
        audit_router(),
    ]
)


def create_app(
    settings: SharingSettings,
    *,
    clock: Clock | None = None,
    carrier: Carrier | None = None,
    hit_states: HitStates | None = None,
    policy: SafeguardsEngine | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """Build the sharing service.

    Args:
        settings: The service's settings.
        clock: The time; the machine's when absent.
        carrier: How messages reach screening; HTTP when absent.
        hit_states: Who knows a hit's present state; screening over HTTP when absent.
        policy: The safeguards; the signed catalogue of the settings when absent.
        transport: How counterparts are reached; the network when absent.
    """
    used_clock = clock or SystemClock()
    used_policy = policy or load_safeguards(settings, used_clock)
    return service_app(
        title=f"Safeconduct {SERVICE}",
        settings=settings,
        lifespan=_lifespan(settings, used_clock, used_policy, Ports(carrier, hit_states, transport)),
        routes=ROUTES,
        clock=used_clock,
        metrics_token_file=settings.metrics_token_file,
    )


def _lifespan(settings: SharingSettings, clock: Clock, policy: SafeguardsEngine, ports: Ports) -> Lifespan:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as opened:
            watch = ChainWatch()
            client = await opened.enter_async_context(outgoing_client(limits=LIMITS))
            base = await _foundations(opened, Given(settings, clock, policy, ports), client, watch)
            app.state.audit_desk = await opened.enter_async_context(_audit(base, client, watch))
            sharing = wire(base)
            app.state.sharing = sharing
            app.state.judge_again = partial(judge_again, policy)
            app.state.oversight_gate = OversightGate(
                SERVICE, base.engine, base.audit, policy.decide, watch.is_whole
            )
            app.state.on_refusal = record_refused_requests(base.engine, base.audit)
            app.state.frozen_accounts = await opened.enter_async_context(
                watching_frozen_accounts(base.engine)
            )
            app.state.readiness_checks["database"] = partial(ask_whether_it_answers, base.engine)
            carrier = ports.carrier or HttpCarrier(
                client, {SCREENING: settings.screening_url}, _signer(settings, clock)
            )
            await opened.enter_async_context(_working(sharing, carrier, clock))
            yield

    return lifespan


async def _foundations(
    opened: AsyncExitStack, given: Given, client: httpx.AsyncClient, watch: ChainWatch
) -> Foundations:
    """What every use case stands on; databases and clients are closed with the service."""
    settings, clock = given.settings, given.clock
    url = settings.database_url.get_secret_value()
    vault_url = (settings.vault_database_url or settings.database_url).get_secret_value()
    engine = await opened.enter_async_context(
        opened_engine(url, pool_size=POOL_SIZE, application_name=SENDER)
    )
    vault_engine = await opened.enter_async_context(
        opened_engine(vault_url, pool_size=VAULT_POOL, application_name=SENDER)
    )
    identifiers = RandomIdentifiers(clock)
    kept = KeptInputs(clock)
    return Foundations(
        settings=settings,
        engine=engine,
        vault_engine=vault_engine,
        policy=NotingPolicy(given.policy, kept),
        hit_states=given.ports.hit_states
        or ScreeningClient(client, settings.screening_url, _signer(settings, clock)),
        transport=await opened.enter_async_context(
            outgoing_client(limits=LIMITS, transport=given.ports.transport)
        ),
        state_of=Airports.load(settings.airports_file).state_of,
        audit=AuditLog(SERVICE, clock, identifiers, kept.write),
        chain_is_whole=watch.is_whole,
        clock=clock,
        identifiers=identifiers,
    )


def _audit(
    base: Foundations, client: httpx.AsyncClient, watch: ChainWatch
) -> AbstractAsyncContextManager[AuditDesk]:
    """The audit log's own work: positions, checkpoints, witnesses."""
    settings = base.settings
    return running_audit(
        base.engine,
        service=SERVICE,
        signer=LogKeys(settings.keys_folder, settings.own_state, SERVICE, base.clock),
        log=base.audit,
        clock=base.clock,
        sinks=settings.audit_checkpoint_sinks,
        client=client,
        report=watch.report,
    )


def _signer(settings: SharingSettings, clock: Clock) -> ServiceSigner:
    """Signs our requests to other services of this State."""
    return ServiceSigner(SERVICE, KeyRing(settings.keys_folder, SERVICE_KEYS, clock), clock)


@asynccontextmanager
async def _working(sharing: Sharing, carrier: Carrier, clock: Clock) -> AsyncIterator[None]:
    """Run relay, delivery and pruning while the service runs; what is under way at the end is finished."""
    relay = Relay(sharing.engine, carrier, {NATIONAL_RELEASE: _released(clock)})
    rules = [
        PruneRule("inbox", INBOX_KEPT, Inbox.forget),
        PruneRule("decision_input", INPUTS_KEPT, forget_inputs),
        PruneRule("exchange_seen", REPLAY_KEPT, ReplayStore.forget_seen),
        PruneRule("exchange_nonce", NO_TIME, ReplayStore.forget_nonces),
        erasing_persons(sharing.audit),
    ]
    pruner = Pruner(sharing.engine, rules, clock)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(relay.run(stop))
        tasks.create_task(sharing.delivery.run(stop))
        tasks.create_task(sharing.exchange_delivery.run(stop))
        tasks.create_task(sharing.clocks.run(stop))
        tasks.create_task(pruner.run(stop))
        try:
            yield
        finally:
            stop.set()


def _released(clock: Clock) -> OnDelivered:
    """Screening has the release: the port's notice is delivered, in the transaction that ends the message."""

    async def on_delivered(
        connection: AsyncConnection, message: OutgoingMessage, _reply: dict[str, Any]
    ) -> None:
        await NoticeStore(connection).mark_delivered(message.message_id, clock.now())

    return on_delivered
