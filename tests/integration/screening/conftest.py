"""A running screening service over a cloned database, with people, laws and a list in force."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from deploy.local.postgres import ServiceDatabase
from services.screening import app as screening_app
from services.screening.app import create_app
from services.screening.matching import Matcher
from services.screening.ports import Safeguards
from services.screening.service import ScreeningService
from services.screening.settings import ScreeningSettings
from services.screening.watchlist.current_matcher import Compile
from shared.bus.message import OutgoingMessage
from shared.bus.relay import Relay
from shared.db.roles import SERVICES
from shared.policy.engine import PolicyEngine
from shared.security.keys import KeyFile
from tests.conftest import Fill, OpenDatabase, SignedPolicy, Templates
from tests.fakes import FakeIssuer, FixedClock, working_alone
from tests.integration.screening.lists import HADI, MISALI, Listed, a_traveller, un_list

STATEMENT = "Manifests of flights into XAA are compared with the list of S/RES/2396 para 11."
WRITTEN = "Number, State, name and date of birth were compared with the manifest."
#: (roles, other claims) of each person of the demonstration world.
PEOPLE: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "verifier-1": (("VERIFIER", "ANALYST"), {"manager": "supervisor"}),
    "verifier-2": (("VERIFIER", "ANALYST"), {"manager": "supervisor"}),
    "below-1": (("VERIFIER",), {"manager": "verifier-1"}),
    "supervisor": (("SUPERVISOR", "APPROVER"), {}),
    "steward": (("LIST_STEWARD", "NOMINATOR"), {}),
    "legal": (("LEGAL", "HUMAN_RIGHTS"), {}),
    "overseer": (("LEGAL", "AUDITOR"), {}),
    "dpo": (("DPO",), {}),
    "authority": (("INDEPENDENT_AUTHORITY",), {}),
    "child-specialist": (("CHILD_SPECIALIST",), {}),
    "auditor": (("AUDITOR",), {}),
    "court": (("COURT",), {}),
    "admin": (("ADMIN",), {}),
    "front-line": (
        ("FRONT_LINE",),
        {"authority": "XAA-BORDER-01", "port": "XQA", "clearance": "H1"},
    ),
    "other-port": (
        ("FRONT_LINE",),
        {"authority": "XAA-BORDER-01", "port": "ZQA", "clearance": "H1"},
    ),
}
IN_FORCE, LISTED = "in force", "listed"
LEGAL_ROWS = (
    ("XAA-PIU-01", "screen.run", "API"),
    ("XAA-PIU-01", "screen.run", "PNR"),
    ("XAA-PIU-01", "record.read", "HIT"),
    ("XAA-PIU-01", "record.read", "WL_ENTRY"),
    ("XAA-BORDER-01", "record.read", "HIT"),
)


@dataclass
class NoCarrier:
    """A carrier that keeps what it is given."""

    delivered: list[OutgoingMessage] = field(default_factory=list)

    async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
        """Take a message and answer that it is stored."""
        self.delivered.append(message)
        return {"stored": True}


@dataclass
class Draws:
    """Randomness that a test sets: below the mix, a NOT_A_MATCH is looked at twice."""

    value: float = 0.99

    def __call__(self) -> float:
        """The number that was set."""
        return self.value


@dataclass
class Desk:
    """The service as its people use it."""

    app: FastAPI
    client: httpx.AsyncClient
    issuer: FakeIssuer
    clock: FixedClock
    draws: Draws
    carrier: NoCarrier
    migration_url: str

    @property
    def service(self) -> ScreeningService:
        """What the lifespan opened."""
        opened: ScreeningService = self.app.state.screening
        return opened

    def headers(self, person: str, **more: str) -> dict[str, str]:
        """The headers of a person's request."""
        roles, claims = PEOPLE[person]
        usual = {
            "authority": "XAA-PIU-01",
            "clearance": "H3",
            "training_valid_to": (self.clock.now() + timedelta(days=200)).date().isoformat(),
        }
        token = self.issuer.token(*roles, subject=person, minutes=60, **{**usual, **claims})
        return {"Authorization": f"Bearer {token}", **more}

    async def ask(self, person: str, method: str, path: str, *, status: int = 200, **request: Any) -> Any:
        """One request of a person; the JSON of the answer."""
        headers = self.headers(person, **request.pop("headers", {}))
        answer = await self.client.request(method, path, headers=headers, **request)
        assert answer.status_code == status, f"{answer.status_code}: {answer.text}"
        return answer.json() if answer.content else None

    async def approve(self, path: str, person: str, *, status: int = 200) -> Any:
        """Approve a proposal as a second person."""
        return await self.ask(person, "POST", f"{path}/approval", json={}, status=status)

    async def put_in_force(self) -> None:
        """Laws, the source, a standing order and the matcher's approval, each by two people."""
        for authority, action, data_class in LEGAL_ROWS:
            await self._row("legal-rows", "legal", "dpo", _law(self.clock, authority, action, data_class))
        await self._row("list-sources", "supervisor", "legal", SOURCE)
        await self.order_screening()
        proposed = await self.ask("supervisor", "POST", "/v1/matcher-approvals", json={}, status=201)
        await self.approve(f"/v1/matcher-approvals/{proposed['approval_id']}", "dpo")

    async def order_screening(self, period_days: int = 90) -> None:
        """A standing order in force."""
        body = {
            "purpose_code": "TERR_TRAVEL",
            "statement": STATEMENT,
            "alternatives_considered": "Checks at the counter alone come too late for a second look.",
            "period_days": period_days,
        }
        drafted = await self.ask("supervisor", "POST", "/v1/standing-orders", json=body, status=201)
        await self.approve(f"/v1/standing-orders/{drafted['approval_id']}", "legal")

    async def _row(self, register: str, author: str, approver: str, row: dict[str, Any]) -> None:
        body = {"register": register, "row": row}
        proposed = await self.ask(author, "POST", "/v1/registers", json=body, status=201)
        await self.approve(f"/v1/registers/{proposed['approval_id']}", approver)

    async def import_list(self, content: bytes, *, digest: str | None = None, status: int = 200) -> Any:
        """Import a file as the steward."""
        query = {"source": "un", "as": "DEMO"} | ({} if digest is None else {"sha256": digest})
        return await self.ask(
            "steward", "POST", "/v1/watchlist/imports", params=query, content=content, status=status
        )

    async def load(self, rows: Sequence[Listed], generated: str = "2027-11-01T00:00:00.000Z") -> str:
        """Import a list and, where it is held, release it by two people; its matcher is in use then."""
        content = un_list(rows, generated)
        version = await self.import_list(content, digest=hashlib.sha256(content).hexdigest())
        if version["state"] == "HELD":
            path = f"/v1/watchlist/versions/{version['version_id']}"
            await self.approve(path, "steward")
            await self.approve(path, "supervisor")
        await self.service.current.refresh()
        return str(version["version_id"])

    async def deliver(self, batch: dict[str, Any], *, status: int = 200, sender: str = "ingest") -> Any:
        """A sister service's message to the inbox."""
        return await self._message(batch, "TravellersObservedV1", sender, status)

    async def release(self, hit_id: str) -> Any:
        """Sharing's word that the port may see the card."""
        body = {
            "hit_id": hit_id,
            "notice_id": str(uuid4()),
            "authority_id": "XAA-BORDER-01",
            "released_at": self.clock.now().isoformat(),
        }
        return await self._message({"message_id": str(uuid4()), **body}, "NationalReleaseV1", "sharing", 200)

    async def _message(self, body: dict[str, Any], kind: str, sender: str, status: int) -> Any:
        message_id = body["message_id"]
        if kind == "NationalReleaseV1":
            body = {name: value for name, value in body.items() if name != "message_id"}
        answer = await self.client.post(
            "/internal/v1/inbox",
            headers=self.service_headers(sender),
            json={"message_id": message_id, "kind": kind, "body": body},
        )
        assert answer.status_code == status, f"{answer.status_code}: {answer.text}"
        return answer.json()

    def service_headers(self, sender: str) -> dict[str, str]:
        """The headers of a sister service's request."""
        return {"Authorization": f"Bearer {self.issuer.service_token(sender, audience='screening')}"}

    async def state(self, hit_id: str) -> dict[str, Any]:
        """What sharing is told of a hit."""
        answer = await self.client.get(
            f"/internal/v1/hits/{hit_id}/state", headers=self.service_headers("sharing")
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def queue(self, person: str = "verifier-1") -> list[dict[str, Any]]:
        """A verifier's tasks."""
        items: list[dict[str, Any]] = (await self.ask(person, "GET", "/v1/queue"))["items"]
        return items

    async def lease(self, hit_id: str, person: str = "verifier-1", *, status: int = 200) -> Any:
        """Take a hit."""
        return await self.ask(person, "POST", f"/v1/hits/{hit_id}/lease", status=status)

    async def decide(
        self,
        hit_id: str,
        outcome: str,
        person: str = "verifier-1",
        *,
        seconds: float = 60,
        status: int = 200,
        **more: Any,
    ) -> Any:
        """Take a hit, compare for a while, decide."""
        await self.lease(hit_id, person)
        self.clock.advance(seconds=seconds)
        return await self.answer(hit_id, outcome, person, status=status, **more)

    async def answer(
        self, hit_id: str, outcome: str, person: str = "verifier-1", *, status: int = 200, **more: Any
    ) -> Any:
        """Decide on a hit that is held."""
        body = {
            "outcome": outcome,
            "reasons": WRITTEN,
            "compared_fields": ["name", "date_of_birth", "doc_number"],
            **more,
        }
        return await self.ask(person, "POST", f"/v1/hits/{hit_id}/decision", json=body, status=status)

    async def confirmed(self, **facts: Any) -> str:
        """A hit that two people confirmed."""
        await self.deliver(self.batch([a_traveller(**facts)]))
        hit_id = str((await self.queue())[0]["hit_id"])
        await self.decide(hit_id, "SAME")
        await self.decide(hit_id, "SAME", "verifier-2")
        assert (await self.state(hit_id))["state"] == "CONFIRMED"
        return hit_id

    def batch(
        self,
        travellers: Sequence[dict[str, Any]],
        *,
        ids: Sequence[UUID] = (),
        journey: str = "journey",
        hours: float = 3,
        **more: Any,
    ) -> dict[str, Any]:
        """A batch of travellers on a flight that leaves in so many hours and takes two."""
        departure = self.clock.now() + timedelta(hours=hours)
        known = ids or [uuid4() for _ in travellers]
        return {
            "message_id": str(uuid4()),
            "flight": a_flight(departure, departure + timedelta(hours=2)),
            "data_class": "API",
            "received_at": self.clock.now().isoformat(),
            "travellers": [
                {
                    "traveller_id": str(traveller_id),
                    "journey_key": f"{journey}-{number}",
                    "traveller": traveller,
                }
                for number, (traveller_id, traveller) in enumerate(zip(known, travellers, strict=True))
            ],
            **more,
        }

    async def sent(self) -> None:
        """Let everything leave the outbox that waits there."""
        while await self.count("outbox"):
            await Relay(self.service.ports.database, self.carrier, {}).deliver_due()

    async def beat(self) -> Any:
        """One beat of the clocks."""
        return await self.ask("admin", "POST", "/v1/tick")

    async def rows(self, query: str, **facts: Any) -> list[Any]:
        """What stands in the database."""
        async with self.service.ports.database.connect() as connection:
            return list(await connection.execute(text(query), facts))

    async def rows_written(self, statement: str) -> None:
        """Bring the database into a state that no route leads to."""
        async with self.service.ports.database.begin() as connection:
            await connection.execute(text(statement))

    async def rows_written_as_owner(self, statement: str) -> None:
        """The same for tables that the service itself may not change."""
        engine = create_async_engine(self.migration_url, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.execute(text("SET ROLE screening_owner"))
            await connection.execute(text(statement))
        await engine.dispose()

    async def count(self, table: str) -> int:
        """How many rows a table has."""
        return int((await self.rows(f"SELECT count(*) FROM {table}"))[0][0])

    async def audited(self, action: str, outcome: str | None = None) -> int:
        """How many audit records of an action there are."""
        rows = await self.rows(
            "SELECT count(*) FROM audit_record WHERE action = :action"
            " AND (CAST(:outcome AS text) IS NULL OR outcome = :outcome)",
            action=action,
            outcome=outcome,
        )
        return int(rows[0][0])


SOURCE: dict[str, Any] = {
    "source_id": "DEMO",
    "publisher": "The demonstration's own list",
    "kind": "NATIONAL",
    "reader": "un",
    "allow_list": ["Al-Qaida"],
    "handling_code": "H1",
    "conditions": [],
    "action_code": "SECONDARY",
    "tear_line": "Verify the document. Call the duty desk before any measure. Do not detain on this alone.",
    "desk_phone": "+000 100",
    "source_grade": 1,
    "info_grade": "B",
}


def _law(clock: FixedClock, authority: str, action: str, data_class: str) -> dict[str, Any]:
    today = clock.now().date()
    return {
        "authority": authority,
        "action": action,
        "data_class": data_class,
        "purpose_code": "TERR_TRAVEL",
        "valid_from": (today - timedelta(days=10)).isoformat(),
        "valid_to": (today + timedelta(days=500)).isoformat(),
        "instrument_ref": "Act 12/2025 s.4",
        "public_url": "https://law.example/12-2025",
    }


def a_flight(departure: datetime, arrival: datetime) -> dict[str, Any]:
    """XA418 from XQB to XQA at these instants."""
    return {
        "flight_id": str(UUID(int=int(departure.timestamp()))),
        "carrier": "XA",
        "number": "418",
        "suffix": None,
        "legs": [
            {
                "origin": "XQB",
                "destination": "XQA",
                "origin_state": "XBB",
                "destination_state": "XAA",
                "departure": departure.replace(tzinfo=None).isoformat(),
                "arrival": arrival.replace(tzinfo=None).isoformat(),
                "departure_utc": departure.isoformat(),
                "arrival_utc": arrival.isoformat(),
                "crosses_border": True,
            }
        ],
    }


@pytest.fixture
def safeguards(signed_policy: SignedPolicy, clock: FixedClock) -> PolicyEngine:
    """The safeguards that the release has in force, their bundle signed by two people."""
    return signed_policy.engine(clock)


@pytest.fixture(scope="session")
def service_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service's keys, to be copied: a database that was filled once goes on under them."""
    keys = tmp_path_factory.mktemp("screening") / "keys"
    keys.mkdir(mode=0o700)
    for use in ("service-token", "audit-checkpoint"):
        _key(keys / f"{use}.json", "screening", use, FixedClock())
    (keys / "list-files.key").write_text("5a" * 32, encoding="ascii")
    (keys / "list-files.key").chmod(0o600)
    return keys


@pytest.fixture(scope="session")
def in_force(
    database_templates: Templates,
    service_keys: Path,
    signed_policy: SignedPolicy,
    issuer_keys: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """The name of a template: laws, the source, an order and the matcher, put in force over HTTP once.

    The template `LISTED` has the same, and a list of two people that was imported and released.
    """

    def acting(act: Callable[[Desk], Awaitable[object]]) -> Fill:
        async def fill(addresses: ServiceDatabase) -> None:
            folder, clock = tmp_path_factory.mktemp("in-force"), FixedClock()
            issuer = FakeIssuer(issuer_keys, clock, SERVICES)
            settings = _settings(folder, addresses, service_keys)
            async with running(settings, signed_policy.engine(clock), issuer, clock) as desk:
                await act(desk)

        return fill

    database_templates.fill("screening", IN_FORCE, acting(Desk.put_in_force))
    database_templates.fill(
        "screening", LISTED, acting(lambda desk: desk.load([HADI, MISALI])), after=IN_FORCE
    )
    return IN_FORCE


@pytest.fixture
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, database: OpenDatabase, service_keys: Path
) -> ScreeningSettings:
    """Settings over a database of this test's own: empty, or with what `desk` has in force."""
    # `in_force`, which fills the template for `desk`, is of the session and was made before this.
    like = LISTED if "desk" in request.fixturenames else None
    return _settings(tmp_path, database("screening", like=like), service_keys)


@pytest.fixture
async def empty_desk(
    settings: ScreeningSettings, safeguards: PolicyEngine, issuer: FakeIssuer, clock: FixedClock
) -> AsyncIterator[Desk]:
    """A service with nothing in force."""
    async with running(settings, safeguards, issuer, clock) as desk:
        yield desk


@asynccontextmanager
async def running(
    settings: ScreeningSettings,
    safeguards: Safeguards,
    issuer: FakeIssuer,
    clock: FixedClock,
    compile_matcher: Compile = Matcher.compile,
) -> AsyncIterator[Desk]:
    """The service between its start and its end; what it does of itself a test does when it is its turn.

    A service that finds a list at its start would meet the next days' travellers with it at once, beside
    the test.
    """
    draws, carrier = Draws(), NoCarrier()
    app = create_app(
        settings,
        clock=clock,
        carrier=carrier,
        safeguards=safeguards,
        draw=draws,
        compile_matcher=compile_matcher,
    )
    app.state.token_verifier = issuer.verifier("screening")
    transport = httpx.ASGITransport(app=app)
    async with (
        working_alone(screening_app, app),
        httpx.AsyncClient(transport=transport, base_url="http://screening.test") as client,
    ):
        migration_url = settings.migration_database_url
        assert migration_url is not None
        yield Desk(app, client, issuer, clock, draws, carrier, migration_url.get_secret_value())


@pytest.fixture
def desk(in_force: str, empty_desk: Desk) -> Desk:
    """A service with laws, orders, approvals and a list of two people in force."""
    return empty_desk


def _settings(folder: Path, addresses: ServiceDatabase, service_keys: Path) -> ScreeningSettings:
    keys = copytree(service_keys, _private(folder / "keys"), dirs_exist_ok=True)
    sister_keys = folder / "service-keys.json"
    sister_keys.write_text('{"keys": []}', encoding="utf-8")
    return ScreeningSettings(
        profile="local",
        port=0,
        own_state="XAA",
        database_url=addresses.url,
        migration_database_url=addresses.migration_url,
        keys_folder=keys,
        issuer_url=FakeIssuer.url,
        issuer_jwks_url=f"{FakeIssuer.url}/jwks",
        service_keys_file=sister_keys,
        sharing_url="http://127.0.0.1:1",
        ingest_url="http://127.0.0.1:1",
        # The clocks beat when a test says so.
        clock_seconds=60,
    )


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


def _key(path: Path, owner: str, use: str, clock: FixedClock) -> KeyFile:
    return KeyFile.create(
        path,
        owner=owner,
        use=use,
        not_before=clock.now() - timedelta(days=1),
        not_after=clock.now() + timedelta(days=365),
    )
