"""How soon a record stands under a signed checkpoint, and how long a million of them take to verify."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.local.api import Api, Declined
from deploy.local.benchmarks.figure import Figure
from deploy.local.benchmarks.running_system import running_system
from shared.audit.checkpoint import CheckpointSigner
from shared.audit.merkle import CompactRange, leaf_hash
from shared.audit.record import AuditRecord
from shared.audit.verify import verify_export
from shared.identifiers import AuditRecordId
from shared.web.purpose import OVERSIGHT

RECORDS = 1_000_000
SIGNED = 20
POLL_SECONDS = 0.02


def measure_audit() -> Iterator[Figure]:
    """Records of a running service until they are signed; then an export of `RECORDS`, made in memory."""
    with running_system() as system:
        seconds = [_until_signed(system.api) for _ in range(SIGNED)]
    yield Figure(
        "audit_record_signed", max(seconds), "s", "at most 2", {"records": SIGNED, "of": "the longest"}
    )
    yield _verified()


def _until_signed(api: Api) -> float:
    """Seconds from a look at the log, which is a record itself, until that record's inclusion is proved."""
    began = time.perf_counter()
    api.get("auditor", "screening", "/v1/audit/records", params={"limit": 1}, purpose=OVERSIGHT)
    sought = {"action": "audit.search", "limit": 1}
    found = api.get("auditor", "screening", "/v1/audit/records", params=sought, purpose=OVERSIGHT)
    proof = f"/v1/audit/records/{found['records'][0]['record']['record_id']}/proof"
    while not _is_proved(api, proof):
        time.sleep(POLL_SECONDS)
    return time.perf_counter() - began


def _is_proved(api: Api, proof: str) -> bool:
    try:
        api.get("auditor", "screening", proof, purpose=OVERSIGHT)
    except Declined as refused:
        if refused.facts["status"] != httpx.codes.CONFLICT:
            raise
        return False
    return True


def _verified() -> Figure:
    lines = _export(RECORDS)
    began = time.perf_counter()
    findings = verify_export(lines)
    seconds = time.perf_counter() - began
    assert findings.holds, findings.faults
    return Figure(
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
