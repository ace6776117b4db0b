"""The keys of a service's tokens and of its log are changed while it runs, by the operator's commands."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.audit_command import audit_verify
from deploy.local.layout import DataFolder
from deploy.local.service_keys import new_service_key, retire_checkpoint_key
from shared.audit.checkpoint import CheckpointRefused, CheckpointSigner, VerifierKey, open_checkpoint
from shared.audit.export import export_lines
from shared.audit.log import AuditLog, Sequencer
from shared.audit.log_keys import CHECKPOINT_KEYS, LogKeys
from shared.audit.sinks import FolderSink, SinkConflict
from shared.audit.verify import read_sink
from shared.bus.errors import DeliveryPostponed, DeliveryRefused
from shared.bus.http import HttpCarrier
from shared.bus.message import OutgoingMessage
from shared.security.key_folder import KeyRing
from shared.security.keys import KeyFile
from shared.security.roles import Permission
from shared.security.tokens import SERVICE_KEYS, Principal, ServiceSigner
from shared.settings import ServiceSettings
from shared.web.application import service_app, service_routes
from shared.web.authentication import require
from tests.fakes import START, FixedClock
from tests.integration.shared.test_audit_log import append_committed

FIRST_ENDS = START + timedelta(days=60)
SECOND_BEGINS = START + timedelta(days=30)
ROOT = bytes(32)


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """An installation whose ingest has a first key of each use, good for sixty days."""
    data = DataFolder(tmp_path / "data")
    keys = data.keys_of("ingest")
    keys.mkdir(parents=True)
    for use in (SERVICE_KEYS, CHECKPOINT_KEYS):
        KeyFile.create(keys / f"{use}.json", owner="ingest", use=use, not_before=START, not_after=FIRST_ENDS)
    return data


class Log:
    """Ingest's log, with the one sequencer that goes on through all changes."""

    def __init__(self, engine: AsyncEngine, audit: AuditLog, data: DataFolder, clock: FixedClock) -> None:
        self.engine, self.audit, self.data, self.clock = engine, audit, data, clock
        self.folder = data.keys_of("ingest")
        self.keys = LogKeys(self.folder, "XAA", "ingest", clock)
        self.reported: list[str] = []
        self.sequencer = Sequencer(
            engine,
            signer=self.keys,
            clock=clock,
            sinks=[FolderSink(data.checkpoints)],
            report=self.reported.append,
        )

    async def grow(self) -> str:
        """One more record, signed and published; the note."""
        await append_committed(self.engine, self.audit, 1)
        stop = asyncio.Event()
        stop.set()
        await self.sequencer.run(stop)
        return [note for _, note in read_sink(self.data.checkpoints, self.keys.origin)][-1]

    async def verify(self) -> tuple[int, str]:
        """What `./run audit verify` says of an export, with the installation's own keys and checkpoints."""
        export = self.data.path / "export.ndjson"
        lines = export_lines(self.engine, self.keys.origin, map(str, self.keys.verifier_keys()))
        export.write_bytes(b"".join([line async for line in lines]))
        told = io.StringIO()
        return audit_verify(self.data.path, None, export, out=told, err=told), told.getvalue()


@pytest.fixture
def log(engine: AsyncEngine, audit: AuditLog, data: DataFolder, clock: FixedClock) -> Log:
    return Log(engine, audit, data, clock)


def is_signed_under(note: str, key: VerifierKey) -> bool:
    try:
        open_checkpoint(note, [key])
    except CheckpointRefused:
        return False
    return True


async def test_log_is_signed_under_the_new_key_and_what_the_old_one_signed_verifies(log: Log) -> None:
    (old,) = log.keys.verifier_keys()
    assert is_signed_under(await log.grow(), old)
    new_service_key(log.folder, "audit-checkpoint", SECOND_BEGINS, 365, None)
    (new,) = (key for key in log.keys.verifier_keys() if key != old)
    note = await log.grow()
    assert (is_signed_under(note, old), is_signed_under(note, new)) == (True, False), "its day has not come"
    log.clock.advance(days=30)
    note = await log.grow()
    assert (is_signed_under(note, old), is_signed_under(note, new)) == (True, True), "the overlap"
    log.clock.advance(days=30)
    note = await log.grow()
    assert (is_signed_under(note, old), is_signed_under(note, new)) == (False, True)
    retire_checkpoint_key(log.folder, f"{CHECKPOINT_KEYS}.json")
    await log.grow()
    assert set(log.keys.verifier_keys()) == {old, new}
    code, told = await log.verify()
    assert code == 0, told
    assert "5 records, 5 signed checkpoints, 5 published ones" in told


async def test_key_that_is_thrown_away_leaves_checkpoints_that_nobody_can_verify(log: Log) -> None:
    await log.grow()
    new_service_key(log.folder, "audit-checkpoint", START, 365, None)
    (log.folder / f"{CHECKPOINT_KEYS}.json").unlink()
    await log.grow()
    code, told = await log.verify()
    assert code == 1
    assert "is not signed by a key of the log" in told


async def test_log_without_a_key_in_its_life_waits_says_so_once_and_goes_on_under_the_next(log: Log) -> None:
    await log.grow()
    log.clock.advance(days=60)
    assert await log.grow() == await log.grow(), "nothing new is signed"
    assert log.reported == ["KEY_FILE_UNUSABLE"]
    assert log.sequencer.chain_ok
    new_service_key(log.folder, "audit-checkpoint", log.clock.now(), 365, None)
    note = await log.grow()
    assert open_checkpoint(note, log.keys.verifier_keys()).size == 4
    assert (await log.verify())[0] == 0


async def test_log_that_was_set_back_is_found_by_what_a_retired_key_signed(log: Log) -> None:
    old = KeyFile.load(log.folder / f"{CHECKPOINT_KEYS}.json")
    await log.grow()
    new_service_key(log.folder, "audit-checkpoint", START, 365, None)
    retire_checkpoint_key(log.folder, f"{CHECKPOINT_KEYS}.json")
    signer = CheckpointSigner(log.keys.origin, old.private)
    place = log.data.checkpoints / signer.origin.replace("/", "_") / f"{9:020d}.checkpoint"
    place.write_text(signer.sign(9, ROOT), encoding="utf-8")
    with pytest.raises(SinkConflict, match="size 9"):
        await log.sequencer.compare_with_sinks()


# --- services' tokens ---


@asynccontextmanager
async def nothing_to_open(_: FastAPI) -> AsyncIterator[None]:
    yield


router = APIRouter()


@router.post("/internal/v1/inbox")
async def take(asking: Annotated[Principal, Depends(require(Permission.SERVICE))]) -> dict[str, Any]:
    """What screening does with a message: it says who brought it."""
    return {"from": asking.subject}


@pytest.fixture
async def carrier(data: DataFolder, clock: FixedClock) -> AsyncIterator[HttpCarrier]:
    """Ingest's way to a screening that runs; both read their key files by themselves."""
    keys = KeyRing(data.keys_of("ingest"), SERVICE_KEYS, clock)
    data.service_keys.write_text(json.dumps({"keys": [keys.current().public_jwk()]}), encoding="utf-8")
    settings = ServiceSettings.model_construct(
        profile="local",
        issuer_url="http://issuer.test",
        issuer_jwks_url="http://issuer.test/jwks",
        service_keys_file=data.service_keys,
    )
    app = service_app(
        title="Safeconduct screening",
        settings=settings,
        lifespan=nothing_to_open,
        routes=service_routes([router]),
        clock=clock,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        way = {"screening": "http://screening.test"}
        yield HttpCarrier(client, way, ServiceSigner("ingest", keys, clock), clock=clock)


async def deliver(carrier: HttpCarrier) -> dict[str, Any]:
    return await carrier.deliver(OutgoingMessage(uuid4(), "screening", "TravellersObservedV1", "{}", 0))


async def test_service_is_known_by_its_new_key_while_both_services_run(
    carrier: HttpCarrier, data: DataFolder, clock: FixedClock
) -> None:
    folder, known = data.keys_of("ingest"), {"from": "ingest"}
    assert await deliver(carrier) == known
    new_service_key(folder, "service-token", SECOND_BEGINS, 365, data.service_keys)
    assert await deliver(carrier) == known
    clock.advance(days=30)
    (folder / f"{SERVICE_KEYS}.json").unlink()
    assert await deliver(carrier) == known, "under the new key alone"


async def test_new_key_that_nobody_registered_is_refused(carrier: HttpCarrier, data: DataFolder) -> None:
    new_service_key(data.keys_of("ingest"), "service-token", START, 365, None)
    (data.keys_of("ingest") / f"{SERVICE_KEYS}.json").unlink()
    with pytest.raises(DeliveryRefused, match="HTTP 401"):
        await deliver(carrier)


async def test_message_waits_while_no_key_is_in_its_life(carrier: HttpCarrier, clock: FixedClock) -> None:
    clock.advance(days=60)
    with pytest.raises(DeliveryPostponed, match="cannot be used: no key is in its life"):
        await deliver(carrier)
