"""The screening service: settings, background work, routers. Nothing else."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from services.screening import clock_routes, inbox_routes, oversight_routes
from services.screening.background import Background
from services.screening.batches.window import TravellerWindow
from services.screening.boarding import routes as boarding_routes
from services.screening.cleared import routes as cleared_routes
from services.screening.front_line import routes as front_line_routes
from services.screening.hits import routes as hit_routes
from services.screening.list_desk import entries as entries_routes
from services.screening.list_desk import entry_work as entry_work_routes
from services.screening.list_desk import held_files as held_file_routes
from services.screening.list_desk import nomination_sheets as nomination_sheets_routes
from services.screening.list_desk import nominations as nominations_routes
from services.screening.list_desk import sources as sources_routes
from services.screening.list_desk import versions as versions_routes
from services.screening.list_desk import watchlist as watchlist_routes
from services.screening.matching import ALGORITHM, THRESHOLD, Matcher
from services.screening.oversight import NotingSafeguards, forget_with_the_person
from services.screening.ports import SERVICE, Ports, Safeguards, Stores, WithLog
from services.screening.protection import children_routes, companions_routes, desk_clocks_routes
from services.screening.query import question_routes
from services.screening.query import routes as query_routes
from services.screening.registers import approvals_routes, fairness_routes
from services.screening.registers import routes as register_routes
from services.screening.review import routes as review_routes
from services.screening.service import ScreeningService
from services.screening.settings import ScreeningSettings
from services.screening.store.list_archive import ListArchive
from services.screening.store.watchlist import WatchlistStore
from services.screening.watchlist.base_building import BaseBuilding
from services.screening.watchlist.current_matcher import Compile, CurrentMatcher
from services.screening.watchlist.list_files import ListFiles
from services.screening.watchlist.sources.read_list import DEFAULT_LIMITS
from shared.accounts.frozen_accounts import watching_frozen_accounts
from shared.audit.chain_watch import ChainWatch
from shared.audit.desk import AuditDesk, running_audit
from shared.audit.log import AuditLog
from shared.audit.log_keys import LogKeys
from shared.audit.refused_requests import record_refused_requests
from shared.audit.routes import audit_router
from shared.bus.http import HttpCarrier
from shared.bus.relay import Carrier, Relay
from shared.clock import Clock, SystemClock
from shared.db.engine import ask_whether_it_answers, opened_engine
from shared.db.pruning import Pruner, PruneRule
from shared.identifiers import RandomIdentifiers
from shared.observability.logging import get_logger
from shared.oversight.admission import OversightGate
from shared.oversight.kept_inputs import INPUTS_KEPT, KeptInputs, forget_inputs
from shared.policy.installed import load_safeguards
from shared.security.key_folder import KeyRing
from shared.security.secret_key import load_secret_key
from shared.security.tokens import SERVICE_KEYS, ServiceSigner
from shared.web.application import Lifespan, service_app, service_routes
from shared.web.outgoing import outgoing_client

POOL_SIZE: Final = 12
LIMITS: Final = httpx.Limits(max_connections=20)
FORGOTTEN: Final = (
    PruneRule("decision_input", INPUTS_KEPT, forget_inputs),
    PruneRule("decision_input_of_nobody", timedelta(0), forget_with_the_person),
)
LIST_READ_SECONDS: Final = 30.0
LIST_CONNECT_SECONDS: Final = 10.0
#: The key that seals the files of list versions, in the keys folder: 64 hexadecimal digits.
LIST_FILES_KEY: Final = "list-files.key"

ROUTES: Final = service_routes(
    [
        review_routes.router,
        inbox_routes.router,
        hit_routes.router,
        boarding_routes.router,
        children_routes.router,
        companions_routes.router,
        desk_clocks_routes.router,
        cleared_routes.router,
        watchlist_routes.router,
        versions_routes.router,
        held_file_routes.router,
        sources_routes.router,
        # Before the nominations themselves, whose identifiers are words of the same place.
        nomination_sheets_routes.router,
        nominations_routes.router,
        entries_routes.router,
        entry_work_routes.router,
        approvals_routes.router,
        register_routes.router,
        front_line_routes.router,
        question_routes.router,
        clock_routes.router,
        query_routes.router,
        fairness_routes.router,
        oversight_routes.router,
        oversight_routes.suspensions,
        audit_router(),
    ]
)


def create_app(
    settings: ScreeningSettings,
    *,
    clock: Clock | None = None,
    carrier: Carrier | None = None,
    safeguards: Safeguards | None = None,
    draw: Callable[[], float] | None = None,
    compile_matcher: Compile = Matcher.compile,
) -> FastAPI:
    """Build the screening service.

    Args:
        settings: The service's settings.
        clock: The time; the machine's when absent.
        carrier: How messages reach sharing; HTTP when absent.
        safeguards: The policy engine; the signed catalogue of the settings when absent.
        draw: Numbers from 0 up to 1, for the share of NOT_A_MATCH that a second person looks at.
        compile_matcher: Builds the matcher from the entries in use.
    """
    used_clock = clock or SystemClock()
    used_safeguards = safeguards or load_safeguards(settings, used_clock)
    # The operating system's randomness: nobody can foresee which hit is looked at twice.
    used_draw = draw or random.SystemRandom().random
    return service_app(
        title=f"Safeconduct {SERVICE}",
        settings=settings,
        lifespan=_lifespan(
            settings,
            Parts(used_clock, used_safeguards, carrier, used_draw, compile_matcher),
        ),
        routes=ROUTES,
        clock=used_clock,
        metrics_token_file=settings.metrics_token_file,
    )


@dataclass(frozen=True)
class Parts:
    """What a test or another deployment may bring itself."""

    clock: Clock
    safeguards: Safeguards
    carrier: Carrier | None
    draw: Callable[[], float]
    compile_matcher: Compile


def _lifespan(settings: ScreeningSettings, parts: Parts) -> Lifespan:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as opened:
            watch = ChainWatch()
            client = await opened.enter_async_context(outgoing_client(limits=LIMITS))
            database = await opened.enter_async_context(
                opened_engine(
                    settings.database_url.get_secret_value(),
                    pool_size=POOL_SIZE,
                    application_name=f"safeconduct-{SERVICE}",
                )
            )
            ports = _ports(settings, parts, database, watch)
            app.state.audit_desk = await opened.enter_async_context(_audit(settings, ports, client, watch))
            carrier = parts.carrier or _http_carrier(settings, client, parts.clock)
            screening = await _screening(opened, settings, parts, ports, carrier)
            app.state.screening = screening
            app.state.oversight_gate = OversightGate(
                SERVICE, ports.database, ports.audit, parts.safeguards.decide, watch.is_whole
            )
            app.state.on_refusal = record_refused_requests(ports.database, ports.audit)
            app.state.frozen_accounts = await opened.enter_async_context(
                watching_frozen_accounts(ports.database)
            )
            app.state.readiness_checks["database"] = partial(ask_whether_it_answers, database)
            # The list in force is in memory before the first batch comes.
            await screening.current.refresh()
            await opened.enter_async_context(_working(screening, carrier))
            yield

    return lifespan


def _ports(settings: ScreeningSettings, parts: Parts, database: AsyncEngine, watch: ChainWatch) -> Ports:
    """What every use case stands on."""
    identifiers, kept = RandomIdentifiers(parts.clock), KeptInputs(parts.clock)
    return Ports(
        database=database,
        safeguards=WithLog(NotingSafeguards(parts.safeguards, kept), watch.is_whole),
        audit=AuditLog(SERVICE, parts.clock, identifiers, kept.write),
        clock=parts.clock,
        identifiers=identifiers,
        authority=settings.authority,
        stores=Stores(list_archive=_list_archive(settings)),
    )


def _audit(
    settings: ScreeningSettings, ports: Ports, client: httpx.AsyncClient, watch: ChainWatch
) -> AbstractAsyncContextManager[AuditDesk]:
    """The log's sequencer, its checkpoints and its look-back, while the service runs."""
    return running_audit(
        ports.database,
        service=SERVICE,
        signer=LogKeys(settings.keys_folder, settings.own_state, SERVICE, ports.clock),
        log=ports.audit,
        clock=ports.clock,
        sinks=settings.audit_checkpoint_sinks,
        client=client,
        report=watch.report,
    )


async def _screening(
    opened: AsyncExitStack, settings: ScreeningSettings, parts: Parts, ports: Ports, carrier: Carrier
) -> ScreeningService:
    """The use cases over what was opened; what compiles lists is ended with the service."""
    folder = opened.enter_context(_snapshot_folder(settings))
    bases = BaseBuilding(ports.database, folder, parts.clock)
    opened.push_async_callback(bases.end)
    list_files = ListFiles(
        await opened.enter_async_context(_list_client(settings)),
        folder=settings.list_folder,
        max_bytes=DEFAULT_LIMITS.file_bytes,
        spool=folder,
        allows_loopback=settings.profile == "local",
    )
    return ScreeningService(
        settings,
        ports,
        CurrentMatcher(ports.database, WatchlistStore(), parts.compile_matcher, bases),
        parts.draw,
        ALGORITHM,
        THRESHOLD,
        list_files,
        TravellerWindow(carrier, ports.identifiers),
    )


@asynccontextmanager
async def _working(screening: ScreeningService, carrier: Carrier) -> AsyncIterator[None]:
    """Run relay, clocks, list watcher, fetching and re-screening; what is under way is finished."""
    background = Background(screening)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(Relay(screening.ports.database, carrier, {}).run(stop))
        tasks.create_task(background.beat_clocks(stop))
        tasks.create_task(Pruner(screening.ports.database, FORGOTTEN, screening.ports.clock).run(stop))
        tasks.create_task(background.watch_list(stop))
        tasks.create_task(background.fetch_lists(stop))
        tasks.create_task(background.rescreen(carrier, stop))
        tasks.create_task(background.look_back(carrier, stop))
        try:
            yield
        finally:
            stop.set()
            screening.wake.set()


def _list_archive(settings: ScreeningSettings) -> ListArchive:
    """Where the files of list versions are kept sealed; without a key none is kept, and the log says so."""
    path = settings.keys_folder / LIST_FILES_KEY
    if not path.exists():
        get_logger().warning("list_files_not_kept", reason=f"there is no {LIST_FILES_KEY}")
        return ListArchive()
    return ListArchive(load_secret_key(path))


def _http_carrier(settings: ScreeningSettings, client: httpx.AsyncClient, clock: Clock) -> HttpCarrier:
    keys = KeyRing(settings.keys_folder, SERVICE_KEYS, clock)
    signer = ServiceSigner(SERVICE, keys, clock)
    return HttpCarrier(client, {"sharing": settings.sharing_url, "ingest": settings.ingest_url}, signer)


@contextmanager
def _snapshot_folder(settings: ScreeningSettings) -> Iterator[Path]:
    """Where compiled lists are; without a setting a folder of this process, which goes with it."""
    if settings.snapshot_folder is not None:
        yield settings.snapshot_folder
        return
    with TemporaryDirectory(prefix="safeconduct-lists-") as folder:
        yield Path(folder)


def _list_client(settings: ScreeningSettings) -> httpx.AsyncClient:
    """A client for publishers' lists: it may trust one more authority."""
    timeout = httpx.Timeout(LIST_READ_SECONDS, connect=LIST_CONNECT_SECONDS)
    if settings.list_ca_file is None:
        return outgoing_client(timeout=timeout)
    trusted = httpx.create_ssl_context(trust_env=False)
    trusted.load_verify_locations(settings.list_ca_file)
    return outgoing_client(timeout=timeout, verify=trusted)
