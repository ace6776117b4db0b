"""How long a million travellers take to be masked, and what a list that comes in meanwhile waits."""

import asyncio
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from joserfc.jwk import OKPKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.benchmarks.figure import Figure, percentile
from deploy.local.installation import signing_key
from deploy.local.postgres import EmbeddedPostgres
from services.ingest.ports import SERVICE, Ports
from services.ingest.reading.linking import LinkingKeys
from services.ingest.reading.readers import ReadHere
from services.ingest.reading.submission import ReadingTerms
from services.ingest.retention.jobs import RetentionJobs
from services.ingest.retention.masking import Vault
from services.ingest.sensitive import DEFAULT_RULES
from shared.audit.log import AuditLog
from shared.bus.wake import wait_for
from shared.clock import SystemClock
from shared.contracts.hit_links import HitLink
from shared.db.engine import create_engine
from shared.db.migrate import migrate
from shared.identifiers import RandomIdentifiers
from shared.policy.bundle import signed_copy
from shared.policy.catalogue import CATALOGUE_FOLDER
from shared.policy.engine import PolicyEngine
from shared.travel.places import Airports

TRAVELLERS: Final = 1_000_000
WORKERS: Final = 2
LIST_EVERY_SECONDS: Final = 0.1
TRAVELLERS_A_LIST: Final = 200

_FLIGHTS = text("""
INSERT INTO flight (flight_id, flight_key, carrier, number, departure_date, legs, first_reported_at,
    last_reported_at)
SELECT gen_random_uuid(), CAST(n AS text), 'XA', CAST(n AS text), CURRENT_DATE, '[]', now(), now()
FROM generate_series(1, :flights) AS n
""")
_MESSAGES = text("""
INSERT INTO message (message_id, sender, same_message, ordinal, digest, received_at, is_test, part, status,
    flight_id, accepted, rejected, faults)
SELECT flight_id, 'XA', CAST(flight_id AS text), 0, 'none', now(), false, 0, 'ACCEPTED', flight_id,
    200, 0, '[]'
FROM flight
""")
# Fictional people: a number for a name; the members that a list of passengers usually fills.
_PEOPLE = """
INSERT INTO traveller (traveller_id, flight_id, message_id, status, record, reported_at, first_reported_at,
    api_keys, fact_digest, mask_at, erase_at)
SELECT gen_random_uuid(), {flight}, {flight}, 'ON_BOARD',
    jsonb_build_object('role', 'PASSENGER', 'surname', 'TRAVELLER' || n, 'given_names', 'NUMBER ' || n,
        'name_sent', 'TRAVELLER' || n || '/NUMBER ' || n, 'birth_date', '1980-01-01', 'sex', 'X',
        'nationality', 'XBB', 'embarkation', 'XQB', 'debarkation', 'XQA', 'phones', '[]', 'emails', '[]',
        'documents', jsonb_build_array(jsonb_build_object('type', 'P', 'number', 'X' || n, 'issuer', 'XBB',
            'expiry', '2030-01-01')), 'seat', '12A', 'bags', jsonb_build_object('count', 1, 'tags', '[]')),
    {at}, {at}, decode(repeat('00', 85), 'hex'), decode(repeat('00', 16), 'hex'),
    {at} + interval '183 days', now() + interval '1 year'
FROM {source}
"""
_OLD = text(
    _PEOPLE.format(
        flight="flight_id",
        at="now() - interval '184 days'",
        source="flight CROSS JOIN generate_series(1, 200) AS n",
    )
)
_NEW = text(
    _PEOPLE.format(
        flight="CAST(:flight_id AS uuid)", at="now()", source=f"generate_series(1, {TRAVELLERS_A_LIST}) AS n"
    )
)
_LOCK_FLIGHT = text("SELECT flight_id FROM flight ORDER BY flight_id OFFSET :n LIMIT 1 FOR UPDATE")


@dataclass(frozen=True, slots=True)
class Masked:
    """What one run measured."""

    masked: int
    seconds: float
    waits: list[float]


def measure_retention() -> Iterator[Figure]:
    """Mask `TRAVELLERS` travellers by `WORKERS` workers, while a list of 200 comes in ten times a second."""
    with tempfile.TemporaryDirectory(prefix="safeconduct-bench-") as place:
        postgres = EmbeddedPostgres(Path(place) / "postgresql")
        try:
            postgres.start()
            found = asyncio.run(_measure(postgres, Path(place)))
        finally:
            postgres.stop()
    assert found.masked == TRAVELLERS, "everybody is masked"
    conditions = {"travellers": TRAVELLERS, "workers": WORKERS, "lists": len(found.waits)}
    goal = "at most 600 for 1,000,000 travellers, without blocking ingest"
    yield Figure("retention_mask", found.seconds, "s", goal, conditions)
    slowest = percentile(found.waits, 0.99) * 1000
    yield Figure("retention_list_p99_meanwhile", slowest, "ms", "none stated", conditions)


async def _measure(postgres: EmbeddedPostgres, folder: Path) -> Masked:
    addresses = postgres.create_service_database(SERVICE)
    await migrate(addresses.migration_url, SERVICE)
    database = create_engine(addresses.url, application_name="bench")
    async with database.begin() as connection:
        await connection.execute(_FLIGHTS, {"flights": TRAVELLERS // TRAVELLERS_A_LIST})
        await connection.execute(_MESSAGES)
        await connection.execute(_OLD)
    vault = Vault(OKPKey.generate_key("X25519", private=True))
    ports = _ports(database, folder)
    workers = [RetentionJobs(ports, _nobody, vault) for _ in range(WORKERS)]
    stop = asyncio.Event()
    began = time.perf_counter()
    lists = asyncio.create_task(_lists(database, stop))
    masked = sum(await asyncio.gather(*(worker.mask_due() for worker in workers)))
    seconds = time.perf_counter() - began
    stop.set()
    waits = await lists
    await database.dispose()
    return Masked(masked, seconds, waits)


async def _lists(database: AsyncEngine, stop: asyncio.Event) -> list[float]:
    """What ingest's own transaction does to these tables, again and again; seconds of each."""
    waits: list[float] = []
    while not stop.is_set():
        began = time.perf_counter()
        async with database.begin() as connection:
            flight_id = await connection.scalar(_LOCK_FLIGHT, {"n": len(waits) % 1000})
            await connection.execute(_NEW, {"flight_id": flight_id})
        waits.append(time.perf_counter() - began)
        await wait_for(stop, LIST_EVERY_SECONDS)
    return waits


async def _nobody(_travellers: Sequence[UUID]) -> Mapping[UUID, HitLink]:
    return {}


def _ports(database: AsyncEngine, folder: Path) -> Ports:
    clock = SystemClock()
    identifiers = RandomIdentifiers(clock)
    now = clock.now() - timedelta(minutes=1)
    keys = [signing_key(folder / f"{name}.json", name, "policy", now) for name in ("legal", "supervisor")]
    signed_copy(CATALOGUE_FOLDER, folder / "policy", keys)
    trusted = {key.kid: key.public_key for key in keys}
    airports, linking = Airports.load(None), LinkingKeys(bytes(32))
    return Ports(
        database=database,
        safeguards=PolicyEngine.load(folder / "policy", profile="local", trusted_keys=trusted, clock=clock),
        is_chain_ok=lambda: True,
        audit=AuditLog(SERVICE, clock, identifiers),
        clock=clock,
        identifiers=identifiers,
        airports=airports,
        keys=linking,
        own_state="XAA",
        authority="XAA-PIU-01",
        read=ReadHere(ReadingTerms(airports.state_of, "XAA", DEFAULT_RULES, linking)),
    )
