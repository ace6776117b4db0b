"""`./run audit verify` on a log that a service really kept and exported, after somebody changed it."""

import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.audit_command import audit_verify
from shared.audit.checkpoint import CheckpointSigner
from shared.audit.desk import AuditDesk, running_audit
from shared.audit.log import AuditLog
from shared.audit.merkle import leaf_hash, root_of
from shared.audit.routes import audit_router
from shared.settings import ServiceSettings
from shared.web.application import service_app, service_routes
from tests.fakes import FakeIssuer, FixedClock
from tests.integration.shared.test_audit_log import append_committed

Rows = list[dict[str, Any]]
RECORDS = 6


@dataclass(frozen=True)
class ExportedLog:
    """What an auditor has: the export's rows, the folder of published checkpoints, the log's key."""

    rows: Rows
    sink: Path
    signer: CheckpointSigner

    def verify(self, folder: Path) -> tuple[int, str]:
        """The command's exit code and what it says, on the rows as they now are."""
        export = folder / "export.ndjson"
        export.write_text("".join(json.dumps(row) + "\n" for row in self.rows), encoding="utf-8")
        told = io.StringIO()
        keys = [str(self.signer.verifier_key)]
        code = audit_verify(folder / "data", None, export, keys=keys, sinks=[self.sink], out=told, err=told)
        return code, told.getvalue()

    @property
    def records(self) -> Rows:
        """The record rows, in order."""
        return [row for row in self.rows if row["type"] == "record"]

    def put(self, records: Rows) -> None:
        """Replace the record rows; they are numbered anew."""
        self.rows[:] = [row for row in self.rows if row["type"] != "record"]
        self.rows.extend({**row, "position": position} for position, row in enumerate(records))


@pytest.fixture
def sink(tmp_path: Path) -> Path:
    """Where checkpoints are published; not in the hands of the log's owner."""
    return tmp_path / "sink"


@pytest.fixture
async def desk(
    engine: AsyncEngine, audit: AuditLog, signer: CheckpointSigner, clock: FixedClock, sink: Path
) -> AuditDesk:
    """A log of several records, sequenced, signed and published."""
    async with (
        httpx.AsyncClient() as nowhere,
        running_audit(
            engine, service="ingest", signer=signer, log=audit, clock=clock, sinks=[str(sink)], client=nowhere
        ) as desk,
    ):
        await append_committed(engine, audit, RECORDS)
    return desk


@asynccontextmanager
async def nothing_to_open(_: FastAPI) -> AsyncIterator[None]:
    yield


@pytest.fixture
async def exported(
    desk: AuditDesk, signer: CheckpointSigner, issuer: FakeIssuer, clock: FixedClock, sink: Path
) -> ExportedLog:
    """The log as the auditor fetched it."""
    settings = ServiceSettings.model_construct(
        profile="local", issuer_url=issuer.url, issuer_jwks_url=issuer.url, service_keys_file=None
    )
    app = service_app(
        title="Safeconduct ingest",
        settings=settings,
        lifespan=nothing_to_open,
        routes=service_routes([audit_router()]),
        clock=clock,
    )
    app.state.token_verifier = issuer.verifier("ingest")
    app.state.audit_desk = desk
    return ExportedLog(await fetched(app, issuer), sink, signer)


async def fetched(app: FastAPI, issuer: FakeIssuer) -> Rows:
    headers = {
        "Authorization": f"Bearer {issuer.token('AUDITOR', subject='auditor')}",
        "Purpose-Code": "OVERSIGHT",
        "Purpose-Case": "AUDIT-2027-4",
    }
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingest.test") as http:
        answer = await http.get("/v1/audit/export", headers=headers)
    return [json.loads(line) for line in answer.raise_for_status().text.splitlines()]


def with_content(row: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """A record of other content, with the leaf that fits it."""
    content = row["record"].replace(old, new)
    assert content != row["record"]
    return {**row, "record": content, "leaf": leaf_hash(content.encode()).hex()}


def edit(log: ExportedLog) -> None:
    records = log.records
    edited = with_content(records[1], '"DONE"', '"FAILED"')
    log.put([records[0], {**edited, "leaf": records[1]["leaf"]}, *records[2:]])


def edit_with_its_leaf(log: ExportedLog) -> None:
    records = log.records
    log.put([records[0], with_content(records[1], '"DONE"', '"FAILED"'), *records[2:]])


def delete(log: ExportedLog) -> None:
    log.put([row for row in log.records if row["position"] != 2])


def insert(log: ExportedLog) -> None:
    records = log.records
    log.put([*records[:3], with_content(records[3], '"DONE"', '"PERMITTED"'), *records[3:]])


def swap(log: ExportedLog) -> None:
    records = log.records
    log.put([records[1], records[0], *records[2:]])


def cut_off_the_tail(log: ExportedLog) -> None:
    log.put(log.records[:-1])


def rewrite_and_sign_again(log: ExportedLog) -> None:
    """What the owner of log and key can do: every checkpoint of the changed log is properly signed."""
    edit_with_its_leaf(log)
    leaves = [bytes.fromhex(row["leaf"]) for row in log.records]
    for row in log.rows:
        if row["type"] == "checkpoint":
            size = int(row["text"].splitlines()[1])
            row["text"] = log.signer.sign(size, root_of(leaves[:size]))


async def test_log_as_exported_holds(exported: ExportedLog, tmp_path: Path) -> None:
    code, told = exported.verify(tmp_path)
    assert code == 0, told
    assert f"holds ({RECORDS} records" in told


@pytest.mark.parametrize(
    ("tampering", "sentence"),
    [
        (edit, "The record at position 1 is not the one"),
        (edit_with_its_leaf, "does not fit"),
        (delete, "The tail is cut off"),
        (insert, "does not fit"),
        (swap, "does not fit"),
        (cut_off_the_tail, "The tail is cut off"),
        (rewrite_and_sign_again, "does not fit"),
    ],
)
async def test_changed_log_is_found_and_named(
    exported: ExportedLog, tmp_path: Path, tampering: Callable[[ExportedLog], None], sentence: str
) -> None:
    tampering(exported)
    code, told = exported.verify(tmp_path)
    assert code == 1
    assert "DOES NOT HOLD" in told
    assert sentence in told


async def test_only_the_published_checkpoints_show_what_the_owner_rewrote(
    exported: ExportedLog, tmp_path: Path
) -> None:
    rewrite_and_sign_again(exported)
    without = ExportedLog(exported.rows, tmp_path / "empty", exported.signer)
    without.sink.mkdir()
    assert without.verify(tmp_path)[0] == 0
    assert exported.verify(tmp_path)[0] == 1
