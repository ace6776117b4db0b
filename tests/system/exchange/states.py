"""Two States with screening and sharing each, served over HTTP, and a third one that only receives."""

import asyncio
import importlib.util
import json
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import uvicorn
from fastapi import FastAPI
from joserfc.jwk import OKPKey

from deploy.local.conformity.kit import Kit, a_message, a_request
from deploy.local.conformity.kit_file import kit_of
from deploy.local.postgres import ServiceDatabase
from services.screening.app import create_app as create_screening
from services.screening.settings import ScreeningSettings
from services.sharing.app import create_app as create_sharing
from services.sharing.demonstration import OPERATIONAL
from services.sharing.protocol.payloads import PAYLOADS
from services.sharing.store.registers import Register
from shared.policy.engine import PolicyEngine
from shared.security.keys import KeyFile
from shared.web.server import KEEP_ALIVE_SECONDS
from tests.fakes import FakeIssuer, FixedClock
from tests.integration.screening.conftest import PEOPLE, Desk, Draws, NoCarrier
from tests.integration.sharing.two_states import (
    DATA_CLASSES,
    MESSAGE_TYPES,
    FakeCarrier,
    State,
    make_keys,
    public_keys,
)
from tests.integration.sharing.world import settings_for
from tests.unit.sharing.samples import a_country_risk, a_legal_row, an_agreement, an_authority

EXCHANGE_DOCS = Path(__file__).parents[3] / "docs" / "exchange"
PATIENCE_SECONDS = 60
Found = TypeVar("Found")


async def eventually(look: Callable[[], Awaitable[Found | None]]) -> Found:
    """What a look finds once background work has brought it about; the machine may be slow."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found = await look()
            if found:
                return found
            await asyncio.sleep(0.02)


@dataclass
class StateDesk(Desk):
    """Screening as the people of this State use it."""

    own: str

    def headers(self, person: str, **more: str) -> dict[str, str]:
        """The headers of a person's request, who works for this State's unit."""
        roles, claims = PEOPLE[person]
        usual = {"authority": self.own, "clearance": "H3", "training_valid_to": "2028-06-01"}
        token = self.issuer.token(*roles, subject=person, minutes=60, **{**usual, **claims})
        return {"Authorization": f"Bearer {token}", **more}

    async def _row(self, register: str, author: str, approver: str, row: dict[str, Any]) -> None:
        await super()._row(
            register, author, approver, row | ({"authority": self.own} if "authority" in row else {})
        )


@dataclass
class Whole:
    """One State: its screening and its sharing."""

    screening: StateDesk
    sharing: State

    async def message(self, kind: str, direction: str = "IN") -> dict[str, Any]:
        """The newest message of a type, once there is one."""

        async def look() -> dict[str, Any] | None:
            found = await self.sharing.messages(direction)
            return next((each for each in found if each["type"] == kind), None)

        return await eventually(look)

    async def hit_on(self, source: str, state: str) -> str:
        """The hit whose entry begins so, once it is in a state."""

        async def look() -> str | None:
            rows = await self.screening.rows(
                "SELECT hit_id FROM hit WHERE starts_with(entry_id, :source) AND state = :state",
                source=source,
                state=state,
            )
            return str(rows[0].hit_id) if rows else None

        return await eventually(look)

    async def confirm(self, hit_id: str) -> None:
        """Two people say the same."""
        await self.screening.decide(hit_id, "SAME")
        await self.screening.decide(hit_id, "SAME", "verifier-2")

    async def share(self, hit_id: str, *authorities: str) -> dict[str, Any]:
        """Two people share a confirmed hit with some authorities; gives the share as it stands then."""

        async def look() -> dict[str, Any] | None:
            found = (await self.sharing.did("GET", "/v1/shares", "SUPERVISOR"))["shares"]
            return next((each for each in found if each["hit_id"] == hit_id), None)

        path = f"/v1/shares/{(await eventually(look))['share_id']}"
        risk = {"individual_risk": False, "assessments": {}}
        await self.sharing.did("POST", f"{path}/individual-risk", "LEGAL", "HUMAN_RIGHTS", body=risk)
        proposal = {
            "statement": "Confirmed person boards XA418; the State concerned must decide before landing.",
            "alternatives_considered": "INTERPOL channel only: no duty desk before landing",
            "period_days": 7,
            "authorities": list(authorities),
        }
        proposed = await self.sharing.did("POST", f"{path}/proposal", "SUPERVISOR", body=proposal)
        approval = {"approval_id": proposed["approval_id"]}
        await self.sharing.did("POST", f"{path}/approval", "LEGAL", "HUMAN_RIGHTS", body=approval)
        shown: dict[str, Any] = await self.sharing.did("GET", path, "SUPERVISOR")
        return shown

    async def let_go(self, draft: dict[str, Any], **second: Any) -> dict[str, Any]:
        """A message of two people."""
        proposed = await self.sharing.did("POST", "/v1/exchange/proposals", "LIAISON", body=draft)
        path = f"/v1/exchange/messages/{proposed['message']['message_id']}/approval"
        verdict = await self.sharing.did("POST", path, "LEGAL", "HUMAN_RIGHTS", body=second)
        assert verdict == {"permits": True, "reasons": []}
        return dict(proposed["message"])

    async def becomes(self, message_id: str, state: str) -> dict[str, Any]:
        """A message of the exchange once it is in a state."""

        async def look() -> dict[str, Any] | None:
            found = await self.sharing.did("GET", f"/v1/exchange/messages/{message_id}", "LIAISON")
            message = dict(found["message"])
            return message if message["state"] == state else None

        return await eventually(look)

    async def notice_becomes(self, notice_id: str, state: str) -> None:
        """A notice of ours once it is in a state."""

        async def look() -> bool:
            found = await self.sharing.did("GET", f"/v1/notices/{notice_id}", "LIAISON")
            return bool(found["state"] == state)

        await eventually(look)


@dataclass
class Third:
    """XCC, which has the receiver of `docs/exchange/` and answers by hand."""

    receiver: Any
    kit: Kit
    address: str

    async def has(self, kind: str) -> Any:
        """The content of the newest message with a member of this name."""

        async def look() -> Any:
            contents = [each["content"] for each in self.receiver.kept.messages.values()]
            return next((each for each in contents if kind in each), None)

        return await eventually(look)

    async def says_done(self, recall: dict[str, Any]) -> None:
        """Tell XBB that its recall is carried out."""
        done = PAYLOADS["DONE"].model_validate(
            {"target_message_id": recall["target_id"], "erased_at": self.kit.now()}
        )
        message = a_message(self.kit, "DONE", done, in_reply_to=recall["message_id"], agreement_id=None)
        request = a_request(self.kit, message)
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(self.kit.url, content=request.body, headers=dict(request.headers))
        assert answer.status_code == 200, answer.text


@dataclass
class World:
    """XAA, XBB and XCC, living by one time."""

    xaa: Whole
    xbb: Whole
    xcc: Third
    clock: FixedClock


@dataclass(frozen=True)
class Place:
    """What a State's services are made of; `ports` are bound already, so that each is known to the others."""

    name: str
    folder: Path
    databases: dict[str, ServiceDatabase]
    issuer: FakeIssuer
    ports: dict[str, socket.socket]
    clock: FixedClock
    policy: PolicyEngine

    @property
    def authority(self) -> str:
        """Its unit."""
        return f"{self.name}-PIU-01"

    def address(self, service: str) -> str:
        """Where a service of it is reached."""
        return f"http://127.0.0.1:{self.ports[service].getsockname()[1]}"


def a_place(
    name: str, folder: Path, databases: dict[str, ServiceDatabase], clock: FixedClock, policy: PolicyEngine
) -> Place:
    """Keys, people and ports of a State."""
    make_keys(folder / name, f"{name}-PIU-01", clock)
    keys = folder / f"{name}-issuer"
    keys.mkdir(mode=0o700)
    issuer = FakeIssuer(keys, clock, ("sharing", "screening", "ingest"))
    (folder / f"{name}-screening").mkdir(mode=0o700)
    for service, home in (("sharing", name), ("screening", f"{name}-screening")):
        shutil.copyfile(keys / f"{service}.json", folder / home / "service-token.json")
        (folder / home / "service-token.json").chmod(0o600)
    shutil.copyfile(
        folder / name / "audit-checkpoint.json", folder / f"{name}-screening" / "audit-checkpoint.json"
    )
    (folder / f"{name}-screening" / "audit-checkpoint.json").chmod(0o600)
    (folder / name / "service-keys.json").write_text('{"keys": []}')
    ports = {service: socket.create_server(("127.0.0.1", 0)) for service in ("sharing", "screening")}
    return Place(name, folder, databases, issuer, ports, clock, policy)


@asynccontextmanager
async def running(opened: AsyncExitStack, place: Place) -> AsyncIterator[Whole]:
    """Both services of a State, with everything that works in the background."""
    sharing = create_sharing(
        settings_for(
            place.databases["sharing"],
            place.folder / place.name,
            own_state=place.name,
            exchange_url=f"{place.address('sharing')}/v1/exchange",
            screening_url=place.address("screening"),
            delivery_timeout_seconds=30,
            delivery_poll_seconds=0.5,
        ),
        clock=place.clock,
        policy=place.policy,
    )
    screening = create_screening(
        _screening_settings(place), clock=place.clock, safeguards=place.policy, draw=Draws()
    )
    client = await _served(opened, sharing, place, "sharing")
    desk_client = await _served(opened, screening, place, "screening")
    desk = StateDesk(
        screening,
        desk_client,
        place.issuer,
        place.clock,
        Draws(),
        NoCarrier(),
        place.databases["screening"].migration_url,
        place.authority,
    )
    yield Whole(
        desk, State(place.name, place.folder / place.name, sharing, client, place.issuer, FakeCarrier())
    )


async def _served(opened: AsyncExitStack, app: FastAPI, place: Place, service: str) -> httpx.AsyncClient:
    app.state.token_verifier = place.issuer.verifier(service)
    config = uvicorn.Config(app, log_config=None, lifespan="on", timeout_keep_alive=KEEP_ALIVE_SECONDS)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[place.ports[service]]))

    async def end() -> None:
        server.should_exit = True
        await task

    opened.push_async_callback(end)

    async def is_up() -> bool:
        if task.done():
            task.result()
        return server.started

    await eventually(is_up)
    # What the lifespan put there belongs to the machine's own issuer; people here come from the test's.
    app.state.token_verifier = place.issuer.verifier(service)
    return await opened.enter_async_context(
        httpx.AsyncClient(base_url=place.address(service), trust_env=False, timeout=60)
    )


def _screening_settings(place: Place) -> ScreeningSettings:
    addresses = place.databases["screening"]
    return ScreeningSettings(
        profile="local",
        port=0,
        own_state=place.name,
        database_url=addresses.url,
        migration_database_url=addresses.migration_url,
        keys_folder=place.folder / f"{place.name}-screening",
        issuer_url=FakeIssuer.url,
        issuer_jwks_url=f"{FakeIssuer.url}/jwks",
        service_keys_file=place.folder / place.name / "service-keys.json",
        sharing_url=place.address("sharing"),
        ingest_url="http://127.0.0.1:1",
        clock_seconds=0.5,
    )


async def agree(state: State, other: str, endpoint: str, keys: tuple[dict[str, Any], ...]) -> None:
    """A treaty with another State, its authority with its keys, and what is known of its risks."""
    parties = tuple(sorted((state.name, other)))
    treaty = an_agreement(
        id=f"{parties[0]}-{parties[1]}-2025",
        parties=parties,
        data_classes=DATA_CLASSES,
        message_types=MESSAGE_TYPES,
    )
    await state.put(Register.AGREEMENT, treaty.id, treaty.as_json())
    authority = an_authority(
        f"{other}-PIU-01",
        other,
        duty_desk={"endpoint": endpoint},
        recall_endpoint=endpoint,
        keys=keys,
        handling_max="H3",
    )
    await state.put(Register.AUTHORITY, authority.id, authority.as_json())
    await state.put(Register.COUNTRY_RISK, other, a_country_risk(other).as_json())
    row = a_legal_row(
        authority=state.authority, data_classes=DATA_CLASSES, purpose_codes=(*OPERATIONAL, "OVERSIGHT")
    )
    await state.put(Register.LEGAL_ROW, row.id, row.as_json())


def keys_of(place: Place) -> tuple[dict[str, Any], ...]:
    """What others register of a State's keys."""
    return public_keys(place.folder / place.name, place.authority)


def a_third(opened: AsyncExitStack, folder: Path, xbb: Place) -> tuple[Third, tuple[dict[str, Any], ...]]:
    """XCC's receiver over HTTP, and its public keys."""
    make_keys(folder / "XCC", "XCC-PIU-01", xbb.clock)
    known = json.loads(json.dumps(keys_of(xbb), default=str))
    signing = _private(folder / "XCC")
    sealing = json.loads((folder / "XCC" / "notice-sealing.json").read_text())
    config = {
        "authority": "XCC-PIU-01",
        "signing_key": signing,
        "sealing_key": sealing,
        "counterparts": [{"id": xbb.authority, "status": "ACTIVE", "keys": known}],
        "agreements": {
            "XBB-XCC-2025": {
                "parties": [xbb.authority, "XCC-PIU-01"],
                "purposes": list(OPERATIONAL),
                "data_classes": list(DATA_CLASSES),
                "message_types": list(MESSAGE_TYPES),
                "max_retention_days": 365,
            }
        },
    }
    module = _receiver_module()
    schema = json.loads((EXCHANGE_DOCS / "ctx-1.0.schema.json").read_text(encoding="utf-8"))
    receiver = module.Receiver(config, schema, xbb.clock.now)
    server = module.serve(receiver, "", 0)
    address = f"http://127.0.0.1:{server.server_address[1]}/v1/exchange"
    take = receiver.take
    receiver.take = lambda request: take(module.Request("POST", address, request.headers, request.body))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    opened.callback(thread.join)
    opened.callback(server.server_close)
    opened.callback(server.shutdown)
    kit_content = {
        "authority": "XCC-PIU-01",
        "signing_key": signing,
        "recipient": {"authority": xbb.authority, "keys": known},
        "agreement_id": "XBB-XCC-2025",
    }
    kit = kit_of(kit_content, f"{xbb.address('sharing')}/v1/exchange", xbb.clock)
    return Third(receiver, kit, address), public_keys(folder / "XCC", "XCC-PIU-01")


def _private(folder: Path) -> dict[str, str]:
    key = KeyFile.load(folder / "notice-signing.json")
    content = OKPKey.import_key(key.jose_key().as_dict(private=True)).as_dict(private=True)
    return {name: str(content[name]) for name in ("kty", "crv", "x", "d")} | {"kid": key.kid}


def _receiver_module() -> Any:
    spec = importlib.util.spec_from_file_location("ctx_receiver", EXCHANGE_DOCS / "receiver.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
