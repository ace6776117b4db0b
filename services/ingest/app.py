"""The ingest application: settings, ports, routers. What runs meanwhile is in `background.py`."""

from functools import cache, partial
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from services.ingest import inbox_routes, oversight_routes, routes
from services.ingest.background import Background
from services.ingest.expected import routes as expected_routes
from services.ingest.expected.flights import WatchTerms
from services.ingest.incidents import routes as incident_routes
from services.ingest.interactive import routes as interactive_routes
from services.ingest.interactive import untold_routes
from services.ingest.interactive.answer import Terms
from services.ingest.interactive.directives import DEFAULT_TABLE, Meaning, read_table
from services.ingest.oversight import NotingSafeguards
from services.ingest.ports import SERVICE, Ports
from services.ingest.quality import routes as quality_routes
from services.ingest.reading.linking import LinkingKeys
from services.ingest.reading.reader_process import ReaderTerms
from services.ingest.reading.readers import Readers, ReadHere
from services.ingest.registers import routes as register_routes
from services.ingest.replies.ackres import DEFAULT_ERRORS
from services.ingest.retention import routes as retention_routes
from services.ingest.retention.masking import OpenVault, Vault
from services.ingest.rights import routes as rights_routes
from services.ingest.rights.letter import Bodies
from services.ingest.rights.submissions import OpenOffice
from services.ingest.sensitive import read_rules
from services.ingest.service_state import router as service_state_router
from services.ingest.settings import IngestSettings
from services.ingest.ways_in.upload_routes import router as desk_router
from services.ingest.ways_in.upload_routes import upload_router
from shared.audit.chain_watch import ChainWatch
from shared.audit.log import AuditLog
from shared.audit.log_keys import LogKeys
from shared.audit.refused_requests import record_refused_requests
from shared.audit.routes import audit_router
from shared.bus.relay import Carrier
from shared.clock import Clock, SystemClock
from shared.db.driver_uuid import driver_uuid
from shared.db.engine import ask_whether_it_answers, create_engine
from shared.identifiers import RandomIdentifiers
from shared.oversight.admission import OversightGate
from shared.oversight.kept_inputs import KeptInputs
from shared.policy.installed import load_safeguards
from shared.security.key_folder import KeyRing
from shared.security.tokens import SERVICE_KEYS
from shared.travel.places import Airports
from shared.web.application import ServiceRoutes, service_app, service_routes

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
    watch, terms = ChainWatch(), _terms(settings)
    ports = _ports(settings, time, watch)
    service_keys = KeyRing(settings.keys_folder, SERVICE_KEYS, time)
    errors = DEFAULT_ERRORS.with_codes(settings.ackres_errors, settings.ackres_other_error)
    background = Background(
        settings,
        ports,
        terms.table,
        errors,
        watch,
        LogKeys(settings.keys_folder, settings.own_state, SERVICE, time),
        service_keys,
        None if settings.masking_key_file is None else Vault.load(settings.masking_key_file),
        carrier,
    )
    app = service_app(
        title="Safeconduct ingest",
        settings=settings,
        lifespan=background.running,
        routes=_routes(settings.max_body_bytes),
        clock=time,
        metrics_token_file=settings.metrics_token_file,
    )
    app.state.ports = ports
    app.state.oversight_gate = OversightGate(
        SERVICE, ports.database, ports.audit, ports.safeguards.decide, ports.is_chain_ok
    )
    app.state.appeal_bodies = Bodies(settings.independent_authority, settings.appeal_court)
    opening = settings.unmasking_key_file
    app.state.open_vault = None if opening is None else OpenVault.load(opening)
    office_key = settings.rights_key_file
    app.state.open_office = None if office_key is None else OpenOffice.load(office_key)
    app.state.interactive_terms = terms
    app.state.ackres_errors = errors
    app.state.callback_keys = service_keys
    app.state.readiness_checks["database"] = partial(ask_whether_it_answers, ports.database)
    app.state.on_refusal = record_refused_requests(ports.database, ports.audit)
    return app


@cache
def _routes(max_body_bytes: int) -> ServiceRoutes:
    """The service's routes; two of them take bodies of a size that is a setting."""
    return service_routes(
        [
            routes.message_router(max_body_bytes),
            routes.router,
            inbox_routes.router,
            interactive_routes.router,
            upload_router(max_body_bytes),
            desk_router,
            service_state_router,
            register_routes.router,
            incident_routes.router,
            incident_routes.account,
            retention_routes.router,
            rights_routes.router,
            untold_routes.router,
            expected_routes.router,
            quality_routes.router,
            oversight_routes.router,
            audit_router(),
        ]
    )


def _ports(settings: IngestSettings, time: Clock, watch: ChainWatch) -> Ports:
    identifiers, kept = RandomIdentifiers(time, driver_uuid), KeptInputs(time)
    secret = _digest_key(settings.keys_folder / "digest.key")
    reader = ReaderTerms(
        settings.own_state, settings.airports_file, read_rules(settings.sensitive_rules_file), secret
    )
    airports = Airports.load(settings.airports_file)
    here = ReadHere(reader.with_airports(airports))
    url = settings.database_url.get_secret_value()
    return Ports(
        database=create_engine(url, pool_size=POOL_SIZE, application_name=SERVICE),
        safeguards=NotingSafeguards(load_safeguards(settings, time), kept),
        is_chain_ok=watch.is_whole,
        audit=AuditLog(SERVICE, time, identifiers, kept.write),
        clock=time,
        identifiers=identifiers,
        airports=airports,
        keys=LinkingKeys(secret),
        own_state=settings.own_state,
        authority=settings.authority,
        read=here if settings.readers == 0 else Readers(reader, here, settings.readers),
        rules=reader.rules,
        part_wait_minutes=settings.part_wait_minutes,
        watch=WatchTerms(settings.manifest_due_minutes, settings.partial_manifest_percent),
    )


def _terms(settings: IngestSettings) -> Terms:
    """How this State answers check-in desks."""
    file = settings.directives_file
    return Terms(
        table=DEFAULT_TABLE if file is None else read_table(file),
        deadline_seconds=settings.interactive_deadline_seconds,
        pace_seconds=settings.interactive_pace_seconds,
        outage=Meaning(settings.outage_directive),
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
