"""Two whole sharing services, XAA and XBB, that know each other's keys and reach each other over HTTP."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from joserfc.jwk import OKPKey
from sqlalchemy import text

from deploy.local.postgres import ServiceDatabase
from services.sharing import app as sharing_app
from services.sharing.app import create_app
from services.sharing.demonstration import OPERATIONAL
from services.sharing.parts import SafeguardsEngine, Sharing
from services.sharing.registers.entries import Agreement, Kind, RegisterEntry
from services.sharing.store.registers import Register, RegisterStore
from shared.bus.message import OutgoingMessage
from shared.bus.outbox import Relay
from shared.contracts import HitConfirmedV1
from shared.db.engine import create_engine
from shared.db.roles import SERVICES
from shared.security.keys import KeyFile
from shared.web.purpose import Purpose
from tests.conftest import OpenDatabase, SignedPolicy
from tests.fakes import FakeIssuer, FixedClock, working_alone
from tests.integration.sharing.world import FakeHitStates, settings_for
from tests.unit.sharing.samples import (
    NOW,
    STATEMENT,
    a_country_risk,
    a_hit,
    a_legal_row,
    a_national_authority,
    an_agreement,
    an_authority,
)

ADDRESS = {"XAA": "http://127.0.0.1:8102", "XBB": "http://127.0.0.1:8202"}
DATA_CLASSES = ("HIT", "API", "PNR", "WL_ENTRY", "STATISTICS")
MESSAGE_TYPES = (
    *("NOTIFY", "PNR_REQUEST", "PNR_RESPONSE", "IDENTITY_QUERY", "IDENTITY_ANSWER", "WL_NOMINATE"),
    *("WL_DECISION", "FEEDBACK", "CONSENT_REQUEST", "CONSENT", "EMERGENCY", "REVIEW_RESULT", "STATS"),
)


@dataclass
class FakeCarrier:
    """Screening as sharing sees it: takes every message."""

    taken: list[OutgoingMessage] = field(default_factory=list)

    async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
        self.taken.append(message)
        return {"accepted": True}


class Wire(httpx.AsyncBaseTransport):
    """Carries a request to the State whose address it names, and can be listened to or cut."""

    def __init__(self) -> None:
        self.ends: dict[str, httpx.ASGITransport] = {}
        self.seen: list[httpx.Request] = []
        self.is_cut = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if self.is_cut:
            raise httpx.ConnectError("the wire is cut")
        return await self.ends[f"{request.url.scheme}://{request.url.netloc.decode()}"].handle_async_request(
            request
        )


@dataclass
class State:
    """One State's service and its people."""

    name: str
    folder: Path
    app: FastAPI
    client: httpx.AsyncClient
    issuer: FakeIssuer
    carrier: FakeCarrier

    @property
    def authority(self) -> str:
        return f"{self.name}-PIU-01"

    @property
    def sharing(self) -> Sharing:
        found: Sharing = self.app.state.sharing
        return found

    def token(self, *roles: str) -> str:
        return self.issuer.token(
            *roles,
            subject=f"{roles[0].lower()}-{self.name}",
            authority=self.authority,
            clearance="H3",
            training_valid_to="2028-06-01",
        )

    async def ask(
        self, method: str, path: str, *roles: str, body: Any = None, purpose: Purpose | None = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token(*roles)}"}
        headers |= purpose.as_headers() if purpose else {}
        return await self.client.request(method, path, json=body, headers=headers)

    async def did(
        self, method: str, path: str, *roles: str, body: Any = None, purpose: Purpose | None = None
    ) -> Any:
        answer = await self.ask(method, path, *roles, body=body, purpose=purpose)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def messages(self, direction: str = "IN") -> list[dict[str, Any]]:
        found = await self.did("GET", f"/v1/exchange/messages?direction={direction}", "LIAISON")
        return list(found["messages"])

    async def one(self, kind: str, direction: str = "IN") -> dict[str, Any]:
        return next(each for each in await self.messages(direction) if each["type"] == kind)

    async def deliver(self) -> int:
        return await self.sharing.delivery.deliver_due() + await self.sharing.exchange_delivery.deliver_due()

    async def notify(self, **person: Any) -> UUID:
        """From a confirmed hit to a delivered notice; gives the hit's id."""
        hit: HitConfirmedV1 = a_hit(hit_id=uuid4(), message_id=uuid4(), **person)
        await self.sharing.share_hit.receive(hit.message_id, hit)
        shares = (await self.did("GET", "/v1/shares", "SUPERVISOR"))["shares"]
        path = f"/v1/shares/{next(each['share_id'] for each in shares if each['hit_id'] == str(hit.hit_id))}"
        risk = {"individual_risk": False, "assessments": {}}
        await self.did("POST", f"{path}/individual-risk", "LEGAL", "HUMAN_RIGHTS", body=risk)
        proposal = {
            "statement": STATEMENT,
            "alternatives_considered": "INTERPOL channel only: no duty desk before landing",
            "period_days": 7,
        }
        proposed = await self.did("POST", f"{path}/proposal", "SUPERVISOR", body=proposal)
        approval = {"approval_id": proposed["approval_id"]}
        await self.did("POST", f"{path}/approval", "LEGAL", "HUMAN_RIGHTS", body=approval)
        await self.deliver()
        return hit.hit_id

    async def let_go(self, draft: dict[str, Any], **second: Any) -> dict[str, Any]:
        """Propose a message as one person and let it go as another; gives the verdict."""
        proposed = await self.did("POST", "/v1/exchange/proposals", "LIAISON", body=draft)
        path = f"/v1/exchange/messages/{proposed['message']['message_id']}/approval"
        verdict: dict[str, Any] = await self.did("POST", path, "LEGAL", "HUMAN_RIGHTS", body=second)
        await self.deliver()
        return verdict

    async def records(self, action: str) -> list[dict[str, Any]]:
        async with self.sharing.engine.connect() as connection:
            query = text("SELECT content FROM audit_record WHERE action = :action ORDER BY record_id")
            rows = (await connection.execute(query, {"action": action})).scalars()
            return [json.loads(bytes(row)) for row in rows]

    async def put(self, register: Register, entry_id: str, body: dict[str, Any]) -> None:
        """Put an entry in force, as two people did before the test began."""
        async with self.sharing.engine.begin() as connection:
            await RegisterStore(connection).add(
                register, entry_id, body, approval_id=None, activated_at=self.app.state.clock.now()
            )

    async def sent(self) -> None:
        """Let everything that waits in the outbox reach screening."""
        await Relay(self.sharing.engine, self.carrier, {}).deliver_due()

    async def know(self, authority_id: str, *, like: str, endpoint: str) -> None:
        """Register one more authority, with its State's risk and a treaty, like one that is known."""
        state = authority_id.partition("-")[0]
        async with self.sharing.engine.connect() as connection:
            body = await RegisterStore(connection).one(Register.AUTHORITY, like)
        assert body is not None
        desk = {"duty_desk": {"endpoint": endpoint}, "recall_endpoint": endpoint}
        # It only listens: a key that signs would be another authority's.
        keys = [key for key in body["keys"] if key["use"] == "enc"]
        await self.put(
            Register.AUTHORITY,
            authority_id,
            body | desk | {"id": authority_id, "state": state, "status": "ACTIVE", "keys": keys},
        )
        await self.put(Register.COUNTRY_RISK, state, a_country_risk(state).as_json())
        treaty = an_agreement(
            id=f"{self.name}-{state}-2025",
            parties=(self.name, state),
            data_classes=DATA_CLASSES,
            message_types=MESSAGE_TYPES,
        )
        await self.put(Register.AGREEMENT, treaty.id, treaty.as_json())

    async def restore_agreement(self) -> None:
        """Bring the treaty back to what both agreed."""
        agreement = treaty_of_both()
        await self.put(Register.AGREEMENT, agreement.id, agreement.as_json())

    async def set_agreement(self, **changes: Any) -> None:
        """Change the treaty as this State has it."""
        await self._change(Register.AGREEMENT, "XAA-XBB-2025", changes)

    async def set_authority(self, authority_id: str, **changes: Any) -> None:
        """Change what this State has of an authority."""
        await self._change(Register.AUTHORITY, authority_id, changes)

    async def _change(self, register: Register, entry_id: str, changes: dict[str, Any]) -> None:
        async with self.sharing.engine.connect() as connection:
            body = await RegisterStore(connection).one(register, entry_id)
        assert body is not None
        await self.put(register, entry_id, body | changes)


def treaty_of_both() -> Agreement:
    """The treaty between XAA and XBB, which covers every message."""
    return an_agreement(data_classes=DATA_CLASSES, message_types=MESSAGE_TYPES)


@dataclass
class TwoStates:
    """XAA and XBB, the wire between them and the time that both live by."""

    xaa: State
    xbb: State
    wire: Wire
    clock: FixedClock


def a_letter(kind: str, recipient: str, payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A draft as an officer writes it."""
    fields = {
        "type": kind,
        "recipient": recipient,
        "payload": payload,
        "statement": "The case needs this answer, and nothing less would do.",
        "alternatives_considered": "A telephone call: it leaves no record.",
    }
    return fields | more


@dataclass(frozen=True)
class Neighbours:
    """What two States begin with: keys made once, which the templates of their names have registered."""

    keys: Path
    issuer_keys: Path
    policy: SignedPolicy

    @asynccontextmanager
    async def opened(
        self, database: OpenDatabase, folder: Path, clock: FixedClock, **policies: SafeguardsEngine
    ) -> AsyncIterator[TwoStates]:
        """Both services without their background work, on copies of everything; `XAA=` gives one a policy."""
        copytree(self.keys, folder, dirs_exist_ok=True)
        wire, issuer = Wire(), FakeIssuer(self.issuer_keys, clock, SERVICES)
        async with AsyncExitStack() as opened:
            states = {}
            for name, address in ADDRESS.items():
                place = Place(name, database("sharing", like=name), folder / name, clock, issuer)
                policy = policies.get(name) or self.policy.engine(clock)
                states[name] = await _open(opened, wire, place, policy)
                wire.ends[address] = httpx.ASGITransport(app=states[name].app)
            yield TwoStates(states["XAA"], states["XBB"], wire, clock)


@dataclass(frozen=True)
class Place:
    """Where a State's service is made."""

    name: str
    database: ServiceDatabase
    folder: Path
    clock: FixedClock
    issuer: FakeIssuer


async def _open(opened: AsyncExitStack, wire: Wire, place: Place, policy: SafeguardsEngine) -> State:
    name, folder, clock, issuer = place.name, place.folder, place.clock, place.issuer
    carrier = FakeCarrier()
    app = create_app(
        settings_for(
            place.database,
            folder,
            own_state=name,
            exchange_url=f"{ADDRESS[name]}/v1/exchange",
            delivery_timeout_seconds=30,
        ),
        clock=clock,
        carrier=carrier,
        hit_states=FakeHitStates(),
        policy=policy,
        transport=wire,
    )
    app.state.token_verifier = issuer.verifier("sharing")
    await opened.enter_async_context(working_alone(sharing_app, app))
    client = await opened.enter_async_context(
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ADDRESS[name])
    )
    return State(name, folder, app, client, issuer, carrier)


async def acquaint(addresses: ServiceDatabase, folder: Path, name: str, other: str) -> None:
    """What XAA and XBB agreed, as one of them has it: the treaty, the other's keys, laws on both sides."""
    engine = create_engine(addresses.url, application_name="test")
    async with engine.begin() as connection:
        store = RegisterStore(connection)
        for register, entry_id, entry in _entries(folder, name, other):
            await store.add(register, entry_id, entry.as_json(), approval_id=None, activated_at=NOW)
    await engine.dispose()


def _entries(folder: Path, name: str, other: str) -> Iterator[tuple[Register, str, RegisterEntry]]:
    treaty = treaty_of_both()
    yield Register.AGREEMENT, treaty.id, treaty
    endpoint = f"{ADDRESS[other]}/v1/exchange"
    authority = an_authority(
        f"{other}-PIU-01",
        other,
        duty_desk={"endpoint": endpoint},
        recall_endpoint=endpoint,
        keys=public_keys(folder / other, f"{other}-PIU-01"),
        handling_max="H3",
    )
    yield Register.AUTHORITY, authority.id, authority
    if name == "XAA":
        for kind in (Kind.BORDER, Kind.POLICE):
            national = a_national_authority(f"XAA-{kind}-01", kind)
            yield Register.AUTHORITY, national.id, national
    yield Register.COUNTRY_RISK, other, a_country_risk(other)
    row = a_legal_row(
        authority=f"{name}-PIU-01",
        data_classes=DATA_CLASSES,
        purpose_codes=(*OPERATIONAL, "OVERSIGHT"),
    )
    yield Register.LEGAL_ROW, row.id, row


def make_keys(folder: Path, authority: str, clock: FixedClock) -> None:
    folder.mkdir()
    life = {
        "not_before": clock.now() - timedelta(days=1),
        "not_after": clock.now() + timedelta(days=365),
    }
    KeyFile.create(folder / "notice-signing.json", owner=authority, use="notice", **life)
    KeyFile.create(folder / "service-token.json", owner="sharing", use="service-token", **life)
    KeyFile.create(folder / "audit-checkpoint.json", owner="sharing", use="audit-checkpoint", **life)
    path = folder / "notice-sealing.json"
    path.touch(mode=0o600)
    seal = OKPKey.generate_key("X25519", private=True, auto_kid=True)
    path.write_text(json.dumps(seal.as_dict(private=True)))
    (folder / "service-keys.json").write_text('{"keys": []}')


def public_keys(folder: Path, authority: str) -> tuple[dict[str, Any], ...]:
    signing = KeyFile.load(folder / "notice-signing.json")
    sealing = OKPKey.import_key(json.loads((folder / "notice-sealing.json").read_text()))
    life = {"not_before": signing.not_before, "not_after": signing.not_after}
    signing_jwk = {name: str(signing.public_jwk()[name]) for name in ("kty", "crv", "x")}
    sealing_jwk = {name: str(value) for name, value in sealing.as_dict(private=False).items()}
    assert authority == signing.owner
    return (
        {"kid": signing.kid, "use": "sig", "alg": "EdDSA", "jwk": signing_jwk, **life},
        {"kid": sealing_jwk["kid"], "use": "enc", "alg": "ECDH-ES", "jwk": sealing_jwk, **life},
    )
