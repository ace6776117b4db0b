"""The ingest service over a real database, with the safeguards in force and a carrier that screens nobody."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.postgres import ServiceDatabase
from services.ingest.app import create_app
from services.ingest.intake.observed import KIND, MarkScreened
from services.ingest.ports import Ports
from services.ingest.reading.elements import ELEMENTS
from services.ingest.settings import IngestSettings
from shared.bus.errors import DeliveryPostponed
from shared.bus.message import OutgoingMessage
from shared.bus.relay import Relay
from shared.db.engine import create_engine
from shared.db.roles import SERVICES
from shared.security.keys import KeyFile
from tests.conftest import OpenDatabase, SignedPolicy, Templates
from tests.fakes import START, FakeIssuer, FixedClock

MESSAGES = Path(__file__).parents[2] / "data" / "messages"
AUTHORITY = "XAA-PIU-01"
REGISTERED = "registered"


@dataclass
class FakeScreening:
    """Takes batches when it is told to, and answers that everybody was screened."""

    clock: FixedClock
    is_up: bool = False
    delivered: list[OutgoingMessage] = field(default_factory=list)

    async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
        if not self.is_up:
            raise DeliveryPostponed(destination=message.destination, reason="it is down")
        self.delivered.append(message)
        return {
            "screened": len(message.body["travellers"]),
            "unscreenable": 0,
            "screened_at": self.clock.now().isoformat(),
        }


@dataclass
class Ingest:
    """A running ingest service and everything that a test looks at."""

    app: FastAPI
    http: httpx.AsyncClient
    engine: AsyncEngine
    issuer: FakeIssuer
    clock: FixedClock
    screening: FakeScreening

    async def submit(self, body: bytes, *, carrier: str = "XA", **headers: str) -> httpx.Response:
        """Post a message as a carrier."""
        sent = {"Content-Type": "application/edifact"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        token = self.issuer.carrier_token(carrier)
        return await self.http.post(
            "/v1/messages", content=body, headers=sent | {"Authorization": f"Bearer {token}"}
        )

    async def get(self, path: str, token: str) -> httpx.Response:
        """Read something with a token."""
        return await self.http.get(path, headers={"Authorization": f"Bearer {token}"})

    async def screen(self) -> int:
        """Let screening take everything that waits; gives how many batches it took."""
        taken = len(self.screening.delivered)
        self.screening.is_up = True
        ports: Ports = self.app.state.ports
        relay = Relay(self.engine, self.screening, {KIND: MarkScreened(ports.stores.messages)})
        # The service's own relay is at work too, and may hold a row at this moment.
        while await self.rows("SELECT 1 FROM outbox"):
            await relay.deliver_due()
        self.screening.is_up = False
        return len(self.screening.delivered) - taken

    async def rows(self, query: str) -> list[Any]:
        """What the database holds."""
        async with self.engine.connect() as connection:
            return list(await connection.execute(text(query)))

    async def put_in_force(self, register: str, row: dict[str, Any]) -> None:
        """Change a register by two people."""
        is_law = register == "legal-rows"
        proposer, approver = ("LEGAL", "DPO") if is_law else ("SUPERVISOR", "LEGAL")
        first = {"Authorization": f"Bearer {self.issuer.token(proposer, subject=proposer.lower())}"}
        second = {"Authorization": f"Bearer {self.issuer.token(approver, subject=approver.lower())}"}
        proposed = await self.http.post(
            "/v1/registers", json={"register": register, "row": row}, headers=first
        )
        assert proposed.status_code == 201, proposed.text
        approved = await self.http.post(
            f"/v1/registers/{proposed.json()['approval_id']}/approval", json={"version": 1}, headers=second
        )
        assert approved.status_code == 200, approved.text


CARRIER_ROW = {"designator": "XA", "notice_confirmed": True, "push_max": 500}
PROFILE_ROW = {
    "data_class": "API",
    "allowed_elements": sorted(set(ELEMENTS) - {"emails"}),
    "instrument_ref": "Act 12/2025 s.4",
    "assessment_ref": "DPIA-7",
}
ROUTE_ROW = {
    "origin": "anywhere",
    "destination": "anywhere",
    "valid_from": "2027-01-01",
    "valid_to": "2028-01-01",
}
LEGAL_ROW = {
    "authority": AUTHORITY,
    "action": "ingest.accept",
    "data_class": "API",
    "purpose_code": "TERR_TRAVEL",
    "valid_from": "2027-01-01",
    "valid_to": "2029-01-01",
    "instrument_ref": "Act 12/2025 s.4",
    "public_url": "https://law.example/12-2025",
}


@dataclass(frozen=True)
class Given:
    """What every service under test finds when it starts."""

    keys: Path
    policy: SignedPolicy

    def settings(self, folder: Path, addresses: ServiceDatabase) -> IngestSettings:
        """Settings with a copy of the keys, which a test may change, and the signed safeguards."""
        trusted = folder / "trusted.json"
        trusted.write_text(json.dumps({"keys": [key.public_jwk() for key in self.policy.signers]}))
        (folder / "service-keys.json").write_text('{"keys": []}', encoding="utf-8")
        return IngestSettings(
            profile="local",
            port=0,
            own_state="XAA",
            database_url=addresses.url,
            keys_folder=copytree(self.keys, folder / "keys"),
            issuer_url=FakeIssuer.url,
            issuer_jwks_url=FakeIssuer.url,
            service_keys_file=folder / "service-keys.json",
            policy_folder=self.policy.folder,
            policy_trusted_keys_file=trusted,
            screening_url="http://screening.test",
            interactive_pace_seconds=0,
            readers=0,
        )


@pytest.fixture(scope="session")
def given(tmp_path_factory: pytest.TempPathFactory, signed_policy: SignedPolicy) -> Given:
    """The service's keys, made once: a database that was filled once goes on under them."""
    keys = tmp_path_factory.mktemp("ingest") / "keys"
    keys.mkdir(mode=0o700)
    (keys / "digest.key").write_text("5a" * 32, encoding="ascii")
    life = {"not_before": START - timedelta(days=1), "not_after": START + timedelta(days=99)}
    for name in ("service-token", "audit-checkpoint"):
        KeyFile.create(keys / f"{name}.json", owner="ingest", use="test", **life)
    return Given(keys, signed_policy)


@pytest.fixture(scope="session")
def registered(
    database_templates: Templates,
    given: Given,
    issuer_keys: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """The name of a template: carrier XA, a profile, every route and a law, put in force over HTTP once."""

    async def register(addresses: ServiceDatabase) -> None:
        clock = FixedClock()
        issuer = FakeIssuer(issuer_keys, clock, SERVICES)
        settings = given.settings(tmp_path_factory.mktemp("registered"), addresses)
        async with running(settings, issuer, clock) as service:
            await service.put_in_force("carriers", CARRIER_ROW)
            await service.put_in_force("collection-profiles", PROFILE_ROW)
            await service.put_in_force("routes", ROUTE_ROW)
            await service.put_in_force("legal-rows", LEGAL_ROW)

    database_templates.fill("ingest", REGISTERED, register)
    return REGISTERED


@pytest.fixture
def ingest_settings(
    request: pytest.FixtureRequest, tmp_path: Path, database: OpenDatabase, given: Given
) -> IngestSettings:
    """Settings over a database of this test's own: empty, or with what `ingest` has in force."""
    like = request.getfixturevalue("registered") if "ingest" in request.fixturenames else None
    return given.settings(tmp_path, database("ingest", like=like))


@asynccontextmanager
async def running(settings: IngestSettings, issuer: FakeIssuer, clock: FixedClock) -> AsyncIterator[Ingest]:
    """The service between its start and its end."""
    screening = FakeScreening(clock)
    app = create_app(settings, clock=clock, carrier=screening)
    app.state.token_verifier = issuer.verifier("ingest")
    engine = create_engine(settings.database_url.get_secret_value(), application_name="tests")
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://ingest.test") as http,
    ):
        yield Ingest(app, http, engine, issuer, clock, screening)
    await engine.dispose()


@pytest.fixture
async def bare_ingest(
    ingest_settings: IngestSettings, issuer: FakeIssuer, clock: FixedClock
) -> AsyncIterator[Ingest]:
    """The service with empty registers; with those of `ingest` for a test that asks for both."""
    async with running(ingest_settings, issuer, clock) as service:
        yield service


@pytest.fixture
def ingest(registered: str, bare_ingest: Ingest) -> Ingest:
    """The service with the carrier XA registered, a profile, every route and a law in force."""
    return bare_ingest


@pytest.fixture
def paxlst_a() -> bytes:
    """Three passengers of XA 418."""
    return (MESSAGES / "paxlst-a.edi").read_bytes()
