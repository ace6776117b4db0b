"""The audit log of a running service: what its routes need, and its sequencer at work."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.audit.checkpoint import CheckpointSigner, log_origin
from shared.audit.log import AuditLog
from shared.audit.sequencer import Sequencer
from shared.audit.witness_tree import open_places
from shared.clock import Clock
from shared.observability.logging import get_logger
from shared.security.keys import KeyFile

CHECKPOINT_KEY_FILE: Final = "audit-checkpoint.json"
"""The log's key in a service's keys folder."""


@dataclass(frozen=True, slots=True)
class AuditDesk:
    """What `audit_router` finds at `app.state.audit_desk`."""

    service: str
    origin: str
    engine: AsyncEngine
    log: AuditLog
    verifier_keys: tuple[str, ...]


def checkpoint_signer(
    keys_folder: Path, own_state: str, service: str, *, valid_at: datetime | None = None
) -> CheckpointSigner:
    """The signer of a service's log, from its keys folder.

    Raises:
        KeyFileError: There is no usable key file, or its key is not valid at the instant.
    """
    key = KeyFile.load(keys_folder / CHECKPOINT_KEY_FILE, valid_at=valid_at)
    return CheckpointSigner(log_origin(own_state, service), key.private)


@asynccontextmanager
async def running_audit(
    engine: AsyncEngine,
    *,
    service: str,
    signer: CheckpointSigner,
    log: AuditLog,
    clock: Clock,
    sinks: Iterable[str],
    client: httpx.AsyncClient,
    report: Callable[[str], None] | None = None,
) -> AsyncIterator[AuditDesk]:
    """Run the sequencer while the service runs; for a service's lifespan.

    At the end it sequences and publishes a last time.

    Args:
        engine: The service's database.
        service: The service's name.
        signer: From `checkpoint_signer`.
        log: The service's audit log.
        clock: Tells when checkpoints were signed.
        sinks: The setting `audit_checkpoint_sinks`.
        client: For sinks that are https addresses, witnesses among them.
        report: Is told the code of each fault; by default an error line is logged.
    """
    sequencer = Sequencer(
        engine,
        signer=signer,
        clock=clock,
        sinks=open_places(tuple(sinks), client, engine),
        report=report or _log_fault,
    )
    stop = asyncio.Event()
    work = asyncio.create_task(sequencer.run(stop))
    try:
        yield AuditDesk(service, signer.origin, engine, log, (str(signer.verifier_key),))
    finally:
        stop.set()
        await work


def _log_fault(code: str) -> None:
    get_logger().error("audit_log_fault", code=code)
