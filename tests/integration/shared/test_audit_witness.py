"""A service's log before a real witness: each checkpoint cosigned, a second history raises the alarm."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.audit_command import audit_verify
from services.witness.app import create_witness
from services.witness.store import WitnessFile
from shared.audit.checkpoint import CheckpointSigner
from shared.audit.export import export_lines
from shared.audit.log import AuditLog
from shared.audit.sequencer import Sequencer
from shared.audit.verify_witnesses import count_cosignatures, read_folder
from shared.audit.witness_tree import open_places
from shared.db.engine import create_engine
from tests.conftest import OpenDatabase
from tests.fakes import FixedClock
from tests.integration.shared.conftest import MIGRATIONS, SERVICE
from tests.integration.shared.test_audit_log import append_committed


@pytest.fixture
def witness(tmp_path: Path, signer: CheckpointSigner) -> WitnessFile:
    """A witness of this test's log."""
    made = WitnessFile.create(tmp_path / "witness.sqlite", "court.example/witness")
    made.add_log(signer.verifier_key)
    return made


@pytest.fixture
async def client(witness: WitnessFile, clock: FixedClock) -> AsyncIterator[httpx.AsyncClient]:
    """The way to the witness."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_witness(witness, clock))) as opened:
        yield opened


def sequencer(  # noqa: PLR0917
    engine: AsyncEngine,
    signer: CheckpointSigner,
    clock: FixedClock,
    witness: WitnessFile,
    client: httpx.AsyncClient,
    sink: Path,
) -> tuple[Sequencer, list[str]]:
    """A sequencer that publishes to a folder and this witness, and the codes that it reports."""
    reported: list[str] = []
    places = open_places([str(sink), f"https://court.test#{witness.cosigner().key}"], client, engine)
    made = Sequencer(engine, signer=signer, clock=clock, sinks=places, report=reported.append)
    return made, reported


async def test_a_growing_log_is_cosigned_and_the_cosignatures_are_counted(  # noqa: PLR0917
    engine: AsyncEngine,
    audit: AuditLog,
    signer: CheckpointSigner,
    clock: FixedClock,
    witness: WitnessFile,
    client: httpx.AsyncClient,
    tmp_path: Path,
) -> None:
    sink, export, told = tmp_path / "sink", tmp_path / "export.ndjson", io.StringIO()
    working, reported = sequencer(engine, signer, clock, witness, client, sink)
    for _ in range(3):
        await append_committed(engine, audit, 5)
        await working.sequence_once()
        await working.publish()
        await working.publish()
    assert reported == []
    lines = [line async for line in export_lines(engine, signer.origin, [str(signer.verifier_key)])]
    export.write_bytes(b"".join(lines))
    code = audit_verify(
        tmp_path / "data",
        None,
        export,
        keys=[str(signer.verifier_key)],
        sinks=[sink],
        witnesses=[str(witness.cosigner().key)],
        out=told,
        err=told,
    )
    assert code == 0, told.getvalue()
    assert "court.example/witness cosigned 3 checkpoints" in told.getvalue()
    assert "the largest for 15 records" in told.getvalue()


async def test_a_second_history_under_the_same_key_raises_the_alarm_and_stops_nothing(  # noqa: PLR0917
    engine: AsyncEngine,
    audit: AuditLog,
    signer: CheckpointSigner,
    clock: FixedClock,
    witness: WitnessFile,
    client: httpx.AsyncClient,
    database: OpenDatabase,
    tmp_path: Path,
) -> None:
    working, _ = sequencer(engine, signer, clock, witness, client, tmp_path / "sink")
    await append_committed(engine, audit, 5)
    await working.sequence_once()
    await working.publish()
    other_engine = create_engine(database(SERVICE, MIGRATIONS).url, application_name="other")
    other, _ = sequencer(other_engine, signer, clock, witness, client, tmp_path / "other")
    await append_committed(other_engine, audit, 7)
    await other.sequence_once()
    with pytest.raises(Exception, match="another audit log") as caught:
        await other.publish()
    assert caught.value.code == "AUDIT_WITNESS_CONFLICT"  # type: ignore[attr-defined]
    assert other.chain_ok, "an outsider's word stops nothing"
    assert [each.status for each in witness.evidence()] == [422]
    counted = count_cosignatures(read_folder(tmp_path / "other"), [str(witness.cosigner().key)])
    assert counted.cosigned == {}
    await other_engine.dispose()
