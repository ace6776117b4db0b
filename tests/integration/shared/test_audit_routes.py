import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.postgres import EmbeddedPostgres, ServiceDatabase
from shared.audit import merkle
from shared.audit.checkpoint import CheckpointSigner, VerifierKey, open_checkpoint
from shared.audit.desk import AuditDesk, running_audit
from shared.audit.log import AuditLog, Sequencer
from shared.audit.log_keys import LogKeys
from shared.audit.reads import AuditFilter, search
from shared.audit.routes import audit_router
from shared.audit.verify import read_sink, verify_export
from shared.db.engine import create_engine
from shared.db.urls import database_url
from shared.identifiers import AuditRecordId
from shared.security.keys import KeyFile
from shared.settings import ServiceSettings
from shared.web.application import service_app, service_routes
from tests.fakes import FakeIssuer, FixedClock
from tests.integration.shared.test_audit_log import append_committed

UNKNOWN = UUID(int=7)
FIRST = "the-first-record"
OVERSIGHT = {"Purpose-Code": "OVERSIGHT", "Purpose-Case": "AUDIT-2027-4"}


@asynccontextmanager
async def nothing_to_open(_: FastAPI) -> AsyncIterator[None]:
    yield


@pytest.fixture
async def client(
    engine: AsyncEngine, audit: AuditLog, signer: CheckpointSigner, issuer: FakeIssuer, clock: FixedClock
) -> AsyncIterator[httpx.AsyncClient]:
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
    app.state.audit_desk = AuditDesk("ingest", engine, audit, signer)
    headers = {"Authorization": f"Bearer {issuer.token('AUDITOR', subject='auditor')}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://ingest.test", headers=headers
    ) as http:
        yield http


@pytest.fixture
async def records(
    engine: AsyncEngine, audit: AuditLog, signer: CheckpointSigner, clock: FixedClock
) -> list[AuditRecordId]:
    """Five records under a checkpoint."""
    written = await append_committed(engine, audit, 5)
    await Sequencer(engine, signer=signer, clock=clock).sequence_once()
    return written


async def actions(engine: AsyncEngine, actor: str) -> list[str]:
    async with engine.connect() as connection:
        found = await search(connection, AuditFilter(actor=actor), limit=100)
    return [json.loads(record.content)["action"] for record in found]


async def test_checkpoint_verifies_under_its_key(
    client: httpx.AsyncClient, records: list[AuditRecordId]
) -> None:
    answer = (await client.get("/v1/audit/checkpoint", headers=OVERSIGHT)).raise_for_status().json()
    keys = [VerifierKey.parse(text) for text in answer["verifier_keys"]]
    assert open_checkpoint(answer["note"], keys).size == answer["size"] == 5


async def test_inclusion_proof_leads_to_the_checkpoint(
    client: httpx.AsyncClient, records: list[AuditRecordId], signer: CheckpointSigner
) -> None:
    url = f"/v1/audit/records/{records[3]}/proof"
    answer = (await client.get(url, headers=OVERSIGHT)).raise_for_status().json()
    checkpoint = open_checkpoint(answer["checkpoint"], [signer.verifier_key])
    proof = [bytes.fromhex(node) for node in answer["proof"]]
    leaf = bytes.fromhex(answer["leaf"])
    assert merkle.verify_inclusion(leaf, answer["position"], checkpoint.size, proof, checkpoint.root)


async def test_inclusion_proof_for_an_earlier_checkpoint(
    client: httpx.AsyncClient,
    records: list[AuditRecordId],
    engine: AsyncEngine,
    audit: AuditLog,
    signer: CheckpointSigner,
    *,
    clock: FixedClock,
) -> None:
    (later,) = await append_committed(engine, audit, 1)
    await Sequencer(engine, signer=signer, clock=clock).sequence_once()
    url = f"/v1/audit/records/{records[0]}/proof?size=5"
    assert (await client.get(url, headers=OVERSIGHT)).raise_for_status().json()["size"] == 5
    assert (await client.get(f"/v1/audit/records/{later}/proof?size=5", headers=OVERSIGHT)).status_code == 404


async def test_consistency_proof_is_given(client: httpx.AsyncClient, records: list[AuditRecordId]) -> None:
    url = "/v1/audit/consistency?first=3&second=5"
    answer = (await client.get(url, headers=OVERSIGHT)).raise_for_status().json()
    assert len(answer["proof"]) == len(merkle.consistency_ranges(3, 5))


async def test_search_pages_and_leaves_a_record(
    client: httpx.AsyncClient, records: list[AuditRecordId], engine: AsyncEngine
) -> None:
    url = "/v1/audit/records?actor=verifier-1&limit=3"
    first = (await client.get(url, headers=OVERSIGHT)).raise_for_status().json()
    second = (
        (await client.get(f"{url}&cursor={first['next_cursor']}", headers=OVERSIGHT))
        .raise_for_status()
        .json()
    )
    found = [row["record"]["record_id"] for page in (first, second) for row in page["records"]]
    assert sorted(found) == sorted(str(record) for record in records)
    assert second["next_cursor"] is None
    async with engine.connect() as connection:
        looks = await search(connection, AuditFilter(actor="auditor"), limit=10)
    kept = [json.loads(look.content) for look in looks]
    assert {row["purpose"] for row in kept} == {"OVERSIGHT"}
    assert {row["case_id"] for row in kept} == {"AUDIT-2027-4"}
    assert sorted(row["facts"]["found"] for row in kept) == [2, 3]
    assert {row["facts"]["sought_actor"] for row in kept} == {"verifier-1"}


async def test_search_in_time(
    client: httpx.AsyncClient, records: list[AuditRecordId], clock: FixedClock
) -> None:
    instant = clock.now().isoformat().replace("+00:00", "Z")
    for query, count in ((f"from={instant}", 5), (f"to={instant}", 0)):
        answer = await client.get(f"/v1/audit/records?action=hit.decide&{query}", headers=OVERSIGHT)
        assert len(answer.raise_for_status().json()["records"]) == count


async def test_export_passes_the_verifier(
    client: httpx.AsyncClient, records: list[AuditRecordId], signer: CheckpointSigner
) -> None:
    answer = (await client.get("/v1/audit/export", headers=OVERSIGHT)).raise_for_status()
    findings = verify_export(answer.content.splitlines(True), keys=[str(signer.verifier_key)])
    assert findings.faults == []
    assert findings.size == 5


async def test_every_look_leaves_a_record(
    client: httpx.AsyncClient, records: list[AuditRecordId], engine: AsyncEngine
) -> None:
    paths = ["checkpoint", "records", f"records/{records[0]}/proof", "consistency?first=1&second=5", "export"]
    for path in paths:
        (await client.get(f"/v1/audit/{path}", headers=OVERSIGHT)).raise_for_status()
    assert sorted(await actions(engine, "auditor")) == [
        "audit.checkpoint",
        "audit.export",
        "audit.prove",
        "audit.prove",
        "audit.search",
    ]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"records/{UNKNOWN}/proof", 404),
        (f"records/{FIRST}/proof?size=4", 404),
        (f"records/{FIRST}/proof?size=0", 422),
        ("consistency?first=3&second=6", 404),
        ("consistency?first=5&second=3", 404),
        ("consistency?first=0&second=3", 422),
        ("records?actor=Jane%20Doe", 422),
        ("records?name=x", 422),
        ("records?limit=501", 422),
        ("records?from=2027-01-01T00:00:00", 422),
    ],
)
async def test_what_cannot_be_answered(
    client: httpx.AsyncClient, records: list[AuditRecordId], path: str, status: int
) -> None:
    path = path.replace(FIRST, str(records[0]))
    answer = await client.get(f"/v1/audit/{path}", headers=OVERSIGHT)
    assert answer.status_code == status


async def test_waiting_record_has_no_proof_yet(
    client: httpx.AsyncClient, records: list[AuditRecordId], engine: AsyncEngine, audit: AuditLog
) -> None:
    (waiting,) = await append_committed(engine, audit, 1)
    answer = await client.get(f"/v1/audit/records/{waiting}/proof", headers=OVERSIGHT)
    assert answer.status_code == 409


async def test_log_is_read_for_oversight_only(
    client: httpx.AsyncClient, records: list[AuditRecordId]
) -> None:
    answer = await client.get("/v1/audit/records", headers={"Purpose-Code": "TERR_DETECT"})
    assert answer.status_code == 403
    assert (await client.get("/v1/audit/records")).status_code == 422


async def test_other_roles_do_not_read_the_log(client: httpx.AsyncClient, issuer: FakeIssuer) -> None:
    headers = OVERSIGHT | {"Authorization": f"Bearer {issuer.token('SUPERVISOR', 'ADMIN')}"}
    for path in ("checkpoint", "records", f"records/{uuid4()}/proof", "consistency", "export"):
        assert (await client.get(f"/v1/audit/{path}", headers=headers)).status_code == 403


async def test_running_audit_signs_and_publishes(
    engine: AsyncEngine, audit: AuditLog, clock: FixedClock, tmp_path: Path
) -> None:
    KeyFile.create(
        tmp_path / "audit-checkpoint.json",
        owner="ingest",
        use="audit-checkpoint",
        not_before=clock.now(),
        not_after=clock.now().replace(year=2030),
    )
    signer = LogKeys(tmp_path, "XAA", "ingest", clock)
    async with (
        httpx.AsyncClient() as http,
        running_audit(
            engine,
            service="ingest",
            signer=signer,
            log=audit,
            clock=clock,
            sinks=[str(tmp_path / "sink")],
            client=http,
        ) as desk,
    ):
        await append_committed(engine, audit, 3)
    assert [VerifierKey.parse(text) for text in desk.verifier_keys] == list(signer.verifier_keys())
    notes = [note for _, note in read_sink(tmp_path / "sink", "safeconduct/XAA/ingest")]
    assert open_checkpoint(notes[-1], signer.verifier_keys()).size == 3


async def test_fault_of_the_log_is_an_error_line(
    signer: CheckpointSigner, audit: AuditLog, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = create_engine(database_url("127.0.0.1", 1, "x", "x", "x"), application_name="tests")
    async with (
        httpx.AsyncClient() as http,
        running_audit(
            nowhere, service="ingest", signer=signer, log=audit, clock=clock, sinks=[], client=http
        ),
    ):
        pass
    assert "AUDIT_STORE_UNAVAILABLE" in "".join(capsys.readouterr())


async def test_log_that_a_superuser_edited_fails_its_own_export(
    client: httpx.AsyncClient,
    records: list[AuditRecordId],
    postgres: EmbeddedPostgres,
    specimen: ServiceDatabase,
) -> None:
    edit = "UPDATE audit_record SET content = replace(encode(content, 'escape'), 'decide', 'delete')::bytea"
    name = specimen.url.rpartition("/")[2]
    postgres.run_sql(name, f"SET session_replication_role = replica; {edit} WHERE object_id = 'hit-2'")
    answer = await client.get("/v1/audit/export", headers=OVERSIGHT)
    findings = verify_export(answer.content.splitlines(True))
    assert any("is not the one that was written" in fault for fault in findings.faults)
