"""`./run evidence --out FOLDER`: the mandate's table filled in from the running system, for an assessor."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx

from deploy.local.evidence.gathering import TIMEOUT_SECONDS, Gathering
from deploy.local.evidence.pack import LogFinding, evidence, write_pack
from deploy.local.evidence.table import read_mandate
from deploy.local.installation import OWN_STATE
from deploy.local.layout import ROOT, DataFolder
from deploy.local.token_command import token_of_person
from shared.audit.checkpoint import log_origin
from shared.audit.log_keys import verifier_keys_of
from shared.audit.verify import read_sink, verify_export
from shared.clock import Clock, SystemClock
from shared.errors import DomainError
from shared.policy.catalogue import read_catalogue
from shared.security.keys import KeyFile

PERSON: Final = "dpo"
KEY_LIFE: Final = timedelta(days=365)
VERIFIERS: Final = ("verify.py", "verify_witnesses.py")


class FolderNotEmpty(DomainError):
    """A pack is never mixed with other files."""

    code = "FOLDER_NOT_EMPTY"
    sentence = "The folder {folder} is not empty. Name a new one: a pack is never mixed with other files."


def make_evidence(
    data: Path,
    out: Path,
    *,
    month: str | None = None,
    clock: Clock | None = None,
    client: httpx.Client | None = None,
) -> list[LogFinding]:
    """Make the pack; the folder then holds `evidence.json`, `evidence.html`, data sets, logs, checkpoints.

    Args:
        data: The data folder of a running system.
        out: A new or empty folder.
        month: `2026-11`; the present month when absent.
        clock: The time; the machine's when absent.
        client: How services are reached; this machine's network when absent.

    Returns:
        What verifying each exported log found.

    Raises:
        NotRunning: No system runs on the data folder.
        FolderNotEmpty: The folder holds something.
        EvidenceNotGiven: A service did not answer.

    Source:
        workflow.md §9, mandate.md.
    """
    folder, time = DataFolder(data.absolute()), clock or SystemClock()
    addresses = folder.running_system()
    if out.exists() and any(out.iterdir()):
        raise FolderNotEmpty(folder=out.name)
    out.mkdir(parents=True, exist_ok=True)
    asked = month or f"{time.now():%Y-%m}"
    with client or httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as opened:
        gathering = Gathering(addresses, opened, lambda: token_of_person(data, PERSON), time.now, asked)
        sets = list(gathering.data_sets())
        logs = _take_logs(gathering, folder, out)
    pack = evidence(
        read_mandate(),
        sets,
        read_catalogue(folder.policy),
        logs,
        month=asked,
        made_at=time.now().astimezone(UTC),
        own_state=OWN_STATE,
        profile="local",
    )
    write_pack(out, pack, sets, _signing_key(folder, time.now()))
    return logs


def _take_logs(gathering: Gathering, folder: DataFolder, out: Path) -> list[LogFinding]:
    """Put the logs, the published checkpoints and the programs that verify both into the pack."""
    (out / "logs").mkdir()
    if folder.checkpoints.is_dir():
        shutil.copytree(folder.checkpoints, out / "checkpoints")
    for name in VERIFIERS:
        shutil.copyfile(ROOT / "shared" / "audit" / name, out / name)
    return [_taken(service, content, folder, out) for service, content in gathering.logs()]


def _taken(service: str, content: bytes, folder: DataFolder, out: Path) -> LogFinding:
    (out / "logs" / f"{service}.ndjson").write_bytes(content)
    origin = log_origin(OWN_STATE, service)
    keys = [str(key) for key in verifier_keys_of(folder.keys_of(service), OWN_STATE, service)]
    # The checkpoints were copied first, so none of them counts more records than the export.
    published = read_sink(out / "checkpoints", origin)
    found = verify_export(content.splitlines(), keys=keys, published=published)
    return LogFinding(
        service, origin, found.holds, found.size, found.published, (*found.faults, *found.remarks)
    )


def _signing_key(folder: DataFolder, now: datetime) -> KeyFile:
    """The key that signs packs, made at the first one."""
    path = folder.path / "keys" / "evidence.json"
    if not path.exists():
        KeyFile.create(path, owner="evidence", use="evidence", not_before=now, not_after=now + KEY_LIFE)
    return KeyFile.load(path, valid_at=now)
