"""How long the stand-alone verifier takes over a log of a million records."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.local.benchmarks.figure import Figure
from shared.audit.checkpoint import CheckpointSigner
from shared.audit.merkle import CompactRange, leaf_hash
from shared.audit.record import AuditRecord
from shared.audit.verify import verify_export
from shared.identifiers import AuditRecordId

RECORDS = 1_000_000


def measure_audit() -> Iterator[Figure]:
    """Verify an export of `RECORDS` records, made in memory, under one signed checkpoint."""
    lines = _export(RECORDS)
    began = time.perf_counter()
    findings = verify_export(lines)
    seconds = time.perf_counter() - began
    assert findings.holds, findings.faults
    yield Figure(
        "audit_verify_export",
        seconds,
        "s",
        "at most 30 for 1,000,000 records",
        {"records": RECORDS, "megabytes": round(sum(map(len, lines)) / 1e6)},
    )


def _export(records: int) -> list[bytes]:
    signer = CheckpointSigner("safeconduct/XAA/bench", Ed25519PrivateKey.generate())
    tree = CompactRange()
    rows = []
    for position in range(records):
        content = _content(position)
        leaf = leaf_hash(content)
        tree.append(leaf)
        rows.append(
            _line(
                {
                    "type": "record",
                    "position": position,
                    "leaf": leaf.hex(),
                    "record": content.decode("utf-8"),
                }
            )
        )
    return [
        _line({"type": "log", "format": 1, "origin": signer.origin, "size": records}),
        _line({"type": "key", "text": str(signer.verifier_key)}),
        _line({"type": "checkpoint", "text": signer.sign(records, tree.root())}),
        *rows,
    ]


def _content(position: int) -> bytes:
    return AuditRecord(
        record_id=AuditRecordId(UUID(int=position)),
        occurred_at=datetime(2026, 11, 21, tzinfo=UTC),
        service="bench",
        actor="carrier:XA",
        action="ingest.accept",
        object_kind="message",
        object_id=str(UUID(int=position)),
        subject_id=None,
        outcome="DONE",
        purpose="TERR_TRAVEL",
        case_id=None,
        policy="2026.1",
        reasons=(),
        facts={"travellers": 200},
    ).canonical()


def _line(row: dict[str, object]) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode("utf-8") + b"\n"
