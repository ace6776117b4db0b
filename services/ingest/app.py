"""The ingest application: settings, what runs beside the requests, routers. Nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest import (
    directives_inbox,
    expected_routes,
    interactive_routes,
    quality_routes,
    register_routes,
    retention_routes,
    rights_routes,
    routes,
)
from services.ingest.callback import ByDestination, CallbackCarrier, CallbackSigner, NoteTold
from services.ingest.directives import DEFAULT_TABLE, Meaning, read_table
from services.ingest.door_inbox import DoorInbox
from services.ingest.drop_folder import DropFolder, watching
from services.ingest.expected_flights import WatchTerms
from services.ingest.expected_watch import FlightWatch
from services.ingest.hit_links import AskScreening
from services.ingest.interactive import Terms
from services.ingest.letter import Bodies
from services.ingest.linking import LinkingKeys
from services.ingest.masking import OpenVault, Vault
from services.ingest.observed import DESTINATION, KIND, MarkScreened
from services.ingest.ports import SERVICE, Ports
from services.ingest.quality_roll_up import QualityRollUp
from services.ingest.replies.ackres import DEFAULT_ERRORS
from services.ingest.retention_jobs import RetentionJobs
from services.ingest.sensitive import read_rules
from services.ingest.service_state import router as service_state_router
from services.ingest.settings import IngestSettings
from services.ingest.take_parts import PartsClock
from services.ingest.upload_routes import router as desk_router
from services.ingest.upload_routes import upload_router
from shared.audit.chain_watch import ChainWatch
from shared.audit.desk import checkpoint_signer, running_audit
from shared.audit.log import AuditLog
from shared.audit.record import Outcome
from shared.audit.routes import audit_router
from shared.bus.http import HttpCarrier
from shared.bus.inbox import Inbox
from shared.bus.relay import Carrier, Relay
from shared.clock import Clock, SystemClock
from shared.db.engine import create_engine
from shared.db.pruning import INBOX_KEPT, Pruner, PruneRule
from shared.identifiers import RandomIdentifiers
from shared.policy.bundle import read_trusted_keys
from shared.policy.catalogue import CATALOGUE_FOLDER
from shared.policy.engine import PolicyEngine
from shared.security.keys import KeyFile
from shared.security.roles import Permission
from shared.security.tokens import Principal, ServiceSigner
from shared.travel.places import Airports
from shared.web.application import service_app

POOL_SIZE: Final = 16
DIGEST_KEY_BYTES: Final = 32


def create_app(
    settings: IngestSettings, *, clock: Clock | None = None, carrier: Carrier | None = None
) -> FastAPI:
    """Build the ingest service.

    Args:
        settings: Read once by `__main__`.
        clock: The time; the machine's where it is left out.
        carrier: How batches travel to screening; by HTTP where it is left out.

    Raises:
        KeyFileError, CatalogueFault: A key or the safeguards cannot be read: the service does not start.
    """
    time = clock or SystemClock()
    identifiers = RandomIdentifiers(time)
    database = create_engine(
        settings.database_url.get_secret_value(), pool_size=POOL_SIZE, application_name=SERVICE
    )
    watch = ChainWatch()
    ports = Ports(
        database=database,
        safeguards=_safeguards(settings, time),
        is_chain_ok=watch.is_whole,
        audit=AuditLog(SERVICE, time, identifiers),
        clock=time,
        identifiers=identifiers,
        airports=Airports.load(settings.airports_file),
        keys=LinkingKeys(_digest_key(settings.keys_folder / "digest.key")),
        own_state=settings.own_state,
        authority=settings.authority,
        rules=read_rules(settings.sensitive_rules_file),
        part_wait_minutes=settings.part_wait_minutes,
        watch=WatchTerms(settings.manifest_due_minutes, settings.partial_manifest_percent),
    )
    signer = checkpoint_signer(settings.keys_folder, settings.own_state, SERVICE, valid_at=time.now())
    service_key = KeyFile.load(settings.keys_folder / "service-token.json", valid_at=time.now())
    service_signer = ServiceSigner(SERVICE, service_key, time)
    vault = None if settings.masking_key_file is None else Vault.load(settings.masking_key_file)
    callback_signer = CallbackSigner(settings.authority, service_key, time)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as client:
            way = carrier or HttpCarrier(client, {DESTINATION: settings.screening_url}, service_signer)
            callbacks = CallbackCarrier(
                client, database, callback_signer, is_loopback_allowed=settings.profile == "local"
            )
            relay = Relay(
                database,
                ByDestination(way, callbacks),
                {KIND: MarkScreened(ports.stores.messages), directives_inbox.KIND: NoteTold(ports)},
            )
            app.state.screening_carrier = way
            audit = running_audit(
                database,
                service=SERVICE,
                signer=signer,
                log=ports.audit,
                clock=time,
                sinks=settings.audit_checkpoint_sinks,
                client=client,
                report=watch.report,
            )
            inbox = PruneRule("inbox", INBOX_KEPT, Inbox.forget)
            receipts = PruneRule(
                "receipts", timedelta(days=settings.receipt_days), ports.stores.messages.forget
            )
            pruner = Pruner(database, [receipts, inbox], time)
            jobs = RetentionJobs(ports, AskScreening(way, identifiers), vault)
            door = [] if settings.door_folder is None else [DoorInbox(ports, settings.door_folder)]
            clocks = (PartsClock(ports), FlightWatch(ports), QualityRollUp(ports))
            async with (
                audit as desk,
                _running(relay, pruner, *clocks, jobs, *door),
            ):
                app.state.audit_desk = desk
                async with watching(_drop_folder(settings, ports)):
                    yield
        await database.dispose()

    app = service_app(
        title="Safeconduct ingest",
        settings=settings,
        lifespan=lifespan,
        routers=[
            routes.message_router(settings.max_body_bytes),
            routes.router,
            interactive_routes.router,
            upload_router(settings.max_body_bytes),
            desk_router,
            service_state_router,
            register_routes.router,
            retention_routes.router,
            rights_routes.router,
            expected_routes.router,
            quality_routes.router,
            audit_router(),
        ],
        clock=time,
    )
    app.state.ports = ports
    app.state.appeal_bodies = Bodies(settings.independent_authority, settings.appeal_court)
    opening = settings.unmasking_key_file
    app.state.open_vault = None if opening is None else OpenVault.load(opening)
    app.state.interactive_terms = _terms(settings)
    app.state.ackres_errors = DEFAULT_ERRORS.with_codes(settings.ackres_errors, settings.ackres_other_error)
    app.state.callback_key = service_key
    app.state.readiness_checks["database"] = lambda: _answers(database)
    app.state.on_refusal = RecordRefusals(ports)
    return app


def _drop_folder(settings: IngestSettings, ports: Ports) -> DropFolder | None:
    if settings.drop_folder is None:
        return None
    table = _terms(settings).table
    return DropFolder(settings.drop_folder, ports, max_body_bytes=settings.max_body_bytes, table=table)


@asynccontextmanager
async def _running(
    *beside: Relay | Pruner | PartsClock | FlightWatch | QualityRollUp | RetentionJobs | DoorInbox,
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for each in beside:
            tasks.create_task(each.run(stop))
        try:
            yield
        finally:
            stop.set()


class RecordRefusals:
    """Leaves an audit record of each request that somebody's roles do not allow."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def __call__(self, principal: Principal, permission: Permission, _route: str) -> None:
        """Record who asked for what."""
        async with self._ports.database.begin() as connection:
            await self._ports.audit.append(
                connection,
                actor=principal.subject,
                action="access.refused",
                object_kind="PERMISSION",
                object_id=permission.value,
                outcome=Outcome.REFUSED,
                facts={"permission": permission.value},
            )


async def _answers(database: AsyncEngine) -> None:
    async with database.connect() as connection:
        await connection.execute(text("SELECT 1"))


def _terms(settings: IngestSettings) -> Terms:
    """How this State answers check-in desks."""
    file = settings.directives_file
    return Terms(
        table=DEFAULT_TABLE if file is None else read_table(file),
        deadline_seconds=settings.interactive_deadline_seconds,
        pace_seconds=settings.interactive_pace_seconds,
        outage=Meaning(settings.outage_directive),
    )


def _safeguards(settings: IngestSettings, clock: Clock) -> PolicyEngine:
    keys_file = settings.policy_trusted_keys_file
    return PolicyEngine.load(
        settings.policy_folder or CATALOGUE_FOLDER,
        profile=settings.profile,
        trusted_keys={} if keys_file is None else read_trusted_keys(keys_file),
        clock=clock,
    )


def _digest_key(path: Path) -> bytes:
    """The HMAC key of digests and links: 64 hexadecimal digits.

    Raises:
        ValueError: The file holds something else.
    """
    key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    if len(key) != DIGEST_KEY_BYTES:
        raise ValueError(f"{path.name} holds {DIGEST_KEY_BYTES} bytes in hexadecimal digits")
    return key
